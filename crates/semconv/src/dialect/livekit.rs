//! Count names of LiveKit and several other libraries, outside the conventions.

use super::definition::Dialect;
use crate::Attribute;

/// `gen_ai.usage.output_reasoning_tokens` is not read: some exclude it from the output, others include it.
#[rustfmt::skip]
pub(super) const LIVEKIT: Dialect = Dialect {
    name: "LiveKit, AG2, GitHub Copilot and others",
    source: "`livekit/agents/telemetry/trace_types.py` of livekit/agents, `autogen/opentelemetry` of ag2, the OpenTelemetry files \
             of GitHub Copilot; langfuse#14902",
    renames: &[
        ("gen_ai.usage.input_cached_tokens", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.cached_input_tokens", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.input_tokens_details.cached_tokens", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.cache_creation_tokens", Attribute::UsageCacheWriteInputTokens),
        ("gen_ai.usage.input_text_tokens", Attribute::UsageTextInputTokens),
        ("gen_ai.usage.input_image_tokens", Attribute::UsageImageInputTokens),
        ("gen_ai.usage.input_audio_tokens", Attribute::UsageAudioInputTokens),
        ("gen_ai.usage.output_text_tokens", Attribute::UsageTextOutputTokens),
        ("gen_ai.usage.output_image_tokens", Attribute::UsageImageOutputTokens),
        ("gen_ai.usage.output_audio_tokens", Attribute::UsageAudioOutputTokens),
        ("gen_ai.usage.reasoning_output_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.usage.thinking_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.usage.output_tokens_details.reasoning_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.usage.web_search_requests", Attribute::UsageWebSearches),
    ],
    ..Dialect::EMPTY
};
