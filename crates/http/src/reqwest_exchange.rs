//! Reads the requests and responses of reqwest.

use std::fmt::Display;
use std::future::poll_fn;
use std::pin::pin;

use bytes::Bytes;
use reqwest::{Body, Request, Response, ResponseBuilderExt};
use tracing::Instrument;
use tracing_genai::usage::{self, RequestReader};

use crate::exchange::{Exchange, Preparation, content_type};
use crate::failure::Failure;
use crate::request_body::RequestBody;
use crate::response_body::ResponseBody;
use crate::watch::{Target, Watch};

/// The target of a request that calls a model; `None` for other requests.
pub(crate) fn target(watch: &Watch, request: &Request) -> Option<Target> {
    let url = request.url();
    watch.target(
        request.method(),
        url.host_str()?,
        url.port_or_known_default()?,
        url.path(),
    )
}

/// Starts the call of `request`. A slice of a body in memory is read before, so that samplers see its parameters; the
/// rest of a longer one is read beside the request.
pub(crate) fn start(watch: &Watch, target: &Target, request: &Request) -> Exchange {
    // Span disabled: skip reading the body.
    let is_enabled = tracing::span_enabled!(target: "tracing_genai", tracing::Level::INFO);
    let Some(body) = request.body().and_then(Body::as_bytes).filter(|_| is_enabled) else {
        return Exchange::start(watch, target, &usage::Request::default());
    };
    let mut reader = RequestReader::new(content_type(request.headers()));
    let read = reader.push_slice(body);
    if read >= body.len() || reader.is_done() {
        return Exchange::start(watch, target, &reader.finish());
    }
    let mut exchange = Exchange::start(watch, target, &reader.clone().finish());
    if let Some(scan) = exchange.scan()
        && let Some(mut same) = request.try_clone()
        && let Some(body) = same.body_mut().take()
    {
        // The body's bytes are shared, not copied.
        let body = Bytes::from_owner(InMemory(body));
        scan.read_rest(reader, body.slice(read.min(body.len())..));
    }
    exchange
}

/// A body in memory.
struct InMemory(Body);

impl AsRef<[u8]> for InMemory {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes().unwrap_or_default()
    }
}

/// Polls for the response of `exchange`, and reads its request beside it.
pub(crate) async fn beside<F: Future>(exchange: &Exchange, response: F) -> F::Output {
    let mut response = pin!(response.instrument(exchange.span()));
    poll_fn(|context| {
        let polled = response.as_mut().poll(context);
        if polled.is_pending() {
            exchange.read_slice(context);
        }
        polled
    })
    .await
}

/// Injects the trace context, and wraps a streaming body so that it is read while it is sent.
pub(crate) fn prepare(preparation: &Preparation, request: &mut Request) {
    preparation.propagate(request.headers_mut());
    let is_in_memory = request.body().is_none_or(|body| body.as_bytes().is_some());
    if is_in_memory {
        return;
    }
    if let Some(reading) = preparation.sent_body(request.headers())
        && let Some(body) = request.body_mut().take()
    {
        *request.body_mut() = Some(Body::wrap(RequestBody::new(body, Some(reading))));
    }
}

/// Whether the body of `request` is sent as it comes.
pub(crate) fn is_streaming(request: &Request) -> bool {
    request.body().is_some_and(|body| body.as_bytes().is_none())
}

/// Ends the exchange with the result of its request: a response is read as it passes, an error is recorded.
pub(crate) fn finish<E: Display + 'static>(exchange: Exchange, result: Result<Response, E>) -> Result<Response, E> {
    match result {
        Ok(response) => Ok(watch_response(exchange, response)),
        Err(error) => {
            exchange.fail(&Failure::of(&error));
            Err(error)
        }
    }
}

/// The same response, with a body that is read as it passes.
fn watch_response(exchange: Exchange, response: Response) -> Response {
    if !exchange.is_recording() {
        exchange.respond(response.status(), response.headers());
        return response;
    }
    let url = response.url().clone();
    let (parts, body) = http::Response::from(response).into_parts();
    let recorder = exchange.respond(parts.status, &parts.headers);
    // Only the builder can set the URL.
    let built = http::Response::builder()
        .url(url)
        .body(Body::wrap(ResponseBody::new(body, recorder)));
    let Ok(mut response) = built else {
        // Unreachable: the builder was given a URL only.
        return Response::from(http::Response::from_parts(parts, Body::default()));
    };
    *response.status_mut() = parts.status;
    *response.version_mut() = parts.version;
    *response.headers_mut() = parts.headers;
    response.extensions_mut().extend(parts.extensions);
    Response::from(response)
}
