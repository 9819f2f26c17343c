//! Traceloop's OpenLLMetry, in its three forms.

use super::definition::Dialect;
use super::structure::{Field, Indexed, Structure};
use crate::{Attribute, OperationName};

#[rustfmt::skip]
pub(super) const TRACELOOP: Dialect = Dialect {
    name: "Traceloop (OpenLLMetry) 0.25 to 0.62",
    source: "the packages opentelemetry-semantic-conventions-ai, opentelemetry-instrumentation-{openai,anthropic,langchain,\
             bedrock} and traceloop-sdk",
    renames: &[
        ("llm.is_streaming", Attribute::RequestStream),
        ("gen_ai.is_streaming", Attribute::RequestStream),
        ("llm.top_k", Attribute::RequestTopK),
        ("llm.frequency_penalty", Attribute::RequestFrequencyPenalty),
        ("llm.presence_penalty", Attribute::RequestPresencePenalty),
        ("llm.chat.stop_sequences", Attribute::RequestStopSequences),
        ("llm.request.reasoning_effort", Attribute::RequestReasoningLevel),
        ("gen_ai.request.reasoning_effort", Attribute::RequestReasoningLevel),
        ("gen_ai.request.n", Attribute::RequestChoiceCount),
        ("gen_ai.request.max_completion_tokens", Attribute::RequestMaxTokens),
        ("llm.user", Attribute::UserId),
        ("gen_ai.user", Attribute::UserId),
        ("llm.response.finish_reason", Attribute::ResponseFinishReasons),
        ("llm.response.stop_reason", Attribute::ResponseFinishReasons),
        ("gen_ai.response.finish_reason", Attribute::ResponseFinishReasons),
        ("gen_ai.response.stop_reason", Attribute::ResponseFinishReasons),
        ("gen_ai.openai.system_fingerprint", Attribute::OpenaiResponseSystemFingerprint),
        ("gen_ai.usage.cache_read_input_tokens", Attribute::UsageCacheReadInputTokens),
        ("gen_ai.usage.cache_creation_input_tokens", Attribute::UsageCacheWriteInputTokens),
        ("gen_ai.usage.cached_tokens", Attribute::UsageCacheReadInputTokens),
        ("llm.request.model", Attribute::RequestModel),
        ("llm.response.model", Attribute::ResponseModel),
        ("llm.request.max_tokens", Attribute::RequestMaxTokens),
        ("llm.request.temperature", Attribute::RequestTemperature),
        ("llm.request.top_p", Attribute::RequestTopP),
        ("llm.usage.prompt_tokens", Attribute::UsageInputTokens),
        ("llm.usage.completion_tokens", Attribute::UsageOutputTokens),
        ("llm.usage.cache_read_input_tokens", Attribute::UsageCacheReadInputTokens),
        ("llm.usage.cache_creation_input_tokens", Attribute::UsageCacheWriteInputTokens),
        ("llm.usage.reasoning_tokens", Attribute::UsageReasoningOutputTokens),
        ("gen_ai.usage.reasoning_tokens", Attribute::UsageReasoningOutputTokens),
        ("traceloop.workflow.name", Attribute::WorkflowName),
        ("traceloop.prompt.key", Attribute::PromptName),
        ("traceloop.prompt.version", Attribute::PromptVersion),
        ("traceloop.association.properties.user_id", Attribute::UserId),
        ("traceloop.association.properties.session_id", Attribute::SessionId),
        ("traceloop.association.properties.conversation_id", Attribute::ConversationId),
        ("traceloop.association.properties.thread_id", Attribute::ConversationId),
    ],
    kinds: &["llm.request.type", "traceloop.span.kind"],
    operations: &[
        ("llm.request.type", "chat", OperationName::Chat),
        ("llm.request.type", "completion", OperationName::TextCompletion),
        ("llm.request.type", "embedding", OperationName::Embeddings),
        ("traceloop.span.kind", "workflow", OperationName::InvokeWorkflow),
        ("traceloop.span.kind", "agent", OperationName::InvokeAgent),
        ("traceloop.span.kind", "tool", OperationName::ExecuteTool),
        ("gen_ai.operation.name", "vector_db_retrieve", OperationName::Retrieval),
    ],
    // Anthropic's chat spans have `completion`, those of OpenAI's Responses have no kind.
    span_names: &[
        ("openai.chat", OperationName::Chat),
        ("openai.response", OperationName::Chat),
        ("openai.assistant.run", OperationName::Chat),
        ("openai.completion", OperationName::TextCompletion),
        ("openai.embeddings", OperationName::Embeddings),
        ("anthropic.chat", OperationName::Chat),
        ("anthropic.completion", OperationName::TextCompletion),
        ("bedrock.converse", OperationName::Chat),
        ("bedrock.completion", OperationName::TextCompletion),
    ],
    structures: &[
        ("traceloop.entity.name", Structure::Name),
        ("traceloop.entity.input", Structure::Input),
        ("traceloop.entity.output", Structure::Output),
        ("traceloop.prompt.template", Structure::Content),
        ("gen_ai.guardrail.input", Structure::Content),
        ("gen_ai.guardrail.output", Structure::Content),
        ("mcp.request.argument", Structure::Content),
        ("mcp.response.value", Structure::Content),
        ("gen_ai.task.input", Structure::Content),
        ("gen_ai.task.output", Structure::Content),
        ("llm.request.functions", Structure::Tools),
        ("gen_ai.openai.api_base", Structure::ServerUrl),
        ("gen_ai.request.structured_output_schema", Structure::JsonOutput),
    ],
    indexed: &[
        Indexed {
            prefix: "gen_ai.prompt.",
            of: Attribute::InputMessages,
            fields: MESSAGE,
        },
        Indexed {
            prefix: "gen_ai.completion.",
            of: Attribute::OutputMessages,
            fields: MESSAGE,
        },
        Indexed {
            prefix: "llm.request.functions.",
            of: Attribute::ToolDefinitions,
            fields: &[
                ("name", Field::ToolName),
                ("description", Field::ToolDescription),
                ("parameters", Field::ToolParameters),
                // Anthropic's name.
                ("input_schema", Field::ToolParameters),
            ],
        },
    ],
    content_prefixes: &["traceloop.prompt.template_variables."],
    dropped: &[
        ("llm.headers", "request headers as text, with API keys"),
        ("gen_ai.headers", "request headers as text, with API keys"),
    ],
    redundant: &[("llm.usage.requests", "requests; a span is one")],
    totals: &["llm.usage.total_tokens"],
    markers: &["llm.", "traceloop."],
    ..Dialect::EMPTY
};

#[rustfmt::skip]
const MESSAGE: &[(&str, Field)] = &[
    ("role", Field::Role),
    ("content", Field::Content),
    ("user", Field::UserContent),
    ("tool_call_id", Field::RespondsTo),
    ("tool_calls.*.id", Field::CallId),
    ("tool_calls.*.name", Field::CallName),
    ("tool_calls.*.arguments", Field::CallArguments),
    // OpenAI's own list, in 0.25.
    ("tool_calls", Field::Calls),
    ("finish_reason", Field::FinishReason),
    ("refusal", Field::Refusal),
    ("reasoning", Field::Reasoning),
];
