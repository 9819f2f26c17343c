//! What the response types of Rust's LLM clients say of a call, so that nobody copies token counts by hand.
//!
//! For a call that one has started oneself. rig and the genai crate make spans of their own, whose usage the processor
//! reads from them; and a client that is watched by its HTTP (`tracing-genai-http`) needs none of this either.
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
//! A stream of typed chunks is metered with the same: `call.meter_with(stream, |chunk, call|
//! call.record(&chunk.to_reading()))`.

use tracing_genai_usage::Reading;

#[cfg(feature = "async-openai")]
mod async_openai;
#[cfg(feature = "genai")]
mod genai;
#[cfg(feature = "rig")]
mod rig;

/// Says what a response used, which model answered and how it ended, as far as its type holds it.
pub trait ToReading {
    /// What it says, in the meaning of the conventions: input includes cached tokens, output includes reasoning.
    fn to_reading(&self) -> Reading;
}
