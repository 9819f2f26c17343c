//! Filtering by keys gives the same reading as a full parse, for every stream.

use proptest::prelude::*;
use tracing_genai_usage::{Api, Reading, ResponseReader};

/// Names that some API reads, names that none reads, and a name with escaped letters.
const KEYS: &[&str] = &[
    "id",
    "model",
    "type",
    "object",
    "choices",
    "index",
    "delta",
    "finish_reason",
    "usage",
    "prompt_tokens",
    "completion_tokens",
    "total_tokens",
    "prompt_tokens_details",
    "cached_tokens",
    "x_groq",
    "error",
    "message",
    "code",
    "response",
    "status",
    "incomplete_details",
    "reason",
    "service_tier",
    "input_tokens",
    "output_tokens",
    "stop_reason",
    "cache_read_input_tokens",
    "usageMetadata",
    "promptTokenCount",
    "candidatesTokenCount",
    "candidates",
    "finishReason",
    "promptFeedback",
    "blockReason",
    "modelVersion",
    "responseId",
    "interaction",
    "event_type",
    "total_input_tokens",
    "stopReason",
    "inputTokens",
    "trace",
    "promptRouter",
    "invokedModelId",
    "serviceTier",
    "metadata",
    "messageStop",
    "meta",
    "billed_units",
    "tokens",
    "generation_id",
    "done",
    "done_reason",
    "eval_count",
    "prompt_eval_count",
    "stop_type",
    "tokens_evaluated",
    "timings",
    "content",
    "text",
    "groundingMetadata",
    "webSearchQueries",
    "base_resp",
    "status_code",
    "cost",
    "usd",
    "content_block",
    "trigger",
    "category",
    "iterations",
    "output",
    "tool_usage",
    "usage_info",
    "predictions",
    "embeddings",
    "statistics",
    "extra_info",
    "session",
    "guardrail",
    "data",
    "my_usage",
    "usages",
    "us\\u0061ge",
    "mod\\u0065l",
];

const TEXTS: &[&str] = &[
    "",
    "stop",
    "message",
    "message_start",
    "error",
    "in_progress",
    "completed",
    "none",
    "eos",
    "gpt-4o",
    "m\\u00e9",
    "\\\"usage\\\": 1",
    "\\\\\\\"error\\\\\\\":{}",
    "a\\nb",
    "\\u0007",
    "response.created",
    "fallback_message",
    "web_search_call",
];

/// JSON as text, with optional white space.
fn json() -> impl Strategy<Value = String> {
    let text = prop::sample::select(TEXTS).prop_map(|text| format!("\"{text}\""));
    let leaf = prop_oneof![
        3 => text,
        3 => (0_u32..300).prop_map(|number| number.to_string()),
        2 => Just("null".to_owned()),
        1 => prop::sample::select(vec!["true", "false", "-1", "1.5", "[]", "{}"]).prop_map(str::to_owned),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        let member = (prop::sample::select(KEYS), prop::sample::select(vec!["", " ", "\n"]), inner.clone());
        prop_oneof![
            4 => prop::collection::btree_map(prop::sample::select(KEYS), (prop::sample::select(vec!["", " "]), inner.clone()), 0..6)
                .prop_map(|members| {
                    let members: Vec<_> = members
                        .into_iter()
                        .map(|(key, (space, value))| format!("\"{key}\"{space}:{space}{value}"))
                        .collect();
                    format!("{{{}}}", members.join(", "))
                }),
            1 => prop::collection::vec(inner, 0..4).prop_map(|values| format!("[{}]", values.join(","))),
            1 => member.prop_map(|(key, space, value)| format!("{{\"{key}\"{}:{value}}}", space.trim_matches('\n'))),
        ]
    })
}

/// The framing of events in a stream.
#[derive(Clone, Copy, Debug)]
enum Frame {
    Event,
    Line,
    Element,
}

fn stream(frame: Frame, events: &[String]) -> Vec<u8> {
    match frame {
        Frame::Event => format!("data: {}\n\n", events.join("\n\ndata: ")),
        Frame::Line => events.join("\n"),
        Frame::Element => format!("[{}]", events.join(",")),
    }
    .into_bytes()
}

fn read(mut reader: ResponseReader, chunks: &[&[u8]]) -> Reading {
    for chunk in chunks {
        reader.push(chunk);
    }
    let mut reading = reader.finish();
    // Only a full parse detects content that is not JSON.
    reading.skipped_events = 0;
    reading
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1024))]

    #[test]
    fn the_filter_misses_nothing(
        api in prop::sample::select(Api::all().collect::<Vec<_>>()),
        frame in prop::sample::select(vec![Frame::Event, Frame::Line, Frame::Element]),
        events in prop::collection::vec(json(), 1..6),
        cut in 0_usize..600,
    ) {
        let bytes = stream(frame, &events);
        let whole = read(ResponseReader::parsing_everything(api), &[&bytes]);
        prop_assert_eq!(&read(ResponseReader::new(api), &[&bytes]), &whole);
        let (head, tail) = bytes.split_at(cut.min(bytes.len()));
        prop_assert_eq!(&read(ResponseReader::new(api), &[head, tail]), &whole);
        let each: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&read(ResponseReader::new(api), &each), &whole);
    }

    #[test]
    fn templates_miss_nothing(
        api in prop::sample::select(vec![Api::OpenAiChat, Api::OpenAiResponses, Api::AnthropicMessages, Api::GeminiContent]),
        events in prop::collection::vec(alike(), 2..24),
        size in 1_usize..300,
    ) {
        let bytes = events.concat().into_bytes();
        let whole = read(ResponseReader::parsing_everything(api), &[&bytes]);
        prop_assert_eq!(&read(ResponseReader::new(api), &[&bytes]), &whole);
        let each: Vec<&[u8]> = events.iter().map(String::as_bytes).collect();
        prop_assert_eq!(&read(ResponseReader::new(api), &each), &whole);
        let cut: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(&read(ResponseReader::new(api), &cut), &whole);
    }
}

/// Similar events: mostly the same keys with varying values, and some with new information.
fn alike() -> impl Strategy<Value = String> {
    let content = prop::sample::select(vec![
        "Hi",
        "",
        "a\\n",
        "\\\"usage\\\":{}",
        "\\u0041",
        "\\\\",
        "}",
        "null",
        "7",
    ]);
    let word = prop::sample::select(vec![
        "null",
        "null",
        "null",
        "null",
        "\"stop\"",
        "\"\"",
        "7",
        "{\"input_tokens\":3}",
    ]);
    let key = prop::sample::select(vec![
        "usage",
        "usage",
        "usage",
        "usages",
        "error",
        "finish_reason",
        "finishReason",
        "us\\u0061ge",
    ]);
    let end = prop::sample::select(vec!["\n\n", "\n\n", "\n\n", "\r\n\r\n", "\n"]);
    let before = prop::sample::select(vec!["", "", "event: delta\n", ": comment\n\n"]);
    (content, word, key, 0_u32..20, end, before).prop_map(|(content, word, key, number, end, before)| {
        format!(
            "{before}data: {{\"id\":\"c1\",\"n\":{number},\"model\":\"m\",\"delta\":{{\"text\":\"{content}\"}},\"{key}\":{word}}}{end}"
        )
    })
}
