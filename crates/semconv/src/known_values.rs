//! The known values of the conventions' enum attributes.

use crate::{Attribute, OperationName};

/// An open enum: other providers use their own names.
const PROVIDERS: &[&str] = &[
    "openai",
    "gcp.gen_ai",
    "gcp.vertex_ai",
    "gcp.gemini",
    "anthropic",
    "cohere",
    "azure.ai.inference",
    "azure.ai.openai",
    "ibm.watsonx.ai",
    "aws.bedrock",
    "perplexity",
    "x_ai",
    "deepseek",
    "groq",
    "mistral_ai",
    "moonshot_ai",
];

const OUTPUT_TYPES: &[&str] = &["text", "json", "image", "speech"];

const RESPONSE_STATUSES: &[&str] = &[
    "queued",
    "in_progress",
    "completed",
    "incomplete",
    "failed",
    "cancelled",
];

const TOKEN_TYPES: &[&str] = &["input", "output"];

const TOKEN_MODALITIES: &[&str] = &["text", "image", "audio", "unknown"];

const OPENAI_API_TYPES: &[&str] = &["chat_completions", "responses"];

const OPENAI_SERVICE_TIERS: &[&str] = &["auto", "default"];

const MCP_METHODS: &[&str] = &[
    "notifications/cancelled",
    "initialize",
    "notifications/initialized",
    "notifications/progress",
    "ping",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "notifications/resources/list_changed",
    "resources/subscribe",
    "resources/unsubscribe",
    "notifications/resources/updated",
    "prompts/list",
    "prompts/get",
    "notifications/prompts/list_changed",
    "tools/list",
    "tools/call",
    "notifications/tools/list_changed",
    "logging/setLevel",
    "notifications/message",
    "sampling/createMessage",
    "completion/complete",
    "roots/list",
    "notifications/roots/list_changed",
    "elicitation/create",
];

impl Attribute {
    /// The known values of an enum attribute; empty for other attributes. All of these enums are open.
    pub const fn known_values(self) -> &'static [&'static str] {
        match self {
            Self::OperationName => OperationName::NAMES,
            Self::ProviderName => PROVIDERS,
            Self::OutputType => OUTPUT_TYPES,
            Self::ResponseStatus => RESPONSE_STATUSES,
            Self::TokenType => TOKEN_TYPES,
            Self::TokenModality => TOKEN_MODALITIES,
            Self::OpenaiApiType => OPENAI_API_TYPES,
            Self::OpenaiRequestServiceTier => OPENAI_SERVICE_TIERS,
            Self::McpMethodName => MCP_METHODS,
            _ => &[],
        }
    }
}
