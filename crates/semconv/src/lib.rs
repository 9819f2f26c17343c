//! The names of OpenTelemetry's GenAI semantic conventions, with deprecated and foreign spellings.
//!
//! The conventions are developed in `open-telemetry/semantic-conventions-genai`. This crate defines the names itself,
//! since the constants of `opentelemetry-semantic-conventions` are deprecated stubs since 0.32. It has no dependencies.
//!
//! ```
//! use tracing_genai_semconv::{Attribute, OperationName};
//!
//! let spelling = Attribute::from_name("gen_ai.usage.prompt_tokens").unwrap();
//! assert_eq!(spelling.attribute, Attribute::UsageInputTokens);
//! assert!(!spelling.is_current());
//! assert!(OperationName::from_name("chat").unwrap().is_model_call());
//! ```

#[macro_use]
mod attribute;
pub mod check;
#[doc(hidden)]
pub mod collector;
pub mod cost;
pub mod dialect;
pub mod error_type;
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

pub use attribute::{Attribute, ValueType};
pub use dialect::{counts_usage, is_count, is_count_text};
pub use lookup::{
    Meaning, Spelling, current_word, foreign_operation, is_genai, is_generic, meaning, operation_of_span, unit_factor,
};
pub use operation::{OperationName, SpanKind};
pub use span_type::{Requirement, SpanType};
pub use tracer::tracer;
pub use typed::key;

/// The prefix of the conventions' GenAI attributes, current or deprecated.
pub const PREFIX: &str = "gen_ai.";

/// The conventions' value of a required enum attribute whose value is unknown.
pub const OTHER: &str = "_OTHER";
