//! `tracing-genai usage`, run as a process.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, its helpers too"
)]

mod command;

use std::{io::Write, process::Output};

use command::{run, stderr};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

fn usage(arguments: &[&str], response: &[u8]) -> Output {
    run(&[&["usage"], arguments, &["-"]].concat(), response)
}

fn attributes(arguments: &[&str], response: &str) -> Value {
    let output = usage(arguments, response.as_bytes());
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

const MESSAGE: &str = r#"{"type":"message","id":"msg_1","model":"claude-sonnet-4-5-20250929","stop_reason":"end_turn",
    "usage":{"input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":60,"output_tokens":7,
        "cache_creation":{"ephemeral_5m_input_tokens":30,"ephemeral_1h_input_tokens":0}}}"#;

#[test]
fn a_response_is_printed_as_span_attributes_with_its_cost() {
    let attributes = attributes(&["--provider", "anthropic", "--at", "2026-08-21"], MESSAGE);
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
        assert_eq!(attributes[name], *value, "{name}");
    }
}

#[test]
fn streams_and_gzip_are_read() {
    let stream = "data: {\"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n\
        data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n";
    let plain = attributes(&["--provider", "openai"], stream);
    assert_eq!(plain["gen_ai.usage.input_tokens"], 9);
    assert_eq!(plain["tracing_genai.cost.status"], "priced");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(stream.as_bytes()).unwrap();
    let output = usage(&["--provider", "openai"], &gzip.finish().unwrap());
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap(), plain);
}

#[test]
fn a_stream_without_its_last_blank_line_is_read() {
    let stream = "data: {\"model\":\"gpt-4o\",\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}\n";
    assert_eq!(
        attributes(&["--provider", "openai"], stream)["gen_ai.usage.input_tokens"],
        1
    );
    assert_eq!(usage(&["--provider", "openai"], b"{\"a\":tr}").status.code(), Some(1));
}

#[test]
fn the_meaning_of_fields_depends_on_the_provider() {
    let body = r#"{"model":"grok-4","usage":{"prompt_tokens":32,"completion_tokens":9,
        "completion_tokens_details":{"reasoning_tokens":4}}}"#;
    assert_eq!(
        attributes(&["--provider", "x_ai"], body)["gen_ai.usage.output_tokens"],
        13
    );
    assert_eq!(
        attributes(&["--provider", "x-ai", "--api", "chat"], body)["gen_ai.usage.output_tokens"],
        13
    );
    assert_eq!(
        attributes(&["--provider", "openai"], body)["gen_ai.usage.output_tokens"],
        9
    );
}

#[test]
fn the_providers_own_cost_is_reported() {
    let body = r#"{"model":"openai/gpt-5-mini","usage":{"prompt_tokens":38,"completion_tokens":53,"cost":0.0000375}}"#;
    let attributes = attributes(&["--provider", "openrouter"], body);
    assert_eq!(attributes["gen_ai.usage.cost"], 0.000_037_5);
    assert_eq!(attributes["tracing_genai.cost.status"], "reported");
}

#[test]
fn missing_usage_is_absent_and_has_no_cost() {
    let attributes = attributes(
        &["--provider", "openai"],
        r#"{"object":"chat.completion","model":"gpt-4o","choices":[]}"#,
    );
    assert_eq!(attributes.get("gen_ai.usage.input_tokens"), None);
    assert_eq!(attributes.get("gen_ai.usage.cost"), None);
    assert_eq!(attributes["tracing_genai.cost.status"], "unpriced");
    assert_eq!(attributes["tracing_genai.cost.reasons"], json!(["no_usage"]));
}

#[test]
fn an_error_response_is_readable() {
    let attributes = attributes(
        &["--provider", "openai"],
        r#"{"error":{"type":"requests","message":"Slow down"}}"#,
    );
    assert_eq!(attributes["error.type"], "requests");
    assert_eq!(attributes["tracing_genai.cost.status"], "unpriced");
}

#[test]
fn the_requested_model_is_used_without_a_response_model() {
    let body = r#"{"stopReason":"end_turn","usage":{"inputTokens":1000,"outputTokens":100}}"#;
    let arguments = ["--provider", "aws.bedrock", "--model", "amazon.nova-lite-v1:0"];
    assert!(attributes(&arguments, body)["gen_ai.usage.cost"].as_f64().unwrap() > 0.0);
    assert_eq!(
        attributes(&arguments[..2], body)["tracing_genai.cost.status"],
        "unpriced"
    );
}

#[test]
fn invalid_responses_fail_and_unknown_apis_are_rejected() {
    assert_eq!(usage(&["--provider", "anthropic"], b"<html>").status.code(), Some(1));
    assert_eq!(usage(&["--provider", "openai"], b"").status.code(), Some(1));
    let refused = usage(&["--provider", "openai", "--api", "telepathy"], MESSAGE.as_bytes());
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("chat, responses, embeddings"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_response_and_utf_16_is_named() {
    for marked in [
        format!("\u{feff}{MESSAGE}"),
        format!("\u{feff}{}", MESSAGE.replace('\n', "")),
    ] {
        let found = attributes(&["--provider", "anthropic"], &marked);
        assert_eq!(found["gen_ai.usage.output_tokens"], 7);
    }
    for to_bytes in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
        for mark in ["\u{feff}", ""] {
            let bytes: Vec<u8> = format!("{mark}{MESSAGE}").encode_utf16().flat_map(to_bytes).collect();
            let output = usage(&["--provider", "anthropic"], &bytes);
            assert_eq!(stderr(&output), "error: standard input is UTF-16; save it as UTF-8\n");
            assert_eq!(output.status.code(), Some(1));
        }
    }
}

#[test]
fn telemetry_is_not_a_response() {
    for telemetry in [
        &b"{\"resourceSpans\":[{\"scopeSpans\":[]}]}\n{\"resourceSpans\":[{\"x\":\"\xE9\"}]}\n"[..],
        b"\n{ \"resourceSpans\" : [",
        b"{\"resourceMetrics\":[]}",
        b"{\"resourceLogs\":[]}",
    ] {
        let output = usage(&["--provider", "openai"], telemetry);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(
            stderr(&output),
            "error: standard input: not a response of openai but OTLP JSON; use `tracing-genai compare --otlp`\n"
        );
    }
}
