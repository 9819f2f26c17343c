//! Any price file is parsed, or rejected with a line that the file has; its prices are never negative or unexplained,
//! and cause no panic.
//!
//! Run by `cargo xtask test --only fuzz`, starting from the files in `seeds/price_file`.

#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use libfuzzer_sys::{Corpus, fuzz_target};
use tracing_genai_pricing::{
    PriceQuery, Catalogue, CatalogueError, CallContext, Cost, Counts, Feed, PriceFileError, Status, Usd, UserFile, feed,
};
use tracing_genai_usage::{Unit, Usage};

fuzz_target!(|text: &str| -> Corpus {
    let as_feed = Feed::parse(text, "fuzzed");
    let as_user_file = UserFile::parse(text, "fuzzed");
    for error in [as_feed.as_ref().err(), as_user_file.as_ref().err()].into_iter().flatten() {
        check_error(error, text);
    }
    let mut is_good = false;
    // Parsing the embedded catalogue for each input would take most of the time, so a table is used alone.
    if let Ok(made) = feed::catalogue_text(text, "fuzzed") {
        is_good = true;
        let catalogue = Catalogue::parse(&made.text).expect("what is written from a table can be read");
        price_all(&catalogue);
    }
    match Catalogue::parse(text) {
        Ok(catalogue) => {
            is_good = true;
            price_all(&catalogue);
        }
        Err(CatalogueError::Line { line, .. }) => check_line(line, text),
        Err(_) => {}
    }
    if let Ok(file) = as_user_file {
        is_good = true;
        match Catalogue::layered(None, Some(&file)) {
            Ok(catalogue) => price_some(&catalogue),
            Err(error) => check_error(&error, text),
        }
    }
    // Rejected inputs are poor seeds, unless they are nearly valid.
    if is_good || text.len() < 4_096 { Corpus::Keep } else { Corpus::Reject }
});

fn check_error(error: &PriceFileError, text: &str) {
    assert!(!error.to_string().is_empty());
    if let PriceFileError::Flawed { flaw, .. } = error {
        check_line(flaw.line, text);
    }
}

fn check_line(line: usize, text: &str) {
    // The end of a text may be on the line after its last.
    let lines = text.bytes().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 2;
    assert!((1..=lines).contains(&line), "line {line} of {lines}");
}

fn price_all(catalogue: &Catalogue) {
    for entry in catalogue.entries().take(64) {
        price(catalogue, entry.provider(), entry.model());
        assert!(entry.prices().all(|price| price.base >= Usd::ZERO && price.per > 0));
    }
}

/// The user's models are matched first, so they are first at their providers.
fn price_some(catalogue: &Catalogue) {
    for entry in catalogue.entries().take(8) {
        price(catalogue, entry.provider(), entry.model());
    }
    price(catalogue, "openai", "gpt-4o");
    price(catalogue, "azure.ai.openai", "prod-chat");
    price(catalogue, "my-gateway", "claude-haiku-4-5");
}

fn price(catalogue: &Catalogue, provider: &str, model: &str) {
    for (input, cached, output) in [(0, 0, 0), (1_000, 0, 10), (300_000, 200_000, 5_000), (10, 20, 1)] {
        let usage = Usage::new()
            .with(Unit::InputTokens, input)
            .with(Unit::CacheReadTokens, cached)
            .with(Unit::OutputTokens, output)
            .with(Unit::WebSearches, input % 7);
        for (counts, service_tier) in [(Counts::Inclusive, None), (Counts::Auto, Some("flex"))] {
            let started = UNIX_EPOCH + Duration::from_secs(1_795_176_000);
            let call = PriceQuery::new(provider, &usage, started)
                .server_address("api.openai.com")
                .response_model(model)
                .context(CallContext::default().service_tier(service_tier))
                .counts(counts);
            check_cost(&catalogue.cost(&call));
        }
    }
}

fn check_cost(cost: &Cost) {
    let parts = [
        cost.parts.input,
        cost.parts.cache_read,
        cost.parts.cache_write,
        cost.parts.output,
        cost.parts.other,
    ];
    let sum: i128 = parts.iter().flatten().map(|part| part.femto_usd()).sum();
    match cost.total {
        Some(total) => {
            assert!(total >= Usd::ZERO && parts.iter().flatten().all(|part| *part >= Usd::ZERO), "{cost:?}");
            assert_eq!(total.femto_usd(), sum, "{cost:?}");
        }
        None => assert!(
            matches!(cost.status, Status::Unpriced | Status::Inconsistent) && !cost.reasons.is_empty(),
            "{cost:?}"
        ),
    }
}
