//! Gemini's interactions: `total_output_tokens` excludes thoughts, `total_input_tokens` excludes tool results. A stream
//! has the whole interaction in its last event.
//!
//! Source: <https://ai.google.dev/api/interactions-api>.

use serde::Deserialize;

use super::gather::EventKeys;
use super::gemini_grounding::charged_gemini_searches;
use super::modalities::{Modalities, by_modality};
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::{Figures, Part};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("total_tokens", "the sum of all counts"),
    ("raw_prompt_token", "the prompt before its preparation, in no total"),
];

/// A body, or a stream event that wraps one in `interaction`.
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
    usage: Object<Figures<'a>>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &[
        "interaction",
        "error",
        // Of a body, which is not an event.
        "usage",
        "status",
    ],
    id: &["id"],
    model: &["model"],
};

/// Reads a whole body or one event.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let event: Event<'_> = object(json)?;
    if let Some(error) = provider_error(event.error) {
        reading.error = Some(error);
    }
    let interaction = match event.interaction.0 {
        Some(interaction) => interaction,
        // Every event has a type; a body has none.
        None if event.kind.0.is_some() => return Ok(()),
        None => object(json)?,
    };
    name(&mut reading.response_id, interaction.id.0);
    name(&mut reading.model, interaction.model.0);
    if let Some(status) = interaction.status.0.filter(|status| status != "in_progress") {
        reading.finish_reasons = vec![status];
    }
    if let Some(figures) = &interaction.usage.0 {
        take(reading, &figures.whole());
        reading.add_unread_numbers(figures, KNOWN);
        update(&mut reading.service_tier, interaction.service_tier.0);
    }
    Ok(())
}

fn take(reading: &mut Reading, usage: &Part<'_, '_>) {
    let [thoughts, tools] = ["total_thought_tokens", "total_tool_use_tokens"].map(|path| usage.count(path));
    let input = sum(&[usage.count("total_input_tokens"), tools]);
    let output = sum(&[usage.count("total_output_tokens"), thoughts]);
    reading.take(Unit::InputTokens, "usage.total_input_tokens", input);
    reading.take(Unit::OutputTokens, "usage.total_output_tokens", output);
    reading.take(Unit::OutputReasoningTokens, "usage.total_thought_tokens", thoughts);
    reading.take(Unit::InputToolTokens, "usage.total_tool_use_tokens", tools);
    let cached = usage.count("total_cached_tokens");
    reading.take(Unit::CacheReadTokens, "usage.total_cached_tokens", cached);
    for tool in usage.each("grounding_tool_count") {
        // Other tools stay unread: their fees have no unit.
        if tool.text("type").as_deref() == Some("google_search")
            && let Count::Given(queries) = tool.count("count")
        {
            let searches =
                charged_gemini_searches(queries, reading.model.as_deref()).map_or(Count::Absent, Count::Given);
            reading.take(Unit::WebSearches, "usage.grounding_tool_count", searches);
        }
    }
    let counts = |path| by_modality(usage, path, "tokens");
    let modalities = Modalities {
        input: counts("input_tokens_by_modality"),
        cache: counts("cached_tokens_by_modality"),
        output: counts("output_tokens_by_modality"),
        tool_use: counts("tool_use_tokens_by_modality"),
    };
    modalities.write(reading, true);
}
