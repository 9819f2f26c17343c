//! Calls by reqwest: how its requests are read, and its responses.

use reqwest::{Body, Request, Response, ResponseBuilderExt};
use tracing_genai::usage::{self, read_request};

use crate::exchange::{Exchange, Preparation};
use crate::request_body::RequestBody;
use crate::response_body::ResponseBody;
use crate::watch::{Target, Watch};

/// What the request is, if it runs a provider's model.
pub(crate) fn target(watch: &Watch, request: &Request) -> Option<Target> {
    let url = request.url();
    watch.target(
        request.method(),
        url.host_str()?,
        url.port_or_known_default()?,
        url.path(),
    )
}

/// Starts the call that `request` makes.
pub(crate) fn start(watch: &Watch, target: &Target, request: &Request) -> Exchange {
    // Nothing is read that nobody looks at.
    let is_looked_at = tracing::enabled!(target: "tracing_genai", tracing::Level::INFO);
    let body = request.body().filter(|_| is_looked_at).and_then(Body::as_bytes);
    let asked = body.map_or_else(usage::Request::default, read_request);
    Exchange::start(watch, target, &asked)
}

/// Makes the request ready to be sent: trace context, and a body that is read as it goes where it is not at hand.
pub(crate) fn prepare(preparation: &Preparation, request: &mut Request) {
    preparation.propagate(request.headers_mut());
    let is_at_hand = request.body().is_none_or(|body| body.as_bytes().is_some());
    if is_at_hand {
        return;
    }
    let reading = preparation.reading(request.headers());
    if let Some(body) = request.body_mut().take() {
        *request.body_mut() = Some(Body::wrap(RequestBody::new(body, Some(reading))));
    }
}

/// The same response, whose body is read as it passes.
pub(crate) fn answered(exchange: Exchange, response: Response) -> Response {
    let url = response.url().clone();
    let (parts, body) = http::Response::from(response).into_parts();
    let reading = exchange.answered(parts.status, &parts.headers);
    // Only a builder can say again which URL it was.
    let built = http::Response::builder()
        .url(url)
        .body(Body::wrap(ResponseBody::new(body, reading)));
    let Ok(mut response) = built else {
        // No part that could be refused was given to it.
        return Response::from(http::Response::from_parts(parts, Body::default()));
    };
    *response.status_mut() = parts.status;
    *response.version_mut() = parts.version;
    *response.headers_mut() = parts.headers;
    response.extensions_mut().extend(parts.extensions);
    Response::from(response)
}
