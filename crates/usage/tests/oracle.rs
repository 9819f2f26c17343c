//! Real bodies, read as genai-prices reads them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod shared_data;

use std::collections::BTreeMap;

use serde_json::Value;
use tracing_genai_usage::{Api, read_body};

/// The extractors of genai-prices that read these APIs.
fn api(extractor: &Value, body: &Value) -> Option<Api> {
    match (extractor["provider_id"].as_str()?, extractor["api_flavor"].as_str()?) {
        ("openai", "chat") => Some(Api::OpenAiChat),
        ("openai", "responses") => Some(Api::OpenAiResponses),
        // The oracle tries its embeddings extractor on chat bodies too, whose output it then leaves out.
        ("openai", "embeddings") if body["usage"]["completion_tokens"].is_null() => Some(Api::OpenAiEmbeddings),
        ("anthropic", "default") => Some(Api::AnthropicMessages),
        _ => None,
    }
}

#[test]
fn every_recorded_body_has_the_usage_that_genai_prices_extracts() {
    let Some(path) = shared_data::path("TRACING_GENAI_USAGES") else {
        return;
    };
    let bodies: Vec<Value> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut compared = BTreeMap::new();
    let mut wrong = Vec::new();
    for entry in &bodies {
        let body = &entry["body"];
        for extracted in entry["extracted"].as_array().unwrap() {
            // The oracle leaves out counts of zero; a provider that reports a zero has still reported it.
            let expected: BTreeMap<String, u64> = serde_json::from_value(extracted["usage"].clone()).unwrap();
            let expected: BTreeMap<_, _> = expected.into_iter().filter(|&(_, count)| count > 0).collect();
            for api in extracted["extractors"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|extractor| api(extractor, body))
            {
                let reading = read_body(api, body.to_string().as_bytes()).unwrap();
                let counts = reading.usage.iter().filter(|&(_, count)| count > 0);
                let actual: BTreeMap<_, _> = counts.map(|(unit, count)| (unit.name().to_owned(), count)).collect();
                *compared.entry(format!("{api:?}")).or_insert(0) += 1;
                if actual != expected {
                    wrong.push(format!("{api:?}: expected {expected:?}, not {actual:?} in {body}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(
        compared.len() >= 3 && compared.values().sum::<i32>() > 400,
        "{compared:?}"
    );
}
