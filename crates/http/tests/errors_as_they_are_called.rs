//! An error is named by what went wrong and states its root cause, through any wrapper.

#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic, its helpers too")]

mod provider;
mod spans;

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;
use provider::post;
use spans::{Spans, text};
use tower::{BoxError, Layer, Service, service_fn};
use tracing_genai_http::{RequestBody, Watch, WatchLayer};

const CHAT: &str = "https://api.openai.com/v1/chat/completions";

/// The error type and the status text of the only span.
fn error(spans: &Spans) -> (Option<String>, String) {
    let [span] = <[SpanData; 1]>::try_from(spans.take()).unwrap_or_else(|spans| panic!("{} spans", spans.len()));
    let Status::Error { description } = &span.status else {
        panic!("{:?}", span.status)
    };
    (text(&span, "error.type"), description.clone().into_owned())
}

/// An error that says `text`, with a cause.
#[derive(Debug)]
struct Wrapped(&'static str, Option<BoxError>);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}

fn wrapped(text: &'static str, cause: impl Into<BoxError>) -> BoxError {
    Wrapped(text, Some(cause.into())).into()
}

/// The span's error after a service failed with the error of `make`.
async fn failing<E: fmt::Display + 'static>(make: impl Fn() -> E) -> (Option<String>, String) {
    let spans = Spans::collect();
    let service = service_fn(|_: Request<RequestBody<Full<Bytes>>>| {
        let error = make();
        async { Err::<Response<Full<Bytes>>, _>(error) }
    });
    let mut service = WatchLayer::new(Watch::new()).layer(service);
    assert!(service.call(post(CHAT, "{}")).await.is_err());
    error(&spans)
}

/// The span's error after a body failed with the error of `make`.
async fn breaking_off<E: fmt::Display + fmt::Debug + 'static>(make: impl Fn() -> E) -> (Option<String>, String) {
    let spans = Spans::collect();
    let service = service_fn(|_: Request<RequestBody<Full<Bytes>>>| {
        let frames = [Ok(Frame::data(Bytes::from_static(b"{"))), Err(make())];
        async { Ok::<_, io::Error>(Response::new(StreamBody::new(stream::iter(frames)))) }
    });
    let mut service = WatchLayer::new(Watch::new()).layer(service);
    let response = service.call(post(CHAT, "{}")).await.unwrap();
    assert!(response.into_body().collect().await.is_err());
    error(&spans)
}

fn refused() -> io::Error {
    // The number of ECONNREFUSED, whose text may be translated.
    io::Error::from_raw_os_error(if cfg!(target_os = "linux") { 111 } else { 61 })
}

#[cfg(unix)]
#[tokio::test]
async fn a_boxed_error_says_its_root_cause() {
    let (_, text) = failing(|| wrapped("client error (Connect)", wrapped("tcp connect error", refused()))).await;
    assert_eq!(text, "client error (Connect): connection refused");
    let (_, text) = breaking_off(|| io::Error::other(wrapped("body error", refused()))).await;
    assert_eq!(text, "body error: connection refused");
    let (_, text) = failing(|| wrapped("request failed: tcp: no route", Wrapped("tcp: no route", None))).await;
    assert_eq!(text, "request failed: tcp: no route", "nothing is said twice");
}

#[cfg(feature = "reqwest-middleware")]
#[tokio::test]
async fn a_failed_handshake_says_why() {
    let cause = rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer);
    let handshake = || io::Error::new(io::ErrorKind::InvalidData, cause.clone());
    let (_, text) = failing(|| wrapped("client error (Connect)", handshake())).await;
    assert_eq!(text, "client error (Connect): invalid peer certificate: UnknownIssuer");
}

#[tokio::test]
async fn a_root_cause_has_no_credentials() {
    let cause = || {
        wrapped(
            "GET failed",
            Wrapped("no answer from https://u:SECRET@host/a?key=SECRET", None),
        )
    };
    let (_, text) = failing(cause).await;
    assert_eq!(text, "GET failed: no answer from https://host/a");
}

#[tokio::test]
async fn any_time_limit_is_a_timeout() {
    let elapsed = async || {
        let never = std::future::pending::<()>();
        tokio::time::timeout(Duration::ZERO, never).await.unwrap_err()
    };
    let once = async || std::cell::RefCell::new(Some(elapsed().await));
    let (of_tokio, second, third) = (once().await, once().await, once().await);
    let timed_out = || io::Error::from(io::ErrorKind::TimedOut);
    let found = [
        failing(|| BoxError::from(of_tokio.take().unwrap())).await,
        failing(|| wrapped("limit", second.take().unwrap())).await,
        failing(timed_out).await,
        failing(|| wrapped("send", timed_out())).await,
        failing(|| wrapped("tower", Wrapped("request timed out", None))).await,
        failing(|| third.take().unwrap()).await,
        failing(|| Wrapped("request timed out", None)).await,
        breaking_off(|| Wrapped("data was not received within the designated timeout", None)).await,
        breaking_off(|| BoxError::from(Wrapped("data was not received within the designated timeout", None))).await,
        breaking_off(timed_out).await,
        breaking_off(|| wrapped("body", timed_out())).await,
    ];
    for (error_type, text) in found {
        assert_eq!(error_type.as_deref(), Some("timeout"), "{text}");
    }
}

#[tokio::test]
async fn a_connection_that_did_not_come_about_is_called_so_by_any_client() {
    for kind in [
        io::ErrorKind::ConnectionRefused,
        io::ErrorKind::HostUnreachable,
        io::ErrorKind::NetworkUnreachable,
        io::ErrorKind::NetworkDown,
    ] {
        for (error_type, text) in [
            failing(|| io::Error::from(kind)).await,
            failing(|| BoxError::from(io::Error::from(kind))).await,
            failing(|| wrapped("send", io::Error::from(kind))).await,
            failing(|| io::Error::other(io::Error::from(kind))).await,
        ] {
            assert_eq!(error_type.as_deref(), Some("connect"), "{text}");
        }
    }
    assert_eq!(
        failing(refused).await,
        (Some("connect".to_owned()), refused().to_string())
    );
}

#[tokio::test]
async fn a_boxed_error_of_a_known_type_has_its_name() {
    let reset = || io::Error::from(io::ErrorKind::ConnectionReset);
    for (error_type, text) in [
        failing(|| BoxError::from(reset())).await,
        breaking_off(|| BoxError::from(reset())).await,
    ] {
        assert_eq!(error_type.as_deref(), Some("std::io::error::Error"), "{text}");
    }
}

#[tokio::test]
async fn other_errors_keep_the_name_of_their_type() {
    // A text that mentions a time limit is not one.
    for (error_type, text) in [
        failing(|| io::Error::other("the model said: request timed out")).await,
        failing(|| io::Error::from(io::ErrorKind::ConnectionReset)).await,
        breaking_off(|| io::Error::from(io::ErrorKind::UnexpectedEof)).await,
    ] {
        assert_eq!(error_type.as_deref(), Some("std::io::error::Error"), "{text}");
    }
}

#[cfg(feature = "reqwest-middleware")]
mod of_reqwest {
    use std::net::SocketAddr;
    use std::sync::Arc;

    use reqwest::dns::{Name, Resolve, Resolving};
    use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tracing_genai_http::WatchMiddleware;

    use super::*;

    const PATH: &str = "/v1beta/models/gemini-2.5-flash:generateContent?key=SECRET";

    fn watch(host: &str) -> Watch {
        Watch::new().host(host, "gcp.gemini")
    }

    fn watched(client: reqwest::Client, host: &str) -> ClientWithMiddleware {
        ClientBuilder::new(client)
            .with(WatchMiddleware::new(watch(host)))
            .build()
    }

    fn builder() -> reqwest::ClientBuilder {
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder().no_proxy()
    }

    /// A server that reads a request's head, writes `answer`, and then closes the connection or keeps it open.
    async fn server(answer: &'static [u8], stays_open: bool) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            loop {
                let (mut stream, _): (TcpStream, _) = listener.accept().await.unwrap();
                let mut head = [0; 4096];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(answer).await;
                let _ = stream.flush().await;
                if stays_open {
                    std::mem::forget(stream);
                }
            }
        });
        address
    }

    /// Sends a request by the middleware and by the tower layer, and reads the response; both spans agree.
    async fn failed(client: reqwest::Client, url: &str) -> (Option<String>, String) {
        let host = url.parse::<http::Uri>().unwrap().host().unwrap().to_owned();
        let spans = Spans::collect();
        let by_middleware = watched(client.clone(), &host).post(url).body("{}").send().await;
        if let Ok(response) = by_middleware {
            assert!(response.bytes().await.is_err());
        }
        let first = error(&spans);
        let request = client.post(url).body("{}").build().unwrap();
        if let Ok(response) = WatchLayer::new(watch(&host)).layer(client).call(request).await {
            assert!(response.bytes().await.is_err());
        }
        let second = error(&spans);
        assert_eq!(first, second);
        assert!(!first.1.contains("SECRET"), "{}", first.1);
        (first.0, first.1)
    }

    #[tokio::test]
    async fn a_refused_connection_is_called_so() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}{PATH}", listener.local_addr().unwrap());
        drop(listener);
        let (error_type, text) = failed(builder().build().unwrap(), &url).await;
        assert_eq!(error_type.as_deref(), Some("connect"));
        assert!(text.ends_with(": connection refused"), "{text}");
    }

    #[tokio::test]
    async fn errors_of_hyper_say_their_root_cause() {
        let executor = hyper_util::rt::TokioExecutor::new();
        let client = hyper_util::client::legacy::Client::builder(executor).build_http::<RequestBody<Full<Bytes>>>();
        let sent = async |address: SocketAddr| {
            let spans = Spans::collect();
            let mut service = WatchLayer::new(watch("127.0.0.1")).layer(client.clone());
            let request = Request::post(format!("http://{address}{PATH}")).body(Full::from("{}"));
            if let Ok(response) = service.call(request.unwrap()).await {
                assert!(response.into_body().collect().await.is_err());
            }
            error(&spans)
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let closed = listener.local_addr().unwrap();
        drop(listener);
        let refused = sent(closed).await;
        let expected = "client error (Connect): connection refused";
        assert_eq!(refused, (Some("connect".to_owned()), expected.to_owned()));
        let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
        let (error_type, text) = sent(server(half, false).await).await;
        assert_eq!(error_type.as_deref(), Some("hyper::error::Error"));
        assert!(
            text.contains("end of file before message length reached") || text.contains("reset"),
            "{text}"
        );
    }

    struct NoNames;

    impl Resolve for NoNames {
        fn resolve(&self, _: Name) -> Resolving {
            Box::pin(async { Err(io::Error::other("no address is known for this name").into()) })
        }
    }

    #[tokio::test]
    async fn an_unknown_host_is_called_so() {
        let client = builder().dns_resolver(Arc::new(NoNames)).build().unwrap();
        let (error_type, text) = failed(client, &format!("http://llm.invalid{PATH}")).await;
        assert_eq!(error_type.as_deref(), Some("connect"));
        assert!(text.ends_with(": no address is known for this name"), "{text}");
    }

    #[tokio::test]
    async fn a_closed_connection_is_called_so() {
        let address = server(b"", false).await;
        let (error_type, text) = failed(builder().build().unwrap(), &format!("http://{address}{PATH}")).await;
        assert_eq!(error_type.as_deref(), Some("reqwest::Error"));
        assert!(
            text.contains("connection closed before message completed") || text.contains("connection reset"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn a_timeout_of_the_request_or_of_its_body_is_a_timeout() {
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
        let millis = Duration::from_millis;
        for answer in [b"".as_slice(), head] {
            let address = server(answer, true).await;
            let url = format!("http://{address}{PATH}");
            for client in [builder().timeout(millis(200)), builder().read_timeout(millis(200))] {
                let (error_type, text) = failed(client.build().unwrap(), &url).await;
                assert_eq!(error_type.as_deref(), Some("timeout"), "{text}");
                assert!(text.ends_with(": operation timed out"), "{text}");
            }
        }
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_keeps_its_name_and_says_why() {
        let half = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
        let address = server(half, false).await;
        let (error_type, text) = failed(builder().build().unwrap(), &format!("http://{address}{PATH}")).await;
        assert_eq!(error_type.as_deref(), Some("reqwest::Error"));
        assert!(
            text.contains("end of file before message length reached") || text.contains("reset"),
            "{text}"
        );
    }
}
