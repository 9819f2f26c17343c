//! An OTLP/HTTP receiver that keeps messages, for tests without a backend.

use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Router,
    extract::{Request, State},
};
use bytes::Bytes;

use crate::server::Server;

type Received = Arc<Mutex<Vec<(String, Bytes)>>>;

/// A running receiver. Dropping it ends it.
#[derive(Debug)]
pub struct Sink {
    server: Server,
    received: Received,
}

impl Sink {
    /// Receives on a free loopback port, on its own thread, so that tests may block.
    ///
    /// # Panics
    /// If no port is free.
    pub fn start() -> Self {
        let received = Received::default();
        let router = Router::new().fallback(keep).with_state(Arc::clone(&received));
        Self {
            server: Server::start(router),
            received,
        }
    }

    /// The base URL, without `/v1/traces`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Whether a message to `path` contains `text`. Uncompressed protobuf has texts unchanged.
    pub fn has(&self, path: &str, text: &str) -> bool {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received
            .iter()
            .filter(|(to, _)| to == path)
            .any(|(_, body)| body.windows(text.len()).any(|window| window == text.as_bytes()))
    }

    /// The paths of the messages so far.
    pub fn paths(&self) -> Vec<String> {
        let received = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        received.iter().map(|(path, _)| path.clone()).collect()
    }
}

/// An empty response is an empty protobuf message, which means success.
async fn keep(State(received): State<Received>, request: Request) {
    let path = request.uri().path().to_owned();
    let body = axum::body::to_bytes(request.into_body(), usize::MAX)
        .await
        .unwrap_or_default();
    received
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push((path, body));
}
