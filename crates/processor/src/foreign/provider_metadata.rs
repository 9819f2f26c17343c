//! Reads what the Vercel SDK passes on of its providers.

use serde_json::{Map, Value};
use tracing_genai_semconv::Attribute;
use tracing_genai_usage::charged_gemini_searches;

use super::read::{NOTHING, Read, set};
use super::usage;
use super::usage_values::holds_count;
use crate::operation::Operation;
use crate::unread::Unread;

/// The input without its cached part, which the SDK writes since version 6: since then the input includes that part.
const NO_CACHE_TOKENS: &str = "ai.usage.inputTokenDetails.noCacheTokens";

/// The objects of a provider that hold its usage.
const USAGES: [&str; 2] = ["usage", "usageMetadata"];

/// What is read of a provider's object, and what counts nothing that is charged.
///
/// Log probabilities, safety ratings and the places of citations hold many numbers.
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

/// Reads the counts of caches and of reasoning that the Vercel SDK, up to version 5, passes on but does not name.
///
/// Up to that version the input is the provider's own count, and that of Anthropic and Bedrock excludes what the cache read and
/// took. What the object says else stays on the span.
pub(super) fn read(operation: &mut Operation<'_>, name: &str, text: &str) -> Read {
    let Ok(metadata) = serde_json::from_str::<Value>(text) else {
        return Err(Some((Attribute::UsageCacheReadInputTokens, Unread::Json)));
    };
    for (provider, said) in metadata.as_object().into_iter().flatten() {
        if let Value::Object(said) = said {
            find_unread(operation, &[name, ".", provider].concat(), said);
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
        let tier = metadata.get(provider).and_then(|said| said.get("serviceTier"));
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
        return NOTHING;
    }
    let beside = read.unwrap_or(0).saturating_add(written.unwrap_or(0));
    let input = operation.integer(Attribute::UsageInputTokens);
    let excludes = match count("anthropic", "usage.input_tokens") {
        // The provider's own count beside it says which of the two the span's is.
        Some(own) => input == Some(own),
        None if metadata.get("bedrock").is_some() => {
            let mut attributes = operation.span.attributes.iter();
            !attributes.any(|attribute| attribute.key.as_str() == NO_CACHE_TOKENS)
        }
        // Version 4 passes on the caches' counts alone, and names none itself.
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
    NOTHING
}

/// Names the numbers of a provider's object that are not understood.
fn find_unread(operation: &mut Operation<'_>, provider: &str, said: &Map<String, Value>) {
    for (key, value) in said {
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

/// Reads the thoughts and the searches of a Gemini call. Thoughts stand beside the candidates, and the SDK's output is either
/// alone or with them.
fn read_google(operation: &mut Operation<'_>, name: &str, said: Option<&Value>) {
    let Some(said) = said else { return };
    let usage = said.get("usageMetadata");
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
    let Some(grounding) = said.get("groundingMetadata") else {
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
