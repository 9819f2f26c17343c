//! The rules of Cohere's chat, embeddings and reranking: what is billed stands in `billed_units`, what went through the
//! model, with the cached part, in `tokens`; the first is what costs.
//!
//! Source: <https://docs.cohere.com/reference/chat>, <https://docs.cohere.com/docs/how-does-cohere-pricing-work>.

use serde::Deserialize;

use super::gather::NewsKeys;
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::{Figures, Part};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name};
use crate::unit::Unit;

/// Numbers of a usage that say nothing new, and why.
const KNOWN: &[(&str, &str)] = &[
    (
        "tokens",
        "what went through the model; what is billed of it stands in `billed_units`",
    ),
    (
        "cached_tokens",
        "a part of `tokens`, of which `billed_units` is what is charged",
    ),
    ("api_version", "the version of the API"),
];

/// A body, or an event of a stream: the second version ends with a `delta`, the first with a whole `response`.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default)]
    id: Maybe<String>,
    /// What the first version calls it.
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

/// The keys of events that say something new.
pub(super) const NEWS: NewsKeys = NewsKeys {
    telling: &["usage", "meta", "billed_units", "tokens", "finish_reason", "error"],
    id: &["id", "generation_id"],
    model: &["model"],
};

/// Takes over a whole body or one event.
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
        reading.take_unread(counts, KNOWN);
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
        // What is cached is a part of these tokens; of what is billed it is none.
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
        // How many images the tokens are of. Without tokens, it is the images that are billed, and no unit counts them.
        usage.count("billed_units.images");
    }
    let output = usage.count("billed_units.output_tokens");
    reading.take(Unit::OutputTokens, "billed_units.output_tokens", output);
    let searches = usage.count("billed_units.search_units");
    reading.take(Unit::RerankSearches, "billed_units.search_units", searches);
}
