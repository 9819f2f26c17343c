//! Every number that recorded responses count by is read, or listed as saying nothing new: a new field is noticed here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod exchanges;
mod recorded_bodies;
mod shared_data;

use std::collections::BTreeMap;

use recorded_bodies::Entry;
use serde_json::Value;
use tracing_genai_usage::{Api, Endpoint, read_body};

/// What is not read, and makes a cost uncertain: by the API and the path, with the reason.
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

/// The same body with every zero of its usage made a one, since a zero of what is not read costs nothing and is passed over.
fn with_zeros_as_ones(value: &mut Value) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(with_zeros_as_ones),
        Value::Array(items) => items.iter_mut().for_each(with_zeros_as_ones),
        Value::Number(number) if number.as_f64() == Some(0.0) => *value = 1.into(),
        _ => {}
    }
}

fn is_listed(api: Api, path: &str) -> bool {
    UNREAD
        .iter()
        .any(|&(of, listed, _)| of == api && path.starts_with(listed))
}

#[test]
fn every_field_of_every_recorded_usage_is_read_or_listed() {
    let Some(path) = shared_data::path("TRACING_GENAI_USAGES") else {
        return;
    };
    let entries: Vec<Entry> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut unread: BTreeMap<String, usize> = BTreeMap::new();
    let mut listed = 0;
    for entry in &entries {
        let (_, _, api) = entry.own().unwrap();
        let mut body = entry.body.clone();
        with_zeros_as_ones(&mut body);
        for path in read_body(api, body.to_string().as_bytes()).unwrap().unread {
            if is_listed(api, &path) {
                listed += 1;
            } else {
                *unread.entry(format!("{}: {path}", api.name())).or_insert(0) += 1;
            }
        }
    }
    assert!(unread.is_empty(), "{unread:#?}");
    assert!(listed > 0, "the list of unread fields has no use any more");
}

#[test]
fn every_field_of_every_recorded_exchange_is_read_or_listed() {
    let Some(recordings) = shared_data::path("TRACING_GENAI_RECORDINGS") else {
        return;
    };
    let mut unread: BTreeMap<String, usize> = BTreeMap::new();
    let mut read = 0;
    for exchange in exchanges::read(&recordings) {
        let Some(endpoint) = Endpoint::of_path(&exchange.provider, &exchange.path) else {
            continue;
        };
        for mut object in exchanges::objects(&exchange.body) {
            with_zeros_as_ones(&mut object);
            let Ok(reading) = read_body(endpoint.api, object.to_string().as_bytes()) else {
                continue;
            };
            read += 1;
            for path in reading.unread.iter().filter(|path| !is_listed(endpoint.api, path)) {
                *unread.entry(format!("{}: {path}", endpoint.api.name())).or_insert(0) += 1;
            }
        }
    }
    assert!(unread.is_empty(), "of {read}: {unread:#?}");
    assert!(read > 1_000, "{read} exchanges");
}
