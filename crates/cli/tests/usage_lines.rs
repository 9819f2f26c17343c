//! `tracing-genai usage` for files with several calls, with their sums: batch output, events of a realtime session.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic, its helpers too"
)]

mod command;

use std::process::Output;

use command::{run, stderr};
use serde_json::{Value, json};

fn usage(arguments: &[&str], response: &str) -> Output {
    run(
        &[&["usage", "--at", "2026-11-20"], arguments, &["-"]].concat(),
        response,
    )
}

/// The JSON objects of the output.
fn objects(arguments: &[&str], response: &str) -> Vec<Value> {
    let output = usage(arguments, response);
    assert!(output.status.success(), "{}", stderr(&output));
    let objects = serde_json::Deserializer::from_slice(&output.stdout).into_iter();
    objects.map(Result::unwrap).collect()
}

fn cost(object: &Value) -> (&str, &Value) {
    (
        object["tracing_genai.cost.status"].as_str().unwrap(),
        &object["gen_ai.usage.cost"],
    )
}

/// The status and the exact amount of the sums.
fn sum(object: &Value) -> (&str, &str) {
    let status = object["tracing_genai.cost.status"].as_str().unwrap();
    (status, object["cost_usd"].as_str().unwrap())
}

/// A line of OpenAI's batch output with `input` input tokens and 100 output tokens.
fn openai(id: &str, model: &str, input: u64) -> String {
    format!(
        r#"{{"id":"batch_{id}","custom_id":"{id}","response":{{"status_code":200,"request_id":"{id}","body":{{"id":"c_{id}",
            "object":"chat.completion","model":"{model}","choices":[{{"index":0,"finish_reason":"stop"}}],
            "usage":{{"prompt_tokens":{input},"completion_tokens":100,"total_tokens":{}}}}}}},"error":null}}"#,
        input + 100
    )
    .replace('\n', " ")
}

const EXPIRED: &str =
    r#"{"id":"b","custom_id":"late","response":null,"error":{"code":"batch_expired","message":"late"}}"#;

#[test]
fn one_line_of_a_batch_is_one_call_at_the_batch_price() {
    let objects = objects(&["--provider", "openai"], &openai("a", "gpt-4.1-2025-04-14", 1_000));
    assert_eq!(objects.len(), 1);
    // 1,000 at 1 and 100 at 4 USD a million: half of 2 and 8.
    assert_eq!(cost(&objects[0]), ("priced", &json!(0.0014)));
    assert_eq!(objects[0]["gen_ai.usage.input_tokens"], 1_000);
    assert_eq!(objects[0].get("calls"), None);
}

#[test]
fn several_lines_are_one_object_each_and_their_sums() {
    let lines = [
        openai("a", "gpt-4.1-2025-04-14", 1_000),
        EXPIRED.to_owned(),
        String::new(),
        openai("b", "gpt-4.1-2025-04-14", 3_000),
        openai("c", "a-model-of-ours", 70),
    ];
    let objects = objects(&["--provider", "openai"], &lines.join("\n"));
    assert_eq!(objects.len(), 5, "four calls and the sums");
    assert_eq!(objects[1]["error.type"], "batch_expired");
    assert_eq!(cost(&objects[3]), ("unpriced", &Value::Null));
    let expected = json!({
        "calls": 4,
        "failed_calls": 1,
        "unpriced_calls": 1,
        "gen_ai.usage.input_tokens": 4_070,
        "gen_ai.usage.output_tokens": 300,
        // 0.0014, and 3,000 at 1 with 100 at 4 USD a million.
        "cost_usd": "0.0048",
        "tracing_genai.cost.status": "estimated",
    });
    assert_eq!(objects[4], expected);
}

#[test]
fn the_sum_is_priced_if_every_call_is() {
    let lines = [
        openai("a", "gpt-4.1", 1_000),
        EXPIRED.to_owned(),
        openai("b", "gpt-4.1", 1_000),
    ];
    let objects = objects(&["--provider", "openai"], &lines.join("\r\n"));
    assert_eq!(sum(objects.last().unwrap()), ("priced", "0.0028"));
    assert_eq!(objects.last().unwrap()["failed_calls"], 1);
}

#[test]
fn batches_of_anthropic_gemini_and_bedrock_are_priced() {
    let message = r#"{"type":"message","model":"claude-sonnet-4-6","content":[],"stop_reason":"end_turn",
        "usage":{"input_tokens":1000,"output_tokens":100}}"#
        .replace('\n', " ");
    let gemini = r#"{"modelVersion":"gemini-2.5-flash","usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":100,"totalTokenCount":1100}}"#;
    for (provider, line, total) in [
        // 1.5 and 7.5 USD a million.
        (
            "anthropic",
            format!(r#"{{"custom_id":"a","result":{{"type":"succeeded","message":{message}}}}}"#),
            0.002_25,
        ),
        // 0.15 and 1.25 USD a million.
        ("gcp.gemini", format!(r#"{{"key":"a","response":{gemini}}}"#), 0.000_275),
        ("gcp.gemini", format!(r#"{{"response":{gemini},"key":"a"}}"#), 0.000_275),
        (
            "gcp.vertex_ai",
            format!(
                r#"{{"status":"","processed_time":"2026-11-01T10:00:00Z","request":{{"contents":[]}},"response":{gemini}}}"#
            ),
            0.000_275,
        ),
    ] {
        let objects = objects(&["--provider", provider], &line);
        assert_eq!(objects.len(), 1, "{line}");
        assert_eq!(cost(&objects[0]), ("priced", &json!(total)), "{line}");
    }
    // The mark at the end of a long line.
    let long = format!(
        r#"{{"modelInput":{{"messages":[{{"content":"{}"}}]}},"modelOutput":{message},"recordId":"CALL1"}}"#,
        "x".repeat(9_000)
    );
    let objects = objects(
        &[
            "--provider",
            "aws.bedrock",
            "--model",
            "anthropic.claude-sonnet-4-6-v1:0",
        ],
        &long,
    );
    // 3.30 and 16.50 USD a million: its batch price on Bedrock is unknown.
    assert_eq!(cost(&objects[0]), ("estimated", &json!(0.004_95)));
    assert_eq!(objects[0]["tracing_genai.cost.reasons"], json!(["unknown_variant"]));
}

#[test]
fn unreadable_lines_are_reported_and_excluded_from_the_sums() {
    let lines = [
        openai("a", "gpt-4.1", 1_000),
        "{\"custom_id\":".to_owned(),
        openai("b", "gpt-4.1", 1_000),
    ];
    let output = usage(&["--provider", "openai"], &lines.join("\n"));
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("line 2"));
    let last: Value = serde_json::from_slice(
        output
            .stdout
            .trim_ascii()
            .split(|byte| *byte == b'\n')
            .next_back()
            .unwrap(),
    )
    .unwrap();
    assert_eq!((&last["calls"], &last["unreadable_lines"]), (&json!(2), &json!(1)));
    assert_eq!(sum(&last), ("estimated", "0.0028"));
    let broken_first = format!("{{\"custom_id\":\n{}", lines[0]);
    assert_eq!(usage(&["--provider", "openai"], &broken_first).status.code(), Some(1));
}

#[test]
fn batch_marks_inside_a_response_are_ignored() {
    for body in [
        r#"{"id":"r","object":"response","status":"completed","model":"gpt-5.4","metadata":{"custom_id":"mine"},"output":[],
            "usage":{"input_tokens":1000,"output_tokens":100}}"#,
        r#"{"id":"c","object":"chat.completion","model":"gpt-5.4","metadata":{"recordId":"mine"},"choices":[],
            "usage":{"prompt_tokens":1000,"completion_tokens":100}}"#,
        r#"{"id":"c","object":"chat.completion","model":"gpt-5.4","choices":[{"message":{"content":"{\"custom_id\":\"x\"}"}}],
            "usage":{"prompt_tokens":1000,"completion_tokens":100}}"#,
    ] {
        for body in [body.to_owned(), body.replace('\n', " ")] {
            let objects = objects(&["--provider", "openai"], &body);
            // 1,000 at 2.50 and 100 at 15 USD a million.
            assert_eq!(cost(&objects[0]), ("priced", &json!(0.004)), "{body}");
        }
    }
}

const SESSION: &str = r#"{"type":"session.created","session":{"object":"realtime.session","model":"gpt-realtime","audio":{"input":{"transcription":{"model":"whisper-1"}}}}}"#;
const TURN: &str = r#"{"type":"response.done","response":{"object":"realtime.response","id":"r","status":"completed","usage":{"total_tokens":1300,"input_tokens":1000,"output_tokens":300,"input_token_details":{"text_tokens":400,"audio_tokens":600,"cached_tokens":512,"cached_tokens_details":{"text_tokens":192,"audio_tokens":320}},"output_token_details":{"text_tokens":60,"audio_tokens":240}}}}"#;
const DELTA: &str = r#"{"type":"response.output_audio.delta","response_id":"r","delta":"AAAA"}"#;
const HEARD: &str = r#"{"type":"conversation.item.input_audio_transcription.completed","transcript":"hello","usage":{"type":"duration","seconds":2.4}}"#;

/// 208 at 4, 280 at 32, 512 at 0.40, 60 at 16 and 240 at 64 USD a million.
const TURN_COSTS: f64 = 0.026_316_8;

#[test]
fn turns_of_a_session_are_calls_of_its_model() {
    let objects = objects(
        &["--provider", "openai"],
        &[SESSION, DELTA, TURN, DELTA, TURN].join("\n"),
    );
    assert_eq!(objects.len(), 3, "two turns and the sums");
    for turn in &objects[..2] {
        assert_eq!(cost(turn), ("priced", &json!(TURN_COSTS)));
        assert_eq!(turn["gen_ai.response.model"], "gpt-realtime");
    }
    assert_eq!(objects[2]["calls"], 2);
    assert_eq!(sum(&objects[2]), ("priced", "0.0526336"));
}

#[test]
fn transcriptions_have_the_price_of_their_own_model() {
    let objects = objects(&["--provider", "openai"], &[SESSION, HEARD, TURN].join("\n"));
    // Three started seconds at 0.36 USD an hour.
    assert_eq!(cost(&objects[0]), ("priced", &json!(0.0003)));
    assert_eq!(objects[0]["gen_ai.response.model"], "whisper-1");
    assert_eq!(cost(&objects[1]), ("priced", &json!(TURN_COSTS)));
    // Without a transcription model in the session, its price is unknown, also with --model.
    let unnamed = SESSION.replace(r#","audio":{"input":{"transcription":{"model":"whisper-1"}}}"#, "");
    let tokens = HEARD.replace(
        r#"{"type":"duration","seconds":2.4}"#,
        r#"{"type":"tokens","input_tokens":13,"output_tokens":9,"input_token_details":{"text_tokens":0,"audio_tokens":13}}"#,
    );
    let objects = self::objects(
        &["--provider", "openai", "--model", "gpt-realtime"],
        &[&unnamed, &*tokens, TURN].join("\n"),
    );
    assert_eq!(cost(&objects[0]).0, "unpriced");
    assert_eq!(sum(&objects[2]), ("estimated", "0.0263168"));
    assert_eq!(objects[2]["unpriced_calls"], 1);
}

#[test]
fn one_event_is_one_call_of_the_requested_model() {
    let objects = objects(&["--provider", "openai", "--model", "gpt-realtime"], TURN);
    assert_eq!(objects.len(), 1);
    assert_eq!(cost(&objects[0]), ("priced", &json!(TURN_COSTS)));
    let unnamed = self::objects(&["--provider", "openai"], TURN);
    assert_eq!(cost(&unnamed[0]).0, "unpriced");
}

#[test]
fn a_session_is_recognised_by_any_of_its_events() {
    let model = ["--provider", "openai", "--model", "gpt-realtime"];
    let long = DELTA.replace("AAAA", &"A".repeat(100_000));
    for first in [DELTA, HEARD, &long] {
        let objects = objects(&model, &[first, TURN, TURN].join("\n"));
        let turns = objects.iter().filter(|object| object["gen_ai.response.id"] == "r");
        assert_eq!(turns.count(), 2, "{}", &first[..40]);
    }
    // Pretty-printed, it is one response.
    let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(TURN).unwrap()).unwrap();
    for arguments in [&model[..], &[&model[..], &["--api", "realtime"]].concat()] {
        let objects = objects(arguments, &pretty);
        assert_eq!(objects.len(), 1);
        assert_eq!(cost(&objects[0]), ("priced", &json!(TURN_COSTS)));
    }
}

#[test]
fn failed_and_unknown_turns_are_counted() {
    let failed = r#"{"type":"response.done","response":{"object":"realtime.response","id":"f","status":"failed","status_details":{"error":{"type":"server_error","message":"no"}}}}"#;
    let by_seconds = r#"{"type":"response.done","response":{"object":"realtime.response","id":"x","status":"completed"},"usage":{"billable_audio_seconds":7}}"#;
    let objects = objects(
        &["--provider", "openai"],
        &[SESSION, TURN, failed, by_seconds].join("\n"),
    );
    let sums = objects.last().unwrap();
    assert_eq!(
        (&sums["calls"], &sums["failed_calls"], &sums["unpriced_calls"]),
        (&json!(3), &json!(1), &json!(1))
    );
    assert_eq!(sum(sums), ("estimated", "0.0263168"));
}

#[test]
fn the_first_unreadable_lines_are_listed_with_their_problem() {
    let broken = vec!["{\"custom_id\":"; 13];
    let lines = [vec![&*openai("a", "gpt-4.1", 1_000)], broken].concat().join("\n");
    let output = usage(&["--provider", "openai"], &lines);
    let warnings = stderr(&output);
    assert_eq!(
        warnings.matches("not a line of a batch's output").count(),
        10,
        "{warnings}"
    );
    assert!(
        warnings.contains("standard input: 13 lines are unreadable"),
        "{warnings}"
    );
}

#[test]
fn unreadable_lines_of_every_kind_are_counted_and_the_rest_is_summed() {
    let call = openai("a", "gpt-4.1-2025-04-14", 1_000);
    let utf_16: Vec<u8> = "{\"a\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = vec![b'x'; (64 << 20) + 1];
    let lines = [
        "\u{feff}".as_bytes(),
        call.as_bytes(),
        b"\n\xE9\n",
        &utf_16,
        b"\n",
        &long,
        b"\n\xEF\xBB\xBF",
        call.as_bytes(),
    ]
    .concat();
    let output = run(&["usage", "--at", "2026-11-20", "--provider", "openai", "-"], lines);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let sums: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((&sums["calls"], &sums["unreadable_lines"]), (&json!(2), &json!(3)));
    assert_eq!(sum(&sums), ("estimated", "0.0028"));
    let problems = stderr(&output);
    for problem in [
        "standard input: line 2: not UTF-8 at byte 1",
        "standard input: line 3: the text is UTF-16",
        "standard input: line 5: longer than 67108864 bytes",
        "standard input: 3 lines are unreadable",
    ] {
        assert!(problems.contains(problem), "no `{problem}` in\n{problems}");
    }
}

#[test]
fn text_that_is_not_utf_8_outside_what_is_read_spoils_no_call() {
    let call = openai("a", "gpt-4.1-2025-04-14", 1_000);
    let (start, end) = call.split_once("\"finish_reason\"").unwrap();
    let lines = [
        start.as_bytes(),
        b"\"message\":\"\xE9\",\"finish_reason\"",
        end.as_bytes(),
    ]
    .concat();
    let output = run(&["usage", "--at", "2026-11-20", "--provider", "openai", "-"], lines);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}
