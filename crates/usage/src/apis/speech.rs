//! Speech: the input is characters or tokens, the output audio.
//!
//! Source: <https://platform.openai.com/docs/api-reference/audio/speech-audio-done-event>,
//! <https://platform.minimax.io/docs/api-reference/speech-t2a-http>. A response of pure audio has no usage: the request
//! has the characters, see [`RequestReader`](crate::RequestReader).

use serde::Deserialize;

use super::gather::EventKeys;
use super::stated_cost::take_cost;
use crate::field::{Count, Field, Maybe, Object, object};
use crate::figures::Figures;
use crate::provider_error::{BaseResponse, provider_error};
use crate::reading::{Reading, name};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("total_tokens", "the sum of input and output"),
    ("audio_length", "the output, which is not billed"),
    ("audio_sample_rate", "the form of the audio"),
    ("audio_size", "the size of the audio"),
    ("audio_channel", "the form of the audio"),
    ("bitrate", "the form of the audio"),
    ("word_count", "the text, repeated"),
    ("invisible_character_ratio", "a property of the text"),
];

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    /// Mistral's events.
    #[serde(default, borrow)]
    data: Object<Data<'a>>,
    /// `MiniMax`'s.
    #[serde(default, borrow)]
    extra_info: Object<Figures<'a>>,
    /// `MiniMax`'s.
    #[serde(default, borrow)]
    base_resp: Object<BaseResponse<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &["usage", "extra_info", "base_resp", "error"],
    id: &[],
    model: &["model"],
};

/// Reads a whole body or one event.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let event: Event<'_> = object(json)?;
    name(&mut reading.model, event.model.0);
    let within = event.data.0.and_then(|data| data.usage.0);
    for figures in [event.usage.0, within, event.extra_info.0].into_iter().flatten() {
        take(reading, &figures);
    }
    let error = provider_error(event.error);
    if let Some(error) = error.or_else(|| event.base_resp.0.and_then(BaseResponse::error)) {
        reading.error = Some(error);
    }
    Ok(())
}

fn take(reading: &mut Reading, figures: &Figures<'_>) {
    let usage = figures.whole();
    let characters = usage.first(&["usage_characters", "characters", "input_characters", "character_count"]);
    reading.take(Unit::InputCharacters, "usage.characters", characters);
    let input = usage.first(&["input_tokens", "prompt_tokens"]);
    let output = usage.first(&["output_tokens", "completion_tokens"]);
    reading.take(Unit::InputTokens, "usage.input_tokens", input);
    reading.take(Unit::OutputTokens, "usage.output_tokens", output);
    // All output is audio.
    if output != Count::Absent {
        reading.take(Unit::OutputAudioTokens, "usage.output_tokens", output);
    }
    take_cost(reading, &usage);
    reading.add_unread_numbers(figures, KNOWN);
}
