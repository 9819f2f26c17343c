//! Reads what the Vercel SDK passes on of its providers.

use serde_json::Value;
use tracing_genai_semconv::Attribute;

use super::{NOTHING, Read, set, usage};
use crate::operation::Operation;
use crate::unread::Unread;

/// The input without its cached part, which the SDK writes since version 6: since then the input includes that part.
const NO_CACHE_TOKENS: &str = "ai.usage.inputTokenDetails.noCacheTokens";

/// Reads the counts of caches and of reasoning that the Vercel SDK, up to version 5, passes on but does not name.
///
/// Up to that version the input is the provider's own count, and that of Anthropic and Bedrock excludes what the cache read and
/// took. What the object says else stays on the span.
pub(super) fn read(operation: &mut Operation<'_>, name: &str, text: &str) -> Read {
    let Ok(metadata) = serde_json::from_str::<Value>(text) else {
        return Err(Some((Attribute::UsageCacheReadInputTokens, Unread::Json)));
    };
    let count = |provider: &str, path: &str| {
        let of = metadata.get(provider)?;
        path.split('.').try_fold(of, |at, name| at.get(name))?.as_i64()
    };
    if let Some(Value::Object(usage)) = metadata.get("anthropic").and_then(|anthropic| anthropic.get("usage")) {
        usage::find_unread(operation, &[name, ".anthropic.usage"].concat(), usage);
    }
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
