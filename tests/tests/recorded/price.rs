//! Prices in whole nano-dollars per token, from <https://github.com/pydantic/genai-prices>, 0.2.3.
//!
//! A dollar per million tokens is a thousand nano-dollars per token. Tiers above 200,000 tokens are omitted: no
//! recorded call is that long.

use std::{env, fs};

use serde_json::Value;

use super::truth::Used;

/// The price per token of a model, by kind.
#[derive(Clone, Copy, Debug)]
pub struct Price {
    /// The prefix of the model's name, without versions.
    pub model: &'static str,
    pub input: u64,
    pub cache_read: u64,
    pub cache_write: u64,
    pub cache_write_1h: u64,
    pub output: u64,
}

const fn openai(model: &'static str, input: u64, cache_read: u64, output: u64) -> Price {
    Price {
        model,
        input,
        cache_read,
        cache_write: input,
        cache_write_1h: input,
        output,
    }
}

/// Anthropic's cache reads cost 0.1 of the input, writes 1.25, writes for an hour 2.
const fn anthropic(model: &'static str, input: u64, output: u64) -> Price {
    Price {
        model,
        input,
        cache_read: input / 10,
        cache_write: input / 4 * 5,
        cache_write_1h: input * 2,
        output,
    }
}

/// Longer names before their prefixes.
const PRICES: [Price; 14] = [
    openai("gpt-4o-mini", 150, 75, 600),
    openai("gpt-4o", 2_500, 1_250, 10_000),
    openai("gpt-4.1-mini", 400, 100, 1_600),
    openai("gpt-4.1-nano", 100, 25, 400),
    openai("gpt-5-mini", 250, 25, 2_000),
    openai("gpt-5-nano", 50, 5, 400),
    openai("gpt-5.1", 1_250, 125, 10_000),
    openai("gpt-5.2", 1_750, 175, 14_000),
    openai("o4-mini", 1_100, 275, 4_400),
    openai("text-embedding-3-small", 20, 20, 0),
    anthropic("claude-haiku-4-5", 1_000, 5_000),
    anthropic("claude-sonnet-4-5", 3_000, 15_000),
    anthropic("claude-sonnet-4-6", 3_000, 15_000),
    anthropic("claude-opus-4-7", 5_000, 25_000),
];

/// The price of `model`, if it is one of the table.
pub fn of(model: &str) -> Option<&'static Price> {
    PRICES.iter().find(|price| model.starts_with(price.model))
}

/// The cost of the usage in nano-dollars; `None` for a model that is not in the table.
pub fn nano_usd(used: &Used) -> Option<u64> {
    let price = of(&used.model)?;
    let plain = used.input - used.cache_read - used.cache_write;
    Some(
        plain * price.input
            + used.cache_read * price.cache_read
            + (used.cache_write - used.cache_write_1h) * price.cache_write
            + used.cache_write_1h * price.cache_write_1h
            + used.output * price.output,
    )
}

/// Compares the table with the file `TRACING_GENAI_PRICES`, genai-prices as JSON; does nothing without one.
pub fn assert_as_published() {
    let Some(path) = env::var_os("TRACING_GENAI_PRICES").filter(|path| !path.is_empty()) else {
        return;
    };
    let published: Value = serde_json::from_str(&fs::read_to_string(path).expect("the price table")).expect("JSON");
    for price in PRICES {
        let prices = published_prices(&published, price.model);
        let expected = [
            ("input_mtok", price.input),
            ("cache_read_mtok", price.cache_read),
            ("cache_write_mtok", price.cache_write),
            ("cache_write_1h_mtok", price.cache_write_1h),
            ("output_mtok", price.output),
        ];
        for (key, nano_usd) in expected {
            let published = prices.get(key).map(base);
            assert!(
                published.is_none_or(|published| (published * 1e3 - as_f64(nano_usd)).abs() < 1e-9),
                "{}: {key} is published as {published:?} dollars per million, here as {nano_usd} nano-dollars per token",
                price.model
            );
        }
        assert!(prices.contains_key("input_mtok"), "{}", price.model);
    }
}

/// The current prices: the last of several by date.
fn published_prices<'a>(published: &'a Value, model: &str) -> &'a serde_json::Map<String, Value> {
    let providers = published["providers"].as_array().expect("providers");
    let ours = providers
        .iter()
        .filter(|provider| ["openai", "anthropic"].map(Some).contains(&provider["id"].as_str()));
    let mut models = ours.flat_map(|provider| provider["models"].as_array().expect("models"));
    let found = models.find(|found| found["id"].as_str() == Some(model));
    let prices = &found.unwrap_or_else(|| panic!("{model} is not published"))["prices"];
    let latest = prices.as_array().and_then(|dated| dated.last());
    latest
        .map_or(prices, |dated| &dated["prices"])
        .as_object()
        .expect("prices")
}

/// A price, or the base price of tiers.
fn base(price: &Value) -> f64 {
    let base = price.get("base").unwrap_or(price);
    base.as_f64().expect("a number")
}

#[allow(
    clippy::cast_precision_loss,
    reason = "the amounts of these tests are far below 2^53 nano-dollars"
)]
pub fn as_f64(nano_usd: u64) -> f64 {
    nano_usd as f64
}
