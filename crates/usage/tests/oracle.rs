//! Real bodies, read as genai-prices reads them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod recorded_bodies;
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;

use std::collections::BTreeMap;

use recorded_bodies::Entry;
use serde_json::Value;
use tracing_genai_usage::{Api, read_body};

/// What a body says by its provider's own documentation and the oracle, at its version, leaves out: by whose API, in which
/// field, and what the field adds to the oracle's counts. Each field is worked out here from the body itself.
const CORRECTIONS: &[Correction] = &[
    // `cacheDetails` divides the cache writes by their time to live; later versions of genai-prices read it, too:
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
    // Compaction is billed in `iterations` alone: https://platform.claude.com/docs/en/build-with-claude/compaction, "Usage".
    // What another model advised has another price, and is no part of these counts.
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
    // Embeddings list their modalities, which have prices of their own: https://ai.google.dev/gemini-api/docs/pricing.
    Correction {
        api: Api::GeminiContent,
        field: "/usageMetadata/promptTokenDetails",
        correct: |details, counts| {
            for detail in details.as_array().unwrap() {
                assert_eq!(detail["modality"], "TEXT", "a modality that this test does not know");
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
fn every_recorded_body_has_the_usage_that_genai_prices_extracts_for_its_provider() {
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
        // The oracle leaves out counts of zero; a provider that reports a zero has still reported it.
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
    assert_eq!(
        needed,
        CORRECTIONS.len(),
        "a correction that no body needs: {corrected:?}"
    );
    eprintln!("{} bodies: {compared:?}; corrected: {corrected:?}", entries.len());
}
