//! Reads the lines of a catalogue's text, in the form of `data/README.md`.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::{Model, Provider};
use crate::choose::{MAX_SETS, MAX_VARIANTS};
use crate::cost::Layer;
use crate::factor::Factor;
use crate::price::{ContextKey, PriceSet, UnitPrice, Variant, unit};
use crate::rule::{Pattern, Rule};
use crate::time::Constraint;
use crate::word::unescape;

impl Provider {
    /// Reads a provider's line without its first bracket.
    pub(crate) fn parse(header: &str) -> Result<Self, &'static str> {
        let mut fields = header.split('\t');
        let id = fields
            .next()
            .and_then(|id| id.strip_suffix(']'))
            .ok_or("a provider's id ends in `]`")?;
        let id = &*word(id)?;
        let (mut api, mut names, mut model_names, mut fallback) = (None, None, None, Vec::new());
        for field in fields {
            match field
                .split_once(' ')
                .ok_or("a provider's field has a name and a value")?
            {
                ("api", pattern) => api = Some(Pattern::new(&format!("^(?:{})", word(pattern)?))),
                ("provider", rule) => names = Some(Rule::parse(rule, id).ok_or("not a rule")?),
                ("model", rule) => model_names = Some(Rule::parse(rule, id).ok_or("not a rule")?),
                ("fallback", ids) => {
                    let ids = ids.split(' ').map(|id| Ok(word(id)?.into()));
                    fallback = ids.collect::<Result<_, &'static str>>()?;
                }
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
    /// Reads a model's line.
    pub(crate) fn parse(line: &str) -> Result<Self, &'static str> {
        let mut fields = line.split('\t');
        let id = &*word(fields.next().unwrap_or_default())?;
        let rule = fields
            .next()
            .and_then(|rule| Rule::parse(rule, id))
            .ok_or("not a rule")?;
        let (mut sets, mut variants) = (Vec::new(), Vec::new());
        let (mut context_window, mut is_deprecated, mut equal) = (None, false, 0);
        for field in fields {
            if let Some(variant) = field.strip_prefix('?') {
                variants.push(Variant::parse(variant)?);
            } else if let Some(units) = field.strip_prefix('~') {
                equal |= units
                    .split(' ')
                    .try_fold(0, |units, name| Some(units | 1 << unit(name)? as u64))
                    .ok_or("not a unit")?;
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
        if sets.len() > MAX_SETS || variants.len() > MAX_VARIANTS {
            return Err("a model has at most 64 sets of prices and 9 variants");
        }
        Ok(Self {
            id: id.into(),
            rule,
            sets,
            variants,
            equal,
            context_window,
            is_deprecated,
            layer: Layer::Embedded,
            is_own: false,
            plans: OnceLock::new(),
        })
    }
}

impl PriceSet {
    /// Reads `@2026-03-13 input=3 output=15`; `-` is a set without prices, `free` one that costs nothing.
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
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
    /// Reads `service_tier=flex @2026-10-12 input=1`, or `inference_geo=us *1.1`, which multiplies the price of every token.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (name, prices) = text.split_once(' ').ok_or("a variant has a condition and prices")?;
        let (mut when, mut seller) = (Vec::new(), None);
        for pair in name.split('&') {
            let (key, value) = pair.split_once('=').ok_or("not a condition of a variant")?;
            let (key, value) = (word(key)?, word(value)?.into());
            if key == "seller" {
                seller = Some(value);
            } else {
                when.push((ContextKey::parse(&key), value));
            }
        }
        let factor = prices.strip_prefix('*');
        Ok(Self {
            when,
            seller,
            name: name.into(),
            set: PriceSet::parse(factor.map_or(prices, |_| "-"))?,
            factor: factor
                .map(|factor| Factor::parse(factor).ok_or("not a factor"))
                .transpose()?,
        })
    }
}

fn word(word: &str) -> Result<Cow<'_, str>, &'static str> {
    unescape(word).ok_or("an escape that stands for no text")
}
