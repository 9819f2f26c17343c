//! Layers for tower services.

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
use crate::failure::Failure;
use crate::request_body::RequestBody;
use crate::response_body::ResponseBody;
use crate::watch::{Target, Watch};

/// Creates a span for each model call, and reads the response as it passes.
///
/// It wraps services of `http::Request` with any body of [`Bytes`]: the inner service gets [`RequestBody`], the caller
/// gets [`ResponseBody`]. With the feature `reqwest-middleware` it also wraps services of `reqwest::Request`, such as
/// its client; with the feature `async-openai`, that client's HTTP services. Put it outside of retry layers, and
/// [`AttemptLayer`] inside.
#[derive(Clone, Debug)]
pub struct WatchLayer {
    watch: Watch,
}

impl WatchLayer {
    /// Watches the hosts of `watch`.
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

/// A watched service; made by [`WatchLayer`].
#[derive(Clone, Debug)]
pub struct WatchService<S> {
    pub(crate) service: S,
    pub(crate) watch: Watch,
}

impl<S, A, B> Service<Request<A>> for WatchService<S>
where
    S: Service<Request<RequestBody<A>>, Response = Response<B>>,
    S::Error: Display + 'static,
    A: Body<Data = Bytes>,
    B: Body<Data = Bytes>,
    B::Error: Display + 'static,
{
    type Response = Response<ResponseBody<B>>;
    type Error = S::Error;
    type Future = WatchFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<A>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let mut reading = None;
        let exchange = target(&self.watch, &parts).map(|target| {
            // The parameters are known once the body was sent.
            let mut exchange = Exchange::start(&self.watch, &target, &usage::Request::default());
            if !body.is_end_stream() {
                exchange.scan();
            }
            let preparation = exchange.preparation();
            preparation.propagate(&mut parts.headers);
            reading = preparation.sent_body(&parts.headers);
            exchange
        });
        let request = Request::from_parts(parts, RequestBody::new(body, reading));
        let span = exchange.as_ref().map_or_else(Span::none, Exchange::span);
        let future = span.in_scope(|| self.service.call(request));
        WatchFuture { future, span, exchange }
    }
}

fn target(watch: &Watch, request: &http::request::Parts) -> Option<Target> {
    let uri = &request.uri;
    let of_header = || host_and_port(request.headers.get(HOST)?.to_str().ok()?);
    let (host, port) = match uri.authority() {
        Some(authority) => (authority.host(), authority.port_u16()),
        None => of_header()?,
    };
    let default = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    watch.target(&request.method, host, port.unwrap_or(default), uri.path())
}

/// The parts of a `host` header. An IPv6 address is in brackets.
fn host_and_port(text: &str) -> Option<(&str, Option<u16>)> {
    match text.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => Some((host, Some(port.parse().ok()?))),
        _ => Some((text, None)),
    }
}

pin_project! {
    /// The future of a watched call.
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
    E: Display + 'static,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Poll::Ready(result) = this.span.in_scope(|| this.future.poll(context)) else {
            if let Some(exchange) = this.exchange {
                exchange.read_slice(context);
            }
            return Poll::Pending;
        };
        // The exchange has its own handle, which must be the last.
        *this.span = Span::none();
        let exchange = this.exchange.take();
        Poll::Ready(match (result, exchange) {
            (Ok(response), Some(exchange)) => {
                let recorder = exchange.respond(response.status(), response.headers());
                Ok(response.map(|body| ResponseBody::new(body, recorder)))
            }
            (Ok(response), None) => Ok(response.map(|body| ResponseBody::new(body, None))),
            (Err(error), exchange) => {
                if let Some(exchange) = exchange {
                    exchange.fail(&Failure::of(&error));
                }
                Err(error)
            }
        })
    }
}

/// Counts the attempts of a call: put it inside of retry layers. See [`tracing_genai::attempt`].
#[derive(Clone, Debug, Default)]
pub struct AttemptLayer(());

impl AttemptLayer {
    /// Counts attempts of the enclosing call.
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

/// A service that counts attempts; made by [`AttemptLayer`].
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
