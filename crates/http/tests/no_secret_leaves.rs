//! A secret in a watched request, its URL, its answer or its error arrives on no span, and the prompt only by policy.

#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic, its helpers too")]

mod spans;

use std::io;

use bytes::Bytes;
use futures_util::stream;
use http::{Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use serde_json::json;
use spans::Spans;
use tower::{Layer, Service, ServiceExt, service_fn};
use tracing_genai::content::{ContentCapture, ContentPolicy};
use tracing_genai_http::{RequestBody, Watch, WatchLayer};

const MARK: &str = "C4n4ry";
const FILL: &str = "C4n4ryA1b2C4n4ryC3d4C4n4ryE5f6C4n4ry";
const PROMPT: &str = "Where is the treasure of Priam";

fn secrets() -> Vec<String> {
    let starts = [
        "sk-proj-",
        "sk-ant-",
        "gsk_",
        "hf_",
        "xai-",
        "AIza",
        "Bearer ",
        "api_key=",
        "https://user:",
        "?key=",
    ];
    starts
        .iter()
        .map(|start| [start, FILL].concat() + if start.contains("://") { "@host" } else { "" })
        .collect()
}

/// How a provider answers.
#[derive(Clone, Debug)]
enum Answer {
    Whole(u16, String),
    BrokenOff(String),
    None(String),
}

fn answers(secret: &str) -> Vec<Answer> {
    let text = format!("refused {secret} \"{PROMPT}\" at https://host/v1?note={FILL}");
    let bodies = [
        json!({"error": {"type": secret, "code": secret, "message": text}}),
        json!({"error": text}),
        json!({"message": text, "type": secret}),
        json!({"id": secret, "model": secret, "service_tier": secret, "choices": [{"finish_reason": secret}],
               "usage": {"prompt_tokens": 9, "completion_tokens": 2, secret: 1}}),
    ];
    let mut answers = vec![Answer::BrokenOff(text.clone()), Answer::None(text)];
    for body in bodies {
        for status in [200, 400, 429, 503] {
            answers.push(Answer::Whole(status, body.to_string()));
        }
        answers.push(Answer::Whole(200, format!("data: {body}\n\n")));
    }
    answers
}

/// Sends a request through the watch, and reads its answer.
async fn exchange(url: &str, asked: String, answer: &Answer) {
    let service = service_fn(move |request: Request<RequestBody<Full<Bytes>>>| {
        let answer = answer.clone();
        async move {
            request.into_body().collect().await.unwrap();
            let (status, frame) = match answer {
                Answer::Whole(status, body) => (status, Ok(Frame::data(Bytes::from(body)))),
                Answer::BrokenOff(error) => (200, Err(io::Error::other(error))),
                Answer::None(error) => return Err(io::Error::other(error)),
            };
            let body = StreamBody::new(stream::iter([frame]));
            let kind = if url.contains("stream") {
                "text/event-stream"
            } else {
                "application/json"
            };
            Ok(Response::builder()
                .status(status)
                .header("content-type", kind)
                .body(body)
                .unwrap())
        }
    });
    let request = Request::post(url)
        .header("content-type", "application/json")
        .header("authorization", format!("Bearer {FILL}"))
        .body(Full::from(asked))
        .unwrap();
    let mut service = WatchLayer::new(Watch::new()).layer(service);
    if let Ok(response) = service.ready().await.unwrap().call(request).await {
        let _ = response.into_body().collect().await;
    }
}

#[tokio::test]
async fn no_secret_of_a_watched_call_is_on_its_span_and_the_prompt_only_by_policy() {
    let urls = [
        format!("https://api.openai.com/v1/chat/completions?api_key={FILL}"),
        format!("https://user:{FILL}@api.openai.com/v1/chat/completions?stream=1"),
        format!("https://generativelanguage.googleapis.com/v1beta/models/sk-{FILL}:generateContent?key={FILL}"),
        format!("https://x.openai.azure.com/openai/deployments/sk-{FILL}/chat/completions?api-version=1"),
    ];
    let captures = ContentCapture::ALL
        .iter()
        .map(|(capture, _)| ContentPolicy::exporting(*capture));
    for policy in captures.chain([ContentPolicy::default()]) {
        let spans = Spans::by(policy);
        let may_have_prompt = policy.export().is_none_or(ContentCapture::is_on_span);
        let mut has_prompt = false;
        for secret in secrets() {
            for answer in answers(&secret) {
                for url in &urls {
                    let asked = json!({"model": secret, "stop": [secret], "service_tier": secret, "user": secret,
                                       "messages": [{"role": "user", "content": PROMPT}]});
                    exchange(url, asked.to_string(), &answer).await;
                    let [span] = spans.take().try_into().unwrap();
                    let shown = format!("{span:?}");
                    assert!(!shown.contains(MARK), "{policy:?} {url} {answer:?}: {shown}");
                    let quotes = shown.contains(PROMPT);
                    assert!(may_have_prompt || !quotes, "{policy:?} {answer:?}: {shown}");
                    has_prompt |= quotes;
                }
            }
        }
        assert_eq!(
            has_prompt, may_have_prompt,
            "errors keep their text where content may stand"
        );
    }
}
