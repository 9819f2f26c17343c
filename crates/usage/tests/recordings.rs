//! Recorded exchanges of many providers, streams included, read and compared with a plain walk over their JSON.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod shared_data;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use tracing_genai_usage::{Api, Reading, StreamReader, Unit, read_body};

#[derive(Deserialize)]
struct Exchange {
    when: Request,
    then: Response,
}

#[derive(Deserialize)]
struct Request {
    path: String,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    body: Option<String>,
}

fn recordings(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            recordings(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
}

/// The JSON objects of a body: itself, or the data of its events.
fn objects(body: &str) -> Vec<Value> {
    if let Ok(object) = serde_json::from_str::<Value>(body) {
        return vec![object];
    }
    body.lines()
        .filter_map(|line| serde_json::from_str(line.strip_prefix("data:")?.trim()).ok())
        .collect()
}

/// Input and output as a person would read them off the objects.
fn input_and_output(api: Api, objects: &[Value]) -> (Option<u64>, Option<u64>) {
    let last = |path: &[&str]| {
        let value = |object: &Value| {
            path.iter()
                .try_fold(object, |value, key| value.get(key))
                .and_then(Value::as_u64)
        };
        objects.iter().rev().find_map(value)
    };
    match api {
        Api::OpenAiResponses => {
            let count = |name| last(&["response", "usage", name]).or_else(|| last(&["usage", name]));
            (count("input_tokens"), count("output_tokens"))
        }
        Api::AnthropicMessages => {
            let count = |name| last(&["usage", name]).or_else(|| last(&["message", "usage", name]));
            let cached = ["cache_creation_input_tokens", "cache_read_input_tokens"]
                .into_iter()
                .filter_map(count);
            let input = count("input_tokens").map(|input| input + cached.sum::<u64>());
            (input, last(&["usage", "output_tokens"]))
        }
        _ => {
            let count = |name| last(&["usage", name]).or_else(|| last(&["x_groq", "usage", name]));
            (count("prompt_tokens"), count("completion_tokens"))
        }
    }
}

fn read(api: Api, body: &str, step: usize) -> Reading {
    if serde_json::from_str::<Value>(body).is_ok() {
        return read_body(api, body.as_bytes()).unwrap();
    }
    let mut reader = StreamReader::new(api);
    for chunk in body.as_bytes().chunks(step) {
        reader.push(chunk);
    }
    reader.finish()
}

#[test]
fn every_recorded_response_is_read_as_its_json_says() {
    let Some(folder) = shared_data::path("TRACING_GENAI_RECORDINGS") else {
        return;
    };
    let mut files = Vec::new();
    recordings(&folder, &mut files);
    let (mut read_bodies, mut with_usage) = (0, 0);
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let Ok(exchanges) = serde_saphyr::from_multiple::<Exchange>(&text) else {
            continue;
        };
        for exchange in exchanges {
            let (Some(api), Some(body)) = (Api::detect(&exchange.when.path, b""), exchange.then.body) else {
                continue;
            };
            let objects = objects(&body);
            if objects.is_empty() {
                continue;
            }
            let reading = read(api, &body, usize::MAX);
            let actual = (
                reading.usage.get(Unit::InputTokens),
                reading.usage.get(Unit::OutputTokens),
            );
            let expected = input_and_output(api, &objects);
            read_bodies += 1;
            with_usage += usize::from(expected.0.is_some());
            let refused = exchange.then.status >= 400;
            let sound = reading.skipped_events == 0
                && reading.invalid.is_none()
                && actual == expected
                && reading == read(api, &body, 7)
                && (!refused || reading.error.is_some())
                && (refused || reading.model.is_some() || reading.error.is_some());
            if !sound {
                wrong.push(format!("{}: expected {expected:?} in {reading:?}", file.display()));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {read_bodies}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        with_usage > 300,
        "only {with_usage} of {read_bodies} recorded bodies report usage"
    );
    eprintln!("{read_bodies} recorded bodies, {with_usage} with usage");
}
