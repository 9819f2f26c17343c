//! Turns usage into money by a plan: each token is charged once, at the rate of the most specific unit that counts it.

use std::sync::Arc;

use tracing_genai_usage::{MAX_COUNT, Unit, Usage};

use crate::call::{Counts, reasoning_beside_output};
use crate::cost::{Cost, Parts, Status};
use crate::factor::Factor;
use crate::plan::{MAX_ROWS, Part, Plan, Row};
use crate::reason::{Reason, Reasons};
use crate::usd::Usd;

/// The price multiplier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Multiplied {
    pub(crate) by: Factor,
    /// Whether prices fixed by the user are multiplied too.
    pub(crate) fixed_too: bool,
}

/// Writes the cost of `usage` by `plan` with multiplied prices into an unpriced `cost`; its reasons are the existing
/// uncertainties.
///
/// Written in place: a cost is a quarter of a kilobyte, and moving it took as long as the arithmetic.
pub(crate) fn charge(plan: &Plan, multiplied: Multiplied, usage: &Usage, counts: Counts, cost: &mut Cost) {
    // Usage is half a kilobyte: copied only when it changes.
    let (whole_input, whole_output) = (counts.whole_input(usage), counts.whole_output(usage));
    if whole_input.is_some() || whole_output.is_some() || plan.minimum_seconds.is_some() || !plan.joins.is_empty() {
        let mut usage = *usage;
        if let Some(whole) = whole_input {
            usage.set(Unit::InputTokens, whole);
            if counts == Counts::Auto {
                cost.reasons.insert(Reason::InputExcludedCache);
            }
        }
        if let Some(whole) = whole_output {
            usage.set(Unit::OutputTokens, whole);
            cost.reasons.insert(Reason::OutputExcludedReasoning);
        }
        adjust(plan, &mut usage, &mut cost.reasons);
        charge_as_is(plan, multiplied, &usage, counts, cost);
    } else {
        charge_as_is(plan, multiplied, usage, counts, cost);
    }
}

fn charge_as_is(plan: &Plan, multiplied: Multiplied, usage: &Usage, counts: Counts, cost: &mut Cost) {
    let mut reasons = cost.reasons.union(doubts(plan, usage));
    let Some(tier) = plan.tier(usage.get(Unit::InputTokens).unwrap_or(0)) else {
        cost.reasons = Reasons::of(Reason::NoPrice);
        return;
    };
    reasons = reasons.union(tier.reasons);
    cost.matched = Some(Arc::clone(&tier.matched));
    let charged = reject_assumptions(reasons, usage, counts)
        .and_then(|()| sums(plan, usage, &tier.rates))
        .and_then(|sums| sums.amounts(plan, multiplied, &mut cost.parts));
    let total = match charged {
        Ok(total) => total,
        Err(reason) => {
            cost.status = Status::Inconsistent;
            cost.reasons = Reasons::of(reason);
            cost.parts = Parts::default();
            return;
        }
    };
    if let Some(unknown) = unknown(plan, total, reasons) {
        cost.reasons = unknown;
        cost.parts = Parts::default();
        return;
    }
    // A model that is free by its name alone has no parts; every other total is the sum of some.
    cost.total = Some(total);
    (cost.status, cost.reasons) = match (plan.free, reasons.is_empty()) {
        (true, _) => (Status::Free, Reasons::NONE),
        (false, true) => (Status::Priced, reasons),
        (false, false) => (Status::Estimated, reasons),
    };
}

/// Why a zero total must not be reported: an unknown part is not zero.
fn unknown(plan: &Plan, total: Usd, reasons: Reasons) -> Option<Reasons> {
    if plan.free && reasons.contains(Reason::UnitWithoutPrice) {
        return Some(Reasons::of(Reason::NoPrice));
    }
    if plan.rows.is_empty() {
        return (!plan.free).then_some(Reasons::of(Reason::NoPrice));
    }
    if total != Usd::ZERO || plan.free {
        return None;
    }
    if reasons.contains(Reason::UnitWithoutPrice) {
        return Some(Reasons::of(Reason::NoPrice));
    }
    let missing = [Reason::MissingInput, Reason::MissingOutput, Reason::MissingWhole];
    let missing = missing.into_iter().filter(|reason| reasons.contains(*reason));
    let missing = missing.fold(Reasons::NONE, |all, reason| all.union(Reasons::of(reason)));
    (!missing.is_empty()).then_some(missing)
}

/// Rejects assumptions: without [`Counts::Auto`] every count that a price depends on must be present, as in
/// genai-prices.
fn reject_assumptions(reasons: Reasons, usage: &Usage, counts: Counts) -> Result<(), Reason> {
    match counts {
        Counts::Auto => Ok(()),
        _ if reasoning_beside_output(usage).is_some() => Err(Reason::NegativePart),
        _ if reasons.contains(Reason::MissingWhole) => Err(Reason::MissingWhole),
        _ if reasons.contains(Reason::OverlapAssumed) => Err(Reason::OverlapUnknown),
        _ => Ok(()),
    }
}

/// Completes the usage as the plan requires.
fn adjust(plan: &Plan, usage: &mut Usage, reasons: &mut Reasons) {
    let seconds = usage
        .get(Unit::AudioSeconds)
        .or_else(|| usage.get(Unit::InputAudioSeconds));
    if let (Some(minimum), Some(seconds)) = (plan.minimum_seconds, seconds) {
        let billed = if seconds > 0 { seconds.max(minimum) } else { 0 };
        usage.set(Unit::AudioSeconds, billed);
        usage.set(Unit::InputAudioSeconds, billed);
    }
    for &(one, two, both) in &plan.joins {
        if let (Some(first @ 1..), Some(second @ 1..), None) = (usage.get(one), usage.get(two), usage.get(both)) {
            let whole = usage.get(Unit::InputTokens).unwrap_or(0);
            let least = first
                .saturating_add(second)
                .saturating_sub(whole)
                .min(first)
                .min(second);
            usage.set(both, least);
            reasons.insert(Reason::OverlapAssumed);
        }
    }
}

/// The omissions and assumptions of a cost by this plan.
fn doubts(plan: &Plan, usage: &Usage) -> Reasons {
    let mut reasons = Reasons::NONE;
    let missing = plan.charged & !usage.reported();
    if missing >> Unit::InputTokens as u8 & 1 == 1 {
        reasons.insert(Reason::MissingInput);
    }
    if missing >> Unit::OutputTokens as u8 & 1 == 1 {
        reasons.insert(Reason::MissingOutput);
    }
    let has_ttl = || {
        [Unit::CacheWrite5mTokens, Unit::CacheWrite1hTokens]
            .iter()
            .any(|&unit| usage.get(unit).is_some())
    };
    if plan.charges_by_ttl && usage.get(Unit::CacheWriteTokens).is_some_and(|written| written > 0) && !has_ttl() {
        reasons.insert(Reason::CacheTtlAssumed);
    }
    if used(usage, !plan.covered) {
        reasons.insert(Reason::UnitWithoutPrice);
    }
    if usage.reported() & plan.doubtful != 0 {
        for &(units, reason) in &plan.doubts {
            if used(usage, units) {
                reasons.insert(reason);
            }
        }
    }
    let unreported = |row: &&Row| usage.reported() >> row.unit as u8 & 1 == 0;
    if plan.rows.iter().filter(unreported).any(|row| used(usage, row.concerns)) {
        reasons.insert(Reason::MissingWhole);
    }
    reasons
}

/// Whether any unit of a bit set was used.
fn used(usage: &Usage, units: u64) -> bool {
    let reported = usage.reported() & units;
    reported != 0
        && usage
            .iter()
            .any(|(unit, count)| count > 0 && reported >> (unit as u8) & 1 == 1)
}

/// The sums of the rates by part of the cost, and the counted parts as a bit set.
struct Sums {
    parts: [u128; 5],
    /// The same for prices fixed by the user.
    own: [u128; 5],
    counted: u8,
}

/// The sums of the rates over each unit's remainder after its more specific units.
fn sums(plan: &Plan, usage: &Usage, rates: &[u64]) -> Result<Sums, Reason> {
    let mut left = [0_u64; MAX_ROWS];
    let (mut parts, mut own) = ([0_u128; 5], [0_u128; 5]);
    let mut counted = 0_u8;
    for ((row, &rate), place) in plan.rows.iter().zip(rates).zip(0..) {
        // Most priced units are unused in most calls.
        if row.concerns & usage.reported() == 0 && row.unit != Unit::Requests {
            continue;
        }
        let reported = match row.unit {
            // A call is one request, reported or not.
            Unit::Requests => Some(1),
            unit => usage.get(unit),
        };
        let mut rest = reported.unwrap_or(0);
        if rest > MAX_COUNT {
            return Err(Reason::CountTooLarge);
        }
        let mut within = row.within;
        while within != 0 {
            let taken = left.get(within.trailing_zeros() as usize).copied().unwrap_or(0);
            rest = match reported {
                Some(_) => rest.checked_sub(taken).ok_or(Reason::NegativePart)?,
                // All tokens known are those of its parts.
                None => 0,
            };
            within &= within - 1;
        }
        let part = row.part as usize;
        let sums = if plan.own >> place & 1 == 0 {
            &mut parts
        } else {
            &mut own
        };
        if let (Some(left), Some(sum)) = (left.get_mut::<usize>(place), sums.get_mut(part)) {
            *left = rest;
            // A product is below 2^64 * 2^53 and there are 59 units at most, so the sum stays below 2^123.
            *sum += u128::from(rate) * u128::from(rest);
        }
        counted |= u8::from(reported.is_some()) << part;
    }
    Ok(Sums { parts, own, counted })
}

impl Sums {
    /// Writes the parts in dollars and returns their total.
    fn amounts(&self, plan: &Plan, multiplied: Multiplied, parts: &mut Parts) -> Result<Usd, Reason> {
        let numerator = u128::from(multiplied.by.numerator);
        let denominator = u128::from(multiplied.by.denominator);
        let own_numerator = if multiplied.fixed_too { numerator } else { denominator };
        let divisor = plan.divisor * denominator;
        let mut total = Usd::ZERO;
        let mut write = |part: Part, amount: &mut Option<Usd>| {
            let place = part as usize;
            if let (Some(&sum), Some(&own), 1) = (self.parts.get(place), self.own.get(place), self.counted >> place & 1)
            {
                let own = own.checked_mul(own_numerator).ok_or(Reason::CountTooLarge)?;
                let exact = usd(sum, numerator, own, divisor).ok_or(Reason::CountTooLarge)?;
                total = total.checked_add(exact).ok_or(Reason::CountTooLarge)?;
                *amount = Some(exact);
            }
            Ok(())
        };
        write(Part::Input, &mut parts.input)?;
        write(Part::CacheRead, &mut parts.cache_read)?;
        write(Part::CacheWrite, &mut parts.cache_write)?;
        write(Part::Output, &mut parts.output)?;
        write(Part::Other, &mut parts.other)?;
        Ok(total)
    }
}

/// The amount of a sum of rates by `numerator`, plus `own`, rounded once, half to even at 10⁻¹⁵ USD; `None` on
/// overflow.
fn usd(sum: u128, numerator: u128, own: u128, divisor: u128) -> Option<Usd> {
    // Whole rates and no factor: the common case.
    if numerator == 1 && divisor == 1 {
        let sum = sum.checked_add(own)?;
        return i128::try_from(sum).ok().map(Usd::from_femto_usd);
    }
    let sum = sum.checked_mul(numerator)?.checked_add(own)?;
    let (whole, rest) = (sum.checked_div(divisor)?, sum.checked_rem(divisor)?);
    let up = rest * 2 > divisor || (rest * 2 == divisor && whole % 2 == 1);
    i128::try_from(whole + u128::from(up)).ok().map(Usd::from_femto_usd)
}
