//! Reads token usage from the responses of LLM providers.
//!
//! [`Usage`] has counts by [`Unit`] in the meaning of the OpenTelemetry GenAI conventions: `input_tokens` includes
//! cached tokens and `output_tokens` includes reasoning, regardless of the provider's fields. [`read_body`] and
//! [`ResponseReader`] convert a provider's response to that form; [`Endpoint`] determines the provider and API of a
//! URL.
//!
//! ```
//! use tracing_genai_usage::{Api, Unit, read_body};
//!
//! let body = br#"{"model":"claude-sonnet-4-5","usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":5}}"#;
//! let reading = read_body(Api::AnthropicMessages, body)?;
//! assert_eq!(reading.usage.get(Unit::InputTokens), Some(100));
//! assert_eq!(reading.usage.get(Unit::CacheWriteTokens), None);
//! # Ok::<(), tracing_genai_usage::ReadError>(())
//! ```

mod api;
mod apis;
mod batch;
mod dimensions;
mod endpoint;
mod field;
mod figures;
mod framing;
mod hosts;
mod idle;
mod provider_error;
mod reader;
mod reading;
mod relevant_keys;
mod request;
mod response_shape;
mod unit;
mod usage;

pub use api::Api;
pub use apis::charged_gemini_searches;
pub use batch::read_batch_line;
pub use dimensions::{CacheTtl, Dimensions, Direction, Family, Modality, PageType, TokenType, ToolType};
pub use endpoint::Endpoint;
pub use hosts::host_matches;
pub use provider_error::ProviderError;
pub use reader::{ResponseReader, read_body};
pub use reading::{ReadError, Reading};
pub use request::{Request, RequestReader, read_request};
pub use unit::Unit;
pub use usage::{MAX_COUNT, Usage};
