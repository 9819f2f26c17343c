//! The rules of Gemini's interactions: `total_output_tokens` leaves thoughts out, `total_input_tokens` what tools put into
//! the prompt; a stream carries the interaction once more in its last event.
//!
//! Source: <https://ai.google.dev/api/interactions-api>.

use serde::Deserialize;

use super::{Gather, NewsKeys};
use crate::field::{Field, Maybe, Object, object, sum};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// A body, or an event of a stream that wraps one in `interaction`.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default, rename = "event_type")]
    kind: Maybe<String>,
    #[serde(default, borrow)]
    interaction: Object<Interaction<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Interaction<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    status: Maybe<String>,
    #[serde(default)]
    service_tier: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Counts<'a>>,
}

#[derive(Deserialize)]
struct Counts<'a> {
    #[serde(default, borrow, rename = "total_input_tokens")]
    input: Field<'a>,
    #[serde(default, borrow, rename = "total_output_tokens")]
    output: Field<'a>,
    #[serde(default, borrow, rename = "total_thought_tokens")]
    thoughts: Field<'a>,
    #[serde(default, borrow, rename = "total_cached_tokens")]
    cached: Field<'a>,
    #[serde(default, borrow, rename = "total_tool_use_tokens")]
    tool_use: Field<'a>,
}

/// What is known so far of one interaction.
#[derive(Default)]
pub(super) struct Gathered {
    reading: Reading,
}

impl Gather for Gathered {
    fn news_keys(&self) -> NewsKeys {
        NewsKeys {
            telling: &[
                "interaction",
                "error",
                // Of a body, which is no event.
                "usage",
                "status",
            ],
            id: &["id"],
            model: &["model"],
        }
    }

    /// Takes over a whole body or one event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let event: Event<'_> = object(json)?;
        let reading = &mut self.reading;
        if let Some(error) = provider_error(event.error) {
            reading.error = Some(error);
        }
        let interaction = match event.interaction.0 {
            Some(interaction) => interaction,
            // Every event says its type; a body has none.
            None if event.kind.0.is_some() => return Ok(()),
            None => object(json)?,
        };
        name(&mut reading.response_id, interaction.id.0);
        name(&mut reading.model, interaction.model.0);
        if let Some(status) = interaction.status.0.filter(|status| status != "in_progress") {
            reading.finish_reasons = vec![status];
        }
        if let Some(counts) = &interaction.usage.0 {
            take(reading, counts);
            update(&mut reading.service_tier, interaction.service_tier.0);
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
    let (thoughts, tools) = (counts.thoughts.count(), counts.tool_use.count());
    let input = sum(&[counts.input.count(), tools]);
    let output = sum(&[counts.output.count(), thoughts]);
    reading.take(Unit::InputTokens, "usage.total_input_tokens", input);
    reading.take(Unit::OutputTokens, "usage.total_output_tokens", output);
    reading.take(Unit::OutputReasoningTokens, "usage.total_thought_tokens", thoughts);
    reading.take(Unit::InputToolTokens, "usage.total_tool_use_tokens", tools);
    reading.take(
        Unit::CacheReadTokens,
        "usage.total_cached_tokens",
        counts.cached.count(),
    );
}
