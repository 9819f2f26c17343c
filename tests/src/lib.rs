//! The end-to-end harness: real backends as child processes, recorded provider traffic, and a server that replays it.
//!
//! ```no_run
//! use tracing_genai_tests::{backends::Backends, recordings, replay::Replay};
//!
//! # async fn example() {
//! let Some(backends) = Backends::start().await else { return };
//! let provider = Replay::of(recordings::own("openai/chat")).serve();
//! // Point the service at `provider.url()` and its exporters at `backends.collector.otlp_http()`, let it work, then:
//! let trace = backends.jaeger.wait_for_trace("5b8efff798038103d269b633813fc60c", 1).await;
//! assert_eq!(trace.span("chat gpt-4o-mini").tag("gen_ai.usage.input_tokens").as_i64(), Some(11));
//! let spent = backends.prometheus.wait_for("gen_ai_usage_cost_USD_sum > 0").await;
//! # }
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a harness fails its test by panicking"
)]

pub mod backends;
pub mod child;
pub mod collector;
pub mod jaeger;
pub mod process;
pub mod prometheus;
pub mod recordings;
pub mod replay;
pub mod sink;

#[path = "../../crates/xtask/src/backends/cache.rs"]
mod cache;
mod matching;
mod server;
#[path = "../../crates/xtask/src/shared_data.rs"]
mod shared_data;
