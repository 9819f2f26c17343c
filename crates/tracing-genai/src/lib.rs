//! Turns `tracing` spans of LLM calls into OpenTelemetry spans with tokens, latency and cost.
//!
//! A new service:
//!
//! ```no_run
//! # #[cfg(feature = "init")]
//! # fn main() -> Result<(), tracing_genai::InitError> {
//! let _telemetry = tracing_genai::init()?; // configured by OTEL_*; drop flushes
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "init"))]
//! # fn main() {}
//! ```
//!
//! A service with its own provider and layer puts [`GenAiProcessor`] around its batch processor and [`wrap`] around its
//! layer. Any span with `gen_ai.*` fields is a GenAI span:
//!
//! ```
//! let call = tracing::info_span!(
//!     "ask_model",
//!     gen_ai.operation.name = "chat",
//!     gen_ai.provider.name = "openai",
//!     gen_ai.request.model = "gpt-4o-mini",
//!     gen_ai.usage.input_tokens = tracing::field::Empty,
//!     gen_ai.usage.output_tokens = tracing::field::Empty,
//! );
//! call.record("gen_ai.usage.input_tokens", 1210);
//! call.record("gen_ai.usage.output_tokens", 25);
//! ```
//!
//! The helpers also record streams, failures, responses of providers and messages. There is one for each type of span
//! of the conventions; it takes the required attributes as arguments:
//!
//! | span | helper |
//! | --- | --- |
//! | inference | [`chat`], [`generate_content`], [`text_completion`] |
//! | embeddings | [`embeddings`] |
//! | retrieval | [`retrieval`] |
//! | fetch of an earlier response | [`fetch_response`] |
//! | memory | [`search_memory`], [`create_memory`], [`update_memory`], [`upsert_memory`], [`delete_memory`], [`create_memory_store`], [`delete_memory_store`] |
//! | agents | [`create_agent`], [`invoke_agent`], [`invoke_remote_agent`], [`plan`] |
//! | tools | [`execute_tool`] |
//! | workflows | [`invoke_workflow`] |
//! | MCP | [`mcp_client`], [`mcp_server`] |

mod attempt;
mod call;
mod chunk_timing;
mod collect;
mod enclosing;
mod ending;
mod last_handle;
mod layer;
mod model_call;
mod nested;
mod observe;
mod opened;
mod outcome;
mod response;
mod short;
mod step;
mod stream;
mod unsigned;
mod value;

#[cfg(feature = "init")]
mod http_client;
#[cfg(feature = "init")]
mod init;
#[cfg(feature = "init")]
mod otlp;
#[cfg(feature = "init")]
mod pipeline;
#[cfg(feature = "init")]
mod refresh;
#[cfg(feature = "init")]
mod settings;
#[cfg(feature = "init")]
mod signal;
#[cfg(feature = "init")]
mod telemetry;

pub use tracing_genai_message as message;

/// Prices of models, and costs: the part of `tracing-genai-pricing` that a service needs.
pub mod pricing {
    pub use tracing_genai_pricing::{
        CallContext, Catalogue, CatalogueError, Cost, Counts, Feed, ParseUsdError, PriceFileError, PriceQuery, Prices,
        Reason, Reasons, Refresh, Refreshed, Refreshes, Refreshing, Status, Usd, UserFile,
    };
}

/// What is built around the processor: the part of `tracing-genai-processor` that a service with its own pipeline needs.
pub mod processor {
    pub use tracing_genai_processor::{
        CountingExporter, Delivery, DeliveryCounts, Discard, FanOut, GenAiProcessorBuilder, MeterUnsampled,
        RedactedLogs, SpanBounds,
    };
}

/// Names of the conventions and of this project: the part of `tracing-genai-semconv` that a service needs.
pub mod semconv {
    pub use tracing_genai_semconv::typed::Key;
    pub use tracing_genai_semconv::{
        Attribute, OperationName, SpanKind, SpanType, ValueType, check, error_type, key, own, profile,
    };
}

/// Usage, and readers of requests and responses: the part of `tracing-genai-usage` that a service needs.
pub mod usage {
    pub use tracing_genai_usage::{
        Api, Endpoint, ProviderError, ReadError, Reading, Request, RequestReader, ResponseReader, Unit, Usage,
        read_batch_line, read_body, read_request,
    };
}

pub use attempt::attempt;
pub use call::Call;
pub use collect::is_content_collected;
pub use layer::{GenAiLayer, layer, layer_with_content, wrap, wrap_with_content};
pub use model_call::{ModelCall, chat, embeddings, generate_content, text_completion};
pub use observe::{Events, Items, Observe, Results};
pub use response::WatchedResponse;
pub use step::{
    Agent, AgentCreation, FetchResponse, Kind, Mcp, Memory, MemoryStore, Plan, RemoteAgent, Retrieval, Step,
    StepBuilder, Tool, Workflow, create_agent, create_memory, create_memory_store, delete_memory, delete_memory_store,
    execute_tool, fetch_response, invoke_agent, invoke_remote_agent, invoke_workflow, mcp_client, mcp_server, plan,
    retrieval, search_memory, update_memory, upsert_memory,
};
pub use stream::Metered;
pub use tracing_genai_processor::{GenAiProcessor, content};
pub use value::ValueOf;

#[cfg(feature = "init")]
pub use init::{BoxedLayer, InitError, TelemetryBuilder, builder, init};
#[cfg(feature = "init")]
pub use settings::Warning;
#[cfg(feature = "init")]
pub use signal::shutdown_signal;
#[cfg(feature = "init")]
pub use telemetry::Telemetry;
