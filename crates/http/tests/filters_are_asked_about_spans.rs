//! A filter is asked whether it takes a span, before a body is read. Alone in its process: the answers are cached for all
//! subscribers together.

#![cfg(all(feature = "tower", feature = "reqwest-middleware"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic, its helpers too")]

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use http::{Method, Response};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tower::{Layer, Service, service_fn};
use tracing_genai_http::{Watch, WatchLayer};
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt;

const CHAT: &str = "https://api.openai.com/v1/chat/completions";

fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// What a call by reqwest's requests with a large body allocates beyond one with a small one, in bytes.
fn of_reqwest_bodies() -> u64 {
    let large = [r#"{"stop":["a","b"],"messages":["#, &r#"{"b":"c"},"#.repeat(200), "1]}"].concat();
    let of = |body: String| {
        let call = || {
            let inner =
                |_: reqwest::Request| async { Ok::<_, Infallible>(reqwest::Response::from(Response::new("{}"))) };
            let mut service = WatchLayer::new(Watch::new()).layer(service_fn(inner));
            let mut request = reqwest::Request::new(Method::POST, CHAT.parse().unwrap());
            *request.body_mut() = Some(body.clone().into());
            let mut request = Some(request);
            measure(|| drop(now(service.call(request.take().unwrap())))).bytes_total
        };
        call();
        call()
    };
    of(large).saturating_sub(of("{}".to_owned()))
}

fn is_span(metadata: &tracing::Metadata<'_>) -> bool {
    metadata.is_span()
}

#[test]
fn a_filter_is_asked_about_a_span() {
    let of = |takes: fn(&tracing::Metadata<'_>) -> bool| {
        let tracer = SdkTracerProvider::builder().build().tracer("test");
        let filter = tracing_subscriber::filter::filter_fn(takes);
        let layer = tracing_genai::layer(tracer).with_filter(filter);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), of_reqwest_bodies)
    };
    assert!(of(is_span) > 0, "a filter that takes spans");
    assert_eq!(of(|metadata| !is_span(metadata)), 0, "a filter that takes no spans");
}
