//! The metrics, one table, read like a page of the conventions.
//!
//! Sources: semantic-conventions-genai at `fe5608e` for what is published; its #374, #521 and #443 for what is in
//! development or proposed. The edges of buckets stand only in the conventions' prose.

use super::{Instrument, Metric, Origin};
use crate::Attribute;
use crate::Attribute::{
    AgentName, ErrorType, JsonrpcProtocolVersion, McpMethodName, McpProtocolVersion, McpResourceUri,
    NetworkProtocolName, NetworkProtocolVersion, NetworkTransport, PromptName, ProviderName, RequestModel,
    ResponseModel, RpcResponseStatusCode, ServerAddress, ServerPort, TokenModality, TokenType, ToolName, ToolType,
    WorkflowName,
};
use crate::Requirement::{self, OnError, OptIn, Recommended, Required, WhenKnown, WithServerAddress};

/// Calls and chunks: from 10 ms, doubling, to a minute and a half.
const FAST: &[f64] = &[
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/// Tokens of a call: from one, by fours, to 67 million.
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

/// Agents, which take longer than calls.
const AGENT: &[f64] = &[0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6];

/// How many calls an agent makes.
const CALLS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0];

const MCP: &[f64] = &[
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
];

/// Dollars. The edges are ours: a decade in three steps, from a hundredth of a cent for a small model to ten dollars for
/// a long agent turn.
const USD: &[f64] = &[
    0.000_001, 0.000_01, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0,
    5.0, 10.0,
];

type Attributes = &'static [(Requirement, &'static [Attribute])];

/// A call of a provider.
const OF_CALL: Attributes = &[
    (Required, &[Attribute::OperationName, ProviderName]),
    (WithServerAddress, &[ServerPort]),
    (WhenKnown, &[RequestModel]),
    (Recommended, &[ServerAddress, ResponseModel]),
];

/// The same, where failures are told apart.
const OF_CALL_OR_FAILURE: Attributes = &[
    (Required, &[Attribute::OperationName, ProviderName]),
    (OnError, &[ErrorType]),
    (WithServerAddress, &[ServerPort]),
    (WhenKnown, &[RequestModel]),
    (Recommended, &[ServerAddress, ResponseModel]),
];

/// The same, by what the tokens are of.
const OF_TOKENS: Attributes = &[
    (Required, &[Attribute::OperationName, ProviderName, TokenModality]),
    (WithServerAddress, &[ServerPort]),
    (WhenKnown, &[RequestModel]),
    (Recommended, &[ServerAddress, ResponseModel]),
];

const OF_MCP_SERVER: Attributes = &[
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

const OF_MCP_CLIENT: Attributes = &[
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

const OF_MCP_SERVER_SESSION: Attributes = &[
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

const OF_MCP_CLIENT_SESSION: Attributes = &[
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
        attributes: OF_TOKENS,
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
        attributes: OF_CALL_OR_FAILURE,
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
        attributes: OF_CALL,
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

/// How many input and output tokens a call used, by `gen_ai.token.type`.
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

/// How long an operation took, as its caller saw it.
pub const OPERATION_DURATION: Metric = seconds(
    "gen_ai.client.operation.duration",
    "Duration of a GenAI operation as the caller saw it, retries included",
    FAST,
    &[
        (Required, &[Attribute::OperationName]),
        (OnError, &[ErrorType]),
        (WithServerAddress, &[ServerPort]),
        (WhenKnown, &[RequestModel, ProviderName]),
        (Recommended, &[ServerAddress, ResponseModel]),
    ],
    Origin::Published,
);

/// How long the first chunk of a stream took.
pub const OPERATION_TIME_TO_FIRST_CHUNK: Metric = seconds(
    "gen_ai.client.operation.time_to_first_chunk",
    "Time from the request to the first chunk of its stream",
    FAST,
    OF_CALL,
    Origin::Published,
);

/// How long each further chunk took.
pub const OPERATION_TIME_PER_OUTPUT_CHUNK: Metric = seconds(
    "gen_ai.client.operation.time_per_output_chunk",
    "Time from one chunk of a stream to the next",
    FAST,
    OF_CALL,
    Origin::Published,
);

/// How long a model's server took for a request.
pub const SERVER_REQUEST_DURATION: Metric = seconds(
    "gen_ai.server.request.duration",
    "Duration of a request as the model's server saw it",
    FAST,
    OF_CALL_OR_FAILURE,
    Origin::Published,
);

/// How long a model's server took for each token after the first.
pub const SERVER_TIME_PER_OUTPUT_TOKEN: Metric = seconds(
    "gen_ai.server.time_per_output_token",
    "Time per token after the first, as the model's server saw it",
    &[0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5],
    OF_CALL,
    Origin::Published,
);

/// How long a model's server took for the first token.
pub const SERVER_TIME_TO_FIRST_TOKEN: Metric = seconds(
    "gen_ai.server.time_to_first_token",
    "Time to the first token, as the model's server saw it",
    &[
        0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
    ],
    OF_CALL,
    Origin::Published,
);

/// How long a workflow took.
pub const WORKFLOW_DURATION: Metric = seconds(
    "gen_ai.workflow.duration",
    "Duration of a workflow",
    &[1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0],
    &[(OnError, &[ErrorType]), (WhenKnown, &[WorkflowName])],
    Origin::Published,
);

/// How long an agent's turn took.
pub const INVOKE_AGENT_DURATION: Metric = seconds(
    "gen_ai.invoke_agent.duration",
    "Duration of an agent's turn, to the end of its answer",
    AGENT,
    &[
        (OnError, &[ErrorType]),
        (WhenKnown, &[AgentName]),
        (Recommended, &[RequestModel]),
    ],
    Origin::Published,
);

/// How many model calls an agent's turn took.
pub const INVOKE_AGENT_INFERENCE_CALLS: Metric = calls(
    "gen_ai.invoke_agent.inference_calls",
    "{inference_call}",
    "Model calls that an agent itself made in a turn",
);

/// How many tool calls an agent's turn took.
pub const INVOKE_AGENT_TOOL_CALLS: Metric = calls(
    "gen_ai.invoke_agent.tool_calls",
    "{tool_call}",
    "Tool calls that an agent itself made in a turn",
);

/// How long a tool took.
pub const EXECUTE_TOOL_DURATION: Metric = seconds(
    "gen_ai.execute_tool.duration",
    "Duration of a run of a tool",
    FAST,
    &[
        (Required, &[ToolName]),
        (OnError, &[ErrorType]),
        (WhenKnown, &[AgentName]),
        (Recommended, &[ToolType]),
    ],
    Origin::Published,
);

/// How long an MCP request took, for who sent it.
pub const MCP_CLIENT_OPERATION_DURATION: Metric = seconds(
    "mcp.client.operation.duration",
    "Duration of an MCP request or notification as its sender saw it",
    MCP,
    OF_MCP_CLIENT,
    Origin::Published,
);

/// How long an MCP request took, for who received it.
pub const MCP_SERVER_OPERATION_DURATION: Metric = seconds(
    "mcp.server.operation.duration",
    "Duration of an MCP request or notification as its receiver saw it",
    MCP,
    OF_MCP_SERVER,
    Origin::Published,
);

/// How long an MCP session lasted, for its client.
pub const MCP_CLIENT_SESSION_DURATION: Metric = seconds(
    "mcp.client.session.duration",
    "Duration of an MCP session as its client saw it",
    MCP,
    OF_MCP_CLIENT_SESSION,
    Origin::Published,
);

/// How long an MCP session lasted, for its server.
pub const MCP_SERVER_SESSION_DURATION: Metric = seconds(
    "mcp.server.session.duration",
    "Duration of an MCP session as its server saw it",
    MCP,
    OF_MCP_SERVER_SESSION,
    Origin::Published,
);

/// How long an inference took; [`OPERATION_DURATION`] is left to the other operations.
pub const INFERENCE_DURATION: Metric = seconds(
    "gen_ai.client.inference.duration",
    "Duration of a model call as the caller saw it, retries included",
    FAST,
    OF_CALL_OR_FAILURE,
    Origin::InDevelopment,
);

/// How long the first chunk of a stream took.
pub const INFERENCE_TIME_TO_FIRST_CHUNK: Metric = seconds(
    "gen_ai.client.inference.time_to_first_chunk",
    "Time from the request to the first chunk of its stream",
    FAST,
    OF_CALL,
    Origin::InDevelopment,
);

/// How long each further chunk took.
pub const INFERENCE_TIME_PER_OUTPUT_CHUNK: Metric = seconds(
    "gen_ai.client.inference.time_per_output_chunk",
    "Time from one chunk of a stream to the next",
    FAST,
    OF_CALL,
    Origin::InDevelopment,
);

/// How many input tokens were used, by modality.
pub const INFERENCE_INPUT_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.input_tokens",
    "Input tokens of model calls, cached ones included",
);

/// How many output tokens were used, by modality.
pub const INFERENCE_OUTPUT_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.output_tokens",
    "Output tokens of model calls, reasoning included",
);

/// How many input tokens came from a cache, by modality.
pub const INFERENCE_CACHE_READ_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.cache_read.input_tokens",
    "Input tokens of model calls that came from a cache",
);

/// How many input tokens went into a cache, by modality.
pub const INFERENCE_CACHE_WRITE_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.cache_write.input_tokens",
    "Input tokens of model calls that went into a cache",
);

/// How many output tokens were reasoning, by modality.
pub const INFERENCE_REASONING_TOKENS: Metric = tokens_counter(
    "gen_ai.client.inference.usage.reasoning.output_tokens",
    "Output tokens of model calls that were reasoning",
);

/// How the input of calls is distributed.
pub const INFERENCE_OPERATION_INPUT_TOKENS: Metric = tokens_histogram(
    "gen_ai.client.inference.operation.input_tokens",
    "Input tokens of a model call",
);

/// How the output of calls is distributed.
pub const INFERENCE_OPERATION_OUTPUT_TOKENS: Metric = tokens_histogram(
    "gen_ai.client.inference.operation.output_tokens",
    "Output tokens of a model call",
);

/// How long a workflow took, by its later name.
pub const INVOKE_WORKFLOW_DURATION: Metric = seconds(
    "gen_ai.invoke_workflow.duration",
    WORKFLOW_DURATION.about,
    WORKFLOW_DURATION.boundaries,
    WORKFLOW_DURATION.attributes,
    Origin::InDevelopment,
);

/// What a call cost, in US dollars, as OpenLIT writes it and Grafana Cloud's dashboards read it. Its sum is the money.
pub const COST: Metric = usd("gen_ai.usage.cost", "USD");

/// What a call cost, as semantic-conventions-genai#443 proposes it, which gives no unit.
pub const PROPOSED_COST: Metric = usd("gen_ai.client.operation.cost", "USD");

/// What a call cost, as Pydantic Logfire writes it.
pub const OPERATION_COST: Metric = usd("operation.cost", "{USD}");

/// How many model calls have no cost, by `tracing_genai.cost.status` and its reason.
///
/// A missing price must not silence a budget's alert: unpriced calls leave no trace in [`COST`], so they are counted here.
pub const UNPRICED_CALLS: Metric = own(
    "tracing_genai.unpriced.calls",
    Instrument::Counter,
    "{call}",
    "Model calls whose cost is not known",
);

/// How many spans had each outcome, by `tracing_genai.span.outcome`. A span has one outcome.
pub const SPANS: Metric = own(
    "tracing_genai.spans",
    Instrument::Counter,
    "{span}",
    "Spans by outcome; the sum is what ended, without what is queued or was dropped from a full queue",
);

/// How many spans ended; what [`SPANS`] has less is queued, or was dropped because the exporter's queue was full.
pub const SPANS_ENDED: Metric = own(
    "tracing_genai.span.ended",
    Instrument::Counter,
    "{span}",
    "Spans that ended, whatever their outcome",
);

/// How many panics the processor caught, in a stage or in the wrapped processor.
pub const STAGE_PANICS: Metric = own(
    "tracing_genai.stage.panics",
    Instrument::Counter,
    "{panic}",
    "Panics caught in a stage of the span processor or in the processor behind it",
);

/// How many values of GenAI attributes could not be read, by `tracing_genai.attribute` and `tracing_genai.unread.reason`.
pub const UNREAD_VALUES: Metric = own(
    "tracing_genai.unread.values",
    Instrument::Counter,
    "{value}",
    "Values of GenAI attributes that could not be read and were left, or that gave way to another",
);

/// How long ago the refreshed prices were last known to be current.
pub const CATALOGUE_AGE: Metric = own(
    "tracing_genai.catalogue.age",
    Instrument::Gauge,
    "s",
    "Seconds since the refreshed prices were last known to be current",
);

/// How many attempts there were to refresh the prices, by [`REFRESH_OUTCOME`](crate::own::REFRESH_OUTCOME).
pub const CATALOGUE_REFRESHES: Metric = own(
    "tracing_genai.catalogue.refreshes",
    Instrument::Counter,
    "{refresh}",
    "Attempts to refresh the prices",
);

impl Metric {
    /// Every metric: published, in development, the field's, and the bridge's own.
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
