//! Every number in recorded usages is read or listed as irrelevant: new fields fail here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // Tests and their helpers may panic.

mod exchanges;
mod recorded_bodies;
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;

use std::collections::BTreeMap;

use recorded_bodies::Entry;
use serde_json::Value;
use tracing_genai_usage::{Api, Endpoint, read_body};

/// Unread paths, which make a cost uncertain: the API, the path, and the reason.
const UNREAD: &[(Api, &str, &str)] = &[
    (
        Api::BedrockConverse,
        "stopReason",
        "a guardrail that stopped the answer, which has a fee",
    ),
    (
        Api::AnthropicMessages,
        "iterations[]",
        "what another model advised, at that model's price",
    ),
    (
        Api::OpenAiChat,
        "cache_creation.ephemeral_24h_input_tokens",
        "a lifetime without a unit",
    ),
    (
        Api::OpenAiChat,
        "total_tokens",
        "thoughts that Gemini's compatible API counts in the total alone",
    ),
    (
        Api::OpenAiResponses,
        "image_gen",
        "images of a tool, at the price of the model that made them",
    ),
    (
        Api::Cohere,
        "billed_units.images",
        "images of models that are charged by the image",
    ),
    (
        Api::BedrockConverse,
        "trace.guardrail.usage",
        "units of text that a guardrail looked at, which have no unit here",
    ),
];

/// The body with every zero of its usage replaced by one, since unread zeros are not reported.
fn with_zeros_as_ones(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(with_zeros_as_ones),
        Value::Array(items) => items.iter_mut().for_each(with_zeros_as_ones),
        Value::Number(number) if number.as_f64() == Some(0.0) => *value = 1.into(),
        _ => {}
    }
}

fn is_listed(api: Api, path: &str) -> bool {
    UNREAD.iter().any(|row| is_of(row, api, path))
}

fn is_of(&(of, listed, _): &(Api, &str, &str), api: Api, path: &str) -> bool {
    of == api && path.starts_with(listed)
}

/// The unread paths that are not listed, with their number of occurrences.
fn unlisted(unread: &[(Api, String)]) -> BTreeMap<String, usize> {
    let mut unlisted = BTreeMap::new();
    for (api, path) in unread.iter().filter(|(api, path)| !is_listed(*api, path)) {
        *unlisted.entry(format!("{}: {path}", api.name())).or_insert(0) += 1;
    }
    unlisted
}

/// The unread paths of the recorded usages.
fn of_usages() -> Option<Vec<(Api, String)>> {
    let path = shared_data::path("TRACING_GENAI_USAGES")?;
    let entries: Vec<Entry> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let unread = entries.iter().flat_map(|entry| {
        let (_, _, api) = entry.own().unwrap();
        let mut body = entry.body.clone();
        with_zeros_as_ones(&mut body);
        let reading = read_body(api, body.to_string().as_bytes()).unwrap();
        reading.unread.into_iter().map(move |path| (api, path))
    });
    Some(unread.collect())
}

/// The unread paths of the recorded exchanges, and the number of objects read.
fn of_exchanges() -> Option<(Vec<(Api, String)>, usize)> {
    let recordings = shared_data::path("TRACING_GENAI_RECORDINGS")?;
    let (mut unread, mut read) = (Vec::new(), 0);
    for exchange in exchanges::read(&recordings) {
        let Some(Endpoint { api, .. }) = Endpoint::of_path(&exchange.provider, &exchange.path) else {
            continue;
        };
        for mut object in exchanges::objects(&exchange.body) {
            with_zeros_as_ones(&mut object);
            let Ok(reading) = read_body(api, object.to_string().as_bytes()) else {
                continue;
            };
            read += 1;
            unread.extend(reading.unread.into_iter().map(|path| (api, path)));
        }
    }
    Some((unread, read))
}

#[test]
fn every_field_of_every_recorded_usage_is_read_or_listed() {
    if let Some(unread) = of_usages() {
        let unlisted = unlisted(&unread);
        assert!(unlisted.is_empty(), "{unlisted:#?}");
    }
}

#[test]
fn every_field_of_every_recorded_exchange_is_read_or_listed() {
    if let Some((unread, read)) = of_exchanges() {
        let unlisted = unlisted(&unread);
        assert!(unlisted.is_empty(), "of {read}: {unlisted:#?}");
        assert!(read > 1_000, "{read} objects");
    }
}

#[test]
fn every_listed_field_is_recorded_somewhere() {
    let (Some(mut unread), Some((more, _))) = (of_usages(), of_exchanges()) else {
        return;
    };
    unread.extend(more);
    let is_used = |row: &&(Api, &str, &str)| unread.iter().any(|(api, path)| is_of(row, *api, path));
    let idle: Vec<_> = UNREAD.iter().filter(|row| !is_used(row)).collect();
    assert!(idle.is_empty(), "{idle:#?}");
}
