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

            /// What it says, in a sentence.
            pub const fn about(self) -> &'static str {
                match self {
                    $(Attribute::$variant => $about,)*
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
                #[doc = concat!("`", $name, "`: ", $about)]
                pub const $constant: Key<$value_type> = Key::new(Attribute::$variant);
            )*
        }
    };
}

#[rustfmt::skip]
attributes! {
    OperationName OPERATION_NAME = "gen_ai.operation.name", Text, "What is done: `chat`, `embeddings`, `execute_tool` and so on.";
    ProviderName PROVIDER_NAME = "gen_ai.provider.name", Text, "Who serves the model, as seen by the caller.";
    ConversationId CONVERSATION_ID = "gen_ai.conversation.id", Text, "The conversation, session or thread the operation belongs to; never one made up.";
    ConversationCompacted CONVERSATION_COMPACTED = "gen_ai.conversation.compacted", Bool, "True where the model was given a shortened view of the conversation; otherwise not there.";
    OutputType OUTPUT_TYPE = "gen_ai.output.type", Text, "The form the caller asked the answer to have.";

    RequestModel REQUEST_MODEL = "gen_ai.request.model", Text, "The model that was asked for.";
    RequestMaxTokens REQUEST_MAX_TOKENS = "gen_ai.request.max_tokens", Int, "The most tokens the answer may have.";
    RequestChoiceCount REQUEST_CHOICE_COUNT = "gen_ai.request.choice.count", Int, "How many answers were asked for, where it is not one.";
    RequestTemperature REQUEST_TEMPERATURE = "gen_ai.request.temperature", Double, "The sampling temperature.";
    RequestTopP REQUEST_TOP_P = "gen_ai.request.top_p", Double, "The share of probability that is sampled from.";
    RequestTopK REQUEST_TOP_K = "gen_ai.request.top_k", Int, "How many of the likeliest tokens are sampled from.";
    RequestFrequencyPenalty REQUEST_FREQUENCY_PENALTY = "gen_ai.request.frequency_penalty", Double, "How much a token is held against for being frequent.";
    RequestPresencePenalty REQUEST_PRESENCE_PENALTY = "gen_ai.request.presence_penalty", Double, "How much a token is held against for being there at all.";
    RequestSeed REQUEST_SEED = "gen_ai.request.seed", Int, "The seed that makes answers repeatable.";
    RequestStream REQUEST_STREAM = "gen_ai.request.stream", Bool, "True where the answer was asked for in chunks; otherwise not there.";
    RequestStreamCursor REQUEST_STREAM_CURSOR = "gen_ai.request.stream_cursor", Text, "The last chunk that had arrived, where a stream is taken up again.";
    RequestStopSequences REQUEST_STOP_SEQUENCES = "gen_ai.request.stop_sequences", TextArray, "The texts at which the model stops.";
    RequestEncodingFormats REQUEST_ENCODING_FORMATS = "gen_ai.request.encoding_formats", TextArray, "The formats that embeddings were asked for in.";
    RequestReasoningLevel REQUEST_REASONING_LEVEL = "gen_ai.request.reasoning.level", Text, "How much the model is to think, in the provider's own word.";
    RequestPreviousResponseId REQUEST_PREVIOUS_RESPONSE_ID = "gen_ai.request.previous_response.id", Text, "The response that this request goes on from.";

    ResponseId RESPONSE_ID = "gen_ai.response.id", Text, "The id the provider gave the response.";
    ResponseModel RESPONSE_MODEL = "gen_ai.response.model", Text, "The model that answered, which may be another than was asked for.";
    ResponseFinishReasons RESPONSE_FINISH_REASONS = "gen_ai.response.finish_reasons", TextArray, "Why each answer ended, one reason an answer.";
    ResponseStatus RESPONSE_STATUS = "gen_ai.response.status", Text, "How far a response that was fetched had come.";
    ResponseTimeToFirstChunk RESPONSE_TIME_TO_FIRST_CHUNK = "gen_ai.response.time_to_first_chunk", Double, "Seconds from the request to the first chunk of its stream.";

    UsageInputTokens USAGE_INPUT_TOKENS = "gen_ai.usage.input_tokens", Int, "Tokens that went in, cached ones included.";
    UsageOutputTokens USAGE_OUTPUT_TOKENS = "gen_ai.usage.output_tokens", Int, "Tokens that came out, reasoning included.";
    UsageCacheReadInputTokens USAGE_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.cache_read.input_tokens", Int, "Of the input, the tokens that came from the provider's cache.";
    UsageCacheWriteInputTokens USAGE_CACHE_WRITE_INPUT_TOKENS = "gen_ai.usage.cache_write.input_tokens", Int, "Of the input, the tokens that went into the provider's cache.";
    UsageReasoningOutputTokens USAGE_REASONING_OUTPUT_TOKENS = "gen_ai.usage.reasoning.output_tokens", Int, "Of the output, the tokens the model thought with.";
    UsageTextInputTokens USAGE_TEXT_INPUT_TOKENS = "gen_ai.usage.text.input_tokens", Int, "Of the input, the tokens of text.";
    UsageImageInputTokens USAGE_IMAGE_INPUT_TOKENS = "gen_ai.usage.image.input_tokens", Int, "Of the input, the tokens of images.";
    UsageAudioInputTokens USAGE_AUDIO_INPUT_TOKENS = "gen_ai.usage.audio.input_tokens", Int, "Of the input, the tokens of sound.";
    UsageTextOutputTokens USAGE_TEXT_OUTPUT_TOKENS = "gen_ai.usage.text.output_tokens", Int, "Of the output, the tokens of text.";
    UsageImageOutputTokens USAGE_IMAGE_OUTPUT_TOKENS = "gen_ai.usage.image.output_tokens", Int, "Of the output, the tokens of images.";
    UsageAudioOutputTokens USAGE_AUDIO_OUTPUT_TOKENS = "gen_ai.usage.audio.output_tokens", Int, "Of the output, the tokens of sound.";
    UsageTextCacheReadInputTokens USAGE_TEXT_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.text.cache_read.input_tokens", Int, "Of the tokens from the cache, those of text.";
    UsageImageCacheReadInputTokens USAGE_IMAGE_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.image.cache_read.input_tokens", Int, "Of the tokens from the cache, those of images.";
    UsageAudioCacheReadInputTokens USAGE_AUDIO_CACHE_READ_INPUT_TOKENS = "gen_ai.usage.audio.cache_read.input_tokens", Int, "Of the tokens from the cache, those of sound.";
    // No convention: the name OpenLIT writes and Langfuse and Grafana Cloud's dashboards read.
    UsageCost USAGE_COST = "gen_ai.usage.cost", Double, "What the call cost, in US dollars; a name the field agreed on without the conventions.";
    // No convention names the cache's time to live; a one-hour write costs twice what a five-minute one does.
    UsageCacheWrite1hInputTokens USAGE_CACHE_WRITE1H_INPUT_TOKENS = "tracing_genai.usage.cache_write_1h.input_tokens", Int, "Of the tokens that went into the cache, those kept for an hour, which cost more.";
    // No convention: some providers bill each search beside the tokens.
    UsageWebSearches USAGE_WEB_SEARCHES = "tracing_genai.usage.web_searches", Int, "How often the provider searched the web, where it bills that.";

    TokenType TOKEN_TYPE = "gen_ai.token.type", Text, "On metrics: whether tokens went in or came out.";
    TokenModality TOKEN_MODALITY = "gen_ai.token.modality", Text, "On metrics: what tokens are of, `unknown` where the provider does not say.";

    EmbeddingsDimensionCount EMBEDDINGS_DIMENSION_COUNT = "gen_ai.embeddings.dimension.count", Int, "How many dimensions the vectors have.";

    AgentId AGENT_ID = "gen_ai.agent.id", Text, "The id of an agent that a provider hosts.";
    AgentName AGENT_NAME = "gen_ai.agent.name", Text, "The agent's name, as the application gave it.";
    AgentDescription AGENT_DESCRIPTION = "gen_ai.agent.description", Text, "What the agent is for, as the application says.";
    AgentVersion AGENT_VERSION = "gen_ai.agent.version", Text, "The agent's version.";
    WorkflowName WORKFLOW_NAME = "gen_ai.workflow.name", Text, "The workflow's name, as the application gave it.";
    ToolName TOOL_NAME = "gen_ai.tool.name", Text, "The tool's name.";
    ToolType TOOL_TYPE = "gen_ai.tool.type", Text, "What runs the tool: `function`, `extension`, `datastore`.";
    ToolCallId TOOL_CALL_ID = "gen_ai.tool.call.id", Text, "The id by which the model asked for the tool.";
    ToolDescription TOOL_DESCRIPTION = "gen_ai.tool.description", Text, "What the tool is for.";
    DataSourceId DATA_SOURCE_ID = "gen_ai.data_source.id", Text, "Where documents are looked for.";
    RetrievalTopK RETRIEVAL_TOP_K = "gen_ai.retrieval.top_k", Int, "The most documents that were asked for.";
    RetrievalQueryText RETRIEVAL_QUERY_TEXT = "gen_ai.retrieval.query.text", Text, "What was looked for.";
    RetrievalDocuments RETRIEVAL_DOCUMENTS = "gen_ai.retrieval.documents", Json, "The documents that were found: a list of objects, with `id` and `score` where known.";
    MemoryStoreId MEMORY_STORE_ID = "gen_ai.memory.store.id", Text, "The store of memories.";
    MemoryRecordId MEMORY_RECORD_ID = "gen_ai.memory.record.id", Text, "The one record that the operation is about.";
    MemoryRecordCount MEMORY_RECORD_COUNT = "gen_ai.memory.record.count", Int, "How many records the operation is about.";
    MemoryQueryText MEMORY_QUERY_TEXT = "gen_ai.memory.query.text", Text, "What was looked for in memory.";
    MemoryRecords MEMORY_RECORDS = "gen_ai.memory.records", Json, "The records that were stored or found: a list of objects with `content`.";

    InputMessages INPUT_MESSAGES = "gen_ai.input.messages", Json, "What the model was given: a list of messages, each with `role` and `parts`.";
    OutputMessages OUTPUT_MESSAGES = "gen_ai.output.messages", Json, "What the model answered: a list of messages, one an answer.";
    SystemInstructions SYSTEM_INSTRUCTIONS = "gen_ai.system_instructions", Json, "What the model was told beside the conversation: a list of parts.";
    ToolDefinitions TOOL_DEFINITIONS = "gen_ai.tool.definitions", Json, "The tools the model could use: a list of objects with `type` and `name`.";
    ToolCallArguments TOOL_CALL_ARGUMENTS = "gen_ai.tool.call.arguments", Json, "What the tool was given.";
    ToolCallResult TOOL_CALL_RESULT = "gen_ai.tool.call.result", Json, "What the tool gave back.";

    EvaluationName EVALUATION_NAME = "gen_ai.evaluation.name", Text, "What an evaluation looked at.";
    EvaluationScoreValue EVALUATION_SCORE_VALUE = "gen_ai.evaluation.score.value", Double, "The score it gave.";
    EvaluationScoreLabel EVALUATION_SCORE_LABEL = "gen_ai.evaluation.score.label", Text, "The score in a word of few values.";
    EvaluationExplanation EVALUATION_EXPLANATION = "gen_ai.evaluation.explanation", Text, "Why it gave the score.";
    PromptName PROMPT_NAME = "gen_ai.prompt.name", Text, "The name of the prompt that was used.";
    PromptVersion PROMPT_VERSION = "gen_ai.prompt.version", Text, "The version of that prompt.";

    OpenaiApiType OPENAI_API_TYPE = "openai.api.type", Text, "Which of OpenAI's APIs was called.";
    OpenaiRequestServiceTier OPENAI_REQUEST_SERVICE_TIER = "openai.request.service_tier", Text, "The service tier that was asked for.";
    OpenaiResponseServiceTier OPENAI_RESPONSE_SERVICE_TIER = "openai.response.service_tier", Text, "The service tier that served the call, which is the one that is billed.";
    OpenaiResponseSystemFingerprint OPENAI_RESPONSE_SYSTEM_FINGERPRINT = "openai.response.system_fingerprint", Text, "What changes when OpenAI's backend does.";
    AwsBedrockGuardrailId AWS_BEDROCK_GUARDRAIL_ID = "aws.bedrock.guardrail.id", Text, "The Bedrock guardrail that was applied.";
    AwsBedrockKnowledgeBaseId AWS_BEDROCK_KNOWLEDGE_BASE_ID = "aws.bedrock.knowledge_base.id", Text, "The Bedrock knowledge base that was asked.";
    // The conventions name a tier for OpenAI alone; others have them too, and price by them.
    ResponseServiceTier RESPONSE_SERVICE_TIER = "tracing_genai.response.service_tier", Text, "The service tier that served the call, of providers other than OpenAI.";
    // Anthropic answers how fast a call was served, and bills a fast one at a price of its own.
    ResponseSpeed RESPONSE_SPEED = "tracing_genai.response.speed", Text, "How fast the call was served, where the provider bills by it.";

    McpMethodName MCP_METHOD_NAME = "mcp.method.name", Text, "The MCP request or notification.";
    McpSessionId MCP_SESSION_ID = "mcp.session.id", Text, "The MCP session.";
    McpResourceUri MCP_RESOURCE_URI = "mcp.resource.uri", Text, "The resource that the MCP request is about.";
    McpProtocolVersion MCP_PROTOCOL_VERSION = "mcp.protocol.version", Text, "The version of MCP.";
    JsonrpcRequestId JSONRPC_REQUEST_ID = "jsonrpc.request.id", Text, "The request's id, by JSON-RPC.";
    JsonrpcProtocolVersion JSONRPC_PROTOCOL_VERSION = "jsonrpc.protocol.version", Text, "The version of JSON-RPC, where it is not 2.0.";
    RpcResponseStatusCode RPC_RESPONSE_STATUS_CODE = "rpc.response.status_code", Text, "The error code of the response.";
    NetworkTransport NETWORK_TRANSPORT = "network.transport", Text, "What carries the session: `pipe`, `tcp`, `quic`.";
    NetworkProtocolName NETWORK_PROTOCOL_NAME = "network.protocol.name", Text, "The protocol on it, such as `http`.";
    NetworkProtocolVersion NETWORK_PROTOCOL_VERSION = "network.protocol.version", Text, "The protocol's version.";

    ErrorType ERROR_TYPE = "error.type", Text, "What went wrong: the provider's code, an exception's name, or another word of few values.";
    ExceptionType EXCEPTION_TYPE = "exception.type", Text, "The exception's type.";
    ExceptionMessage EXCEPTION_MESSAGE = "exception.message", Text, "What the exception says.";
    ExceptionStacktrace EXCEPTION_STACKTRACE = "exception.stacktrace", Text, "Where the exception came from.";
    ServerAddress SERVER_ADDRESS = "server.address", Text, "The host the request went to.";
    ServerPort SERVER_PORT = "server.port", Int, "The port it went to.";
    ClientAddress CLIENT_ADDRESS = "client.address", Text, "The host the request came from.";
    ClientPort CLIENT_PORT = "client.port", Int, "The port it came from.";
    SessionId SESSION_ID = "session.id", Text, "The user's session; set by the application.";
    UserId USER_ID = "user.id", Text, "The user; set by the application.";
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
