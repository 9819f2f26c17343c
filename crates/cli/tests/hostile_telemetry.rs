//! No command prints a control character of others' telemetry or tables.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod hostile;

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Output, Stdio},
};

use hostile::{MARK, assert_clean, assert_each, assert_shown, folder, hostile_texts, lines, run_in};
use serde_json::{Value, json};

fn text(text: &str) -> Value {
    json!({"stringValue": text})
}

/// Requests of every signal with the text in every place.
fn requests(hostile: &str) -> Vec<Value> {
    let attribute = |key: &str, value: Value| json!({"key": key, "value": value});
    let attributes = json!([
        attribute("gen_ai.operation.name", text("chat")),
        attribute("gen_ai.provider.name", text(hostile)),
        attribute("gen_ai.request.model", text(hostile)),
        attribute("gen_ai.response.model", text(&format!("{hostile}2"))),
        attribute("gen_ai.usage.input_tokens", json!({"intValue": "12"})),
        attribute("gen_ai.usage.output_tokens", json!({"intValue": "1"})),
        attribute(&format!("gen_ai.{hostile}"), text(hostile)),
        attribute(&format!("gen_ai.usage.{hostile}"), json!({"intValue": "7"})),
        attribute(
            "langfuse.observation.usage_details",
            text(&json!({hostile: 7}).to_string())
        ),
    ]);
    let span = json!({"spanId": hostile, "name": hostile, "kind": hostile, "attributes": attributes,
        "status": {"code": 2, "message": hostile}});
    let scope = json!({"name": hostile});
    let point = json!({"attributes": attributes, "explicitBounds": [1, 2]});
    let metrics = [&format!("gen_ai.{hostile}"), "gen_ai.client.token.usage"]
        .map(|name| json!({"name": name, "unit": hostile, "histogram": {"dataPoints": [point]}}));
    let event = json!({"eventName": format!("gen_ai.{hostile}"), "spanId": hostile, "attributes": attributes});
    vec![
        json!({"resourceSpans": [{"scopeSpans": [{"scope": scope, "spans": [span]}]}]}),
        json!({"resourceMetrics": [{"scopeMetrics": [{"scope": scope, "metrics": metrics}]}]}),
        json!({"resourceLogs": [{"scopeLogs": [{"scope": scope, "logRecords": [event]}]}]}),
    ]
}

/// Requests that are unreadable, with an error that quotes the text.
fn unreadable_requests(hostile: &str) -> Vec<Value> {
    vec![
        json!({"resourceSpans": hostile}),
        json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": [{"key": "k", "value": {"boolValue": hostile}}]}]}]}]}),
    ]
}

#[test]
fn check_and_compare_show_telemetry_escaped() {
    for hostile in hostile_texts(4) {
        let readable = lines(&requests(&hostile));
        assert_each(
            &[&["check", "-"], &["check", "--json", "--recommended", "-"]],
            &readable,
        );
        let unreadable = lines(&unreadable_requests(&hostile));
        assert_each(&[&["check", "-"]], &unreadable);
        let with = ["compare", "--otlp", "-", "--with", "openai/gpt-4o"];
        for format in ["text", "csv", "json"] {
            for input in [&readable, &unreadable] {
                assert_each(&[&[&with[..], &["--format", format]].concat()], input);
            }
        }
    }
}

#[test]
fn check_listen_shows_and_returns_requests_escaped() {
    for hostile in hostile_texts(3) {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tracing-genai"))
            .args(["check", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = BufReader::new(process.stderr.take().unwrap());
        let mut first = String::new();
        errors.read_line(&mut first).unwrap();
        let address = first.trim().rsplit(' ').next().unwrap();
        for (request, path) in requests(&hostile).iter().zip(["traces", "metrics", "logs"]) {
            post(address, path, request);
        }
        for request in unreadable_requests(&hostile) {
            let response = post(address, "traces", &request);
            assert_clean(&response, "\r", "response");
            assert!(String::from_utf8(response).unwrap().contains(MARK));
        }
        let id = process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let mut stderr = Vec::new();
        errors.read_to_end(&mut stderr).unwrap();
        let output = process.wait_with_output().unwrap();
        assert_shown(&output, "check --listen");
        assert_shown(
            &Output {
                stdout: stderr,
                ..output
            },
            "check --listen, errors",
        );
    }
}

/// Posts JSON, and returns the whole response.
fn post(address: &str, signal: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "POST /v1/{signal} HTTP/1.1\r\nhost: h\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut response = Vec::new();
    connection.read_to_end(&mut response).unwrap();
    response
}

fn cell(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[test]
fn tables_are_shown_escaped() {
    for hostile in hostile_texts(4) {
        let quoted = cell(&hostile);
        let readable = format!(
            "case,provider,model,input_tokens,output_tokens,{quoted}\n{quoted},{quoted},{quoted},10,1,{quoted}\n\
             {quoted},openai,gpt-4o,10,1,\n"
        );
        let unreadable = format!("case,model,timestamp\n{quoted},gpt-4o,{quoted}\n");
        let other = cell(&json!({"usage": {&hostile: 1}}).to_string());
        let unknown_unit = format!("case,model,other_json\n{quoted},gpt-4o,{other}\n");
        let other = cell(&json!({&hostile: 1}).to_string());
        let unknown_key = format!("case,model,other_json\n{quoted},gpt-4o,{other}\n");
        let twice = format!("{quoted},{quoted},model\n");
        let price = ["price", "--csv", "-"];
        let compare = [
            "compare",
            "--csv",
            "-",
            "--with",
            "openai/gpt-4o-mini",
            "--cheapest",
            "2",
        ];
        for input in [readable, unreadable, unknown_unit, unknown_key, twice] {
            for form in [&[][..], &["--explain"], &["--json"]] {
                assert_each(&[&[&price, form].concat()], &input);
            }
            for format in ["text", "csv", "json"] {
                assert_each(&[&[&compare[..], &["--format", format]].concat()], &input);
            }
        }
    }
}

#[test]
fn line_breaks_of_others_begin_no_line_of_text() {
    let forged = "evil\nforged\r\nforged\rforged";
    let table = format!("case,provider,model\n\"{forged}\",\"{forged}\",\"{forged}\"\n");
    let commands: [(&[&str], String); 5] = [
        (&["check", "-"], lines(&requests(forged))),
        (&["check", "-"], lines(&unreadable_requests(forged))),
        (
            &["compare", "--otlp", "-", "--with", "openai/gpt-4o"],
            lines(&requests(forged)),
        ),
        (&["compare", "--csv", "-", "--with", "openai/gpt-4o"], table),
        (
            &["price", "--provider", forged, "--model", forged, "--at", forged],
            String::new(),
        ),
    ];
    for (arguments, input) in commands {
        let output = run_in(folder().path(), arguments, &input);
        assert_shown(&output, &format!("{arguments:?}"));
        for bytes in [&output.stdout, &output.stderr] {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.lines().any(|line| line.starts_with("forged")), "{text}");
        }
    }
}
