//! The caller gets every response unchanged, and the span records what could not be read.

#![cfg(feature = "tower")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic, its helpers too")]

mod provider;
mod spans;

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::BodyExt;
use opentelemetry::trace::Status;
use opentelemetry_sdk::trace::SpanData;
use provider::{Provider, post, read};
use spans::{Spans, attribute, integer, text};
use tracing_genai_http::Watch;

const WHOLE: &str = r#"{"id":"c1","object":"chat.completion","model":"gpt-4o-2024-08-06",
    "choices":[{"index":0,"finish_reason":"stop","message":{"content":"Hi"}}],
    "usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#;

const STREAM: [&str; 4] = [
    "data: {\"id\":\"c1\",\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n",
    "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    "data: {\"id\":\"c1\",\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\n",
    "data: [DONE]\n\n",
];

fn only(spans: &Spans) -> SpanData {
    let [span] = <[SpanData; 1]>::try_from(spans.take()).unwrap_or_else(|spans| panic!("{} spans", spans.len()));
    span
}

fn input_and_output(span: &SpanData) -> (Option<i64>, Option<i64>) {
    (
        integer(span, "gen_ai.usage.input_tokens"),
        integer(span, "gen_ai.usage.output_tokens"),
    )
}

fn outcome(span: &SpanData) -> Option<String> {
    text(span, "tracing_genai.stream.outcome")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_response_has_usage_and_cost() {
    let spans = Spans::collect();
    let (bytes, error) = Provider::answering([WHOLE]).chat().await;
    assert_eq!((bytes.as_slice(), error), (WHOLE.as_bytes(), None));
    let span = only(&spans);
    assert_eq!(span.name, "chat gpt-4o");
    assert_eq!(input_and_output(&span), (Some(9), Some(2)));
    assert_eq!(outcome(&span), None);
    assert_eq!(text(&span, "server.address").as_deref(), Some("api.openai.com"));
    assert_eq!(text(&span, "gen_ai.request.model").as_deref(), Some("gpt-4o"));
    assert_eq!(text(&span, "tracing_genai.cost.status").as_deref(), Some("priced"));
}

#[tokio::test]
async fn a_stream_has_usage_outcome_and_chunk_count() {
    let spans = Spans::collect();
    let provider = Provider::answering(STREAM).header("content-type", "text/event-stream");
    let (bytes, _) = provider.chat().await;
    assert_eq!(bytes, STREAM.concat().into_bytes());
    let span = only(&spans);
    assert_eq!(input_and_output(&span), (Some(9), Some(2)));
    assert_eq!(outcome(&span).as_deref(), Some("completed"));
    assert_eq!(integer(&span, "tracing_genai.stream.chunks"), Some(3));
    assert!(attribute(&span, "gen_ai.response.time_to_first_chunk").is_some());
}

#[tokio::test]
async fn a_dropped_stream_is_cancelled_and_unpriced() {
    let spans = Spans::collect();
    let provider = Provider::answering(STREAM).header("content-type", "text/event-stream");
    let request = post("https://api.openai.com/v1/chat/completions", "{}");
    let mut response = provider.send(Watch::new(), request).await.into_body();
    response.frame().await.unwrap().unwrap();
    drop(response);
    let span = only(&spans);
    assert_eq!(outcome(&span).as_deref(), Some("cancelled"));
    assert_eq!(input_and_output(&span), (None, None));
    assert_eq!(text(&span, "tracing_genai.cost.status").as_deref(), Some("unpriced"));
}

#[tokio::test]
async fn a_stream_dropped_after_its_finish_reason_is_completed() {
    let without_usage = [STREAM[0], STREAM[1], STREAM[3]];
    for (frames, read, expected) in [
        (&STREAM[..], 3, "completed"),
        (&without_usage[..], 3, "no_usage"),
        (&STREAM[..], 2, "cancelled"),
    ] {
        let spans = Spans::collect();
        let provider = Provider::answering(frames).header("content-type", "text/event-stream");
        let request = post("https://api.openai.com/v1/chat/completions", "{}");
        let mut response = provider.send(Watch::new(), request).await.into_body();
        for _ in 0..read {
            response.frame().await.unwrap().unwrap();
        }
        drop(response);
        assert_eq!(
            outcome(&only(&spans)).as_deref(),
            Some(expected),
            "{read} of {frames:?}"
        );
    }
}

#[tokio::test]
async fn a_broken_stream_is_failed() {
    let spans = Spans::collect();
    let provider = Provider::answering(&STREAM[..1]).header("content-type", "text/event-stream");
    let (bytes, error) = provider.breaking_off().chat().await;
    assert_eq!(bytes, STREAM[0].as_bytes());
    assert!(error.is_some());
    let span = only(&spans);
    assert_eq!(outcome(&span).as_deref(), Some("failed"));
    assert_eq!(text(&span, "error.type").as_deref(), Some("std::io::error::Error"));
    assert!(matches!(span.status, Status::Error { .. }));
}

#[tokio::test]
async fn a_stream_without_usage_has_the_outcome_no_usage() {
    let spans = Spans::collect();
    let provider = Provider::answering(&STREAM[..2]).header("content-type", "text/event-stream");
    provider.chat().await;
    assert_eq!(outcome(&only(&spans)).as_deref(), Some("no_usage"));
}

#[tokio::test]
async fn the_last_usage_of_a_stream_is_recorded() {
    let spans = Spans::collect();
    let earlier = "data: {\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":1}}\n\n";
    let provider =
        Provider::answering([earlier.to_owned(), STREAM.concat()]).header("content-type", "text/event-stream");
    provider.chat().await;
    assert_eq!(input_and_output(&only(&spans)), (Some(9), Some(2)));
}

#[tokio::test]
async fn negative_counts_are_inconsistent() {
    let spans = Spans::collect();
    let body = r#"{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":-5,"completion_tokens":2}}"#;
    Provider::answering([body]).chat().await;
    let span = only(&spans);
    assert_eq!(
        text(&span, "tracing_genai.cost.status").as_deref(),
        Some("inconsistent")
    );
    assert_eq!(
        text(&span, "tracing_genai.usage.invalid").as_deref(),
        Some("usage.prompt_tokens")
    );
}

#[tokio::test]
async fn an_error_body_with_status_200_is_an_error() {
    let spans = Spans::collect();
    let body = r#"{"error":{"type":"server_error","message":"The model is overloaded"}}"#;
    assert_eq!(Provider::answering([body]).chat().await.0, body.as_bytes());
    let span = only(&spans);
    assert_eq!(text(&span, "error.type").as_deref(), Some("server_error"));
    assert_eq!(span.status, Status::error("The model is overloaded"));
}

#[tokio::test]
async fn an_http_error_sets_error_type_and_message() {
    let spans = Spans::collect();
    let body = r#"{"error":{"type":"requests","message":"Slow down"}}"#;
    Provider::answering([body]).status(429).chat().await;
    let span = only(&spans);
    assert_eq!(text(&span, "error.type").as_deref(), Some("429"));
    assert_eq!(span.status, Status::error("Slow down"));
    assert_eq!(outcome(&span), None);
}

#[tokio::test]
async fn malformed_bodies_are_marked_unread() {
    for (body, why) in [
        ("<html><body>Bad gateway</body></html>", "malformed"),
        (r#"{"model":"gpt-4o","usage":{"prompt_tokens":9,"#, "malformed"),
        ("oops", "malformed"),
        ("error code: 1015", "malformed"),
    ] {
        let spans = Spans::collect();
        assert_eq!(Provider::answering([body]).chat().await.0, body.as_bytes());
        let span = only(&spans);
        assert_eq!(
            text(&span, "tracing_genai.response.unread").as_deref(),
            Some(why),
            "{body}"
        );
        assert_eq!(outcome(&span).as_deref(), Some("no_usage"), "{body}");
        assert_eq!(input_and_output(&span), (None, None), "{body}");
    }
}

#[tokio::test]
async fn an_empty_body_has_the_outcome_no_usage() {
    let spans = Spans::collect();
    assert_eq!(Provider::answering([""; 0]).chat().await.0, b"");
    assert_eq!(outcome(&only(&spans)).as_deref(), Some("no_usage"));
}

#[tokio::test]
async fn a_gzipped_body_passes_unchanged_and_is_read() {
    let spans = Spans::collect();
    let gzipped = gzip(&STREAM.concat());
    for size in [1, 7, gzipped.len()] {
        let provider = Provider::answering(gzipped.chunks(size))
            .header("content-type", "text/event-stream")
            .header("content-encoding", "gzip");
        assert_eq!(provider.chat().await.0, gzipped);
        let span = only(&spans);
        assert_eq!(input_and_output(&span), (Some(9), Some(2)), "in frames of {size}");
        assert_eq!(attribute(&span, "tracing_genai.response.unread"), None);
    }
}

#[tokio::test]
async fn unknown_or_broken_encodings_are_marked_unread() {
    let half = &gzip(WHOLE)[..40];
    for (encoding, body) in [
        ("br", b"\x0b\x02\x80".as_slice()),
        ("gzip", half),
        ("gzip", WHOLE.as_bytes()),
    ] {
        let spans = Spans::collect();
        let provider = Provider::answering([body]).header("content-encoding", encoding);
        assert_eq!(provider.chat().await.0, body);
        let span = only(&spans);
        let why = text(&span, "tracing_genai.response.unread");
        assert_eq!(why.as_deref(), Some("content_encoding"), "{encoding}");
    }
}

#[tokio::test]
async fn decoding_stops_at_its_limit() {
    let spans = Spans::collect();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"{\"text\":\"").unwrap();
    let zeros = vec![b'0'; 1 << 20];
    for _ in 0..70 {
        encoder.write_all(&zeros).unwrap();
    }
    let bomb = encoder.finish().unwrap();
    let provider = Provider::answering([&bomb]).header("content-encoding", "gzip");
    assert_eq!(provider.chat().await.0, bomb);
    let span = only(&spans);
    assert_eq!(
        text(&span, "tracing_genai.response.unread").as_deref(),
        Some("content_encoding")
    );
}

#[tokio::test]
async fn usage_is_read_from_bedrocks_headers() {
    let spans = Spans::collect();
    let provider = Provider::answering([r#"{"outputs":[{"text":"Hi","stop_reason":"stop"}]}"#])
        .header("x-amzn-bedrock-input-token-count", "9")
        .header("x-amzn-bedrock-output-token-count", "2");
    let url = "https://bedrock-runtime.eu-west-1.amazonaws.com/model/mistral.mistral-7b-instruct-v0%3A2/invoke";
    read(provider.send(Watch::new(), post(url, "{}")).await).await;
    let span = only(&spans);
    assert_eq!(input_and_output(&span), (Some(9), Some(2)));
    let model = text(&span, "gen_ai.request.model");
    assert_eq!(model.as_deref(), Some("mistral.mistral-7b-instruct-v0:2"));
}

#[tokio::test]
async fn cached_tokens_are_added_to_the_input_of_bedrocks_headers() {
    let spans = Spans::collect();
    let provider = Provider::answering([r#"{"outputs":[{"text":"Hi","stop_reason":"stop"}]}"#])
        .header("x-amzn-bedrock-input-token-count", "9")
        .header("x-amzn-bedrock-cache-read-input-token-count", "30")
        .header("x-amzn-bedrock-cache-write-input-token-count", "4")
        .header("x-amzn-bedrock-output-token-count", "2");
    let url = "https://bedrock-runtime.eu-west-1.amazonaws.com/model/amazon.nova-lite-v1%3A0/invoke";
    read(provider.send(Watch::new(), post(url, "{}")).await).await;
    let span = only(&spans);
    assert_eq!(input_and_output(&span), (Some(43), Some(2)));
    assert_eq!(integer(&span, "gen_ai.usage.cache_read.input_tokens"), Some(30));
    assert_eq!(integer(&span, "gen_ai.usage.cache_write.input_tokens"), Some(4));
}
