//! The layer for tower services.

use std::any::type_name;
use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::HOST;
use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;
use tracing::Span;
use tracing_genai::usage;

use crate::exchange::Exchange;
use crate::request_body::RequestBody;
use crate::response_body::ResponseBody;
use crate::watch::{Target, Watch};

/// Makes a span of each call of a provider's model, and reads its response as it passes.
///
/// It is a layer for services of `http::Request`, with any body of [`Bytes`]: the service within sees [`RequestBody`], the
/// caller [`ResponseBody`]. With the feature `reqwest-middleware` also for services of `reqwest::Request`, such as its
/// client; with the feature `async-openai` for those that this client takes. Put it outside of what retries, and
/// [`AttemptLayer`] inside.
#[derive(Clone, Debug)]
pub struct WatchLayer {
    watch: Watch,
}

impl WatchLayer {
    /// Watches what `watch` says.
    pub fn new(watch: Watch) -> Self {
        Self { watch }
    }
}

impl<S> Layer<S> for WatchLayer {
    type Service = WatchService<S>;

    fn layer(&self, service: S) -> WatchService<S> {
        WatchService {
            service,
            watch: self.watch.clone(),
        }
    }
}

/// A service that is watched; made by [`WatchLayer`].
#[derive(Clone, Debug)]
pub struct WatchService<S> {
    pub(crate) service: S,
    pub(crate) watch: Watch,
}

impl<S, A, B> Service<Request<A>> for WatchService<S>
where
    S: Service<Request<RequestBody<A>>, Response = Response<B>>,
    S::Error: Display,
    A: Body<Data = Bytes>,
    B: Body<Data = Bytes>,
    B::Error: Display,
{
    type Response = Response<ResponseBody<B>>;
    type Error = S::Error;
    type Future = WatchFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let exchange = target(&self.watch, &parts).map(|target| {
            // What the request asks for is known once its body has gone by.
            Exchange::start(&self.watch, &target, &usage::Request::default())
        });
        let reading = exchange.as_ref().map(|exchange| {
            let preparation = exchange.preparation();
            preparation.propagate(&mut parts.headers);
            preparation.reading(&parts.headers)
        });
        let request = Request::from_parts(parts, RequestBody::new(body, reading));
        let span = exchange.as_ref().map_or_else(Span::none, Exchange::span);
        let future = span.in_scope(|| self.service.call(request));
        WatchFuture { future, span, exchange }
    }
}

fn target(watch: &Watch, request: &http::request::Parts) -> Option<Target> {
    let uri = &request.uri;
    let named = || {
        request
            .headers
            .get(HOST)?
            .to_str()
            .ok()?
            .parse::<http::uri::Authority>()
            .ok()
    };
    let authority = uri.authority().cloned().or_else(named)?;
    let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    watch.target(
        &request.method,
        authority.host(),
        authority.port_u16().unwrap_or(default),
        uri.path(),
    )
}

pin_project! {
    /// The response to a call that is watched.
    #[derive(Debug)]
    pub struct WatchFuture<F> {
        #[pin]
        future: F,
        span: Span,
        exchange: Option<Exchange>,
    }
}

impl<F, B, E> Future for WatchFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body<Data = Bytes>,
    E: Display,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Poll::Ready(result) = this.span.in_scope(|| this.future.poll(context)) else {
            return Poll::Pending;
        };
        // The exchange has a handle of its own, which is to be the last.
        *this.span = Span::none();
        let exchange = this.exchange.take();
        Poll::Ready(match (result, exchange) {
            (Ok(response), Some(exchange)) => {
                let reading = exchange.answered(response.status(), response.headers());
                Ok(response.map(|body| ResponseBody::new(body, reading)))
            }
            (Ok(response), None) => Ok(response.map(|body| ResponseBody::new(body, None))),
            (Err(error), exchange) => {
                if let Some(exchange) = exchange {
                    exchange.failed(type_name::<E>(), &error);
                }
                Err(error)
            }
        })
    }
}

/// Counts how often a call is sent: put it inside of what retries. See [`tracing_genai::attempt`].
#[derive(Clone, Debug, Default)]
pub struct AttemptLayer(());

impl AttemptLayer {
    /// Counts attempts within whatever call there is.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<S> Layer<S> for AttemptLayer {
    type Service = AttemptService<S>;

    fn layer(&self, service: S) -> AttemptService<S> {
        AttemptService { service }
    }
}

/// A service whose attempts are counted; made by [`AttemptLayer`].
#[derive(Clone, Debug)]
pub struct AttemptService<S> {
    service: S,
}

impl<S: Service<R>, R> Service<R> for AttemptService<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        tracing_genai::attempt();
        self.service.call(request)
    }
}
