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
    ($($variant:ident = $name:literal, $value_type:ident;)*) => {
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
    };
}

attributes! {
    OperationName = "gen_ai.operation.name", Text;
    ProviderName = "gen_ai.provider.name", Text;
    ConversationId = "gen_ai.conversation.id", Text;
    ConversationCompacted = "gen_ai.conversation.compacted", Bool;
    OutputType = "gen_ai.output.type", Text;

    RequestModel = "gen_ai.request.model", Text;
    RequestMaxTokens = "gen_ai.request.max_tokens", Int;
    RequestChoiceCount = "gen_ai.request.choice.count", Int;
    RequestTemperature = "gen_ai.request.temperature", Double;
    RequestTopP = "gen_ai.request.top_p", Double;
    RequestTopK = "gen_ai.request.top_k", Int;
    RequestFrequencyPenalty = "gen_ai.request.frequency_penalty", Double;
    RequestPresencePenalty = "gen_ai.request.presence_penalty", Double;
    RequestSeed = "gen_ai.request.seed", Int;
    RequestStream = "gen_ai.request.stream", Bool;
    RequestStreamCursor = "gen_ai.request.stream_cursor", Text;
    RequestStopSequences = "gen_ai.request.stop_sequences", TextArray;
    RequestEncodingFormats = "gen_ai.request.encoding_formats", TextArray;
    RequestReasoningLevel = "gen_ai.request.reasoning.level", Text;
    RequestPreviousResponseId = "gen_ai.request.previous_response.id", Text;

    ResponseId = "gen_ai.response.id", Text;
    ResponseModel = "gen_ai.response.model", Text;
    ResponseFinishReasons = "gen_ai.response.finish_reasons", TextArray;
    ResponseStatus = "gen_ai.response.status", Text;
    ResponseTimeToFirstChunk = "gen_ai.response.time_to_first_chunk", Double;

    UsageInputTokens = "gen_ai.usage.input_tokens", Int;
    UsageOutputTokens = "gen_ai.usage.output_tokens", Int;
    UsageCacheReadInputTokens = "gen_ai.usage.cache_read.input_tokens", Int;
    UsageCacheWriteInputTokens = "gen_ai.usage.cache_write.input_tokens", Int;
    UsageReasoningOutputTokens = "gen_ai.usage.reasoning.output_tokens", Int;
    UsageTextInputTokens = "gen_ai.usage.text.input_tokens", Int;
    UsageImageInputTokens = "gen_ai.usage.image.input_tokens", Int;
    UsageAudioInputTokens = "gen_ai.usage.audio.input_tokens", Int;
    UsageTextOutputTokens = "gen_ai.usage.text.output_tokens", Int;
    UsageImageOutputTokens = "gen_ai.usage.image.output_tokens", Int;
    UsageAudioOutputTokens = "gen_ai.usage.audio.output_tokens", Int;
    UsageTextCacheReadInputTokens = "gen_ai.usage.text.cache_read.input_tokens", Int;
    UsageImageCacheReadInputTokens = "gen_ai.usage.image.cache_read.input_tokens", Int;
    UsageAudioCacheReadInputTokens = "gen_ai.usage.audio.cache_read.input_tokens", Int;
    // No convention: the name OpenLIT writes and Langfuse and Grafana Cloud's dashboards read.
    UsageCost = "gen_ai.usage.cost", Double;
    // No convention names the cache's time to live; a one-hour write costs twice what a five-minute one does.
    UsageCacheWrite1hInputTokens = "tracing_genai.usage.cache_write_1h.input_tokens", Int;
    // No convention: some providers bill each search beside the tokens.
    UsageWebSearches = "tracing_genai.usage.web_searches", Int;

    EmbeddingsDimensionCount = "gen_ai.embeddings.dimension.count", Int;

    AgentId = "gen_ai.agent.id", Text;
    AgentName = "gen_ai.agent.name", Text;
    AgentDescription = "gen_ai.agent.description", Text;
    AgentVersion = "gen_ai.agent.version", Text;
    WorkflowName = "gen_ai.workflow.name", Text;
    ToolName = "gen_ai.tool.name", Text;
    ToolType = "gen_ai.tool.type", Text;
    ToolCallId = "gen_ai.tool.call.id", Text;
    ToolDescription = "gen_ai.tool.description", Text;
    DataSourceId = "gen_ai.data_source.id", Text;
    RetrievalTopK = "gen_ai.retrieval.top_k", Int;
    RetrievalQueryText = "gen_ai.retrieval.query.text", Text;
    RetrievalDocuments = "gen_ai.retrieval.documents", Json;
    MemoryStoreId = "gen_ai.memory.store.id", Text;
    MemoryRecordId = "gen_ai.memory.record.id", Text;
    MemoryRecordCount = "gen_ai.memory.record.count", Int;
    MemoryQueryText = "gen_ai.memory.query.text", Text;
    MemoryRecords = "gen_ai.memory.records", Json;

    InputMessages = "gen_ai.input.messages", Json;
    OutputMessages = "gen_ai.output.messages", Json;
    SystemInstructions = "gen_ai.system_instructions", Json;
    ToolDefinitions = "gen_ai.tool.definitions", Json;
    ToolCallArguments = "gen_ai.tool.call.arguments", Json;
    ToolCallResult = "gen_ai.tool.call.result", Json;

    EvaluationName = "gen_ai.evaluation.name", Text;
    EvaluationScoreValue = "gen_ai.evaluation.score.value", Double;
    EvaluationScoreLabel = "gen_ai.evaluation.score.label", Text;
    EvaluationExplanation = "gen_ai.evaluation.explanation", Text;
    PromptName = "gen_ai.prompt.name", Text;
    PromptVersion = "gen_ai.prompt.version", Text;

    OpenaiApiType = "openai.api.type", Text;
    OpenaiRequestServiceTier = "openai.request.service_tier", Text;
    OpenaiResponseServiceTier = "openai.response.service_tier", Text;
    OpenaiResponseSystemFingerprint = "openai.response.system_fingerprint", Text;
    AwsBedrockGuardrailId = "aws.bedrock.guardrail.id", Text;
    AwsBedrockKnowledgeBaseId = "aws.bedrock.knowledge_base.id", Text;
    // The conventions name a tier for OpenAI alone; others have them too, and price by them.
    ResponseServiceTier = "tracing_genai.response.service_tier", Text;
    // Anthropic answers how fast a call was served, and bills a fast one at a price of its own.
    ResponseSpeed = "tracing_genai.response.speed", Text;

    McpMethodName = "mcp.method.name", Text;
    McpSessionId = "mcp.session.id", Text;
    McpResourceUri = "mcp.resource.uri", Text;
    McpProtocolVersion = "mcp.protocol.version", Text;
    JsonrpcRequestId = "jsonrpc.request.id", Text;
    JsonrpcProtocolVersion = "jsonrpc.protocol.version", Text;
    RpcResponseStatusCode = "rpc.response.status_code", Text;
    NetworkTransport = "network.transport", Text;
    NetworkProtocolName = "network.protocol.name", Text;
    NetworkProtocolVersion = "network.protocol.version", Text;

    ErrorType = "error.type", Text;
    ServerAddress = "server.address", Text;
    ServerPort = "server.port", Int;
    ClientAddress = "client.address", Text;
    ClientPort = "client.port", Int;
    SessionId = "session.id", Text;
    UserId = "user.id", Text;
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
