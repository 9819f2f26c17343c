//! `tracing-genai demo`, run as a process.

// A test may panic, its helpers too.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use std::{
    collections::HashMap,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    path::Path,
    process::{Command, Output},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tempfile::TempDir;

/// The demo in its own folder, without the environment's OTEL_* variables.
fn demo(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tracing-genai"));
    command
        .arg("demo")
        .arg("--out")
        .arg(lines_in(folder))
        .args(arguments)
        .current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("OTEL_")) {
        command.env_remove(name);
    }
    command
}

fn lines_in(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("spans.otlp.jsonl")
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn text_of(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The line of `text` that starts with `span`, after the tree's branches.
fn line<'a>(text: &'a str, span: &str) -> &'a str {
    let found = text
        .lines()
        .find(|line| line.trim_start_matches(['|', '-', '`', ' ']).starts_with(span));
    found.unwrap_or_else(|| panic!("no {span} in\n{text}"))
}

/// The attributes of each span in the OTLP JSON lines, by span name.
fn spans(path: &Path) -> HashMap<String, HashMap<String, Value>> {
    let lines = fs::read_to_string(path).unwrap();
    let requests = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut spans = HashMap::new();
    for request in requests {
        for scope in request["resourceSpans"][0]["scopeSpans"].as_array().unwrap() {
            for span in scope["spans"].as_array().unwrap() {
                let attributes = span["attributes"].as_array().unwrap().iter();
                let attributes =
                    attributes.map(|each| (each["key"].as_str().unwrap().to_owned(), each["value"].clone()));
                spans.insert(span["name"].as_str().unwrap().to_owned(), attributes.collect());
            }
        }
    }
    spans
}

#[test]
fn the_trace_is_printed_with_tokens_first_chunk_and_cost() {
    let folder = folder();

    let text = text_of(&demo(&folder, &[]).output().unwrap());

    let streamed: Vec<&str> = line(&text, "chat claude-sonnet-4-5").split_whitespace().collect();
    // 231 at 3, 2048 cached at 0.30 and 64 out at 15 dollars a million.
    assert!(streamed.ends_with(&["2279", "2048", "64", "0.0022674", "ok"]), "{text}");
    assert!(line(&text, "invoke_agent help-desk").ends_with("ok"), "{text}");
    assert!(line(&text, "* documents_retrieved").ends_with("count=3"), "{text}");
    assert!(line(&text, "chat gpt-4o ").contains("error 429"), "{text}");
    // The sum of 0.0022674, 0.0000843 (gpt-4o-mini), 0.000207 (claude-haiku-4-5) and 0.0000003 (the embedding).
    assert!(
        line(&text, "total").starts_with("total 0.002559 USD over 4 model calls"),
        "{text}"
    );
}

#[test]
fn an_unknown_model_has_no_cost_and_one_warning() {
    let folder = folder();

    let output = demo(&folder, &[]).output().unwrap();
    let text = text_of(&output);

    assert!(line(&text, "chat acme-support-1").contains("unpriced"), "{text}");
    assert!(text.contains("1 unpriced model call not in the sum"), "{text}");
    let everything = text + &String::from_utf8(output.stderr).unwrap();
    let warnings = everything
        .lines()
        .filter(|line| line.to_lowercase().contains("warn") && line.contains("acme-support-1"));
    assert_eq!(warnings.count(), 1, "{everything}");
    let unpriced = &spans(&lines_in(&folder))["chat acme-support-1"];
    assert!(!unpriced.contains_key("gen_ai.usage.cost"), "{unpriced:?}");
}

#[test]
fn a_stream_lasts_until_its_last_chunk() {
    let folder = folder();

    text_of(&demo(&folder, &[]).output().unwrap());

    let streamed = &spans(&lines_in(&folder))["chat claude-sonnet-4-5"];
    let first_chunk = streamed["gen_ai.response.time_to_first_chunk"]["doubleValue"]
        .as_f64()
        .unwrap();
    assert!((0.05..1.0).contains(&first_chunk), "{first_chunk}");
}

#[test]
fn an_unresponsive_collector_does_not_change_the_printed_trace() {
    let folder = folder();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    let output = demo(&folder, &[])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)
        .output()
        .unwrap();
    let text = text_of(&output);
    assert!(line(&text, "chat gpt-4o-mini").contains("0.0000843"), "{text}");
    assert!(
        text.contains(&format!("9 of 9 spans were not delivered to {endpoint}/v1/traces")),
        "{text}"
    );
    assert_eq!(spans(&lines_in(&folder)).len(), 9);
}

/// An address without a listener.
fn closed_endpoint() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[test]
fn without_a_collector_the_demo_ends_in_time_and_counts_undelivered_spans() {
    let folder = folder();
    let closed = closed_endpoint();
    let begun = Instant::now();

    let output = demo(&folder, &[])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", &closed)
        .output()
        .unwrap();
    let text = text_of(&output);

    assert!(
        begun.elapsed() < Duration::from_secs(7),
        "2 s of work and 5 s of shutdown: {:?}",
        begun.elapsed()
    );
    assert!(
        text.contains(&format!(
            "9 of 9 spans were not delivered to {closed}/v1/traces: 9 failed."
        )),
        "{text}"
    );
    let warnings = String::from_utf8(output.stderr).unwrap();
    assert!(warnings.contains("spans cannot be delivered"), "{warnings}");
}

#[test]
fn the_printed_endpoint_is_the_effective_one() {
    let folder = folder();
    let closed = closed_endpoint();

    let text = text_of(
        &demo(&folder, &[])
            .env("OTEL_TRACES_EXPORTER", "OTLP")
            .env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "no address")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", &closed)
            .output()
            .unwrap(),
    );

    assert!(
        text.contains(&format!("not delivered to {closed}/v1/traces: ")),
        "{text}"
    );
}

#[test]
fn console_exporters_finish_before_the_trace_is_printed() {
    let folder = folder();

    let output = demo(&folder, &[])
        .env("OTEL_TRACES_EXPORTER", "console")
        .env("OTEL_METRICS_EXPORTER", "console")
        .env("OTEL_LOGS_EXPORTER", "console")
        .output()
        .unwrap();
    let text = text_of(&output);

    // An exporter that only writes at shutdown would write below the trace.
    let (exported, printed) = text
        .split_once("\nspan ")
        .unwrap_or_else(|| panic!("no trace in\n{text}"));
    for expected in [
        "gen_ai.usage.cost",
        "gen_ai.client.operation.duration",
        "invoke_agent help-desk",
        "documents_retrieved",
    ] {
        assert!(exported.contains(expected), "no {expected} above the trace in\n{text}");
    }
    assert!(
        line(printed, "total").starts_with("total 0.002559 USD over 4 model calls"),
        "{text}"
    );
    assert!(
        printed
            .trim_end()
            .ends_with("OTEL_TRACES_EXPORTER to otlp or unset it."),
        "{text}"
    );
    assert!(!text.contains("were not written"), "{text}");
}

#[test]
fn disabled_spans_are_attributed_to_their_setting() {
    let folder = folder();

    let unsampled = text_of(
        &demo(&folder, &[])
            .env("OTEL_TRACES_SAMPLER", "always_off")
            .output()
            .unwrap(),
    );
    let disabled = text_of(&demo(&folder, &[]).env("OTEL_SDK_DISABLED", "true").output().unwrap());

    assert!(
        unsampled.contains("9 spans were not sampled: OTEL_TRACES_SAMPLER"),
        "{unsampled}"
    );
    assert!(
        disabled.contains("No span was recorded; OTEL_SDK_DISABLED"),
        "{disabled}"
    );
}

#[test]
fn recordings_are_replayed_with_tokens_and_cost() {
    let folder = folder();
    fs::create_dir_all(folder.path().join("recorded/openai")).unwrap();
    fs::write(folder.path().join("recorded/openai/hello.yaml"), RECORDING).unwrap();

    let text = text_of(&demo(&folder, &["--recordings", "recorded"]).output().unwrap());

    assert!(
        text.starts_with("Replayed 1 of 1 recorded calls in recorded."),
        "{text}"
    );
    assert!(line(&text, "invoke_workflow openai/hello").ends_with("ok"), "{text}");
    // 1000 in at 0.15 and 100 out at 0.60 dollars a million.
    let call: Vec<&str> = line(&text, "chat gpt-4o-mini").split_whitespace().collect();
    assert!(call.ends_with(&["1000", "100", "0.00021", "ok"]), "{text}");
}

#[test]
fn a_real_provider_gets_the_key_of_the_named_variable() {
    let folder = folder();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/openai/v1", listener.local_addr().unwrap());
    let provider = thread::spawn(move || (0..3).map(|_| serve_one_call(&listener)).collect::<Vec<_>>());

    let mut command = demo(
        &folder,
        &[
            "--base-url",
            &base_url,
            "--api-key-env",
            "DEMO_KEY",
            "--model",
            "gpt-4o-mini",
        ],
    );
    let text = text_of(&command.env("DEMO_KEY", "k-17").output().unwrap());

    assert!(text.contains("Skipped: the calls in Anthropic's format"), "{text}");
    assert!(line(&text, "total").starts_with("total 0.00000"), "{text}");
    for request in provider.join().unwrap() {
        assert!(request.starts_with("POST /openai/v1/"), "{request}");
        assert!(
            request.to_lowercase().contains("authorization: bearer k-17\r\n"),
            "{request}"
        );
    }
}

/// Responds to one request with a chat completion of three tokens, and returns the request's head.
fn serve_one_call(listener: &TcpListener) -> String {
    let mut connection = BufReader::new(listener.accept().unwrap().0);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        connection.read_line(&mut head).unwrap();
    }
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    connection.read_exact(&mut vec![0; length.unwrap()]).unwrap();
    let body =
        r#"{"model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}}"#;
    let response_head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
    write!(
        connection.get_mut(),
        "{response_head}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    head
}

#[test]
fn a_local_server_with_its_own_name_has_no_price() {
    let folder = folder();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
    let provider = thread::spawn(move || (0..3).map(|_| serve_one_call(&listener)).for_each(drop));

    let text = text_of(
        &demo(&folder, &["--base-url", &base_url, "--provider", "ollama"])
            .output()
            .unwrap(),
    );
    provider.join().unwrap();

    assert!(
        line(&text, "total").starts_with("total 0 USD over 0 model calls; 3 unpriced"),
        "{text}"
    );
    let call = &spans(&lines_in(&folder))["chat gpt-4o-mini"];
    assert_eq!(call["gen_ai.provider.name"]["stringValue"], "ollama");
}

#[test]
fn an_unreachable_provider_is_an_error() {
    let folder = folder();

    let output = demo(&folder, &["--base-url", &closed_endpoint()]).output().unwrap();

    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(
        error.starts_with("error: the model was not called: the provider could not be reached"),
        "{error}"
    );
}

#[test]
fn a_limit_of_zero_is_rejected() {
    let folder = folder();

    let output = demo(&folder, &["--recordings", "recorded", "--limit", "0"])
        .output()
        .unwrap();

    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("'--limit <N>'"), "{error}");
}

#[test]
fn a_wrong_setting_is_one_line_on_stderr() {
    let folder = folder();

    let output = demo(&folder, &["--recordings", "nowhere"]).output().unwrap();

    assert!(!output.status.success());
    assert!(output.stdout.is_empty());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.starts_with("error: cannot list nowhere"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

const RECORDING: &str = r#"
when:
  path: /v1/chat/completions
  method: POST
  body: '{"model":"gpt-4o-mini","messages":[]}'
then:
  status: 200
  header:
  - name: content-type
    value: application/json
  body: '{"id":"r-1","object":"chat.completion","model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":100}}'
"#;
