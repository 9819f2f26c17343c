//! The names of OpenTelemetry's GenAI semantic conventions, and the older spellings they replaced.
//!
//! The conventions live in `open-telemetry/semantic-conventions-genai` and are all in development; this crate owns the
//! names, because the constants of `opentelemetry-semantic-conventions` are deprecated stubs since its 0.32. It depends
//! on nothing, so anything may depend on it.
//!
//! ```
//! use tracing_genai_semconv::{Attribute, OperationName};
//!
//! let spelling = Attribute::from_name("gen_ai.usage.prompt_tokens").unwrap();
//! assert_eq!(spelling.attribute, Attribute::UsageInputTokens);
//! assert!(!spelling.is_current());
//! assert!(OperationName::from_name("chat").unwrap().is_model_call());
//! ```

mod attribute;
pub mod check;
#[doc(hidden)]
pub mod collector;
pub mod cost;
pub mod dialect;
pub mod event;
mod known_values;
mod lookup;
pub mod metric;
mod operation;
pub mod own;
pub mod profile;
pub mod provider;
mod span_type;
mod tracer;
pub mod typed;

pub use attribute::{Attribute, ValueType, key};
pub use dialect::{counts_usage, is_count, is_count_text};
pub use lookup::{
    Meaning, Spelling, current_word, foreign_operation, is_genai, is_generic, meaning, operation_of_span, unit_factor,
};
pub use operation::{OperationName, SpanKind};
pub use span_type::{Requirement, SpanType};
pub use tracer::tracer;

/// What every GenAI attribute of the conventions, current or deprecated, starts with.
pub const PREFIX: &str = "gen_ai.";

/// The value the conventions give to a required enum attribute whose true value is not known.
pub const OTHER: &str = "_OTHER";
