//! A provider made of recordings: answers each request as the real one once did, streams piece by piece.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard},
    thread::{self, JoinHandle},
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
use tokio::{net::TcpListener, sync::oneshot};

use crate::{matching::Playlist, recordings::Exchange};

/// What a provider answers when it is asked too often, in the form most of them share.
const TOO_MANY_REQUESTS: &str =
    r#"{"error":{"message":"Rate limit reached, try again.","type":"rate_limit_error","code":"rate_limit_exceeded"}}"#;

/// A replay before it serves. Starts with whole bodies and no refusals.
#[derive(Debug)]
#[must_use = "call `serve`"]
pub struct Replay {
    exchanges: Vec<Exchange>,
    pace: Option<Pace>,
    refusals: usize,
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
            refusals: 0,
        }
    }

    /// Sends recorded streams in pieces of this many bytes, wherever that cuts them, with this delay before each.
    pub fn in_chunks(mut self, chunk_bytes: usize, delay: Duration) -> Self {
        self.pace = Some(Pace {
            chunk_bytes: chunk_bytes.max(1),
            delay,
        });
        self
    }

    /// Answers the first `count` requests with 429 and `retry-after: 0`.
    pub fn refusing_first(mut self, count: usize) -> Self {
        self.refusals = count;
        self
    }

    /// Serves on a free port of loopback, on a thread of its own, so that a test may block.
    pub fn serve(self) -> Replaying {
        let state = Arc::new(Desk {
            playlist: Mutex::new(Playlist::new(self.exchanges)),
            refusals: Mutex::new(self.refusals),
            received: Mutex::default(),
            pace: self.pace,
        });
        let (address, told_address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().fallback(answer).with_state(Arc::clone(&state));
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                address.send(listener.local_addr().unwrap()).unwrap();
                // Not a graceful end: a test that failed may have left a stream half read.
                tokio::select! {
                    served = async { axum::serve(listener, router).await } => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        let address = told_address.recv().unwrap();
        Replaying {
            address,
            state,
            stop: Some(stop),
            thread: Some(thread),
        }
    }
}

/// A replay that serves. Dropping it ends it.
#[derive(Debug)]
pub struct Replaying {
    address: SocketAddr,
    state: Arc<Desk>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Replaying {
    /// The base URL, without the recorded paths: `http://127.0.0.1:20001`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests received so far, in order.
    pub fn received(&self) -> Vec<Received> {
        lock(&self.state.received).clone()
    }
}

impl Drop for Replaying {
    fn drop(&mut self) {
        drop(self.stop.take());
        // A panic on that thread has already failed the request it was for.
        let _ = self.thread.take().map(JoinHandle::join);
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
    /// All of them; `traceparent` too, if it was sent.
    pub headers: HeaderMap,
    /// Whole.
    pub body: Bytes,
    /// The status it was answered with.
    pub status: u16,
}

impl Received {
    /// The value of this header, if it was sent and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

#[derive(Debug)]
struct Desk {
    playlist: Mutex<Playlist>,
    refusals: Mutex<usize>,
    received: Mutex<Vec<Received>>,
    pace: Option<Pace>,
}

async fn answer(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
    let (method, path) = (parts.method.to_string(), parts.uri.path().to_owned());
    let response = desk.respond(&method, &path, &body);
    lock(&desk.received).push(Received {
        method,
        path,
        query: parameters(parts.uri.query().unwrap_or_default()),
        headers: parts.headers,
        body,
        status: response.status().as_u16(),
    });
    response
}

impl Desk {
    fn respond(&self, method: &str, path: &str, body: &[u8]) -> Response {
        if self.refuses() {
            let refusal = Response::builder()
                .status(429)
                .header("content-type", "application/json");
            return refusal
                .header("retry-after", "0")
                .body(Body::from(TOO_MANY_REQUESTS))
                .unwrap();
        }
        match lock(&self.playlist).play(method, path, body) {
            Some(exchange) => recorded(exchange, self.pace),
            None => Response::builder()
                .status(StatusCode::NOT_IMPLEMENTED)
                .body(Body::from(format!("no recording is left for {method} {path}")))
                .unwrap(),
        }
    }

    fn refuses(&self) -> bool {
        let mut left = lock(&self.refusals);
        let refuses = *left > 0;
        *left = left.saturating_sub(1);
        refuses
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

/// A lock that a panicking test has left is still good: nothing here is ever half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
