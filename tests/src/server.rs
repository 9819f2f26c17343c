//! An HTTP server on a thread of its own, so that tests may block.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::mpsc,
    thread::{self, JoinHandle},
};

use axum::Router;
use tokio::{net::TcpListener, sync::oneshot};

/// A running server. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves on a free loopback port; panics if no port is free.
    pub(crate) fn start(router: Router) -> Self {
        let (address, received_address) = mpsc::channel();
        let (stop, stopped) = oneshot::channel::<()>();
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
        Self {
            address: received_address.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The URL without a path: `http://127.0.0.1:20001`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        // A panic on that thread has already failed the request it was for.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
