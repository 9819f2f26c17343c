//! Compares totals on a span with its counts: a difference shows which count excludes a part.

use opentelemetry::Value;
use tracing_genai_semconv::{Attribute, Meaning, OperationName, ValueType, meaning};
use tracing_genai_usage::Unit;

use crate::coerce::{coerce, is_above_zero};
use crate::operation::{Operation, UsageState};

/// The tokens that input and output exclude, by a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Excluded {
    input: u64,
    output: u64,
}

/// Notes each total that the counts do not explain. If `may_repair`, adds to input and output the cached tokens or
/// reasoning that they exclude by the total.
///
/// Strands passed on Bedrock's input, which excludes the cache, until strands-agents/harness-sdk#3886. Gemini counts
/// reasoning apart from its output. A total of zero is ignored.
pub(crate) fn check_totals(operation: &mut Operation<'_>, may_repair: bool) {
    if operation.usage_state != UsageState::Valid {
        return;
    }
    let usage = &operation.usage;
    let (input, output) = (usage.get(Unit::InputTokens), usage.get(Unit::OutputTokens));
    let is_whole = output.is_some() || operation.name == Some(OperationName::Embeddings);
    // A call without input or output is not priced.
    let Some(input) = input.filter(|_| is_whole) else {
        return;
    };
    let mut decided = None;
    let mut unread = Vec::new();
    let totals = operation.span.attributes.iter().filter_map(|attribute| {
        let name = attribute.key.as_str();
        let is_total = matches!(meaning(name), Some(Meaning::Total)) && is_above_zero(&attribute.value);
        is_total.then(|| (name, whole(&attribute.value)))
    });
    let found = operation
        .found
        .totals
        .iter()
        .map(|(name, total)| (name.as_str(), u64::try_from(*total).ok()));
    for (name, total) in totals.chain(found) {
        let excluded = total.and_then(|total| excluded(operation, input, output.unwrap_or(0), total));
        match (excluded, decided) {
            (Some(excluded), None) => decided = Some(excluded),
            (Some(excluded), Some(before)) if excluded == before => {}
            _ => unread.push(name.to_owned()),
        }
    }
    for name in unread {
        operation.unread_usage.add(&name);
    }
    let Some(excluded) = decided.filter(|_| may_repair) else {
        return;
    };
    let sides = [
        (Unit::InputTokens, Attribute::UsageInputTokens, input, excluded.input),
        (
            Unit::OutputTokens,
            Attribute::UsageOutputTokens,
            output.unwrap_or(0),
            excluded.output,
        ),
    ];
    for (unit, attribute, count, more) in sides {
        let whole = count.saturating_add(more);
        if let (1.., Ok(tokens)) = (more, i64::try_from(whole)) {
            operation.usage.set(unit, whole);
            operation.set(attribute, tokens);
        }
    }
}

/// The excluded tokens by a total; `None` if nothing explains it.
fn excluded(operation: &Operation<'_>, input: u64, output: u64, total: u64) -> Option<Excluded> {
    let of = |unit| operation.usage.get(unit).unwrap_or(0);
    let (read, written) = (of(Unit::CacheReadTokens), of(Unit::CacheWriteTokens));
    let reasoning = of(Unit::OutputReasoningTokens);
    let sum = input.saturating_add(output);
    let Some(more) = total.checked_sub(sum) else {
        // Anthropic's own total, after the input was completed.
        let less = sum.saturating_sub(total);
        let is_cache = less == read.saturating_add(written) || less == read || less == written;
        return is_cache.then_some(Excluded { input: 0, output: 0 });
    };
    let cached = [0, read.saturating_add(written), read];
    let candidates = [0, reasoning]
        .into_iter()
        .flat_map(|output| cached.into_iter().map(move |input| Excluded { input, output }));
    let mut candidates = candidates.into_iter();
    candidates.find(|candidate| candidate.input.saturating_add(candidate.output) == more)
}

fn whole(total: &Value) -> Option<u64> {
    let mut total = total.clone();
    coerce(&mut total, ValueType::Int);
    match total {
        Value::I64(total) => u64::try_from(total).ok(),
        _ => None,
    }
}
