//! Reads what a model call used from its attributes.

use opentelemetry::Value;
use tracing_genai_semconv::Attribute;
use tracing_genai_usage::Unit;

use crate::operation::Operation;

/// Whether the attributes say what was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counted {
    /// No count at all.
    Nothing,
    /// Counts that can be believed.
    Believably,
    /// A count that is negative, no whole number, or beyond any call.
    Inconsistently,
}

/// A count above this is a fault of whoever wrote it: 2⁴⁰ tokens are a million of the longest prompts there are.
const MOST: i64 = 1 << 40;

const COUNTS: &[(Attribute, Unit)] = &[
    (Attribute::UsageInputTokens, Unit::InputTokens),
    (Attribute::UsageOutputTokens, Unit::OutputTokens),
    (Attribute::UsageCacheReadInputTokens, Unit::CacheReadTokens),
    (Attribute::UsageCacheWriteInputTokens, Unit::CacheWriteTokens),
    (Attribute::UsageCacheWrite1hInputTokens, Unit::CacheWrite1hTokens),
    (Attribute::UsageReasoningOutputTokens, Unit::OutputReasoningTokens),
    (Attribute::UsageAudioInputTokens, Unit::InputAudioTokens),
    (Attribute::UsageAudioOutputTokens, Unit::OutputAudioTokens),
    (Attribute::UsageWebSearches, Unit::WebSearches),
];

/// Counts what a model call used. Agents and workflows repeat their children's counts and are not read.
pub(crate) fn count(operation: &mut Operation<'_>) {
    if !operation.is_model_call() {
        return;
    }
    for (attribute, unit) in COUNTS {
        match operation.value(*attribute) {
            None => {}
            Some(Value::I64(count @ 0..=MOST)) => {
                let count = count.unsigned_abs();
                operation.usage.set(*unit, count);
            }
            Some(_) => {
                operation.counted = Counted::Inconsistently;
                return;
            }
        }
    }
    if !operation.usage.is_empty() {
        operation.counted = Counted::Believably;
    }
}
