//! Writes a call's cost under the chosen attribute names.

use tracing_genai_pricing::{Cost, Usd};
use tracing_genai_semconv::profile::{CostKeys, Profile};
use tracing_genai_semconv::{Attribute, cost as keys};

use crate::operation::Operation;

/// The currency of all prices.
const CURRENCY: &str = "USD";

/// Writes `total` under each chosen name. A cost under a name that was not chosen is removed.
pub(crate) fn write(operation: &mut Operation<'_>, cost: &Cost, total: Usd, is_reported: bool, profile: Profile) {
    if !profile.has_cost(CostKeys::UsageCost) {
        operation.remove(Attribute::UsageCost);
    } else if !is_reported {
        // A reported amount is kept bit for bit.
        operation.set(Attribute::UsageCost, total.to_f64());
    }
    if profile.has_cost(CostKeys::Proposed) {
        operation.write(keys::AMOUNT, total.to_f64());
        operation.write(keys::CURRENCY, CURRENCY);
        operation.write(keys::SOURCE, if is_reported { "provider" } else { "local" });
    }
    if profile.has_cost(CostKeys::OperationCost) {
        operation.write(keys::OPERATION, total.to_f64());
    }
    if profile.has_cost(CostKeys::OpenInference) {
        let parts = &cost.parts;
        let named = [
            (keys::LLM_TOTAL, Some(total)),
            (
                keys::LLM_PROMPT,
                sum([parts.input, parts.cache_read, parts.cache_write]),
            ),
            (keys::LLM_COMPLETION, parts.output),
            (keys::LLM_PROMPT_INPUT, parts.input),
            (keys::LLM_PROMPT_CACHE_READ, parts.cache_read),
            (keys::LLM_PROMPT_CACHE_WRITE, parts.cache_write),
        ];
        for (name, amount) in named {
            if let Some(amount) = amount {
                operation.write(name, amount.to_f64());
            }
        }
    }
}

/// The sum of the known parts; `None` without any.
fn sum(parts: [Option<Usd>; 3]) -> Option<Usd> {
    parts.into_iter().flatten().try_fold(None, |sum: Option<Usd>, part| {
        Some(Some(sum.map_or(Some(part), |sum| sum.checked_add(part))?))
    })?
}
