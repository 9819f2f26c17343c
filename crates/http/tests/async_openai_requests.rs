//! A watched service of async-openai builds as many requests as an unwatched one, and reads one of them.

#![cfg(feature = "async-openai")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic, its helpers too")]

mod spans;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use http::Response;
use spans::{Spans, double, text};
use tower::{Layer, Service, service_fn};
use tracing_genai_http::{Watch, WatchLayer};

const ANSWER: &str = r#"{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":9,"completion_tokens":2}}"#;

/// A factory of requests to `url`, and how many it built.
fn factory(url: &'static str, body: &str) -> (HttpRequestFactory, Arc<AtomicUsize>) {
    let built = Arc::new(AtomicUsize::new(0));
    let (body, counter) = (bytes::Bytes::from(body.to_owned()), Arc::clone(&built));
    let factory = HttpRequestFactory::new(move || {
        counter.fetch_add(1, Ordering::Relaxed);
        let request = spans::reqwest_client().post(url).body(body.clone()).build();
        async { Ok(request?) }
    });
    (factory, built)
}

/// Sends by a service that makes some attempts and answers after some polls; returns the number of built requests.
async fn send(url: &'static str, body: &'static str, attempts: usize, polls: usize) -> usize {
    let service = service_fn(move |factory: HttpRequestFactory| async move {
        for _ in 0..attempts {
            let request = factory.build().await?;
            assert_eq!(request.body().and_then(reqwest::Body::as_bytes), Some(body.as_bytes()));
        }
        for _ in 0..polls {
            tokio::task::yield_now().await;
        }
        Ok::<_, OpenAIError>(reqwest::Response::from(Response::new(ANSWER)))
    });
    let (factory, built) = factory(url, body);
    drop(
        WatchLayer::new(Watch::new())
            .layer(service)
            .call(factory)
            .await
            .unwrap(),
    );
    built.load(Ordering::Relaxed)
}

#[tokio::test]
async fn a_request_is_built_once_an_attempt() {
    let spans = Spans::collect();
    let body = r#"{"model":"gpt-4o","temperature":0.5}"#;
    for attempts in 1..4 {
        for url in [
            "https://example.com/v1/chat/completions",
            "https://api.openai.com/v1/chat/completions",
        ] {
            assert_eq!(send(url, body, attempts, 0).await, attempts, "{url}");
        }
        let span = spans.take().remove(0);
        assert_eq!(text(&span, "gen_ai.request.model").as_deref(), Some("gpt-4o"));
    }
}

#[tokio::test]
async fn a_large_request_is_read_beside_its_sending() {
    let spans = Spans::collect();
    let body = [
        r#"{"temperature":0.5,"messages":["#,
        &"[],".repeat(1 << 18),
        r#"1],"model":"m"}"#,
    ]
    .concat();
    let polls = body.len() / (32 << 10) + 1;
    send("https://api.openai.com/v1/chat/completions", body.leak(), 2, polls).await;
    let span = spans.take().remove(0);
    assert_eq!(text(&span, "gen_ai.request.model").as_deref(), Some("m"));
    assert_eq!(double(&span, "gen_ai.request.temperature"), Some(0.5));
}
