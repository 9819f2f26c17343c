//! Reads a model call's usage from its attributes.

use std::sync::LazyLock;

use opentelemetry::Value;
use tracing_genai_pricing::Prices;
use tracing_genai_semconv::{Attribute, counts_usage, meaning, own};
use tracing_genai_usage::{Unit, Usage};

use crate::coerce::is_above_zero;
use crate::counts::CountsRules;
use crate::covered::covered_by;
use crate::inner_calls::InnerCalls;
use crate::operation::{Operation, UsageState};

/// Maximum count: 2⁴⁰ tokens are a million of the longest prompts there are.
const MAX_COUNT: i64 = 1 << 40;

/// The units with an attribute of their own. Other units are recorded under [`USAGE_PREFIX`](own::USAGE_PREFIX) and the
/// unit's name.
static UNIT_ATTRIBUTES: LazyLock<Vec<(Unit, Attribute)>> = LazyLock::new(|| {
    let attribute = |unit: Unit| Attribute::from_name(unit.attribute_name()?).map(|spelling| spelling.attribute);
    let units = Unit::ALL.iter().copied();
    units.filter_map(|unit| Some((unit, attribute(unit)?))).collect()
});

/// Reads a model call's usage and completes its counts as the conventions define them. Calls `within` it may cover it.
///
/// Agents and workflows repeat their children's counts and are not read. A covered call's counts stay on its span as
/// they came; a cost stated there is removed, since the calls within have one.
pub(crate) fn read_usage(
    operation: &mut Operation<'_>,
    rules: &CountsRules,
    within: Option<&InnerCalls>,
    prices: &Prices,
) {
    if !operation.is_model_call() {
        return;
    }
    read_counts(operation);
    operation.counts = rules.of_call(operation);
    if let Some(covered) = within.and_then(|within| covered_by(operation, within, prices)) {
        operation.is_covered = true;
        operation.has_failed_alone = covered.has_failed_alone;
        operation.usage_state = UsageState::Missing;
        operation.usage = Usage::new();
        operation.remove(Attribute::UsageCost);
        operation.write(own::COVERED, true);
        return;
    }
    complete(operation);
}

/// Adds cached tokens and reasoning to input and output on the span, as the conventions define them. The usage itself
/// stays as counted: the cost's certainty depends on whether it was complete.
fn complete(operation: &mut Operation<'_>) {
    let Operation { counts, usage, .. } = operation;
    let whole = [
        (
            Unit::InputTokens,
            Attribute::UsageInputTokens,
            counts.whole_input(usage),
        ),
        (
            Unit::OutputTokens,
            Attribute::UsageOutputTokens,
            counts.whole_output(usage),
        ),
    ];
    for (unit, attribute, whole) in whole {
        let Some(whole) = whole else { continue };
        if let Ok(tokens) = i64::try_from(whole) {
            let usage = operation.usage;
            operation
                .whole_usage
                .get_or_insert_with(|| Box::new(usage))
                .set(unit, whole);
            operation.set(attribute, tokens);
        }
    }
}

/// Reads the counts of a model call.
pub(crate) fn read_counts(operation: &mut Operation<'_>) {
    if !operation.is_model_call() {
        return;
    }
    let mut by_convention = UNIT_ATTRIBUTES
        .iter()
        .filter_map(|(unit, attribute)| Some((*unit, operation.value(*attribute)?)));
    let mut usage = Usage::new();
    let mut is_valid = by_convention.all(|counted| set_count(&mut usage, counted));
    if operation.found.has_own_counts {
        let mut own = operation.span.attributes.iter().filter_map(|attribute| {
            let name = attribute.key.as_str().strip_prefix(own::USAGE_PREFIX)?;
            Some((Unit::from_name(name)?, &attribute.value))
        });
        is_valid &= own.all(|counted| set_count(&mut usage, counted));
        is_valid &= !operation.has_name(own::USAGE_INVALID);
    }
    if operation.found.has_own_counts || operation.found.has_unknown_counts {
        find_unread(operation);
    }
    if !is_valid {
        operation.usage_state = UsageState::Invalid;
    } else if !usage.is_empty() {
        operation.usage = usage;
        operation.usage_state = UsageState::Valid;
    }
}

/// Notes usage counts under unknown names, and those noted by the response reader.
fn find_unread(operation: &mut Operation<'_>) {
    let Operation {
        span,
        unread_usage,
        found,
        ..
    } = operation;
    let tracer = found.tracer;
    let counts = |name: &str| counts_usage(name) || tracer.is_some_and(|tracer| tracer.counts_unprefixed(name));
    for attribute in &span.attributes {
        let (name, value) = (attribute.key.as_str(), &attribute.value);
        match name.strip_prefix(own::USAGE_PREFIX) {
            _ if name == own::USAGE_UNREAD => unread_usage.add_list(value),
            _ if meaning(name).is_some() || !is_above_zero(value) => {}
            Some(unit) if Unit::from_name(unit).is_some() => {}
            Some(_) => unread_usage.add(name),
            None if counts(name) => unread_usage.add(name),
            None => {}
        }
    }
    operation.take_own(own::USAGE_UNREAD);
}

/// Sets a count; false if the value is not a valid count.
fn set_count(usage: &mut Usage, (unit, value): (Unit, &Value)) -> bool {
    let Value::I64(count @ 0..=MAX_COUNT) = value else {
        return false;
    };
    usage.set(unit, count.unsigned_abs());
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_of_a_unit_is_one_of_the_conventions() {
        let named = Unit::ALL.iter().filter(|unit| unit.attribute_name().is_some());
        assert_eq!(named.count(), UNIT_ATTRIBUTES.len());
    }
}
