//! An answer that comes before a large request was read waits for the reading, slice by slice, before it ends.

#![cfg(feature = "tower")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic, its helpers too"
)]

#[path = "../../usage/benches/bodies/mod.rs"]
mod bodies;
mod polling;
mod spans;

use std::convert::Infallible;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use futures_util::StreamExt;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full, StreamBody};
use polling::poll_while_woken;
use spans::{Spans, attribute, text};
use tower::{Layer, Service, service_fn};
use tracing_genai_http::{RequestBody, ResponseBody, Watch, WatchLayer};
use tracing_genai_usage::read_request;

const CHAT: &str = "https://api.openai.com/v1/chat/completions";
/// Says why a request was not read whole.
const UNREAD: &str = "tracing_genai.request.unread";

/// Sends `request` to a provider that takes it and answers at once with `answer`.
fn answered_at_once<B>(request: Bytes, answer: B) -> Response<ResponseBody<B>>
where
    B: Body<Data = Bytes, Error = Infallible>,
{
    let mut answer = Some(Response::new(answer));
    let provider = service_fn(move |request: Request<RequestBody<Full<Bytes>>>| {
        let answer = answer.take().unwrap();
        async move {
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(answer)
        }
    });
    let mut service = WatchLayer::new(Watch::new()).layer(provider);
    let call = poll_while_woken(pin!(
        service.call(Request::post(CHAT).body(Full::from(request)).unwrap())
    ));
    assert_eq!(call.polls.len(), 1, "the head is not delayed");
    call.output.unwrap().unwrap()
}

/// The keys in the order of `serde_json::json!`: the model comes after the messages.
fn sorted_chat(bytes: usize) -> Bytes {
    let content = "Which rivers flow into the lake? ".repeat(bytes / 33 + 1);
    format!(r#"{{"max_tokens":5,"messages":[{{"content":"{content}","role":"user"}}],"model":"gpt-4o-mini"}}"#).into()
}

const NO_MODEL: &str = r#"{"usage":{"prompt_tokens":9,"completion_tokens":2}}"#;

#[test]
fn an_answer_at_once_leaves_the_model_of_a_large_body_to_be_read() {
    let mut bodies: Vec<_> = [600_000, 3_000_000, 16 << 20].map(sorted_chat).into();
    bodies.extend(bodies::hostile(1 << 20).into_iter().map(|(_, body)| Bytes::from(body)));
    for body in bodies {
        let expected = read_request(&body).model;
        let spans = Spans::collect();
        let response = answered_at_once(body.clone(), Full::from(NO_MODEL));
        let read = poll_while_woken(pin!(response.into_body().collect()));
        assert_eq!(read.output.unwrap().unwrap().to_bytes(), NO_MODEL);
        let polls = read.polls.len();
        // Each poll reads one slice, the first with the request, and another with the frame.
        let mut slices = 0;
        let (mut reader, mut rest) = (tracing_genai_usage::RequestReader::new(None), &body[..]);
        while !rest.is_empty() && !reader.is_done() {
            let read = reader.push_slice(rest);
            rest = &rest[read..];
            slices += 1;
        }
        assert!(
            (slices - 2..=slices + 1).contains(&polls),
            "{polls} polls, {slices} slices"
        );
        // A stream does not know its last frame.
        let frames = futures_util::stream::iter([Ok(Frame::data(Bytes::from(NO_MODEL)))]);
        let response = answered_at_once(body, StreamBody::new(frames));
        let read = poll_while_woken(pin!(response.into_body().collect()));
        assert_eq!(read.output.unwrap().unwrap().to_bytes(), NO_MODEL);
        for span in spans.take() {
            assert_eq!(text(&span, "gen_ai.request.model"), expected);
            assert_eq!(text(&span, UNREAD), None);
            assert_eq!(spans::integer(&span, "gen_ai.usage.input_tokens"), Some(9));
            let outcome = text(&span, "tracing_genai.stream.outcome");
            assert!(outcome.is_none_or(|outcome| outcome == "completed"));
        }
    }
}

#[test]
fn a_last_frame_that_waits_is_still_announced() {
    let _spans = Spans::collect();
    let mut body = answered_at_once(sorted_chat(1 << 20), Full::from(NO_MODEL)).into_body();
    let mut context = Context::from_waker(Waker::noop());
    let length = Some(NO_MODEL.len() as u64);
    let mut polls = 0;
    let frame = loop {
        assert!(!body.is_end_stream() && body.size_hint().exact() == length);
        polls += 1;
        if let Poll::Ready(frame) = Pin::new(&mut body).poll_frame(&mut context) {
            break frame;
        }
    };
    assert!(polls > 1);
    assert_eq!(frame.unwrap().unwrap().into_data().unwrap(), NO_MODEL);
    assert!(body.is_end_stream() && body.size_hint().exact() == Some(0));
}

#[test]
fn a_response_without_a_body_leaves_the_model_to_be_read() {
    let spans = Spans::collect();
    let response = answered_at_once(sorted_chat(1 << 20), http_body_util::Empty::<Bytes>::new());
    let read = poll_while_woken(pin!(response.into_body().collect()));
    assert!(read.output.unwrap().unwrap().to_bytes().is_empty());
    let model = text(&spans.take().remove(0), "gen_ai.request.model");
    assert_eq!(model.as_deref(), Some("gpt-4o-mini"));
}

#[test]
fn a_response_does_not_wait_for_bytes_that_are_not_sent() {
    let spans = Spans::collect();
    let never = futures_util::stream::pending::<Result<Frame<Bytes>, Infallible>>();
    let first = Frame::data(Bytes::from_static(br#"{"temperature":0.5,"messages":["#));
    let body = StreamBody::new(futures_util::stream::iter([Ok(first)]).chain(never));
    let mut service = WatchLayer::new(Watch::new()).layer(service_fn(|request: Request<RequestBody<_>>| async {
        let mut body = Box::pin(request.into_body());
        let _ = body.frame().await;
        let _sent_later = std::mem::ManuallyDrop::new(body);
        Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(NO_MODEL)))
    }));
    let response = poll_while_woken(pin!(service.call(Request::post(CHAT).body(body).unwrap())));
    let read = poll_while_woken(pin!(response.output.unwrap().unwrap().into_body().collect()));
    assert_eq!(read.polls.len(), 1);
    assert_eq!(read.output.unwrap().unwrap().to_bytes(), NO_MODEL);
    assert_eq!(text(&spans.take().remove(0), UNREAD).as_deref(), Some("call_ended"));
}

#[test]
fn a_request_longer_than_what_is_read_says_so() {
    let spans = Spans::collect();
    let levels = 17 << 20;
    let body = [
        br#"{"temperature":0.5,"messages":"#.as_slice(),
        &b"[".repeat(levels),
        &b"]".repeat(levels),
        br#","model":"m"}"#,
    ];
    let response = answered_at_once(body.concat().into(), Full::from(NO_MODEL));
    drop(poll_while_woken(pin!(response.into_body().collect())));
    let span = spans.take().remove(0);
    assert_eq!(text(&span, UNREAD).as_deref(), Some("too_long"));
    assert_eq!(attribute(&span, "gen_ai.request.model"), None);
    assert_eq!(spans::double(&span, "gen_ai.request.temperature"), Some(0.5));
}

#[cfg(feature = "reqwest-middleware")]
#[tokio::test]
async fn an_answer_at_once_to_reqwest_leaves_the_model_to_be_read() {
    for bytes in [600_000, 3_000_000, 16 << 20] {
        let spans = Spans::collect();
        let mut service = WatchLayer::new(Watch::new()).layer(service_fn(|_: reqwest::Request| async {
            Ok::<_, Infallible>(reqwest::Response::from(Response::new(NO_MODEL)))
        }));
        let body = sorted_chat(bytes);
        let request = spans::reqwest_client().post(CHAT).body(body).build().unwrap();
        let response = service.call(request).await.unwrap();
        assert_eq!(response.text().await.unwrap(), NO_MODEL);
        let span = spans.take().remove(0);
        assert_eq!(span.name, "chat gpt-4o-mini");
        let model = text(&span, "gen_ai.request.model");
        assert_eq!(model.as_deref(), Some("gpt-4o-mini"), "{bytes} bytes");
        assert_eq!(text(&span, UNREAD), None);
    }
}
