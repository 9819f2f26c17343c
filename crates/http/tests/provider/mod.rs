//! A provider in place of the network: a tower service that responds with given frames.

#![allow(dead_code, reason = "not every test uses all of it")]

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use futures_util::{StreamExt, stream};
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use tower::{Layer, Service, ServiceExt, service_fn};
use tracing_genai_http::{RequestBody, ResponseBody, Watch, WatchLayer};

pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// The last request received, and the response.
#[derive(Clone)]
pub(crate) struct Provider {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    frames: Vec<Result<Bytes, io::ErrorKind>>,
    pub(crate) received: Arc<Mutex<Option<(HeaderMap, Bytes)>>>,
}

impl Provider {
    pub(crate) fn answering(frames: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Self {
        Self {
            status: 200,
            headers: Vec::new(),
            frames: frames
                .into_iter()
                .map(|frame| Ok(Bytes::copy_from_slice(frame.as_ref())))
                .collect(),
            received: Arc::default(),
        }
    }

    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Resets the connection after the frames.
    pub(crate) fn breaking_off(mut self) -> Self {
        self.frames.push(Err(io::ErrorKind::ConnectionReset));
        self
    }

    fn response(&self) -> Response<Body> {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(*name, *value);
        }
        let frames = stream::iter(self.frames.clone()).map(|frame| frame.map(Frame::data).map_err(io::Error::from));
        response.body(UnsyncBoxBody::new(StreamBody::new(frames))).unwrap()
    }

    /// Sends a request to the provider through `watch`.
    pub(crate) async fn send(&self, watch: Watch, request: Request<Full<Bytes>>) -> Response<ResponseBody<Body>> {
        let provider = self.clone();
        let service = service_fn(move |request: Request<RequestBody<Full<Bytes>>>| {
            let provider = provider.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                *provider.received.lock().unwrap() = Some((parts.headers, body));
                Ok::<_, Infallible>(provider.response())
            }
        });
        let mut service = WatchLayer::new(watch).layer(service);
        service.ready().await.unwrap().call(request).await.unwrap()
    }

    /// Sends a chat completion, and reads the response to its end or to its error.
    pub(crate) async fn chat(&self) -> (Vec<u8>, Option<String>) {
        let request = post("https://api.openai.com/v1/chat/completions", r#"{"model":"gpt-4o"}"#);
        read(self.send(Watch::new(), request).await).await
    }
}

pub(crate) fn post(url: &str, body: &'static str) -> Request<Full<Bytes>> {
    Request::post(url)
        .header("content-type", "application/json")
        .body(Full::from(body))
        .unwrap()
}

/// The bytes of the body, and the error that ended it.
pub(crate) async fn read(response: Response<ResponseBody<Body>>) -> (Vec<u8>, Option<String>) {
    let mut body = response.into_body();
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => bytes.extend_from_slice(frame.data_ref().unwrap()),
            Err(error) => return (bytes, Some(error.to_string())),
        }
    }
    (bytes, None)
}
