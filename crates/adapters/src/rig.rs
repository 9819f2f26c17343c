//! Adapters for rig, whose counts already follow the conventions.

use rig_core::completion::{CompletionResponse, FinishReason, Usage as RigUsage};
use tracing_genai_usage::{Reading, Unit, Usage};

use crate::ToReading;

impl ToReading for CompletionResponse {
    fn to_reading(&self) -> Reading {
        let mut reading = self.usage.to_reading();
        reading.model.clone_from(&self.origin.response_model);
        reading.response_id.clone_from(&self.origin.response_id);
        reading.finish_reasons.extend(self.finish_reason().map(reason_text));
        reading
    }
}

/// rig's cost is not read: rig may have computed it itself.
impl ToReading for RigUsage {
    fn to_reading(&self) -> Reading {
        let counts = [
            (Unit::InputTokens, self.input_tokens),
            (Unit::OutputTokens, self.output_tokens),
            (Unit::CacheReadTokens, self.cached_input_tokens),
            (Unit::CacheWriteTokens, self.cache_creation_input_tokens),
            (Unit::InputToolTokens, self.tool_use_prompt_tokens),
            (Unit::OutputReasoningTokens, self.reasoning_tokens),
        ];
        let given = counts.into_iter().filter_map(|(unit, count)| Some((unit, count?)));
        let mut reading = Reading::default();
        reading.usage = given.fold(Usage::new(), |usage, (unit, count)| usage.with(unit, count));
        reading
    }
}

fn reason_text(reason: FinishReason) -> String {
    match reason {
        FinishReason::Stop => "stop".to_owned(),
        FinishReason::Length => "length".to_owned(),
        FinishReason::ToolCalls => "tool_calls".to_owned(),
        FinishReason::ContentFilter => "content_filter".to_owned(),
        FinishReason::Other(reason) => reason,
        // `FinishReason` is non-exhaustive.
        _ => "other".to_owned(),
    }
}
