//! The text of a catalogue: providers and their models, one line each.

mod line;

use std::collections::HashSet;
use std::sync::Arc;

use crate::cost::Edition;
use crate::factor::Factor;
use crate::found::Found;
use crate::price::{PriceSet, UnitPrice};
use crate::rule::Rule;

pub(crate) use line::{Model, Provider};

/// The first line of a catalogue: its form and version.
pub(crate) const FORM: &str = "tracing-genai catalogue 1";

/// The content of the text.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) edition: Arc<Edition>,
    pub(crate) providers: Vec<Provider>,
    /// Aliases of models, from the user's file.
    pub(crate) aliases: Vec<Alias>,
    /// Price multipliers, from the user's file; the first match applies.
    pub(crate) multipliers: Vec<Multiplier>,
}

/// An alias of a model.
#[derive(Debug)]
pub(crate) struct Alias {
    /// The provider whose calls use the alias; `None` for all.
    pub(crate) of: Option<usize>,
    pub(crate) rule: Rule,
    /// The name as written.
    pub(crate) name: Arc<str>,
    pub(crate) target: Found,
}

/// A price multiplier of a provider or one of its models.
#[derive(Debug)]
pub(crate) struct Multiplier {
    pub(crate) seller: usize,
    /// The line, by the positions of its provider and model; `None` for every line.
    pub(crate) line: Option<(usize, usize)>,
    pub(crate) factor: Factor,
    /// The factor as written.
    pub(crate) text: Arc<str>,
}

/// Why a text is not a valid catalogue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The first line is not that of a catalogue.
    #[error("not a catalogue: the first line is not `{FORM}`; make one with `cargo xtask catalogue`")]
    UnknownForm,
    /// A line is invalid.
    #[error("line {line}: {problem}")]
    Line {
        /// The line number, from 1.
        line: usize,
        /// The problem.
        problem: &'static str,
    },
}

/// Whether the text begins with a catalogue's first line.
pub(crate) fn is_catalogue(text: &str) -> bool {
    text.starts_with("tracing-genai catalogue ")
}

impl Table {
    /// Parses the text of a catalogue.
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
        // A truncated line may still parse.
        let is_whole = text.ends_with('\n') || header.models.is_none();
        is_whole
            .then_some(())
            .ok_or("the last line has no line break; the text may be truncated")
            .and_then(|()| table.check(&header))
            .map_err(|problem| CatalogueError::Line { line: last, problem })?;
        table.edition = Arc::new(header.edition);
        Ok(table)
    }

    /// The multiplier of a found model.
    pub(crate) fn multiplier(&self, found: &Found) -> Option<&Multiplier> {
        let line = Some((found.provider(), found.model()));
        // The user's own prices are not multiplied.
        let is_own = || self.line(found).is_some_and(|model| model.is_own);
        self.multipliers
            .iter()
            .find(|it| it.seller == found.seller() && (it.line == line || (it.line.is_none() && !is_own())))
    }

    /// A copy without caches. A table beneath others has no aliases and multipliers.
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
            None => return Err("model before the first provider"),
        }
        Ok(())
    }

    /// Rejects truncated texts and duplicates.
    fn check(&self, header: &Header) -> Result<(), &'static str> {
        let models = || self.providers.iter().flat_map(|provider| &provider.models);
        let sets = || {
            models().flat_map(|model| {
                let variants = model.variants.iter().map(|variant| &variant.set);
                model.sets.iter().chain(variants)
            })
        };
        let is = |count: usize, stated: Option<usize>| stated.is_none_or(|stated| stated == count);
        if !is(self.providers.len(), header.providers)
            || !is(models().count(), header.models)
            || !is(sets().map(|set| set.prices.len()).sum(), header.prices)
        {
            return Err(
                "the numbers of providers, models and prices differ from the header; the text may be truncated",
            );
        }
        let mut ids = HashSet::new();
        if !self.providers.iter().all(|provider| ids.insert(&*provider.id)) {
            return Err("duplicate provider");
        }
        let has_each_once = |provider: &Provider| {
            let mut ids = HashSet::with_capacity(provider.models.len());
            provider.models.iter().all(|model| ids.insert(&*model.id))
        };
        if !self.providers.iter().all(has_each_once) {
            return Err("duplicate model of a provider");
        }
        Ok(())
    }
}

/// The counts in a text's header.
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
    /// Replaces the prices of the same units by `prices`.
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
    fn an_invalid_line_is_reported_by_number() {
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
