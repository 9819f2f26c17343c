//! The span processor: what turns an exported GenAI span into one that is correct, priced and counted.
//!
//! [`GenAiProcessor`] wraps the processor that exports, usually a batch processor, and is registered instead of it. A
//! span that carries GenAI attributes passes the stages below, in this order, before it goes on; any other span goes on
//! at the cost of one look at its attribute names.
//!
//! | stage | what it does |
//! | --- | --- |
//! | `normalise` | old and foreign names, types, messages, the span's name, kind and status become the convention's |
//! | `usage` | reads what was used |
//! | `price` | computes what it cost, and how that is known |
//! | `content` | redacts and cuts messages and the like, and keeps them where the user wants them |
//! | `measure` | records duration, tokens and cost as metrics, before any sampling |
//! | `bound` | holds the span to its limits, numbers kept first |
//! | `forward` | hands sampled spans to the wrapped processor |
//!
//! ```
//! use opentelemetry_sdk::trace::{BatchSpanProcessor, InMemorySpanExporter, SdkTracerProvider};
//! use tracing_genai_processor::GenAiProcessor;
//!
//! let batch = BatchSpanProcessor::builder(InMemorySpanExporter::default()).build();
//! let provider = SdkTracerProvider::builder()
//!     .with_span_processor(GenAiProcessor::builder(batch).build())
//!     .build();
//! # provider.shutdown().unwrap();
//! ```

mod bound;
mod builder;
#[doc(hidden)]
pub mod closing;
mod coerce;
mod conform;
pub mod content;
mod cost_keys;
mod counts;
mod ended;
mod export;
mod foreign;
mod forward;
mod gaps;
mod instruments;
mod marks;
mod measure;
pub mod message;
mod normalise;
mod operation;
mod price;
mod processor;
mod queue;
mod same_model;
mod sampler;
mod scope;
mod self_metrics;
mod series;
mod settle;
mod span_call;
mod spellings;
mod stages;
mod strangers;
mod sync;
mod taken;
mod total;
mod truncate;
mod unread;
mod usage;
mod warnings;
mod worker;

pub use bound::SpanBounds;
pub use builder::GenAiProcessorBuilder;
pub use export::{CountingExporter, Delivery, DeliveryCounts, Discard};
pub use processor::GenAiProcessor;
pub use sampler::MeterUnsampled;
pub use span_call::SpanCall;
pub use usage::UNIT_ATTRIBUTES;
