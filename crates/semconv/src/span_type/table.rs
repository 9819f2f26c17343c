//! The table of span types.
//!
//! Source: semantic-conventions-genai at `fe5608e`, with the later merges #440 and #469.

use super::definition::Requirement::{OnError, OptIn, Recommended, Required, WhenKnown, WithServerAddress};
use super::definition::SpanType;
use crate::Attribute;
use crate::Attribute::{
    AgentDescription, AgentId, AgentName, AgentVersion, ClientAddress, ClientPort, ConversationCompacted,
    ConversationId, DataSourceId, EmbeddingsDimensionCount, ErrorType, InputMessages, JsonrpcProtocolVersion,
    JsonrpcRequestId, McpMethodName, McpProtocolVersion, McpResourceUri, McpSessionId, MemoryQueryText,
    MemoryRecordCount, MemoryRecordId, MemoryRecords, MemoryStoreId, NetworkProtocolName, NetworkProtocolVersion,
    NetworkTransport, OutputMessages, OutputType, PromptName, PromptVersion, ProviderName, RequestChoiceCount,
    RequestEncodingFormats, RequestFrequencyPenalty, RequestMaxTokens, RequestModel, RequestPresencePenalty,
    RequestPreviousResponseId, RequestReasoningLevel, RequestSeed, RequestStopSequences, RequestStream,
    RequestStreamCursor, RequestTemperature, RequestTopK, RequestTopP, ResponseFinishReasons, ResponseId,
    ResponseModel, ResponseStatus, ResponseTimeToFirstChunk, RetrievalDocuments, RetrievalQueryText, RetrievalTopK,
    RpcResponseStatusCode, ServerAddress, ServerPort, SystemInstructions, ToolCallArguments, ToolCallId,
    ToolCallResult, ToolDefinitions, ToolDescription, ToolName, ToolType, UsageCacheReadInputTokens,
    UsageCacheWriteInputTokens, UsageInputTokens, UsageOutputTokens, UsageReasoningOutputTokens, WorkflowName,
};
use crate::OperationName::{
    Chat, CreateAgent, CreateMemory, CreateMemoryStore, DeleteMemory, DeleteMemoryStore, Embeddings, ExecuteTool,
    FetchResponse, GenerateContent, InvokeAgent, InvokeWorkflow, Plan, Retrieval, SearchMemory, TextCompletion,
    UpdateMemory, UpsertMemory,
};
use crate::operation::SpanKind;

impl SpanType {
    /// A model continues a text or a conversation.
    pub const INFERENCE: Self = Self {
        id: "gen_ai.inference.client",
        about: "A model continues a text or a conversation.",
        kind: SpanKind::Client,
        operations: &[Chat, GenerateContent, TextCompletion],
        attributes: &[
            (Required, &[Attribute::OperationName, ProviderName]),
            (OnError, &[ErrorType]),
            (WithServerAddress, &[ServerPort]),
            (
                WhenKnown,
                &[
                    RequestModel,
                    RequestChoiceCount,
                    RequestTopK,
                    RequestSeed,
                    OutputType,
                    RequestStream,
                    PromptName,
                    PromptVersion,
                    ConversationId,
                ],
            ),
            (
                Recommended,
                &[
                    ServerAddress,
                    UsageInputTokens,
                    UsageCacheReadInputTokens,
                    UsageCacheWriteInputTokens,
                    UsageOutputTokens,
                    RequestMaxTokens,
                    RequestTemperature,
                    RequestTopP,
                    RequestStopSequences,
                    RequestFrequencyPenalty,
                    RequestPresencePenalty,
                    RequestReasoningLevel,
                    RequestPreviousResponseId,
                    ResponseId,
                    ResponseModel,
                    ResponseFinishReasons,
                    ResponseTimeToFirstChunk,
                    UsageReasoningOutputTokens,
                    ConversationCompacted,
                ],
            ),
            (
                OptIn,
                &[SystemInstructions, InputMessages, OutputMessages, ToolDefinitions],
            ),
        ],
    };

    /// A model computes embeddings.
    pub const EMBEDDINGS: Self = Self {
        id: "gen_ai.embeddings.client",
        about: "A model computes embeddings.",
        kind: SpanKind::Client,
        operations: &[Embeddings],
        attributes: &[
            (Required, &[Attribute::OperationName, ProviderName]),
            (OnError, &[ErrorType]),
            (WithServerAddress, &[ServerPort]),
            (WhenKnown, &[RequestModel]),
            (
                Recommended,
                &[
                    ServerAddress,
                    RequestEncodingFormats,
                    UsageInputTokens,
                    EmbeddingsDimensionCount,
                    ResponseModel,
                ],
            ),
        ],
    };

    /// Documents are searched in a data source.
    pub const RETRIEVAL: Self = Self {
        id: "gen_ai.retrieval.client",
        about: "Documents are searched in a data source.",
        kind: SpanKind::Client,
        operations: &[Retrieval],
        attributes: &[
            (Required, &[Attribute::OperationName]),
            (OnError, &[ErrorType]),
            (WithServerAddress, &[ServerPort]),
            (WhenKnown, &[RequestModel, ProviderName, DataSourceId]),
            (Recommended, &[ServerAddress, RetrievalTopK]),
            (OptIn, &[RetrievalQueryText, RetrievalDocuments]),
        ],
    };

    /// A response of an earlier request is fetched.
    pub const FETCH_RESPONSE: Self = Self {
        id: "gen_ai.fetch_response.client",
        about: "A response of an earlier request is fetched.",
        kind: SpanKind::Client,
        operations: &[FetchResponse],
        attributes: &[
            (Required, &[ProviderName, Attribute::OperationName, ResponseId]),
            (OnError, &[ErrorType]),
            (WithServerAddress, &[ServerPort]),
            (WhenKnown, &[RequestStreamCursor]),
            (
                Recommended,
                &[ServerAddress, ResponseModel, ResponseStatus, ResponseFinishReasons],
            ),
            (OptIn, &[SystemInstructions, OutputMessages, ToolDefinitions]),
        ],
    };

    /// A memory or a memory store is searched or changed.
    pub const MEMORY: Self = Self {
        id: "gen_ai.memory.client",
        about: "A memory or a memory store is searched or changed.",
        kind: SpanKind::Client,
        operations: &[
            SearchMemory,
            CreateMemory,
            UpdateMemory,
            UpsertMemory,
            DeleteMemory,
            CreateMemoryStore,
            DeleteMemoryStore,
        ],
        attributes: &[
            (Required, &[Attribute::OperationName]),
            (OnError, &[ErrorType]),
            (WithServerAddress, &[ServerPort]),
            (WhenKnown, &[ProviderName, MemoryStoreId, MemoryRecordId]),
            (Recommended, &[ServerAddress, MemoryRecordCount]),
            (OptIn, &[MemoryQueryText, MemoryRecords]),
        ],
    };

    /// An agent is created at a provider.
    pub const CREATE_AGENT: Self = Self {
        id: "gen_ai.create_agent.client",
        about: "An agent is created at a provider.",
        kind: SpanKind::Client,
        operations: &[CreateAgent],
        attributes: &[
            (Required, &[Attribute::OperationName, ProviderName]),
            (OnError, &[ErrorType]),
            (WithServerAddress, &[ServerPort]),
            (
                WhenKnown,
                &[RequestModel, AgentId, AgentName, AgentDescription, AgentVersion],
            ),
            (Recommended, &[ServerAddress]),
            (OptIn, &[SystemInstructions]),
        ],
    };

    /// An agent hosted by a provider is called.
    pub const INVOKE_REMOTE_AGENT: Self = Self {
        id: "gen_ai.invoke_agent.client",
        about: "An agent hosted by a provider is called.",
        kind: SpanKind::Client,
        operations: &[InvokeAgent],
        attributes: &[
            (Required, &[Attribute::OperationName, ProviderName]),
            (OnError, &[ErrorType]),
            (WithServerAddress, &[ServerPort]),
            (
                WhenKnown,
                &[
                    AgentName,
                    RequestChoiceCount,
                    RequestSeed,
                    OutputType,
                    ConversationId,
                    DataSourceId,
                    AgentDescription,
                    AgentId,
                    AgentVersion,
                ],
            ),
            (
                Recommended,
                &[
                    UsageInputTokens,
                    UsageCacheReadInputTokens,
                    UsageCacheWriteInputTokens,
                    UsageOutputTokens,
                    RequestModel,
                    RequestMaxTokens,
                    RequestTemperature,
                    RequestTopP,
                    RequestStopSequences,
                    RequestFrequencyPenalty,
                    RequestPresencePenalty,
                    ResponseFinishReasons,
                    ServerAddress,
                    RequestPreviousResponseId,
                ],
            ),
            (
                OptIn,
                &[SystemInstructions, InputMessages, OutputMessages, ToolDefinitions],
            ),
        ],
    };

    /// An agent runs in this process.
    pub const INVOKE_AGENT: Self = Self {
        id: "gen_ai.invoke_agent.internal",
        about: "An agent runs in this process.",
        kind: SpanKind::Internal,
        operations: &[InvokeAgent],
        attributes: &[
            (Required, &[Attribute::OperationName]),
            (OnError, &[ErrorType]),
            (
                WhenKnown,
                &[
                    AgentName,
                    RequestChoiceCount,
                    RequestSeed,
                    OutputType,
                    ConversationId,
                    DataSourceId,
                    AgentDescription,
                ],
            ),
            (
                Recommended,
                &[
                    UsageInputTokens,
                    UsageOutputTokens,
                    RequestModel,
                    RequestMaxTokens,
                    RequestTemperature,
                    RequestTopP,
                    RequestStopSequences,
                    RequestFrequencyPenalty,
                    RequestPresencePenalty,
                    ResponseFinishReasons,
                ],
            ),
            (
                OptIn,
                &[SystemInstructions, InputMessages, OutputMessages, ToolDefinitions],
            ),
        ],
    };

    /// A tool runs for a model or an agent.
    pub const EXECUTE_TOOL: Self = Self {
        id: "gen_ai.execute_tool.internal",
        about: "A tool runs for a model or an agent.",
        kind: SpanKind::Internal,
        operations: &[ExecuteTool],
        attributes: &[
            (Required, &[ToolName, Attribute::OperationName]),
            (OnError, &[ErrorType]),
            (WhenKnown, &[AgentName]),
            (Recommended, &[ToolType, ToolCallId, ToolDescription]),
            (OptIn, &[ToolCallArguments, ToolCallResult]),
        ],
    };

    /// Several agents or steps run as a workflow.
    pub const INVOKE_WORKFLOW: Self = Self {
        id: "gen_ai.invoke_workflow.internal",
        about: "Several agents or steps run as a workflow.",
        kind: SpanKind::Internal,
        operations: &[InvokeWorkflow],
        attributes: &[
            (Required, &[Attribute::OperationName]),
            (OnError, &[ErrorType]),
            (WhenKnown, &[WorkflowName]),
            (OptIn, &[InputMessages, OutputMessages]),
        ],
    };

    /// An agent plans its steps.
    pub const PLAN: Self = Self {
        id: "gen_ai.plan.internal",
        about: "An agent plans its steps.",
        kind: SpanKind::Internal,
        operations: &[Plan],
        attributes: &[
            (Required, &[Attribute::OperationName]),
            (OnError, &[ErrorType]),
            (WhenKnown, &[AgentName]),
        ],
    };

    /// A request or notification is sent over the Model Context Protocol.
    pub const MCP_CLIENT: Self = Self {
        id: "mcp.client",
        about: "A request or notification is sent over the Model Context Protocol.",
        kind: SpanKind::Client,
        operations: &[],
        attributes: &[
            (Required, &[McpMethodName]),
            (OnError, &[ErrorType]),
            (
                WhenKnown,
                &[
                    ToolName,
                    PromptName,
                    RpcResponseStatusCode,
                    McpResourceUri,
                    JsonrpcRequestId,
                ],
            ),
            (
                Recommended,
                &[
                    Attribute::OperationName,
                    McpProtocolVersion,
                    NetworkTransport,
                    NetworkProtocolName,
                    NetworkProtocolVersion,
                    JsonrpcProtocolVersion,
                    McpSessionId,
                    ServerAddress,
                    ServerPort,
                ],
            ),
            (OptIn, &[ToolCallArguments, ToolCallResult]),
        ],
    };

    /// A request or notification received over the Model Context Protocol is handled.
    pub const MCP_SERVER: Self = Self {
        id: "mcp.server",
        about: "A request or notification received over the Model Context Protocol is handled.",
        kind: SpanKind::Server,
        operations: &[],
        attributes: &[
            (Required, &[McpMethodName]),
            (OnError, &[ErrorType]),
            (
                WhenKnown,
                &[
                    ToolName,
                    PromptName,
                    RpcResponseStatusCode,
                    McpResourceUri,
                    JsonrpcRequestId,
                ],
            ),
            (
                Recommended,
                &[
                    Attribute::OperationName,
                    McpProtocolVersion,
                    NetworkTransport,
                    NetworkProtocolName,
                    NetworkProtocolVersion,
                    JsonrpcProtocolVersion,
                    McpSessionId,
                    ClientAddress,
                    ClientPort,
                ],
            ),
            (OptIn, &[ToolCallArguments, ToolCallResult]),
        ],
    };
}
