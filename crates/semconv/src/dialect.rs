//! Older and foreign spellings of the attributes: a table each, read like a page.

use crate::{Attribute, OperationName};

/// Every dialect that is read.
pub(crate) const DIALECTS: [&[(&str, Attribute)]; 5] = [DEPRECATED, FRAMEWORKS, OPENINFERENCE, VERCEL, TRACELOOP];

/// Spellings the conventions themselves replaced.
/// Source: semantic-conventions 1.37 (`gen_ai.system`), 1.27 (token names), semantic-conventions-genai#440 (cache writes).
const DEPRECATED: &[(&str, Attribute)] = &[
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
const FRAMEWORKS: &[(&str, Attribute)] = &[
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
const OPENINFERENCE: &[(&str, Attribute)] = &[
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

/// The Vercel AI SDK, versions 4 and 5. Source: <https://ai-sdk.dev/docs/ai-sdk-core/telemetry>.
///
/// Prompts and answers are in forms of its own, and left.
const VERCEL: &[(&str, Attribute)] = &[
    ("ai.model.id", Attribute::RequestModel),
    ("ai.model.provider", Attribute::ProviderName),
    ("ai.response.id", Attribute::ResponseId),
    ("ai.response.model", Attribute::ResponseModel),
    ("ai.response.finishReason", Attribute::ResponseFinishReasons),
    (MS_TO_FIRST_CHUNK, Attribute::ResponseTimeToFirstChunk),
    ("ai.usage.promptTokens", Attribute::UsageInputTokens),
    ("ai.usage.inputTokens", Attribute::UsageInputTokens),
    ("ai.usage.tokens", Attribute::UsageInputTokens),
    ("ai.usage.completionTokens", Attribute::UsageOutputTokens),
    ("ai.usage.outputTokens", Attribute::UsageOutputTokens),
    ("ai.usage.cachedInputTokens", Attribute::UsageCacheReadInputTokens),
    ("ai.usage.reasoningTokens", Attribute::UsageReasoningOutputTokens),
    ("ai.toolCall.name", Attribute::ToolName),
    ("ai.toolCall.id", Attribute::ToolCallId),
    ("ai.toolCall.args", Attribute::ToolCallArguments),
    ("ai.toolCall.result", Attribute::ToolCallResult),
];

/// Traceloop's OpenLLMetry, beside the deprecated `gen_ai.*` names it writes. Source: `SpanAttributes` of the package
/// `opentelemetry-semantic-conventions-ai`.
const TRACELOOP: &[(&str, Attribute)] = &[
    ("llm.is_streaming", Attribute::RequestStream),
    ("llm.top_k", Attribute::RequestTopK),
    ("llm.frequency_penalty", Attribute::RequestFrequencyPenalty),
    ("llm.presence_penalty", Attribute::RequestPresencePenalty),
    ("llm.chat.stop_sequences", Attribute::RequestStopSequences),
    ("llm.response.finish_reason", Attribute::ResponseFinishReasons),
    ("llm.response.stop_reason", Attribute::ResponseFinishReasons),
    ("traceloop.workflow.name", Attribute::WorkflowName),
];

/// Milliseconds, where the conventions have seconds.
pub(crate) const MS_TO_FIRST_CHUNK: &str = "ai.response.msToFirstChunk";

/// The attributes by which OpenInference, the Vercel SDK and Traceloop say what a span is.
pub(crate) const KINDS: [&str; 4] = [
    "openinference.span.kind",
    "ai.operationId",
    "llm.request.type",
    "traceloop.span.kind",
];

/// Their values, and the operations they are. The others, such as `CHAIN` and `RERANKER`, are none of the conventions'.
///
/// The Vercel SDK writes a span around its calls of models, which repeats their counts: it is no call itself.
pub(crate) const OPERATIONS: &[(&str, &str, OperationName)] = &[
    ("openinference.span.kind", "LLM", OperationName::Chat),
    ("openinference.span.kind", "EMBEDDING", OperationName::Embeddings),
    ("openinference.span.kind", "RETRIEVER", OperationName::Retrieval),
    ("openinference.span.kind", "TOOL", OperationName::ExecuteTool),
    ("openinference.span.kind", "AGENT", OperationName::InvokeAgent),
    ("ai.operationId", "ai.generateText", OperationName::InvokeAgent),
    ("ai.operationId", "ai.generateText.doGenerate", OperationName::Chat),
    ("ai.operationId", "ai.streamText", OperationName::InvokeAgent),
    ("ai.operationId", "ai.streamText.doStream", OperationName::Chat),
    ("ai.operationId", "ai.generateObject", OperationName::InvokeAgent),
    ("ai.operationId", "ai.generateObject.doGenerate", OperationName::Chat),
    ("ai.operationId", "ai.streamObject", OperationName::InvokeAgent),
    ("ai.operationId", "ai.streamObject.doStream", OperationName::Chat),
    ("ai.operationId", "ai.embed", OperationName::InvokeWorkflow),
    ("ai.operationId", "ai.embed.doEmbed", OperationName::Embeddings),
    ("ai.operationId", "ai.embedMany", OperationName::InvokeWorkflow),
    ("ai.operationId", "ai.embedMany.doEmbed", OperationName::Embeddings),
    ("ai.operationId", "ai.toolCall", OperationName::ExecuteTool),
    ("llm.request.type", "chat", OperationName::Chat),
    ("llm.request.type", "completion", OperationName::TextCompletion),
    ("llm.request.type", "embedding", OperationName::Embeddings),
    ("traceloop.span.kind", "workflow", OperationName::InvokeWorkflow),
    ("traceloop.span.kind", "agent", OperationName::InvokeAgent),
    ("traceloop.span.kind", "tool", OperationName::ExecuteTool),
];

/// Names of OpenInference that may as well be a service's own, and mean the conventions' only on a span of OpenInference.
pub(crate) const GENERIC: [&str; 4] = ["tool.name", "tool.description", "tool.id", "agent.name"];

/// What the names begin with that make a span one of a dialect without `gen_ai.*`.
pub(crate) const MARKERS: &[&str] = &["llm.", "openinference.", "embedding.model_name", "ai.", "traceloop."];
