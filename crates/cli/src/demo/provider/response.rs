//! Responses of the built-in provider, with delays.

use std::{convert::Infallible, time::Duration};

use axum::{
    Json,
    body::Body,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use serde_json::Value;

pub(super) const REFUSAL_DELAY: Duration = Duration::from_millis(20);
pub(super) const EMBEDDING_DELAY: Duration = Duration::from_millis(30);
pub(super) const COMPLETION_DELAY: Duration = Duration::from_millis(140);
const FIRST_CHUNK_DELAY: Duration = Duration::from_millis(90);
const CHUNK_DELAY: Duration = Duration::from_millis(18);

/// A response's text and token counts.
pub(super) struct Completion {
    pub(super) text: &'static str,
    pub(super) input_tokens: u64,
    pub(super) output_tokens: u64,
}

/// A stream of server-sent events, one chunk per frame: the first after `first`, the others `between` apart.
pub(crate) fn event_stream(frames: Vec<String>, first: Duration, between: Duration) -> Response {
    let chunks = stream::iter(frames)
        .enumerate()
        .then(move |(position, frame)| async move {
            let pause = if position == 0 { first } else { between };
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            Ok::<_, Infallible>(frame)
        });
    (
        [(CONTENT_TYPE, "text/event-stream; charset=utf-8")],
        Body::from_stream(chunks),
    )
        .into_response()
}

pub(super) fn paced_event_stream(frames: Vec<String>) -> Response {
    event_stream(frames, FIRST_CHUNK_DELAY, CHUNK_DELAY)
}

pub(super) async fn json_after(pause: Duration, status: StatusCode, body: Value) -> Response {
    tokio::time::sleep(pause).await;
    (status, Json(body)).into_response()
}

/// The words of `text` in pieces of three.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = String> {
    let words: Vec<&str> = text.split_inclusive(' ').collect();
    words.chunks(3).map(<[&str]>::concat).collect::<Vec<_>>().into_iter()
}
