//! `tracing-genai check`, run as a process.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod command;

use std::process::{Command, Output};

use command::{run, stdout};
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
