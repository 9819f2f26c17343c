//! A provider in place of the network: a tower service that answers with given frames.

#![allow(dead_code, reason = "each test that shares this asks for other things")]

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

/// What the provider got, and what it answers.
#[derive(Clone)]
pub(crate) struct Provider {
    status: u16,
    headers: Vec<(&'static str, &'static str)>,
    frames: Vec<Result<Bytes, io::ErrorKind>>,
    pub(crate) got: Arc<Mutex<Option<(HeaderMap, Bytes)>>>,
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
            got: Arc::default(),
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

    /// Breaks off after what it answers.
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

    /// Sends a request to the provider, which is watched by `watch`.
    pub(crate) async fn send(&self, watch: Watch, request: Request<Full<Bytes>>) -> Response<ResponseBody<Body>> {
        let provider = self.clone();
        let service = service_fn(move |request: Request<RequestBody<Full<Bytes>>>| {
            let provider = provider.clone();
            async move {
                let (parts, body) = request.into_parts();
                let body = body.collect().await.unwrap().to_bytes();
                *provider.got.lock().unwrap() = Some((parts.headers, body));
                Ok::<_, Infallible>(provider.response())
            }
        });
        let mut service = WatchLayer::new(watch).layer(service);
        service.ready().await.unwrap().call(request).await.unwrap()
    }

    /// Sends a chat completion, and reads the whole answer or what comes of it.
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

/// The bytes that come, and the error that ends them, if one does.
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
