//! The attributes the bridge reads or writes: one table of names and value types.

/// The type of an attribute's value, in the conventions' terms.
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
    ($($variant:ident $constant:ident = $name:literal, $value_type:ident, $about:literal;)*) => {
        /// An attribute of the GenAI conventions, or of the core conventions they refer to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Attribute {
            $(#[doc = concat!("`", $name, "`: ", $about)] $variant,)*
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

            /// Its description, in a sentence.
            pub const fn about(self) -> &'static str {
                match self {
                    $(Attribute::$variant => $about,)*
                }
            }

            /// The type of its value.
            pub const fn value_type(self) -> ValueType {
                match self {
                    $(Attribute::$variant => ValueType::$value_type,)*
                }
            }
        }
    };
}

/// Calls a macro with the table: variant, constant, name, type and description of each attribute.
#[rustfmt::skip]
macro_rules! attribute_table {
    ($callback:ident) => { $callback! {
    OperationName OPERATION_NAME = "gen_ai.operation.name", Text, "The operation: `chat`, `embeddings`, `execute_tool` and so on.";
    ProviderName PROVIDER_NAME = "gen_ai.provider.name", Text, "The provider that serves the model, as the caller sees it.";
    ConversationId CONVERSATION_ID = "gen_ai.conversation.id", Text, "The conversation, session or thread of the operation; never generated.";
    ConversationCompacted CONVERSATION_COMPACTED = "gen_ai.conversation.compacted", Bool, "True if the model was given a shortened conversation; otherwise absent.";
    OutputType OUTPUT_TYPE = "gen_ai.output.type", Text, "The requested output type.";

    RequestModel REQUEST_MODEL = "gen_ai.request.model", Text, "The requested model.";
    RequestMaxTokens REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens", Int, "The maximum number of output tokens.";
    RequestChoiceCount REQUEST_CHOICE_COUNT = "gen_ai.request.choice.count", Int, "The number of requested choices, if not one.";
    RequestTemperature REQUEST_TEMPERATURE = "gen_ai.request.temperature", Double, "The sampling temperature.";
    RequestTopP REQUEST_TOP_P = "gen_ai.request.top_p", Double, "The probability mass sampled from.";
    RequestTopK REQUEST_TOP_K = "gen_ai.request.top_k", Int, "The number of most likely tokens sampled from.";
    RequestFrequencyPenalty REQUEST_FREQUENCY_PENALTY = "gen_ai.request.frequency_penalty", Double, "The penalty on frequent tokens.";
    RequestPresencePenalty REQUEST_PRESENCE_PENALTY = "gen_ai.request.presence_penalty", Double, "The penalty on tokens that already occurred.";
    RequestSeed REQUEST_SEED = "gen_ai.request.seed", Int, "The seed for reproducible output.";
    RequestStream REQUEST_STREAM = "gen_ai.request.stream", Bool, "True if a stream was requested; otherwise absent.";
    RequestStreamCursor REQUEST_STREAM_CURSOR = "gen_ai.request.stream_cursor", Text, "The last received chunk, when a stream is resumed.";
    RequestStopSequences REQUEST_STOP_SEQUENCES = "gen_ai.request.stop_sequences", TextArray, "The texts at which generation stops.";
    RequestEncodingFormats REQUEST_ENCODING_FORMATS = "gen_ai.request.encoding_formats", TextArray, "The requested encodings of embeddings.";
    RequestReasoningLevel REQUEST_REASONING_LEVEL = "gen_ai.request.reasoning.level", Text, "The requested reasoning effort, in the provider's word.";
    RequestPreviousResponseId REQUEST_PREVIOUS_RESPONSE_ID = "gen_ai.request.previous_response.id", Text, "The response that this request continues.";

    ResponseId RESPONSE_ID = "gen_ai.response.id", Text, "The provider's id of the response.";
    ResponseModel RESPONSE_MODEL = "gen_ai.response.model", Text, "The model that served the call, which may differ from the requested one.";
    ResponseFinishReasons RESPONSE_FINISH_REASONS = "gen_ai.response.finish_reasons", TextArray, "Why generation stopped, one reason per choice.";
    ResponseStatus RESPONSE_STATUS = "gen_ai.response.status", Text, "The status of a fetched response.";
    ResponseTimeToFirstChunk RESPONSE_TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk", Double, "Seconds from the request to the first chunk of its stream.";

    UsageInputTokens USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens", Int, "Input tokens, including cached ones.";
    UsageOutputTokens USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens", Int, "Output tokens, including reasoning.";
    UsageCacheReadInputTokens USAGE_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.cache_read.input_tokens", Int, "Input tokens read from the provider's cache.";
    UsageCacheWriteInputTokens USAGE_CACHE_WRITE_INPUT_TOKENS = "gen_ai.usage.cache_write.input_tokens", Int, "Input tokens written to the provider's cache.";
    UsageReasoningOutputTokens USAGE_REASONING_OUTPUT_TOKENS = "gen_ai.usage.reasoning.output_tokens", Int, "Output tokens of reasoning.";
    UsageTextInputTokens USAGE_TEXT_INPUT_TOKENS = "gen_ai.usage.text.input_tokens", Int, "Input tokens of text.";
    UsageImageInputTokens USAGE_IMAGE_INPUT_TOKENS = "gen_ai.usage.image.input_tokens", Int, "Input tokens of images.";
    UsageAudioInputTokens USAGE_AUDIO_INPUT_TOKENS = "gen_ai.usage.audio.input_tokens", Int, "Input tokens of audio.";
    UsageTextOutputTokens USAGE_TEXT_OUTPUT_TOKENS = "gen_ai.usage.text.output_tokens", Int, "Output tokens of text.";
    UsageImageOutputTokens USAGE_IMAGE_OUTPUT_TOKENS = "gen_ai.usage.image.output_tokens", Int, "Output tokens of images.";
    UsageAudioOutputTokens USAGE_AUDIO_OUTPUT_TOKENS = "gen_ai.usage.audio.output_tokens", Int, "Output tokens of audio.";
    UsageTextCacheReadInputTokens USAGE_TEXT_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.text.cache_read.input_tokens", Int, "Cached input tokens of text.";
    UsageImageCacheReadInputTokens USAGE_IMAGE_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.image.cache_read.input_tokens", Int, "Cached input tokens of images.";
    UsageAudioCacheReadInputTokens USAGE_AUDIO_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.audio.cache_read.input_tokens", Int, "Cached input tokens of audio.";
    // Outside the conventions: written by OpenLIT, read by Langfuse and Grafana Cloud's dashboards.
    UsageCost USAGE_COST = "gen_ai.usage.cost", Double, "The cost of the call in US dollars; a de facto name outside the conventions.";
    // The conventions have no cache lifetime; a one-hour write costs more than a five-minute one.
    UsageCacheWrite1hInputTokens USAGE_CACHE_WRITE1H_INPUT_TOKENS = "tracing_genai.usage.cache_write_1h.input_tokens", Int, "Input tokens written to the cache for an hour, at a higher price.";
    // Outside the conventions: some providers bill each search in addition to the tokens.
    UsageWebSearches USAGE_WEB_SEARCHES = "tracing_genai.usage.web_searches", Int, "Web searches by the provider, where it bills them.";

    TokenType TOKEN_TYPE = "gen_ai.token.type", Text, "On metrics: `input` or `output`.";
    TokenModality TOKEN_MODALITY = "gen_ai.token.modality", Text, "On metrics: the modality of the tokens; `unknown` if the provider does not report it.";

    EmbeddingsDimensionCount EMBEDDINGS_DIMENSION_COUNT = "gen_ai.embeddings.dimension.count", Int, "The number of dimensions of the vectors.";

    AgentId AGENT_ID = "gen_ai.agent.id", Text, "The id of an agent hosted by a provider.";
    AgentName AGENT_NAME = "gen_ai.agent.name", Text, "The agent's name, as given by the application.";
    AgentDescription AGENT_DESCRIPTION = "gen_ai.agent.description", Text, "The agent's description, as given by the application.";
    AgentVersion AGENT_VERSION = "gen_ai.agent.version", Text, "The agent's version.";
    WorkflowName WORKFLOW_NAME = "gen_ai.workflow.name", Text, "The workflow's name, as given by the application.";
    ToolName TOOL_NAME = "gen_ai.tool.name", Text, "The tool's name.";
    ToolType TOOL_TYPE = "gen_ai.tool.type", Text, "The tool's type: `function`, `extension`, `datastore`.";
    ToolCallId TOOL_CALL_ID = "gen_ai.tool.call.id", Text, "The model's id of the tool call.";
    ToolDescription TOOL_DESCRIPTION = "gen_ai.tool.description", Text, "The tool's description.";
    DataSourceId DATA_SOURCE_ID = "gen_ai.data_source.id", Text, "The data source searched for documents.";
    RetrievalTopK RETRIEVAL_TOP_K = "gen_ai.retrieval.top_k", Int, "The maximum number of requested documents.";
    RetrievalQueryText RETRIEVAL_QUERY_TEXT = "gen_ai.retrieval.query.text", Text, "The search query.";
    RetrievalDocuments RETRIEVAL_DOCUMENTS = "gen_ai.retrieval.documents", Json, "The documents found: a list of objects, with `id` and `score` if known.";
    MemoryStoreId MEMORY_STORE_ID = "gen_ai.memory.store.id", Text, "The memory store.";
    MemoryRecordId MEMORY_RECORD_ID = "gen_ai.memory.record.id", Text, "The memory record of the operation.";
    MemoryRecordCount MEMORY_RECORD_COUNT = "gen_ai.memory.record.count", Int, "The number of memory records of the operation.";
    MemoryQueryText MEMORY_QUERY_TEXT = "gen_ai.memory.query.text", Text, "The memory query.";
    MemoryRecords MEMORY_RECORDS = "gen_ai.memory.records", Json, "The records stored or found: a list of objects with `content`.";

    InputMessages INPUT_MESSAGES = "gen_ai.input.messages", Json, "The input: a list of messages, each with `role` and `parts`.";
    OutputMessages OUTPUT_MESSAGES = "gen_ai.output.messages", Json, "The output: a list of messages, one per choice.";
    SystemInstructions SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions", Json, "The system instructions given apart from the conversation: a list of parts.";
    ToolDefinitions TOOL_DEFINITIONS = "gen_ai.tool.definitions", Json, "The tools available to the model: a list of objects with `type` and `name`.";
    ToolCallArguments TOOL_CALL_ARGUMENTS = "gen_ai.tool.call.arguments", Json, "The arguments of the tool call.";
    ToolCallResult TOOL_CALL_RESULT = "gen_ai.tool.call.result", Json, "The result of the tool call.";

    EvaluationName EVALUATION_NAME = "gen_ai.evaluation.name", Text, "The name of the evaluation.";
    EvaluationScoreValue EVALUATION_SCORE_VALUE = "gen_ai.evaluation.score.value", Double, "The score.";
    EvaluationScoreLabel EVALUATION_SCORE_LABEL = "gen_ai.evaluation.score.label", Text, "The score as a word of low cardinality.";
    EvaluationExplanation EVALUATION_EXPLANATION = "gen_ai.evaluation.explanation", Text, "The explanation of the score.";
    PromptName PROMPT_NAME = "gen_ai.prompt.name", Text, "The name of the prompt.";
    PromptVersion PROMPT_VERSION = "gen_ai.prompt.version", Text, "The version of the prompt.";

    OpenaiApiType OPENAI_API_TYPE = "openai.api.type", Text, "The OpenAI API that was called.";
    OpenaiRequestServiceTier OPENAI_REQUEST_SERVICE_TIER = "openai.request.service_tier", Text, "The requested service tier.";
    OpenaiResponseServiceTier OPENAI_RESPONSE_SERVICE_TIER = "openai.response.service_tier", Text, "The service tier that served the call and is billed.";
    OpenaiResponseSystemFingerprint OPENAI_RESPONSE_SYSTEM_FINGERPRINT = "openai.response.system_fingerprint", Text, "The fingerprint of OpenAI's backend configuration.";
    AwsBedrockGuardrailId AWS_BEDROCK_GUARDRAIL_ID = "aws.bedrock.guardrail.id", Text, "The Bedrock guardrail applied.";
    AwsBedrockKnowledgeBaseId AWS_BEDROCK_KNOWLEDGE_BASE_ID = "aws.bedrock.knowledge_base.id", Text, "The Bedrock knowledge base searched.";
    // The conventions have a tier for OpenAI only; others price by tier, too.
    ResponseServiceTier RESPONSE_SERVICE_TIER = "tracing_genai.response.service_tier", Text, "The service tier that served the call, for providers other than OpenAI.";
    // Anthropic reports the speed of a call, and bills `fast` at a price of its own.
    ResponseSpeed RESPONSE_SPEED = "tracing_genai.response.speed", Text, "The speed that served the call, where the provider bills by it.";

    McpMethodName MCP_METHOD_NAME = "mcp.method.name", Text, "The method of the MCP request or notification.";
    McpSessionId MCP_SESSION_ID = "mcp.session.id", Text, "The MCP session.";
    McpResourceUri MCP_RESOURCE_URI = "mcp.resource.uri", Text, "The resource of the MCP request.";
    McpProtocolVersion MCP_PROTOCOL_VERSION = "mcp.protocol.version", Text, "The version of MCP.";
    JsonrpcRequestId JSONRPC_REQUEST_ID = "jsonrpc.request.id", Text, "The JSON-RPC request id.";
    JsonrpcProtocolVersion JSONRPC_PROTOCOL_VERSION = "jsonrpc.protocol.version", Text, "The version of JSON-RPC, if not 2.0.";
    RpcResponseStatusCode RPC_RESPONSE_STATUS_CODE = "rpc.response.status_code", Text, "The error code of the response.";
    NetworkTransport NETWORK_TRANSPORT = "network.transport", Text, "The transport of the session: `pipe`, `tcp`, `quic`.";
    NetworkProtocolName NETWORK_PROTOCOL_NAME = "network.protocol.name", Text, "The application protocol, such as `http`.";
    NetworkProtocolVersion NETWORK_PROTOCOL_VERSION = "network.protocol.version", Text, "The protocol's version.";

    ErrorType ERROR_TYPE = "error.type", Text, "The error: the provider's code, an exception's name, or another word of low cardinality.";
    ExceptionType EXCEPTION_TYPE = "exception.type", Text, "The exception's type.";
    ExceptionMessage EXCEPTION_MESSAGE = "exception.message", Text, "The exception's message.";
    ExceptionStacktrace EXCEPTION_STACKTRACE = "exception.stacktrace", Text, "The exception's stack trace.";
    ServerAddress SERVER_ADDRESS = "server.address", Text, "The host the request was sent to.";
    ServerPort SERVER_PORT = "server.port", Int, "The port the request was sent to.";
    ClientAddress CLIENT_ADDRESS = "client.address", Text, "The host the request came from.";
    ClientPort CLIENT_PORT = "client.port", Int, "The port the request came from.";
    SessionId SESSION_ID = "session.id", Text, "The user's session; set by the application.";
    UserId USER_ID = "user.id", Text, "The user; set by the application.";
    }};
}

attribute_table!(attributes);

impl Attribute {
    /// Whether the attribute is content: messages, prompts, tool arguments and results. Content is cut first.
    pub const fn is_content(self) -> bool {
        matches!(self.value_type(), ValueType::Json)
            || matches!(
                self,
                Self::RetrievalQueryText | Self::MemoryQueryText | Self::EvaluationExplanation
            )
    }

    /// Whether the attribute is a count of usage.
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
