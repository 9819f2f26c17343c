//! A provider that replays recordings, with streams in chunks.

use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode},
    response::Response,
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};

use crate::{matching::Playlist, recordings::Exchange, server::Server};

/// The body of a 429 response, in the form of most providers.
const TOO_MANY_REQUESTS: &str =
    r#"{"error":{"message":"Rate limit reached, try again.","type":"rate_limit_error","code":"rate_limit_exceeded"}}"#;

/// A builder of a replay server. By default, bodies are sent whole, without 429 responses.
#[derive(Debug)]
#[must_use = "call `serve`"]
pub struct Replay {
    exchanges: Vec<Exchange>,
    pace: Option<Pace>,
    rate_limited: usize,
}

#[derive(Clone, Copy, Debug)]
struct Pace {
    chunk_bytes: usize,
    delay: Duration,
}

impl Replay {
    /// A replay of these exchanges.
    pub fn of(exchanges: Vec<Exchange>) -> Self {
        Self {
            exchanges,
            pace: None,
            rate_limited: 0,
        }
    }

    /// Sends recorded streams in chunks of this many bytes, split anywhere, with this delay before each.
    pub fn in_chunks(mut self, chunk_bytes: usize, delay: Duration) -> Self {
        self.pace = Some(Pace {
            chunk_bytes: chunk_bytes.max(1),
            delay,
        });
        self
    }

    /// Responds to the first `count` requests with 429 and `retry-after: 0`.
    pub fn rate_limiting_first(mut self, count: usize) -> Self {
        self.rate_limited = count;
        self
    }

    /// Serves on a free loopback port, on its own thread, so that tests may block.
    pub fn serve(self) -> ReplayServer {
        let state = Arc::new(Provider {
            playlist: Mutex::new(Playlist::new(self.exchanges)),
            rate_limited: Mutex::new(self.rate_limited),
            received: Mutex::default(),
            pace: self.pace,
        });
        let server = Server::start(Router::new().fallback(handle).with_state(Arc::clone(&state)));
        ReplayServer { server, state }
    }
}

/// A running replay server. Dropping it ends it.
#[derive(Debug)]
pub struct ReplayServer {
    server: Server,
    state: Arc<Provider>,
}

impl ReplayServer {
    /// The base URL, without the recorded paths: `http://127.0.0.1:20001`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// The requests received so far, in order.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state.received).clone()
    }
}

/// A request the replay received.
#[derive(Clone, Debug)]
pub struct Received {
    /// `POST`.
    pub method: String,
    /// Without the query.
    pub path: String,
    /// The query's parameters, not decoded.
    pub query: HashMap<String, String>,
    /// All headers, including `traceparent`.
    pub headers: HeaderMap,
    /// The whole body.
    pub body: Bytes,
    /// The status of the response.
    pub status: u16,
}

impl Received {
    /// The value of this header, if it was sent and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[derive(Debug)]
struct Provider {
    playlist: Mutex<Playlist>,
    rate_limited: Mutex<usize>,
    received: Mutex<Vec<Received>>,
    pace: Option<Pace>,
}

async fn handle(State(provider): State<Arc<Provider>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let response = provider.respond(&method, &path, &body);
    lock(&provider.received).push(Received {
        method,
        path,
        query: parameters(parts.uri.query().unwrap_or_default()),
        headers: parts.headers,
        body,
        status: response.status().as_u16(),
    });
    response
}

impl Provider {
    fn respond(&self, method: &str, path: &str, body: &[u8]) -> Response {
        if self.is_rate_limited() {
            let response = Response::builder()
                .status(429)
                .header("content-type", "application/json");
            return response
                .header("retry-after", "0")
                .body(Body::from(TOO_MANY_REQUESTS))
                .unwrap();
        }
        match lock(&self.playlist).play(method, path, body) {
            Some(exchange) => recorded(exchange, self.pace),
            None => Response::builder()
                .status(StatusCode::NOT_IMPLEMENTED)
                .body(Body::from(format!("no recording for {method} {path}")))
                .unwrap(),
        }
    }

    fn is_rate_limited(&self) -> bool {
        let mut left = lock(&self.rate_limited);
        let is_rate_limited = *left > 0;
        *left = left.saturating_sub(1);
        is_rate_limited
    }
}

fn recorded(exchange: Exchange, pace: Option<Pace>) -> Response {
    let then = exchange.then;
    let mut response = Response::builder().status(then.status);
    for (name, value) in &then.headers {
        response = response.header(name, value);
    }
    let body = match pace {
        Some(pace) if then.is_stream() => in_chunks(then.body, pace),
        _ => Body::from(then.body),
    };
    response.body(body).unwrap()
}

fn in_chunks(mut whole: Bytes, pace: Pace) -> Body {
    let chunks: Vec<Bytes> = std::iter::from_fn(|| {
        let size = pace.chunk_bytes.min(whole.len());
        (size > 0).then(|| whole.split_to(size))
    })
    .collect();
    Body::from_stream(stream::iter(chunks).then(move |chunk| async move {
        tokio::time::sleep(pace.delay).await;
        Ok::<_, Infallible>(chunk)
    }))
}

fn parameters(query: &str) -> HashMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Ignores poisoning: the data is always consistent.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
