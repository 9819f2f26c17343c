//! The demo prints no control character of recordings, providers and settings.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod hostile;

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    thread,
};

use hostile::{assert_shown, folder, hostile_texts, run_in, run_with};
use serde_json::{Value, json};

/// A recorded exchange, with the text in every place.
fn recording(hostile: &str, status: u16) -> String {
    let request = json!({"model": hostile, "messages": [{"role": "user", "content": hostile}]}).to_string();
    let body = json!({"id": hostile, "model": hostile, "choices": [{"finish_reason": hostile}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 1, hostile: 4},
        "error": if status == 200 { Value::Null } else { json!({"message": hostile, "type": hostile, "code": hostile}) }});
    let yaml = |text: &str| Value::from(text).to_string();
    format!(
        "when:\n  path: /v1/chat/completions\n  body: {}\nthen:\n  status: {status}\n  header:\n  - name: content-type\n    \
         value: application/json\n  body: {}\n",
        yaml(&request),
        yaml(&body.to_string())
    )
}

#[test]
fn the_demo_shows_recordings_escaped() {
    for hostile in hostile_texts(3) {
        let folder = folder();
        let name: String = hostile.chars().filter(|each| !"/\0".contains(*each)).take(50).collect();
        let name = PathBuf::from(name);
        let recordings = folder.path().join("recorded");
        for provider in [Path::new("openai"), &name] {
            fs::create_dir_all(recordings.join(provider)).unwrap();
        }
        let file = |name: &Path| recordings.join("openai").join(name).with_extension("yaml");
        fs::write(file(&name), recording(&hostile, 200)).unwrap();
        fs::write(file(Path::new("refused")), recording(&hostile, 429)).unwrap();
        let demo = ["demo", "--out", "out.jsonl", "--recordings", "recorded"];
        assert_shown(&run_in(folder.path(), &demo, ""), "recordings");
        fs::write(file(&name), format!("hello: {}\n", Value::from(&*hostile))).unwrap();
        let output = run_in(folder.path(), &demo, "");
        assert_shown(&output, "an invalid recording");
        assert!(!output.status.success());
    }
}

#[test]
fn the_demo_shows_a_provider_its_settings_and_errors_escaped() {
    for hostile in hostile_texts(3) {
        for status in ["200 OK", "500 No"] {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let base_url = format!("http://{}/v1", listener.local_addr().unwrap());
            let body = json!({"model": &hostile, "choices": [{"finish_reason": &hostile}],
                "usage": {"prompt_tokens": 2, "completion_tokens": 1, &hostile: 4},
                "error": if status == "200 OK" { Value::Null } else { json!({"message": &hostile, "type": &hostile}) }});
            let body = body.to_string();
            thread::spawn(move || {
                for connection in listener.incoming() {
                    respond(connection.unwrap(), status, &body);
                }
            });
            let arguments = [
                "demo",
                "--out",
                "o.jsonl",
                "--base-url",
                &base_url,
                "--provider",
                &hostile,
                "--model",
                &hostile,
            ];
            let settings = [
                ("OTEL_TRACES_SAMPLER", &*hostile),
                ("OTEL_BSP_MAX_QUEUE_SIZE", &*hostile),
                ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &*hostile),
                ("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT", &*hostile),
            ];
            let settings = if status == "200 OK" { &settings[..] } else { &[] };
            let output = run_with(folder().path(), &arguments, "", settings);
            assert_shown(&output, status);
        }
    }
}

/// Responds to one request.
fn respond(connection: TcpStream, status: &str, body: &str) {
    let mut connection = BufReader::new(connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if connection.read_line(&mut head).unwrap_or(0) == 0 {
            return;
        }
    }
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let _ = connection.read_exact(&mut vec![0; length.unwrap_or(0)]);
    let _ = write!(
        connection.get_mut(),
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
}
