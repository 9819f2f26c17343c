//! Prices a model call: its cost and the cost's status.

use std::sync::Arc;

use opentelemetry::{Array, StringValue, Value};
use tracing_genai_pricing::{CallContext, Cost, PriceQuery, Prices, Reason, Sides, Status, Usd, missing_side};
use tracing_genai_semconv::profile::Profile;
use tracing_genai_semconv::{Attribute, OperationName, own};

use crate::cost_attributes;
use crate::operation::{Operation, UsageState};

/// Adds the cost of `operation` to its span.
///
/// Only model calls cost money: agents and workflows repeat the sums of the calls within them
/// (semantic-conventions-genai#19). A cost stated on the span by the provider or the author is kept and marked
/// `reported`.
pub(crate) fn price(operation: &mut Operation<'_>, prices: &Prices, profile: Profile) {
    if operation.is_covered {
        return;
    }
    if operation.is_unknown_call() {
        let cost = Cost::unpriced(Reason::UnknownOperation);
        write(operation, &cost, false, profile);
        operation.cost = Some(cost);
        return;
    }
    if !operation.is_model_call() {
        return;
    }
    let (mut cost, reported) = match stated_cost(operation) {
        StatedCost::Missing => {
            operation.remove(Attribute::UsageCost);
            let known = cost_without_price(operation);
            (known.unwrap_or_else(|| prices.cost(&price_query(operation))), false)
        }
        StatedCost::Valid(amount) => (Cost::reported(amount), true),
        StatedCost::Invalid => {
            operation.remove(Attribute::UsageCost);
            (Cost::inconsistent(Reason::InvalidUsage), false)
        }
    };
    if !operation.unread_usage.is_empty() {
        cost.add_reason(Reason::UnreadUsage);
        operation.write(own::USAGE_UNREAD, operation.unread_usage.to_value());
    }
    write(operation, &cost, reported, profile);
    operation.cost = Some(cost);
}

/// The cost stated on a span.
pub(crate) enum StatedCost {
    Missing,
    Valid(Usd),
    Invalid,
}

pub(crate) fn stated_cost(operation: &Operation<'_>) -> StatedCost {
    // OpenLIT writes zero for a model without a known price.
    let is_openlit = operation.span.instrumentation_scope.name().starts_with("openlit.");
    match operation.value(Attribute::UsageCost) {
        None => StatedCost::Missing,
        Some(Value::I64(0)) if is_openlit => StatedCost::Missing,
        Some(Value::F64(amount)) if is_openlit && *amount == 0.0 => StatedCost::Missing,
        // Rust prints a double as the shortest decimal that parses to it, without an exponent.
        Some(Value::F64(amount)) if *amount >= 0.0 => {
            Usd::parse_rounded(&amount.to_string()).map_or(StatedCost::Invalid, StatedCost::Valid)
        }
        // A whole number of dollars.
        Some(Value::I64(amount)) if *amount >= 0 => {
            Usd::parse_rounded(&amount.to_string()).map_or(StatedCost::Invalid, StatedCost::Valid)
        }
        Some(_) => StatedCost::Invalid,
    }
}

/// The cost of a call whose usage cannot be priced; `None` if it can.
pub(crate) fn cost_without_price(operation: &Operation<'_>) -> Option<Cost> {
    match operation.usage_state {
        UsageState::Valid => {}
        UsageState::Invalid => return Some(Cost::inconsistent(Reason::InvalidUsage)),
        UsageState::Missing if operation.span.dropped_attributes_count > 0 => {
            return Some(Cost::unpriced(Reason::AttributesDropped));
        }
        UsageState::Missing => return Some(Cost::unpriced(Reason::NoUsage)),
    }
    let expected = match operation.name {
        Some(OperationName::Embeddings) => Sides::Input,
        _ => Sides::Both,
    };
    missing_side(&operation.usage, expected).map(Cost::unpriced)
}

/// The call as a price query.
pub(crate) fn price_query<'o>(operation: &'o Operation<'_>) -> PriceQuery<'o> {
    // The response's tier is the billed one; `auto` in a request names no tier.
    let tier = operation
        .text(Attribute::OpenaiResponseServiceTier)
        .or_else(|| operation.text(Attribute::ResponseServiceTier))
        .or_else(|| operation.text(Attribute::OpenaiRequestServiceTier))
        .filter(|tier| *tier != "auto");
    PriceQuery::new(
        operation.text(Attribute::ProviderName).unwrap_or_default(),
        &operation.usage,
        operation.span.start_time,
    )
    .server_address(operation.text(Attribute::ServerAddress))
    .response_model(operation.text(Attribute::ResponseModel))
    .request_model(operation.text(Attribute::RequestModel))
    .context(
        CallContext::default()
            .service_tier(tier)
            .speed(operation.text(Attribute::ResponseSpeed))
            .processing(operation.own_text(own::USAGE_PROCESSING))
            .inference_geo(operation.own_text(own::USAGE_INFERENCE_GEO))
            .search_type(operation.own_text(own::USAGE_SEARCH_TYPE)),
    )
    .counts(operation.counts)
}

fn write(operation: &mut Operation<'_>, cost: &Cost, reported: bool, profile: Profile) {
    let parts = [
        (own::COST_INPUT, cost.parts.input),
        (own::COST_CACHE_READ, cost.parts.cache_read),
        (own::COST_CACHE_WRITE, cost.parts.cache_write),
        (own::COST_OUTPUT, cost.parts.output),
        (own::COST_OTHER, cost.parts.other),
    ];
    let parts_known = parts.iter().filter(|(_, part)| part.is_some()).count();
    operation.reserve(parts_known + 4 + usize::from(!cost.reasons.is_empty()));
    operation.write(own::COST_STATUS, cost.status.as_str());
    if !cost.reasons.is_empty() {
        let reasons = cost
            .reasons
            .iter()
            .map(|reason| StringValue::from(reason.as_str()))
            .collect();
        operation.write(own::COST_REASONS, Value::Array(Array::String(reasons)));
    }
    let Some(total) = cost.total else { return };
    cost_attributes::write(operation, cost, total, reported, profile);
    if reported {
        return;
    }
    for (name, part) in parts {
        if let Some(part) = part {
            operation.write(name, part.to_f64());
        }
    }
    write_source(operation, cost);
}

/// Writes which price was used.
fn write_source(operation: &mut Operation<'_>, cost: &Cost) {
    let Some(matched) = &cost.matched else { return };
    operation.write(own::COST_MODEL, StringValue::from(Arc::clone(&matched.label)));
    operation.write(
        own::COST_CATALOGUE,
        StringValue::from(Arc::clone(&matched.edition.version)),
    );
    let special = [
        (own::COST_EFFECTIVE, &matched.effective),
        (own::COST_VARIANT, &matched.variant),
        (own::COST_MULTIPLIER, &cost.multiplier),
        (own::COST_ALIAS, &cost.alias),
    ];
    for (name, text) in special {
        if let Some(text) = text {
            operation.write(name, StringValue::from(Arc::clone(text)));
        }
    }
    if let Some(start) = matched.tier_start.and_then(|start| i64::try_from(start).ok()) {
        operation.write(own::COST_TIER_START, start);
    }
}

/// Whether a call of this status is counted as unpriced.
pub(crate) const fn is_unknown(status: Status) -> bool {
    matches!(status, Status::Unpriced | Status::Inconsistent)
}
