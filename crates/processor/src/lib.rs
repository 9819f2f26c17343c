//! The span processor that normalises, prices and measures GenAI spans before export.
//!
//! [`GenAiProcessor`] wraps the processor that exports, usually a batch processor, and is registered instead of it. A
//! span with GenAI attributes passes the stages below in this order; any other span is forwarded after a check of its
//! attribute names.
//!
//! | stage | what it does |
//! | --- | --- |
//! | `normalise` | converts old and foreign names, types, messages, the span's name, kind and status to the conventions' |
//! | `usage` | reads the usage |
//! | `price` | computes the cost and its status |
//! | `error type` | holds `error.type` to a known list and a few names of the program |
//! | `content` | redacts and cuts content |
//! | `redact` | redacts secrets in all other fields, and cuts them to their bounds |
//! | `export content` | emits the event, and leaves content on the span or not, by policy |
//! | `measure` | records duration, tokens and cost as metrics, before any sampling |
//! | `bound` | limits the span's attributes; content is dropped first |
//! | `forward` | forwards sampled spans to the wrapped processor |
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
mod cost_attributes;
mod counts;
mod covered;
mod detached;
mod distinct_keys;
mod ended_span;
mod error_text;
mod error_types;
mod export;
mod field_bounds;
mod foreign;
mod forward;
mod gaps;
mod helper_attributes;
#[doc(hidden)]
pub mod inner_calls;
mod instruments;
mod measure;
mod normalise;
mod older_names;
mod operation;
mod price;
mod processor;
mod queue;
mod redact;
mod redacted_logs;
mod rename;
mod repeated;
mod same_model;
mod sampler;
mod scope;
mod secrets;
mod self_metrics;
mod series;
mod span_call;
mod stages;
mod sync;
mod total;
mod truncate;
mod unread;
mod usage;
mod warnings;
mod worker;

pub use bound::SpanBounds;
pub use builder::GenAiProcessorBuilder;
pub use export::{CountingExporter, Delivery, DeliveryCounts, Discard, FanOut};
pub use processor::GenAiProcessor;
pub use redacted_logs::{RedactedLogger, RedactedLogs, RedactedRecord};
pub use sampler::MeterUnsampled;
#[doc(hidden)]
pub use secrets::without_secrets;
pub use span_call::SpanCall;
#[doc(hidden)]
pub use truncate::whole_words;
