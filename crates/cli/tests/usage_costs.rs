//! Costs of `tracing-genai usage`: each fee or condition, with a similar response without it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, its helpers too"
)]

mod command;

use command::{run, stderr};
use serde_json::{Value, json};

/// The attributes of a response of 2026-11-20.
fn attributes(arguments: &[&str], response: &str) -> Value {
    let arguments = [&["usage", "--at", "2026-11-20", "--provider"], arguments, &["-"]].concat();
    let output = run(&arguments, response);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Asserts the status, the amount (or `null`) and the reasons of the cost.
#[track_caller]
fn costs(arguments: &[&str], response: &str, status: &str, amount: impl Into<Value>, reasons: &[&str]) {
    let attributes = attributes(arguments, response);
    let cost = [
        attributes["tracing_genai.cost.status"].clone(),
        attributes["gen_ai.usage.cost"].clone(),
        attributes
            .get("tracing_genai.cost.reasons")
            .cloned()
            .unwrap_or_else(|| json!([])),
    ];
    assert_eq!(cost, [json!(status), amount.into(), json!(reasons)], "{attributes:#}");
}

fn chat(model: &str, usage: &str) -> String {
    format!(r#"{{"object":"chat.completion","model":"{model}","choices":[],"usage":{{{usage}}}}}"#)
}

#[test]
fn audio_without_a_price_is_estimated_as_text() {
    let audio = r#""prompt_tokens":1000,"completion_tokens":500,"prompt_tokens_details":{"audio_tokens":900},"completion_tokens_details":{"audio_tokens":400}"#;
    // 100 at 2.50, 900 at 40, 100 at 10 and 400 at 80 USD a million.
    costs(
        &["openai"],
        &chat("gpt-4o-audio-preview-2024-12-17", audio),
        "priced",
        0.069_25,
        &[],
    );
    // 1,000 at 2.50 and 500 at 10: audio that this model has no price for.
    costs(
        &["openai"],
        &chat("gpt-4o", audio),
        "estimated",
        0.0075,
        &["audio_charged_as_text"],
    );
    let silent = audio.replace("900", "0").replace("400", "0");
    costs(&["openai"], &chat("gpt-4o", &silent), "priced", 0.0075, &[]);
}

#[test]
fn cached_tokens_without_a_price_are_charged_as_input() {
    let cached = r#""prompt_tokens":1000,"completion_tokens":100,"prompt_tokens_details":{"cached_tokens":800}"#;
    // 1,000 at 0.59 and 100 at 0.79 USD a million.
    costs(
        &["groq"],
        &chat("llama-3.3-70b-versatile", cached),
        "estimated",
        0.000_669,
        &["cache_charged_as_input"],
    );
    let none = cached.replace("800", "0");
    costs(
        &["groq"],
        &chat("llama-3.3-70b-versatile", &none),
        "priced",
        0.000_669,
        &[],
    );
    // 200 at 2.50, 800 at 1.25, 100 at 10.
    costs(&["openai"], &chat("gpt-4o", cached), "priced", 0.0025, &[]);
}

#[test]
fn residency_in_the_us_costs_a_tenth_more_from_opus_4_6_on() {
    let message = |model: &str, geo: &str| {
        format!(
            r#"{{"type":"message","model":"{model}","usage":{{"input_tokens":1000000,"output_tokens":0,"inference_geo":"{geo}"}}}}"#
        )
    };
    costs(&["anthropic"], &message("claude-opus-4-6", "us"), "priced", 5.5, &[]);
    costs(&["anthropic"], &message("claude-opus-4-8", "us"), "priced", 5.5, &[]);
    costs(
        &["anthropic"],
        &message("claude-opus-4-6", "global"),
        "priced",
        5.0,
        &[],
    );
    costs(&["anthropic"], &message("claude-opus-4-5", "us"), "priced", 5.0, &[]);
    costs(
        &["anthropic"],
        &message("claude-opus-4-5", "not_available"),
        "priced",
        5.0,
        &[],
    );
    costs(
        &["anthropic"],
        &message("claude-opus-4-6", "moon"),
        "estimated",
        5.0,
        &["unknown_variant"],
    );
}

#[test]
fn tools_of_the_responses_api_are_charged_by_its_output() {
    let response = |items: &[&str]| {
        format!(
            r#"{{"object":"response","status":"completed","model":"gpt-5.4","output":[{}],"usage":{{"input_tokens":5000,"output_tokens":200}}}}"#,
            items.join(",")
        )
    };
    let search = r#"{"type":"web_search_call","status":"completed","action":{"type":"search"}}"#;
    let page = r#"{"type":"web_search_call","status":"completed","action":{"type":"open_page"}}"#;
    let file = r#"{"type":"file_search_call","status":"completed"}"#;
    let code = r#"{"type":"code_interpreter_call","status":"completed","container_id":"c"}"#;
    // 5,000 at 2.50 and 200 at 15 USD a million; searches at 10 and 2.50 a thousand.
    costs(&["openai"], &response(&[]), "priced", 0.0155, &[]);
    costs(&["openai"], &response(&[page]), "priced", 0.0155, &[]);
    costs(&["openai"], &response(&[search, page]), "priced", 0.0255, &[]);
    costs(&["openai"], &response(&[file]), "priced", 0.018, &[]);
    costs(
        &["openai"],
        &response(&[search, file, code]),
        "estimated",
        0.028,
        &["unit_without_price"],
    );
    costs(
        &["openai"],
        &response(&[r#"{"type":"shell_call"}"#]),
        "estimated",
        0.0155,
        &["unread_usage"],
    );
}

#[test]
fn geminis_searches_are_charged_by_prompt_or_by_query() {
    let grounded = |model: &str, queries: &str| {
        format!(
            r#"{{"modelVersion":"{model}","candidates":[{{"finishReason":"STOP","groundingMetadata":{{"webSearchQueries":[{queries}]}}}}],
                "usageMetadata":{{"promptTokenCount":1000,"candidatesTokenCount":50,"totalTokenCount":1050}}}}"#
        )
    };
    // 1,000 at 0.30 and 50 at 2.50 USD a million, a prompt at 35 a thousand.
    costs(
        &["gcp.gemini"],
        &grounded("gemini-2.5-flash", r#""a","b""#),
        "estimated",
        0.035_425,
        &["free_allowance"],
    );
    costs(
        &["gcp.gemini"],
        &grounded("gemini-2.5-flash", ""),
        "priced",
        0.000_425,
        &[],
    );
    costs(
        &["gcp.gemini"],
        &grounded("gemini-2.5-flash", r#""""#),
        "priced",
        0.000_425,
        &[],
    );
    // 1,000 at 2 and 50 at 12 USD a million, two queries at 14 a thousand.
    costs(
        &["gcp.gemini"],
        &grounded("gemini-3-pro-preview", r#""a","b""#),
        "estimated",
        0.0306,
        &["free_allowance"],
    );
}

#[test]
fn vertexs_traffic_type_changes_the_price() {
    let body = |traffic: &str| {
        format!(
            r#"{{"modelVersion":"gemini-2.5-flash","usageMetadata":{{"promptTokenCount":1000,"candidatesTokenCount":50,"totalTokenCount":1050,
                "trafficType":"{traffic}"}}}}"#
        )
    };
    let costs_for = |traffic, status, amount: Value, reasons: &[&str]| {
        costs(&["gcp.vertex_ai"], &body(traffic), status, amount, reasons);
    };
    costs_for("ON_DEMAND", "priced", json!(0.000_425), &[]);
    costs_for(
        "PROVISIONED_THROUGHPUT",
        "unpriced",
        Value::Null,
        &["provisioned_throughput"],
    );
    costs_for("ON_DEMAND_FLEX", "estimated", json!(0.000_425), &["unknown_variant"]);
    costs_for(
        "ON_DEMAND_PRIORITY",
        "estimated",
        json!(0.000_425),
        &["unknown_variant"],
    );
}

#[test]
fn searches_without_a_price_are_estimated_and_those_of_a_search_model_are_charged() {
    let sources = |count: u64| {
        chat(
            "grok-3",
            &format!(r#""prompt_tokens":1000,"completion_tokens":100,"num_sources_used":{count}"#),
        )
    };
    // 1,000 at 3 and 100 at 15 USD a million.
    costs(&["x_ai"], &sources(7), "estimated", 0.0045, &["unit_without_price"]);
    costs(&["x_ai"], &sources(0), "priced", 0.0045, &[]);
    let usage = r#""prompt_tokens":100,"completion_tokens":200"#;
    // 100 at 2.50 and 200 at 10 USD a million, and 0.025 a call.
    costs(
        &["openai"],
        &chat("gpt-4o-search-preview", usage),
        "priced",
        0.027_25,
        &[],
    );
    costs(&["openai"], &chat("gpt-4o", usage), "priced", 0.002_25, &[]);
}

#[test]
fn a_proxy_of_openais_api_is_priced_as_the_vendor_of_the_model() {
    let usage = r#""prompt_tokens":100000,"completion_tokens":500,"cache_creation_input_tokens":30000,"cache_read_input_tokens":60000,
        "prompt_tokens_details":{"cached_tokens":60000}"#;
    let claude = chat("claude-sonnet-4-5-20250929", usage);
    // 10,000 at 3, 30,000 at 3.75 as those of the shortest lifetime, 60,000 at 0.30, 500 at 15 USD a million.
    let reasons = ["cache_ttl_assumed", "provider_from_model"];
    costs(&["openai"], &claude, "estimated", 0.168, &reasons);
    costs(&["litellm"], &claude, "estimated", 0.168, &reasons);
    costs(&["anthropic"], &claude, "estimated", 0.168, &reasons[..1]);
    let lifetime = usage.replace(
        r#""prompt_tokens_details":{"#,
        r#""cache_creation":{"ephemeral_5m_input_tokens":30000},"prompt_tokens_details":{"#,
    );
    let claude = chat("claude-sonnet-4-5-20250929", &lifetime);
    costs(&["anthropic"], &claude, "priced", 0.168, &[]);
    // Open weights without a vendor price, and an unknown name.
    for unknown in ["llama-3.3-70b-versatile", "our-claude"] {
        costs(
            &["openai"],
            &chat(unknown, usage),
            "unpriced",
            Value::Null,
            &["unknown_model"],
        );
    }
}

#[test]
fn other_units_than_tokens_are_charged() {
    let rerank =
        r#"{"id":"q","results":[{"index":0,"relevance_score":0.9}],"meta":{"billed_units":{"search_units":3}}}"#;
    // 2 USD a thousand.
    costs(&["cohere", "--model", "rerank-v3.5"], rerank, "priced", 0.006, &[]);
    costs(&["cohere"], rerank, "unpriced", Value::Null, &["unknown_model"]);
    let ocr = |usage: &str| format!(r#"{{"pages":[],"model":"mistral-ocr-latest","usage_info":{{{usage}}}}}"#);
    // 4 USD a thousand plain pages, 5 annotated ones.
    costs(&["mistral_ai"], &ocr(r#""pages_processed":12"#), "priced", 0.048, &[]);
    costs(
        &["mistral_ai"],
        &ocr(r#""pages_processed":12,"pages_processed_annotation":8"#),
        "priced",
        0.056,
        &[],
    );
    let speech = r#"{"data":{"audio":"00"},"extra_info":{"usage_characters":78,"audio_length":9900},"base_resp":{"status_code":0}}"#;
    // 100 USD a million characters.
    costs(&["minimax", "--model", "speech-02-hd"], speech, "priced", 0.0078, &[]);
    let voice = r#"{"type":"speech.audio.done","usage":{"input_tokens":1000,"output_tokens":100,"total_tokens":1100}}"#;
    // 1,000 at 0.60 and 100 of audio at 12 USD a million, the price of all output of this model.
    costs(
        &["openai", "--model", "gpt-4o-mini-tts"],
        &format!("data: {voice}\n\n"),
        "priced",
        0.0018,
        &[],
    );
}

#[test]
fn seconds_of_audio_are_charged_beside_its_tokens() {
    let voxtral = chat(
        "voxtral-small-latest",
        r#""prompt_audio_seconds":60,"prompt_tokens":850,"completion_tokens":100,"total_tokens":950"#,
    );
    // 60 seconds at 0.24 USD an hour, 850 at 0.10 and 100 at 0.40 a million.
    costs(&["mistral_ai"], &voxtral, "priced", 0.004_125, &[]);
}

#[test]
fn claude_on_vertex_costs_more_outside_the_global_host() {
    let message =
        r#"{"type":"message","model":"claude-sonnet-4-5@20250929","usage":{"input_tokens":1000,"output_tokens":0}}"#;
    let at = |host, status, amount: f64, reasons: &[&str]| {
        costs(
            &["gcp.vertex_ai", "--server-address", host],
            message,
            status,
            amount,
            reasons,
        );
    };
    at("us-east5-aiplatform.googleapis.com", "priced", 0.0033, &[]);
    at("aiplatform.googleapis.com", "priced", 0.003, &[]);
    at("proxy.example", "estimated", 0.003, &["region_assumed"]);
    costs(&["gcp.vertex_ai"], message, "estimated", 0.003, &["region_assumed"]);
    let older = message.replace("sonnet-4-5@20250929", "opus-4-1@20250805");
    costs(
        &[
            "gcp.vertex_ai",
            "--server-address",
            "us-east5-aiplatform.googleapis.com",
        ],
        &older,
        "priced",
        0.015,
        &[],
    );
}

#[test]
fn a_reported_cost_overrides_unread_usage() {
    let usage = r#""prompt_tokens":1500,"completion_tokens":200,"warp_tokens":9"#;
    let model = "deepseek-ai/DeepSeek-V3.1";
    costs(
        &["deepinfra"],
        &chat(model, &format!(r#"{usage},"estimated_cost":0.000605"#)),
        "reported",
        0.000_605,
        &[],
    );
    let attributes = attributes(&["openai"], &chat("gpt-4o", usage));
    assert_eq!(attributes["tracing_genai.usage.unread"], json!(["warp_tokens"]));
    costs(
        &["openai"],
        &chat("gpt-4o", usage),
        "estimated",
        0.005_75,
        &["unread_usage"],
    );
}

#[test]
fn a_streams_api_is_detected_by_event_name() {
    let instructions = "The usage of words. ".repeat(6_000);
    let created = format!(
        r#"{{"response":{{"instructions":"{instructions}","id":"r","status":"in_progress"}},"type":"response.created"}}"#
    );
    let done = r#"{"response":{"id":"r","status":"completed","model":"gpt-5.4","output":[],"usage":{"input_tokens":5000,"output_tokens":200}},"type":"response.completed"}"#;
    let stream = format!("event: response.created\ndata: {created}\n\nevent: response.completed\ndata: {done}\n\n");
    assert!(created.len() > 100_000);
    costs(&["openai"], &stream, "priced", 0.0155, &[]);
    costs(&["openai"], &stream.replace('\n', "\r\n"), "priced", 0.0155, &[]);
    let commented = format!(": OPENROUTER PROCESSING\n\n: OPENROUTER PROCESSING\n\n{stream}");
    costs(&["openai"], &commented, "priced", 0.0155, &[]);
}

#[test]
fn error_bodies_with_status_200_are_errors() {
    let minimax = r#"{"id":"m","choices":null,"model":"MiniMax-M2","usage":null,"base_resp":{"status_code":1008,"status_msg":"low"}}"#;
    assert_eq!(attributes(&["minimax"], minimax)["error.type"], "1008");
    let fine = minimax.replace("1008", "0");
    assert_eq!(attributes(&["minimax"], &fine).get("error.type"), None);
}
