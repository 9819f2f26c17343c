//! Decides whether calls of a watched client cover the call around them: one response, seen twice.
//!
//! The counts decide, and the response's id. The model's name decides only where the outer call has no counts: a
//! gateway answers with another name than was asked for, and a tool calls the same model again. A wrong "covered" would
//! lose money, so counts that disagree are priced on both.

use opentelemetry::trace::Status;
use tracing_genai_semconv::{Attribute, OperationName};
use tracing_genai_usage::{Unit, Usage};

use crate::inner_calls::{InnerCall, InnerCalls};
use crate::operation::{Operation, UsageState};
use crate::same_model::is_same_model;

/// Whether the calls `within` the operation are of its response. Its counts are read.
pub(crate) fn is_covered_by(operation: &Operation<'_>, within: &InnerCalls) -> bool {
    let is_embedding = operation.name == Some(OperationName::Embeddings);
    let calls = || within.iter().filter(|call| call.is_embedding == is_embedding);
    let sum = calls().fold(Usage::new(), |mut sum, call| {
        sum.merge(&call.usage);
        sum
    });
    let id = operation.text(Attribute::ResponseId);
    let has_same_id = calls().any(|call| id.is_some() && call.response_id.as_deref() == id);
    match operation.usage_state {
        UsageState::Invalid => false,
        UsageState::Valid => {
            calls().any(|call| agree(&operation.usage, &call.usage))
                || !within.is_incomplete() && agree(&operation.usage, &sum)
                || has_same_id && is_within(&operation.usage, &sum)
        }
        // A cost without counts cannot be compared.
        UsageState::Missing if operation.has(Attribute::UsageCost) => has_same_id,
        UsageState::Missing => has_same_id || calls().any(|call| is_same_call(operation, call)),
    }
}

/// Whether `call` may be of the same response as an operation without counts. A failure covers failures only: the
/// operation may have got its answer elsewhere.
fn is_same_call(operation: &Operation<'_>, call: &InnerCall) -> bool {
    let has_failed = operation.has(Attribute::ErrorType) || matches!(operation.span.status, Status::Error { .. });
    if call.has_failed {
        return has_failed;
    }
    let asked = [Attribute::RequestModel, Attribute::ResponseModel];
    let mut asked = asked.into_iter().filter_map(|attribute| operation.text(attribute));
    let answered = [call.request_model.as_deref(), call.response_model.as_deref()];
    asked.any(|asked| answered.iter().flatten().any(|answered| is_same_model(asked, answered)))
}

/// Whether the input and output of `outer` are those of `inner`, in one of the ways in which tracers count: input
/// with or without what was read from and written to a cache, output with or without reasoning.
fn agree(outer: &Usage, inner: &Usage) -> bool {
    let [input, output] = [Unit::InputTokens, Unit::OutputTokens].map(|unit| outer.get(unit));
    let agrees = |outer: Option<u64>, whole: Unit, parts: &[&[Unit]]| {
        outer.is_none_or(|outer| {
            let Some(whole) = inner.get(whole) else { return false };
            parts.iter().any(|parts| {
                let mut parts = parts.iter().filter_map(|part| inner.get(*part));
                parts.try_fold(whole, u64::checked_sub) == Some(outer)
            })
        })
    };
    let of_cache: [&[Unit]; 4] = [
        &[],
        &[Unit::CacheReadTokens],
        &[Unit::CacheWriteTokens],
        &[Unit::CacheReadTokens, Unit::CacheWriteTokens],
    ];
    (input.is_some() || output.is_some())
        && agrees(input, Unit::InputTokens, &of_cache)
        && agrees(output, Unit::OutputTokens, &[&[], &[Unit::OutputReasoningTokens]])
}

/// Whether `outer` counts no more tokens than `inner`.
fn is_within(outer: &Usage, inner: &Usage) -> bool {
    let mut units = [Unit::InputTokens, Unit::OutputTokens].into_iter();
    units.all(|unit| outer.get(unit) <= inner.get(unit))
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
            (1_000, 300, true),
            (400, 300, true),
            (800, 300, true),
            (200, 180, true),
            (1_000, 301, false),
            (1_001, 300, false),
            (600, 300, false),
            (0, 0, false),
        ] {
            let outer = Usage::new()
                .with(Unit::InputTokens, input)
                .with(Unit::OutputTokens, output);
            assert_eq!(agree(&outer, &inner), expected, "{input} {output}");
        }
    }

    #[test]
    fn an_absent_count_agrees_only_beside_one_that_does() {
        let inner = usage([1_000, 300, 0, 0, 0]);
        assert!(agree(&Usage::new().with(Unit::InputTokens, 1_000), &inner));
        assert!(agree(&Usage::new().with(Unit::OutputTokens, 300), &inner));
        assert!(!agree(&Usage::new().with(Unit::CacheReadTokens, 0), &inner));
        assert!(!agree(&Usage::new().with(Unit::InputTokens, 0), &Usage::new()));
    }
}
