//! The usage of each recorded body reads the same from a span's attribute as from the response.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

mod pricing;
#[path = "../../usage/tests/recorded_bodies/mod.rs"]
mod recorded_bodies;
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;

use std::collections::BTreeMap;

use opentelemetry::KeyValue;
use recorded_bodies::Entry;
use serde_json::Value;
use tracing_genai_usage::{Unit, read_body};

/// Paths unread from the attribute but not from the response, with the reason. For the passes, the counts differ too.
const SPAN_ONLY: &[(&str, &str)] = &[
    (
        "gen_ai.usage.raw.total_tokens",
        "a total that the counts do not add up to is unread on spans",
    ),
    (
        "gen_ai.usage.raw.iterations.",
        "the passes of a message, which are summed only in responses",
    ),
];

/// The index of the passes among them.
const PASSES: usize = 1;

/// Whether an unread path of a response is in its usage object, and not elsewhere in the body.
fn usage_has(usage: &Value, path: &str) -> bool {
    let first = path.split(['.', '[']).next().unwrap_or(path);
    usage.get(first).is_some()
}

#[test]
fn every_recorded_usage_reads_as_its_response() {
    let Some(path) = shared_data::path("TRACING_GENAI_USAGES") else {
        return;
    };
    let entries: Vec<Entry> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut differences: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let (mut compared, mut used) = (0, [0; SPAN_ONLY.len()]);
    for entry in &entries {
        let (_, _, api) = entry.own().unwrap();
        let usage = ["usage", "usageMetadata"].iter().find_map(|key| entry.body.get(*key));
        let Some(usage @ Value::Object(_)) = usage else {
            continue;
        };
        let reading = read_body(api, entry.body.to_string().as_bytes()).unwrap();
        let attributes = [
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.request.model", "m"),
            KeyValue::new("gen_ai.usage.raw", usage.to_string()),
        ];
        let span = pricing::written("test", "chat", attributes);
        let mut unread = span.unread();
        let is_doubted = !unread.is_empty();
        let is_of_passes = unread.iter().any(|name| name.starts_with(SPAN_ONLY[PASSES].0));
        for (place, (listed, _)) in SPAN_ONLY.iter().enumerate() {
            let all = unread.len();
            unread.retain(|name| !name.starts_with(listed));
            used[place] += all - unread.len();
        }
        if is_of_passes {
            continue;
        }
        compared += 1;
        let mut note = |what: String| {
            let known = differences.entry(format!("{}: {what}", api.name())).or_default();
            *known = (known.0 + 1, usage.to_string());
        };
        for (unit, name) in [
            (Unit::InputTokens, "gen_ai.usage.input_tokens"),
            (Unit::OutputTokens, "gen_ai.usage.output_tokens"),
            (Unit::CacheReadTokens, "gen_ai.usage.cache_read.input_tokens"),
        ] {
            let read = reading.usage.get(unit).unwrap_or(0);
            let span = span.integer(name).unwrap_or(0).unsigned_abs();
            if read != span {
                note(format!("{name} differs"));
            }
        }
        if reading.unread.is_empty() && !unread.is_empty() {
            note(format!("{unread:?} is doubted"));
        } else if !is_doubted && reading.unread.iter().any(|path| usage_has(usage, path)) {
            note(format!("{:?} is not doubted", reading.unread));
        }
    }
    assert!(!used.contains(&0), "an exception that no usage needs: {used:?}");
    assert!(compared > 500, "{compared}");
    assert!(differences.is_empty(), "{differences:#?}");
}
