//! Reranking: Cohere bills searches, the others input tokens; there is no output.
//!
//! Source: <https://docs.cohere.com/reference/rerank>, <https://docs.voyageai.com/reference/reranker-api>,
//! <https://jina.ai/reranker>. A search is one query with up to a hundred documents, as counted by the response.

use serde::Deserialize;

use super::gather::EventKeys;
use crate::field::{Count, Field, Maybe, Object, object};
use crate::figures::Figures;
use crate::provider_error::provider_error;
use crate::reading::{Reading, name};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("api_version", "the version of the API"),
    (
        "tokens",
        "the counts of the model; the billed ones are in `billed_units`",
    ),
    ("prompt_tokens", "the total, repeated"),
];

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    /// Cohere's.
    #[serde(default, borrow)]
    meta: Object<Figures<'a>>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &["meta", "usage", "error"],
    id: &["id"],
    model: &["model"],
};

/// Reads a whole body.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let body: Body<'_> = object(json)?;
    name(&mut reading.response_id, body.id.0);
    name(&mut reading.model, body.model.0);
    for figures in [&body.meta.0, &body.usage.0].into_iter().flatten() {
        take(reading, figures);
    }
    if let Some(error) = provider_error(body.error) {
        reading.error = Some(error);
    }
    Ok(())
}

fn take(reading: &mut Reading, figures: &Figures<'_>) {
    let usage = figures.whole();
    let searches = usage.count("billed_units.search_units");
    reading.take(Unit::RerankSearches, "billed_units.search_units", searches);
    let tokens = usage.first(&["total_tokens", "billed_units.input_tokens", "prompt_tokens"]);
    if tokens != Count::Absent {
        reading.take(Unit::InputTokens, "usage.total_tokens", tokens);
        let output = usage.count("billed_units.output_tokens").or(Count::Given(0));
        reading.take(Unit::OutputTokens, "billed_units.output_tokens", output);
    }
    reading.add_unread_numbers(figures, KNOWN);
}
