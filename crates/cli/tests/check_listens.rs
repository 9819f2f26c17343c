//! `tracing-genai check --listen`: our spans, metrics and events follow the conventions, over every protocol.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::{Value, json};

/// A running check.
struct Listening {
    process: Child,
    address: String,
}

impl Listening {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tracing-genai"))
            .args(["check", "--listen", "127.0.0.1:0", "--json"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stderr.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        let address = line.trim().rsplit(' ').next().unwrap().to_owned();
        Self { process, address }
    }

    /// Interrupts the check, and returns its report and exit code.
    fn end(self) -> (Value, i32) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        let output = self.process.wait_with_output().unwrap();
        (
            serde_json::from_slice(&output.stdout).unwrap(),
            output.status.code().unwrap(),
        )
    }
}

#[test]
fn our_telemetry_has_no_violation_and_no_improvement() {
    for protocol in ["grpc", "http/protobuf"] {
        let check = Listening::start(&["--fail-on", "improvement"]);
        let folder = tempfile::tempdir().unwrap();
        let demo = Command::new(env!("CARGO_BIN_EXE_tracing-genai"))
            .args(["demo", "--out"])
            .arg(folder.path().join("demo.jsonl"))
            .envs([
                (
                    "OTEL_EXPORTER_OTLP_ENDPOINT",
                    ["http://", &check.address].concat().as_str(),
                ),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
                ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
                ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", "SPAN_AND_EVENT"),
                ("TRACING_GENAI_METRIC_NAMES", "published,in_development"),
                ("TRACING_GENAI_COST_KEYS", "gen_ai.usage.cost,operation.cost,llm.cost"),
            ])
            .output()
            .unwrap();
        assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
        let (report, code) = check.end();
        assert_eq!(code, 0, "{report:#}");
        assert_eq!((&report["violations"], &report["improvements"]), (&0.into(), &0.into()));
        let named = |list: &str, name: &str| -> Vec<String> {
            let all = report[list].as_array().unwrap().iter();
            all.map(|of| of[name].as_str().unwrap().to_owned()).collect()
        };
        assert!(named("span_types", "span_type").contains(&"gen_ai.inference.client".to_owned()));
        assert_eq!(named("events", "event"), ["gen_ai.client.inference.operation.details"]);
        let metrics = named("metrics", "metric");
        for metric in [
            "gen_ai.client.operation.duration",
            "gen_ai.client.token.usage",
            "gen_ai.client.inference.duration",
            "gen_ai.client.inference.usage.input_tokens",
            "gen_ai.usage.cost",
            "operation.cost",
            "tracing_genai.spans",
        ] {
            assert!(
                metrics.contains(&metric.to_owned()),
                "{protocol}: {metric} of {metrics:?}"
            );
        }
    }
}

/// Posts JSON, and returns the HTTP status.
fn post(address: &str, path: &str, body: &Value) -> u16 {
    let response = post_bytes(address, path, "application/json", body.to_string().as_bytes());
    response.split(' ').nth(1).unwrap().parse().unwrap()
}

/// Posts a body, and returns the whole response.
fn post_bytes(address: &str, path: &str, content_type: &str, body: &[u8]) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(
        connection,
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n\
         connection: close\r\n\r\n",
        body.len()
    )
    .unwrap();
    connection.write_all(body).unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).unwrap();
    response
}

/// A message of Protobuf with one field of bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut length = bytes.len();
    while length > 0x7F {
        field.push(u8::try_from(length & 0x7F).unwrap() | 0x80);
        length >>= 7;
    }
    field.push(u8::try_from(length).unwrap());
    [field.as_slice(), bytes].concat()
}

#[test]
fn requests_that_would_take_much_memory_are_refused_and_counted() {
    let check = Listening::start(&[]);
    // Two bytes for each span, and hundreds as JSON.
    let spans = field(2, &[]).repeat(400_000);
    let request = field(1, &field(2, &spans));
    let response = post_bytes(&check.address, "/v1/traces", "application/x-protobuf", &request);
    assert!(response.starts_with("HTTP/1.1 400 "), "{response}");
    assert!(response.ends_with("larger than 67108864 bytes as JSON"), "{response}");
    let parts = "[],".repeat(1_000_001);
    let request = format!("{{\"resourceSpans\":[],\"more\":[{parts}0]}}");
    let response = post_bytes(&check.address, "/v1/traces", "application/json", request.as_bytes());
    assert!(
        response.ends_with("more than 1000000 objects and lists; send smaller batches"),
        "{response}"
    );
    let traces = json!({"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "GET /"}]}]}]});
    // Some programs write a byte order mark.
    let marked = ["\u{feff}", &traces.to_string()].concat();
    let accepted = post_bytes(&check.address, "/v1/traces", "application/json", marked.as_bytes());
    assert!(accepted.starts_with("HTTP/1.1 200"), "{accepted}");
    let (report, code) = check.end();
    assert_eq!(
        (&report["unreadable"], &report["others"], code),
        (&json!(2), &json!(1), 1)
    );
}

#[test]
fn json_requests_are_checked_and_unreadable_ones_rejected() {
    let check = Listening::start(&[]);
    let attribute = |key: &str, text: &str| json!({"key": key, "value": {"stringValue": text}});
    let point = json!({"attributes": [attribute("gen_ai.operation.name", "chat")], "explicitBounds": [1, 2]});
    let metric =
        json!({"name": "gen_ai.client.operation.duration", "unit": "ms", "histogram": {"dataPoints": [point]}});
    let metrics = json!({"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]});
    assert_eq!(post(&check.address, "/v1/metrics", &metrics), 200);
    let event = json!({"eventName": "gen_ai.evaluation.result", "attributes": [attribute("gen_ai.evaluation.score.value", "high")]});
    let logs = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [event]}]}]});
    assert_eq!(post(&check.address, "/v1/logs", &logs), 200);
    let message = attribute("gen_ai.input.messages", "[{\"role\":\"user\",\"content\":\"hi\"}]");
    let span = json!({"name": "chat", "kind": 3, "attributes": [
        attribute("gen_ai.operation.name", "chat"), attribute("gen_ai.provider.name", "openai"), message]});
    let traces = json!({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]});
    assert_eq!(post(&check.address, "/v1/traces", &traces), 200);
    assert_eq!(post(&check.address, "/v1/traces", &json!({"spans": []})), 400);
    let (report, code) = check.end();
    assert_eq!(code, 1);
    let problems = |list: &str| -> Vec<(String, String)> {
        let findings = report[list][0]["findings"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        findings
            .map(|finding| (text(&finding["level"]), text(&finding["problem"])))
            .collect()
    };
    let pair = |level: &str, problem: &str| (level.to_owned(), problem.to_owned());
    assert_eq!(
        problems("metrics"),
        [
            pair("violation", "the metric has another unit than in the conventions"),
            pair("improvement", "the metric has other buckets than in the conventions"),
        ]
    );
    assert_eq!(
        problems("events"),
        [
            pair("violation", "is required but missing"),
            pair("violation", "has the wrong type"),
        ]
    );
    assert_eq!(
        problems("span_types"),
        [pair("violation", "is not JSON of the attribute's form")]
    );
}
