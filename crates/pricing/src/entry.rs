//! The lines of a catalogue, for display and comparison.

use std::sync::Arc;
use std::time::SystemTime;

use tracing_genai_usage::{Family, Unit};

use crate::cost::{Layer, Matched};
use crate::given_away::is_given_away;
use crate::price::PriceSet;
use crate::table::{Model, Provider};
use crate::time::Moment;
use crate::usd::Usd;

/// A model and its prices in the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    provider: &'a Provider,
    model: &'a Model,
}

/// The price of one unit under one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedPrice<'a> {
    /// When the price applies, if limited: from a day on, such as `2026-03-13`, or in a daily window, such as
    /// `01:00:00Z-04:00:00Z`. The last applicable price is used, else the first.
    pub when: Option<&'a str>,
    /// The calls it applies to, if limited, such as `service_tier=flex`.
    pub variant: Option<&'a str>,
    /// The priced unit.
    pub unit: Unit,
    /// The number of units per price: 1,000,000 for tokens.
    pub per: u64,
    /// The price.
    pub base: Usd,
    /// The prices for larger inputs, each with the input tokens above which it applies to the whole call.
    pub tiers: Vec<(u64, Usd)>,
}

impl<'a> Entry<'a> {
    pub(crate) const fn new(provider: &'a Provider, model: &'a Model) -> Self {
        Self { provider, model }
    }

    /// The id of the provider.
    pub fn provider(&self) -> &'a Arc<str> {
        &self.provider.id
    }

    /// The id of the model.
    pub fn model(&self) -> &'a Arc<str> {
        &self.model.id
    }

    /// The context window in tokens, if known.
    pub const fn context_window(&self) -> Option<u64> {
        self.model.context_window
    }

    /// Whether the provider has announced the model's removal.
    pub const fn is_deprecated(&self) -> bool {
        self.model.is_deprecated
    }

    /// Whether the model is free: all prices are zero, or it has no price and its provider gives it away.
    pub fn is_free(&self) -> bool {
        let mut prices = self.prices().peekable();
        if prices.peek().is_none() {
            return is_given_away(self.provider(), self.model()) || self.model.sets.iter().all(|set| set.is_free);
        }
        prices.all(|price| price.base == Usd::ZERO && price.tiers.iter().all(|(_, tier)| *tier == Usd::ZERO))
    }

    /// The source of the line.
    pub const fn layer(&self) -> Layer {
        self.model.layer
    }

    /// The rule that matches the model's names, in the form of `data/README.md`.
    pub fn rule(&self) -> String {
        self.model.rule.to_string()
    }

    /// All prices of the model.
    pub fn prices(&self) -> impl Iterator<Item = ListedPrice<'a>> + use<'a> {
        let sets = self.model.sets.iter().map(|set| (None, set));
        let variants = &self.model.variants;
        sets.chain(variants.iter().map(|variant| (Some(&*variant.name), &variant.set)))
            .flat_map(|(variant, set)| listed(variant, set))
    }

    /// The standard prices at that moment, one per unit, with their tiers.
    pub fn standard_prices(&self, at: SystemTime) -> Vec<ListedPrice<'a>> {
        let set = self.model.sets.get(self.model.set_at(Moment::from(at)));
        set.map(|set| listed(None, set).collect()).unwrap_or_default()
    }

    /// The prices applied to a call at that moment, given its `matched` line: one per unit, of the call's variant and
    /// tier only.
    pub fn rates(&self, matched: &Matched, at: SystemTime) -> Vec<ListedPrice<'a>> {
        let moment = Moment::from(at);
        let standard = self.model.sets.get(self.model.set_at(moment));
        // The names of the applied variants are joined in their order.
        let mut names = matched.variant.as_deref().unwrap_or_default();
        let mut rates: Vec<ListedPrice<'a>> = Vec::new();
        let mut factors = Vec::new();
        let mut add = |variant: Option<&'a str>, set: &'a PriceSet| {
            for price in listed(variant, set) {
                if rates.iter().all(|earlier| earlier.unit != price.unit) {
                    rates.push(price.in_tier(matched.tier_start));
                }
            }
        };
        for variant in self
            .model
            .variants
            .iter()
            .filter(|variant| variant.set.is_active(moment))
        {
            let rest = names.strip_prefix(&*variant.name);
            if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('&')) {
                names = rest.trim_start_matches('&');
                factors.extend(variant.factor);
                add(Some(&variant.name), &variant.set);
            }
        }
        if let Some(standard) = standard {
            add(None, standard);
        }
        for price in rates
            .iter_mut()
            .filter(|price| price.unit.dimensions().family == Family::Tokens)
        {
            price.base = factors.iter().fold(price.base, |base, &factor| base.times(factor));
        }
        rates
    }

    /// The multipliers of all token prices and their conditions, such as `inference_geo=us` and `1.1`.
    pub fn factors(&self) -> impl Iterator<Item = (&'a str, String)> + use<'a> {
        let variants = self.model.variants.iter();
        variants.filter_map(|variant| Some((&*variant.name, variant.factor?.to_string())))
    }
}

impl ListedPrice<'_> {
    /// This price with the rate of the tier that begins there as its only rate.
    fn in_tier(mut self, start: Option<u64>) -> Self {
        let reached = |&&(tier, _): &&(u64, Usd)| start.is_some_and(|start| tier <= start);
        if let Some(&(_, price)) = self.tiers.iter().rev().find(reached) {
            self.base = price;
        }
        self.tiers.clear();
        self
    }
}

fn listed<'a>(variant: Option<&'a str>, set: &'a PriceSet) -> impl Iterator<Item = ListedPrice<'a>> {
    set.prices.iter().map(move |price| {
        let per = price.unit.dimensions().family.per();
        ListedPrice {
            when: set.when.as_ref().map(|(_, text)| &**text),
            variant,
            unit: price.unit,
            per,
            base: price.base.for_units(per),
            tiers: price
                .tiers
                .iter()
                .map(|&(start, rate)| (start, rate.for_units(per)))
                .collect(),
        }
    })
}
