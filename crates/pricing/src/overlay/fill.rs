//! Adds missing prices to a line; existing prices never change.

use tracing_genai_usage::{Family, Unit};

use crate::kind::MAX_VARIANTS;
use crate::price::{PriceSet, Rate, UnitPrice, Variant};
use crate::table::Model;
use crate::time::Moment;

/// The prices of input and output that a row's prices belong to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base([Option<Rate>; 2]);

impl Base {
    /// The prices of the model at that moment.
    pub(super) fn of(model: &Model, day: Moment) -> Self {
        Self::of_set(model.sets.get(model.set_at(day)))
    }

    fn of_set(set: Option<&PriceSet>) -> Self {
        let rate = |unit: Unit| Some(set?.prices.iter().find(|price| price.unit == unit)?.base);
        Self([rate(Unit::InputTokens), rate(Unit::OutputTokens)])
    }

    /// Whether the set's prices of input and output are these, or missing.
    fn is_of(self, set: &PriceSet) -> bool {
        let other = |(base, own): (Option<Rate>, Option<Rate>)| base.zip(own).is_some_and(|(base, own)| base != own);
        !self.0.into_iter().zip(Self::of_set(Some(set)).0).any(other)
    }
}

/// Adds missing prices to a model; returns the number of additions. A token price is added only next to the input and
/// output prices that it belongs to; a fee is added always.
pub(super) fn fill(model: &mut Model, adds: &Model, base: Base) -> usize {
    let mut added = 0;
    for set in model.sets.iter_mut().filter(|set| !set.is_free) {
        let is_of = base.is_of(set);
        let prices = adds.sets.iter().flat_map(|set| &set.prices);
        added += prices
            .filter(|price| is_of || is_fee(price))
            .filter(|price| fill_price(set, price))
            .count();
    }
    let is_of_every = model.sets.iter().all(|set| base.is_of(set));
    let variants = adds.variants.iter();
    for variant in variants.filter(|variant| is_of_every || variant.set.prices.iter().all(is_fee)) {
        added += fill_variant(&mut model.variants, variant);
    }
    added += usize::try_from((adds.equal & !model.equal & !priced(model)).count_ones()).unwrap_or(0);
    model.equal |= adds.equal;
    added
}

fn is_fee(price: &UnitPrice) -> bool {
    price.unit.dimensions().family != Family::Tokens
}

/// The priced units of a model, as a bit set.
fn priced(model: &Model) -> u64 {
    let prices = model.sets.iter().flat_map(|set| &set.prices);
    prices.fold(0, |units, price| units | 1 << price.unit as u8)
}

/// Adds a price, or tiers to an existing price without tiers and with the same base.
fn fill_price(set: &mut PriceSet, price: &UnitPrice) -> bool {
    match set.prices.iter_mut().find(|known| known.unit == price.unit) {
        None => set.prices.push(price.clone()),
        Some(known) if known.tiers.is_empty() && !price.tiers.is_empty() && known.base == price.base => {
            known.tiers.clone_from(&price.tiers);
        }
        Some(_) => return false,
    }
    true
}

fn fill_variant(variants: &mut Vec<Variant>, adds: &Variant) -> usize {
    let is_same = |known: &Variant| known.when == adds.when && known.seller == adds.seller;
    let place = variants.iter().position(is_same);
    if let Some(known) = place.and_then(|place| variants.get_mut(place)) {
        let prices = adds.set.prices.iter();
        return prices.filter(|price| fill_price(&mut known.set, price)).count();
    }
    if variants.len() >= MAX_VARIANTS {
        return 0;
    }
    variants.push(adds.clone());
    1
}
