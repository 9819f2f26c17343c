//! Readings of each API's responses, in the documented formats.

use tracing_genai_usage::{Api, Reading, ResponseReader, Unit, Usage, read_body};

fn stream(api: Api, events: &[&str]) -> Reading {
    let mut reader = ResponseReader::new(api);
    for event in events {
        reader.push(format!("data: {event}\n\n").as_bytes());
    }
    reader.finish()
}

#[test]
fn chat_counts_cached_and_reasoning_tokens_inside() {
    let body = br#"{"id":"chatcmpl-1","object":"chat.completion","model":"gpt-5-2025-08-07","service_tier":"flex",
        "choices":[{"index":1,"finish_reason":"length"},{"index":0,"finish_reason":"stop"}],
        "usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150,
            "prompt_tokens_details":{"cached_tokens":80,"audio_tokens":0},
            "completion_tokens_details":{"reasoning_tokens":40,"audio_tokens":0}}}"#;
    let reading = read_body(Api::OpenAiChat, body).unwrap();
    assert_eq!(reading.response_id.as_deref(), Some("chatcmpl-1"));
    assert_eq!(reading.model.as_deref(), Some("gpt-5-2025-08-07"));
    assert_eq!(reading.service_tier.as_deref(), Some("flex"));
    assert_eq!(reading.finish_reasons, ["stop", "length"]);
    let expected = Usage::new()
        .with(Unit::InputTokens, 100)
        .with(Unit::OutputTokens, 50)
        .with(Unit::CacheReadTokens, 80)
        .with(Unit::InputAudioTokens, 0)
        .with(Unit::OutputReasoningTokens, 40)
        .with(Unit::OutputAudioTokens, 0);
    assert_eq!(reading.usage, expected);
}

#[test]
fn anthropic_input_is_the_sum_of_its_three_parts() {
    let body = br#"{"type":"message","id":"msg_1","model":"claude-opus-5","stop_reason":"end_turn","usage":{
        "input_tokens":10,"cache_creation_input_tokens":30,"cache_read_input_tokens":60,"output_tokens":7,
        "cache_creation":{"ephemeral_5m_input_tokens":10,"ephemeral_1h_input_tokens":20},
        "server_tool_use":{"web_search_requests":2},"service_tier":"standard","speed":"fast"}}"#;
    let reading = read_body(Api::AnthropicMessages, body).unwrap();
    let expected = Usage::new()
        .with(Unit::InputTokens, 100)
        .with(Unit::CacheReadTokens, 60)
        .with(Unit::CacheWriteTokens, 30)
        .with(Unit::CacheWrite5mTokens, 10)
        .with(Unit::CacheWrite1hTokens, 20)
        .with(Unit::OutputTokens, 7)
        .with(Unit::WebSearches, 2);
    assert_eq!(reading.usage, expected);
    assert_eq!(reading.finish_reasons, ["end_turn"]);
    assert_eq!(
        (reading.service_tier.as_deref(), reading.speed.as_deref()),
        (Some("standard"), Some("fast"))
    );
}

#[test]
fn the_end_of_an_anthropic_stream_corrects_its_start() {
    let start = r#"{"type":"message_start","message":{"id":"msg_1","model":"claude-opus-5","usage":{"input_tokens":5,"cache_read_input_tokens":20,"output_tokens":1}}}"#;
    let delta = r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":"\"usage\":1"}}"#;
    let end = r#"{"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"input_tokens":8,"output_tokens":42}}"#;
    let whole = stream(
        Api::AnthropicMessages,
        &[start, delta, end, r#"{"type":"message_stop"}"#],
    );
    let expected = Usage::new()
        .with(Unit::InputTokens, 28)
        .with(Unit::CacheReadTokens, 20)
        .with(Unit::OutputTokens, 42);
    assert_eq!(whole.usage, expected);
    assert_eq!(whole.finish_reasons, ["max_tokens"]);

    let cut_off = stream(Api::AnthropicMessages, &[start, delta]);
    assert_eq!(cut_off.usage.get(Unit::InputTokens), Some(25));
    assert_eq!(
        cut_off.usage.get(Unit::OutputTokens),
        None,
        "the output of a truncated stream is unknown"
    );
}

#[test]
fn a_responses_stream_has_its_usage_in_the_last_event() {
    let reading = stream(
        Api::OpenAiResponses,
        &[
            r#"{"type":"response.created","response":{"id":"resp_1","model":"gpt-5","status":"in_progress","usage":null}}"#,
            r#"{"type":"response.output_text.delta","delta":"hi"}"#,
            r#"{"type":"response.incomplete","response":{"id":"resp_1","model":"gpt-5-2025-08-07","status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":{"input_tokens":9,"input_tokens_details":{"cached_tokens":4},"output_tokens":3,"output_tokens_details":{"reasoning_tokens":2}}}}"#,
        ],
    );
    assert_eq!(reading.model.as_deref(), Some("gpt-5-2025-08-07"));
    assert_eq!(reading.finish_reasons, ["max_output_tokens"]);
    let expected = Usage::new()
        .with(Unit::InputTokens, 9)
        .with(Unit::CacheReadTokens, 4)
        .with(Unit::OutputTokens, 3)
        .with(Unit::OutputReasoningTokens, 2);
    assert_eq!(reading.usage, expected);
}

#[test]
fn embeddings_have_only_input() {
    let body =
        br#"{"object":"list","data":[],"model":"text-embedding-3-small","usage":{"prompt_tokens":8,"total_tokens":8}}"#;
    let reading = read_body(Api::OpenAiEmbeddings, body).unwrap();
    assert_eq!(reading.usage, Usage::new().with(Unit::InputTokens, 8));
}

#[test]
fn an_error_in_a_body_or_in_the_middle_of_a_stream_is_read() {
    let body = br#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}"#;
    let reading = read_body(Api::AnthropicMessages, body).unwrap();
    assert_eq!(
        reading.error.map(|error| error.kind).as_deref(),
        Some("overloaded_error")
    );

    let events = [
        r#"{"id":"1","choices":[]}"#,
        r#"{"error":{"code":502,"message":"upstream"}}"#,
    ];
    let error = stream(Api::OpenAiChat, &events).error.unwrap();
    assert_eq!((error.kind.as_str(), error.message.as_str()), ("502", "upstream"));

    let event = r#"{"type":"error","code":"server_error","message":"oops","param":null}"#;
    let error = stream(Api::OpenAiResponses, &[event]).error.unwrap();
    assert_eq!((error.kind.as_str(), error.message.as_str()), ("server_error", "oops"));
}

#[test]
fn a_body_with_only_an_error_is_read() {
    let kind_and_message = |body: &str| {
        let error = read_body(Api::OpenAiChat, body.as_bytes()).unwrap().error.unwrap();
        (error.kind, error.message)
    };
    let mistral = r#"{"object":"error","message":"Invalid model","type":"invalid_model","code":"1500"}"#;
    assert_eq!(
        kind_and_message(mistral),
        ("invalid_model".to_owned(), "Invalid model".to_owned())
    );
    assert_eq!(
        kind_and_message(r#"{"detail":"no token"}"#),
        ("error".to_owned(), "no token".to_owned())
    );
}

#[test]
fn a_reported_cost_keeps_its_digits() {
    let cost = |usage: &str| {
        let body = format!(r#"{{"usage":{{"prompt_tokens":1,{usage}}}}}"#);
        read_body(Api::OpenAiChat, body.as_bytes()).unwrap().reported_cost
    };
    assert_eq!(
        cost(r#""cost":0.00011200000000000001"#).as_deref(),
        Some("0.00011200000000000001")
    );
    assert_eq!(cost(r#""cost":{"total_cost":5e-06}"#).as_deref(), Some("5e-06"));
    assert_eq!(cost(r#""cost":"free""#), None);
    assert_eq!(cost(r#""cost":null"#), None);
}

#[test]
fn one_invalid_count_discards_all() {
    for count in ["-1", "1.5", "\"12\"", "9007199254740993", "true", "[1]"] {
        let body = format!(r#"{{"model":"m","usage":{{"prompt_tokens":10,"completion_tokens":{count}}}}}"#);
        let reading = read_body(Api::OpenAiChat, body.as_bytes()).unwrap();
        assert!(reading.usage.is_empty(), "{count}");
        assert_eq!(reading.invalid, Some("usage.completion_tokens"), "{count}");
        assert_eq!(reading.model.as_deref(), Some("m"));

        let body = format!(r#"{{"usage":{{"input_tokens":{count},"output_tokens":1}}}}"#);
        let reading = read_body(Api::AnthropicMessages, body.as_bytes()).unwrap();
        assert_eq!(reading.invalid, Some("usage.input_tokens"), "{count}");
    }
}

#[test]
fn invalid_responses_are_rejected() {
    let bodies: [&[u8]; 5] = [b"", b"<html>", b"[]", b"[1,2,3]", b"{\"model\":"];
    for api in [
        Api::OpenAiChat,
        Api::OpenAiResponses,
        Api::OpenAiEmbeddings,
        Api::AnthropicMessages,
    ] {
        for body in bodies {
            assert!(read_body(api, body).is_err());
        }
    }
}

#[test]
fn invalid_values_do_not_affect_other_fields() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for odd in ["401", "[1,2,3,4,5,6,7,8,9]", "\"x\"", "true", deep.as_str()] {
        let body =
            format!(r#"{{"status":{odd},"message":{odd},"delta":{odd},"choices":{odd},"usage":{odd},"model":"m"}}"#);
        for api in [
            Api::OpenAiChat,
            Api::OpenAiResponses,
            Api::OpenAiEmbeddings,
            Api::AnthropicMessages,
        ] {
            let reading = read_body(api, body.as_bytes()).unwrap();
            assert_eq!(reading.model.as_deref(), Some("m"), "{api:?} {odd:.20}");
            assert!(reading.usage.is_empty(), "{api:?} {odd:.20}");
        }
    }
}

#[test]
fn an_event_of_invalid_json_is_skipped_and_counted() {
    let reading = stream(
        Api::OpenAiChat,
        &["oops", r#"{"usage":{"prompt_tokens":3}}"#, r#"{"error":"#],
    );
    assert_eq!(reading.skipped_events, 2);
    assert_eq!(reading.usage.get(Unit::InputTokens), Some(3));
}
