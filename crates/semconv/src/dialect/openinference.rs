//! OpenInference, read by Phoenix and Arize.

use super::definition::Dialect;
use super::structure::{Field, Indexed, Structure};
use crate::{Attribute, OperationName};

/// `llm.system` is not read: it is the model's vendor, `llm.provider` the provider.
#[rustfmt::skip]
pub(super) const OPENINFERENCE: Dialect = Dialect {
    name: "OpenInference",
    source: "`spec/semantic_conventions.md` of Arize-ai/openinference, and its package openinference-semantic-conventions 0.1.42",
    renames: &[
        ("llm.model_name", Attribute::RequestModel),
        ("llm.request.model_name", Attribute::RequestModel),
        ("llm.response.model_name", Attribute::ResponseModel),
        ("embedding.model_name", Attribute::RequestModel),
        ("reranker.model_name", Attribute::RequestModel),
        ("llm.provider", Attribute::ProviderName),
        ("llm.finish_reason", Attribute::ResponseFinishReasons),
        ("llm.token_count.prompt", Attribute::UsageInputTokens),
        ("llm.token_count.completion", Attribute::UsageOutputTokens),
        ("llm.token_count.prompt_details.cache_read", Attribute::UsageCacheReadInputTokens),
        ("llm.token_count.prompt_details.cache_input", Attribute::UsageCacheReadInputTokens),
        ("llm.token_count.prompt_details.cache_write", Attribute::UsageCacheWriteInputTokens),
        ("llm.token_count.prompt_details.audio", Attribute::UsageAudioInputTokens),
        ("llm.token_count.completion_details.reasoning", Attribute::UsageReasoningOutputTokens),
        ("llm.token_count.completion_details.audio", Attribute::UsageAudioOutputTokens),
        (crate::cost::LLM_TOTAL, Attribute::UsageCost),
        ("llm.prompt_template.version", Attribute::PromptVersion),
        ("tool.name", Attribute::ToolName),
        ("tool.description", Attribute::ToolDescription),
        ("tool.id", Attribute::ToolCallId),
        ("tool_call.id", Attribute::ToolCallId),
        ("tool_call.function.arguments", Attribute::ToolCallArguments),
        ("agent.name", Attribute::AgentName),
    ],
    kinds: &["openinference.span.kind"],
    operations: &[
        ("openinference.span.kind", "LLM", OperationName::Chat),
        ("openinference.span.kind", "EMBEDDING", OperationName::Embeddings),
        ("openinference.span.kind", "RETRIEVER", OperationName::Retrieval),
        ("openinference.span.kind", "TOOL", OperationName::ExecuteTool),
        ("openinference.span.kind", "AGENT", OperationName::InvokeAgent),
    ],
    structures: &[
        ("llm.invocation_parameters", Structure::Parameters),
        ("embedding.invocation_parameters", Structure::Parameters),
        ("llm.input_messages", Structure::Messages(Attribute::InputMessages)),
        ("llm.output_messages", Structure::Messages(Attribute::OutputMessages)),
        ("llm.prompts", Structure::Messages(Attribute::InputMessages)),
        ("input.value", Structure::Input),
        ("output.value", Structure::Output),
        ("llm.function_call", Structure::Content),
        ("tool.parameters", Structure::Content),
        ("reranker.query", Structure::Content),
        ("embedding.text", Structure::Content),
        ("llm.prompt_template.template", Structure::Content),
        ("llm.prompt_template.variables", Structure::Content),
    ],
    indexed: &[
        Indexed {
            prefix: "llm.input_messages.",
            of: Attribute::InputMessages,
            fields: MESSAGE,
        },
        Indexed {
            prefix: "llm.output_messages.",
            of: Attribute::OutputMessages,
            fields: MESSAGE,
        },
        Indexed {
            prefix: "llm.prompts.",
            of: Attribute::InputMessages,
            fields: &[("prompt.text", Field::UserContent)],
        },
        Indexed {
            prefix: "llm.choices.",
            of: Attribute::OutputMessages,
            fields: &[("completion.text", Field::Content)],
        },
        Indexed {
            prefix: "llm.tools.",
            of: Attribute::ToolDefinitions,
            fields: &[
                ("tool.json_schema", Field::ToolSchema),
                ("tool.name", Field::ToolName),
                ("tool.description", Field::ToolDescription),
            ],
        },
        Indexed {
            prefix: "retrieval.documents.",
            of: Attribute::RetrievalDocuments,
            fields: &[
                ("document.id", Field::DocumentId),
                ("document.score", Field::DocumentScore),
                ("document.content", Field::DocumentContent),
                ("document.metadata", Field::DocumentMetadata),
            ],
        },
    ],
    content_prefixes: &[
        "embedding.embeddings.",
        "reranker.input_documents.",
        "reranker.output_documents.",
        "input.images.",
        "output.images.",
        "input.documents.",
        "output.documents.",
    ],
    totals: &["llm.token_count.total"],
    markers: &["llm.", "openinference.", "embedding."],
    generic: &[
        "reranker.model_name",
        "tool_call.id",
        "tool_call.function.arguments",
        "tool.name",
        "tool.description",
        "tool.id",
        "agent.name",
        "input.value",
        "output.value",
        "tool.parameters",
        "input.images.",
        "output.images.",
        "input.documents.",
        "output.documents.",
        "reranker.query",
        "reranker.input_documents.",
        "reranker.output_documents.",
    ],
    ..Dialect::EMPTY
};

#[rustfmt::skip]
const MESSAGE: &[(&str, Field)] = &[
    ("message.role", Field::Role),
    ("message.name", Field::SpeakerName),
    ("message.content", Field::Content),
    ("message.tool_call_id", Field::RespondsTo),
    ("message.finish_reason", Field::FinishReason),
    ("message.tool_calls.*.tool_call.id", Field::CallId),
    ("message.tool_calls.*.tool_call.function.name", Field::CallName),
    ("message.tool_calls.*.tool_call.function.arguments", Field::CallArguments),
    // OpenAI's older form: one call without an id.
    ("message.function_call_name", Field::CallName),
    ("message.function_call_arguments_json", Field::CallArguments),
    ("message.contents.*.message_content.type", Field::BlockType),
    ("message.contents.*.message_content.text", Field::BlockText),
    ("message.contents.*.message_content.image.image.url", Field::BlockImage),
    ("message.contents.*.message_content.audio.audio.url", Field::BlockAudio),
    ("message.contents.*.message_content.video.video.url", Field::BlockVideo),
    ("message.contents.*.message_content.document.document.url", Field::BlockDocument),
];
