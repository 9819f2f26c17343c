//! Reads counts and costs from JSON: Langfuse's details, and usage objects of providers and SDKs.

use opentelemetry::KeyValue;
use serde_json::{Map, Value};
use tracing_genai_pricing::Usd;
use tracing_genai_semconv::dialect::usage_key_path;
use tracing_genai_semconv::{Attribute, own};

use super::read::{NOT_READ, Read, set};
use super::usage_counts::Counts;
use super::usage_values::{Factor, holds_count};
use crate::operation::Operation;
use crate::unread::Unread;

/// Usage attributes that hold a provider's whole usage object.
const WHOLE_OBJECTS: [&str; 2] = ["raw", "details"];

/// Reads a JSON object of counts. It stays on the span if a count is malformed or a number is not understood.
pub(super) fn read(operation: &mut Operation<'_>, name: &str, text: &str) -> Read {
    let object = match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        Ok(other) if !holds_count(&other) => return NOT_READ,
        _ => {
            operation.unread_usage.add(name);
            return Err(Some((Attribute::UsageInputTokens, Unread::Json)));
        }
    };
    let key_path = usage_key_path(name);
    let base = key_path
        .filter(|key_path| !WHOLE_OBJECTS.contains(key_path))
        .unwrap_or_default();
    let counts = Counts::read(key_path.map(|_| name), base, &object);
    if counts.is_malformed {
        operation.unread_usage.add(name);
        return Err(Some((Attribute::UsageInputTokens, Unread::Type)));
    }
    note_unread(operation, name, &counts);
    if let Some((path, total)) = counts.total.as_ref().filter(|_| !counts.has_both_sides()) {
        operation.found.totals.push(([name, ".", path].concat(), *total));
    }
    for (of, count, path) in counts.attributes() {
        let stated = match of {
            Attribute::UsageInputTokens => counts.input,
            Attribute::UsageOutputTokens => counts.output,
            _ => Some(count),
        };
        let known = operation.integer(of);
        // The span repeats the provider's count, which excludes its parts.
        if stated.is_some() && known == stated {
            operation.set(of, count);
        } else {
            // Parts without a whole may be incomplete.
            let differs = known.is_some_and(|known| known != count) && stated.is_some_and(|stated| stated > 0);
            if differs {
                operation.unread.add(of, Unread::Disagreement);
                operation.unread_usage.add(&[name, ".", path].concat());
            }
            set(operation, of, count);
        }
    }
    for (unit, count) in &counts.own {
        let own = [own::USAGE_PREFIX, unit].concat();
        if !operation.has_name(&own) {
            operation.span.attributes.push(KeyValue::new(own, *count));
            operation.found.has_own_counts = true;
        }
    }
    set_factors(operation, &counts);
    let is_read = counts.is_usage() && counts.unread.is_empty();
    if is_read { Ok(()) } else { NOT_READ }
}

/// Notes counts of a provider's `usage` that are not understood, and reads the words that its price depends on.
pub(super) fn find_unread(operation: &mut Operation<'_>, name: &str, usage: &Map<String, Value>) {
    let counts = Counts::read(None, "", usage);
    note_unread(operation, name, &counts);
    set_factors(operation, &counts);
}

fn note_unread(operation: &mut Operation<'_>, name: &str, counts: &Counts<'_>) {
    for path in &counts.unread {
        operation.unread_usage.add(&[name, ".", path].concat());
    }
}

fn set_factors(operation: &mut Operation<'_>, counts: &Counts<'_>) {
    for (factor, word) in &counts.factors {
        match factor {
            Factor::Speed => set(operation, Attribute::ResponseSpeed, word.clone()),
            Factor::ServiceTier => set_tier(operation, word),
            Factor::InferenceGeo => {
                if !operation.has_name(own::USAGE_INFERENCE_GEO) {
                    operation.write(own::USAGE_INFERENCE_GEO, word.clone());
                    operation.found.has_own_counts = true;
                }
            }
        }
    }
}

/// Sets the response's service tier unless the span names one.
pub(super) fn set_tier(operation: &mut Operation<'_>, tier: &str) {
    let is_known = operation.has(Attribute::OpenaiResponseServiceTier);
    let of = match operation.text(Attribute::ProviderName) {
        Some("openai") => Attribute::OpenaiResponseServiceTier,
        _ => Attribute::ResponseServiceTier,
    };
    if !is_known {
        set(operation, of, tier.to_owned());
    }
}

/// Reads a JSON object of costs in USD: the total, or the sum of the parts. Langfuse writes only zeros for failed
/// calls; these are ignored.
pub(super) fn read_cost(operation: &mut Operation<'_>, text: &str) -> Read {
    let unread = Err(Some((Attribute::UsageCost, Unread::Json)));
    let Ok(Value::Object(costs)) = serde_json::from_str(text) else {
        return unread;
    };
    let amount = |value: &Value| Usd::parse_rounded(&value.as_number()?.to_string()).ok();
    let total = match costs.get("total").or_else(|| costs.get("total_cost")) {
        Some(total) => amount(total),
        None => costs
            .values()
            .try_fold(Usd::default(), |sum, part| sum.checked_add(amount(part)?)),
    };
    let Some(total) = total else { return unread };
    if total == Usd::default() {
        return NOT_READ;
    }
    set(operation, Attribute::UsageCost, total.to_f64());
    Ok(())
}
