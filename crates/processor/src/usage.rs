//! Reads what a model call used from its attributes.

use opentelemetry::Value;
use tracing_genai_semconv::Attribute;
use tracing_genai_usage::{Unit, Usage};

use crate::operation::Operation;

/// What the attributes say was used.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "one lives on the stack of one call; a box would be an allocation a span"
)]
pub(crate) enum Counted {
    /// No count at all.
    Nothing,
    /// Counts that can be believed.
    Usage(Usage),
    /// A count that is negative, no whole number, or beyond any call.
    Inconsistent,
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
pub(crate) fn count(operation: &mut Operation) {
    if !operation.is_model_call() {
        return;
    }
    let mut usage = Usage::new();
    for (attribute, unit) in COUNTS {
        match operation.value(*attribute) {
            None => {}
            Some(Value::I64(count @ 0..=MOST)) => usage.set(*unit, count.unsigned_abs()),
            Some(_) => {
                operation.usage = Counted::Inconsistent;
                return;
            }
        }
    }
    if !usage.is_empty() {
        operation.usage = Counted::Usage(usage);
    }
}
