//! Prices as stated in the catalogue, and as integers per unit.

use std::time::SystemTime;

use tracing_genai_usage::{Family, Unit};

use crate::factor::Factor;
use crate::time::{Constraint, Moment};
use crate::usd::Usd;

/// Grains per dollar: 9 × 10²⁴. A grain is small enough that every price per unit is a whole number of grains,
/// including prices per hour, whose seconds divide by nine.
const GRAINS_PER_USD: u128 = 9_000_000_000_000_000_000_000_000;
/// Grains per femto-dollar.
pub(crate) const GRAINS_PER_FEMTO: u128 = 9_000_000_000;

/// The price of one unit, in grains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate(pub(crate) u128);

/// The price of a unit: a base, and tiers for larger inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnitPrice {
    pub(crate) unit: Unit,
    pub(crate) base: Rate,
    /// Ascending; a tier applies to every token of a call whose input is larger than its start.
    pub(crate) tiers: Box<[(u64, Rate)]>,
    /// Whether the user fixed it.
    pub(crate) is_own: bool,
}

/// Prices with a common constraint.
#[derive(Clone, Debug)]
pub(crate) struct PriceSet {
    /// The constraint and its text.
    pub(crate) when: Option<(Constraint, Box<str>)>,
    pub(crate) prices: Vec<UnitPrice>,
    /// Whether calls are stated to be free.
    pub(crate) is_free: bool,
}

/// Prices that replace those of the set for a kind of call.
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    /// All conditions must match.
    pub(crate) when: Vec<(ContextKey, Box<str>)>,
    /// The cloud that must sell the model; `None` for the line's provider.
    pub(crate) seller: Option<Box<str>>,
    /// The condition as written.
    pub(crate) name: Box<str>,
    pub(crate) set: PriceSet,
    /// The multiplier of all token prices.
    pub(crate) factor: Option<Factor>,
}

/// The keys of a variant's conditions; the discriminant is the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ContextKey {
    ServiceTier,
    Processing,
    Speed,
    Route,
    SearchType,
    InferenceGeo,
    Region,
    /// A key that calls do not have; never matches.
    Other,
}

/// The unit of that name, with or without `_tokens`.
pub(crate) fn unit(name: &str) -> Option<Unit> {
    let mut units = Unit::ALL.iter().copied();
    units.find(|unit| unit.name() == name || unit.name().strip_suffix("_tokens") == Some(name))
}

impl UnitPrice {
    /// Parses `input=3>200000:6`, the unit's name without `_tokens`.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        let (name, price) = word.split_once('=')?;
        let unit = unit(name)?;
        let per = unit.dimensions().family.per();
        let mut steps = price.split('>');
        let base = Rate::parse(steps.next()?, per)?;
        let tier = |step: &str| {
            let (start, price) = step.split_once(':')?;
            Some((start.parse().ok()?, Rate::parse(price, per)?))
        };
        let tiers = steps.map(tier).collect::<Option<Vec<(u64, Rate)>>>()?;
        tiers.is_sorted_by_key(|&(start, _)| start).then(|| Self {
            unit,
            base,
            tiers: tiers.into(),
            is_own: false,
        })
    }
}

impl Rate {
    /// The rate of a price such as `0.075` for `per` units; `None` unless it is a whole number of grains.
    fn parse(price: &str, per: u64) -> Option<Self> {
        let (whole, fraction) = price.split_once('.').unwrap_or((price, ""));
        let mut mantissa: u128 = 0;
        for digit in whole.bytes().chain(fraction.bytes()) {
            let digit = digit.is_ascii_digit().then(|| digit - b'0')?;
            mantissa = mantissa.checked_mul(10)?.checked_add(u128::from(digit))?;
        }
        if whole.is_empty() {
            return None;
        }
        let divisor = 10_u128
            .checked_pow(u32::try_from(fraction.len()).ok()?)?
            .checked_mul(u128::from(per))?;
        if GRAINS_PER_USD.is_multiple_of(divisor) {
            mantissa.checked_mul(GRAINS_PER_USD / divisor).map(Self)
        } else {
            None
        }
    }

    /// The price of that many units, as stated in the catalogue.
    pub(crate) fn for_units(self, units: u64) -> Usd {
        let femto = self.0.saturating_mul(u128::from(units)) / GRAINS_PER_FEMTO;
        Usd::from_femto_usd(i128::try_from(femto).unwrap_or(i128::MAX))
    }
}

impl UnitPrice {
    /// The price by that factor if the unit is tokens, else unchanged; `None` on overflow.
    pub(crate) fn times(&self, factor: Factor) -> Option<Self> {
        if self.unit.dimensions().family != Family::Tokens {
            return Some(self.clone());
        }
        let tiers = self
            .tiers
            .iter()
            .map(|&(start, rate)| Some((start, rate.times(factor)?)));
        Some(Self {
            base: self.base.times(factor)?,
            tiers: tiers.collect::<Option<_>>()?,
            ..*self
        })
    }
}

impl Rate {
    /// The rate by that factor; `None` on overflow or if it is not a whole number of grains.
    pub(crate) fn times(self, factor: Factor) -> Option<Self> {
        let product = self.0.checked_mul(u128::from(factor.numerator))?;
        let denominator = u128::from(factor.denominator);
        product.is_multiple_of(denominator).then(|| Self(product / denominator))
    }
}

impl PriceSet {
    /// Whether the prices apply at that moment.
    pub(crate) fn is_active(&self, moment: Moment) -> bool {
        self.when
            .as_ref()
            .is_none_or(|(constraint, _)| constraint.is_active(moment))
    }

    /// Whether the prices apply to a call that started then.
    pub(crate) fn is_active_at(&self, started: SystemTime) -> bool {
        self.when.is_none() || self.is_active(Moment::from(started))
    }

    /// The first day of the prices, if set.
    pub(crate) fn effective(&self) -> Option<&str> {
        match &self.when {
            Some((Constraint::From(_), text)) => Some(text),
            _ => None,
        }
    }
}

impl ContextKey {
    /// The number of keys that a call can have.
    pub(crate) const COUNT: usize = Self::Other as usize;

    pub(crate) fn parse(key: &str) -> Self {
        match key {
            "service_tier" => Self::ServiceTier,
            "processing" => Self::Processing,
            "speed" => Self::Speed,
            "route" => Self::Route,
            "search_type" => Self::SearchType,
            "inference_geo" => Self::InferenceGeo,
            "region" => Self::Region,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEMTO: u128 = GRAINS_PER_FEMTO;

    #[test]
    fn a_price_per_million_tokens_becomes_whole_grains_per_token() {
        assert_eq!(Rate::parse("3", 1_000_000), Some(Rate(3_000_000_000 * FEMTO)));
        assert_eq!(Rate::parse("0.003625", 1_000_000), Some(Rate(3_625_000 * FEMTO)));
        assert_eq!(Rate::parse("0", 1_000_000), Some(Rate(0)));
        // 0.0416666666667 / 10^6 USD are 41.6666666667 femto-dollars.
        assert_eq!(
            Rate::parse("0.0416666666667", 1_000_000),
            Some(Rate(416_666_666_667 * FEMTO / 10_000))
        );
    }

    #[test]
    fn a_price_per_hour_is_exact_per_second() {
        assert_eq!(Rate::parse("3.6", 3_600), Some(Rate(1_000_000_000_000 * FEMTO)));
        assert_eq!(
            Rate::parse("0.111", 3_600).map(|rate| rate.0 * 3_600),
            Some(GRAINS_PER_USD / 1_000 * 111)
        );
    }

    #[test]
    fn tiers_ascend() {
        let price = UnitPrice::parse("input=3>200000:6").unwrap();
        assert_eq!(price.unit, Unit::InputTokens);
        assert_eq!(&*price.tiers, [(200_000, Rate(6_000_000_000 * FEMTO))]);
        assert_eq!(UnitPrice::parse("input=3>200:6>100:9"), None);
    }

    #[test]
    fn invalid_prices_are_rejected() {
        for word in [
            "input",
            "input=",
            "input=-1",
            "input=1.",
            "nothing=1",
            "input=1e3",
            "input=1>5",
        ] {
            let expected = word == "input=1.";
            assert_eq!(UnitPrice::parse(word).is_some(), expected, "{word}");
        }
    }
}
