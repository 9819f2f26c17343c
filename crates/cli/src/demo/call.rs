//! Makes one model call over HTTP and records its response.

use std::error::Error;

use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use reqwest::{Response, StatusCode, header::CONTENT_TYPE};
use serde_json::Value;
use tracing_genai::Call;
use tracing_genai_usage::{Api, read_body};

use super::client::Client;

/// Why a call has no response. Its span has the same error.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    /// The provider returned an HTTP error.
    #[error("the provider returned {status}: {message}")]
    HttpError {
        /// The status.
        status: StatusCode,
        /// The provider's error message.
        message: String,
    },
    /// There is no connection to the provider.
    #[error("the provider could not be reached")]
    Unreachable(#[source] reqwest::Error),
    /// The transfer failed.
    #[error("the transfer from the provider failed")]
    Transfer(#[source] reqwest::Error),
}

/// Posts `body` to `path` as `call`, which ends with the last byte of the response.
///
/// Returns the body; for a stream, all its events.
pub(crate) async fn make(call: Call, api: Api, client: &Client, path: &str, body: &Value) -> Result<Bytes, CallError> {
    let response = call
        .run(client.post(path, body))
        .await
        .map_err(|error| transfer_failed(&call, error))?;
    let status = response.status();
    if status.is_success() && is_event_stream(&response) {
        return stream_to_end(call, api, response).await;
    }
    let body = call
        .run(response.bytes())
        .await
        .map_err(|error| transfer_failed(&call, error))?;
    call.respond(api, status.as_u16(), &body);
    if status.is_success() {
        return Ok(body);
    }
    let error = read_body(api, &body).ok().and_then(|reading| reading.error);
    let message = error.map_or_else(|| String::from_utf8_lossy(&body).into_owned(), |error| error.message);
    Err(CallError::HttpError { status, message })
}

async fn stream_to_end(call: Call, api: Api, response: Response) -> Result<Bytes, CallError> {
    let mut stream = std::pin::pin!(call.meter_bytes(api, response.bytes_stream()));
    let mut body = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        body.extend_from_slice(&chunk.map_err(CallError::Transfer)?);
    }
    Ok(body.freeze())
}

fn is_event_stream(response: &Response) -> bool {
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    content_type.is_some_and(|content_type| content_type.starts_with("text/event-stream"))
}

fn transfer_failed(call: &Call, error: reqwest::Error) -> CallError {
    call.fail(transfer_error_type(&error), last_cause(&error));
    if error.is_connect() {
        CallError::Unreachable(error)
    } else {
        CallError::Transfer(error)
    }
}

/// The last cause of a failed transfer is the specific one: `Connection refused`, `timed out`.
fn last_cause<'a>(error: &'a (dyn Error + 'static)) -> &'a (dyn Error + 'static) {
    error.source().map_or(error, last_cause)
}

fn transfer_error_type(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else {
        "_OTHER"
    }
}
