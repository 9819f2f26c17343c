//! Recorded exchanges of many providers, streams included, read and compared with a plain walk over their JSON.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Tests and their helpers may panic.

mod exchanges;
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;

use std::collections::BTreeMap;

use exchanges::{input_and_output, objects};
use tracing_genai_usage::{Api, Endpoint, Reading, ResponseReader, Unit};

fn read(mut reader: ResponseReader, body: &[u8], step: usize) -> Reading {
    for chunk in body.chunks(step) {
        reader.push(chunk);
    }
    reader.finish()
}

#[test]
fn every_recorded_response_matches_a_walk_over_its_json() {
    let Some(folder) = shared_data::path("TRACING_GENAI_RECORDINGS") else {
        return;
    };
    let (mut read_bodies, mut with_usage) = (BTreeMap::new(), 0);
    let mut wrong = Vec::new();
    for exchange in exchanges::read(&folder) {
        let Some(endpoint) = Endpoint::of_path(&exchange.provider, &exchange.path) else {
            continue;
        };
        let (api, body) = (endpoint.api, &exchange.body);
        let objects = objects(body);
        if objects.is_empty() {
            continue;
        }
        let reading = read(ResponseReader::new(api), body, usize::MAX);
        let actual = (
            reading.usage.get(Unit::InputTokens),
            reading.usage.get(Unit::OutputTokens),
        );
        let expected = input_and_output(api, &objects);
        *read_bodies.entry(api.name()).or_insert(0) += 1;
        with_usage += usize::from(expected.0.is_some());
        let rejected = exchange.status >= 400;
        let names_itself = reading.model.is_some() || Endpoint::model_in(&exchange.path).is_some();
        let names_nothing = matches!(api, Api::Cohere | Api::OpenAiImages | Api::OpenAiTranscriptions);
        let sound = reading.skipped_events == 0
            && reading.invalid.is_none()
            && actual == expected
            && reading == read(ResponseReader::new(api), body, 7)
            && reading == read(ResponseReader::parsing_everything(api), body, usize::MAX)
            && (!rejected || reading.error.is_some())
            && (rejected || names_itself || names_nothing || reading.error.is_some());
        if !sound {
            wrong.push(format!(
                "{}: expected {expected:?} in {reading:?}",
                exchange.file.display()
            ));
        }
    }
    let total: usize = read_bodies.values().sum();
    assert!(wrong.is_empty(), "{} of {total}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(
        2 * with_usage > total,
        "only {with_usage} of {total} recorded bodies report usage"
    );
    eprintln!("{total} recorded bodies, {with_usage} with usage: {read_bodies:?}");
}
