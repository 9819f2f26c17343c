//! Builds the plan of a call from a model's prices, its time and its kind of service.

use std::sync::Arc;
use std::time::SystemTime;

use tracing_genai_usage::{Direction, TokenType, Unit};

use crate::broader;
use crate::cost::Matched;
use crate::factor::Factor;
use crate::given_away::{free_units, is_given_away};
use crate::kind::{Kind, MAX_VARIANTS};
use crate::plan::{MAX_ROWS, Owner, Part, Plan, Plans, Row, Tier};
use crate::price::{GRAINS_PER_FEMTO, PriceSet, UnitPrice};
use crate::reason::{Reason, Reasons};
use crate::table::Model;
use crate::time::Moment;

/// Models with a minimum of billed seconds per request. Source: Groq's price page, as in genai-prices 0.2.3.
const MINIMUM_SECONDS: &[(&str, &str, u64)] =
    &[("groq", "whisper-large-v3", 10), ("groq", "whisper-large-v3-turbo", 10)];

impl Model {
    /// The plan for a call of that kind that started then, and its uncertainties.
    pub(crate) fn plan(&self, owner: Owner<'_>, started: SystemTime, kind: &Kind) -> (Option<&Plan>, Reasons) {
        // The date is computed only if a price depends on it.
        let set = if self.sets.len() > 1 {
            self.set_at(Moment::from(started))
        } else {
            0
        };
        let (variants, reasons) = kind.applying(&self.variants, started);
        let bits = self.variants.len().min(MAX_VARIANTS);
        let plans = self.plans.get_or_init(|| Plans::new(self.sets.len() << bits));
        let slot = plans.slot((set << bits) | variants);
        (
            slot.map(|slot| &**slot.get_or_init(|| Box::new(plan(self, owner, set, variants)))),
            reasons,
        )
    }
}

/// The plan of a model for the price set at that index and these variants, as a bit set.
fn plan(model: &Model, owner: Owner<'_>, set: usize, variants: usize) -> Plan {
    let provider = owner.provider;
    let standard = model.sets.get(set);
    let chosen = || {
        model
            .variants
            .iter()
            .enumerate()
            .filter(|(place, _)| variants >> place & 1 == 1)
    };
    // The first variant that prices a unit precedes later ones, and all precede the standard.
    let mut prices: Vec<&UnitPrice> = Vec::new();
    let sets = chosen().map(|(_, variant)| &variant.set).chain(standard);
    for price in sets.flat_map(|set| &set.prices) {
        if prices.iter().all(|earlier| earlier.unit != price.unit) {
            prices.push(price);
        }
    }
    let is_resold = chosen().any(|(_, variant)| variant.seller.is_some());
    // A reseller's fees apply, not the maker's allowances.
    let allows = if is_resold { "" } else { &**provider };
    let doubts = broader::doubts(allows, &prices, model.equal);
    // Before shared prices are added.
    let (covered, joins) = (covered(&prices), joins(&prices));
    let shared = shared_prices(&prices);
    prices.extend(&shared);
    let factors: Vec<Factor> = chosen().filter_map(|(_, variant)| variant.factor).collect();
    let multiplied = multiplied(&prices, &factors);
    let has_every_rate = multiplied.is_some();
    let multiplied = multiplied.unwrap_or_default();
    if !multiplied.is_empty() {
        prices = multiplied.iter().collect();
    }
    prices.sort_by_key(|price| std::cmp::Reverse(price.unit.dimensions().depth()));

    let all_rates = || {
        prices
            .iter()
            .flat_map(|price| price.tiers.iter().map(|&(_, rate)| rate).chain([price.base]))
    };
    let of_variants: Vec<&UnitPrice> = chosen().flat_map(|(_, variant)| &variant.set.prices).collect();
    // The coarsest scale with whole rates: femto-dollars for all but a few models.
    let scale = all_rates().fold(GRAINS_PER_FEMTO, |scale, rate| greatest_common_divisor(scale, rate.0));
    // A condition of the seller for all callers is not a special kind of service.
    let special = chosen().filter(|(_, variant)| !variant.when.is_empty());
    let names: Vec<&str> = special.map(|(_, variant)| &*variant.name).collect();
    let matched = Matched {
        provider: Arc::clone(provider),
        model: Arc::clone(&model.id),
        label: [&**provider, "/", &*model.id].concat().into(),
        effective: standard.and_then(PriceSet::effective).map(Into::into),
        tier_start: None,
        variant: (!names.is_empty()).then(|| names.join("&").into()),
        layer: model.layer,
        edition: Arc::clone(owner.edition),
    };
    let costs = |price: &&&UnitPrice| price.base.0 > 0 || !price.tiers.is_empty();
    let base = |unit: Unit| prices.iter().find(|price| price.unit == unit).map(|price| price.base);
    let minimum = MINIMUM_SECONDS
        .iter()
        .find(|(of, name, _)| **of == **provider && **name == *model.id);
    Plan {
        rows: prices.iter().map(|price| row(price.unit, &prices)).collect(),
        tiers: if has_every_rate {
            tiers(&prices, scale, &matched, &unlisted_steps(standard, &of_variants))
        } else {
            Box::default()
        },
        divisor: GRAINS_PER_FEMTO / scale,
        covered: if prices.is_empty() {
            free_units(standard.is_some_and(|set| set.is_free))
        } else {
            covered
        },
        joins,
        charged: prices
            .iter()
            .filter(costs)
            .fold(0, |units, price| units | 1 << price.unit as u8),
        own: rows_where(&prices, |price| price.is_own),
        charges_by_ttl: base(Unit::CacheWrite1hTokens).is_some_and(|rate| base(Unit::CacheWriteTokens) != Some(rate)),
        free: if prices.is_empty() {
            is_given_away(provider, &model.id) || standard.is_some_and(|set| set.is_free)
        } else {
            all_rates().all(|rate| rate.0 == 0)
        },
        minimum_seconds: minimum.map(|&(_, _, seconds)| seconds),
        doubtful: doubts.iter().fold(0, |all, (units, _)| all | units),
        doubts,
    }
}

fn row(unit: Unit, prices: &[&UnitPrice]) -> Row {
    let outer = unit.dimensions();
    let is_portion = |other: Unit| other != unit && other.dimensions().is_within(&outer);
    let concerns = Unit::ALL.iter().filter(|&&other| other == unit || is_portion(other));
    Row {
        unit,
        part: part(unit),
        within: rows_where(prices, |price| is_portion(price.unit)),
        concerns: concerns.fold(0, |bits, &other| bits | 1 << other as u8),
    }
}

/// The rows of prices that satisfy the condition, as a bit set.
fn rows_where(prices: &[&UnitPrice], is_such: impl Fn(&UnitPrice) -> bool) -> u64 {
    let such = prices.iter().enumerate().filter(|(_, price)| is_such(price));
    such.fold(0, |bits, (place, _)| bits | 1 << place)
}

fn part(unit: Unit) -> Part {
    let dimensions = unit.dimensions();
    match (dimensions.direction, dimensions.token_type) {
        (_, Some(TokenType::CacheRead)) => Part::CacheRead,
        (_, Some(TokenType::CacheWrite)) => Part::CacheWrite,
        (Some(Direction::Input), _) => Part::Input,
        (Some(Direction::Output), _) => Part::Output,
        (None, _) => Part::Other,
    }
}

/// The prices multiplied by all factors, empty without factors; `None` on overflow. Prices fixed by the user stay.
fn multiplied(prices: &[&UnitPrice], factors: &[Factor]) -> Option<Vec<UnitPrice>> {
    let Some((first, others)) = factors.split_first() else {
        return Some(Vec::new());
    };
    let by_all = |price: &&UnitPrice| {
        if price.is_own {
            return Some((*price).clone());
        }
        others
            .iter()
            .try_fold(price.times(*first)?, |price, factor| price.times(*factor))
    };
    prices.iter().map(by_all).collect()
}

/// The inputs above which a unit's standard price changes while a variant's price of it is flat: the combined price is
/// not listed.
fn unlisted_steps(standard: Option<&PriceSet>, of_variants: &[&UnitPrice]) -> Vec<u64> {
    let is_flat = |unit: Unit| {
        let mut prices = of_variants.iter().filter(|price| price.unit == unit);
        prices.any(|price| price.tiers.is_empty())
    };
    let stepped = standard.into_iter().flat_map(|set| &set.prices);
    let stepped = stepped.filter(|price| is_flat(price.unit));
    stepped
        .flat_map(|price| price.tiers.iter().map(|&(start, _)| start))
        .collect()
}

/// The tiers of these prices. Above an input of `unlisted` the rates are an assumption.
fn tiers(prices: &[&UnitPrice], scale: u128, base: &Matched, unlisted: &[u64]) -> Box<[Tier]> {
    if prices.len() > MAX_ROWS {
        return Box::default();
    }
    let own = || {
        prices
            .iter()
            .flat_map(|price| price.tiers.iter().map(|&(start, _)| start))
    };
    let mut starts: Vec<u64> = own().chain(unlisted.iter().copied()).collect();
    starts.sort_unstable();
    starts.dedup();
    let rate = |price: &UnitPrice, start: Option<u64>| {
        let reached = |&&(tier, _): &&(u64, _)| start.is_some_and(|start| tier <= start);
        let rate = price
            .tiers
            .iter()
            .rev()
            .find(reached)
            .map_or(price.base, |&(_, rate)| rate);
        u64::try_from(rate.0 / scale).ok()
    };
    let tier = |start: Option<u64>| {
        let rates = prices.iter().map(|price| rate(price, start)).collect::<Option<_>>()?;
        Some(Tier {
            start,
            rates,
            matched: Arc::new(Matched {
                // Where only an unlisted tier begins, the rates are those below it.
                tier_start: own().filter(|own| start.is_some_and(|start| *own <= start)).max(),
                ..base.clone()
            }),
            reasons: if unlisted
                .iter()
                .any(|unlisted| start.is_some_and(|start| *unlisted <= start))
            {
                Reasons::of(Reason::LongContextAssumed)
            } else {
                Reasons::NONE
            },
        })
    };
    std::iter::once(None)
        .chain(starts.into_iter().map(Some))
        .map(tier)
        .collect::<Option<_>>()
        .unwrap_or_default()
}

fn greatest_common_divisor(one: u128, other: u128) -> u128 {
    let (mut one, mut other) = (one, other);
    while let Some(rest) = one.checked_rem(other) {
        (one, other) = (other, rest);
    }
    one
}

fn covered(prices: &[&UnitPrice]) -> u64 {
    let has_price = |unit: &&Unit| {
        let dimensions = unit.dimensions();
        prices
            .iter()
            .any(|price| dimensions.is_within(&price.unit.dimensions()))
    };
    Unit::ALL
        .iter()
        .filter(has_price)
        .fold(0, |bits, &unit| bits | 1 << unit as u8)
}

/// Prices for the overlap of two priced units, if it has none of its own: the same tokens must not be charged twice.
/// The overlap is charged as cached if one of the two is a cached unit.
fn shared_prices(prices: &[&UnitPrice]) -> Vec<UnitPrice> {
    let mut shared: Vec<UnitPrice> = Vec::new();
    for (place, one) in prices.iter().enumerate() {
        for two in prices.iter().skip(place + 1) {
            let (first, second) = (one.unit.dimensions(), two.unit.dimensions());
            if first.is_within(&second) || second.is_within(&first) {
                continue;
            }
            let Some(both) = first.join(&second).and_then(|both| Unit::from_dimensions(&both)) else {
                continue;
            };
            let mut known = prices
                .iter()
                .map(|price| price.unit)
                .chain(shared.iter().map(|price| price.unit));
            if known.any(|unit| unit == both) {
                continue;
            }
            let price = if second.token_type.is_some() { two } else { one };
            shared.push(UnitPrice {
                unit: both,
                ..(*price).clone()
            });
        }
    }
    shared
}

/// The pairs of priced units of which neither contains the other, with the priced unit of their overlap.
fn joins(prices: &[&UnitPrice]) -> Box<[(Unit, Unit, Unit)]> {
    let shared = |one: Unit, two: Unit| {
        let both = Unit::from_dimensions(&one.dimensions().join(&two.dimensions())?)?;
        let has_price = prices.iter().any(|price| price.unit == both);
        (has_price && both != one && both != two).then_some((one, two, both))
    };
    let pairs = prices
        .iter()
        .enumerate()
        .flat_map(|(place, one)| prices.iter().skip(place + 1).map(|two| (one.unit, two.unit)));
    pairs.filter_map(|(one, two)| shared(one, two)).collect()
}
