//! The types of each client are read as their providers' usage.

#![allow(clippy::unwrap_used, reason = "a test may panic")]
#![cfg(any(feature = "async-openai", feature = "genai", feature = "rig"))]

use tracing_genai_adapters::ToReading;
use tracing_genai_usage::{Unit, Usage};

/// 100 input tokens, 80 of them cached, and 50 output tokens, 40 of them reasoning.
fn expected() -> Usage {
    Usage::new()
        .with(Unit::InputTokens, 100)
        .with(Unit::OutputTokens, 50)
        .with(Unit::CacheReadTokens, 80)
        .with(Unit::OutputReasoningTokens, 40)
}

#[cfg(feature = "async-openai")]
#[test]
fn async_openai_chat_and_embeddings_are_read() {
    use async_openai::types::chat::{CreateChatCompletionResponse, CreateChatCompletionStreamResponse};
    use async_openai::types::embeddings::CreateEmbeddingResponse;

    let usage = r#""usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
        "prompt_tokens_details":{"cached_tokens":80},"completion_tokens_details":{"reasoning_tokens":40}}"#;
    let whole = format!(
        r#"{{"id":"c1","object":"chat.completion","created":0,"model":"gpt-4o","choices":[{{"index":0,"finish_reason":"stop",
            "message":{{"role":"assistant","content":"Hi"}}}}],{usage}}}"#
    );
    let whole: CreateChatCompletionResponse = serde_json::from_str(&whole).unwrap();
    let reading = whole.to_reading();
    assert_eq!(reading.usage, expected());
    assert_eq!(reading.model.as_deref(), Some("gpt-4o"));
    assert_eq!(reading.finish_reasons, ["stop"]);
    let chunk =
        format!(r#"{{"id":"c1","object":"chat.completion.chunk","created":0,"model":"gpt-4o","choices":[],{usage}}}"#);
    let chunk: CreateChatCompletionStreamResponse = serde_json::from_str(&chunk).unwrap();
    assert_eq!(chunk.to_reading().usage, expected());
    let embedding =
        r#"{"object":"list","model":"text-embedding-3-small","data":[],"usage":{"prompt_tokens":9,"total_tokens":9}}"#;
    let embedding: CreateEmbeddingResponse = serde_json::from_str(embedding).unwrap();
    assert_eq!(embedding.to_reading().usage, Usage::new().with(Unit::InputTokens, 9));
}

#[cfg(feature = "genai")]
#[test]
fn genai_stream_end_is_read() {
    use genai::chat::{CompletionTokensDetails, PromptTokensDetails, StopReason, StreamEnd, Usage as GenaiUsage};

    let usage = GenaiUsage {
        prompt_tokens: Some(100),
        prompt_tokens_details: Some(PromptTokensDetails {
            cached_tokens: Some(80),
            ..PromptTokensDetails::default()
        }),
        completion_tokens: Some(50),
        completion_tokens_details: Some(CompletionTokensDetails {
            reasoning_tokens: Some(40),
            ..CompletionTokensDetails::default()
        }),
        total_tokens: Some(150),
    };
    let end = StreamEnd {
        captured_usage: Some(usage),
        captured_stop_reason: Some(StopReason::Completed("end_turn".to_owned())),
        captured_response_id: Some("r1".to_owned()),
        ..StreamEnd::default()
    };
    let reading = end.to_reading();
    assert_eq!(reading.usage, expected());
    assert_eq!(reading.finish_reasons, ["end_turn"]);
    assert_eq!(reading.response_id.as_deref(), Some("r1"));
}

#[cfg(feature = "rig")]
#[test]
fn rig_usage_is_read() {
    let mut usage = rig_core::completion::Usage::new();
    usage.input_tokens = Some(100);
    usage.output_tokens = Some(50);
    usage.cached_input_tokens = Some(80);
    usage.reasoning_tokens = Some(40);
    assert_eq!(usage.to_reading().usage, expected());
}
