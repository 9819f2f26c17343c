//! Pydantic AI and Logfire, with the count names of genai-prices and of the providers.

use super::definition::Dialect;
use super::structure::Structure;
use crate::Attribute;

/// `details.tool_use_prompt_tokens` and `details.audio_tokens` are not read: by provider and version, the former is
/// part of the input or not, the latter of input or output.
#[rustfmt::skip]
pub(super) const PYDANTIC_AI: Dialect = Dialect {
    name: "Pydantic AI and Logfire",
    source: "`pydantic_ai/usage.py` and `models/{anthropic,google,openai}.py` of pydantic-ai, `llm_providers/usage.py` of logfire; \
             langfuse#12306, langfuse#13110",
    renames: &[
        ("gen_ai.usage.cache_read_tokens", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.cache_write_tokens", Attribute::UsageCacheWriteInputTokens),
        ("gen_ai.usage.cache_audio_read_tokens", Attribute::UsageAudioCacheReadInputTokens),
        ("gen_ai.usage.details.cache_read_tokens", Attribute::UsageCacheReadInputTokens),
        // Names of Anthropic, OpenAI and Gemini.
        ("gen_ai.usage.details.cache_read_input_tokens", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.details.cached_tokens", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.details.cached_content_tokens", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.details.cache_write_tokens", Attribute::UsageCacheWriteInputTokens),
        ("gen_ai.usage.details.cache_creation_input_tokens", Attribute::UsageCacheWriteInputTokens),
        ("gen_ai.usage.details.reasoning_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.usage.details.thoughts_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.usage.details.thinking_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.usage.details.input_audio_tokens", Attribute::UsageAudioInputTokens),
        ("gen_ai.usage.details.output_audio_tokens", Attribute::UsageAudioOutputTokens),
        ("gen_ai.usage.details.cache_audio_read_tokens", Attribute::UsageAudioCacheReadInputTokens),
        // Gemini's counts by modality.
        ("gen_ai.usage.details.text_prompt_tokens", Attribute::UsageTextInputTokens),
        ("gen_ai.usage.details.image_prompt_tokens", Attribute::UsageImageInputTokens),
        ("gen_ai.usage.details.audio_prompt_tokens", Attribute::UsageAudioInputTokens),
        ("gen_ai.usage.details.text_candidates_tokens", Attribute::UsageTextOutputTokens),
        ("gen_ai.usage.details.image_candidates_tokens", Attribute::UsageImageOutputTokens),
        ("gen_ai.usage.details.audio_candidates_tokens", Attribute::UsageAudioOutputTokens),
        ("gen_ai.usage.details.text_cache_tokens", Attribute::UsageTextCacheReadInputTokens),
        ("gen_ai.usage.details.image_cache_tokens", Attribute::UsageImageCacheReadInputTokens),
        ("gen_ai.usage.details.audio_cache_tokens", Attribute::UsageAudioCacheReadInputTokens),
        ("gen_ai.usage.details.web_search_requests", Attribute::UsageWebSearches),
    ],
    structures: &[("gen_ai.usage.raw", Structure::Usage)],
    redundant: &[
        ("gen_ai.usage.details.input_tokens", "the provider's own count, included in `gen_ai.usage.input_tokens`"),
        ("gen_ai.usage.details.output_tokens", "the provider's own count, included in `gen_ai.usage.output_tokens`"),
        ("gen_ai.usage.details.accepted_prediction_tokens", "a part of the output, at its price"),
        ("gen_ai.usage.details.rejected_prediction_tokens", "a part of the output, at its price"),
    ],
    totals: &["gen_ai.usage.details.total_tokens"],
    scopes: &["pydantic-ai"],
    unprefixed: &[("agent_name", Attribute::AgentName)],
    ..Dialect::EMPTY
};
