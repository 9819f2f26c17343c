//! Every unread nonzero number of a usage is reported, in any form and place; zeros and other values are not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod all_readers;

use all_readers::read;
use tracing_genai_usage::{Api, Reading, Unit};

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
fn numbers_of_any_form_and_depth_are_reported() {
    for (rest, path) in [
        (r#","warp_tokens":5"#, "warp_tokens"),
        (r#","warp_tokens":-5"#, "warp_tokens"),
        (r#","warp_tokens":0.25"#, "warp_tokens"),
        (r#","warp_tokens":2e9"#, "warp_tokens"),
        (r#","warp_tokens":"12""#, "warp_tokens"),
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
fn zeros_and_non_numbers_are_not_reported() {
    for rest in [
        r#","a":0"#,
        r#","a":0.000"#,
        r#","a":-0"#,
        r#","a":0e9"#,
        r#","a":null"#,
        r#","a":true"#,
        r#","a":"twelve""#,
        r#","a":[]"#,
        r#","a":{}"#,
        r#","a":{"b":[0,null,"x"]}"#,
        r#","total_tokens":11"#,
    ] {
        assert!(unread(rest).is_empty(), "{rest}");
    }
}

#[test]
fn numbers_in_long_lists_are_reported() {
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
fn the_number_of_reported_paths_is_limited() {
    let keys: Vec<_> = (0..60).map(|key| format!(r#","warp_{key}":1"#)).collect();
    let named = unread(&keys.concat());
    assert_eq!(named.len(), 16);
    assert_eq!(named.first().map(String::as_str), Some("warp_0"));
}

#[test]
fn all_apis_report_unread_numbers() {
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
fn whole_floats_are_counts_and_other_forms_are_invalid() {
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
    // An empty object is Mistral's form of a missing value.
    assert_eq!(chat(r#","prompt_tokens_details":{"cached_tokens":{}}"#).invalid, None);
    for no_usage in ["7", "\"x\"", "[1,2]", "null", "true"] {
        let text = format!(r#"{{"object":"chat.completion","model":"m","usage":{no_usage}}}"#);
        assert!(read(Api::OpenAiChat, &text).usage.is_empty(), "{no_usage}");
    }
}

#[test]
fn unread_numbers_of_all_events_of_a_stream_are_reported() {
    let text = "data: {\"model\":\"m\",\"usage\":{\"prompt_tokens\":1,\"warp\":1}}\n\n\
        data: {\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":2,\"warp\":2,\"weft\":3}}\n\ndata: [DONE]\n\n";
    assert_eq!(read(Api::OpenAiChat, text).unread, ["warp", "weft"]);
}

#[test]
fn guardrail_units_are_charged_except_word_policies() {
    let guarded = |units: &str| {
        let text = format!(
            r#"{{"stopReason":"end_turn","usage":{{"inputTokens":9,"outputTokens":2}},"trace":{{"guardrail":{{"inputAssessment":{{"g1":{{
                "invocationMetrics":{{"guardrailProcessingLatency":300,"usage":{{{units}}}}}}}}}}}}}}}"#
        );
        read(Api::BedrockConverse, &text).unread.len()
    };
    for fee in [
        "topicPolicyUnits",
        "contentPolicyUnits",
        "contentPolicyImageUnits",
        "automatedReasoningPolicyUnits",
    ] {
        assert_eq!(guarded(&format!(r#""{fee}":1,"wordPolicyUnits":0"#)), 1, "{fee}");
        assert_eq!(guarded(&format!(r#""{fee}":0,"wordPolicyUnits":0"#)), 0, "{fee}");
    }
    assert_eq!(
        guarded(r#""wordPolicyUnits":4,"sensitiveInformationPolicyFreeUnits":2"#),
        0
    );
}

#[test]
fn bedrock_cache_writes_are_summed_by_lifetime() {
    let text = r#"{"usage":{"inputTokens":10,"outputTokens":2,"cacheWriteInputTokens":60,
        "cacheDetails":[{"ttl":"5m","inputTokens":10},{"ttl":"1h","inputTokens":20},{"ttl":"5m","inputTokens":5},{"ttl":"24h","inputTokens":25}]}}"#;
    let reading = read(Api::BedrockConverse, text);
    let written = [Unit::InputTokens, Unit::CacheWrite5mTokens, Unit::CacheWrite1hTokens];
    assert_eq!(
        written.map(|unit| reading.usage.get(unit)),
        [Some(70), Some(15), Some(20)]
    );
    assert_eq!(reading.unread, ["cacheDetails[].inputTokens"]);
}
