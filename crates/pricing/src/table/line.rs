//! The lines of a catalogue, providers and models, in the form of `data/README.md`.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use crate::cost::Layer;
use crate::factor::Factor;
use crate::kind::{MAX_SETS, MAX_VARIANTS};
use crate::plan::Plans;
use crate::price::{ContextKey, PriceSet, UnitPrice, Variant, unit};
use crate::rule::{Pattern, Rule};
use crate::time::{Constraint, Moment};
use crate::word::unescape;

/// A provider and its models, in matching order.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) id: Arc<str>,
    /// Matched at the beginning of the API's URL.
    pub(crate) api: Option<Pattern>,
    /// Matches other names of the provider.
    pub(crate) names: Option<Rule>,
    /// Matches the provider by a model's name.
    pub(crate) model_names: Option<Rule>,
    /// Providers whose models this one also sells, at their prices.
    pub(crate) fallback: Vec<Box<str>>,
    pub(crate) models: Vec<Model>,
}

/// A model and its prices.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) id: Arc<str>,
    pub(crate) rule: Rule,
    /// At least one; the last active one applies, else the first.
    pub(crate) sets: Vec<PriceSet>,
    pub(crate) variants: Vec<Variant>,
    /// Bit set of the units that the provider states cost the same as their enclosing unit.
    pub(crate) equal: u64,
    /// The context window in tokens.
    pub(crate) context_window: Option<u64>,
    /// Whether its provider has announced its removal.
    pub(crate) is_deprecated: bool,
    /// The source of the line.
    pub(crate) layer: Layer,
    /// Whether the whole line is the user's.
    pub(crate) is_own: bool,
    /// Built at the first lookup.
    pub(crate) plans: OnceLock<Plans>,
}

impl Provider {
    /// Parses a provider's line without its first bracket.
    pub(crate) fn parse(header: &str) -> Result<Self, &'static str> {
        let mut fields = header.split('\t');
        let id = fields
            .next()
            .and_then(|id| id.strip_suffix(']'))
            .ok_or("a provider's id must end in `]`")?;
        let id = &*word(id)?;
        let (mut api, mut names, mut model_names, mut fallback) = (None, None, None, Vec::new());
        for field in fields {
            match field
                .split_once(' ')
                .ok_or("a provider's field needs a name and a value")?
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

    /// A provider with only a name.
    pub(crate) fn named(id: &str) -> Self {
        Self {
            id: id.into(),
            api: None,
            names: None,
            model_names: None,
            fallback: Vec::new(),
            models: Vec::new(),
        }
    }

    /// The line of that id.
    pub(crate) fn line(&self, id: &str) -> Option<&Model> {
        self.models.iter().find(|model| *model.id == *id)
    }

    /// A copy of the provider.
    pub(super) fn copy(&self) -> Self {
        Self {
            id: Arc::clone(&self.id),
            api: self.api.clone(),
            names: self.names.clone(),
            model_names: self.model_names.clone(),
            fallback: self.fallback.clone(),
            models: self.models.iter().map(Model::copy).collect(),
        }
    }
}

impl Model {
    /// Parses a model's line.
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
            return Err("a model needs at least one set of prices, `-` if empty");
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

    /// A copy of the line, without cached plans.
    pub(crate) fn copy(&self) -> Self {
        Self {
            id: Arc::clone(&self.id),
            rule: self.rule.clone(),
            sets: self.sets.clone(),
            variants: self.variants.clone(),
            equal: self.equal,
            context_window: self.context_window,
            is_deprecated: self.is_deprecated,
            layer: self.layer,
            is_own: self.is_own,
            plans: OnceLock::new(),
        }
    }

    /// Whether another line has the same rule and prices.
    pub(crate) fn equals(&self, other: &Self) -> bool {
        let constraint = |set: &PriceSet| set.when.as_ref().map(|(_, text)| text.clone());
        let is_same =
            |(one, other): (&PriceSet, &PriceSet)| one.prices == other.prices && constraint(one) == constraint(other);
        self.rule.to_string() == other.rule.to_string()
            && self.sets.len() == other.sets.len()
            && self.sets.iter().zip(&other.sets).all(is_same)
    }

    /// The index of the price set at that moment: the last active one, else the first.
    pub(crate) fn set_at(&self, moment: Moment) -> usize {
        self.sets.iter().rposition(|set| set.is_active(moment)).unwrap_or(0)
    }
}

impl PriceSet {
    /// Parses `@2026-03-13 input=3 output=15`; `-` is a set without prices, `free` a set of zero prices.
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
    /// Parses `service_tier=flex @2026-10-12 input=1`, or `inference_geo=us *1.1`, which multiplies all token prices.
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (name, prices) = text.split_once(' ').ok_or("a variant needs a condition and prices")?;
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
    unescape(word).ok_or("invalid escape")
}
