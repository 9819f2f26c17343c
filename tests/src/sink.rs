//! A receiver of OTLP over HTTP that keeps what it gets, for tests that need to know what was sent and no backend.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use axum::{
    Router,
    extract::{Request, State},
};
use bytes::Bytes;
use tokio::{net::TcpListener, sync::oneshot};

type Received = Arc<Mutex<Vec<(String, Bytes)>>>;

/// A sink that receives. Dropping it ends it.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    received: Received,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sink {
    /// Receives on a free port of loopback, on a thread of its own, so that a test may block.
    ///
    /// # Panics
    /// When no port is free.
    pub fn start() -> Self {
        let received = Received::default();
        let router = Router::new().fallback(keep).with_state(Arc::clone(&received));
        let (address, told_address) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
                address.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    served = async { axum::serve(listener, router).await } => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self {
            address: told_address.recv().unwrap(),
            received,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The base URL, without `/v1/traces`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whether a message to `path` has `text` in it. OTLP's protobuf keeps texts as they are, unless compressed.
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

impl Drop for Sink {
    fn drop(&mut self) {
        drop(self.stop.take());
        // A panic on that thread has already failed the request it was for.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// An empty answer is an empty protobuf message: everything was accepted.
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
