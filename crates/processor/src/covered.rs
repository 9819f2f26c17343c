//! Decides whether calls of a watched client cover the call around them: one response, seen twice.
//!
//! The counts decide, and the response's id. The model's name decides only where the counts are few: a gateway answers
//! with another name than was asked for, and a tool calls the same model again. A wrong "covered" would lose money, so
//! calls that may be different are both priced.

use opentelemetry::trace::Status;
use tracing_genai_pricing::{PriceQuery, Prices};
use tracing_genai_semconv::{Attribute, OperationName};
use tracing_genai_usage::{Unit, Usage};

use crate::inner_calls::{InnerCall, InnerCalls};
use crate::operation::{Operation, UsageState};
use crate::price::{StatedCost, price_query, stated_cost};
use crate::same_model::is_same_model;

/// A call whose response is that of calls within it.
pub(crate) struct Covered {
    /// Whether it failed and they did not: its failure is not theirs.
    pub(crate) has_failed_alone: bool,
}

/// Whether calls `within` the operation are of its response, and have a cost if it has one. Its counts are read.
pub(crate) fn covered_by(operation: &Operation<'_>, within: &InnerCalls, prices: &Prices) -> Option<Covered> {
    let covering = covering(operation, within);
    if covering.is_empty()
        || (has_cost(operation, prices) && !covering.iter().all(|call| is_priced(call, operation, prices)))
    {
        return None;
    }
    Some(Covered {
        has_failed_alone: has_failed(operation) && !covering.iter().any(|call| call.has_failed),
    })
}

/// The calls that are of the operation's response.
fn covering<'c>(operation: &Operation<'_>, within: &'c InnerCalls) -> Vec<&'c InnerCall> {
    let is_embedding = operation.name == Some(OperationName::Embeddings);
    let of_kind: Vec<_> = within.iter().filter(|call| call.is_embedding == is_embedding).collect();
    let id = operation.text(Attribute::ResponseId);
    let of_id = || {
        of_kind
            .iter()
            .copied()
            .filter(|call| id.is_some() && call.response_id.as_deref() == id)
    };
    let may_be = |call: &&&InnerCall| id.is_none() || call.response_id.is_none() || call.response_id.as_deref() == id;
    // Frameworks write zeros for counts that they do not know.
    let has_counts = operation.usage.iter().any(|(_, count)| count > 0);
    match operation.usage_state {
        UsageState::Invalid => Vec::new(),
        UsageState::Valid if has_counts => {
            let mut candidates = of_kind.iter().filter(may_be);
            if let Some(call) = candidates.find(|call| agrees(operation, &[call])) {
                return vec![call];
            }
            let of_id: Vec<_> = of_id().filter(|call| !call.usage.is_empty()).collect();
            if !of_id.is_empty() && is_within(&operation.usage, &sum(&of_id)) {
                return of_id;
            }
            let counted: Vec<_> = of_kind.iter().copied().filter(|call| !call.usage.is_empty()).collect();
            let has_last = id.is_none() || counted.iter().any(|call| may_be(&call));
            let is_sum = counted.len() > 1 && has_last && !within.is_incomplete() && agrees(operation, &counted);
            if is_sum { counted } else { Vec::new() }
        }
        _ => {
            let of_id: Vec<_> = of_id().collect();
            if of_id.is_empty() && !operation.has(Attribute::UsageCost) {
                let same = of_kind
                    .iter()
                    .copied()
                    .filter(|call| may_be(&call) && is_same_call(operation, call));
                return same.collect();
            }
            of_id
        }
    }
}

/// Whether `call` may be of the same response as an operation without counts. A failure covers failures only: the
/// operation may have got its answer elsewhere.
fn is_same_call(operation: &Operation<'_>, call: &InnerCall) -> bool {
    (has_failed(operation) || !call.has_failed) && has_same_model(operation, call)
}

fn has_failed(operation: &Operation<'_>) -> bool {
    operation.has(Attribute::ErrorType) || matches!(operation.span.status, Status::Error { .. })
}

fn has_same_model(operation: &Operation<'_>, call: &InnerCall) -> bool {
    let asked = [Attribute::RequestModel, Attribute::ResponseModel];
    let mut asked = asked.into_iter().filter_map(|attribute| operation.text(attribute));
    let answered = [call.request_model.as_deref(), call.response_model.as_deref()];
    asked.any(|asked| answered.iter().flatten().any(|answered| is_same_model(asked, answered)))
}

/// Whether the operation's counts are those of `calls` together. Equal input and output are enough; one of them alone,
/// or counts without a part, must be of the same model too.
fn agrees(operation: &Operation<'_>, calls: &[&InnerCall]) -> bool {
    let (outer, inner) = (&operation.usage, &sum(calls));
    let is_whole = [Unit::InputTokens, Unit::OutputTokens].map(|unit| outer.get(unit).is_some());
    match agreement(outer, inner) {
        Agreement::Whole if is_whole == [true, true] => true,
        Agreement::None => false,
        Agreement::Whole | Agreement::WithoutPart => calls.iter().all(|call| has_same_model(operation, call)),
    }
}

fn sum(calls: &[&InnerCall]) -> Usage {
    calls.iter().fold(Usage::new(), |mut sum, call| {
        sum.merge(&call.usage);
        sum
    })
}

/// Whether the counts of a tracer are those of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agreement {
    /// They differ.
    None,
    /// Input and output are equal, or one of them is and the other is unknown.
    Whole,
    /// Input is without what was read from or written to a cache, or output without reasoning.
    WithoutPart,
}

fn agreement(outer: &Usage, inner: &Usage) -> Agreement {
    const OF_CACHE: [&[Unit]; 3] = [
        &[Unit::CacheReadTokens],
        &[Unit::CacheWriteTokens],
        &[Unit::CacheReadTokens, Unit::CacheWriteTokens],
    ];
    const REASONING: [&[Unit]; 1] = [&[Unit::OutputReasoningTokens]];
    let side = |unit: Unit, parts: &[&[Unit]]| match (outer.get(unit), inner.get(unit)) {
        // Embeddings have no output, or one of zero.
        (None, _) | (Some(0), None) => Agreement::Whole,
        (Some(outer), Some(inner)) if outer == inner => Agreement::Whole,
        (Some(outer), Some(whole)) => {
            let without = |parts: &&[Unit]| {
                let mut parts = parts.iter().filter_map(|part| inner.get(*part));
                parts.try_fold(whole, u64::checked_sub) == Some(outer)
            };
            if parts.iter().any(without) {
                Agreement::WithoutPart
            } else {
                Agreement::None
            }
        }
        (Some(_), None) => Agreement::None,
    };
    let is_counted = outer.get(Unit::InputTokens).is_some() || outer.get(Unit::OutputTokens).is_some();
    let sides = [side(Unit::InputTokens, &OF_CACHE), side(Unit::OutputTokens, &REASONING)];
    match sides {
        _ if !is_counted || inner.is_empty() || sides.contains(&Agreement::None) => Agreement::None,
        [Agreement::Whole, Agreement::Whole] => Agreement::Whole,
        _ => Agreement::WithoutPart,
    }
}

/// Whether `outer` counts no more tokens than `inner`.
fn is_within(outer: &Usage, inner: &Usage) -> bool {
    let mut units = [Unit::InputTokens, Unit::OutputTokens].into_iter();
    units.all(|unit| outer.get(unit) <= inner.get(unit))
}

/// Whether the operation has a cost of its own, stated or by its counts.
fn has_cost(operation: &Operation<'_>, prices: &Prices) -> bool {
    match stated_cost(operation) {
        StatedCost::Valid(_) => true,
        StatedCost::Invalid => false,
        StatedCost::Missing => {
            operation.usage_state == UsageState::Valid && prices.cost(&price_query(operation)).total.is_some()
        }
    }
}

fn is_priced(call: &InnerCall, operation: &Operation<'_>, prices: &Prices) -> bool {
    let query = PriceQuery::new(&call.provider, &call.usage, operation.span.start_time)
        .server_address(call.server_address.as_deref())
        .response_model(call.response_model.as_deref())
        .request_model(call.request_model.as_deref());
    call.has_cost || (!call.usage.is_empty() && prices.cost(&query).total.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(counts: [u64; 5]) -> Usage {
        let [input, output, read, written, reasoning] = counts;
        Usage::new()
            .with(Unit::InputTokens, input)
            .with(Unit::OutputTokens, output)
            .with(Unit::CacheReadTokens, read)
            .with(Unit::CacheWriteTokens, written)
            .with(Unit::OutputReasoningTokens, reasoning)
    }

    #[test]
    fn counts_agree_in_each_way_of_counting() {
        let inner = usage([1_000, 300, 600, 200, 120]);
        for (input, output, expected) in [
            (1_000, 300, Agreement::Whole),
            (400, 300, Agreement::WithoutPart),
            (800, 300, Agreement::WithoutPart),
            (200, 180, Agreement::WithoutPart),
            (1_000, 301, Agreement::None),
            (1_001, 300, Agreement::None),
            (600, 300, Agreement::None),
            (0, 0, Agreement::None),
        ] {
            let outer = Usage::new()
                .with(Unit::InputTokens, input)
                .with(Unit::OutputTokens, output);
            assert_eq!(agreement(&outer, &inner), expected, "{input} {output}");
        }
    }

    #[test]
    fn an_absent_count_agrees_only_beside_one_that_does() {
        let inner = usage([1_000, 300, 0, 0, 0]);
        let outer = |unit, count| Usage::new().with(unit, count);
        assert_eq!(agreement(&outer(Unit::InputTokens, 1_000), &inner), Agreement::Whole);
        assert_eq!(agreement(&outer(Unit::OutputTokens, 300), &inner), Agreement::Whole);
        assert_eq!(agreement(&outer(Unit::CacheReadTokens, 0), &inner), Agreement::None);
        assert_eq!(agreement(&outer(Unit::InputTokens, 0), &Usage::new()), Agreement::None);
        // Embeddings.
        let (outer, inner) = (outer(Unit::InputTokens, 9), outer(Unit::InputTokens, 9));
        assert_eq!(agreement(&outer.with(Unit::OutputTokens, 0), &inner), Agreement::Whole);
    }
}
