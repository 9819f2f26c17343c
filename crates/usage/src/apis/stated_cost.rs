//! The cost in a gateway's usage object.

use crate::field::Count;
use crate::figures::Part;
use crate::reading::{Reading, update};

/// Adds a gateway's cost in USD, and the upstream cost paid with the user's own key: `OpenRouter` as a number,
/// Perplexity in an object, xAI in ticks of 10^-10 USD (<https://docs.x.ai/developers/cost-tracking>).
pub(super) fn take_cost(reading: &mut Reading, usage: &Part<'_, '_>) {
    let stated_total = usage.decimal("cost.total_cost");
    let stated = [usage.decimal("cost"), stated_total, usage.decimal("estimated_cost")];
    let mut stated = stated.into_iter().flatten();
    let ticks = usage.count("cost_in_usd_ticks");
    let cost = match (stated.next(), ticks) {
        (Some(amount), _) => Some(amount.to_owned()),
        (None, Count::Given(ticks)) => Some(format!("{}.{:010}", ticks / TICKS_A_DOLLAR, ticks % TICKS_A_DOLLAR)),
        _ => None,
    };
    if stated_total.is_some() {
        // The parts of the total read above.
        usage.within("cost").mark_read();
    }
    update(&mut reading.reported_cost, cost);
    let upstream = usage.decimal("cost_details.upstream_inference_cost");
    if usage.is_true("is_byok") {
        update(&mut reading.upstream_cost, upstream.map(str::to_owned));
    }
}

const TICKS_A_DOLLAR: u64 = 10_000_000_000;
