//! Reads counts and costs from JSON: Langfuse's details, and what the Vercel SDK passes on of its providers.

use opentelemetry::Value as Attributed;
use serde_json::{Map, Value};
use tracing_genai_pricing::Usd;
use tracing_genai_semconv::{Attribute, ValueType};

use super::{NOTHING, Read, set};
use crate::coerce::coerce;
use crate::operation::Operation;
use crate::unread::Unread;

/// Langfuse's counts stand beside each other, where the conventions' include each other: the input's and the output's parts.
const CACHE_READS: [&str; 4] = [
    "input_cached_tokens",
    "input_cache_read",
    "input_cached",
    "cache_read_input_tokens",
];
const CACHE_WRITES: [&str; 4] = [
    "input_cache_creation",
    "input_cache_creation_5m",
    "input_cache_creation_1h",
    "cache_creation_input_tokens",
];
const INPUT_DETAILS: [&str; 2] = ["prompt_tokens_details", "input_tokens_details"];
const OUTPUT_DETAILS: [&str; 2] = ["completion_tokens_details", "output_tokens_details"];
const REASONING: [&str; 2] = ["output_reasoning_tokens", "output_reasoning"];

/// Reads a JSON object of counts: Langfuse's own, whose parts are apart, or a provider's. One that holds a count which is none
/// stays.
pub(super) fn read(operation: &mut Operation<'_>, text: &str) -> Read {
    let Ok(Value::Object(counts)) = serde_json::from_str(text) else {
        return Err(Some((Attribute::UsageInputTokens, Unread::Json)));
    };
    if !counts.iter().all(|(_, value)| is_readable(value)) {
        return Err(Some((Attribute::UsageInputTokens, Unread::Type)));
    }
    if ["prompt_tokens", "completion_tokens", "input_tokens", "output_tokens"]
        .iter()
        .any(|name| counts.contains_key(*name))
    {
        read_providers(operation, &counts);
        return Ok(());
    }
    if !counts.contains_key("input") && !counts.contains_key("output") {
        return NOTHING;
    }
    put(operation, Attribute::UsageInputTokens, whole(&counts, "input"));
    put(operation, Attribute::UsageOutputTokens, whole(&counts, "output"));
    put(
        operation,
        Attribute::UsageCacheReadInputTokens,
        any_of(&counts, &CACHE_READS),
    );
    put(
        operation,
        Attribute::UsageCacheWriteInputTokens,
        any_of(&counts, &CACHE_WRITES),
    );
    put(
        operation,
        Attribute::UsageReasoningOutputTokens,
        any_of(&counts, &REASONING),
    );
    Ok(())
}

/// Whether it is a count, nothing, or details that are.
fn is_readable(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(details) => details.values().all(is_readable),
        value => count_of(value).is_some(),
    }
}

/// A whole number, however it was written.
fn count_of(value: &Value) -> Option<i64> {
    let mut count = match value {
        Value::Number(number) => match number.as_i64() {
            Some(count) => return Some(count),
            None => Attributed::F64(number.as_f64()?),
        },
        Value::String(text) => Attributed::from(text.clone()),
        _ => return None,
    };
    coerce(&mut count, ValueType::Int);
    match count {
        Attributed::I64(count) => Some(count),
        _ => None,
    }
}

/// The count of `side` with its parts, which stand beside it; `None` where there is none at all.
fn whole(counts: &Map<String, Value>, side: &str) -> Option<i64> {
    let is_part = |name: &str| {
        let is_named = name
            .strip_prefix(side)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
        is_named || (side == "input" && is_anthropics(name))
    };
    let mut parts = counts.iter().filter(|(name, _)| is_part(name)).peekable();
    parts.peek()?;
    parts.try_fold(0_i64, |sum, (_, count)| match count {
        Value::Null => Some(sum),
        count => sum.checked_add(count_of(count)?),
    })
}

fn is_anthropics(name: &str) -> bool {
    matches!(name, "cache_read_input_tokens" | "cache_creation_input_tokens")
}

/// The sum of those that are there; `None` where none is.
fn any_of(counts: &Map<String, Value>, names: &[&str]) -> Option<i64> {
    let found: Vec<_> = names.iter().filter_map(|name| count_of(counts.get(*name)?)).collect();
    (!found.is_empty()).then(|| found.iter().fold(0_i64, |sum, count| sum.saturating_add(*count)))
}

/// Reads a provider's own counts: OpenAI's, whose input includes the cache, or Anthropic's, whose does not.
fn read_providers(operation: &mut Operation<'_>, counts: &Map<String, Value>) {
    let count = |names: [&str; 2]| names.iter().find_map(|name| count_of(counts.get(*name)?));
    let detail =
        |names: [&str; 2], detail: &str| names.iter().find_map(|name| count_of(counts.get(*name)?.get(detail)?));
    let [read_beside, written_beside] =
        ["cache_read_input_tokens", "cache_creation_input_tokens"].map(|name| any_of(counts, &[name]));
    let beside = read_beside.unwrap_or(0).saturating_add(written_beside.unwrap_or(0));
    let input = count(["prompt_tokens", "input_tokens"]);
    let read = [
        (
            Attribute::UsageInputTokens,
            input.map(|input| input.saturating_add(beside)),
        ),
        (
            Attribute::UsageOutputTokens,
            count(["completion_tokens", "output_tokens"]),
        ),
        (
            Attribute::UsageCacheReadInputTokens,
            detail(INPUT_DETAILS, "cached_tokens").or(read_beside),
        ),
        (Attribute::UsageCacheWriteInputTokens, written_beside),
        (Attribute::UsageAudioInputTokens, detail(INPUT_DETAILS, "audio_tokens")),
        (
            Attribute::UsageReasoningOutputTokens,
            detail(OUTPUT_DETAILS, "reasoning_tokens"),
        ),
        (
            Attribute::UsageAudioOutputTokens,
            detail(OUTPUT_DETAILS, "audio_tokens"),
        ),
    ];
    for (of, count) in read {
        put(operation, of, count);
    }
}

fn put(operation: &mut Operation<'_>, of: Attribute, count: Option<i64>) {
    if let Some(count) = count {
        set(operation, of, count);
    }
}

/// Reads a JSON object of costs in US dollars: the total, or the sum of the parts. One of nothing but zeros is what Langfuse
/// writes of a call that failed.
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
        return NOTHING;
    }
    set(operation, Attribute::UsageCost, total.to_f64());
    Ok(())
}

/// Reads the counts of caches and of reasoning that the Vercel SDK, up to version 5, passes on but does not name.
///
/// Up to that version the input is the provider's own count, and Anthropic's excludes what the cache read and took. What the
/// object says else stays on the span.
pub(super) fn read_provider_metadata(operation: &mut Operation<'_>, text: &str) -> Read {
    let Ok(metadata) = serde_json::from_str::<Value>(text) else {
        return Err(Some((Attribute::UsageCacheReadInputTokens, Unread::Json)));
    };
    let count = |provider: &str, path: &str| {
        let of = metadata.get(provider)?;
        path.split('.').try_fold(of, |at, name| at.get(name))?.as_i64()
    };
    if let Some(cached) = count("openai", "cachedPromptTokens") {
        set(operation, Attribute::UsageCacheReadInputTokens, cached);
    }
    if let Some(reasoning) = count("openai", "reasoningTokens") {
        set(operation, Attribute::UsageReasoningOutputTokens, reasoning);
    }
    let read =
        count("anthropic", "usage.cache_read_input_tokens").or_else(|| count("anthropic", "cacheReadInputTokens"));
    let written = count("anthropic", "usage.cache_creation_input_tokens")
        .or_else(|| count("anthropic", "cacheCreationInputTokens"));
    if read.is_none() && written.is_none() {
        return NOTHING;
    }
    let beside = read.unwrap_or(0).saturating_add(written.unwrap_or(0));
    let input = operation.integer(Attribute::UsageInputTokens);
    let excludes = match count("anthropic", "usage.input_tokens") {
        // The provider's own count beside it says which of the two the span's is.
        Some(own) => input == Some(own),
        // Version 4 passes on the caches' counts alone, and names none itself.
        None => {
            !operation.has(Attribute::UsageCacheReadInputTokens)
                && !operation.has(Attribute::UsageCacheWriteInputTokens)
        }
    };
    if let Some(input) = input.filter(|_| excludes) {
        operation.set(Attribute::UsageInputTokens, input.saturating_add(beside));
    }
    put(operation, Attribute::UsageCacheReadInputTokens, read);
    put(operation, Attribute::UsageCacheWriteInputTokens, written);
    NOTHING
}
