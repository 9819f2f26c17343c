//! Counts under other names, beside other counts or in other places than usual are read exactly once.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod all_readers;

use all_readers::{counts, read, stream};
use tracing_genai_usage::{Api, Reading, Unit};

fn chat(usage: &str) -> Reading {
    read(
        Api::OpenAiChat,
        &format!(r#"{{"id":"c","object":"chat.completion","model":"m","choices":[],"usage":{{{usage}}}}}"#),
    )
}

fn cache(reading: &Reading) -> [Option<u64>; 3] {
    [Unit::InputTokens, Unit::CacheReadTokens, Unit::CacheWriteTokens].map(|unit| reading.usage.get(unit))
}

#[test]
fn cached_tokens_are_read_under_the_names_of_all_gateways() {
    let tokens = r#""prompt_tokens":5000,"completion_tokens":10,"total_tokens":5010"#;
    for names in [
        // LiteLLM's two, Alibaba's, OpenRouter's, Databricks'.
        r#""prompt_tokens_details":{"cached_tokens":3000,"cache_creation_tokens":1500}"#,
        r#""cache_creation_input_tokens":1500,"cache_read_input_tokens":3000,"prompt_tokens_details":{"cached_tokens":3000}"#,
        r#""prompt_tokens_details":{"cached_tokens":3000,"cache_creation_input_tokens":1500,"cache_type":"ephemeral"}"#,
        r#""prompt_tokens_details":{"cached_tokens":3000,"cache_write_tokens":1500}"#,
        r#""cache_read_input_tokens":3000,"cache_creation_input_tokens":1500"#,
        // Zeros if the count is under the other name.
        r#""cache_creation_input_tokens":1500,"cache_read_input_tokens":3000,"prompt_tokens_details":{"cached_tokens":0,"cache_creation_tokens":0}"#,
        r#""cached_tokens":3000,"cache_creation_tokens":1500"#,
    ] {
        let reading = chat(&format!("{tokens},{names}"));
        assert_eq!(cache(&reading), [Some(5000), Some(3000), Some(1500)], "{names}");
        assert!(reading.unread.is_empty(), "{names}: {:?}", reading.unread);
    }
    for name in ["num_cached_tokens", "prompt_cache_hit_tokens"] {
        let reading = chat(&format!(r#"{tokens},"{name}":3000"#));
        assert_eq!(cache(&reading), [Some(5000), Some(3000), None], "{name}");
    }
    let thrice = r#""num_cached_tokens":3000,"prompt_token_details":{"cached_tokens":3000},"prompt_tokens_details":{"cached_tokens":3000}"#;
    assert_eq!(cache(&chat(&format!("{tokens},{thrice}")))[1], Some(3000));
}

#[test]
fn cache_writes_by_lifetime_are_parts_of_all_cache_writes() {
    let reading = chat(
        r#""prompt_tokens":2000,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":0,"cache_creation_input_tokens":1900,
            "cache_creation":{"ephemeral_5m_input_tokens":1900}}"#,
    );
    let written = [
        Unit::CacheWriteTokens,
        Unit::CacheWrite5mTokens,
        Unit::CacheWrite1hTokens,
    ];
    assert_eq!(
        written.map(|unit| reading.usage.get(unit)),
        [Some(1900), Some(1900), None]
    );
    // An unknown lifetime is reported as unread.
    let day =
        chat(r#""prompt_tokens":2000,"completion_tokens":5,"cache_creation":{"ephemeral_24h_input_tokens":1900}"#);
    assert_eq!(day.unread, ["cache_creation.ephemeral_24h_input_tokens"]);
    let none = chat(r#""prompt_tokens":2000,"completion_tokens":5,"cache_creation":{"ephemeral_24h_input_tokens":0}"#);
    assert!(none.unread.is_empty());
}

#[test]
fn mistral_audio_is_counted_by_the_second_and_connectors_beside_the_prompt() {
    let audio = chat(
        r#""prompt_tokens":11,"completion_tokens":15,"total_tokens":401,"prompt_audio_seconds":5,"prompt_tokens_details":{"audio_tokens":375}"#,
    );
    assert_eq!(audio.usage.get(Unit::InputTokens), Some(11));
    assert_eq!(audio.usage.get(Unit::OutputTokens), Some(15));
    assert_eq!(audio.usage.get(Unit::InputAudioSeconds), Some(5));
    assert_eq!(audio.usage.get(Unit::InputAudioTokens), None);
    assert!(audio.unread.is_empty());
    for none in ["null", "0", "{}"] {
        let reading = chat(&format!(
            r#""prompt_tokens":11,"completion_tokens":15,"prompt_audio_seconds":{none}"#
        ));
        assert_eq!(reading.usage.get(Unit::InputAudioSeconds), None, "{none}");
        assert_eq!(reading.usage.get(Unit::InputTokens), Some(11), "{none}");
    }
    let connectors = chat(
        r#""prompt_tokens":200,"completion_tokens":50,"total_tokens":6250,"connector_tokens":6000,"connectors":{"web_search":2,"image_generation":1}"#,
    );
    assert_eq!(connectors.usage.get(Unit::InputTokens), Some(6200));
    assert_eq!(connectors.usage.get(Unit::WebSearches), Some(2));
    assert_eq!(connectors.unread, ["connectors.image_generation"]);
}

#[test]
fn mistral_transcriptions_are_counted_like_chats() {
    let reading = read(
        Api::OpenAiTranscriptions,
        r#"{"model":"voxtral-mini-2602","text":"hello","usage":{"prompt_audio_seconds":11,"prompt_tokens":3,"completion_tokens":19,
            "total_tokens":397,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":375}}}"#,
    );
    assert_eq!(reading.usage.get(Unit::InputAudioSeconds), Some(11));
    assert_eq!(reading.usage.get(Unit::InputTokens), Some(3));
    assert_eq!(reading.usage.get(Unit::OutputTokens), Some(19));
    assert!(
        reading.unread.is_empty(),
        "{:?}: audio is billed by the second",
        reading.unread
    );
}

#[test]
fn usage_in_the_last_choice_is_read() {
    let usage = r#"{"prompt_tokens":900,"completion_tokens":40,"total_tokens":940,"cached_tokens":512}"#;
    let chunk = |choice: &str, rest: &str| {
        format!(r#"{{"id":"k","object":"chat.completion.chunk","model":"kimi","choices":[{choice}]{rest}}}"#)
    };
    let first = chunk(
        r#"{"index":0,"delta":{"content":"\"usage\":{\"prompt_tokens\":1}"},"finish_reason":null}"#,
        "",
    );
    let within = chunk(
        &format!(r#"{{"index":0,"delta":{{}},"finish_reason":"stop","usage":{usage}}}"#),
        "",
    );
    let expected = [("input_tokens", 900), ("output_tokens", 40), ("cache_read_tokens", 512)];
    let reading = read(Api::OpenAiChat, &stream(&[&first, &within, "[DONE]"]));
    assert_eq!(
        (counts(&reading), reading.finish_reasons),
        (expected.to_vec(), vec!["stop".to_owned()])
    );
    // Also at the top level, as in newer versions: the same result.
    let both = chunk(
        &format!(r#"{{"index":0,"delta":{{}},"finish_reason":"stop","usage":{usage}}}"#),
        &format!(r#","usage":{usage}"#),
    );
    assert_eq!(counts(&read(Api::OpenAiChat, &stream(&[&first, &both]))), expected);
    let nothing = chunk(r#"{"index":0,"delta":{},"finish_reason":"stop","usage":null}"#, "");
    assert!(read(Api::OpenAiChat, &stream(&[&first, &nothing])).usage.is_empty());
}

#[test]
fn reported_costs_are_read_under_other_names() {
    let tokens = r#""prompt_tokens":10,"completion_tokens":4"#;
    let stated = |rest: &str| chat(&format!("{tokens},{rest}")).reported_cost;
    assert_eq!(stated(r#""estimated_cost":0.000605"#).as_deref(), Some("0.000605"));
    assert_eq!(stated(r#""estimated_cost":null"#), None);
    assert_eq!(stated(r#""estimated_cost":"0.1""#), None);
    assert_eq!(stated(r#""cost":0.25,"estimated_cost":0.5"#).as_deref(), Some("0.25"));
    let venice = r#"{"object":"chat.completion","usage":{"prompt_tokens":10,"completion_tokens":4},"cost":{"usd":0.01,"diem":0.02}}"#;
    assert_eq!(read(Api::OpenAiChat, venice).reported_cost.as_deref(), Some("0.01"));
}

#[test]
fn a_minimax_status_other_than_zero_is_an_error() {
    let body = |code: &str| {
        format!(
            r#"{{"id":"m","choices":null,"model":"MiniMax-M2","usage":null,"base_resp":{{"status_code":{code},"status_msg":"low balance"}}}}"#
        )
    };
    let error = read(Api::OpenAiChat, &body("1008")).error.unwrap();
    assert_eq!((&*error.kind, &*error.message), ("1008", "low balance"));
    for none in ["0", "null"] {
        assert_eq!(read(Api::OpenAiChat, &body(none)).error, None, "{none}");
    }
    // Detected by its shape when alone.
    let alone = r#"{"base_resp":{"status_code":1004,"status_msg":"login fail"}}"#;
    let error = read(Api::of_response("minimax", alone.as_bytes()), alone)
        .error
        .unwrap();
    assert_eq!(error.kind, "1004");
}

#[test]
fn gemini_totals_determine_whether_candidates_include_thoughts() {
    let output = |candidates: u64, thoughts: u64, tools: u64, total: u64| {
        let reading = read(
            Api::GeminiContent,
            &format!(
                r#"{{"modelVersion":"gemini-2.5-flash","usageMetadata":{{"promptTokenCount":100,"candidatesTokenCount":{candidates},
                    "thoughtsTokenCount":{thoughts},"toolUsePromptTokenCount":{tools},"totalTokenCount":{total}}}}}"#
            ),
        );
        let invalid = reading.invalid.is_some();
        (
            reading.usage.get(Unit::InputTokens),
            reading.usage.get(Unit::OutputTokens),
            invalid,
        )
    };
    assert_eq!(output(70, 60, 0, 230), (Some(100), Some(130), false), "beside");
    assert_eq!(output(70, 60, 0, 170), (Some(100), Some(70), false), "within");
    assert_eq!(
        output(70, 60, 20, 250),
        (Some(120), Some(130), false),
        "beside, with tools"
    );
    assert_eq!(
        output(70, 60, 20, 190),
        (Some(120), Some(70), false),
        "within, with tools"
    );
    assert_eq!(
        output(70, 60, 20, 230),
        (Some(100), Some(130), false),
        "tools within the prompt"
    );
    // More thoughts than candidates cannot be included.
    assert!(output(50, 60, 0, 150).2);
    assert!(output(70, 60, 0, 999).2, "neither");
    assert_eq!(output(70, 0, 0, 170), (Some(100), Some(70), false));
}

#[test]
fn tools_within_a_gemini_prompt_are_within_its_text() {
    let reading = read(
        Api::GeminiContent,
        r#"{"modelVersion":"gemini-3-pro-preview","usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":10,"toolUsePromptTokenCount":30,
            "totalTokenCount":110,"promptTokensDetails":[{"modality":"TEXT","tokenCount":100}],
            "toolUsePromptTokensDetails":[{"modality":"TEXT","tokenCount":30}]}}"#,
    );
    assert_eq!(reading.usage.get(Unit::InputTokens), Some(100));
    assert_eq!(reading.usage.get(Unit::InputTextTokens), Some(100));
}

#[test]
fn gemini_cached_tokens_without_a_total_are_the_sum_of_their_details() {
    let cached = |fields: &str| {
        let text = format!(
            r#"{{"modelVersion":"gemini-2.5-flash","usageMetadata":{{"promptTokenCount":400,"candidatesTokenCount":5,"totalTokenCount":405,{fields}}}}}"#
        );
        read(Api::GeminiContent, &text).usage.get(Unit::CacheReadTokens)
    };
    let details = r#""cacheTokensDetails":[{"modality":"TEXT","tokenCount":120},{"modality":"IMAGE","tokenCount":80}]"#;
    assert_eq!(cached(details), Some(200));
    assert_eq!(
        cached(&format!(r#""cachedContentTokenCount":210,{details}"#)),
        Some(210)
    );
    assert_eq!(cached(r#""cacheTokensDetails":[]"#), None);
    assert_eq!(cached(r#""cacheTokensDetails":[{"modality":"TEXT"}]"#), None);
}

/// The searches of a response with this metadata of its candidates.
fn grounded(model: &str, metadata: &[&str]) -> Option<u64> {
    let candidates: Vec<_> = metadata
        .iter()
        .enumerate()
        .map(|(index, metadata)| format!(r#"{{"index":{index},"finishReason":"STOP","groundingMetadata":{metadata}}}"#))
        .collect();
    let text = format!(
        r#"{{"modelVersion":"{model}","candidates":[{}],"usageMetadata":{{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11}}}}"#,
        candidates.join(",")
    );
    read(Api::GeminiContent, &text).usage.get(Unit::WebSearches)
}

#[test]
fn gemini_2_charges_a_grounded_prompt_and_gemini_3_each_query() {
    let two = r#"{"webSearchQueries":["tide tables","moon phase"]}"#;
    for model in [
        "gemini-2.5-flash",
        "gemini-2.0-flash-001",
        "gemini-live-2.5-flash-preview",
        "models/gemini-2.5-pro",
    ] {
        assert_eq!(grounded(model, &[two]), Some(1), "{model}");
        assert_eq!(grounded(model, &[two, two]), Some(1), "{model}, of two candidates");
    }
    for model in ["gemini-3-pro-preview", "gemini-3.5-flash", "gemini-4-argon"] {
        assert_eq!(grounded(model, &[two]), Some(2), "{model}");
        assert_eq!(grounded(model, &[two, two]), Some(4), "{model}, of two candidates");
    }
    for model in ["gemini-2.5-flash", "gemini-3-pro-preview"] {
        for none in [
            r#"{"webSearchQueries":[]}"#,
            r#"{"webSearchQueries":[""]}"#,
            r#"{"groundingChunks":[]}"#,
            "{}",
            "null",
        ] {
            assert_eq!(grounded(model, &[none]), None, "{model} {none}");
        }
    }
    assert_eq!(
        grounded(
            "gemini-3-pro-preview",
            &[r#"{"webSearchQueries":["a",""],"imageSearchQueries":["b"]}"#]
        ),
        Some(2)
    );
}

#[test]
fn repeated_metadata_of_a_stream_is_counted_once() {
    let event = |queries: &str, rest: &str| {
        format!(
            r#"{{"modelVersion":"gemini-3-pro-preview","candidates":[{{"index":0,{rest}"groundingMetadata":{{"webSearchQueries":[{queries}]}}}}],
                "usageMetadata":{{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11}}}}"#
        )
        .replace('\n', " ")
    };
    let growing = [
        event(r#""a""#, ""),
        event(r#""a","b""#, ""),
        event(r#""a","b""#, r#""finishReason":"STOP","#),
    ];
    let growing: Vec<&str> = growing.iter().map(String::as_str).collect();
    let reading = read(Api::GeminiContent, &stream(&growing));
    assert_eq!(reading.usage.get(Unit::WebSearches), Some(2));
    // Two candidates, each in separate events.
    let other = event(r#""c""#, "").replace(r#""index":0"#, r#""index":1"#);
    let reading = read(Api::GeminiContent, &stream(&[growing[1], &other]));
    assert_eq!(reading.usage.get(Unit::WebSearches), Some(3));
}

#[test]
fn grounding_with_maps_is_reported_as_unread() {
    let text = |chunk: &str| {
        format!(
            r#"{{"modelVersion":"gemini-2.5-flash","candidates":[{{"groundingMetadata":{{"groundingChunks":[{chunk}]}}}}],
                "usageMetadata":{{"promptTokenCount":9,"candidatesTokenCount":2,"totalTokenCount":11}}}}"#
        )
    };
    assert_eq!(
        read(Api::GeminiContent, &text(r#"{"maps":{"uri":"u"}}"#)).unread.len(),
        1
    );
    assert!(
        read(Api::GeminiContent, &text(r#"{"web":{"uri":"u"}}"#))
            .unread
            .is_empty()
    );
}

#[test]
fn vertex_traffic_types_are_service_tiers() {
    let tier = |traffic: &str| {
        let text = format!(
            r#"{{"modelVersion":"g","usageMetadata":{{"promptTokenCount":9,"candidatesTokenCount":2,"trafficType":"{traffic}"}}}}"#
        );
        read(Api::GeminiContent, &text).service_tier.unwrap()
    };
    assert_eq!(tier("PROVISIONED_THROUGHPUT"), "provisioned_throughput");
    assert_eq!(tier("ON_DEMAND_FLEX"), "flex");
    assert_eq!(tier("ON_DEMAND_PRIORITY"), "priority");
    assert_eq!(tier("ON_DEMAND"), "on_demand");
    assert_eq!(tier("TRAFFIC_TYPE_UNSPECIFIED"), "on_demand");
}

#[test]
fn live_session_field_names_are_read() {
    let text = r#"{"serverContent":{"turnComplete":true},"usageMetadata":{"promptTokenCount":900,"responseTokenCount":250,"totalTokenCount":1150,
        "promptTokensDetails":[{"modality":"TEXT","tokenCount":100},{"modality":"AUDIO","tokenCount":800}],
        "responseTokensDetails":[{"modality":"AUDIO","tokenCount":250}]}}"#;
    let reading = read(Api::GeminiContent, text);
    let expected = [
        ("input_tokens", 900),
        ("output_tokens", 250),
        ("input_text_tokens", 100),
        ("input_audio_tokens", 800),
        ("output_audio_tokens", 250),
    ];
    assert_eq!((counts(&reading), reading.unread.len()), (expected.to_vec(), 0));
}
