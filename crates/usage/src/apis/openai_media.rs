//! The rules of transcriptions and images: tokens with their modalities, or the seconds of audio that are billed.
//!
//! Source: <https://platform.openai.com/docs/api-reference/audio/json-object>,
//! <https://platform.openai.com/docs/api-reference/images/object>.

use serde::Deserialize;

use super::openai_chat::reported_cost;
use super::{Gather, NewsKeys};
use crate::field::{Field, Maybe, Object, object};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Counts<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Counts<'a> {
    #[serde(default, borrow)]
    input_tokens: Field<'a>,
    #[serde(default, borrow)]
    output_tokens: Field<'a>,
    #[serde(default, borrow)]
    input_tokens_details: Object<Modalities<'a>>,
    #[serde(default, borrow)]
    output_tokens_details: Object<Modalities<'a>>,
    /// Transcriptions leave the plural out.
    #[serde(default, borrow)]
    input_token_details: Object<Modalities<'a>>,
    #[serde(default, borrow)]
    cost_in_usd_ticks: Field<'a>,
    /// Models that are billed by duration.
    #[serde(default, borrow)]
    seconds: Field<'a>,
}

#[derive(Deserialize)]
struct Modalities<'a> {
    #[serde(default, borrow, rename = "text_tokens")]
    text: Field<'a>,
    #[serde(default, borrow, rename = "image_tokens")]
    image: Field<'a>,
    #[serde(default, borrow, rename = "audio_tokens")]
    audio: Field<'a>,
}

/// What is known so far of one response.
#[derive(Default)]
pub(super) struct Gathered {
    reading: Reading,
}

impl Gather for Gathered {
    fn news_keys(&self) -> NewsKeys {
        NewsKeys {
            telling: &["usage", "error"],
            id: &[],
            model: &["model"],
        }
    }

    /// Takes over a whole body or one event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let body: Body<'_> = object(json)?;
        let reading = &mut self.reading;
        name(&mut reading.model, body.model.0);
        if let Some(counts) = &body.usage.0 {
            take(reading, counts);
        }
        if let Some(error) = provider_error(body.error) {
            reading.error = Some(error);
        }
        Ok(())
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(self: Box<Self>) -> Reading {
        self.reading.finished()
    }
}

fn take(reading: &mut Reading, counts: &Counts<'_>) {
    reading.take(Unit::InputTokens, "usage.input_tokens", counts.input_tokens.count());
    reading.take(Unit::OutputTokens, "usage.output_tokens", counts.output_tokens.count());
    let cost = reported_cost(Field::default(), counts.cost_in_usd_ticks);
    update(&mut reading.reported_cost, cost);
    reading.take(Unit::AudioSeconds, "usage.seconds", counts.seconds.count_rounded_up());
    if let Some(input) = counts
        .input_tokens_details
        .0
        .as_ref()
        .or(counts.input_token_details.0.as_ref())
    {
        let field = "usage.input_tokens_details";
        reading.take(Unit::InputTextTokens, field, input.text.count());
        reading.take(Unit::InputImageTokens, field, input.image.count());
        reading.take(Unit::InputAudioTokens, field, input.audio.count());
    }
    if let Some(output) = &counts.output_tokens_details.0 {
        let field = "usage.output_tokens_details";
        reading.take(Unit::OutputTextTokens, field, output.text.count());
        reading.take(Unit::OutputImageTokens, field, output.image.count());
        reading.take(Unit::OutputAudioTokens, field, output.audio.count());
    }
}
