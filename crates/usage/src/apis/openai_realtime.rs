//! Realtime sessions: a turn's `response.done` has its counts by modality, cached ones included.
//!
//! Source: <https://platform.openai.com/docs/api-reference/realtime-server-events/response/done>. Exceptions:
//! - xAI has the usage beside the response, and bills cumulative seconds and messages of the session: a turn's share is
//!   unknown, so they stay unread. <https://docs.x.ai/docs/guides/voice>
//!
//! A session's turns are separate calls: each event is read as a body. The model is that of the session; the event does
//! not name it.

use serde::Deserialize;

use super::gather::EventKeys;
use super::stated_cost::take_cost;
use crate::field::{Field, Maybe, Object, object};
use crate::figures::{Figures, Part};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("total_tokens", "the sum of input and output"),
    ("output_audio_seconds", "included in the billed units"),
    ("input_token_details.grok_tokens", "billed by the second"),
    ("output_token_details.grok_tokens", "billed by the second"),
];

#[derive(Deserialize)]
struct Event<'a> {
    /// Of a session's first event.
    #[serde(default)]
    session: Object<Session>,
    #[serde(default, borrow)]
    response: Object<Response<'a>>,
    /// xAI's, and that of a transcription of the user's speech.
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Session {
    #[serde(default)]
    model: Maybe<String>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    status: Maybe<String>,
    #[serde(default, borrow)]
    status_details: Object<StatusDetails<'a>>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
}

#[derive(Deserialize)]
struct StatusDetails<'a> {
    #[serde(default, borrow)]
    error: Field<'a>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &["usage", "error", "status"],
    id: &["id"],
    model: &["model"],
};

/// Reads an event.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let event: Event<'_> = object(json)?;
    name(&mut reading.model, event.session.0.and_then(|session| session.model.0));
    if let Some(response) = event.response.0 {
        name(&mut reading.response_id, response.id.0);
        name(&mut reading.model, response.model.0);
        if let Some(status) = response.status.0.filter(|status| status != "in_progress") {
            reading.finish_reasons = vec![status];
        }
        if let Some(figures) = &response.usage.0 {
            take(reading, figures);
        }
        let error = response
            .status_details
            .0
            .and_then(|details| provider_error(details.error));
        if error.is_some() {
            reading.error = error;
        }
    }
    if let Some(figures) = &event.usage.0 {
        take(reading, figures);
    }
    if let Some(error) = provider_error(event.error) {
        reading.error = Some(error);
    }
    Ok(())
}

fn take(reading: &mut Reading, figures: &Figures<'_>) {
    let usage = figures.whole();
    // Transcriptions by models billed by duration.
    let seconds = usage.count_rounded_up("seconds");
    reading.take(Unit::AudioSeconds, "usage.seconds", seconds);
    take_tokens(reading, &usage);
    take_cost(reading, &usage);
    reading.add_unread_numbers(figures, KNOWN);
}

fn take_tokens(reading: &mut Reading, usage: &Part<'_, '_>) {
    let counts = [
        (Unit::InputTokens, "input_tokens"),
        (Unit::OutputTokens, "output_tokens"),
        (Unit::InputTextTokens, "input_token_details.text_tokens"),
        (Unit::InputAudioTokens, "input_token_details.audio_tokens"),
        (Unit::InputImageTokens, "input_token_details.image_tokens"),
        (Unit::CacheReadTokens, "input_token_details.cached_tokens"),
        (
            Unit::CacheTextReadTokens,
            "input_token_details.cached_tokens_details.text_tokens",
        ),
        (
            Unit::CacheAudioReadTokens,
            "input_token_details.cached_tokens_details.audio_tokens",
        ),
        (
            Unit::CacheImageReadTokens,
            "input_token_details.cached_tokens_details.image_tokens",
        ),
        (Unit::OutputTextTokens, "output_token_details.text_tokens"),
        (Unit::OutputAudioTokens, "output_token_details.audio_tokens"),
        (Unit::OutputReasoningTokens, "output_token_details.reasoning_tokens"),
    ];
    for (unit, path) in counts {
        reading.take(unit, path, usage.count(path));
    }
}
