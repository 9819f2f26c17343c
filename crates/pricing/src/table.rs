//! The catalogue's text: providers and their models, a line each.

use std::sync::{Arc, OnceLock};

use crate::choose::Plans;
use crate::cost::{Edition, Layer};
use crate::factor::Factor;
use crate::find::Found;
use crate::price::{ContextKey, PriceSet, UnitPrice, Variant};
use crate::rule::{Pattern, Rule};
use crate::time::Constraint;

/// The first line of a catalogue: its form, and the version of the form.
const FORM: &str = "tracing-genai catalogue 1";

/// Everything that the text says.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) edition: Arc<Edition>,
    pub(crate) providers: Vec<Provider>,
    /// Other names of models, from the user's file.
    pub(crate) aliases: Vec<Alias>,
    /// What prices are multiplied by, from the user's file; the first that fits holds.
    pub(crate) multipliers: Vec<Multiplier>,
}

/// Another name of a model.
#[derive(Debug)]
pub(crate) struct Alias {
    /// The provider whose calls use the name; any, when `None`.
    pub(crate) of: Option<usize>,
    pub(crate) rule: Rule,
    /// The name as it is written.
    pub(crate) name: Arc<str>,
    pub(crate) target: Found,
}

/// What the prices of a provider, or of one of its models, are multiplied by.
#[derive(Debug)]
pub(crate) struct Multiplier {
    pub(crate) seller: usize,
    /// The line, as its provider and its place there; every line, when `None`.
    pub(crate) line: Option<(usize, usize)>,
    pub(crate) factor: Factor,
    /// The factor as it is written.
    pub(crate) text: Arc<str>,
}

/// A provider and its models, in the order in which they are asked.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) id: Arc<str>,
    /// Found at the beginning of the URL of its API.
    pub(crate) api: Option<Pattern>,
    /// Recognises other names of the provider.
    pub(crate) names: Option<Rule>,
    /// Recognises the provider by a model's name.
    pub(crate) model_names: Option<Rule>,
    /// Providers whose models this one sells too, at their prices.
    pub(crate) fallback: Vec<Box<str>>,
    pub(crate) models: Vec<Model>,
}

/// A model and its prices.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) id: Arc<str>,
    pub(crate) rule: Rule,
    /// At least one; the last that is active holds, else the first.
    pub(crate) sets: Vec<PriceSet>,
    pub(crate) variants: Vec<Variant>,
    /// The most tokens that the model takes and gives in one call.
    pub(crate) context_window: Option<u64>,
    /// Whether its provider means to take it away.
    pub(crate) is_deprecated: bool,
    /// Where its line comes from.
    pub(crate) layer: Layer,
    /// Made when the model is first met.
    pub(crate) plans: OnceLock<Plans>,
}

/// Why a text is not a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The text does not begin as a catalogue does.
    #[error("not a catalogue: the first line is not `{FORM}`; make one with `cargo xtask catalogue`")]
    UnknownForm,
    /// A line cannot be read.
    #[error("line {line}: {problem}")]
    Line {
        /// The number of the line, from 1.
        line: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl Table {
    /// Reads the text of a catalogue.
    pub(crate) fn parse(text: &str) -> Result<Self, CatalogueError> {
        let mut lines = text.lines().zip(1_usize..);
        if lines.next().is_none_or(|(first, _)| first != FORM) {
            return Err(CatalogueError::UnknownForm);
        }
        let mut table = Self::default();
        let mut edition = Edition::default();
        for (text, line) in lines {
            table
                .line(text, &mut edition)
                .map_err(|problem| CatalogueError::Line { line, problem })?;
        }
        table.edition = Arc::new(edition);
        Ok(table)
    }

    /// What the prices of a found model are multiplied by.
    pub(crate) fn multiplier(&self, found: &Found) -> Option<&Multiplier> {
        let line = Some((found.provider, found.model));
        self.multipliers
            .iter()
            .find(|it| it.seller == found.seller && (it.line.is_none() || it.line == line))
    }

    fn line(&mut self, text: &str, edition: &mut Edition) -> Result<(), &'static str> {
        if text.is_empty() || text.starts_with('#') {
            return Ok(());
        }
        if let Some(header) = text.strip_prefix('[') {
            self.providers.push(Provider::parse(header)?);
            return Ok(());
        }
        if let Some(provider) = self.providers.last_mut() {
            provider.models.push(Model::parse(text)?);
            return Ok(());
        }
        match text.split_once('\t') {
            Some(("source", source)) => edition.version = source.into(),
            Some(("sha256", hash)) => edition.hash = hash.into(),
            Some(_) => {}
            None => return Err("a model stands before the first provider"),
        }
        Ok(())
    }
}

impl Provider {
    fn parse(header: &str) -> Result<Self, &'static str> {
        let mut fields = header.split('\t');
        let id = fields
            .next()
            .and_then(|id| id.strip_suffix(']'))
            .ok_or("a provider's id ends in `]`")?;
        let (mut api, mut names, mut model_names, mut fallback) = (None, None, None, Vec::new());
        for field in fields {
            match field
                .split_once(' ')
                .ok_or("a provider's field has a name and a value")?
            {
                ("api", pattern) => api = Some(Pattern::new(&format!("^(?:{pattern})"))),
                ("provider", rule) => names = Some(Rule::parse(rule, id).ok_or("not a rule")?),
                ("model", rule) => model_names = Some(Rule::parse(rule, id).ok_or("not a rule")?),
                ("fallback", ids) => fallback = ids.split(' ').map(Into::into).collect(),
                _ => return Err("unknown field of a provider"),
            }
        }
        Ok(Self {
            id: id.into(),
            api,
            names,
            model_names,
            fallback,
            models: Vec::new(),
        })
    }
}

impl Model {
    fn parse(line: &str) -> Result<Self, &'static str> {
        let mut fields = line.split('\t');
        let id = fields.next().unwrap_or_default();
        let rule = fields
            .next()
            .and_then(|rule| Rule::parse(rule, id))
            .ok_or("not a rule")?;
        let (mut sets, mut variants) = (Vec::new(), Vec::new());
        let (mut context_window, mut is_deprecated) = (None, false);
        for field in fields {
            if let Some(variant) = field.strip_prefix('?') {
                variants.push(Variant::parse(variant)?);
            } else if field == "#deprecated" {
                is_deprecated = true;
            } else if let Some(tokens) = field.strip_prefix('#') {
                context_window = Some(tokens.parse().map_err(|_| "not a number of tokens")?);
            } else {
                sets.push(PriceSet::parse(field)?);
            }
        }
        if sets.is_empty() {
            return Err("a model has at least one set of prices, `-` when it is empty");
        }
        Ok(Self {
            id: id.into(),
            rule,
            sets,
            variants,
            context_window,
            is_deprecated,
            layer: Layer::Embedded,
            plans: OnceLock::new(),
        })
    }
}

impl PriceSet {
    /// Reads `@2026-03-13 input=3 output=15`; `-` is a set without prices, `free` one that costs nothing.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let mut when = None;
        let mut is_free = false;
        let mut prices = Vec::new();
        for word in text.split(' ') {
            if let Some(text) = word.strip_prefix('@') {
                let constraint = Constraint::parse(text).ok_or("not a day or a daily window")?;
                when = Some((constraint, text.into()));
            } else if word == "free" {
                is_free = true;
            } else if word != "-" {
                prices.push(UnitPrice::parse(word).ok_or("not a price of a known unit")?);
            }
        }
        Ok(Self { when, prices, is_free })
    }
}

impl Variant {
    /// Reads `service_tier=flex @2026-10-12 input=1`.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (name, prices) = text.split_once(' ').ok_or("a variant has a condition and prices")?;
        let condition = |pair: &str| {
            let (key, value) = pair.split_once('=')?;
            Some((ContextKey::parse(key), value.into()))
        };
        let when = name
            .split('&')
            .map(condition)
            .collect::<Option<_>>()
            .ok_or("not a condition of a variant")?;
        Ok(Self {
            when,
            name: name.into(),
            set: PriceSet::parse(prices)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let text = |line: &str| format!("{FORM}\nsource\tx 1\n[p]\tapi https://x\n{line}\n");
        let problem = |line: &str| match Table::parse(&text(line)) {
            Err(CatalogueError::Line { line, .. }) => Some(line),
            _ => None,
        };
        assert_eq!(problem("m\t=\tinput=1"), None);
        for line in [
            "m",
            "m\t=",
            "m\tx\tinput=1",
            "m\t=\tinput=x",
            "m\t=\t@never input=1",
            "m\t=\t-\t?flex",
            "[q",
        ] {
            assert_eq!(problem(line), Some(4), "{line:?}");
        }
        assert_eq!(Table::parse("").err(), Some(CatalogueError::UnknownForm));
    }
}
