//! Vertex AI's older embeddings: each prediction has the token count of its text.
//!
//! Source: <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/text-embeddings-api>.

use serde::Deserialize;

use super::gather::EventKeys;
use crate::field::{Field, Maybe, Object, object, sum};
use crate::provider_error::provider_error;
use crate::reading::Reading;
use crate::unit::Unit;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default, borrow)]
    predictions: Maybe<Vec<Prediction<'a>>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Prediction<'a> {
    #[serde(default, borrow)]
    embeddings: Object<Embeddings<'a>>,
}

#[derive(Deserialize)]
struct Embeddings<'a> {
    #[serde(default, borrow)]
    statistics: Object<Statistics<'a>>,
}

#[derive(Deserialize)]
struct Statistics<'a> {
    #[serde(default, borrow)]
    token_count: Field<'a>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &["predictions", "error"],
    id: &[],
    model: &[],
};

/// Reads a whole body.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let body: Body<'_> = object(json)?;
    let statistics = |prediction: Prediction<'_>| Some(prediction.embeddings.0?.statistics.0?.token_count.count());
    let predictions = body.predictions.0.unwrap_or_default();
    let counts: Vec<_> = predictions.into_iter().filter_map(statistics).collect();
    reading.take(Unit::InputTokens, "statistics.token_count", sum(&counts));
    if let Some(error) = provider_error(body.error) {
        reading.error = Some(error);
    }
    Ok(())
}
