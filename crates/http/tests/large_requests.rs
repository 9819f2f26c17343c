//! A request's body, however large or hostile, costs a poll one slice of work, and passes unchanged.

#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic, its helpers too")]

#[path = "../../usage/benches/bodies/mod.rs"]
mod bodies;
mod polling;
mod spans;

use std::convert::Infallible;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Instant;

use bytes::Bytes;
use futures_util::StreamExt;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use polling::{Polled, poll_while_woken};
use spans::{Spans, attribute, text};
use tower::{Layer, Service, service_fn};
use tracing_genai_http::{RequestBody, ResponseBody, Watch, WatchLayer};
use tracing_genai_usage::read_request;

const ANSWER: &str = r#"{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
const CHAT: &str = "https://api.openai.com/v1/chat/completions";
/// Says why a request was not read whole.
const UNREAD: &str = "tracing_genai.request.unread";
/// What one slice reads of anything but texts.
const SLICE_BYTES: usize = 32 << 10;

/// A provider that takes the whole body and answers when `gate` opens; checks that the body is `expected`.
async fn answer(
    request: Request<RequestBody<Full<Bytes>>>,
    expected: Bytes,
    gate: tokio::sync::oneshot::Receiver<()>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let received = request.into_body().collect().await.unwrap().to_bytes();
    assert!(received == expected, "the body passes unchanged");
    assert_eq!(received.as_ptr(), expected.as_ptr(), "and is not copied");
    let _ = gate.await;
    Ok(Response::new(Full::from(ANSWER)))
}

/// Sends `body` and answers once the call is not woken any more.
fn send(body: &Bytes, content_type: &'static str) -> Polled<Response<ResponseBody<Full<Bytes>>>> {
    let (open, gate) = tokio::sync::oneshot::channel();
    let (mut gate, expected) = (Some(gate), body.clone());
    let provider = service_fn(move |request| answer(request, expected.clone(), gate.take().unwrap()));
    let mut service = WatchLayer::new(Watch::new()).layer(provider);
    let request = Request::post(CHAT).header("content-type", content_type);
    let mut call = pin!(service.call(request.body(Full::from(body.clone())).unwrap()));
    let before = poll_while_woken(call.as_mut());
    assert!(before.output.is_none());
    open.send(()).unwrap();
    let after = poll_while_woken(call);
    Polled {
        polls: before.polls,
        output: after.output.map(Result::unwrap),
    }
}

#[test]
fn a_hostile_body_is_read_in_slices_beside_the_request() {
    const BYTES: usize = 2 << 20;
    for (of, body) in bodies::hostile(BYTES) {
        let spans = Spans::collect();
        let sent = send(&Bytes::from(body), "application/json");
        // Long texts are searched faster.
        let is_text = of.contains("long text") || of.contains("long name") || of.contains("a long stop");
        let least = BYTES / if is_text { 8 * SLICE_BYTES } else { 2 * SLICE_BYTES };
        assert!(sent.polls.len() >= least, "{of}: {} polls", sent.polls.len());
        drop(sent.output);
        let span = spans.take().remove(0);
        assert_eq!(text(&span, "gen_ai.request.model").as_deref(), Some("m"), "{of}");
    }
}

#[test]
fn the_model_of_a_large_form_is_found_beside_the_request() {
    let spans = Spans::collect();
    let sent = send(
        &Bytes::from(bodies::hostile_form(4 << 20)),
        "multipart/form-data; boundary=b",
    );
    assert!(sent.polls.len() >= 16, "{} polls", sent.polls.len());
    drop(sent.output);
    assert_eq!(
        text(&spans.take().remove(0), "gen_ai.request.model").as_deref(),
        Some("m")
    );
}

#[test]
fn no_poll_takes_long_beside_reading_the_whole_body() {
    let _spans = Spans::collect();
    for of in ["stop sequences", "nested lists", "names"] {
        let mut found = bodies::hostile(8 << 20).into_iter();
        let body = Bytes::from(found.find(|(name, _)| *name == of).unwrap().1);
        // Each poll does the same work in every round, and counts with its best: other work interrupts some.
        let rounds = (0..4).map(|_| send(&body, "application/json").polls);
        let best =
            rounds.reduce(|best, round| best.into_iter().zip(round).map(|(one, other)| one.min(other)).collect());
        let longest = best.unwrap().into_iter().max().unwrap();
        let whole = (0..4).map(|_| {
            let started = Instant::now();
            read_request(&body);
            started.elapsed()
        });
        let whole = whole.min().unwrap();
        assert!(
            longest * 8 < whole,
            "{of}: a poll of {longest:?}, the whole in {whole:?}"
        );
    }
}

#[test]
fn a_hostile_body_takes_little_memory() {
    let _spans = Spans::collect();
    for (of, body) in bodies::hostile(2 << 20) {
        let body = Bytes::from(body);
        let allocated = allocation_counter::measure(|| drop(send(&body, "application/json")));
        assert!(allocated.bytes_max < 64 << 10, "{of}: {} bytes", allocated.bytes_max);
    }
}

#[test]
fn an_early_response_ends_the_call_without_what_is_not_read() {
    let spans = Spans::collect();
    let end = r#","model":"m"}"#;
    let body = [r#"{"temperature":0.5,"messages":["#, &"[],".repeat(1 << 20), "1]", end].concat();
    let body = Bytes::from(body);
    let mut service =
        WatchLayer::new(Watch::new()).layer(service_fn(async |request: Request<RequestBody<Full<Bytes>>>| {
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(ANSWER)))
        }));
    let call = pin!(service.call(Request::post(CHAT).body(Full::from(body)).unwrap()));
    let response = poll_while_woken(call);
    assert_eq!(response.polls.len(), 1, "the response is not delayed");
    drop(response.output);
    let span = spans.take().remove(0);
    assert_eq!(attribute(&span, "gen_ai.request.model"), None);
    assert_eq!(spans::double(&span, "gen_ai.request.temperature"), Some(0.5));
    assert_eq!(text(&span, UNREAD).as_deref(), Some("call_ended"), "and says so");
}

#[test]
fn a_request_is_read_on_beside_its_response() {
    let spans = Spans::collect();
    let body = [r#"{"messages":["#, &"[],".repeat(1 << 18), r#"1],"model":"m"}"#].concat();
    let slices = body.len() / SLICE_BYTES + 2;
    let mut service = WatchLayer::new(Watch::new()).layer(service_fn(
        move |request: Request<RequestBody<Full<Bytes>>>| async move {
            let _ = request.into_body().collect().await;
            let frames =
                futures_util::stream::iter((0..slices).map(|_| Frame::data(Bytes::from_static(b"data: {}\n\n"))));
            let body = StreamBody::new(frames.map(Ok::<_, Infallible>));
            Ok::<_, Infallible>(
                Response::builder()
                    .header("content-type", "text/event-stream")
                    .body(body)
                    .unwrap(),
            )
        },
    ));
    let call = pin!(service.call(Request::post(CHAT).body(Full::from(body)).unwrap()));
    let response = poll_while_woken(call).output.unwrap().unwrap();
    poll_while_woken(pin!(response.into_body().collect()))
        .output
        .unwrap()
        .unwrap();
    let span = spans.take().remove(0);
    assert_eq!(text(&span, "gen_ai.request.model").as_deref(), Some("m"));
}

#[test]
fn a_call_that_is_dropped_or_fails_has_what_was_read() {
    for fails in [false, true] {
        let spans = Spans::collect();
        let body = [r#"{"temperature":0.5,"messages":["#, &"[],".repeat(1 << 20), "1]}"].concat();
        let mut service = WatchLayer::new(Watch::new()).layer(service_fn(
            move |request: Request<RequestBody<Full<Bytes>>>| async move {
                let _ = request.into_body().collect().await;
                if !fails {
                    std::future::pending::<()>().await;
                }
                Err::<Response<Full<Bytes>>, _>(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
            },
        ));
        let mut call = Box::pin(service.call(Request::post(CHAT).body(Full::from(body)).unwrap()));
        let _ = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        drop(call);
        let span = spans.take().remove(0);
        assert_eq!(
            spans::double(&span, "gen_ai.request.temperature"),
            Some(0.5),
            "fails: {fails}"
        );
    }
}

#[test]
fn a_body_of_many_large_frames_is_read_in_order() {
    let spans = Spans::collect();
    let body = [r#"{"messages":["#, &"[],".repeat(1 << 20), r#"1],"model":"m"}"#].concat();
    let frames: Vec<_> = body.as_bytes().chunks(300_000).map(Bytes::copy_from_slice).collect();
    let mut service = WatchLayer::new(Watch::new()).layer(service_fn(async |request: Request<RequestBody<_>>| {
        // The body is sent by a task of its own, as hyper does.
        let sent = std::thread::spawn(|| {
            let collected = poll_while_woken(pin!(request.into_body().collect()));
            collected.output.unwrap().unwrap().to_bytes()
        });
        while !sent.is_finished() {
            tokio::task::yield_now().await;
        }
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(ANSWER)))
    }));
    let frames = futures_util::stream::iter(frames.into_iter().map(|frame| Ok::<_, Infallible>(Frame::data(frame))));
    let request = Request::post(CHAT).body(StreamBody::new(frames)).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    drop(runtime.block_on(service.call(request)));
    let span = spans.take().remove(0);
    assert_eq!(text(&span, "gen_ai.request.model").as_deref(), Some("m"));
}

#[cfg(feature = "reqwest-middleware")]
mod of_reqwest {
    use async_trait::async_trait;
    use http::Extensions;
    use reqwest_middleware::{ClientBuilder, Middleware, Next, Result};
    use tracing_genai_http::WatchMiddleware;

    use super::*;

    /// Answers after some polls, each woken by itself.
    struct Slow(usize);

    #[async_trait]
    impl Middleware for Slow {
        async fn handle(
            &self,
            request: reqwest::Request,
            _: &mut Extensions,
            _: Next<'_>,
        ) -> Result<reqwest::Response> {
            let body = request.body().and_then(reqwest::Body::as_bytes);
            assert!(
                body.is_some_and(|body| body.ends_with(br#""model":"m"}"#)),
                "the body stays in memory"
            );
            assert!(request.try_clone().is_some(), "and can be sent again");
            for _ in 0..self.0 {
                tokio::task::yield_now().await;
            }
            Ok(reqwest::Response::from(Response::new(ANSWER)))
        }
    }

    #[tokio::test]
    async fn a_large_body_in_memory_is_read_beside_the_request() {
        let body = [
            r#"{"temperature":0.5,"messages":["#,
            &"[],".repeat(1 << 18),
            r#"1],"model":"m"}"#,
        ]
        .concat();
        let slices = body.len() / SLICE_BYTES + 1;
        for (polls, model) in [(slices, Some("m")), (2, None)] {
            let spans = Spans::collect();
            let client = ClientBuilder::new(spans::reqwest_client())
                .with(WatchMiddleware::new(Watch::new()))
                .with(Slow(polls))
                .build();
            let response = client.post(CHAT).body(body.clone()).send().await.unwrap();
            drop(response);
            let span = spans.take().remove(0);
            assert_eq!(text(&span, "gen_ai.request.model").as_deref(), model, "{polls} polls");
            assert_eq!(spans::double(&span, "gen_ai.request.temperature"), Some(0.5));
            assert_eq!(text(&span, UNREAD).is_some(), model.is_none());
        }
    }

    #[tokio::test]
    async fn a_large_body_of_a_tower_client_is_read_beside_the_request() {
        let spans = Spans::collect();
        let body = [r#"{"messages":["#, &"[],".repeat(1 << 18), r#"1],"model":"m"}"#].concat();
        let polls = body.len() / SLICE_BYTES + 1;
        let mut service = WatchLayer::new(Watch::new()).layer(service_fn(move |_: reqwest::Request| async move {
            for _ in 0..polls {
                tokio::task::yield_now().await;
            }
            Ok::<_, Infallible>(reqwest::Response::from(Response::new(ANSWER)))
        }));
        let request = spans::reqwest_client().post(CHAT).body(body).build().unwrap();
        drop(service.call(request).await);
        let span = spans.take().remove(0);
        assert_eq!(text(&span, "gen_ai.request.model").as_deref(), Some("m"));
    }
}
