//! The catalogue's text: providers and their models, a line each.

mod line;

use std::collections::HashSet;
use std::sync::Arc;

use crate::cost::Edition;
use crate::factor::Factor;
use crate::found::Found;
use crate::price::{PriceSet, UnitPrice};
use crate::rule::Rule;

pub(crate) use line::{Model, Provider};

/// The first line of a catalogue: its form, and the version of the form.
pub(crate) const FORM: &str = "tracing-genai catalogue 1";

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

/// Whether the text begins as a catalogue does.
pub(crate) fn is_catalogue(text: &str) -> bool {
    text.starts_with("tracing-genai catalogue ")
}

impl Table {
    /// Reads the text of a catalogue.
    pub(crate) fn parse(text: &str) -> Result<Self, CatalogueError> {
        let mut lines = text.lines().zip(1_usize..);
        if lines.next().is_none_or(|(first, _)| first != FORM) {
            return Err(CatalogueError::UnknownForm);
        }
        let mut table = Self::default();
        let mut header = Header::default();
        let mut last = 1;
        for (text, line) in lines {
            last = line;
            table
                .read_line(text, &mut header)
                .map_err(|problem| CatalogueError::Line { line, problem })?;
        }
        // A line that was cut off may still read as one.
        let is_whole = text.ends_with('\n') || header.models.is_none();
        is_whole
            .then_some(())
            .ok_or("the last line does not end: the text was cut off")
            .and_then(|()| table.check(&header))
            .map_err(|problem| CatalogueError::Line { line: last, problem })?;
        table.edition = Arc::new(header.edition);
        Ok(table)
    }

    /// What the prices of a found model are multiplied by.
    pub(crate) fn multiplier(&self, found: &Found) -> Option<&Multiplier> {
        let line = Some((found.provider(), found.model()));
        // The user's own prices are meant as they stand.
        let is_own = || self.line(found).is_some_and(|model| model.is_own);
        self.multipliers
            .iter()
            .find(|it| it.seller == found.seller() && (it.line == line || (it.line.is_none() && !is_own())))
    }

    /// The same table once more, with nothing remembered. A table that lies beneath others has no aliases and multipliers.
    pub(crate) fn copy(&self) -> Self {
        Self {
            edition: Arc::clone(&self.edition),
            providers: self.providers.iter().map(Provider::copy).collect(),
            aliases: Vec::new(),
            multipliers: Vec::new(),
        }
    }

    /// The line of a found model.
    pub(crate) fn line(&self, found: &Found) -> Option<&Model> {
        self.providers.get(found.provider())?.models.get(found.model())
    }

    fn read_line(&mut self, text: &str, header: &mut Header) -> Result<(), &'static str> {
        if text.is_empty() || text.starts_with('#') {
            return Ok(());
        }
        if let Some(provider) = text.strip_prefix('[') {
            self.providers.push(Provider::parse(provider)?);
            return Ok(());
        }
        if let Some(provider) = self.providers.last_mut() {
            provider.models.push(Model::parse(text)?);
            return Ok(());
        }
        match text.split_once('\t') {
            Some(("source", source)) => header.edition.version = source.into(),
            Some(("sha256", hash)) => header.edition.hash = hash.into(),
            Some(("providers", count)) => header.providers = Some(counted(count)?),
            Some(("models", count)) => header.models = Some(counted(count)?),
            Some(("prices", count)) => header.prices = Some(counted(count)?),
            Some(_) => {}
            None => return Err("a model stands before the first provider"),
        }
        Ok(())
    }

    /// Refuses a text that was cut off, or that says something twice.
    fn check(&self, header: &Header) -> Result<(), &'static str> {
        let models = || self.providers.iter().flat_map(|provider| &provider.models);
        let sets = || {
            models().flat_map(|model| {
                let variants = model.variants.iter().map(|variant| &variant.set);
                model.sets.iter().chain(variants)
            })
        };
        let is = |count: usize, said: Option<usize>| said.is_none_or(|said| said == count);
        if !is(self.providers.len(), header.providers)
            || !is(models().count(), header.models)
            || !is(sets().map(|set| set.prices.len()).sum(), header.prices)
        {
            return Err("the text does not hold the providers, models and prices that its first lines count");
        }
        let mut ids = HashSet::new();
        if !self.providers.iter().all(|provider| ids.insert(&*provider.id)) {
            return Err("a provider stands twice");
        }
        let has_each_once = |provider: &Provider| {
            let mut ids = HashSet::with_capacity(provider.models.len());
            provider.models.iter().all(|model| ids.insert(&*model.id))
        };
        if !self.providers.iter().all(has_each_once) {
            return Err("a model stands twice at its provider");
        }
        Ok(())
    }
}

/// What a text says of itself.
#[derive(Debug, Default)]
struct Header {
    edition: Edition,
    providers: Option<usize>,
    models: Option<usize>,
    prices: Option<usize>,
}

fn counted(count: &str) -> Result<usize, &'static str> {
    count.parse().map_err(|_| "not a count")
}

impl PriceSet {
    /// Puts `prices` in the place of those of the same units.
    pub(crate) fn fix(&mut self, prices: &[UnitPrice]) {
        self.prices
            .retain(|price| prices.iter().all(|fixed| fixed.unit != price.unit));
        self.prices.extend_from_slice(prices);
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
