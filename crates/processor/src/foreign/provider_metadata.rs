//! Reads the provider metadata of the Vercel SDK.

use serde_json::{Map, Value};
use tracing_genai_semconv::Attribute;
use tracing_genai_usage::charged_gemini_searches;

use super::read::{NOT_READ, Read, set};
use super::usage;
use super::usage_values::holds_count;
use crate::operation::Operation;
use crate::unread::Unread;

/// The uncached input, which the SDK writes since version 6; since then the input includes the cached part.
const NO_CACHE_TOKENS: &str = "ai.usage.inputTokenDetails.noCacheTokens";

/// The objects of a provider that hold its usage.
const USAGES: [&str; 2] = ["usage", "usageMetadata"];

/// Keys of a provider's object that are read, or that count nothing charged.
///
/// Log probabilities, safety ratings and positions of citations hold many numbers.
const NO_USAGE: &[&str] = &[
    "cachedPromptTokens",
    "reasoningTokens",
    "cacheReadInputTokens",
    "cacheCreationInputTokens",
    "acceptedPredictionTokens",
    "rejectedPredictionTokens",
    "groundingMetadata",
    "urlContextMetadata",
    "safetyRatings",
    "promptFeedback",
    "logprobs",
    "citations",
    "container",
    "contextManagement",
    "stopSequence",
    "stopDetails",
    "performanceConfig",
    "created",
    "avgLogprobs",
    "logprobsResult",
];

/// Reads cache and reasoning counts that the Vercel SDK up to version 5 passes on only here.
///
/// Up to that version the input is the provider's own count, which for Anthropic and Bedrock excludes cache reads and
/// writes. The attribute stays on the span.
pub(super) fn read(operation: &mut Operation<'_>, name: &str, text: &str) -> Read {
    let Ok(metadata) = serde_json::from_str::<Value>(text) else {
        return Err(Some((Attribute::UsageCacheReadInputTokens, Unread::Json)));
    };
    for (provider, object) in metadata.as_object().into_iter().flatten() {
        if let Value::Object(object) = object {
            find_unread(operation, &[name, ".", provider].concat(), object);
        }
    }
    let count = |provider: &str, path: &str| {
        let of = metadata.get(provider)?;
        path.split('.').try_fold(of, |at, name| at.get(name))?.as_i64()
    };
    if let Some(kept) = count("anthropic", "usage.cache_creation.ephemeral_1h_input_tokens").filter(|kept| *kept > 0) {
        set(operation, Attribute::UsageCacheWrite1hInputTokens, kept);
    }
    if let Some(searches) = count("anthropic", "usage.server_tool_use.web_search_requests") {
        set(operation, Attribute::UsageWebSearches, searches);
    }
    if let Some(cached) = count("openai", "cachedPromptTokens") {
        set(operation, Attribute::UsageCacheReadInputTokens, cached);
    }
    if let Some(reasoning) = count("openai", "reasoningTokens") {
        set(operation, Attribute::UsageReasoningOutputTokens, reasoning);
    }
    for provider in ["openai", "azure"] {
        let tier = metadata.get(provider).and_then(|object| object.get("serviceTier"));
        if let Some(Value::String(tier)) = tier {
            usage::set_tier(operation, tier);
        }
    }
    for provider in ["google", "vertex"] {
        read_google(operation, &[name, ".", provider].concat(), metadata.get(provider));
    }
    let read = count("anthropic", "usage.cache_read_input_tokens")
        .or_else(|| count("anthropic", "cacheReadInputTokens"))
        .or_else(|| count("bedrock", "usage.cacheReadInputTokens"));
    let written = count("anthropic", "usage.cache_creation_input_tokens")
        .or_else(|| count("anthropic", "cacheCreationInputTokens"))
        .or_else(|| count("bedrock", "usage.cacheWriteInputTokens"));
    if read.is_none() && written.is_none() {
        return NOT_READ;
    }
    let beside = read.unwrap_or(0).saturating_add(written.unwrap_or(0));
    let input = operation.integer(Attribute::UsageInputTokens);
    let excludes = match count("anthropic", "usage.input_tokens") {
        // The provider's own count shows whether the span's excludes the cache.
        Some(own) => input == Some(own),
        None if metadata.get("bedrock").is_some() => !operation.has_name(NO_CACHE_TOKENS),
        // Version 4 writes no cache counts of its own.
        None => {
            !operation.has(Attribute::UsageCacheReadInputTokens)
                && !operation.has(Attribute::UsageCacheWriteInputTokens)
        }
    };
    if let Some(input) = input.filter(|_| excludes) {
        operation.set(Attribute::UsageInputTokens, input.saturating_add(beside));
    }
    let beside = [
        (Attribute::UsageCacheReadInputTokens, read),
        (Attribute::UsageCacheWriteInputTokens, written),
    ];
    for (of, count) in beside {
        if let Some(count) = count {
            set(operation, of, count);
        }
    }
    NOT_READ
}

/// Notes numbers of a provider's object that are not understood.
fn find_unread(operation: &mut Operation<'_>, provider: &str, object: &Map<String, Value>) {
    for (key, value) in object {
        let name = [provider, ".", key].concat();
        match value {
            Value::Object(object) if USAGES.contains(&key.as_str()) => usage::find_unread(operation, &name, object),
            _ if NO_USAGE.contains(&key.as_str()) => {}
            Value::Object(object) => usage::find_unread(operation, &name, object),
            Value::Number(_) => {
                let alone = Map::from_iter([(key.clone(), value.clone())]);
                usage::find_unread(operation, provider, &alone);
            }
            _ if holds_count(value) => operation.unread_usage.add(&name),
            _ => {}
        }
    }
}

/// Reads reasoning and searches of a Gemini call. Gemini counts reasoning apart from the candidates; the SDK's output
/// is either the candidates alone or both.
fn read_google(operation: &mut Operation<'_>, name: &str, object: Option<&Value>) {
    let Some(object) = object else { return };
    let usage = object.get("usageMetadata");
    let count = |key: &str| usage?.get(key)?.as_i64();
    if let Some(cached) = count("cachedContentTokenCount") {
        set(operation, Attribute::UsageCacheReadInputTokens, cached);
    }
    if let Some(thoughts) = count("thoughtsTokenCount") {
        set(operation, Attribute::UsageReasoningOutputTokens, thoughts);
        let output = operation.integer(Attribute::UsageOutputTokens);
        if let Some(output) = output.filter(|output| count("candidatesTokenCount") == Some(*output)) {
            operation.set(Attribute::UsageOutputTokens, output.saturating_add(thoughts));
        }
    }
    if let Some(tools) = count("toolUsePromptTokenCount").filter(|tools| *tools > 0) {
        let input = operation.integer(Attribute::UsageInputTokens);
        if let Some(input) = input.filter(|input| count("promptTokenCount") == Some(*input)) {
            operation.set(Attribute::UsageInputTokens, input.saturating_add(tools));
        }
    }
    let Some(grounding) = object.get("groundingMetadata") else {
        return;
    };
    let queries = |key: &str| {
        let queries = grounding.get(key).and_then(Value::as_array).into_iter().flatten();
        queries
            .filter(|query| query.as_str().is_some_and(|query| !query.is_empty()))
            .count()
    };
    let searches = queries("webSearchQueries") + queries("imageSearchQueries");
    let model = operation
        .text(Attribute::ResponseModel)
        .or_else(|| operation.text(Attribute::RequestModel));
    let charged = charged_gemini_searches(u64::try_from(searches).unwrap_or(u64::MAX), model);
    if let Some(Ok(charged)) = charged.map(i64::try_from) {
        set(operation, Attribute::UsageWebSearches, charged);
    }
    if queries("retrievalQueries") > 0 {
        operation
            .unread_usage
            .add(&[name, ".groundingMetadata.retrievalQueries"].concat());
    }
    let mut chunks = grounding
        .get("groundingChunks")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    if chunks.any(|chunk| chunk.get("maps").is_some_and(|maps| !maps.is_null())) {
        operation
            .unread_usage
            .add(&[name, ".groundingMetadata.groundingChunks[].maps"].concat());
    }
}
