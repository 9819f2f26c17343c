//! Real bodies, read as genai-prices reads them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod recorded_bodies;
mod shared_data;

use std::collections::BTreeMap;

use recorded_bodies::Entry;
use tracing_genai_usage::{Api, read_body};

/// Units that a provider's own documentation says are counted, and that the oracle, at its version, leaves out for that API.
const LEFT_OUT: &[(Api, &[&str])] = &[
    // `cacheDetails` divides the cache writes by their time to live; later versions of genai-prices read it, too:
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
    (
        Api::BedrockConverse,
        &["cache_write_5m_tokens", "cache_write_1h_tokens"],
    ),
];

#[test]
fn every_recorded_body_has_the_usage_that_genai_prices_extracts_for_its_provider() {
    let Some(path) = shared_data::path("TRACING_GENAI_USAGES") else {
        return;
    };
    let entries: Vec<Entry> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut compared, mut excepted) = (BTreeMap::new(), 0);
    let mut wrong = Vec::new();
    for entry in &entries {
        let body = &entry.body;
        let Some((extracted, _, api)) = entry.own() else {
            wrong.push(format!("no extractor of the body's own provider: {body}"));
            continue;
        };
        let reading = read_body(api, body.to_string().as_bytes()).unwrap();
        // The oracle leaves out counts of zero; a provider that reports a zero has still reported it.
        let expected: BTreeMap<&str, u64> = extracted
            .usage
            .iter()
            .filter(|&(_, &count)| count > 0)
            .map(|(unit, &count)| (unit.as_str(), count))
            .collect();
        let counts = reading.usage.iter().filter(|&(_, count)| count > 0);
        let actual: BTreeMap<&str, u64> = counts.map(|(unit, count)| (unit.name(), count)).collect();
        *compared.entry(api.name()).or_insert(0) += 1;
        if actual == expected {
            continue;
        }
        let left_out = LEFT_OUT
            .iter()
            .find(|(of, _)| *of == api)
            .map_or(&[][..], |(_, units)| units);
        let mut but_for_them = actual.clone();
        but_for_them.retain(|unit, _| expected.contains_key(unit) || !left_out.contains(unit));
        if but_for_them == expected {
            excepted += 1;
        } else {
            wrong.push(format!(
                "{}: expected {expected:?}, not {actual:?} in {body}",
                api.name()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(
        excepted * 50 <= entries.len(),
        "{excepted} of {} bodies are exceptions",
        entries.len()
    );
    eprintln!("{} bodies, {excepted} of them exceptions: {compared:?}", entries.len());
}
