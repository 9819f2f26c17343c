//! A number of a usage that no rule reads is named, whatever its form and place; what is no number, or none above or below
//! zero, is not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod every_way;

use every_way::read;
use tracing_genai_usage::{Api, Reading, Unit, read_batch_line};

fn chat(rest: &str) -> Reading {
    read(
        Api::OpenAiChat,
        &format!(
            r#"{{"object":"chat.completion","model":"m","usage":{{"prompt_tokens":8,"completion_tokens":3{rest}}}}}"#
        ),
    )
}

fn unread(rest: &str) -> Vec<String> {
    let reading = chat(rest);
    assert_eq!(reading.usage.get(Unit::InputTokens), Some(8), "{rest}");
    reading.unread
}

#[test]
fn numbers_of_every_form_and_depth_are_named() {
    for (rest, path) in [
        (r#","warp_tokens":5"#, "warp_tokens"),
        (r#","warp_tokens":-5"#, "warp_tokens"),
        (r#","warp_tokens":0.25"#, "warp_tokens"),
        (r#","warp_tokens":2e9"#, "warp_tokens"),
        (r#","a":{"b":{"c":{"d":7}}}"#, "a.b.c.d"),
        (r#","list":[0,0,7]"#, "list[]"),
        (r#","list":[{"n":0},{"n":[[1]]}]"#, "list[].n[][]"),
        (
            r#","prompt_tokens_details":{"cached_tokens":1,"olfactory_tokens":2}"#,
            "prompt_tokens_details.olfactory_tokens",
        ),
        (r#","w\u0061rp":5"#, "warp"),
    ] {
        assert_eq!(unread(rest), [path], "{rest}");
    }
}

#[test]
fn what_is_no_number_or_zero_says_nothing() {
    for rest in [
        r#","a":0"#,
        r#","a":0.000"#,
        r#","a":-0"#,
        r#","a":0e9"#,
        r#","a":null"#,
        r#","a":true"#,
        r#","a":"12""#,
        r#","a":[]"#,
        r#","a":{}"#,
        r#","a":{"b":[0,null,"7"]}"#,
        r#","total_tokens":11"#,
    ] {
        assert!(unread(rest).is_empty(), "{rest}");
    }
}

#[test]
fn a_list_of_any_length_hides_nothing() {
    let list = |items: &str, length: usize| vec![items; length].join(",");
    assert_eq!(unread(&format!(r#","x":[{}]"#, list("0", 10))), Vec::<String>::new());
    let late = format!(r#","x":[{},{{"warp":5}}]"#, list("{}", 400));
    assert!(!unread(&late).is_empty(), "a count behind four hundred empty objects");
    let late = format!(r#","x":[{},{{"warp":5}}]"#, list(r#"{"n":0}"#, 400));
    assert!(!unread(&late).is_empty(), "a count behind four hundred zeros");
    let keys: Vec<_> = (0..400).map(|key| format!(r#""k{key}":{{}}"#)).collect();
    let late = format!(r#","x":{{{},"warp":5}}"#, keys.join(","));
    assert!(!unread(&late).is_empty(), "a count behind four hundred keys");
    let deep = format!(r#","x":{}5{}"#, r#"{"y":"#.repeat(20), "}".repeat(20));
    assert!(!unread(&deep).is_empty());
    let numbers = format!(r#","x":[{}]"#, list("1", 400));
    assert_eq!(unread(&numbers), ["x[]"]);
}

#[test]
fn a_few_of_many_are_named() {
    let keys: Vec<_> = (0..60).map(|key| format!(r#","warp_{key}":1"#)).collect();
    let named = unread(&keys.concat());
    assert_eq!(named.len(), 8);
    assert_eq!(named.first().map(String::as_str), Some("warp_0"));
}

#[test]
fn every_api_names_what_it_does_not_read() {
    for (api, body, path) in [
        (
            Api::OpenAiChat,
            r#"{"usage":{"prompt_tokens":1,"completion_tokens":1,"warp":2}}"#,
            "warp",
        ),
        (
            Api::OpenAiEmbeddings,
            r#"{"usage":{"prompt_tokens":1,"warp":2}}"#,
            "warp",
        ),
        (
            Api::OpenAiResponses,
            r#"{"usage":{"input_tokens":1,"output_tokens":1,"warp":2}}"#,
            "warp",
        ),
        (
            Api::OpenAiTranscriptions,
            r#"{"usage":{"input_tokens":1,"warp":2}}"#,
            "warp",
        ),
        (Api::OpenAiImages, r#"{"usage":{"input_tokens":1,"warp":2}}"#, "warp"),
        (
            Api::OpenAiRealtime,
            r#"{"type":"response.done","response":{"usage":{"input_tokens":1,"warp":2}}}"#,
            "warp",
        ),
        (Api::Speech, r#"{"usage":{"input_tokens":1,"warp":2}}"#, "warp"),
        (Api::XaiChat, r#"{"usage":{"prompt_tokens":1,"warp":2}}"#, "warp"),
        (Api::PerplexityChat, r#"{"usage":{"prompt_tokens":1,"warp":2}}"#, "warp"),
        (
            Api::AnthropicMessages,
            r#"{"usage":{"input_tokens":1,"warp":2}}"#,
            "warp",
        ),
        (
            Api::GeminiContent,
            r#"{"usageMetadata":{"promptTokenCount":1,"warp":2}}"#,
            "warp",
        ),
        (
            Api::GeminiInteractions,
            r#"{"object":"interaction","usage":{"total_input_tokens":1,"warp":2}}"#,
            "warp",
        ),
        (Api::BedrockConverse, r#"{"usage":{"inputTokens":1,"warp":2}}"#, "warp"),
        (
            Api::Cohere,
            r#"{"usage":{"billed_units":{"input_tokens":1,"warp":2}}}"#,
            "billed_units.warp",
        ),
        (
            Api::Rerank,
            r#"{"meta":{"billed_units":{"search_units":1,"warp":2}}}"#,
            "billed_units.warp",
        ),
        (
            Api::MistralOcr,
            r#"{"usage_info":{"pages_processed":1,"warp":2}}"#,
            "warp",
        ),
    ] {
        assert_eq!(read(api, body).unread, [path], "{body}");
        let none = body.replace("\"warp\":2", "\"warp\":0");
        assert!(read(api, &none).unread.is_empty(), "{none}");
    }
}

#[test]
fn a_count_of_an_odd_form_is_refused_and_a_whole_float_is_none() {
    assert_eq!(
        chat(r#","cached_tokens":4.0"#).usage.get(Unit::CacheReadTokens),
        Some(4)
    );
    for odd in ["4.5", "-4", "\"4\"", "{\"n\":4}", "[4]", "true", "4e0", "1e300"] {
        let reading = chat(&format!(r#","prompt_tokens_details":{{"cached_tokens":{odd}}}"#));
        assert!(
            reading.invalid.is_some() && reading.usage.is_empty(),
            "{odd}: {reading:?}"
        );
    }
    // An object without anything in it is Mistral's way to say none.
    assert_eq!(chat(r#","prompt_tokens_details":{"cached_tokens":{}}"#).invalid, None);
    for no_usage in ["7", "\"x\"", "[1,2]", "null", "true"] {
        let text = format!(r#"{{"object":"chat.completion","model":"m","usage":{no_usage}}}"#);
        assert!(read(Api::OpenAiChat, &text).usage.is_empty(), "{no_usage}");
    }
}

#[test]
fn a_stream_names_what_any_of_its_events_leaves_unread() {
    let text = "data: {\"model\":\"m\",\"usage\":{\"prompt_tokens\":1,\"warp\":1}}\n\n\
        data: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"warp\":2,\"weft\":3}}\n\ndata: [DONE]\n\n";
    assert_eq!(read(Api::OpenAiChat, text).unread, ["warp", "weft"]);
}

fn line(provider: &str, text: &str) -> Reading {
    read_batch_line(provider, text.as_bytes()).unwrap().unwrap()
}

#[test]
fn lines_of_a_batch_say_so_whoever_wrote_them() {
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
fn lines_that_failed_say_why() {
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
fn a_response_that_only_speaks_of_batches_is_none_of_their_lines() {
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
