//! Readings of each provider's responses, in the documented formats.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use tracing_genai_usage::{Api, Reading, ResponseReader, Unit, Usage, read_body};

fn body(api: Api, body: &str) -> Reading {
    read_body(api, body.as_bytes()).unwrap()
}

fn usage(counts: &[(Unit, u64)]) -> Usage {
    counts
        .iter()
        .fold(Usage::new(), |usage, &(unit, count)| usage.with(unit, count))
}

/// A message of AWS's event stream.
fn message(headers: &[(&str, &str)], payload: &str) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in headers {
        block.push(u8::try_from(name.len()).unwrap());
        block.extend_from_slice(name.as_bytes());
        block.push(7);
        block.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
        block.extend_from_slice(value.as_bytes());
    }
    let length = u32::try_from(16 + block.len() + payload.len()).unwrap();
    let headers = u32::try_from(block.len()).unwrap();
    let prelude = [length.to_be_bytes(), headers.to_be_bytes(), [0; 4]].concat();
    [&prelude, &block, payload.as_bytes(), &[0; 4]].concat()
}

#[test]
fn gemini_thoughts_and_tools_are_added_to_their_wholes() {
    let reading = body(
        Api::GeminiContent,
        r#"{"responseId":"r1","modelVersion":"gemini-3-pro","candidates":[{"index":1,"finishReason":"MAX_TOKENS"},{"finishReason":"STOP"}],
            "usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":20,"thoughtsTokenCount":30,
                "toolUsePromptTokenCount":7,"totalTokenCount":157,"serviceTier":"FLEX",
                "promptTokensDetails":[{"modality":"TEXT","tokenCount":60},{"modality":"DOCUMENT","tokenCount":40}],
                "toolUsePromptTokensDetails":[{"modality":"TEXT","tokenCount":7}],
                "candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":20}]}}"#,
    );
    let expected = usage(&[
        (Unit::InputTokens, 107),
        (Unit::OutputTokens, 50),
        (Unit::CacheReadTokens, 40),
        (Unit::OutputReasoningTokens, 30),
        (Unit::InputToolTokens, 7),
        (Unit::InputTextTokens, 67),
        (Unit::InputTextToolTokens, 7),
        (Unit::InputImageTokens, 40),
        (Unit::OutputAudioTokens, 20),
    ]);
    assert_eq!(reading.usage, expected);
    assert_eq!(reading.finish_reasons, ["STOP", "MAX_TOKENS"]);
    assert_eq!(reading.service_tier.as_deref(), Some("flex"));
}

#[test]
fn a_blocked_gemini_prompt_has_zero_output_by_its_total() {
    let blocked =
        r#"{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9}}"#;
    let reading = body(Api::GeminiContent, blocked);
    assert_eq!(reading.usage, usage(&[(Unit::InputTokens, 9), (Unit::OutputTokens, 0)]));
    assert_eq!(reading.finish_reasons, ["SAFETY"]);
    let unsaid = body(Api::GeminiContent, r#"{"usageMetadata":{"promptTokenCount":9}}"#);
    assert_eq!(unsaid.usage.get(Unit::OutputTokens), None);
}

#[test]
fn a_gemini_stream_may_be_one_list() {
    let stream = r#"[{"candidates":[{"content":{}}],"usageMetadata":{"promptTokenCount":9,"totalTokenCount":9},"modelVersion":"g"},
        {"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":3,"totalTokenCount":12}}]"#;
    let mut reader = ResponseReader::new(Api::GeminiContent);
    for part in stream.as_bytes().chunks(11) {
        reader.push(part);
    }
    assert_eq!(
        reader.finish().usage,
        usage(&[(Unit::InputTokens, 9), (Unit::OutputTokens, 3)])
    );
}

#[test]
fn gemini_interactions_add_tools_and_thoughts() {
    let reading = body(
        Api::GeminiInteractions,
        r#"{"id":"v1","model":"gemini-3-pro","object":"interaction","status":"completed","service_tier":"standard","usage":{
            "total_input_tokens":50,"total_tool_use_tokens":5,"total_output_tokens":3,"total_thought_tokens":56,"total_cached_tokens":8}}"#,
    );
    let expected = usage(&[
        (Unit::InputTokens, 55),
        (Unit::InputToolTokens, 5),
        (Unit::OutputTokens, 59),
        (Unit::OutputReasoningTokens, 56),
        (Unit::CacheReadTokens, 8),
    ]);
    assert_eq!(reading.usage, expected);
    assert_eq!(reading.finish_reasons, ["completed"]);
}

#[test]
fn converse_cached_tokens_are_added_to_the_input() {
    let reading = body(
        Api::BedrockConverse,
        r#"{"stopReason":"end_turn","serviceTier":{"type":"flex"},"trace":{"promptRouter":{"invokedModelId":"arn:router/m"}},
            "usage":{"inputTokens":10,"outputTokens":7,"cacheReadInputTokens":60,"cacheWriteInputTokens":30,"totalTokens":107,
                "cacheReadInputTokenCount":60,"cacheWriteInputTokenCount":30,
                "cacheDetails":[{"ttl":"5m","inputTokens":10},{"ttl":"1h","inputTokens":20}]}}"#,
    );
    let expected = usage(&[
        (Unit::InputTokens, 100),
        (Unit::CacheReadTokens, 60),
        (Unit::CacheWriteTokens, 30),
        (Unit::CacheWrite5mTokens, 10),
        (Unit::CacheWrite1hTokens, 20),
        (Unit::OutputTokens, 7),
    ]);
    assert_eq!(reading.usage, expected);
    assert_eq!(reading.service_tier.as_deref(), Some("flex"));
    assert_eq!(reading.model.as_deref(), Some("arn:router/m"));
}

#[test]
fn a_converse_stream_ends_with_metadata_or_an_exception() {
    let events = [
        message(
            &[(":event-type", "messageStart"), (":message-type", "event")],
            r#"{"role":"assistant"}"#,
        ),
        message(&[(":event-type", "contentBlockDelta")], r#"{"delta":{"text":"Hi"}}"#),
        message(&[(":event-type", "messageStop")], r#"{"stopReason":"end_turn"}"#),
    ]
    .concat();
    let metadata = message(
        &[(":event-type", "metadata")],
        r#"{"usage":{"inputTokens":9,"outputTokens":2},"metrics":{"latencyMs":5}}"#,
    );
    let exception = message(
        &[
            (":exception-type", "throttlingException"),
            (":message-type", "exception"),
        ],
        r#"{"message":"Too many"}"#,
    );
    for step in [1, 13, 4096] {
        let read = |end: &[u8]| {
            let mut reader = ResponseReader::new(Api::BedrockConverse);
            for part in [events.as_slice(), end].concat().chunks(step) {
                reader.push(part);
            }
            reader.finish()
        };
        let whole = read(&metadata);
        assert_eq!(whole.usage, usage(&[(Unit::InputTokens, 9), (Unit::OutputTokens, 2)]));
        assert_eq!(
            (whole.finish_reasons.as_slice(), whole.skipped_events),
            (&["end_turn".to_owned()][..], 0)
        );
        let error = read(&exception).error.unwrap();
        assert_eq!(
            (error.kind.as_str(), error.message.as_str()),
            ("throttlingException", "Too many")
        );
    }
}

#[test]
fn an_invoked_model_answers_in_its_vendors_format() {
    let cases = [
        (
            r#"{"type":"message","model":"claude","stop_reason":"end_turn","usage":{"input_tokens":4,"cache_read_input_tokens":5,"output_tokens":2}}"#,
            "end_turn",
        ),
        (
            r#"{"stopReason":"end_turn","usage":{"inputTokens":4,"cacheReadInputTokenCount":5,"outputTokens":2}}"#,
            "end_turn",
        ),
        (
            r#"{"generation":"Hi","prompt_token_count":9,"generation_token_count":2,"stop_reason":"stop"}"#,
            "stop",
        ),
        (
            r#"{"inputTextTokenCount":9,"results":[{"tokenCount":2,"completionReason":"FINISH"}]}"#,
            "FINISH",
        ),
        (
            r#"{"choices":[{"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11}}"#,
            "stop",
        ),
    ];
    for (json, reason) in cases {
        let reading = body(Api::BedrockInvoke, json);
        let used = (
            reading.usage.get(Unit::InputTokens),
            reading.usage.get(Unit::OutputTokens),
        );
        assert_eq!(used, (Some(9), Some(2)), "{json}");
        assert_eq!(reading.finish_reasons, [reason], "{json}");
    }
}

#[test]
fn an_invoked_stream_is_unwrapped_and_counted_by_bedrock() {
    // {"generation":"Hi"}, and {"amazon-bedrock-invocationMetrics":{"inputTokenCount":9,"outputTokenCount":2}}
    let chunks = [
        "eyJnZW5lcmF0aW9uIjoiSGkifQ==",
        "eyJhbWF6b24tYmVkcm9jay1pbnZvY2F0aW9uTWV0cmljcyI6eyJpbnB1dFRva2VuQ291bnQiOjksIm91dHB1dFRva2VuQ291bnQiOjJ9fQ==",
    ];
    let stream: Vec<u8> = chunks
        .iter()
        .flat_map(|bytes| message(&[(":event-type", "chunk")], &format!("{{\"bytes\":\"{bytes}\"}}")))
        .collect();
    let mut reader = ResponseReader::new(Api::BedrockInvoke);
    reader.push(&stream);
    assert_eq!(
        reader.finish().usage,
        usage(&[(Unit::InputTokens, 9), (Unit::OutputTokens, 2)])
    );
}

#[test]
fn cohere_billed_units_are_counted() {
    let second = r#"{"id":"c1","finish_reason":"COMPLETE","usage":{"billed_units":{"input_tokens":27,"output_tokens":68},
        "cached_tokens":480,"tokens":{"input_tokens":556,"output_tokens":71}}}"#;
    let billed = usage(&[(Unit::InputTokens, 27), (Unit::OutputTokens, 68)]);
    assert_eq!(body(Api::Cohere, second).usage, billed);
    let first = r#"{"generation_id":"g1","response_id":"r1","finish_reason":"COMPLETE",
        "meta":{"billed_units":{"input_tokens":27,"output_tokens":68}}}"#;
    assert_eq!(body(Api::Cohere, first).usage, billed);
    let unbilled = r#"{"usage":{"tokens":{"input_tokens":556,"output_tokens":71},"cached_tokens":480}}"#;
    assert_eq!(body(Api::Cohere, unbilled).usage.get(Unit::CacheReadTokens), Some(480));
}

#[test]
fn xai_reasoning_is_excluded_in_chat_and_included_in_responses() {
    let chat = r#"{"usage":{"prompt_tokens":32,"completion_tokens":9,"total_tokens":135,"completion_tokens_details":{"reasoning_tokens":94}}}"#;
    assert_eq!(body(Api::XaiChat, chat).usage.get(Unit::OutputTokens), Some(103));
    let within = chat.replace("135", "41").replace("94", "4");
    assert_eq!(
        body(Api::XaiChat, &within).usage.get(Unit::OutputTokens),
        Some(9),
        "excluded by the total"
    );
    let responses = r#"{"usage":{"input_tokens":160,"output_tokens":249,"output_tokens_details":{"reasoning_tokens":186},
        "cost_in_usd_ticks":6881000,"server_side_tool_usage_details":{"web_search_calls":2,"x_search_calls":1}}}"#;
    let reading = body(Api::OpenAiResponses, responses);
    assert_eq!(reading.usage.get(Unit::OutputTokens), Some(249));
    assert_eq!(reading.reported_cost.as_deref(), Some("0.0006881000"));
    assert_eq!(reading.usage.get(Unit::SocialSearches), Some(1));
}

#[test]
fn reasoning_of_compatible_servers_is_placed_by_the_total() {
    let beside = r#"{"usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":22,"completion_tokens_details":{"reasoning_tokens":7}}}"#;
    assert_eq!(body(Api::OpenAiChat, beside).usage.get(Unit::OutputTokens), Some(12));
    let within = beside.replace("22", "15").replace(":7", ":3");
    assert_eq!(body(Api::OpenAiChat, &within).usage.get(Unit::OutputTokens), Some(5));
    let wrong = body(Api::OpenAiChat, &beside.replace("22", "15"));
    assert_eq!(
        wrong.usage,
        usage(&[(Unit::InputTokens, 10), (Unit::OutputTokens, 5)]),
        "a wrong estimate"
    );
}

#[test]
fn perplexity_citations_searches_and_cost_are_read() {
    let reading = body(
        Api::PerplexityChat,
        r#"{"model":"sonar-deep-research","usage":{"prompt_tokens":33,"completion_tokens":7163,"total_tokens":7196,
            "citation_tokens":20016,"num_search_queries":18,"reasoning_tokens":73997,"cost":{"total_cost":0.5}}}"#,
    );
    let expected = usage(&[
        (Unit::InputTokens, 33),
        (Unit::OutputTokens, 7163 + 20016 + 73997),
        (Unit::OutputReasoningTokens, 73997),
        (Unit::OutputCitationTokens, 20016),
        (Unit::WebSearches, 18),
    ]);
    assert_eq!(reading.usage, expected);
    assert_eq!(reading.reported_cost.as_deref(), Some("0.5"));
}

#[test]
fn cached_tokens_of_deepseek_moonshot_and_databricks_are_read() {
    for cached in [
        r#""prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36"#,
        r#""cached_tokens":64"#,
        r#""cache_read_input_tokens":64"#,
        r#""prompt_tokens_details":{"cached_tokens":64}"#,
    ] {
        let reading = body(
            Api::OpenAiChat,
            &format!(r#"{{"usage":{{"prompt_tokens":100,"completion_tokens":5,{cached}}}}}"#),
        );
        assert_eq!(reading.usage.get(Unit::CacheReadTokens), Some(64), "{cached}");
        assert_eq!(reading.usage.get(Unit::InputTokens), Some(100), "{cached}");
    }
}

#[test]
fn upstream_costs_of_the_users_own_key_are_read() {
    let reading = body(
        Api::OpenAiChat,
        r#"{"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.01,"is_byok":true,"cost_details":{"upstream_inference_cost":0.2}}}"#,
    );
    assert_eq!(
        (reading.reported_cost.as_deref(), reading.upstream_cost.as_deref()),
        (Some("0.01"), Some("0.2"))
    );
    let own = body(
        Api::OpenAiChat,
        r#"{"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.2,"is_byok":false,"cost_details":{"upstream_inference_cost":0.2}}}"#,
    );
    assert_eq!(own.upstream_cost, None);
}

#[test]
fn ollama_counts_are_in_the_last_line() {
    let lines = "{\"model\":\"qwen3:4b\",\"message\":{\"content\":\"Hi\"},\"done\":false}\n\
        {\"model\":\"qwen3:4b\",\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":18,\"eval_count\":64}\n";
    for step in [1, 50, 400] {
        let mut reader = ResponseReader::new(Api::Ollama);
        let pieces: u32 = lines.as_bytes().chunks(step).map(|part| reader.push(part)).sum();
        let reading = reader.finish();
        assert_eq!(pieces, 2);
        assert_eq!(
            reading.usage,
            usage(&[(Unit::InputTokens, 18), (Unit::OutputTokens, 64)])
        );
        assert_eq!(reading.finish_reasons, ["stop"]);
    }
}

#[test]
fn llama_cpp_counts_are_in_the_last_event() {
    let going = r#"data: {"content":"Hi","stop":false,"tokens_predicted":1,"tokens_evaluated":9}"#;
    let over = r#"data: {"content":"","stop":true,"model":"qwen.gguf","stop_type":"eos","tokens_predicted":5,"tokens_evaluated":9,"timings":{"cache_n":4}}"#;
    let mut reader = ResponseReader::new(Api::LlamaCpp);
    reader.push(format!("{going}\n\n{over}\n\n").as_bytes());
    let expected = usage(&[
        (Unit::InputTokens, 9),
        (Unit::OutputTokens, 5),
        (Unit::CacheReadTokens, 4),
    ]);
    assert_eq!(reader.finish().usage, expected);
    let mut cut_off = ResponseReader::new(Api::LlamaCpp);
    cut_off.push(format!("{going}\n\n").as_bytes());
    assert!(cut_off.finish().usage.is_empty());
}

#[test]
fn transcriptions_count_tokens_or_seconds_and_images_their_modalities() {
    let tokens = r#"{"text":"Hi","usage":{"type":"tokens","input_tokens":54,"output_tokens":16,"input_token_details":{"audio_tokens":50,"text_tokens":4}}}"#;
    let expected = usage(&[
        (Unit::InputTokens, 54),
        (Unit::OutputTokens, 16),
        (Unit::InputTextTokens, 4),
        (Unit::InputAudioTokens, 50),
    ]);
    assert_eq!(body(Api::OpenAiTranscriptions, tokens).usage, expected);
    let seconds = r#"{"text":"Hi","usage":{"type":"duration","seconds":26.2}}"#;
    assert_eq!(
        body(Api::OpenAiTranscriptions, seconds).usage,
        usage(&[(Unit::AudioSeconds, 27)])
    );
    let image = r#"{"data":[{"b64_json":"aGVsbG8="}],"usage":{"input_tokens":14,"output_tokens":272,
        "input_tokens_details":{"image_tokens":4,"text_tokens":10},"output_tokens_details":{"image_tokens":272,"text_tokens":0}}}"#;
    let expected = usage(&[
        (Unit::InputTokens, 14),
        (Unit::OutputTokens, 272),
        (Unit::InputTextTokens, 10),
        (Unit::InputImageTokens, 4),
        (Unit::OutputTextTokens, 0),
        (Unit::OutputImageTokens, 272),
    ]);
    assert_eq!(body(Api::OpenAiImages, image).usage, expected);
}

#[test]
fn voyage_totals_are_input_and_an_invalid_index_keeps_the_reason() {
    let voyage = body(
        Api::OpenAiEmbeddings,
        r#"{"object":"list","model":"voyage-3.5","usage":{"total_tokens":10}}"#,
    );
    assert_eq!(voyage.usage, usage(&[(Unit::InputTokens, 10)]));
    let chat = body(Api::OpenAiChat, r#"{"model":"m","usage":{"total_tokens":10}}"#);
    assert!(chat.usage.is_empty(), "the input part of the total is unknown");
    let odd = body(
        Api::OpenAiChat,
        r#"{"choices":[{"index":null,"finish_reason":"stop"}]}"#,
    );
    assert_eq!(odd.finish_reasons, ["stop"]);
    let xai = r#"{"usage":{"prompt_tokens":1,"completion_tokens":1,"cost_in_usd_ticks":37756000}}"#;
    assert_eq!(body(Api::XaiChat, xai).reported_cost.as_deref(), Some("0.0037756000"));
}

#[test]
fn an_empty_first_event_of_azure_sets_no_names() {
    let mut reader = ResponseReader::new(Api::OpenAiChat);
    reader.push(b"data: {\"choices\":[],\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[]}\n\n");
    reader.push(b"data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}],\"id\":\"c1\",\"model\":\"gpt-4o-2024-08-06\"}\n\n");
    let reading = reader.finish();
    assert_eq!(reading.model.as_deref(), Some("gpt-4o-2024-08-06"));
    assert_eq!(reading.response_id.as_deref(), Some("c1"));
}

#[test]
fn html_and_streams_are_detected_without_headers() {
    assert!(read_body(Api::OpenAiChat, b"<html></html>").is_err());
    assert!(read_body(Api::OpenAiChat, b"").is_err());
    assert!(read_body(Api::OpenAiChat, b"{\"usage\":{\"prompt_tokens\":1").is_err());
    let stream = read_body(
        Api::OpenAiChat,
        b"\xEF\xBB\xBF\n: hello\n\ndata: {\"usage\":{\"prompt_tokens\":1}}\n\n",
    )
    .unwrap();
    assert_eq!(stream.usage.get(Unit::InputTokens), Some(1));
}
