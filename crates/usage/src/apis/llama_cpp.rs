//! llama.cpp's own completions: `tokens_evaluated` includes `tokens_cached`'s part of the prompt. All counts are at the
//! top level, in a stream of the last event.
//!
//! Source: <https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md>, `POST /completion`.

use serde::Deserialize;

use super::gather::EventKeys;
use crate::field::{Field, Maybe, Object, object};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name};
use crate::unit::Unit;

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    stop_type: Maybe<String>,
    #[serde(default, borrow)]
    tokens_evaluated: Field<'a>,
    #[serde(default, borrow)]
    tokens_predicted: Field<'a>,
    #[serde(default, borrow)]
    timings: Object<Timings<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Timings<'a> {
    #[serde(default, borrow)]
    cache_n: Field<'a>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &["stop_type", "error"],
    id: &[],
    model: &["model"],
};

/// Reads a whole body or one event.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let completion: Completion<'_> = object(json)?;
    if let Some(error) = provider_error(completion.error) {
        reading.error = Some(error);
    }
    name(&mut reading.model, completion.model.0.filter(|model| !model.is_empty()));
    // Earlier events have the counts so far.
    let Some(reason) = completion.stop_type.0.filter(|reason| reason != "none") else {
        return Ok(());
    };
    reading.finish_reasons = vec![reason];
    let (input, output) = (completion.tokens_evaluated.count(), completion.tokens_predicted.count());
    reading.take(Unit::InputTokens, "tokens_evaluated", input);
    reading.take(Unit::OutputTokens, "tokens_predicted", output);
    if let Some(timings) = &completion.timings.0 {
        reading.take(Unit::CacheReadTokens, "timings.cache_n", timings.cache_n.count());
    }
    Ok(())
}
