//! Ollama: counts are at the top level, in a stream of the last line.
//!
//! Source: <https://docs.ollama.com/api/chat>, <https://docs.ollama.com/api/usage>.

use serde::Deserialize;

use super::gather::EventKeys;
use crate::field::{Field, Maybe, object};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name};
use crate::unit::Unit;

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    done_reason: Maybe<String>,
    #[serde(default, borrow)]
    prompt_eval_count: Field<'a>,
    #[serde(default, borrow)]
    eval_count: Field<'a>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &["prompt_eval_count", "eval_count", "done_reason", "error"],
    id: &[],
    model: &["model"],
};

/// Reads a whole body or one line.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let line: Line<'_> = object(json)?;
    name(&mut reading.model, line.model.0);
    if let Some(reason) = line.done_reason.0 {
        reading.finish_reasons = vec![reason];
    }
    let (input, output) = (line.prompt_eval_count.count(), line.eval_count.count());
    reading.take(Unit::InputTokens, "prompt_eval_count", input);
    reading.take(Unit::OutputTokens, "eval_count", output);
    if let Some(error) = provider_error(line.error) {
        reading.error = Some(error);
    }
    Ok(())
}
