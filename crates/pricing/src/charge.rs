//! Turns usage into money by a plan: each token is charged once, at the rate of the most specific unit that counts it.

use std::sync::Arc;

use tracing_genai_usage::{MAX_COUNT, Unit, Usage};

use crate::call::Counts;
use crate::cost::{Cost, Parts, Status};
use crate::plan::{Part, Plan, Row};
use crate::reason::{Reason, Reasons};
use crate::usd::Usd;

/// The cost of `usage` by `plan`; `reasons` are what is already uncertain.
pub(crate) fn charge(plan: &Plan, usage: &Usage, counts: Counts, mut reasons: Reasons) -> Cost {
    let adjusted = adjusted(plan, usage, counts, &mut reasons);
    let usage = adjusted.as_ref().unwrap_or(usage);
    reasons = reasons.union(doubts(plan, usage));
    let Some(tier) = plan.tier(usage.get(Unit::InputTokens).unwrap_or(0)) else {
        return Cost::unpriced(Reason::NoPrice);
    };
    let parts = match parts(plan, usage, &tier.rates) {
        Ok(parts) => parts,
        Err(reason) => {
            return Cost {
                matched: Some(Arc::clone(&tier.matched)),
                ..Cost::inconsistent(reason)
            };
        }
    };
    let Some(total) = sum(&parts) else {
        return Cost::inconsistent(Reason::CountTooLarge);
    };
    let nothing_priced = total == Usd::ZERO && reasons.contains(Reason::UnitWithoutPrice);
    let status = match (plan.free, plan.rows.is_empty()) {
        (true, true) => Status::Free,
        (false, true) => Status::Unpriced,
        _ if nothing_priced => Status::Unpriced,
        (true, false) => Status::Free,
        (false, false) if reasons.is_empty() => Status::Priced,
        (false, false) => Status::Estimated,
    };
    let matched = Some(Arc::clone(&tier.matched));
    match status {
        Status::Unpriced => Cost {
            matched,
            ..Cost::unpriced(Reason::NoPrice)
        },
        Status::Free => Cost {
            status,
            total: Some(Usd::ZERO),
            parts,
            reasons: Reasons::NONE,
            matched,
        },
        status => Cost {
            status,
            total: Some(total),
            parts,
            reasons,
            matched,
        },
    }
}

/// The usage as the plan wants it, if that differs from what was reported.
fn adjusted(plan: &Plan, usage: &Usage, counts: Counts, reasons: &mut Reasons) -> Option<Usage> {
    let mut adjusted = None;
    let cached = || {
        usage
            .get(Unit::CacheReadTokens)
            .unwrap_or(0)
            .checked_add(usage.get(Unit::CacheWriteTokens).unwrap_or(0))
    };
    let input = usage.get(Unit::InputTokens);
    let excluded = match counts {
        Counts::Inclusive => false,
        Counts::Exclusive => input.is_some(),
        Counts::Auto => cached().is_some_and(|cached| cached > input.unwrap_or(0)),
    };
    if excluded {
        let all = cached()
            .and_then(|cached| cached.checked_add(input.unwrap_or(0)))
            .unwrap_or(u64::MAX);
        adjusted.get_or_insert(*usage).set(Unit::InputTokens, all);
        if counts == Counts::Auto {
            reasons.insert(Reason::InputExcludedCache);
        }
    }
    if let Some(minimum) = plan.minimum_seconds
        && let Some(seconds) = usage
            .get(Unit::AudioSeconds)
            .or_else(|| usage.get(Unit::InputAudioSeconds))
    {
        let billed = if seconds > 0 { seconds.max(minimum) } else { 0 };
        let usage = adjusted.get_or_insert(*usage);
        usage.set(Unit::AudioSeconds, billed);
        usage.set(Unit::InputAudioSeconds, billed);
    }
    for &(one, two, both) in &plan.joins {
        if usage.get(both).is_some() {
            continue;
        }
        if let (Some(first @ 1..), Some(second @ 1..)) = (usage.get(one), usage.get(two)) {
            let whole = adjusted.as_ref().unwrap_or(usage).get(Unit::InputTokens).unwrap_or(0);
            let least = first
                .saturating_add(second)
                .saturating_sub(whole)
                .min(first)
                .min(second);
            adjusted.get_or_insert(*usage).set(both, least);
            reasons.insert(Reason::OverlapAssumed);
        }
    }
    adjusted
}

/// What a cost by this plan has to leave out or assume.
fn doubts(plan: &Plan, usage: &Usage) -> Reasons {
    let mut reasons = Reasons::NONE;
    let missing = plan.charged & !usage.reported();
    if missing >> Unit::InputTokens as u8 & 1 == 1 {
        reasons.insert(Reason::MissingInput);
    }
    if missing >> Unit::OutputTokens as u8 & 1 == 1 {
        reasons.insert(Reason::MissingOutput);
    }
    let ttl_told = || {
        [Unit::CacheWrite5mTokens, Unit::CacheWrite1hTokens]
            .iter()
            .any(|&unit| usage.get(unit).is_some())
    };
    if plan.charges_by_ttl && usage.get(Unit::CacheWriteTokens).is_some_and(|written| written > 0) && !ttl_told() {
        reasons.insert(Reason::CacheTtlAssumed);
    }
    let without_price = usage.reported() & !plan.covered;
    if without_price != 0
        && usage
            .iter()
            .any(|(unit, count)| count > 0 && without_price >> (unit as u8) & 1 == 1)
    {
        reasons.insert(Reason::UnitWithoutPrice);
    }
    reasons
}

/// Whether anything was used of the units in a bit set.
fn used(usage: &Usage, units: u64) -> bool {
    let reported = usage.reported() & units;
    reported != 0
        && usage
            .iter()
            .any(|(unit, count)| count > 0 && reported >> (unit as u8) & 1 == 1)
}

/// The sums of the rates over what is left of each unit once the more specific units have their own.
fn parts(plan: &Plan, usage: &Usage, rates: &[u64]) -> Result<Parts, Reason> {
    let mut left = [0_u64; Unit::COUNT];
    let mut sums = [None::<u128>; 5];
    for ((place, row), &rate) in plan.rows.iter().enumerate().zip(rates) {
        let reported = match row.unit {
            // A call is one request, said or not.
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
            rest = rest.checked_sub(taken).ok_or(Reason::NegativePart)?;
            within &= within - 1;
        }
        if let Some(place) = left.get_mut(place) {
            *place = rest;
        }
        if reported.is_some()
            && let Some(sum) = sums.get_mut(row.part as usize)
        {
            // A product is below 2^64 * 2^53 and there are 59 units at most, so the sum stays below 2^123.
            *sum = Some(sum.unwrap_or(0) + u128::from(rate) * u128::from(rest));
        }
    }
    let amount = |part: Part| {
        sums.get(part as usize)
            .copied()
            .flatten()
            .and_then(|sum| usd(sum, plan.divisor))
    };
    Ok(Parts {
        input: amount(Part::Input),
        cache_read: amount(Part::CacheRead),
        cache_write: amount(Part::CacheWrite),
        output: amount(Part::Output),
        other: amount(Part::Other),
    })
}

/// The amount of a sum of rates, rounded half to even at 10⁻¹⁵ USD. Never `None`: a sum is below 2^123.
fn usd(sum: u128, divisor: u128) -> Option<Usd> {
    if divisor == 1 {
        return i128::try_from(sum).ok().map(Usd::from_femto_usd);
    }
    let (whole, rest) = (sum.checked_div(divisor)?, sum.checked_rem(divisor)?);
    let up = rest * 2 > divisor || (rest * 2 == divisor && whole % 2 == 1);
    i128::try_from(whole + u128::from(up)).ok().map(Usd::from_femto_usd)
}

fn sum(parts: &Parts) -> Option<Usd> {
    let all = [
        parts.input,
        parts.cache_read,
        parts.cache_write,
        parts.output,
        parts.other,
    ];
    all.into_iter().flatten().try_fold(Usd::ZERO, Usd::checked_add)
}
