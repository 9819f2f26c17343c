//! Adapters for the genai crate. Its usage is normalised to chat completions: input includes cached tokens, output
//! includes reasoning.

use genai::chat::{ChatResponse, StopReason, StreamEnd, Usage as GenaiUsage};
use tracing_genai_usage::{Reading, Unit};

use crate::ToReading;

impl ToReading for ChatResponse {
    fn to_reading(&self) -> Reading {
        let mut reading = reading(Some(&self.usage), self.stop_reason.as_ref());
        reading.model = Some(self.provider_model_iden.model_name.to_string());
        reading.response_id.clone_from(&self.response_id);
        reading
    }
}

impl ToReading for StreamEnd {
    fn to_reading(&self) -> Reading {
        let mut reading = reading(self.captured_usage.as_ref(), self.captured_stop_reason.as_ref());
        reading.response_id.clone_from(&self.captured_response_id);
        reading
    }
}

fn reading(usage: Option<&GenaiUsage>, stop_reason: Option<&StopReason>) -> Reading {
    let mut reading = Reading::default();
    reading.finish_reasons.extend(stop_reason.map(finish_reason));
    let Some(usage) = usage else { return reading };
    let prompt = usage.prompt_tokens_details.as_ref();
    let written = prompt.and_then(|details| details.cache_creation_details.as_ref());
    let completion = usage.completion_tokens_details.as_ref();
    let counts = [
        (Unit::InputTokens, usage.prompt_tokens),
        (Unit::OutputTokens, usage.completion_tokens),
        (Unit::CacheReadTokens, prompt.and_then(|details| details.cached_tokens)),
        (
            Unit::CacheWriteTokens,
            prompt.and_then(|details| details.cache_creation_tokens),
        ),
        (
            Unit::CacheWrite5mTokens,
            written.and_then(|details| details.ephemeral_5m_tokens),
        ),
        (
            Unit::CacheWrite1hTokens,
            written.and_then(|details| details.ephemeral_1h_tokens),
        ),
        (Unit::InputAudioTokens, prompt.and_then(|details| details.audio_tokens)),
        (
            Unit::OutputReasoningTokens,
            completion.and_then(|details| details.reasoning_tokens),
        ),
        (
            Unit::OutputAudioTokens,
            completion.and_then(|details| details.audio_tokens),
        ),
    ];
    for (unit, count) in counts {
        // Negative counts are ignored.
        if let Some(count) = count.and_then(|count| u64::try_from(count).ok()) {
            reading.usage.set(unit, count);
        }
    }
    reading
}

/// The provider's finish reason, unchanged.
fn finish_reason(reason: &StopReason) -> String {
    match reason {
        StopReason::Completed(text)
        | StopReason::MaxTokens(text)
        | StopReason::ToolCall(text)
        | StopReason::ContentFilter(text)
        | StopReason::StopSequence(text)
        | StopReason::Other(text) => text.clone(),
    }
}
