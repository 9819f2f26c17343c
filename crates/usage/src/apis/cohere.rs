//! Cohere's chat, embeddings and reranking: `billed_units` has the billed counts; `tokens` has the counts of the model,
//! with the cached part. Billed counts are used.
//!
//! Source: <https://docs.cohere.com/reference/chat>, <https://docs.cohere.com/docs/how-does-cohere-pricing-work>.

use serde::Deserialize;

use super::gather::EventKeys;
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::{Figures, Part};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    (
        "tokens",
        "the counts of the model; the billed ones are in `billed_units`",
    ),
    (
        "cached_tokens",
        "a part of `tokens`; the billed counts are in `billed_units`",
    ),
    ("api_version", "the version of the API"),
];

/// A body, or a stream event: version 2 ends with a `delta`, version 1 with a whole `response`.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default)]
    id: Maybe<String>,
    /// The name in version 1.
    #[serde(default)]
    generation_id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    finish_reason: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    meta: Object<Figures<'a>>,
    #[serde(default, borrow)]
    delta: Object<End<'a>>,
    #[serde(default, borrow)]
    response: Object<End<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct End<'a> {
    #[serde(default)]
    finish_reason: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    meta: Object<Figures<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &["usage", "meta", "billed_units", "tokens", "finish_reason", "error"],
    id: &["id", "generation_id"],
    model: &["model"],
};

/// Reads a whole body or one event.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let event: Event<'_> = object(json)?;
    name(&mut reading.response_id, event.id.0.or(event.generation_id.0));
    name(&mut reading.model, event.model.0);
    let mut reason = event.finish_reason.0;
    let mut counts = event.usage.0.or(event.meta.0);
    let mut error = provider_error(event.error);
    if let Some(end) = event.delta.0.or(event.response.0) {
        reason = end.finish_reason.0.or(reason);
        counts = end.usage.0.or(end.meta.0).or(counts);
        error = provider_error(end.error).or(error);
    }
    if let Some(reason) = reason {
        reading.finish_reasons = vec![reason];
    }
    if let Some(counts) = &counts {
        take(reading, &counts.whole());
        reading.add_unread_numbers(counts, KNOWN);
    }
    if error.is_some() {
        reading.error = error;
    }
    Ok(())
}

fn take(reading: &mut Reading, usage: &Part<'_, '_>) {
    if !usage.has("billed_units") {
        reading.take(
            Unit::InputTokens,
            "tokens.input_tokens",
            usage.count("tokens.input_tokens"),
        );
        reading.take(
            Unit::OutputTokens,
            "tokens.output_tokens",
            usage.count("tokens.output_tokens"),
        );
        // Cached tokens are a part of these tokens, not of the billed ones.
        reading.take(Unit::CacheReadTokens, "cached_tokens", usage.count("cached_tokens"));
        return;
    }
    let (text, images) = (
        usage.count("billed_units.input_tokens"),
        usage.count("billed_units.image_tokens"),
    );
    reading.take(Unit::InputTokens, "billed_units.input_tokens", sum(&[text, images]));
    reading.take(Unit::InputImageTokens, "billed_units.image_tokens", images);
    if images != Count::Absent {
        // The number of images of the tokens. Without tokens the images are billed, for which there is no unit.
        usage.count("billed_units.images");
    }
    let output = usage.count("billed_units.output_tokens");
    reading.take(Unit::OutputTokens, "billed_units.output_tokens", output);
    let searches = usage.count("billed_units.search_units");
    reading.take(Unit::RerankSearches, "billed_units.search_units", searches);
}
