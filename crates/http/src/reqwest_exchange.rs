//! Reads the requests and responses of reqwest.

use std::fmt::Display;

use reqwest::{Body, Request, Response, ResponseBuilderExt};
use tracing_genai::usage::{self, read_request};

use crate::exchange::{Exchange, Preparation};
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

/// Starts the call of `request`.
pub(crate) fn start(watch: &Watch, target: &Target, request: &Request) -> Exchange {
    // Span disabled: skip parsing the body.
    let is_enabled = tracing::enabled!(target: "tracing_genai", tracing::Level::INFO);
    let body = request.body().filter(|_| is_enabled).and_then(Body::as_bytes);
    let parameters = body.map_or_else(usage::Request::default, read_request);
    Exchange::start(watch, target, &parameters)
}

/// Injects the trace context, and wraps a streaming body so that it is read while it is sent.
pub(crate) fn prepare(preparation: &Preparation, request: &mut Request) {
    preparation.propagate(request.headers_mut());
    let is_in_memory = request.body().is_none_or(|body| body.as_bytes().is_some());
    if is_in_memory {
        return;
    }
    let recorder = preparation.recorder(request.headers());
    if let Some(body) = request.body_mut().take() {
        *request.body_mut() = Some(Body::wrap(RequestBody::new(body, Some(recorder))));
    }
}

/// Ends the exchange with the result of its request: a response is read as it passes, an error is recorded.
pub(crate) fn finish<E: Display>(
    exchange: Exchange,
    result: Result<Response, E>,
    error_type: impl FnOnce(&E) -> &'static str,
) -> Result<Response, E> {
    match result {
        Ok(response) => Ok(watch_response(exchange, response)),
        Err(error) => {
            exchange.fail(error_type(&error), &error);
            Err(error)
        }
    }
}

/// The same response, with a body that is read as it passes.
fn watch_response(exchange: Exchange, response: Response) -> Response {
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
