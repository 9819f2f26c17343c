//! The table of metrics.
//!
//! Sources: semantic-conventions-genai at `fe5608e` for published metrics; its #374, #521 and #443 for those in
//! development or proposed. Bucket boundaries are from the conventions' prose.

use super::definition::{Instrument, Metric, Origin};
use crate::Attribute;
use crate::Attribute::{
    AgentName, ErrorType, JsonrpcProtocolVersion, McpMethodName, McpProtocolVersion, McpResourceUri,
    NetworkProtocolName, NetworkProtocolVersion, NetworkTransport, PromptName, ProviderName, RequestModel,
    ResponseModel, RpcResponseStatusCode, ServerAddress, ServerPort, TokenModality, TokenType, ToolName, ToolType,
    WorkflowName,
};
use crate::Requirement::{self, OnError, OptIn, Recommended, Required, WhenKnown, WithServerAddress};

/// Calls and chunks: 10 ms to 82 s, doubling.
const CALL_SECONDS: &[f64] = &[
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/// Tokens of a call: 1 to 67 million, in factors of 4.
const TOKENS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16_384.0,
    65_536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];

/// Durations of agents.
const AGENT_SECONDS: &[f64] = &[0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6];

/// Calls of an agent.
const CALLS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

const MCP_SECONDS: &[f64] = &[
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
];

/// US dollars, our own boundaries: from 0.000001 to 10, three per decade from 0.0001.
const USD: &[f64] = &[
    0.000_001, 0.000_01, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0,
    5.0, 10.0,
];

type Attributes = &'static [(Requirement, &'static [Attribute])];

/// A model call.
const CALL_ATTRIBUTES: Attributes = &[
    (Required, &[Attribute::OperationName, ProviderName]),
    (WithServerAddress, &[ServerPort]),
    (WhenKnown, &[RequestModel]),
    (Recommended, &[ServerAddress, ResponseModel]),
];

/// The same, with the error type.
const CALL_OR_ERROR_ATTRIBUTES: Attributes = &[
    (Required, &[Attribute::OperationName, ProviderName]),
    (OnError, &[ErrorType]),
    (WithServerAddress, &[ServerPort]),
    (WhenKnown, &[RequestModel]),
    (Recommended, &[ServerAddress, ResponseModel]),
];

/// The same, with the modality of tokens.
const TOKEN_ATTRIBUTES: Attributes = &[
    (Required, &[Attribute::OperationName, ProviderName, TokenModality]),
    (WithServerAddress, &[ServerPort]),
    (WhenKnown, &[RequestModel]),
    (Recommended, &[ServerAddress, ResponseModel]),
];

const MCP_SERVER_ATTRIBUTES: Attributes = &[
    (Required, &[McpMethodName]),
    (OnError, &[ErrorType]),
    (WhenKnown, &[ToolName, PromptName, RpcResponseStatusCode]),
    (
        Recommended,
        &[
            Attribute::OperationName,
            McpProtocolVersion,
            NetworkTransport,
            NetworkProtocolName,
            NetworkProtocolVersion,
            JsonrpcProtocolVersion,
        ],
    ),
    (OptIn, &[McpResourceUri]),
];

const MCP_CLIENT_ATTRIBUTES: Attributes = &[
    (Required, &[McpMethodName]),
    (OnError, &[ErrorType]),
    (WhenKnown, &[ToolName, PromptName, RpcResponseStatusCode]),
    (
        Recommended,
        &[
            Attribute::OperationName,
            McpProtocolVersion,
            NetworkTransport,
            NetworkProtocolName,
            NetworkProtocolVersion,
            JsonrpcProtocolVersion,
            ServerAddress,
            ServerPort,
        ],
    ),
    (OptIn, &[McpResourceUri]),
];

const MCP_SERVER_SESSION_ATTRIBUTES: Attributes = &[
    (OnError, &[ErrorType]),
    (
        Recommended,
        &[
            McpProtocolVersion,
            NetworkTransport,
            NetworkProtocolName,
            NetworkProtocolVersion,
            JsonrpcProtocolVersion,
        ],
    ),
];

const MCP_CLIENT_SESSION_ATTRIBUTES: Attributes = &[
    (OnError, &[ErrorType]),
    (
        Recommended,
        &[
            McpProtocolVersion,
            NetworkTransport,
            NetworkProtocolName,
            NetworkProtocolVersion,
            JsonrpcProtocolVersion,
            ServerAddress,
            ServerPort,
        ],
    ),
];

const fn seconds(
    name: &'static str,
    about: &'static str,
    boundaries: &'static [f64],
    attributes: Attributes,
    origin: Origin,
) -> Metric {
    Metric {
        name,
        instrument: Instrument::Histogram,
        unit: "s",
        is_whole: false,
        about,
        boundaries,
        attributes,
        origin,
    }
}

const fn tokens_counter(name: &'static str, about: &'static str) -> Metric {
    Metric {
        name,
        instrument: Instrument::Counter,
        unit: "{token}",
        is_whole: true,
        about,
        boundaries: &[],
        attributes: TOKEN_ATTRIBUTES,
        origin: Origin::InDevelopment,
    }
}

const fn tokens_histogram(name: &'static str, about: &'static str) -> Metric {
    Metric {
        name,
        instrument: Instrument::Histogram,
        unit: "{token}",
        is_whole: true,
        about,
        boundaries: TOKENS,
        attributes: CALL_OR_ERROR_ATTRIBUTES,
        origin: Origin::InDevelopment,
    }
}

const fn usd(name: &'static str, unit: &'static str) -> Metric {
    Metric {
        name,
        instrument: Instrument::Histogram,
        unit,
        is_whole: false,
        about: "Cost of a model call",
        boundaries: USD,
        attributes: CALL_ATTRIBUTES,
        origin: Origin::Field,
    }
}

const fn calls(name: &'static str, unit: &'static str, about: &'static str) -> Metric {
    Metric {
        name,
        instrument: Instrument::Histogram,
        unit,
        is_whole: true,
        about,
        boundaries: CALLS,
        attributes: &[(Recommended, &[AgentName])],
        origin: Origin::Published,
    }
}

const fn own(name: &'static str, instrument: Instrument, unit: &'static str, about: &'static str) -> Metric {
    Metric {
        name,
        instrument,
        unit,
        is_whole: !matches!(instrument, Instrument::Gauge),
        about,
        boundaries: &[],
        attributes: &[],
        origin: Origin::Own,
    }
}

/// Input and output tokens of a call, by `gen_ai.token.type`.
pub const TOKEN_USAGE: Metric = Metric {
    name: "gen_ai.client.token.usage",
    instrument: Instrument::Histogram,
    unit: "{token}",
    is_whole: true,
    about: "Input and output tokens of a model call",
    boundaries: TOKENS,
    attributes: &[
        (Required, &[Attribute::OperationName, ProviderName, TokenType]),
        (WithServerAddress, &[ServerPort]),
        (WhenKnown, &[RequestModel]),
        (Recommended, &[ServerAddress, ResponseModel]),
    ],
    origin: Origin::Published,
};

/// Duration of an operation, at the caller.
pub const OPERATION_DURATION: Metric = seconds(
    "gen_ai.client.operation.duration",
    "Duration of a GenAI operation at the caller, including retries",
    CALL_SECONDS,
    &[
        (Required, &[Attribute::OperationName]),
        (OnError, &[ErrorType]),
        (WithServerAddress, &[ServerPort]),
        (WhenKnown, &[RequestModel, ProviderName]),
        (Recommended, &[ServerAddress, ResponseModel]),
    ],
    Origin::Published,
);

/// Time to the first chunk of a stream.
pub const OPERATION_TIME_TO_FIRST_CHUNK: Metric = seconds(
    "gen_ai.client.operation.time_to_first_chunk",
    "Time from the request to the first chunk of its stream",
    CALL_SECONDS,
    CALL_ATTRIBUTES,
    Origin::Published,
);

/// Time between chunks of a stream.
pub const OPERATION_TIME_PER_OUTPUT_CHUNK: Metric = seconds(
    "gen_ai.client.operation.time_per_output_chunk",
    "Time from one chunk of a stream to the next",
    CALL_SECONDS,
    CALL_ATTRIBUTES,
    Origin::Published,
);

/// Duration of a request at the model's server.
pub const SERVER_REQUEST_DURATION: Metric = seconds(
    "gen_ai.server.request.duration",
    "Duration of a request at the model's server",
    CALL_SECONDS,
    CALL_OR_ERROR_ATTRIBUTES,
    Origin::Published,
);

/// Time per token after the first, at the model's server.
pub const SERVER_TIME_PER_OUTPUT_TOKEN: Metric = seconds(
    "gen_ai.server.time_per_output_token",
    "Time per token after the first, at the model's server",
    &[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5],
    CALL_ATTRIBUTES,
    Origin::Published,
);

/// Time to the first token, at the model's server.
pub const SERVER_TIME_TO_FIRST_TOKEN: Metric = seconds(
    "gen_ai.server.time_to_first_token",
    "Time to the first token, at the model's server",
    &[
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    ],
    CALL_ATTRIBUTES,
    Origin::Published,
);

/// Duration of a workflow.
pub const WORKFLOW_DURATION: Metric = seconds(
    "gen_ai.workflow.duration",
    "Duration of a workflow",
    &[1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0],
    &[(OnError, &[ErrorType]), (WhenKnown, &[WorkflowName])],
    Origin::Published,
);

/// Duration of an agent's turn.
pub const INVOKE_AGENT_DURATION: Metric = seconds(
    "gen_ai.invoke_agent.duration",
    "Duration of an agent's turn, to the end of its answer",
    AGENT_SECONDS,
    &[
        (OnError, &[ErrorType]),
        (WhenKnown, &[AgentName]),
        (Recommended, &[RequestModel]),
    ],
    Origin::Published,
);

/// Model calls of an agent's turn.
pub const INVOKE_AGENT_INFERENCE_CALLS: Metric = calls(
    "gen_ai.invoke_agent.inference_calls",
    "{inference_call}",
    "Model calls made by an agent itself in a turn",
);

/// Tool calls of an agent's turn.
pub const INVOKE_AGENT_TOOL_CALLS: Metric = calls(
    "gen_ai.invoke_agent.tool_calls",
    "{tool_call}",
    "Tool calls made by an agent itself in a turn",
);

/// Duration of a tool call.
pub const EXECUTE_TOOL_DURATION: Metric = seconds(
    "gen_ai.execute_tool.duration",
    "Duration of a tool call",
    CALL_SECONDS,
    &[
        (Required, &[ToolName]),
        (OnError, &[ErrorType]),
        (WhenKnown, &[AgentName]),
        (Recommended, &[ToolType]),
    ],
    Origin::Published,
);

/// Duration of an MCP request, at its sender.
pub const MCP_CLIENT_OPERATION_DURATION: Metric = seconds(
    "mcp.client.operation.duration",
    "Duration of an MCP request or notification at its sender",
    MCP_SECONDS,
    MCP_CLIENT_ATTRIBUTES,
    Origin::Published,
);

/// Duration of an MCP request, at its receiver.
pub const MCP_SERVER_OPERATION_DURATION: Metric = seconds(
    "mcp.server.operation.duration",
    "Duration of an MCP request or notification at its receiver",
    MCP_SECONDS,
    MCP_SERVER_ATTRIBUTES,
    Origin::Published,
);

/// Duration of an MCP session, at its client.
pub const MCP_CLIENT_SESSION_DURATION: Metric = seconds(
    "mcp.client.session.duration",
    "Duration of an MCP session at its client",
    MCP_SECONDS,
    MCP_CLIENT_SESSION_ATTRIBUTES,
    Origin::Published,
);

/// Duration of an MCP session, at its server.
pub const MCP_SERVER_SESSION_DURATION: Metric = seconds(
    "mcp.server.session.duration",
    "Duration of an MCP session at its server",
    MCP_SECONDS,
    MCP_SERVER_SESSION_ATTRIBUTES,
    Origin::Published,
);

/// Duration of a model call; [`OPERATION_DURATION`] is for the other operations.
pub const INFERENCE_DURATION: Metric = seconds(
    "gen_ai.client.inference.duration",
    "Duration of a model call at the caller, including retries",
    CALL_SECONDS,
    CALL_OR_ERROR_ATTRIBUTES,
    Origin::InDevelopment,
);

/// Time to the first chunk of a stream.
pub const INFERENCE_TIME_TO_FIRST_CHUNK: Metric = seconds(
    "gen_ai.client.inference.time_to_first_chunk",
    "Time from the request to the first chunk of its stream",
    CALL_SECONDS,
    CALL_ATTRIBUTES,
    Origin::InDevelopment,
);

/// Time between chunks of a stream.
pub const INFERENCE_TIME_PER_OUTPUT_CHUNK: Metric = seconds(
    "gen_ai.client.inference.time_per_output_chunk",
    "Time from one chunk of a stream to the next",
    CALL_SECONDS,
    CALL_ATTRIBUTES,
    Origin::InDevelopment,
);

/// Input tokens, by modality.
pub const INFERENCE_INPUT_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.input_tokens",
    "Input tokens of model calls, including cached ones",
);

/// Output tokens, by modality.
pub const INFERENCE_OUTPUT_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.output_tokens",
    "Output tokens of model calls, including reasoning",
);

/// Input tokens read from a cache, by modality.
pub const INFERENCE_CACHE_READ_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.cache_read.input_tokens",
    "Input tokens of model calls read from a cache",
);

/// Input tokens written to a cache, by modality.
pub const INFERENCE_CACHE_WRITE_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.cache_write.input_tokens",
    "Input tokens of model calls written to a cache",
);

/// Reasoning tokens, by modality.
pub const INFERENCE_REASONING_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.reasoning.output_tokens",
    "Reasoning tokens of model calls",
);

/// Distribution of input tokens over calls.
pub const INFERENCE_OPERATION_INPUT_TOKENS: Metric = tokens_histogram(
    "gen_ai.client.inference.operation.input_tokens",
    "Input tokens of a model call",
);

/// Distribution of output tokens over calls.
pub const INFERENCE_OPERATION_OUTPUT_TOKENS: Metric = tokens_histogram(
    "gen_ai.client.inference.operation.output_tokens",
    "Output tokens of a model call",
);

/// Duration of a workflow, under its name in development.
pub const INVOKE_WORKFLOW_DURATION: Metric = seconds(
    "gen_ai.invoke_workflow.duration",
    WORKFLOW_DURATION.about,
    WORKFLOW_DURATION.boundaries,
    WORKFLOW_DURATION.attributes,
    Origin::InDevelopment,
);

/// Cost of a call in US dollars, as OpenLIT records it and Grafana Cloud's dashboards read it. Its sum is the total
/// cost.
pub const COST: Metric = usd("gen_ai.usage.cost", "USD");

/// Cost of a call, as semantic-conventions-genai#443 proposes it, without a unit.
pub const PROPOSED_COST: Metric = usd("gen_ai.client.operation.cost", "USD");

/// Cost of a call, as Pydantic Logfire records it.
pub const OPERATION_COST: Metric = usd("operation.cost", "{USD}");

/// Model calls without a cost, by `tracing_genai.cost.status` and its reason.
///
/// [`COST`] excludes unpriced calls; alerts on budgets need this metric, too.
pub const UNPRICED_CALLS: Metric = own(
    "tracing_genai.unpriced.calls",
    Instrument::Counter,
    "{call}",
    "Model calls without a known cost",
);

/// Spans by `tracing_genai.span.outcome`. Every span has one outcome.
pub const SPANS: Metric = own(
    "tracing_genai.spans",
    Instrument::Counter,
    "{span}",
    "Spans by outcome; the sum excludes spans that are queued or were dropped from a full queue",
);

/// Ended spans. The difference to [`SPANS`] is queued, or was dropped from the exporter's full queue.
pub const SPANS_ENDED: Metric = own("tracing_genai.span.ended", Instrument::Counter, "{span}", "Ended spans");

/// Panics caught in a stage of the processor, or in the wrapped processor.
pub const STAGE_PANICS: Metric = own(
    "tracing_genai.stage.panics",
    Instrument::Counter,
    "{panic}",
    "Panics caught in a stage of the span processor or in the wrapped processor",
);

/// Unreadable values of GenAI attributes, by `tracing_genai.attribute` and `tracing_genai.unread.reason`.
pub const UNREAD_VALUES: Metric = own(
    "tracing_genai.unread.values",
    Instrument::Counter,
    "{value}",
    "Values of GenAI attributes that were not readable and left unchanged, or replaced by another",
);

/// Seconds since the refreshed prices were last known to be current.
pub const CATALOGUE_AGE: Metric = own(
    "tracing_genai.catalogue.age",
    Instrument::Gauge,
    "s",
    "Seconds since the refreshed prices were last known to be current",
);

/// Attempts to refresh the prices, by [`REFRESH_OUTCOME`](crate::own::REFRESH_OUTCOME).
pub const CATALOGUE_REFRESHES: Metric = own(
    "tracing_genai.catalogue.refreshes",
    Instrument::Counter,
    "{refresh}",
    "Attempts to refresh the prices",
);

impl Metric {
    /// Every metric: published, in development, de facto and our own.
    pub const ALL: &[Self] = &[
        TOKEN_USAGE,
        OPERATION_DURATION,
        OPERATION_TIME_TO_FIRST_CHUNK,
        OPERATION_TIME_PER_OUTPUT_CHUNK,
        SERVER_REQUEST_DURATION,
        SERVER_TIME_PER_OUTPUT_TOKEN,
        SERVER_TIME_TO_FIRST_TOKEN,
        WORKFLOW_DURATION,
        INVOKE_AGENT_DURATION,
        INVOKE_AGENT_INFERENCE_CALLS,
        INVOKE_AGENT_TOOL_CALLS,
        EXECUTE_TOOL_DURATION,
        MCP_CLIENT_OPERATION_DURATION,
        MCP_SERVER_OPERATION_DURATION,
        MCP_CLIENT_SESSION_DURATION,
        MCP_SERVER_SESSION_DURATION,
        INFERENCE_DURATION,
        INFERENCE_TIME_TO_FIRST_CHUNK,
        INFERENCE_TIME_PER_OUTPUT_CHUNK,
        INFERENCE_INPUT_TOKENS,
        INFERENCE_OUTPUT_TOKENS,
        INFERENCE_CACHE_READ_TOKENS,
        INFERENCE_CACHE_WRITE_TOKENS,
        INFERENCE_REASONING_TOKENS,
        INFERENCE_OPERATION_INPUT_TOKENS,
        INFERENCE_OPERATION_OUTPUT_TOKENS,
        INVOKE_WORKFLOW_DURATION,
        COST,
        PROPOSED_COST,
        OPERATION_COST,
        UNPRICED_CALLS,
        SPANS,
        SPANS_ENDED,
        STAGE_PANICS,
        UNREAD_VALUES,
        CATALOGUE_AGE,
        CATALOGUE_REFRESHES,
    ];
}
