//! The attributes the bridge reads or writes: one table of names and value types.

/// What an attribute's value is, in the conventions' terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueType {
    /// A UTF-8 string.
    Text,
    /// A list of strings.
    TextArray,
    /// A whole number; token counts are never negative.
    Int,
    /// A double.
    Double,
    /// True or false.
    Bool,
    /// Structured content, carried as a JSON string on spans.
    Json,
}

macro_rules! attributes {
    ($($variant:ident $constant:ident = $name:literal, $value_type:ident;)*) => {
        /// An attribute of the GenAI conventions, or of the core conventions they refer to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Attribute {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Attribute {
            /// Every attribute, in the table's order.
            pub const ALL: &[Attribute] = &[$(Attribute::$variant),*];

            /// How many attributes there are.
            pub const COUNT: usize = Self::ALL.len();

            /// The current name.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Attribute::$variant => $name,)*
                }
            }

            /// What its value is.
            pub const fn value_type(self) -> ValueType {
                match self {
                    $(Attribute::$variant => ValueType::$value_type,)*
                }
            }
        }

        /// Every attribute as a key that knows the type of its values.
        pub mod key {
            use super::Attribute;
            use crate::typed::{Bool, Double, Int, Json, Key, Text, TextArray};

            $(
                #[doc = concat!("`", $name, "`")]
                pub const $constant: Key<$value_type> = Key::new(Attribute::$variant);
            )*
        }
    };
}

attributes! {
    OperationName OPERATION_NAME = "gen_ai.operation.name", Text;
    ProviderName PROVIDER_NAME = "gen_ai.provider.name", Text;
    ConversationId CONVERSATION_ID = "gen_ai.conversation.id", Text;
    ConversationCompacted CONVERSATION_COMPACTED = "gen_ai.conversation.compacted", Bool;
    OutputType OUTPUT_TYPE = "gen_ai.output.type", Text;

    RequestModel REQUEST_MODEL = "gen_ai.request.model", Text;
    RequestMaxTokens REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens", Int;
    RequestChoiceCount REQUEST_CHOICE_COUNT = "gen_ai.request.choice.count", Int;
    RequestTemperature REQUEST_TEMPERATURE = "gen_ai.request.temperature", Double;
    RequestTopP REQUEST_TOP_P = "gen_ai.request.top_p", Double;
    RequestTopK REQUEST_TOP_K = "gen_ai.request.top_k", Int;
    RequestFrequencyPenalty REQUEST_FREQUENCY_PENALTY = "gen_ai.request.frequency_penalty", Double;
    RequestPresencePenalty REQUEST_PRESENCE_PENALTY = "gen_ai.request.presence_penalty", Double;
    RequestSeed REQUEST_SEED = "gen_ai.request.seed", Int;
    RequestStream REQUEST_STREAM = "gen_ai.request.stream", Bool;
    RequestStreamCursor REQUEST_STREAM_CURSOR = "gen_ai.request.stream_cursor", Text;
    RequestStopSequences REQUEST_STOP_SEQUENCES = "gen_ai.request.stop_sequences", TextArray;
    RequestEncodingFormats REQUEST_ENCODING_FORMATS = "gen_ai.request.encoding_formats", TextArray;
    RequestReasoningLevel REQUEST_REASONING_LEVEL = "gen_ai.request.reasoning.level", Text;
    RequestPreviousResponseId REQUEST_PREVIOUS_RESPONSE_ID = "gen_ai.request.previous_response.id", Text;

    ResponseId RESPONSE_ID = "gen_ai.response.id", Text;
    ResponseModel RESPONSE_MODEL = "gen_ai.response.model", Text;
    ResponseFinishReasons RESPONSE_FINISH_REASONS = "gen_ai.response.finish_reasons", TextArray;
    ResponseStatus RESPONSE_STATUS = "gen_ai.response.status", Text;
    ResponseTimeToFirstChunk RESPONSE_TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk", Double;

    UsageInputTokens USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens", Int;
    UsageOutputTokens USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens", Int;
    UsageCacheReadInputTokens USAGE_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.cache_read.input_tokens", Int;
    UsageCacheWriteInputTokens USAGE_CACHE_WRITE_INPUT_TOKENS = "gen_ai.usage.cache_write.input_tokens", Int;
    UsageReasoningOutputTokens USAGE_REASONING_OUTPUT_TOKENS = "gen_ai.usage.reasoning.output_tokens", Int;
    UsageTextInputTokens USAGE_TEXT_INPUT_TOKENS = "gen_ai.usage.text.input_tokens", Int;
    UsageImageInputTokens USAGE_IMAGE_INPUT_TOKENS = "gen_ai.usage.image.input_tokens", Int;
    UsageAudioInputTokens USAGE_AUDIO_INPUT_TOKENS = "gen_ai.usage.audio.input_tokens", Int;
    UsageTextOutputTokens USAGE_TEXT_OUTPUT_TOKENS = "gen_ai.usage.text.output_tokens", Int;
    UsageImageOutputTokens USAGE_IMAGE_OUTPUT_TOKENS = "gen_ai.usage.image.output_tokens", Int;
    UsageAudioOutputTokens USAGE_AUDIO_OUTPUT_TOKENS = "gen_ai.usage.audio.output_tokens", Int;
    UsageTextCacheReadInputTokens USAGE_TEXT_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.text.cache_read.input_tokens", Int;
    UsageImageCacheReadInputTokens USAGE_IMAGE_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.image.cache_read.input_tokens", Int;
    UsageAudioCacheReadInputTokens USAGE_AUDIO_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.audio.cache_read.input_tokens", Int;
    // No convention: the name OpenLIT writes and Langfuse and Grafana Cloud's dashboards read.
    UsageCost USAGE_COST = "gen_ai.usage.cost", Double;
    // No convention names the cache's time to live; a one-hour write costs twice what a five-minute one does.
    UsageCacheWrite1hInputTokens USAGE_CACHE_WRITE1H_INPUT_TOKENS = "tracing_genai.usage.cache_write_1h.input_tokens", Int;
    // No convention: some providers bill each search beside the tokens.
    UsageWebSearches USAGE_WEB_SEARCHES = "tracing_genai.usage.web_searches", Int;

    TokenType TOKEN_TYPE = "gen_ai.token.type", Text;
    TokenModality TOKEN_MODALITY = "gen_ai.token.modality", Text;

    EmbeddingsDimensionCount EMBEDDINGS_DIMENSION_COUNT = "gen_ai.embeddings.dimension.count", Int;

    AgentId AGENT_ID = "gen_ai.agent.id", Text;
    AgentName AGENT_NAME = "gen_ai.agent.name", Text;
    AgentDescription AGENT_DESCRIPTION = "gen_ai.agent.description", Text;
    AgentVersion AGENT_VERSION = "gen_ai.agent.version", Text;
    WorkflowName WORKFLOW_NAME = "gen_ai.workflow.name", Text;
    ToolName TOOL_NAME = "gen_ai.tool.name", Text;
    ToolType TOOL_TYPE = "gen_ai.tool.type", Text;
    ToolCallId TOOL_CALL_ID = "gen_ai.tool.call.id", Text;
    ToolDescription TOOL_DESCRIPTION = "gen_ai.tool.description", Text;
    DataSourceId DATA_SOURCE_ID = "gen_ai.data_source.id", Text;
    RetrievalTopK RETRIEVAL_TOP_K = "gen_ai.retrieval.top_k", Int;
    RetrievalQueryText RETRIEVAL_QUERY_TEXT = "gen_ai.retrieval.query.text", Text;
    RetrievalDocuments RETRIEVAL_DOCUMENTS = "gen_ai.retrieval.documents", Json;
    MemoryStoreId MEMORY_STORE_ID = "gen_ai.memory.store.id", Text;
    MemoryRecordId MEMORY_RECORD_ID = "gen_ai.memory.record.id", Text;
    MemoryRecordCount MEMORY_RECORD_COUNT = "gen_ai.memory.record.count", Int;
    MemoryQueryText MEMORY_QUERY_TEXT = "gen_ai.memory.query.text", Text;
    MemoryRecords MEMORY_RECORDS = "gen_ai.memory.records", Json;

    InputMessages INPUT_MESSAGES = "gen_ai.input.messages", Json;
    OutputMessages OUTPUT_MESSAGES = "gen_ai.output.messages", Json;
    SystemInstructions SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions", Json;
    ToolDefinitions TOOL_DEFINITIONS = "gen_ai.tool.definitions", Json;
    ToolCallArguments TOOL_CALL_ARGUMENTS = "gen_ai.tool.call.arguments", Json;
    ToolCallResult TOOL_CALL_RESULT = "gen_ai.tool.call.result", Json;

    EvaluationName EVALUATION_NAME = "gen_ai.evaluation.name", Text;
    EvaluationScoreValue EVALUATION_SCORE_VALUE = "gen_ai.evaluation.score.value", Double;
    EvaluationScoreLabel EVALUATION_SCORE_LABEL = "gen_ai.evaluation.score.label", Text;
    EvaluationExplanation EVALUATION_EXPLANATION = "gen_ai.evaluation.explanation", Text;
    PromptName PROMPT_NAME = "gen_ai.prompt.name", Text;
    PromptVersion PROMPT_VERSION = "gen_ai.prompt.version", Text;

    OpenaiApiType OPENAI_API_TYPE = "openai.api.type", Text;
    OpenaiRequestServiceTier OPENAI_REQUEST_SERVICE_TIER = "openai.request.service_tier", Text;
    OpenaiResponseServiceTier OPENAI_RESPONSE_SERVICE_TIER = "openai.response.service_tier", Text;
    OpenaiResponseSystemFingerprint OPENAI_RESPONSE_SYSTEM_FINGERPRINT = "openai.response.system_fingerprint", Text;
    AwsBedrockGuardrailId AWS_BEDROCK_GUARDRAIL_ID = "aws.bedrock.guardrail.id", Text;
    AwsBedrockKnowledgeBaseId AWS_BEDROCK_KNOWLEDGE_BASE_ID = "aws.bedrock.knowledge_base.id", Text;
    // The conventions name a tier for OpenAI alone; others have them too, and price by them.
    ResponseServiceTier RESPONSE_SERVICE_TIER = "tracing_genai.response.service_tier", Text;
    // Anthropic answers how fast a call was served, and bills a fast one at a price of its own.
    ResponseSpeed RESPONSE_SPEED = "tracing_genai.response.speed", Text;

    McpMethodName MCP_METHOD_NAME = "mcp.method.name", Text;
    McpSessionId MCP_SESSION_ID = "mcp.session.id", Text;
    McpResourceUri MCP_RESOURCE_URI = "mcp.resource.uri", Text;
    McpProtocolVersion MCP_PROTOCOL_VERSION = "mcp.protocol.version", Text;
    JsonrpcRequestId JSONRPC_REQUEST_ID = "jsonrpc.request.id", Text;
    JsonrpcProtocolVersion JSONRPC_PROTOCOL_VERSION = "jsonrpc.protocol.version", Text;
    RpcResponseStatusCode RPC_RESPONSE_STATUS_CODE = "rpc.response.status_code", Text;
    NetworkTransport NETWORK_TRANSPORT = "network.transport", Text;
    NetworkProtocolName NETWORK_PROTOCOL_NAME = "network.protocol.name", Text;
    NetworkProtocolVersion NETWORK_PROTOCOL_VERSION = "network.protocol.version", Text;

    ErrorType ERROR_TYPE = "error.type", Text;
    ExceptionType EXCEPTION_TYPE = "exception.type", Text;
    ExceptionMessage EXCEPTION_MESSAGE = "exception.message", Text;
    ExceptionStacktrace EXCEPTION_STACKTRACE = "exception.stacktrace", Text;
    ServerAddress SERVER_ADDRESS = "server.address", Text;
    ServerPort SERVER_PORT = "server.port", Int;
    ClientAddress CLIENT_ADDRESS = "client.address", Text;
    ClientPort CLIENT_PORT = "client.port", Int;
    SessionId SESSION_ID = "session.id", Text;
    UserId USER_ID = "user.id", Text;
}

impl Attribute {
    /// Whether the attribute carries what people wrote or models answered, which is cut first and never counted on.
    pub const fn is_content(self) -> bool {
        matches!(self.value_type(), ValueType::Json)
            || matches!(
                self,
                Self::RetrievalQueryText | Self::MemoryQueryText | Self::EvaluationExplanation
            )
    }

    /// Whether the attribute counts what was used.
    pub const fn is_usage(self) -> bool {
        matches!(
            self,
            Self::UsageInputTokens
                | Self::UsageOutputTokens
                | Self::UsageCacheReadInputTokens
                | Self::UsageCacheWriteInputTokens
                | Self::UsageCacheWrite1hInputTokens
                | Self::UsageReasoningOutputTokens
                | Self::UsageTextInputTokens
                | Self::UsageImageInputTokens
                | Self::UsageAudioInputTokens
                | Self::UsageTextOutputTokens
                | Self::UsageImageOutputTokens
                | Self::UsageAudioOutputTokens
                | Self::UsageTextCacheReadInputTokens
                | Self::UsageImageCacheReadInputTokens
                | Self::UsageAudioCacheReadInputTokens
                | Self::UsageWebSearches
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_is_found_under_its_own_name() {
        for attribute in Attribute::ALL {
            let spelling = Attribute::from_name(attribute.name()).expect("in the table");
            assert_eq!(spelling.attribute, *attribute);
            assert!(spelling.is_current());
        }
    }

    #[test]
    fn token_counts_are_integers() {
        for attribute in Attribute::ALL.iter().filter(|attribute| attribute.is_usage()) {
            assert_eq!(attribute.value_type(), ValueType::Int, "{}", attribute.name());
        }
    }
}
