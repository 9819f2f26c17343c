//! Watches an HTTP client's calls to LLM providers: one span a call, with tokens, latency and cost read from the
//! provider's response.
//!
//! Bytes pass unchanged and without delay, save that a body's end waits until a long request was read; streams are not
//! buffered. Requests to other hosts are not watched. [`Watch`] configures the hosts.
//!
//! With reqwest-middleware (feature `reqwest-middleware`):
//!
//! ```no_run
//! # #[cfg(feature = "reqwest-middleware")] {
//! use tracing_genai_http::{Watch, WatchMiddleware};
//!
//! let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
//!     .with(WatchMiddleware::new(Watch::new())) // outside of the retry middleware: one call
//!     .build();
//! # let _ = client;
//! # }
//! ```
//!
//! With tower (feature `tower`), around a service of `http` or reqwest requests, or, with the feature `async-openai`,
//! around that client's HTTP service:
//!
//! ```
//! # #[cfg(feature = "tower")] {
//! use tower_layer::Layer;
//! use tracing_genai_http::{Watch, WatchLayer};
//!
//! # let client = ();
//! let client = WatchLayer::new(Watch::new()).layer(client);
//! # }
//! ```

mod error_text;
mod exchange;
mod failure;
mod params;
mod propagate;
mod request_body;
mod request_scan;
mod response_body;
mod response_recorder;
mod watch;

#[cfg(feature = "async-openai")]
mod async_openai;
#[cfg(feature = "reqwest-middleware")]
mod middleware;
#[cfg(feature = "reqwest-middleware")]
mod reqwest_exchange;
#[cfg(all(feature = "tower", feature = "reqwest-middleware"))]
mod reqwest_service;
#[cfg(feature = "tower")]
mod service;

pub use request_body::RequestBody;
pub use response_body::ResponseBody;
pub use watch::Watch;

#[cfg(feature = "reqwest-middleware")]
pub use middleware::{AttemptMiddleware, WatchMiddleware};
#[cfg(feature = "tower")]
pub use service::{AttemptLayer, AttemptService, WatchFuture, WatchLayer, WatchService};

#[cfg(all(feature = "tower", feature = "reqwest-middleware"))]
pub use reqwest_service::ReqwestFuture;
