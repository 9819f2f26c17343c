//! Real bodies, read by their provider's API and priced, cost what genai-prices says.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)] // A test may panic, its helpers too.

#[path = "../../usage/tests/recorded_bodies/mod.rs"]
mod recorded_bodies;
mod shared_data;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use recorded_bodies::{Entry, Extractor};
use tracing_genai_pricing::{Call, Catalogue, Context, Counts, Feed, Usd};
use tracing_genai_usage::{Reading, read_body};

/// Noon of 2026-08-21, when the oracle computed its prices: by day, which makes a difference to `DeepSeek`'s.
const PRICED_AT: Duration = Duration::from_secs(1_787_313_600);

fn cost(catalogue: &Catalogue, entry: &Entry, extractor: &Extractor, reading: &Reading) -> Option<Usd> {
    // The oracle prices tokens alone, at the standard tier, by the model that the body names.
    let model = entry.body["model"].as_str().or(entry.body["modelVersion"].as_str());
    let cost = catalogue.cost(&Call {
        provider: &extractor.provider_id,
        server_address: None,
        response_model: model,
        request_model: None,
        usage: &reading.usage,
        started: SystemTime::UNIX_EPOCH + PRICED_AT,
        context: Context::default(),
        counts: Counts::Inclusive,
    });
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
fn every_recorded_body_costs_what_genai_prices_says() {
    let (Some(bodies), Some(table)) = (
        shared_data::path("TRACING_GENAI_USAGES"),
        shared_data::path("TRACING_GENAI_PRICES"),
    ) else {
        return;
    };
    // The table of the oracle's own day tells a price that has changed since from one that is wrong.
    let of_that_day = table.with_file_name("genai-prices-v2-feed-47df840.json");
    let of_that_day = of_that_day.exists().then(|| {
        let feed = Feed::read(&of_that_day).unwrap();
        Arc::new(Catalogue::layered(Some(&feed), None).unwrap())
    });
    let entries: Vec<Entry> = serde_json::from_slice(&std::fs::read(bodies).unwrap()).unwrap();
    let (mut equal, mut changed, mut unknown) = (0, 0, 0);
    let mut wrong = Vec::new();
    for entry in &entries {
        let (_, extractor, api) = entry.own().expect("an extractor of the body's own provider");
        let (Some(input), Some(output)) = (&extractor.input_price, &extractor.output_price) else {
            continue;
        };
        let usd = |text: &str| Usd::parse_rounded(text).unwrap();
        let expected = usd(input).checked_add(usd(output)).unwrap();
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
            // The table lists the model without any price. That makes zero there, and unknown here.
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
    eprintln!("{equal} prices are the oracle's; {changed} have changed since, {unknown} are unknown");
}
