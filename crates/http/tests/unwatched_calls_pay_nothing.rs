//! Calls to other hosts allocate nothing more, and a span that takes no attributes has no body read.

#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic, its helpers too")]

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::{AllocationInfo, measure};
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use tower::{Layer, Service, service_fn};
use tracing_genai_http::{Watch, WatchLayer};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;

const CHAT: &str = "https://api.openai.com/v1/chat/completions";

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// A provider that reads the whole body and answers with `answer`.
fn provider<B: Body<Data = Bytes, Error = Infallible> + Send + 'static>(
    answer: Bytes,
) -> impl Service<Request<B>, Response = Response<Full<Bytes>>, Error = Infallible, Future: Send> {
    service_fn(move |request: Request<B>| {
        let answer = answer.clone();
        async move {
            let mut body = pin!(request.into_body());
            while body.frame().await.is_some() {}
            Ok::<_, Infallible>(Response::new(Full::new(answer)))
        }
    })
}

/// What a call and the reading of its response allocate.
fn of_call<B, R>(
    mut service: impl Service<Request<B>, Response = Response<R>, Error = Infallible>,
    request: Request<B>,
) -> AllocationInfo
where
    R: Body<Data = Bytes>,
{
    let mut request = Some(request);
    measure(|| {
        let response = now(service.call(request.take().unwrap())).unwrap();
        let mut body = pin!(response.into_body());
        while now(body.frame()).is_some() {}
    })
}

fn request(method: &Method, uri: &str, host: Option<&str>, body: &Bytes) -> Request<Full<Bytes>> {
    let mut request = Request::builder().method(method).uri(uri);
    if let Some(host) = host {
        request = request.header("host", host);
    }
    request.body(Full::new(body.clone())).unwrap()
}

#[test]
fn another_host_or_path_allocates_nothing() {
    let body = Bytes::from(vec![b' '; 100_000]);
    for (method, uri, host) in [
        (Method::POST, "https://example.com/v1/chat/completions", None),
        (
            Method::POST,
            "https://API.Example.COM:8443/v1/chat/completions?a=b",
            None,
        ),
        (Method::POST, "https://[2001:db8::1]:8443/v1/messages", None),
        (Method::POST, "/v1/chat/completions", Some("Example.com:8080")),
        (Method::POST, "/v1/chat/completions", Some("[::1]")),
        (Method::POST, "/v1/chat/completions", None),
        (Method::POST, "https://api.openai.com/v1/files", None),
        (Method::GET, "https://api.openai.com/v1/responses", None),
    ] {
        let plain = of_call(provider(body.clone()), request(&method, uri, host, &body));
        let service = WatchLayer::new(Watch::new().host("llm.internal:8080", "openai")).layer(provider(body.clone()));
        let watched = of_call(service, request(&method, uri, host, &body));
        assert_eq!(watched.count_total, plain.count_total, "{method} {uri} {host:?}");
    }
}

#[cfg(feature = "reqwest-middleware")]
#[test]
fn another_host_allocates_nothing_in_a_reqwest_service() {
    let call = |is_watched: bool| {
        let inner = service_fn(|_: reqwest::Request| async {
            Ok::<_, Infallible>(reqwest::Response::from(Response::new("{}")))
        });
        let mut watched = WatchLayer::new(Watch::new()).layer(inner);
        let (mut inner, url) = (inner, "https://API.example.com/v1/chat/completions".parse().unwrap());
        let mut request = Some(reqwest::Request::new(Method::POST, url));
        let send = || {
            let request = request.take().unwrap();
            if is_watched {
                drop(now(watched.call(request)));
            } else {
                drop(now(inner.call(request)));
            }
        };
        measure(send).count_total
    };
    assert_eq!(call(true), call(false));
}

/// What a watched call with large bodies allocates beyond one with small ones, in bytes.
fn of_bodies() -> u64 {
    let small = Bytes::from_static(br#"{"a":1}"#);
    let parameters = r#","model":"gpt-4o","stop":["a","b"],"usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
    let large = Bytes::from([r#"{"a":["#, &r#"{"b":"c"},"#.repeat(2000), "1]", parameters].concat());
    let of = |body: &Bytes| {
        let call = || {
            let service = WatchLayer::new(Watch::new()).layer(provider(body.clone()));
            of_call(service, request(&Method::POST, CHAT, None, body)).bytes_total
        };
        // The first call of a thread allocates what lasts.
        call();
        call()
    };
    of(&large).saturating_sub(of(&small))
}

fn tracer(sampler: Sampler) -> opentelemetry_sdk::trace::SdkTracer {
    SdkTracerProvider::builder()
        .with_sampler(sampler)
        .build()
        .tracer("test")
}

/// A layer that takes every span.
struct Other;

impl<S: tracing::Subscriber> tracing_subscriber::Layer<S> for Other {}

#[test]
fn a_span_that_is_filtered_out_has_no_body_read() {
    let off = tracing_subscriber::registry()
        .with(tracing_genai::layer(tracer(Sampler::AlwaysOn)).with_filter(LevelFilter::OFF));
    assert_eq!(
        tracing::subscriber::with_default(off, of_bodies),
        0,
        "by the layer's filter"
    );
    let other = tracing_subscriber::registry()
        .with(tracing_genai::layer(tracer(Sampler::AlwaysOn)).with_filter(LevelFilter::OFF))
        .with(Other);
    assert_eq!(
        tracing::subscriber::with_default(other, of_bodies),
        0,
        "while another layer takes it"
    );
    let all = tracing_subscriber::registry()
        .with(tracing_genai::layer(tracer(Sampler::AlwaysOn)))
        .with(LevelFilter::WARN);
    assert_eq!(
        tracing::subscriber::with_default(all, of_bodies),
        0,
        "by the subscriber's level"
    );
    assert_eq!(of_bodies(), 0, "without a subscriber");
    let none = tracing_subscriber::registry().with(Other);
    assert_eq!(
        tracing::subscriber::with_default(none, of_bodies),
        0,
        "without an OpenTelemetry layer"
    );
}

#[test]
fn a_span_that_is_not_sampled_has_no_body_read() {
    let unsampled = tracing_subscriber::registry().with(tracing_genai::layer(tracer(Sampler::AlwaysOff)));
    assert_eq!(tracing::subscriber::with_default(unsampled, of_bodies), 0);
    let sampled = tracing_subscriber::registry().with(tracing_genai::layer(tracer(Sampler::AlwaysOn)));
    assert!(
        tracing::subscriber::with_default(sampled, of_bodies) > 0,
        "a sampled one does"
    );
}
