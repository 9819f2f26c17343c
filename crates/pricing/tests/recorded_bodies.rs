//! Real bodies, read by their provider's API and priced, have the cost that genai-prices computes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // Tests and their helpers may panic.

#[path = "../../usage/tests/recorded_bodies/mod.rs"]
mod recorded_bodies;
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use recorded_bodies::{Entry, Extractor};
use serde_json::Value;
use tracing_genai_pricing::{Catalogue, Counts, Feed, PriceQuery, Usd};
use tracing_genai_usage::{Reading, read_body};

/// Noon of 2026-08-21, when the oracle computed its prices: `DeepSeek`'s depend on the time of day.
const PRICED_AT: Duration = Duration::from_secs(1_787_313_600);

/// Units that the oracle, at its version, omits and a body reports: the provider, the field, and the resulting cost in
/// USD by the provider's price list, computed here from the body.
const CORRECTIONS: &[Correction] = &[
    // Compaction is billed only in `iterations`: https://platform.claude.com/docs/en/build-with-claude/compaction,
    // "Usage".
    // The bodies are Claude Sonnet 4.6's: 3 USD a million in, 0.30 read from the cache, 3.75 written to it, 15 out.
    Correction {
        provider: "anthropic",
        field: "/usage/iterations",
        model: "claude-sonnet-4-6",
        nano_usd: |body| {
            let sum = |field: &str| -> i64 {
                let passes = body["usage"]["iterations"].as_array().unwrap();
                passes.iter().map(|pass| pass[field].as_i64().unwrap()).sum()
            };
            sum("input_tokens") * 3_000
                + sum("cache_read_input_tokens") * 300
                + sum("cache_creation_input_tokens") * 3_750
                + sum("output_tokens") * 15_000
        },
    },
    // Mistral Large: 2 USD a million in, a tenth of it cached, 6 out.
    Correction {
        provider: "mistral",
        field: "/usage/num_cached_tokens",
        model: "mistral-large-latest",
        nano_usd: |body| mistral_large(body, body["usage"]["num_cached_tokens"].as_i64().unwrap()),
    },
    Correction {
        provider: "mistral",
        field: "/usage/prompt_tokens_details/cached_tokens",
        model: "mistral-large-latest",
        nano_usd: |body| {
            mistral_large(
                body,
                body["usage"]["prompt_tokens_details"]["cached_tokens"]
                    .as_i64()
                    .unwrap(),
            )
        },
    },
    // 2.50 USD a million of text in, 40 of audio, 10 of text out: LiteLLM 1.109.1.
    Correction {
        provider: "openai",
        field: "/usage/prompt_tokens_details/audio_tokens",
        model: "gpt-4o-audio-preview-2024-12-17",
        nano_usd: |body| {
            let usage = &body["usage"];
            let audio = usage["prompt_tokens_details"]["audio_tokens"].as_i64().unwrap();
            let text = usage["prompt_tokens"].as_i64().unwrap() - audio;
            text * 2_500 + audio * 40_000 + usage["completion_tokens"].as_i64().unwrap() * 10_000
        },
    },
];

struct Correction {
    provider: &'static str,
    field: &'static str,
    model: &'static str,
    nano_usd: fn(&Value) -> i64,
}

impl Correction {
    fn of(provider: &str, body: &Value) -> Option<Usd> {
        let fits = |it: &&Self| {
            it.provider == provider
                && body["model"] == it.model
                && body.pointer(it.field).is_some_and(|value| value.as_i64() != Some(0))
        };
        let found = CORRECTIONS.iter().find(fits)?;
        Some(Usd::from_nano_usd((found.nano_usd)(body)))
    }
}

fn mistral_large(body: &Value, cached: i64) -> i64 {
    let count = |field: &str| body["usage"][field].as_i64().unwrap();
    (count("prompt_tokens") - cached) * 2_000 + cached * 200 + count("completion_tokens") * 6_000
}

fn cost(catalogue: &Catalogue, entry: &Entry, extractor: &Extractor, reading: &Reading) -> Option<Usd> {
    // The oracle prices tokens only, at the standard tier, by the body's model.
    let model = entry.body["model"].as_str().or(entry.body["modelVersion"].as_str());
    let cost = catalogue.cost(
        &PriceQuery::new(
            &extractor.provider_id,
            &reading.usage,
            SystemTime::UNIX_EPOCH + PRICED_AT,
        )
        .response_model(model)
        .counts(Counts::Inclusive),
    );
    cost.total?;
    let parts = [
        cost.parts.input,
        cost.parts.cache_read,
        cost.parts.cache_write,
        cost.parts.output,
    ];
    parts.into_iter().flatten().try_fold(Usd::default(), Usd::checked_add)
}

#[test]
fn every_recorded_body_has_the_cost_of_genai_prices() {
    let (Some(bodies), Some(table)) = (
        shared_data::path("TRACING_GENAI_USAGES"),
        shared_data::path("TRACING_GENAI_PRICES"),
    ) else {
        return;
    };
    // The table of the oracle's day separates changed prices from wrong ones.
    let of_that_day = table.with_file_name("genai-prices-v2-feed-47df840.json");
    let of_that_day = of_that_day.exists().then(|| {
        let feed = Feed::read(&of_that_day).unwrap();
        Arc::new(Catalogue::layered(Some(&feed), None).unwrap())
    });
    let entries: Vec<Entry> = serde_json::from_slice(&std::fs::read(bodies).unwrap()).unwrap();
    let (mut equal, mut changed, mut unknown, mut corrected) = (0, 0, 0, 0);
    let mut wrong = Vec::new();
    for entry in &entries {
        let (_, extractor, api) = entry.own().expect("an extractor of the body's own provider");
        let (Some(input), Some(output)) = (&extractor.input_price, &extractor.output_price) else {
            continue;
        };
        let usd = |text: &str| Usd::parse_rounded(text).unwrap();
        let correction = Correction::of(&extractor.provider_id, &entry.body);
        corrected += usize::from(correction.is_some());
        let expected = correction.unwrap_or_else(|| usd(input).checked_add(usd(output)).unwrap());
        let reading = read_body(api, entry.body.to_string().as_bytes()).unwrap();
        let actual = cost(Catalogue::embedded(), entry, extractor, &reading);
        let then = of_that_day
            .as_ref()
            .and_then(|table| cost(table, entry, extractor, &reading));
        if actual == Some(expected) {
            equal += 1;
        } else if then == Some(expected) {
            changed += 1;
        } else if expected == Usd::default() && actual.is_none() {
            // The table lists the model without a price: zero there, unknown here.
            unknown += 1;
        } else {
            wrong.push(format!(
                "{}: expected {expected}, not {actual:?} ({then:?} then) for {}",
                extractor.provider_id, entry.body
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong, {equal} equal:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(
        equal > 10 * changed && equal > 50 * unknown,
        "{equal} equal, {changed} changed, {unknown} unknown"
    );
    assert!(corrected > 0, "the corrections are obsolete");
    eprintln!(
        "{equal} prices are the oracle's, {corrected} of them corrected; {changed} have changed since, {unknown} are unknown"
    );
}
