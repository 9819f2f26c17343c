//! Under which names counts of what a call used stand, and the keys of JSON objects of them: Langfuse's buckets, and what
//! providers and SDKs call them.

use crate::Attribute;

/// What the names begin with under which counts of what a call used stand.
const USAGE_PREFIXES: [&str; 4] = ["gen_ai.usage.", "llm.usage.", "llm.token_count.", "ai.usage."];

/// Whether a number under that name is a count of what a call used. Where [`meaning`](crate::meaning) does not know the name,
/// nothing reads it. Costs and durations are not counts.
///
/// ```
/// use tracing_genai_semconv::{counts_usage, meaning};
///
/// assert!(counts_usage("gen_ai.usage.poems") && meaning("gen_ai.usage.poems").is_none());
/// assert!(!counts_usage("gen_ai.request.seed") && !counts_usage("gen_ai.usage.cost_usd"));
/// ```
pub fn counts_usage(name: &str) -> bool {
    usage_key_path(name).is_some() && !is_no_count(name)
}

/// What follows the prefix of a usage attribute, as the path of a key: `gen_ai.usage.prompt_tokens_details` holds what is
/// `prompt_tokens_details` in a provider's usage. `None` for other attributes.
pub fn usage_key_path(name: &str) -> Option<&str> {
    // Most names of others are told apart by their first byte.
    if !matches!(name.as_bytes().first(), Some(b'a' | b'g' | b'l')) {
        return None;
    }
    USAGE_PREFIXES.iter().find_map(|prefix| name.strip_prefix(prefix))
}

/// Whether the last part of a name says that a number under it is a cost, a duration or a pace.
pub fn is_no_count(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or(name);
    NO_COUNTS.iter().any(|known| is_spelled(last, known))
}

/// Whether a number is above zero and finite. Usage has no other numbers that cost something.
pub const fn is_count(number: f64) -> bool {
    number > 0.0 && number.is_finite()
}

/// As [`is_count`], of a number that was exported as text.
pub fn is_count_text(text: &str) -> bool {
    text.trim().parse().is_ok_and(is_count)
}

/// Whether `name`, in snake or camel case, is `snake`.
fn is_spelled(name: &str, snake: &str) -> bool {
    let mut wanted = snake.bytes();
    for byte in name.bytes() {
        if byte.is_ascii_uppercase() && wanted.next() != Some(b'_') {
            return false;
        }
        if wanted.next() != Some(byte.to_ascii_lowercase()) {
            return false;
        }
    }
    wanted.next().is_none()
}

/// Names of costs, durations and paces that stand among counts.
const NO_COUNTS: &[&str] = &[
    "cost",
    "cost_usd",
    "cost_in_usd_ticks",
    "estimated_cost",
    "total_cost",
    "total_cost_usd",
    "input_cost",
    "input_cost_usd",
    "output_cost",
    "output_cost_usd",
    "prompt_cost",
    "completion_cost",
    "request_cost",
    "reasoning_cost",
    "cached_cost",
    "cache_read_cost",
    "cache_write_cost",
    "cache_creation_cost",
    "latency",
    "latency_ms",
    "latency_seconds",
    "duration",
    "duration_ms",
    "duration_seconds",
    "response_time",
    "response_time_ms",
    "queue_time",
    "prompt_time",
    "completion_time",
    "total_time",
    "total_time_sec",
    "total_prompt_time_sec",
    "total_completion_time_sec",
    "time_to_first_token",
    "time_to_first_token_ms",
    "ttft",
    "ttft_ms",
    "tokens_per_second",
    "avg_tok_per_sec",
    "avg_prompt_tok_per_sec",
    "avg_compl_tok_per_sec",
    "total_duration",
    "load_duration",
    "prompt_eval_duration",
    "eval_duration",
];

/// Which side of a call a count is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What the model was given.
    Input,
    /// What it answered.
    Output,
}

/// Whether the whole of a side includes a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The part is in the whole.
    Within,
    /// The part stands beside the whole, unless a total says otherwise.
    Beside,
}

/// What a key of such an object counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsageKey {
    /// A side, with those of its parts that stand within it.
    Whole(Side),
    /// A part of a side; `None` where no attribute is for it alone.
    Part(Side, Place, Option<Attribute>),
    /// A part of the tokens written to the cache, of which the sum is read where the object has no count of all of them.
    CacheWrite(Place),
    /// As [`CacheWrite`](Self::CacheWrite), of those that are kept for an hour.
    CacheWrite1h(Place),
    /// The sum of both sides.
    Total,
    /// Something that is counted by itself.
    Unit(Attribute),
    /// It says nothing that others do not; the text says why.
    Redundant(&'static str),
}

use Attribute as A;
use Place::{Beside, Within};
use Side::{Input, Output};
use UsageKey::{CacheWrite, CacheWrite1h, Part, Redundant, Total, Unit, Whole};

impl UsageKey {
    /// Every key that is read, or left for a reason. A key within another key's object follows it after a dot.
    ///
    /// Sources: Langfuse's `usage_details` (langfuse#10592, langfuse#12306); the `usage` of OpenAI, Anthropic and Gemini;
    /// LangChain's `UsageMetadata`; the metrics of Braintrust; MLflow's token usage.
    pub const ALL: &[(&str, UsageKey)] = KEYS;

    /// What `key` counts, in snake or camel case; `None` where it is not known. A key of the table that ends with a dot is
    /// what keys begin with.
    ///
    /// ```
    /// use tracing_genai_semconv::dialect::{Side, UsageKey};
    ///
    /// assert_eq!(UsageKey::of("prompt_tokens"), Some(UsageKey::Whole(Side::Input)));
    /// assert_eq!(UsageKey::of("promptTokens"), Some(UsageKey::Whole(Side::Input)));
    /// assert_eq!(UsageKey::of("poems"), None);
    /// ```
    pub fn of(key: &str) -> Option<Self> {
        let is_key =
            |(name, _): &&(&str, Self)| is_spelled(key, name) || (name.ends_with('.') && key.starts_with(name));
        let found = KEYS.iter().find(is_key).map(|(_, meaning)| *meaning);
        found.or_else(|| is_no_count(key).then_some(Redundant(COST)))
    }
}

const SPLIT: &str = "a part of the tokens written to the cache, at the shortest lifetime's price";
const COST: &str = "a cost or a duration, not a count";
const AGAIN: &str = "the same counts once more";
const FREE: &str = "free of charge beside the tokens";
const PREDICTED: &str = "a part of the output, at its price";

#[rustfmt::skip]
const KEYS: &[(&str, UsageKey)] = &[
    // Langfuse's, whose buckets stand beside each other.
    ("input", Whole(Input)),
    ("output", Whole(Output)),
    ("total", Total),
    ("input_cached_tokens", Part(Input, Beside, Some(A::UsageCacheReadInputTokens))),
    ("input_cached", Part(Input, Beside, Some(A::UsageCacheReadInputTokens))),
    ("input_cache_read", Part(Input, Beside, Some(A::UsageCacheReadInputTokens))),
    ("input_cache_read_tokens", Part(Input, Beside, Some(A::UsageCacheReadInputTokens))),
    ("input_cache_write", CacheWrite(Beside)),
    ("input_cache_creation", CacheWrite(Beside)),
    ("input_cache_creation_5m", CacheWrite(Beside)),
    ("input_cache_creation_1h", CacheWrite1h(Beside)),
    ("input_audio", Part(Input, Beside, Some(A::UsageAudioInputTokens))),
    ("input_audio_tokens", Part(Input, Beside, Some(A::UsageAudioInputTokens))),
    ("input_image", Part(Input, Beside, Some(A::UsageImageInputTokens))),
    ("input_image_tokens", Part(Input, Beside, Some(A::UsageImageInputTokens))),
    ("output_reasoning", Part(Output, Beside, Some(A::UsageReasoningOutputTokens))),
    ("output_reasoning_tokens", Part(Output, Beside, Some(A::UsageReasoningOutputTokens))),
    ("output_audio", Part(Output, Beside, Some(A::UsageAudioOutputTokens))),
    ("output_audio_tokens", Part(Output, Beside, Some(A::UsageAudioOutputTokens))),
    ("output_image", Part(Output, Beside, Some(A::UsageImageOutputTokens))),
    ("output_image_tokens", Part(Output, Beside, Some(A::UsageImageOutputTokens))),
    ("accepted_prediction_tokens", Redundant(PREDICTED)),
    ("rejected_prediction_tokens", Redundant(PREDICTED)),

    // OpenAI's, whose whole includes its parts.
    ("prompt_tokens", Whole(Input)),
    ("input_tokens", Whole(Input)),
    ("completion_tokens", Whole(Output)),
    ("output_tokens", Whole(Output)),
    ("total_tokens", Total),
    ("prompt_tokens_details.cached_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("prompt_tokens_details.cache_write_tokens", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("prompt_tokens_details.cache_creation_tokens", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("prompt_tokens_details.text_tokens", Part(Input, Within, Some(A::UsageTextInputTokens))),
    ("prompt_tokens_details.image_tokens", Part(Input, Within, Some(A::UsageImageInputTokens))),
    ("prompt_tokens_details.audio_tokens", Part(Input, Within, Some(A::UsageAudioInputTokens))),
    ("input_tokens_details.cached_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("input_tokens_details.cache_write_tokens", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("input_tokens_details.text_tokens", Part(Input, Within, Some(A::UsageTextInputTokens))),
    ("input_tokens_details.image_tokens", Part(Input, Within, Some(A::UsageImageInputTokens))),
    ("input_tokens_details.audio_tokens", Part(Input, Within, Some(A::UsageAudioInputTokens))),
    ("completion_tokens_details.reasoning_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("completion_tokens_details.text_tokens", Part(Output, Within, Some(A::UsageTextOutputTokens))),
    ("completion_tokens_details.image_tokens", Part(Output, Within, Some(A::UsageImageOutputTokens))),
    ("completion_tokens_details.audio_tokens", Part(Output, Within, Some(A::UsageAudioOutputTokens))),
    ("completion_tokens_details.accepted_prediction_tokens", Redundant(PREDICTED)),
    ("completion_tokens_details.rejected_prediction_tokens", Redundant(PREDICTED)),
    ("output_tokens_details.reasoning_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("output_tokens_details.text_tokens", Part(Output, Within, Some(A::UsageTextOutputTokens))),
    ("output_tokens_details.image_tokens", Part(Output, Within, Some(A::UsageImageOutputTokens))),
    ("output_tokens_details.audio_tokens", Part(Output, Within, Some(A::UsageAudioOutputTokens))),

    // Anthropic's, whose input excludes what the cache read and took.
    ("cache_read_input_tokens", Part(Input, Beside, Some(A::UsageCacheReadInputTokens))),
    ("cache_creation_input_tokens", Part(Input, Beside, Some(A::UsageCacheWriteInputTokens))),
    ("cache_creation.ephemeral_5m_input_tokens", Redundant(SPLIT)),
    ("cache_creation.ephemeral_1h_input_tokens", Part(Input, Within, Some(A::UsageCacheWrite1hInputTokens))),
    ("server_tool_use.web_search_requests", Unit(A::UsageWebSearches)),

    // Gemini's, whose thoughts stand beside the answer.
    ("prompt_token_count", Whole(Input)),
    ("candidates_token_count", Whole(Output)),
    ("total_token_count", Total),
    ("cached_content_token_count", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("tool_use_prompt_token_count", Part(Input, Beside, None)),
    ("thoughts_token_count", Part(Output, Beside, Some(A::UsageReasoningOutputTokens))),

    // LangChain's, whose whole includes its parts, whatever the provider's does.
    ("input_token_details.cache_read", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("input_token_details.cache_creation", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("input_token_details.ephemeral_5m_input_tokens", Redundant(SPLIT)),
    ("input_token_details.ephemeral_1h_input_tokens", Part(Input, Within, Some(A::UsageCacheWrite1hInputTokens))),
    ("input_token_details.text", Part(Input, Within, Some(A::UsageTextInputTokens))),
    ("input_token_details.image", Part(Input, Within, Some(A::UsageImageInputTokens))),
    ("input_token_details.audio", Part(Input, Within, Some(A::UsageAudioInputTokens))),
    ("output_token_details.reasoning", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("output_token_details.text", Part(Output, Within, Some(A::UsageTextOutputTokens))),
    ("output_token_details.image", Part(Output, Within, Some(A::UsageImageOutputTokens))),
    ("output_token_details.audio", Part(Output, Within, Some(A::UsageAudioOutputTokens))),

    // Braintrust's, whose whole includes its parts.
    ("tokens", Total),
    ("prompt_cached_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("prompt_cache_creation_tokens", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("prompt_cache_creation_5m_tokens", CacheWrite(Within)),
    ("prompt_cache_creation_1h_tokens", CacheWrite1h(Within)),
    ("prompt_audio_tokens", Part(Input, Within, Some(A::UsageAudioInputTokens))),
    ("completion_reasoning_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("completion_audio_tokens", Part(Output, Within, Some(A::UsageAudioOutputTokens))),
    ("server_tool_use_web_search_requests", Unit(A::UsageWebSearches)),

    // Other providers' with OpenAI's API, whose whole includes its parts.
    ("prompt_token_details.cached_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("cached_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("num_cached_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("cached_prompt_text_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("cached_prompt_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("cached_input_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("prompt_cache_hit_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("prompt_tokens_details.cache_read_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("prompt_tokens_details.cache_read_input_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("prompt_tokens_details.cache_creation_input_tokens", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("reasoning_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("thinking_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("output_tokens_details.thinking_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("completion_tokens_details.thinking_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("prompt_cache_miss_tokens", Redundant("the input less its cached part")),
    ("prompt_tokens_details.cached_tokens_details.", Redundant(AGAIN)),
    ("x_details.", Redundant(AGAIN)),
    ("cost_details.", Redundant(COST)),
    ("cost.", Redundant(COST)),
    ("pydantic_ai_gateway.", Redundant(COST)),
    ("time_info.", Redundant(COST)),
    ("request_count", Redundant("requests, of which a response is one")),
    ("requests", Redundant("requests, of which a response is one")),
    ("server_tool_use.tool_calls_requested", Redundant("tools of every kind, of which those with a fee are counted by name")),
    ("server_tool_use.tool_calls_executed", Redundant("tools of every kind, of which those with a fee are counted by name")),
    ("server_tool_use_details.tool_calls_requested", Redundant("tools of every kind, of which those with a fee are counted by name")),
    ("server_tool_use_details.tool_calls_executed", Redundant("tools of every kind, of which those with a fee are counted by name")),
    ("server_tool_use_details.web_search_requests", Unit(A::UsageWebSearches)),
    ("num_sources_used", Unit(A::UsageWebSearches)),
    ("num_search_queries", Unit(A::UsageWebSearches)),
    ("web_search_requests", Unit(A::UsageWebSearches)),

    // More of Anthropic's, and Bedrock's.
    ("server_tool_use.web_fetch_requests", Redundant(FREE)),
    ("server_tool_use.tool_search_requests", Redundant(FREE)),
    ("cache_write_input_tokens", Part(Input, Beside, Some(A::UsageCacheWriteInputTokens))),
    ("cache_read_input_token_count", Part(Input, Beside, Some(A::UsageCacheReadInputTokens))),
    ("cache_write_input_token_count", Part(Input, Beside, Some(A::UsageCacheWriteInputTokens))),

    // Gemini's parts by modality.
    ("response_token_count", Whole(Output)),
    ("prompt_tokens_details.text", Part(Input, Within, Some(A::UsageTextInputTokens))),
    ("prompt_tokens_details.image", Part(Input, Within, Some(A::UsageImageInputTokens))),
    ("prompt_tokens_details.audio", Part(Input, Within, Some(A::UsageAudioInputTokens))),
    ("prompt_token_details.text", Part(Input, Within, Some(A::UsageTextInputTokens))),
    ("prompt_token_details.image", Part(Input, Within, Some(A::UsageImageInputTokens))),
    ("prompt_token_details.audio", Part(Input, Within, Some(A::UsageAudioInputTokens))),
    ("candidates_tokens_details.text", Part(Output, Within, Some(A::UsageTextOutputTokens))),
    ("candidates_tokens_details.image", Part(Output, Within, Some(A::UsageImageOutputTokens))),
    ("candidates_tokens_details.audio", Part(Output, Within, Some(A::UsageAudioOutputTokens))),
    ("response_tokens_details.text", Part(Output, Within, Some(A::UsageTextOutputTokens))),
    ("response_tokens_details.image", Part(Output, Within, Some(A::UsageImageOutputTokens))),
    ("response_tokens_details.audio", Part(Output, Within, Some(A::UsageAudioOutputTokens))),
    ("cache_tokens_details.text", Part(Input, Within, Some(A::UsageTextCacheReadInputTokens))),
    ("cache_tokens_details.image", Part(Input, Within, Some(A::UsageImageCacheReadInputTokens))),
    ("cache_tokens_details.audio", Part(Input, Within, Some(A::UsageAudioCacheReadInputTokens))),
    ("tool_use_prompt_tokens_details.", Redundant("parts of the prompt of tools, at its price")),

    // The Vercel SDK's, whose whole includes its parts.
    ("input_tokens.total", Whole(Input)),
    ("input_tokens.no_cache", Redundant("the input less its cached part")),
    ("input_tokens.cache_read", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("input_tokens.cache_write", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("output_tokens.total", Whole(Output)),
    ("output_tokens.text", Part(Output, Within, Some(A::UsageTextOutputTokens))),
    ("output_tokens.reasoning", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("input_token_details.no_cache_tokens", Redundant("the input less its cached part")),
    ("input_token_details.cache_read_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("input_token_details.cache_write_tokens", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("output_token_details.reasoning_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("output_token_details.text_tokens", Part(Output, Within, Some(A::UsageTextOutputTokens))),

    // Ollama's.
    ("prompt_eval_count", Whole(Input)),
    ("eval_count", Whole(Output)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_means_one_thing() {
        for (position, (key, meaning)) in KEYS.iter().enumerate() {
            assert_eq!(UsageKey::of(key), Some(*meaning), "{key}");
            assert!(KEYS.iter().skip(position + 1).all(|(other, _)| other != key), "{key}");
        }
    }

    #[test]
    fn parts_of_input_are_attributes_of_input() {
        for (key, meaning) in KEYS {
            if let Part(side, _, Some(attribute)) = meaning {
                let is_of = |end: &str| attribute.name().ends_with(end);
                assert!(
                    is_of(if *side == Input {
                        "input_tokens"
                    } else {
                        "output_tokens"
                    }),
                    "{key}"
                );
            }
        }
    }
}
