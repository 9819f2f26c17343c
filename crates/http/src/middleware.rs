//! The middleware for clients of reqwest-middleware.

use async_trait::async_trait;
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};
use tracing::Instrument;

use crate::reqwest_exchange::{answered, prepare, start, target};
use crate::watch::Watch;

/// Makes a span of each call of a provider's model, and reads its response as it passes.
///
/// Put it outside of what retries, such as reqwest-retry: a call that is sent again is one call, and one span. To count how
/// often, put [`AttemptMiddleware`] inside.
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
    /// Watches what `watch` says.
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
        let exchange = start(&self.watch, &target, &request);
        prepare(&exchange.preparation(), &mut request);
        match next.run(request, extensions).instrument(exchange.span()).await {
            Ok(response) => Ok(answered(exchange, response)),
            Err(error) => {
                exchange.failed(error_type(&error), &error);
                Err(error)
            }
        }
    }
}

fn error_type(error: &Error) -> &'static str {
    match error {
        error if error.is_timeout() => "timeout",
        error if error.is_connect() => "connect",
        Error::Reqwest(_) => "reqwest::Error",
        Error::Middleware(_) => "reqwest_middleware::Error",
    }
}

/// Counts how often a call is sent: put it inside of what retries. See [`tracing_genai::attempt`].
#[derive(Clone, Debug, Default)]
pub struct AttemptMiddleware(());

impl AttemptMiddleware {
    /// Counts attempts within whatever call there is.
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
