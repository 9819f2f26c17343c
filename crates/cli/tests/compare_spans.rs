//! `tracing-genai compare --otlp` reads the same calls, counts and costs from spans as the processor.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod command;

use command::{run, stderr, stdout};
use serde_json::{Map, Value, json};

/// An OTLP line with one span.
fn line(scope: &str, name: &str, attributes: &Value) -> String {
    let valued = |value: &Value| match value {
        Value::String(_) => json!({"stringValue": value}),
        Value::Number(number) if number.is_f64() => json!({"doubleValue": value}),
        Value::Object(table) => {
            let members = table
                .iter()
                .map(|(key, count)| json!({"key": key, "value": {"intValue": count.to_string()}}));
            json!({"kvlistValue": {"values": members.collect::<Vec<_>>()}})
        }
        Value::Array(texts) => {
            let texts = texts.iter().map(|text| json!({"stringValue": text}));
            json!({"arrayValue": {"values": texts.collect::<Vec<_>>()}})
        }
        Value::Bool(_) => json!({"boolValue": value}),
        value => json!({"intValue": value.to_string()}),
    };
    let attributes: Vec<_> = attributes
        .as_object()
        .unwrap()
        .iter()
        .map(|(key, value)| json!({"key": key, "value": valued(value)}))
        .collect();
    let span =
        json!({"spanId": "0f", "name": name, "startTimeUnixNano": "1795176000000000000", "attributes": attributes});
    json!({"resourceSpans": [{"scopeSpans": [{"scope": {"name": scope}, "spans": [span]}]}]}).to_string()
}

/// The cost of the span's call and the assumptions of its estimate on GPT-4o mini; `None` if it is not a call.
fn compared(scope: &str, name: &str, attributes: &Value) -> Option<(String, String)> {
    let arguments = [
        "compare",
        "--otlp",
        "-",
        "--with",
        "openai/gpt-4o-mini",
        "--format",
        "csv",
    ];
    let output = run(&arguments, line(scope, name, attributes));
    let mut reader = csv::Reader::from_reader(&*output.stdout);
    let row = reader.records().map(Result::unwrap).find(|row| &row[0] == "0f");
    // A file without calls is a failure.
    assert_eq!(output.status.success(), row.is_some());
    let row = row?;
    Some((row[5].to_owned(), row[7].to_owned()))
}

fn cost(scope: &str, name: &str, attributes: &Value) -> Option<String> {
    compared(scope, name, attributes).map(|(cost, _)| cost)
}

fn chat(provider: &str, model: &str, counts: &Value) -> Value {
    let mut attributes = Map::new();
    attributes.insert("gen_ai.operation.name".to_owned(), "chat".into());
    attributes.insert("gen_ai.provider.name".to_owned(), provider.into());
    attributes.insert("gen_ai.request.model".to_owned(), model.into());
    attributes.extend(counts.as_object().unwrap().clone());
    attributes.into()
}

#[test]
fn cached_tokens_of_frameworks_are_read() {
    // Of 20,000 in, 1,000 at 3, 16,000 at 0.3 and 3,000 at 3.75; 200 out at 15 USD a million.
    for (read, written) in [
        ("gen_ai.usage.cache_read_tokens", "gen_ai.usage.cache_write_tokens"),
        (
            "gen_ai.usage.details.cache_read_tokens",
            "gen_ai.usage.details.cache_write_tokens",
        ),
        (
            "gen_ai.usage.input_cached_tokens",
            "gen_ai.usage.input_tokens.cache_write",
        ),
    ] {
        let counts = json!({"gen_ai.usage.input_tokens": 20_000, "gen_ai.usage.output_tokens": 200, read: 16_000, written: 3_000});
        let attributes = chat("anthropic", "claude-sonnet-4-5", &counts);
        assert_eq!(
            cost("pydantic-ai", "chat", &attributes).as_deref(),
            Some("0.02205"),
            "{read}"
        );
    }
}

#[test]
fn the_scope_decides_whether_the_input_includes_the_cache() {
    let counts = json!({
        "gen_ai.usage.input_tokens": 8_000, "gen_ai.usage.output_tokens": 200, "gen_ai.usage.cache_read_input_tokens": 2_000
    });
    let of = |scope, provider, model| cost(scope, "chat", &chat(provider, model, &counts)).unwrap();
    // In a region of the United States: 8,000 at 3.3, 2,000 at 0.33 and 200 at 16.5 USD a million.
    let model = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    assert_eq!(
        of("opentelemetry.instrumentation.bedrock", "aws.bedrock", model),
        "0.03036"
    );
    // 6,000 at 3, 2,000 at 0.3 and 200 at 15.
    let anthropic = of(
        "opentelemetry.instrumentation.anthropic",
        "anthropic",
        "claude-sonnet-4-5",
    );
    assert_eq!(anthropic, "0.0216");
}

#[test]
fn langfuses_total_decides_whether_parts_are_included() {
    let of = |details: Value| {
        // As JSON text and as a map.
        let [text, table] = [details.to_string().into(), details].map(|details: Value| {
            let attributes = json!({
                "langfuse.observation.type": "generation",
                "langfuse.observation.model.name": "gpt-4o",
                "gen_ai.provider.name": "openai",
                "langfuse.observation.usage_details": details,
            });
            cost("langfuse-sdk", "OpenAI.chat", &attributes).unwrap()
        });
        assert_eq!(text, table);
        text
    };
    // 2,000 at 2.5, 10,000 at 1.25 and 300 at 10.
    assert_eq!(
        of(json!({"input": 12_000, "input_cached_tokens": 10_000, "output": 300, "total": 12_300})),
        "0.0205"
    );
    assert_eq!(
        of(json!({"input": 2_000, "input_cached_tokens": 10_000, "output": 300, "total": 12_300})),
        "0.0205"
    );
}

#[test]
fn counts_of_any_type_are_read_and_invalid_ones_rejected() {
    let of = |output: Value| {
        let counts = json!({"gen_ai.usage.input_tokens": 1_000, "gen_ai.usage.output_tokens": output});
        compared("x", "chat gpt-4o", &chat("openai", "gpt-4o", &counts)).unwrap()
    };
    for output in [json!(100), json!(100.0), json!("100")] {
        assert_eq!(of(output), ("0.0035".to_owned(), "same_tokens_assumed".to_owned()));
    }
    for output in [json!(100.5), json!(-100), json!("some")] {
        assert_eq!(of(output), (String::new(), "invalid_usage".to_owned()));
    }
}

#[test]
fn claude_code_requests_are_calls_but_other_scopes_are_not() {
    let attributes = json!({
        "gen_ai.system": "anthropic", "gen_ai.request.model": "claude-sonnet-4-5", "ttft_ms": 700,
        "input_tokens": 1_000, "output_tokens": 200, "cache_read_tokens": 16_000, "cache_creation_tokens": 3_000
    });
    let scope = "com.anthropic.claude_code.tracing";
    assert_eq!(
        cost(scope, "claude_code.llm_request", &attributes).as_deref(),
        Some("0.02205")
    );
    assert_eq!(cost("my-service", "request", &attributes), None);
}

#[test]
fn unknown_usage_counts_are_among_the_assumptions() {
    let counts =
        json!({"gen_ai.usage.input_tokens": 1_000, "gen_ai.usage.output_tokens": 100, "gen_ai.usage.poems": 7});
    let (cost, assumptions) = compared("x", "chat", &chat("openai", "gpt-4o", &counts)).unwrap();
    assert_eq!(cost, "0.0035");
    assert!(assumptions.contains("unread_usage"), "{assumptions}");
}

#[test]
fn covered_calls_are_skipped() {
    let counts = json!({"gen_ai.usage.input_tokens": 1_000, "gen_ai.usage.output_tokens": 100});
    let mut attributes = chat("openai", "gpt-4o", &counts);
    assert!(cost("x", "chat gpt-4o", &attributes).is_some());
    attributes["tracing_genai.covered"] = json!(true);
    assert_eq!(cost("x", "chat gpt-4o", &attributes), None);
    attributes["tracing_genai.covered"] = json!(false);
    assert!(cost("x", "chat gpt-4o", &attributes).is_some());
}

#[test]
fn lines_of_other_encodings_are_reported_and_the_rest_is_compared() {
    let attribute = |key: &str, value: Value| json!({"key": key, "value": value});
    let span = json!({"spanId": "a1", "attributes": [
        attribute("gen_ai.operation.name", json!({"stringValue": "chat"})),
        attribute("gen_ai.provider.name", json!({"stringValue": "openai"})),
        attribute("gen_ai.request.model", json!({"stringValue": "gpt-4o"})),
        attribute("gen_ai.usage.input_tokens", json!({"intValue": "10"})),
        attribute("gen_ai.usage.output_tokens", json!({"intValue": "1"}))]});
    let line = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}).to_string();
    let utf_16: Vec<u8> = "{\"a\"}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = vec![b' '; (64 << 20) + 1];
    let lines = [
        "\u{feff}".as_bytes(),
        line.as_bytes(),
        b"\n\xE9\n\n\"\x1b\"\n",
        &utf_16,
        b"\n",
        &long,
        b"\n",
        line.as_bytes(),
    ]
    .concat();
    let output = run(&["compare", "--otlp", "-", "--with", "openai/gpt-4o"], lines);
    assert_eq!(output.status.code(), Some(1));
    let problems = stderr(&output);
    for problem in [
        "standard input: line 2: not UTF-8 at byte 1\n",
        "standard input: line 4: not an OTLP JSON request",
        "standard input: line 5: the text is UTF-16; save it as UTF-8\n",
        "standard input: line 7: longer than 67108864 bytes\n",
        "standard input: 4 lines are unreadable\n",
    ] {
        assert!(problems.contains(problem), "no `{problem}` in\n{problems}");
    }
    // 10 at 2.50 and 1 at 10 USD a million, twice.
    assert!(stdout(&output).contains("0.00007 USD, over 2 calls"), "{output:?}");
}
