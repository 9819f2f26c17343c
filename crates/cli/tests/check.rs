//! `tracing-genai check`, run as a process.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod command;

use std::process::{Command, Output};

use command::{run, stderr, stdout};
use serde_json::{Value, json};

fn check(lines: &str, arguments: &[&str]) -> Output {
    run(&[&["check", "-"], arguments].concat(), lines)
}

/// An OTLP line with one span.
fn line(name: &str, attributes: &[(&str, Value)]) -> String {
    let attributes: Vec<_> = attributes
        .iter()
        .map(|(key, value)| json!({"key": key, "value": value}))
        .collect();
    let span = json!({"spanId": "a1", "name": name, "kind": 3, "attributes": attributes});
    format!("{}\n", json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
}

fn text(text: &str) -> Value {
    json!({"stringValue": text})
}

#[test]
fn the_demos_spans_have_no_violation_and_no_improvement() {
    let folder = tempfile::tempdir().unwrap();
    let spans = folder.path().join("demo.jsonl");
    let demo = Command::new(env!("CARGO_BIN_EXE_tracing-genai"))
        .args(["demo", "--out", spans.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(demo.status.success());
    let lines = std::fs::read_to_string(&spans).unwrap();
    let output = check(&lines, &["--fail-on", "improvement", "--json"]);
    assert!(output.status.success(), "{}", stdout(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (&report["checked"], &report["violations"], &report["improvements"]),
        (&9.into(), &0.into(), &0.into())
    );
    // gen_ai.usage.cost is outside the conventions.
    let names: std::collections::BTreeSet<_> = report["span_types"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|of| of["findings"].as_array().unwrap())
        .map(|finding| finding["name"].as_str().unwrap())
        .collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["gen_ai.usage.cost"]);
}

#[test]
fn violations_are_reported_by_span_type_and_fail() {
    let wrong = line(
        "chat gpt-4o",
        &[
            ("gen_ai.operation.name", text("chat")),
            ("gen_ai.request.model", text("gpt-4o")),
            ("gen_ai.usage.input_tokens", text("12")),
        ],
    );
    let output = check(&wrong.repeat(2), &[]);
    assert_eq!(output.status.code(), Some(1));
    let report = stdout(&output);
    for part in [
        "gen_ai.inference.client: 2 spans\n",
        "violation   gen_ai.provider.name is required but missing: 2 spans, such as a1\n",
        "violation   gen_ai.usage.input_tokens has the wrong type: 2 spans",
        "2 spans checked, 0 skipped: 4 violations, 0 improvements, 0 unknown\n",
    ] {
        assert!(report.contains(part), "no `{part}` in\n{report}");
    }
}

#[test]
fn the_failing_level_is_configurable() {
    let own_words = line(
        "my chat",
        &[
            ("gen_ai.operation.name", text("chat")),
            ("gen_ai.provider.name", text("ours")),
            ("gen_ai.request.model", text("m")),
            ("gen_ai.invented", json!({"boolValue": true})),
        ],
    );
    let code = |level: &[&str]| check(&own_words, level).status.code();
    assert_eq!(code(&[]), Some(0));
    assert_eq!(code(&["--fail-on", "improvement"]), Some(1));
    assert_eq!(code(&["--fail-on", "unknown"]), Some(1));
    assert_eq!(code(&["--fail-on", "nothing"]), Some(2));
    let recommended = check(&own_words, &["--recommended"]);
    assert!(stdout(&recommended).contains("gen_ai.usage.input_tokens is recommended but missing"));
    assert_eq!(recommended.status.code(), Some(0));
}

#[test]
fn other_spans_are_counted_and_unreadable_lines_reported() {
    let lines = format!("{}{{}}\n", line("GET /", &[("http.request.method", text("GET"))]));
    let output = check(&lines, &[]);
    assert!(stdout(&output).starts_with("0 spans checked, 1 skipped"), "{output:?}");
    let problems = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        problems.contains("standard input: line 2: not an OTLP JSON request"),
        "{problems}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn null_is_absent() {
    let span = json!({"spanId": "a1", "name": "chat", "kind": 3, "status": null, "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}}, {"key": "gen_ai.provider.name", "value": {"stringValue": "openai"}},
        {"key": "nothing", "value": null}]});
    let line = json!({"resourceSpans": [{"resource": null, "scopeSpans": [{"spans": [span]}, {"spans": null}]}]});
    let output = check(&line.to_string(), &[]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(stdout(&output).contains("1 span checked"), "{output:?}");
}

#[test]
fn a_check_without_genai_telemetry_fails() {
    for lines in ["", &line("GET /", &[("http.request.method", text("GET"))])] {
        let output = check(lines, &[]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("nothing was checked"),
            "{output:?}"
        );
    }
}

#[test]
fn old_names_are_violations_and_a_list_of_them_is_one_finding() {
    let attributes: Vec<_> = (0..50).map(|n| format!("gen_ai.prompt.{n}.content")).collect();
    let mut attributes: Vec<_> = attributes.iter().map(|name| (name.as_str(), text("hi"))).collect();
    attributes.extend([
        ("gen_ai.operation.name", text("chat")),
        ("gen_ai.provider.name", text("openai")),
        ("gen_ai.completion", text("ho")),
    ]);
    let output = check(&line("chat", &attributes), &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = report["span_types"][0]["findings"].as_array().unwrap().iter();
    let found: Vec<_> = findings.map(|finding| (&finding["level"], &finding["name"])).collect();
    let violation = json!("violation");
    assert_eq!(
        found,
        [
            (&violation, &json!("gen_ai.completion")),
            (&violation, &json!("gen_ai.prompt."))
        ]
    );
}

#[test]
fn unknown_usage_counts_are_reported() {
    let details = json!({"input": 10, "output": 2, "poems": 3}).to_string();
    let spans = line(
        "chat gpt-4o",
        &[
            ("gen_ai.operation.name", text("chat")),
            ("gen_ai.provider.name", text("openai")),
            ("gen_ai.request.model", text("gpt-4o")),
            ("gen_ai.usage.poems", json!({"intValue": "7"})),
            ("gen_ai.usage.songs", json!({"doubleValue": 7.0})),
            ("gen_ai.usage.plays", json!({"intValue": "0"})),
            ("langfuse.observation.usage_details", text(&details)),
        ],
    );
    let output = check(&spans, &["--fail-on", "unknown"]);
    assert_eq!(output.status.code(), Some(1));
    let report = stdout(&output);
    for name in [
        "gen_ai.usage.poems",
        "gen_ai.usage.songs",
        "langfuse.observation.usage_details.poems",
    ] {
        assert!(
            report.contains(&format!("{name} is an unknown usage count")),
            "{name}: {report}"
        );
    }
    assert!(
        !report.contains("gen_ai.usage.plays is an unknown usage count"),
        "{report}"
    );
}

#[test]
fn a_call_without_an_attribute_of_the_conventions_is_checked() {
    let spans = line(
        "ChatOpenAI",
        &[
            ("openinference.span.kind", text("LLM")),
            ("llm.model_name", text("gpt-4o")),
            ("llm.token_count.prompt", json!({"intValue": "1000"})),
            ("llm.token_count.completion", json!({"intValue": "100"})),
            ("llm.token_count.poems", json!({"doubleValue": 0.5})),
        ],
    );
    let output = check(&spans, &["--fail-on", "unknown"]);
    assert_eq!(output.status.code(), Some(1));
    let report = stdout(&output);
    let expected = "llm.token_count.poems is an unknown usage count; a computed cost lacks it";
    assert!(report.contains(expected), "{report}");
    let other = line(
        "GET /",
        &[("http.route", text("/")), ("poem_tokens", json!({"intValue": "7"}))],
    );
    assert!(!stdout(&check(&other, &[])).contains("poem_tokens"));
}

/// A chat of two attributes.
fn chat() -> String {
    let attributes = [
        ("gen_ai.operation.name", text("chat")),
        ("gen_ai.provider.name", text("openai")),
        ("gen_ai.request.model", text("gpt-4o")),
    ];
    line("chat gpt-4o", &attributes)
}

fn check_bytes(bytes: &[u8], arguments: &[&str]) -> Output {
    run(&[&["check", "-"], arguments].concat(), bytes)
}

#[test]
fn lines_of_other_encodings_are_skipped_and_counted_and_the_rest_is_checked() {
    let chat = chat();
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let (start, end) = chat.split_once("4o").unwrap();
    let latin_1 = [start.as_bytes(), b"\xE9", end.as_bytes()].concat();
    for (other, problem) in [
        (latin_1, "standard input: line 2: not UTF-8 at byte "),
        (
            b"\xFF\xFE\n".to_vec(),
            "standard input: line 2: the text is UTF-16; save it as UTF-8",
        ),
        (
            utf_16("{\"a\"}\r\n"),
            "standard input: line 2: the text is UTF-16; save it as UTF-8",
        ),
        (b"{\0}\n".to_vec(), "standard input: line 2: not an OTLP JSON request"),
    ] {
        let lines = [chat.as_bytes(), &other, b"\n", chat.as_bytes()].concat();
        let output = check_bytes(&lines, &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(stderr(&output).contains(problem), "{output:?}");
        assert!(
            stderr(&output).contains("standard input: 1 line is unreadable"),
            "{output:?}"
        );
        assert!(
            stdout(&output).contains("2 spans checked, 0 skipped, 1 unreadable: "),
            "{output:?}"
        );
        let report: Value = serde_json::from_slice(&check_bytes(&lines, &["--json"]).stdout).unwrap();
        assert_eq!((&report["checked"], &report["unreadable"]), (&json!(2), &json!(1)));
    }
}

#[test]
fn a_whole_file_of_utf_16_is_said_to_be() {
    for to_bytes in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
        let text = format!("\u{feff}{}\r\n", chat().trim()).replace('\n', "\r\n");
        let bytes: Vec<u8> = text.encode_utf16().flat_map(to_bytes).collect();
        let output = check_bytes(&bytes, &[]);
        assert_eq!(output.status.code(), Some(1));
        assert!(
            stderr(&output).contains("line 1: the text is UTF-16; save it as UTF-8"),
            "{output:?}"
        );
    }
}

#[test]
fn byte_order_marks_are_no_part_of_a_line() {
    let joined = format!("\u{feff}{0}\u{feff}{0}", chat());
    let output = check(&joined, &[]);
    assert!(stdout(&output).contains("2 spans checked, 0 skipped: "), "{output:?}");
    assert_eq!(stderr(&output), "");
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_line_beyond_the_limit_is_skipped_and_the_next_is_checked() {
    let long = vec![b'x'; (64 << 20) + 1];
    let lines = [&long, b"\n".as_slice(), chat().as_bytes()].concat();
    let output = check_bytes(&lines, &[]);
    assert!(
        stderr(&output).contains("line 1: longer than 67108864 bytes"),
        "{output:?}"
    );
    assert!(
        stdout(&output).contains("1 span checked, 0 skipped, 1 unreadable"),
        "{output:?}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn many_unreadable_lines_are_counted_and_the_first_are_listed() {
    let output = check(&format!("{}{}", "x\n".repeat(1_000), chat()), &[]);
    assert_eq!(stderr(&output).lines().count(), 11);
    assert!(
        stderr(&output).ends_with("standard input: 1000 lines are unreadable\n"),
        "{output:?}"
    );
    assert!(
        stdout(&output).contains("1 span checked, 0 skipped, 1000 unreadable"),
        "{output:?}"
    );
}

#[test]
fn long_names_and_problems_are_cut() {
    let long = "y".repeat(100_000);
    let output = check(
        &line(
            "chat",
            &[
                ("gen_ai.operation.name", text("chat")),
                (&format!("gen_ai.{long}"), text("x")),
            ],
        ),
        &[],
    );
    assert!(
        stdout(&output).contains("yyy... (99751 more characters) "),
        "{output:?}"
    );
    assert!(stdout(&output).len() < 3_000);
    let output = check(&json!({"resourceSpans": long}).to_string(), &[]);
    assert!(stderr(&output).contains("invalid type: string \"yyy"), "{output:?}");
    assert!(stderr(&output).len() < 3_000);
}

#[test]
fn an_error_within_a_line_has_one_position() {
    let output = check("{}\n  [1\n", &[]);
    assert!(
        stderr(&output).contains("standard input: line 2: not an OTLP JSON request: invalid type: integer `1`, expected a sequence at column 4"),
        "{output:?}"
    );
    assert!(!stderr(&output).contains("at line 1"), "{output:?}");
}
