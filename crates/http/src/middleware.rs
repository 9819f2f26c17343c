//! Middleware for reqwest-middleware clients.

use async_trait::async_trait;
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Middleware, Next, Result};

use crate::reqwest_exchange::{beside, finish, is_streaming, prepare, start, target};
use crate::watch::Watch;

/// Creates a span for each model call, and reads the response as it passes.
///
/// Put it outside of retry middleware such as reqwest-retry: a retried call is one call and one span. To count retries,
/// put [`AttemptMiddleware`] inside.
///
/// ```no_run
/// use tracing_genai_http::{AttemptMiddleware, Watch, WatchMiddleware};
///
/// let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
///     .with(WatchMiddleware::new(Watch::new()))
///     // .with(RetryTransientMiddleware::new_with_policy(..))
///     .with(AttemptMiddleware::new())
///     .build();
/// # let _ = client;
/// ```
#[derive(Clone, Debug)]
pub struct WatchMiddleware {
    watch: Watch,
}

impl WatchMiddleware {
    /// Watches the hosts of `watch`.
    pub fn new(watch: Watch) -> Self {
        Self { watch }
    }
}

#[async_trait]
impl Middleware for WatchMiddleware {
    async fn handle(&self, mut request: Request, extensions: &mut Extensions, next: Next<'_>) -> Result<Response> {
        let Some(target) = target(&self.watch, &request) else {
            return next.run(request, extensions).await;
        };
        let mut exchange = start(&self.watch, &target, &request);
        if is_streaming(&request) {
            exchange.scan();
        }
        prepare(&exchange.preparation(), &mut request);
        let result = beside(&exchange, next.run(request, extensions)).await;
        finish(exchange, result)
    }
}

/// Counts the attempts of a call: put it inside of retry middleware. See [`tracing_genai::attempt`].
#[derive(Clone, Debug, Default)]
pub struct AttemptMiddleware(());

impl AttemptMiddleware {
    /// Counts attempts of the enclosing call.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl Middleware for AttemptMiddleware {
    async fn handle(&self, request: Request, extensions: &mut Extensions, next: Next<'_>) -> Result<Response> {
        tracing_genai::attempt();
        next.run(request, extensions).await
    }
}
