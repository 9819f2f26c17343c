//! Finds the columns of a table of calls by their headings: this command's names, and those of providers and tracers.

use std::borrow::Cow;

use anyhow::{bail, ensure};
use tracing_genai_pricing::Counts;
use tracing_genai_semconv::{
    Attribute, Meaning,
    dialect::{Place, Side, UsageKey},
    meaning,
};
use tracing_genai_usage::Unit;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Column {
    Case,
    Provider,
    Model,
    RequestModel,
    Timestamp,
    OtherJson,
    Count(Unit),
    /// A count that is not in the whole of its side: Gemini's thoughts.
    Beside(Unit, Side),
}

/// This command's names.
const OWN: &[(&str, Column)] = &[
    ("case", Column::Case),
    ("provider", Column::Provider),
    ("model", Column::Model),
    ("timestamp", Column::Timestamp),
    ("other_json", Column::OtherJson),
    ("input_tokens", Column::Count(Unit::InputTokens)),
    ("cache_read", Column::Count(Unit::CacheReadTokens)),
    ("cache_write", Column::Count(Unit::CacheWriteTokens)),
    ("cache_write_1h", Column::Count(Unit::CacheWrite1hTokens)),
    ("output_tokens", Column::Count(Unit::OutputTokens)),
    ("reasoning_tokens", Column::Count(Unit::OutputReasoningTokens)),
    ("input_audio", Column::Count(Unit::InputAudioTokens)),
    ("output_audio", Column::Count(Unit::OutputAudioTokens)),
];

/// Usual names of logs and exports, besides those of the conventions, of tracers and of usage objects.
const USUAL: &[(&str, Column)] = &[
    ("vendor", Column::Provider),
    ("llm_provider", Column::Provider),
    ("model_name", Column::Model),
    ("model_id", Column::Model),
    ("response_model", Column::Model),
    ("request_model", Column::RequestModel),
    ("requested_model", Column::RequestModel),
    ("time", Column::Timestamp),
    ("date", Column::Timestamp),
    ("datetime", Column::Timestamp),
    ("created_at", Column::Timestamp),
    ("started_at", Column::Timestamp),
    ("start_time", Column::Timestamp),
    ("input_cached_tokens", Column::Count(Unit::CacheReadTokens)),
    ("cache_read_tokens", Column::Count(Unit::CacheReadTokens)),
    ("cache_write_tokens", Column::Count(Unit::CacheWriteTokens)),
    ("cache_creation_tokens", Column::Count(Unit::CacheWriteTokens)),
    ("n_context_tokens_total", Column::Count(Unit::InputTokens)),
    ("n_generated_tokens_total", Column::Count(Unit::OutputTokens)),
];

/// What a heading says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heading {
    Own(Column),
    Other(Column),
    /// Repeats other columns: a total.
    Redundant,
    Unknown,
}

/// The columns of a table, and their places.
#[derive(Debug)]
pub(crate) struct Columns {
    places: Vec<(Column, usize)>,
    count: usize,
    not_read: Vec<String>,
}

impl Columns {
    /// Reads the headings. Fails if one column is meant twice by this command's names, or if there is no model.
    pub(crate) fn read<'a>(headings: impl IntoIterator<Item = Cow<'a, str>>) -> anyhow::Result<Self> {
        let mut columns = Self {
            places: Vec::new(),
            count: 0,
            not_read: Vec::new(),
        };
        let headings: Vec<_> = headings.into_iter().collect();
        columns.count = headings.len();
        let meant: Vec<_> = headings.iter().map(|heading| heading_of(heading)).collect();
        for (place, (heading, meant)) in headings.iter().zip(&meant).enumerate() {
            match meant {
                Heading::Own(column) if columns.place(*column).is_some() => {
                    bail!("two columns are called `{heading}`; remove one");
                }
                Heading::Own(column) => columns.places.push((*column, place)),
                _ => {}
            }
        }
        for (place, (heading, meant)) in headings.iter().zip(&meant).enumerate() {
            match meant {
                Heading::Other(column) if columns.place(*column).is_none() => columns.places.push((*column, place)),
                Heading::Other(_) | Heading::Unknown if !heading.is_empty() => {
                    columns.not_read.push(heading.clone().into_owned());
                }
                _ => {}
            }
        }
        ensure!(
            columns
                .place(Column::Model)
                .or(columns.place(Column::RequestModel))
                .is_some(),
            "no column is called `model`; the first row must have the column names, such as \
             case,provider,model,timestamp,input_tokens,output_tokens"
        );
        Ok(columns)
    }

    /// The number of columns.
    pub(crate) const fn count(&self) -> usize {
        self.count
    }

    pub(crate) fn place(&self, column: Column) -> Option<usize> {
        let mut places = self.places.iter();
        places.find(|(held, _)| *held == column).map(|(_, place)| *place)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Column, usize)> {
        self.places.iter().copied()
    }

    /// The headings of columns that are not read.
    pub(crate) fn not_read(&self) -> &[String] {
        &self.not_read
    }

    /// What the column of input tokens includes, by the names of the columns of cached ones.
    pub(crate) fn counts(&self) -> Counts {
        let is_beside_input = |(column, _): &(Column, usize)| matches!(column, Column::Beside(_, Side::Input));
        if self.places.iter().any(is_beside_input) {
            Counts::Exclusive
        } else {
            Counts::Inclusive
        }
    }
}

fn heading_of(heading: &str) -> Heading {
    let name = snake_case(heading);
    let in_table = |table: &[(&str, Column)]| {
        table
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, column)| *column)
    };
    if let Some(column) = in_table(OWN) {
        return Heading::Own(column);
    }
    if let Some(column) = in_table(USUAL) {
        return Heading::Other(column);
    }
    if let Some(Meaning::Attribute(spelling)) = meaning(heading).or_else(|| meaning(&name)) {
        return match spelling.attribute {
            Attribute::ProviderName => Heading::Other(Column::Provider),
            Attribute::ResponseModel => Heading::Other(Column::Model),
            Attribute::RequestModel => Heading::Other(Column::RequestModel),
            attribute => unit_of(attribute).map_or(Heading::Unknown, |unit| Heading::Other(Column::Count(unit))),
        };
    }
    if let Some(unit) = Unit::from_name(&name) {
        return Heading::Other(Column::Count(unit));
    }
    // A column `input` may hold the prompt.
    let is_count = ["token", "cache", "count", "requests"]
        .iter()
        .any(|word| name.contains(word));
    let known = UsageKey::of(&name).filter(|_| is_count);
    match known {
        Some(UsageKey::Whole(Side::Input)) => Heading::Other(Column::Count(Unit::InputTokens)),
        Some(UsageKey::Whole(Side::Output)) => Heading::Other(Column::Count(Unit::OutputTokens)),
        Some(UsageKey::Part(side, place, Some(attribute))) => unit_of(attribute).map_or(Heading::Unknown, |unit| {
            Heading::Other(match place {
                Place::Within => Column::Count(unit),
                Place::Beside => Column::Beside(unit, side),
            })
        }),
        Some(UsageKey::CacheWrite(_)) => Heading::Other(Column::Count(Unit::CacheWriteTokens)),
        Some(UsageKey::CacheWrite1h(_)) => Heading::Other(Column::Count(Unit::CacheWrite1hTokens)),
        Some(UsageKey::Unit(attribute)) => {
            unit_of(attribute).map_or(Heading::Unknown, |unit| Heading::Other(Column::Count(unit)))
        }
        Some(UsageKey::Total | UsageKey::Redundant(_)) => Heading::Redundant,
        _ => Heading::Unknown,
    }
}

fn unit_of(attribute: Attribute) -> Option<Unit> {
    let mut units = Unit::ALL.iter().copied();
    units.find(|unit| unit.attribute_name() == Some(attribute.name()))
}

/// `Prompt Tokens` and `promptTokens` as `prompt_tokens`.
fn snake_case(heading: &str) -> String {
    let mut name = String::with_capacity(heading.len() + 4);
    let mut after_lower = false;
    for character in heading.trim().chars() {
        if character.is_ascii_uppercase() && after_lower {
            name.push('_');
        }
        after_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        name.push(if matches!(character, ' ' | '-') {
            '_'
        } else {
            character.to_ascii_lowercase()
        });
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(headings: &[&'static str]) -> anyhow::Result<Columns> {
        Columns::read(headings.iter().map(|heading| Cow::Borrowed(*heading)))
    }

    #[test]
    fn headings_of_providers_and_tracers_are_understood() {
        for (heading, expected) in [
            ("Model", Column::Model),
            ("prompt_tokens", Column::Count(Unit::InputTokens)),
            ("Prompt Tokens", Column::Count(Unit::InputTokens)),
            ("promptTokens", Column::Count(Unit::InputTokens)),
            ("completion_tokens", Column::Count(Unit::OutputTokens)),
            ("cached_tokens", Column::Count(Unit::CacheReadTokens)),
            (
                "prompt_tokens_details.cached_tokens",
                Column::Count(Unit::CacheReadTokens),
            ),
            ("input_cached_tokens", Column::Count(Unit::CacheReadTokens)),
            (
                "cache_read_input_tokens",
                Column::Beside(Unit::CacheReadTokens, Side::Input),
            ),
            (
                "thoughts_token_count",
                Column::Beside(Unit::OutputReasoningTokens, Side::Output),
            ),
            ("gen_ai.usage.input_tokens", Column::Count(Unit::InputTokens)),
            ("gen_ai.system", Column::Provider),
            ("gen_ai.request.model", Column::RequestModel),
            ("llm.usage.completion_tokens", Column::Count(Unit::OutputTokens)),
            ("created_at", Column::Timestamp),
            ("web_searches", Column::Count(Unit::WebSearches)),
        ] {
            let meant = heading_of(heading);
            assert!(
                meant == Heading::Own(expected) || meant == Heading::Other(expected),
                "{heading}: {meant:?}"
            );
        }
    }

    #[test]
    fn unknown_columns_are_named_and_totals_are_not_read() {
        let columns = columns(&["model", "prompt_tokens", "total_tokens", "input", "colour", ""]).unwrap();
        assert_eq!(columns.not_read(), ["input", "colour"]);
        assert_eq!(columns.count(), 6);
    }

    #[test]
    fn this_commands_names_precede_others() {
        let columns = columns(&["prompt_tokens", "input_tokens", "model", "model_name"]).unwrap();
        assert_eq!(columns.place(Column::Count(Unit::InputTokens)), Some(1));
        assert_eq!(columns.not_read(), ["prompt_tokens", "model_name"]);
        assert!(Columns::read(["model", "Model"].map(Cow::Borrowed)).is_err());
    }

    #[test]
    fn anthropics_names_say_that_the_input_excludes_the_cache() {
        let anthropic = columns(&["model", "input_tokens", "cache_read_input_tokens"]).unwrap();
        assert_eq!(anthropic.counts(), Counts::Exclusive);
        let openai = columns(&["model", "prompt_tokens", "cached_tokens"]).unwrap();
        assert_eq!(openai.counts(), Counts::Inclusive);
    }
}
