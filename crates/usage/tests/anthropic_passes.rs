//! Anthropic's `usage.iterations`: a message of several passes is charged for each billed pass.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod all_readers;

use all_readers::{counts, read, stream};
use tracing_genai_usage::{Api, Reading, Unit};

/// A message with these top-level counts, passes and content.
fn message(top: &str, passes: &str, content: &str) -> Reading {
    let text = format!(
        r#"{{"id":"msg_a","type":"message","role":"assistant","model":"claude-opus-4-8","content":[{content}],"stop_reason":"end_turn",
            "usage":{{{top},"iterations":{passes}}}}}"#
    );
    read(Api::AnthropicMessages, &text)
}

fn tokens(reading: &Reading) -> [Option<u64>; 2] {
    [Unit::InputTokens, Unit::OutputTokens].map(|unit| reading.usage.get(unit))
}

#[test]
fn a_compaction_is_billed_in_addition_to_the_top_level_counts() {
    let reading = message(
        r#""input_tokens":500,"output_tokens":20"#,
        r#"[{"type":"compaction","input_tokens":9000,"output_tokens":300},{"type":"message","input_tokens":500,"output_tokens":20}]"#,
        "",
    );
    assert_eq!(counts(&reading), [("input_tokens", 9500), ("output_tokens", 320)]);
    assert!(reading.unread.is_empty(), "{:?}", reading.unread);
}

#[test]
fn cached_parts_of_each_pass_are_summed() {
    let pass = |kind: &str, input: u64, read: u64, five: u64, hour: u64, output: u64| {
        format!(
            r#"{{"type":"{kind}","input_tokens":{input},"cache_read_input_tokens":{read},"cache_creation_input_tokens":{},
                "cache_creation":{{"ephemeral_5m_input_tokens":{five},"ephemeral_1h_input_tokens":{hour}}},"output_tokens":{output}}}"#,
            five + hour
        )
    };
    let passes = format!(
        "[{},{}]",
        pass("compaction", 10, 200, 3000, 0, 7),
        pass("message", 20, 400, 0, 5000, 9)
    );
    let top = r#""input_tokens":20,"cache_read_input_tokens":400,"cache_creation_input_tokens":5000,"output_tokens":9,
        "output_tokens_details":{"thinking_tokens":4}"#;
    let expected = [
        ("input_tokens", 30 + 600 + 8000),
        ("output_tokens", 16),
        ("cache_read_tokens", 600),
        ("cache_write_tokens", 8000),
        ("cache_write_5m_tokens", 3000),
        ("cache_write_1h_tokens", 5000),
        ("output_reasoning_tokens", 4),
    ];
    let reading = message(top, &passes, "");
    assert_eq!((counts(&reading), reading.unread.len()), (expected.to_vec(), 0));
}

#[test]
fn an_empty_list_of_passes_is_ignored() {
    for passes in ["[]", "null", "[{}]"] {
        let reading = message(r#""input_tokens":500,"output_tokens":20"#, passes, "");
        assert_eq!(tokens(&reading), [Some(500), Some(20)], "{passes}");
    }
}

#[test]
fn passes_with_another_spelling_of_the_model_leave_the_top_level_counts() {
    let passes =
        r#"[{"type":"message","model":"anthropic.claude-opus-4-8-v1:0","input_tokens":500,"output_tokens":20}]"#;
    let reading = message(r#""input_tokens":500,"output_tokens":20"#, passes, "");
    assert_eq!(tokens(&reading), [Some(500), Some(20)]);
}

const FALLBACK: &str = r#"{"type":"fallback","trigger":{"type":"refusal","category":"cyber"}}"#;

/// Passes of which the first declined with that much output.
fn declined(output: u64) -> String {
    format!(
        r#"[{{"type":"message","model":"claude-opus-5","input_tokens":535,"output_tokens":{output}}},
            {{"type":"fallback_message","model":"claude-opus-4-8","input_tokens":412,"output_tokens":264}}]"#
    )
}

#[test]
fn a_pass_declined_before_any_output_is_not_billed() {
    let top = r#""input_tokens":412,"output_tokens":264"#;
    let reading = message(top, &declined(0), FALLBACK);
    assert_eq!(tokens(&reading), [Some(412), Some(264)]);
    assert!(reading.unread.is_empty(), "{:?}", reading.unread);
    // A pass with output is billed at its own model's price, which differs.
    let begun = message(top, &declined(31), FALLBACK);
    assert_eq!(tokens(&begun), [Some(412), Some(264)]);
    assert!(!begun.unread.is_empty());
    // Three categories are billed nevertheless.
    let billed = message(top, &declined(0), &FALLBACK.replace("cyber", "frontier_llm"));
    assert_eq!(tokens(&billed), [Some(412), Some(264)]);
    assert!(!billed.unread.is_empty());
    // Without a category it is unknown whether it is billed.
    let unsaid = message(top, &declined(0), "");
    assert_eq!(tokens(&unsaid), [Some(412), Some(264)]);
    assert!(!unsaid.unread.is_empty());
}

#[test]
fn an_advisor_of_another_model_stays_unread() {
    let passes = r#"[{"type":"message","input_tokens":1100,"output_tokens":120},
        {"type":"advisor_message","model":"claude-sonnet-5","input_tokens":2500,"output_tokens":40},
        {"type":"message","input_tokens":1300,"output_tokens":10}]"#;
    let reading = message(r#""input_tokens":2400,"output_tokens":130"#, passes, "");
    assert_eq!(tokens(&reading), [Some(2400), Some(130)]);
    assert_eq!(
        reading.unread,
        ["iterations[].input_tokens", "iterations[].output_tokens"]
    );
}

#[test]
fn a_stream_has_its_passes_at_its_end() {
    let start = r#"{"type":"message_start","message":{"id":"msg_a","type":"message","model":"claude-opus-4-8","content":[],"usage":{"input_tokens":412,"output_tokens":1}}}"#;
    let block = format!(r#"{{"type":"content_block_start","index":0,"content_block":{FALLBACK}}}"#);
    let text = r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"\"iterations\":[]"}}"#;
    let end = |passes: &str| {
        format!(
            r#"{{"type":"message_delta","delta":{{"stop_reason":"end_turn"}},"usage":{{"input_tokens":412,"output_tokens":264,"iterations":{passes}}}}}"#
        )
        .replace('\n', " ")
    };
    let declined = read(
        Api::AnthropicMessages,
        &stream(&[start, &block, text, &end(&declined(0)), r#"{"type":"message_stop"}"#]),
    );
    assert_eq!(tokens(&declined), [Some(412), Some(264)]);
    assert!(declined.unread.is_empty(), "{:?}", declined.unread);
    let compacted = r#"[{"type":"compaction","input_tokens":9000,"output_tokens":300},{"type":"message","input_tokens":412,"output_tokens":264}]"#;
    let compacted = read(Api::AnthropicMessages, &stream(&[start, text, &end(compacted)]));
    assert_eq!(tokens(&compacted), [Some(9412), Some(564)]);
    // Truncated before its end, the output is unknown.
    let cut = read(Api::AnthropicMessages, &stream(&[start, text]));
    assert_eq!(tokens(&cut), [Some(412), None]);
}

#[test]
fn a_refusal_without_output_is_free_for_some_categories() {
    let refusal = |output: u64| {
        let text = format!(
            r#"{{"type":"message","model":"claude-opus-5","content":[],"stop_reason":"refusal","usage":{{"input_tokens":90,"output_tokens":{output}}}}}"#
        );
        read(Api::AnthropicMessages, &text).unread.len()
    };
    assert_eq!([refusal(0), refusal(8)], [1, 0]);
}

#[test]
fn free_tools_are_ignored_and_others_counted() {
    let tools = |tools: &str| {
        let text = format!(
            r#"{{"type":"message","model":"claude-opus-5","usage":{{"input_tokens":90,"output_tokens":8,"server_tool_use":{{{tools}}},
                "inference_geo":"us","service_tier":"standard","speed":"fast"}}}}"#
        );
        read(Api::AnthropicMessages, &text)
    };
    let reading = tools(r#""web_search_requests":3,"web_fetch_requests":9,"code_execution_requests":2"#);
    let used = [Unit::WebSearches, Unit::CodeExecutions].map(|unit| reading.usage.get(unit));
    assert_eq!((used, reading.unread.len()), ([Some(3), Some(2)], 0));
    assert_eq!(reading.inference_geo.as_deref(), Some("us"));
    assert_eq!(reading.speed.as_deref(), Some("fast"));
    assert_eq!(
        tools(r#""teleport_requests":1"#).unread,
        ["server_tool_use.teleport_requests"]
    );
}
