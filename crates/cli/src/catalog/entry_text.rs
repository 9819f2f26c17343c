//! Formats prices as text and as JSON.

use serde_json::{Value, json};
use tracing_genai_pricing::{Entry, ListedPrice, Usd};

/// The unit of a price: `input_tokens per 1000000`.
pub(super) fn unit(price: &ListedPrice<'_>) -> String {
    format!("{} per {}", price.unit.name(), price.per)
}

/// `2.5`, or `3; above 200000 input tokens 6`.
pub(super) fn amount(price: &ListedPrice<'_>) -> String {
    let tiers = price.tiers.iter();
    let tiers = tiers.map(|(start, price)| format!("; above {start} input tokens {price}"));
    [price.base.to_string()].into_iter().chain(tiers).collect()
}

/// The condition of a price, as in catalogue text; empty without one.
pub(super) fn condition(price: &ListedPrice<'_>) -> String {
    let when = price.when.map(|when| format!("@{when}"));
    let conditions = [price.variant.map(str::to_owned), when];
    conditions.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// A model with all its prices.
pub(super) fn json(entry: &Entry<'_>) -> Value {
    let amount = |usd: &Usd| usd.to_string();
    let price = |price: ListedPrice<'_>| {
        let tiers = price.tiers.iter();
        json!({
            "unit": price.unit.name(),
            "per": price.per,
            "usd": amount(&price.base),
            "tiers": tiers.map(|(start, usd)| json!({"above_input_tokens": start, "usd": amount(usd)})).collect::<Vec<_>>(),
            "when": price.when,
            "variant": price.variant,
        })
    };
    json!({
        "provider": &**entry.provider(),
        "model": &**entry.model(),
        "layer": entry.layer().as_str(),
        "rule": entry.rule(),
        "context_window": entry.context_window(),
        "deprecated": entry.is_deprecated(),
        "free": entry.is_free(),
        "prices": entry.prices().map(price).collect::<Vec<_>>(),
    })
}
