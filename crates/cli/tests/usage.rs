//! `tracing-genai usage`, run as its user runs it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, its helpers too"
)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

fn usage(arguments: &[&str], response: &[u8]) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_tracing-genai"))
        .arg("usage")
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Whoever refuses its arguments does not read.
    let _ = process.stdin.take().unwrap().write_all(response);
    process.wait_with_output().unwrap()
}

fn said(arguments: &[&str], response: &str) -> Value {
    let output = usage(arguments, response.as_bytes());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

const MESSAGE: &str = r#"{"type":"message","id":"msg_1","model":"claude-sonnet-4-5-20250929","stop_reason":"end_turn",
    "usage":{"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":60,"output_tokens":7,
        "cache_creation":{"ephemeral_5m_input_tokens":30,"ephemeral_1h_input_tokens":0}}}"#;

#[test]
fn a_response_is_the_attributes_of_its_span_and_what_it_cost() {
    let said = said(&["--provider", "anthropic", "--at", "2026-08-21"], MESSAGE);
    // 10 at 3 USD a million, 60 at 0.30, 30 at 3.75, 7 at 15.
    let expected = json!({
        "gen_ai.provider.name": "anthropic",
        "gen_ai.response.id": "msg_1",
        "gen_ai.response.model": "claude-sonnet-4-5-20250929",
        "gen_ai.response.finish_reasons": ["end_turn"],
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.cache_read.input_tokens": 60,
        "gen_ai.usage.cache_write.input_tokens": 30,
        "gen_ai.usage.output_tokens": 7,
        "gen_ai.usage.cost": 0.000_265_5,
        "tracing_genai.cost.status": "priced",
        "tracing_genai.cost.model": "anthropic/claude-sonnet-4-5",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(said[name], *value, "{name}");
    }
}

#[test]
fn a_stream_is_read_like_a_body_and_gzip_like_neither() {
    let stream = "data: {\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n\
        data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
    let plain = said(&["--provider", "openai"], stream);
    assert_eq!(plain["gen_ai.usage.input_tokens"], 9);
    assert_eq!(plain["tracing_genai.cost.status"], "priced");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(stream.as_bytes()).unwrap();
    let output = usage(&["--provider", "openai"], &gzip.finish().unwrap());
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), plain);
}

#[test]
fn a_stream_may_lack_its_last_blank_line() {
    let stream = "data: {\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n";
    assert_eq!(said(&["--provider", "openai"], stream)["gen_ai.usage.input_tokens"], 1);
    assert_eq!(usage(&["--provider", "openai"], b"{\"a\":tr}").status.code(), Some(1));
}

#[test]
fn the_provider_decides_what_the_same_words_mean() {
    let body = r#"{"model":"grok-4","usage":{"prompt_tokens":32,"completion_tokens":9,
        "completion_tokens_details":{"reasoning_tokens":4}}}"#;
    assert_eq!(said(&["--provider", "x_ai"], body)["gen_ai.usage.output_tokens"], 13);
    assert_eq!(
        said(&["--provider", "x-ai", "--api", "chat"], body)["gen_ai.usage.output_tokens"],
        13
    );
    assert_eq!(said(&["--provider", "openai"], body)["gen_ai.usage.output_tokens"], 9);
}

#[test]
fn what_the_provider_says_that_it_cost_is_reported() {
    let body = r#"{"model":"openai/gpt-5-mini","usage":{"prompt_tokens":38,"completion_tokens":53,"cost":0.0000375}}"#;
    let said = said(&["--provider", "openrouter"], body);
    assert_eq!(said["gen_ai.usage.cost"], 0.000_037_5);
    assert_eq!(said["tracing_genai.cost.status"], "reported");
}

#[test]
fn what_is_not_said_is_absent_and_has_no_cost() {
    let said = said(
        &["--provider", "openai"],
        r#"{"object":"chat.completion","model":"gpt-4o","choices":[]}"#,
    );
    assert_eq!(said.get("gen_ai.usage.input_tokens"), None);
    assert_eq!(said.get("gen_ai.usage.cost"), None);
    assert_eq!(said["tracing_genai.cost.status"], "unpriced");
    assert_eq!(said["tracing_genai.cost.reasons"], json!(["no_usage"]));
}

#[test]
fn an_error_is_an_answer() {
    let said = said(
        &["--provider", "openai"],
        r#"{"error":{"type":"requests","message":"Slow down"}}"#,
    );
    assert_eq!(said["error.type"], "requests");
    assert_eq!(said["tracing_genai.cost.status"], "unpriced");
}

#[test]
fn the_model_that_was_asked_for_stands_in_for_one_that_is_not_named() {
    let body = r#"{"stopReason":"end_turn","usage":{"inputTokens":1000,"outputTokens":100}}"#;
    let arguments = ["--provider", "aws.bedrock", "--model", "amazon.nova-lite-v1:0"];
    assert!(said(&arguments, body)["gen_ai.usage.cost"].as_f64().unwrap() > 0.0);
    assert_eq!(said(&arguments[..2], body)["tracing_genai.cost.status"], "unpriced");
}

#[test]
fn what_is_no_response_fails_and_what_is_no_api_is_refused() {
    assert_eq!(usage(&["--provider", "anthropic"], b"<html>").status.code(), Some(1));
    assert_eq!(usage(&["--provider", "openai"], b"").status.code(), Some(1));
    let refused = usage(&["--provider", "openai", "--api", "telepathy"], MESSAGE.as_bytes());
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("chat, responses, embeddings"));
}
