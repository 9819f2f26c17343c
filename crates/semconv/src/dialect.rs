//! Older and foreign spellings of the attributes: a table each, read like a page.

use crate::{Attribute, OperationName};

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

/// OpenInference, which Phoenix and Arize read. Source: `spec/semantic_conventions.md` of Arize-ai/openinference.
///
/// `llm.system` is left: it names who made the model, and `llm.provider` who served it. Messages are lists spread over many
/// attributes, and left too.
pub(crate) const OPENINFERENCE: &[(&str, Attribute)] = &[
    ("llm.model_name", Attribute::RequestModel),
    ("embedding.model_name", Attribute::RequestModel),
    ("llm.provider", Attribute::ProviderName),
    ("llm.finish_reason", Attribute::ResponseFinishReasons),
    ("llm.token_count.prompt", Attribute::UsageInputTokens),
    ("llm.token_count.completion", Attribute::UsageOutputTokens),
    (
        "llm.token_count.prompt_details.cache_read",
        Attribute::UsageCacheReadInputTokens,
    ),
    (
        "llm.token_count.prompt_details.cache_write",
        Attribute::UsageCacheWriteInputTokens,
    ),
    ("llm.token_count.prompt_details.audio", Attribute::UsageAudioInputTokens),
    (
        "llm.token_count.completion_details.reasoning",
        Attribute::UsageReasoningOutputTokens,
    ),
    (
        "llm.token_count.completion_details.audio",
        Attribute::UsageAudioOutputTokens,
    ),
    ("llm.cost.total", Attribute::UsageCost),
    ("tool.name", Attribute::ToolName),
    ("tool.description", Attribute::ToolDescription),
    ("tool.id", Attribute::ToolCallId),
    ("agent.name", Attribute::AgentName),
];

/// The attribute by which OpenInference says what a span is.
pub(crate) const OPENINFERENCE_KIND: &str = "openinference.span.kind";

/// Its values, and the operations they are. The others, such as `CHAIN` and `RERANKER`, are none of the conventions'.
pub(crate) const OPENINFERENCE_KINDS: &[(&str, OperationName)] = &[
    ("LLM", OperationName::Chat),
    ("EMBEDDING", OperationName::Embeddings),
    ("RETRIEVER", OperationName::Retrieval),
    ("TOOL", OperationName::ExecuteTool),
    ("AGENT", OperationName::InvokeAgent),
];

/// What the names begin with that make a span one of a dialect without `gen_ai.*`.
pub(crate) const MARKERS: &[&str] = &["llm.", "openinference.", "embedding.model_name"];
