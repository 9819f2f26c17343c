//! Transcriptions and images: tokens with their modalities, or seconds of billed audio.
//!
//! Source: <https://platform.openai.com/docs/api-reference/audio/json-object>,
//! <https://platform.openai.com/docs/api-reference/images/object>.

use serde::Deserialize;

use super::gather::EventKeys;
use super::stated_cost::take_cost;
use crate::field::{Count, Field, Maybe, Object, object};
use crate::figures::{Figures, Part};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("total_tokens", "the sum of input and output"),
    ("request_count", "requests: one per response"),
];

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &["usage", "error"],
    id: &[],
    model: &["model"],
};

/// Reads a whole body or one event.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let body: Body<'_> = object(json)?;
    name(&mut reading.model, body.model.0);
    if let Some(figures) = &body.usage.0 {
        take(reading, &figures.whole());
        reading.add_unread_numbers(figures, KNOWN);
    }
    if let Some(error) = provider_error(body.error) {
        reading.error = Some(error);
    }
    Ok(())
}

fn take(reading: &mut Reading, usage: &Part<'_, '_>) {
    reading.take(Unit::InputTokens, "usage.input_tokens", usage.count("input_tokens"));
    reading.take(Unit::OutputTokens, "usage.output_tokens", usage.count("output_tokens"));
    // Models billed by duration.
    reading.take(Unit::AudioSeconds, "usage.seconds", usage.count_rounded_up("seconds"));
    // Transcriptions use the singular.
    let details = [
        (
            Unit::InputTextTokens,
            ["input_tokens_details.text_tokens", "input_token_details.text_tokens"],
        ),
        (
            Unit::InputImageTokens,
            ["input_tokens_details.image_tokens", "input_token_details.image_tokens"],
        ),
        (
            Unit::InputAudioTokens,
            ["input_tokens_details.audio_tokens", "input_token_details.audio_tokens"],
        ),
        (
            Unit::CacheReadTokens,
            [
                "input_tokens_details.cached_tokens",
                "input_token_details.cached_tokens",
            ],
        ),
        (
            Unit::OutputTextTokens,
            ["output_tokens_details.text_tokens", "output_token_details.text_tokens"],
        ),
        (
            Unit::OutputImageTokens,
            [
                "output_tokens_details.image_tokens",
                "output_token_details.image_tokens",
            ],
        ),
        (
            Unit::OutputAudioTokens,
            [
                "output_tokens_details.audio_tokens",
                "output_token_details.audio_tokens",
            ],
        ),
    ];
    for (unit, paths) in details {
        let [field, _] = paths;
        reading.take(unit, field, usage.first(&paths));
    }
    // Mistral's transcriptions use the format of its chats.
    take_mistrals(reading, usage);
    take_cost(reading, usage);
}

/// The counts of Mistral's transcriptions, in the format of its chats: <https://docs.mistral.ai/capabilities/audio/>.
fn take_mistrals(reading: &mut Reading, usage: &Part<'_, '_>) {
    let counts = [
        (Unit::InputTokens, "prompt_tokens"),
        (Unit::OutputTokens, "completion_tokens"),
        (Unit::CacheReadTokens, "prompt_tokens_details.cached_tokens"),
    ];
    for (unit, path) in counts {
        reading.take(unit, path, usage.count(path));
    }
    let seconds = usage.count_rounded_up("prompt_audio_seconds");
    if matches!(seconds, Count::Given(1..)) {
        // Audio billed by the second is not billed by the token.
        usage.count("prompt_tokens_details.audio_tokens");
    }
    for unit in [Unit::InputAudioSeconds, Unit::AudioSeconds] {
        reading.take(unit, "usage.prompt_audio_seconds", seconds);
    }
}
