//! Reads usage, model and finish reason from the response types of Rust's LLM clients.
//!
//! For calls started with `tracing_genai::chat` and its kin. rig and the genai crate create spans of their own, from
//! which the processor reads the usage; HTTP clients watched by `tracing-genai-http` need no adapter either.
//!
//! | feature | client | types |
//! | --- | --- | --- |
//! | `async-openai` | async-openai 0.43 | chat completions and their chunks, responses and their events, embeddings |
//! | `genai` | genai 0.7 | chat responses, the end of a stream |
//! | `rig` | rig 0.44 | completion responses |
//!
//! ```
//! # #[cfg(feature = "async-openai")] {
//! use async_openai::types::chat::CreateChatCompletionResponse;
//! use tracing_genai_adapters::ToReading;
//!
//! # fn answer() -> CreateChatCompletionResponse { serde_json::from_str(
//! #     r#"{"id":"c1","object":"chat.completion","created":0,"model":"gpt-4o","choices":[]}"#).unwrap() }
//! let call = tracing_genai::chat("openai", "gpt-4o").start();
//! let answer: CreateChatCompletionResponse = answer();
//! call.record(&answer.to_reading());
//! # }
//! ```
//!
//! To meter a stream of typed chunks: `call.meter_with(stream, |chunk, call| call.record(&chunk.to_reading()))`.

use tracing_genai_usage::Reading;

#[cfg(feature = "async-openai")]
mod async_openai;
#[cfg(feature = "genai")]
mod genai;
#[cfg(feature = "rig")]
mod rig;

/// Converts a client's response to a [`Reading`]: usage, response model, id and finish reasons, if present.
pub trait ToReading {
    /// The reading; input includes cached tokens, output includes reasoning, as in the conventions.
    fn to_reading(&self) -> Reading;
}
