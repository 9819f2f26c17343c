//! The units of LiteLLM's prices, and their notation in our table.

use std::fmt::Write as _;

use tracing_genai_usage::Unit;

use super::model::Model;

/// Prices per token, and the unit.
pub(crate) const TOKENS_BY_FIELD: &[(&str, Unit)] = &[
    ("cache_creation_input_audio_token_cost", Unit::CacheAudioWriteTokens),
    ("cache_creation_input_token_cost", Unit::CacheWriteTokens),
    ("cache_creation_input_token_cost_above_1hr", Unit::CacheWrite1hTokens),
    ("cache_read_input_audio_token_cost", Unit::CacheAudioReadTokens),
    ("cache_read_input_image_token_cost", Unit::CacheImageReadTokens),
    ("cache_read_input_token_cost", Unit::CacheReadTokens),
    ("input_cost_per_token", Unit::InputTokens),
    ("input_cost_per_audio_token", Unit::InputAudioTokens),
    ("input_cost_per_image_token", Unit::InputImageTokens),
    ("input_cost_per_video_token", Unit::InputVideoTokens),
    ("output_cost_per_token", Unit::OutputTokens),
    ("output_cost_per_audio_token", Unit::OutputAudioTokens),
    ("output_cost_per_image_token", Unit::OutputImageTokens),
    ("output_cost_per_reasoning_token", Unit::OutputReasoningTokens),
    ("output_cost_per_video_token", Unit::OutputVideoTokens),
];

/// Prices of other units, with the kind of model for which they mean the unit.
pub(crate) const OTHERS_BY_FIELD: &[(&str, &str, Unit)] = &[
    ("input_cost_per_second", "audio_transcription", Unit::AudioSeconds),
    ("input_cost_per_character", "audio_speech", Unit::InputCharacters),
    ("input_cost_per_query", "rerank", Unit::RerankSearches),
    ("ocr_cost_per_page", "ocr", Unit::InputDocumentPages),
];

/// A kind of service with separate prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Service {
    Batch,
    Flex,
    Priority,
}

impl Service {
    pub(crate) const ALL: [Self; 3] = [Self::Batch, Self::Flex, Self::Priority];

    /// The suffix of its prices in LiteLLM's table.
    pub(crate) const fn end(self) -> &'static str {
        match self {
            Self::Batch => "_batches",
            Self::Flex => "_flex",
            Self::Priority => "_priority",
        }
    }

    /// Its condition in our table.
    pub(crate) const fn condition(self) -> &'static str {
        match self {
            Self::Batch => "processing=batch",
            Self::Flex => "service_tier=flex",
            Self::Priority => "service_tier=priority",
        }
    }

    /// The service of that condition.
    #[cfg(test)]
    pub(crate) fn of(condition: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.condition() == condition)
    }
}

/// The prices of a model in our notation, for plain calls or for those of a service; empty without prices.
///
/// Units are in our table's order, without `_tokens`.
pub(crate) fn prices(model: &Model, service: Option<Service>) -> String {
    let price = |(field, unit)| Some((unit, price(model, field, unit, service)?));
    let all: Vec<_> = priced(model).filter_map(price).collect();
    let of = |unit| all.iter().find(|(of, _)| *of == unit).map(|(_, price)| price.as_str());
    // LiteLLM repeats the whole's price for parts without a known price.
    let repeats_whole = |unit: Unit, price: &str| match unit {
        Unit::CacheReadTokens | Unit::CacheWriteTokens => of(Unit::InputTokens) == Some(price),
        Unit::OutputReasoningTokens => of(Unit::OutputTokens) == Some(price),
        _ => false,
    };
    let stated = all.iter().filter(|(unit, price)| !repeats_whole(*unit, price));
    let mut words: Vec<_> = stated
        .map(|(unit, price)| format!("{}={price}", short_name(*unit)))
        .collect();
    words.sort_unstable();
    words.join(" ")
}

/// Every unit that a price of that kind of model can have, with its field.
fn priced(model: &Model) -> impl Iterator<Item = (&'static str, Unit)> {
    // Units priced by both token and second must not be charged twice.
    let has_tokens = TOKENS_BY_FIELD.iter().any(|(field, _)| model.price(field).is_some());
    let others = OTHERS_BY_FIELD.iter();
    let others = others.filter(move |(_, mode, _)| !has_tokens && *mode == model.mode());
    let others = others.map(|&(field, _, unit)| (field, unit));
    TOKENS_BY_FIELD.iter().copied().chain(others)
}

/// A price with its tiers, such as `3>200000:6`.
fn price(model: &Model, field: &str, unit: Unit, service: Option<Service>) -> Option<String> {
    let end = service.map_or("", Service::end);
    let per = unit.dimensions().family.per();
    let base = model.price_of(&[field, end].concat(), per)?;
    let mut text = base.to_string();
    for (start, part) in model.steps() {
        let step = model.price_of(&[field, &part, end].concat(), per);
        if let Some(step) = step.filter(|step| *step != base || service.is_some()) {
            // Writing to a String cannot fail.
            let _ = write!(text, ">{start}:{step}");
        }
    }
    Some(text)
}

/// The name of a unit in our table.
pub(crate) fn short_name(unit: Unit) -> &'static str {
    let name = unit.name();
    name.strip_suffix("_tokens").unwrap_or(name)
}
