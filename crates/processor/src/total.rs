//! Holds the total on a span against its counts: what a total has more than input and output, one of them leaves out.

use opentelemetry::Value;
use tracing_genai_semconv::{Attribute, Meaning, OperationName, ValueType, meaning};
use tracing_genai_usage::Unit;

use crate::coerce::{coerce, is_above_zero};
use crate::operation::{Operation, UsageState};

/// What input and output leave out by a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LeftOut {
    input: u64,
    output: u64,
}

/// Names each total that the counts do not add up to. Where `may_repair`, adds to input and output what the total says that
/// they leave out: cached tokens, or reasoning.
///
/// Strands passed on Bedrock's input, which leaves the cache out, until strands-agents/harness-sdk#3886. Gemini's thoughts
/// stand beside its answer. A total of zero says nothing.
pub(crate) fn check_totals(operation: &mut Operation<'_>, may_repair: bool) {
    if operation.usage_state != UsageState::Valid {
        return;
    }
    let usage = &operation.usage;
    let (input, output) = (usage.get(Unit::InputTokens), usage.get(Unit::OutputTokens));
    let is_whole = output.is_some() || operation.name == Some(OperationName::Embeddings);
    // Without a side nothing is priced.
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
        let left_out = total.and_then(|total| left_out(operation, input, output.unwrap_or(0), total));
        match (left_out, decided) {
            (Some(left_out), None) => decided = Some(left_out),
            (Some(left_out), Some(before)) if left_out == before => {}
            _ => unread.push(name.to_owned()),
        }
    }
    for name in unread {
        operation.unread_usage.add(&name);
    }
    let Some(left_out) = decided.filter(|_| may_repair) else {
        return;
    };
    let sides = [
        (Unit::InputTokens, Attribute::UsageInputTokens, input, left_out.input),
        (
            Unit::OutputTokens,
            Attribute::UsageOutputTokens,
            output.unwrap_or(0),
            left_out.output,
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

/// What is left out, by a total; `None` where nothing explains it.
fn left_out(operation: &Operation<'_>, input: u64, output: u64, total: u64) -> Option<LeftOut> {
    let of = |unit| operation.usage.get(unit).unwrap_or(0);
    let (read, written) = (of(Unit::CacheReadTokens), of(Unit::CacheWriteTokens));
    let reasoning = of(Unit::OutputReasoningTokens);
    let sum = input.saturating_add(output);
    let Some(more) = total.checked_sub(sum) else {
        // Anthropic's own total, beside an input that was made whole.
        let less = sum.saturating_sub(total);
        let is_cache = less == read.saturating_add(written) || less == read || less == written;
        return is_cache.then_some(LeftOut { input: 0, output: 0 });
    };
    let cached = [0, read.saturating_add(written), read];
    let ways = [0, reasoning]
        .into_iter()
        .flat_map(|output| cached.into_iter().map(move |input| LeftOut { input, output }));
    let mut ways = ways.into_iter();
    ways.find(|way| way.input.saturating_add(way.output) == more)
}

fn whole(total: &Value) -> Option<u64> {
    let mut total = total.clone();
    coerce(&mut total, ValueType::Int);
    match total {
        Value::I64(total) => u64::try_from(total).ok(),
        _ => None,
    }
}
