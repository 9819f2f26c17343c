//! Fees without a count, and counts that do not add up to their total, are reported as unread, so that a cost without
//! them is an estimate.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod all_readers;

use all_readers::read;
use tracing_genai_usage::{Api, Unit};

#[track_caller]
fn assert_unread(api: Api, body: &str, expected: &[&str]) {
    assert_eq!(read(api, body).unread, expected, "{body}");
}

fn chat(rest: &str) -> String {
    format!(
        r#"{{"object":"chat.completion","model":"m","usage":{{"prompt_tokens":8,"completion_tokens":3,"total_tokens":11}}{rest}}}"#
    )
}

#[test]
fn provider_run_tools_are_reported() {
    let message = |tools: &str| format!(r#","choices":[{{"message":{{"content":"x","executed_tools":{tools}}}}}]"#);
    assert_unread(
        Api::OpenAiChat,
        &chat(&message(r#"[{"type":"search","index":0}]"#)),
        &["choices[].message.executed_tools"],
    );
    assert_unread(Api::OpenAiChat, &chat(&message("[]")), &[]);
    assert_unread(Api::OpenAiChat, &chat(&message("null")), &[]);
    let chunk = r#"{"object":"chat.completion.chunk","model":"m","choices":[{"delta":{"executed_tools":[{"type":"search"}]}}]}"#;
    assert_unread(Api::OpenAiChat, chunk, &["choices[].message.executed_tools"]);
    let models = r#","usage_breakdown":{"models":[{"model":"n","usage":{"prompt_tokens":5}}]}"#;
    assert_unread(Api::OpenAiChat, &chat(models), &["usage_breakdown"]);
    assert_unread(Api::OpenAiChat, &chat(r#","usage_breakdown":{"models":[]}"#), &[]);
    assert_unread(
        Api::OpenAiChat,
        &chat(r#","web_search":[{"title":"t"}]"#),
        &["web_search"],
    );
    assert_unread(Api::OpenAiChat, &chat(r#","web_search":[]"#), &[]);
}

#[test]
fn applied_guardrails_are_reported() {
    let converse = |reason: &str| {
        format!(r#"{{"stopReason":"{reason}","usage":{{"inputTokens":8,"outputTokens":3,"totalTokens":11}}}}"#)
    };
    assert_unread(Api::BedrockConverse, &converse("guardrail_intervened"), &["stopReason"]);
    assert_unread(Api::BedrockConverse, &converse("end_turn"), &[]);
    let invoke = r#"{"prompt_token_count":8,"generation_token_count":3,"amazon-bedrock-guardrailAction":"NONE"}"#;
    assert_unread(Api::BedrockInvoke, invoke, &["amazon-bedrock-guardrailAction"]);
}

fn gemini(model: &str, grounding: &str) -> String {
    format!(
        r#"{{"modelVersion":"{model}","candidates":[{{"groundingMetadata":{grounding}}}],"usageMetadata":{{"promptTokenCount":8,"candidatesTokenCount":3,"totalTokenCount":11}}}}"#
    )
}

#[test]
fn web_chunks_without_queries_count_as_a_search_where_prompts_are_charged() {
    let web = r#"{"groundingChunks":[{"web":{"uri":"u"}},{"web":{"uri":"v"}}]}"#;
    let by_prompt = read(Api::GeminiContent, &gemini("gemini-2.5-flash", web));
    assert_eq!(by_prompt.usage.get(Unit::WebSearches), Some(1));
    assert!(by_prompt.unread.is_empty());
    let by_query = read(Api::GeminiContent, &gemini("gemini-3-pro-preview", web));
    assert_eq!(by_query.usage.get(Unit::WebSearches), None);
    assert_eq!(by_query.unread, ["candidates[].groundingMetadata"]);
    let own = r#"{"groundingChunks":[{"retrievedContext":{"uri":"u"}}]}"#;
    assert_unread(
        Api::GeminiContent,
        &gemini("gemini-2.5-flash", own),
        &["candidates[].groundingMetadata.retrievalQueries"],
    );
}

#[test]
fn totals_above_the_sum_of_their_parts_are_reported() {
    let total = |total: u64| {
        format!(
            r#"{{"object":"chat.completion","usage":{{"prompt_tokens":8,"completion_tokens":3,"total_tokens":{total}}}}}"#
        )
    };
    assert_unread(Api::OpenAiChat, &total(11), &[]);
    assert_unread(Api::OpenAiChat, &total(31), &["total_tokens"]);
    let responses = r#"{"object":"response","usage":{"input_tokens":8,"output_tokens":3,"total_tokens":31}}"#;
    assert_unread(Api::OpenAiResponses, responses, &["total_tokens"]);
    let gemini = r#"{"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":3,"totalTokenCount":31}}"#;
    assert_unread(Api::GeminiContent, gemini, &["totalTokenCount"]);
}

#[test]
fn counts_missing_from_the_passes_are_taken_from_the_top_level() {
    let body = r#"{"type":"message","model":"m","usage":{"input_tokens":20,"output_tokens":9,"cache_read_input_tokens":50,
        "iterations":[{"type":"message","input_tokens":8,"output_tokens":4},{"type":"message","input_tokens":12,"output_tokens":5}]}}"#;
    let reading = read(Api::AnthropicMessages, body);
    assert_eq!(reading.usage.get(Unit::CacheReadTokens), Some(50));
}

#[test]
fn a_tier_is_read_with_or_without_its_prefix() {
    let tier = |value: &str| {
        let body =
            format!(r#"{{"usageMetadata":{{"promptTokenCount":8,"candidatesTokenCount":3,"serviceTier":"{value}"}}}}"#);
        read(Api::GeminiContent, &body).service_tier
    };
    assert_eq!(tier("PRIORITY").as_deref(), Some("priority"));
    assert_eq!(tier("SERVICE_TIER_PRIORITY").as_deref(), Some("priority"));
    assert_eq!(tier("flex").as_deref(), Some("flex"));
    assert_eq!(tier("SERVICE_TIER_UNSPECIFIED"), None);
}
