//! Turns the ordinary `tracing` spans of LLM calls into OpenTelemetry spans that know their tokens, latency and cost.
//!
//! A new service:
//!
//! ```no_run
//! # #[cfg(feature = "init")]
//! # fn main() -> Result<(), tracing_genai::InitError> {
//! let _telemetry = tracing_genai::init()?; // OTEL_* says where to; drop flushes
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "init"))]
//! # fn main() {}
//! ```
//!
//! A service that has its own provider and layer puts [`GenAiProcessor`] around its batch processor and [`wrap`] around
//! its layer. Any span with `gen_ai.*` fields is a GenAI span, whoever wrote it:
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
//! The helpers ([`chat`], [`embeddings`], [`retrieval`], [`execute_tool`], [`invoke_agent`], [`invoke_workflow`]) save
//! typing, and add what fields cannot say: streams, failures, readings of a provider's response.

mod attempt;
mod call;
mod layer;
mod model_call;
mod observe;
mod step;
mod stream;
mod unsigned;

#[cfg(feature = "init")]
mod fan_out;
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

pub use tracing_genai_pricing as pricing;
pub use tracing_genai_processor as processor;
pub use tracing_genai_semconv as semconv;
pub use tracing_genai_usage as usage;

pub use attempt::attempt;
pub use call::Call;
pub use layer::{GenAiLayer, layer, wrap};
pub use model_call::{ModelCall, chat, embeddings};
pub use observe::{Events, Items, Observe, Observed, Results};
pub use processor::GenAiProcessor;
pub use step::{Step, StepBuilder, execute_tool, invoke_agent, invoke_workflow, retrieval};
pub use stream::Metered;

#[cfg(feature = "init")]
pub use init::{BoxedLayer, InitError, TelemetryBuilder, builder, init};
#[cfg(feature = "init")]
pub use settings::Warning;
#[cfg(feature = "init")]
pub use signal::shutdown_signal;
#[cfg(feature = "init")]
pub use telemetry::Telemetry;
