//! A line of a batch's output is read as the response that it wraps; other JSON about batches is not such a line.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use tracing_genai_usage::{Reading, Unit, read_batch_line};

fn line(provider: &str, text: &str) -> Reading {
    read_batch_line(provider, text.as_bytes()).unwrap().unwrap()
}

#[test]
fn batch_lines_of_every_provider_are_marked_as_batch() {
    let gemini = r#"{"modelVersion":"gemini-2.5-flash","usageMetadata":{"promptTokenCount":40,"candidatesTokenCount":6,"totalTokenCount":46}}"#;
    let claude =
        r#"{"type":"message","model":"claude-sonnet-4-6","content":[],"usage":{"input_tokens":40,"output_tokens":6}}"#;
    let chat =
        r#"{"object":"chat.completion","model":"m","choices":[],"usage":{"prompt_tokens":40,"completion_tokens":6}}"#;
    for (provider, text) in [
        (
            "openai",
            format!(r#"{{"id":"b","custom_id":"a","response":{{"status_code":200,"body":{chat}}},"error":null}}"#),
        ),
        (
            "mistral_ai",
            format!(r#"{{"id":"b","custom_id":"a","response":{{"status_code":200,"body":{chat}}},"error":null}}"#),
        ),
        (
            "anthropic",
            format!(r#"{{"custom_id":"a","result":{{"type":"succeeded","message":{claude}}}}}"#),
        ),
        ("gcp.gemini", format!(r#"{{"key":"a","response":{gemini}}}"#)),
        ("gcp.gemini", format!(r#"{{"response":{gemini},"key":"a"}}"#)),
        (
            "gcp.vertex_ai",
            format!(
                r#"{{"status":"","processed_time":"2026-11-01T10:00:00Z","request":{{"contents":[]}},"response":{gemini}}}"#
            ),
        ),
        (
            "aws.bedrock",
            format!(r#"{{"modelInput":{{"messages":[]}},"modelOutput":{claude},"recordId":"CALL1"}}"#),
        ),
    ] {
        let reading = line(provider, &text);
        assert_eq!(reading.usage.get(Unit::InputTokens), Some(40), "{text}");
        assert_eq!(reading.usage.get(Unit::OutputTokens), Some(6), "{text}");
        assert_eq!(reading.processing.as_deref(), Some("batch"), "{text}");
        assert_eq!(reading.error, None, "{text}");
    }
}

#[test]
fn failed_lines_have_their_reason() {
    for (provider, text, kind) in [
        (
            "openai",
            r#"{"custom_id":"a","response":null,"error":{"code":"batch_expired","message":"late"}}"#,
            "batch_expired",
        ),
        (
            "openai",
            r#"{"custom_id":"a","response":{"status_code":429,"body":{"error":{"type":"requests","message":"no"}}},"error":null}"#,
            "requests",
        ),
        (
            "anthropic",
            r#"{"custom_id":"a","result":{"type":"canceled"}}"#,
            "canceled",
        ),
        (
            "anthropic",
            r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"api_error","message":"x"}}}}"#,
            "api_error",
        ),
        (
            "gcp.gemini",
            r#"{"key":"a","error":{"code":400,"message":"bad"}}"#,
            "400",
        ),
        (
            "aws.bedrock",
            r#"{"recordId":"1","modelInput":{},"error":{"errorCode":400,"errorMessage":"bad"}}"#,
            "400",
        ),
    ] {
        let reading = line(provider, text);
        assert!(reading.usage.is_empty(), "{text}");
        assert_eq!(reading.error.map(|error| error.kind).as_deref(), Some(kind), "{text}");
    }
}

#[test]
fn a_response_that_mentions_batch_fields_is_not_a_batch_line() {
    for text in [
        r#"{"object":"chat.completion","choices":[{"message":{"content":"{\"custom_id\":\"a\"}"}}]}"#,
        r#"{"object":"response","metadata":{"custom_id":"a"},"output":[],"usage":{"input_tokens":1}}"#,
        r#"{"type":"message","content":[{"type":"tool_use","input":{"custom_id":"a","recordId":"1"}}]}"#,
        r#"{"custom_id":7,"response":{}}"#,
        r#"{"status":"completed","response":{"usage":{}}}"#,
    ] {
        assert!(read_batch_line("openai", text.as_bytes()).is_none(), "{text}");
    }
}
