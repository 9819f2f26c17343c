//! Older and foreign spellings of the attributes: a table each, read like a page.

use crate::Attribute;

/// Spellings the conventions themselves replaced.
/// Source: semantic-conventions 1.37 (`gen_ai.system`), 1.27 (token names), semantic-conventions-genai#440 (cache writes).
pub(crate) const DEPRECATED: &[(&str, Attribute)] = &[
    ("gen_ai.system", Attribute::ProviderName),
    ("gen_ai.usage.prompt_tokens", Attribute::UsageInputTokens),
    ("gen_ai.usage.completion_tokens", Attribute::UsageOutputTokens),
    (
        "gen_ai.usage.cache_creation.input_tokens",
        Attribute::UsageCacheWriteInputTokens,
    ),
    ("gen_ai.openai.request.seed", Attribute::RequestSeed),
    ("gen_ai.openai.request.response_format", Attribute::OutputType),
    (
        "gen_ai.openai.request.service_tier",
        Attribute::OpenaiRequestServiceTier,
    ),
    (
        "gen_ai.openai.response.service_tier",
        Attribute::OpenaiResponseServiceTier,
    ),
];

/// Spellings of frameworks that emit `gen_ai.*` spans: rig 0.44 to 0.46, and OpenLLMetry, which share them.
pub(crate) const FRAMEWORKS: &[(&str, Attribute)] = &[
    ("gen_ai.usage.reasoning_tokens", Attribute::UsageReasoningOutputTokens),
    (
        "gen_ai.usage.cache_read_input_tokens",
        Attribute::UsageCacheReadInputTokens,
    ),
    (
        "gen_ai.usage.cache_creation_input_tokens",
        Attribute::UsageCacheWriteInputTokens,
    ),
    ("gen_ai.usage.cached_tokens", Attribute::UsageCacheReadInputTokens),
];
