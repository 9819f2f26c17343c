//! Real bodies give the same usage as genai-prices extracts.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // Tests and their helpers may panic.

mod recorded_bodies;
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;

use std::collections::BTreeMap;

use recorded_bodies::Entry;
use serde_json::Value;
use tracing_genai_usage::{Api, read_body};

/// Counts documented by the provider that the oracle, at its version, omits: the API, the field, and the difference to
/// the oracle's counts, each computed here from the body.
const CORRECTIONS: &[Correction] = &[
    // `cacheDetails` has the cache writes by time to live; later versions of genai-prices read it, too:
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html
    Correction {
        api: Api::BedrockConverse,
        field: "/usage/cacheDetails",
        correct: |details, counts| {
            for detail in details.as_array().unwrap() {
                let unit = match detail["ttl"].as_str() {
                    Some("5m") => "cache_write_5m_tokens",
                    _ => "cache_write_1h_tokens",
                };
                counts.insert(unit, detail["inputTokens"].as_u64().unwrap());
            }
        },
    },
    // Compaction is billed only in `iterations`: https://platform.claude.com/docs/en/build-with-claude/compaction,
    // "Usage". Advice of another model has another price, and is no part of these counts.
    Correction {
        api: Api::AnthropicMessages,
        field: "/usage/iterations",
        correct: |iterations, counts| {
            let own = || {
                iterations
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|pass| pass["model"].is_null())
            };
            let sum = |field: &str| own().map(|pass| pass[field].as_u64().unwrap_or(0)).sum::<u64>();
            let five = own().map(|pass| {
                pass["cache_creation"]["ephemeral_5m_input_tokens"]
                    .as_u64()
                    .unwrap_or(0)
            });
            let (read, written) = (sum("cache_read_input_tokens"), sum("cache_creation_input_tokens"));
            counts.insert("input_tokens", sum("input_tokens") + read + written);
            counts.insert("output_tokens", sum("output_tokens"));
            counts.insert("cache_read_tokens", read);
            counts.insert("cache_write_tokens", written);
            counts.insert("cache_write_5m_tokens", five.sum());
        },
    },
    // Mistral's cached tokens: https://docs.mistral.ai/api, and https://github.com/pydantic/genai-prices/issues/444.
    Correction {
        api: Api::OpenAiChat,
        field: "/usage/num_cached_tokens",
        correct: |cached, counts| _ = counts.insert("cache_read_tokens", cached.as_u64().unwrap()),
    },
    // Embeddings report their modalities, which have different prices: https://ai.google.dev/gemini-api/docs/pricing.
    Correction {
        api: Api::GeminiContent,
        field: "/usageMetadata/promptTokenDetails",
        correct: |details, counts| {
            for detail in details.as_array().unwrap() {
                assert_eq!(detail["modality"], "TEXT", "unknown modality");
                counts.insert("input_text_tokens", detail["tokenCount"].as_u64().unwrap());
            }
        },
    },
];

struct Correction {
    api: Api,
    field: &'static str,
    correct: fn(&Value, &mut BTreeMap<&str, u64>),
}

#[test]
fn every_recorded_body_has_the_usage_of_genai_prices() {
    let Some(path) = shared_data::path("TRACING_GENAI_USAGES") else {
        return;
    };
    let entries: Vec<Entry> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let (mut compared, mut corrected) = (BTreeMap::new(), BTreeMap::new());
    let mut wrong = Vec::new();
    for entry in &entries {
        let body = &entry.body;
        let Some((extracted, _, api)) = entry.own() else {
            wrong.push(format!("no extractor of the body's own provider: {body}"));
            continue;
        };
        let reading = read_body(api, body.to_string().as_bytes()).unwrap();
        // The oracle omits zeros; a reported zero is kept here.
        let mut expected: BTreeMap<&str, u64> = extracted
            .usage
            .iter()
            .map(|(unit, &count)| (unit.as_str(), count))
            .collect();
        for correction in CORRECTIONS.iter().filter(|correction| correction.api == api) {
            if let Some(value) = body.pointer(correction.field).filter(|value| !value.is_null()) {
                let before = expected.clone();
                (correction.correct)(value, &mut expected);
                *corrected.entry(correction.field).or_insert(0) += usize::from(expected != before);
            }
        }
        expected.retain(|_, &mut count| count > 0);
        let counts = reading.usage.iter().filter(|&(_, count)| count > 0);
        let actual: BTreeMap<&str, u64> = counts.map(|(unit, count)| (unit.name(), count)).collect();
        *compared.entry(api.name()).or_insert(0) += 1;
        if actual != expected {
            wrong.push(format!(
                "{}: expected {expected:?}, not {actual:?} in {body}",
                api.name()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    let needed = corrected.values().filter(|bodies| **bodies > 0).count();
    assert_eq!(needed, CORRECTIONS.len(), "unused correction: {corrected:?}");
    eprintln!("{} bodies: {compared:?}; corrected: {corrected:?}", entries.len());
}
