//! The keys of JSON usage objects of Langfuse, providers and SDKs.

use super::usage_name::{begins, is_cost_or_duration, is_spelled};
use crate::Attribute;

/// The side of a call that a count belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Input of the model.
    Input,
    /// Output of the model.
    Output,
}

/// Whether the total of a side includes a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The part is included.
    Within,
    /// The part is added, unless a total shows that it is included.
    Beside,
}

/// The meaning of a key of a usage object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UsageKey {
    /// The tokens of a side, including parts that are [`Within`](Place::Within).
    Whole(Side),
    /// A part of a side; `None` without an attribute of its own.
    Part(Side, Place, Option<Attribute>),
    /// A part of the tokens written to the cache; summed if the object has no total of them.
    CacheWrite(Place),
    /// As [`CacheWrite`](Self::CacheWrite), for tokens kept for an hour.
    CacheWrite1h(Place),
    /// The total of both sides.
    Total,
    /// A unit other than tokens.
    Unit(Attribute),
    /// A unit without an attribute in the conventions; its name follows [`USAGE_PREFIX`](crate::own::USAGE_PREFIX).
    Own(&'static str),
    /// Already included in other counts, for the given reason.
    Redundant(&'static str),
}

use Attribute as A;
use Place::{Beside, Within};
use Side::{Input, Output};
use UsageKey::{CacheWrite, CacheWrite1h, Own, Part, Redundant, Total, Unit, Whole};

impl UsageKey {
    /// Every known key. A key of a nested object follows its parent after a dot.
    ///
    /// Sources: Langfuse's `usage_details` (langfuse#10592, langfuse#12306); the `usage` of OpenAI, Anthropic and Gemini;
    /// LangChain's `UsageMetadata`; the metrics of Braintrust; MLflow's token usage.
    pub const ALL: &[(&str, UsageKey)] = KEYS;

    /// The meaning of `key`, in snake or camel case; `None` if unknown. A key of the table that ends with a dot is a
    /// prefix.
    ///
    /// ```
    /// use tracing_genai_semconv::dialect::{Side, UsageKey};
    ///
    /// assert_eq!(UsageKey::of("prompt_tokens"), Some(UsageKey::Whole(Side::Input)));
    /// assert_eq!(UsageKey::of("promptTokens"), Some(UsageKey::Whole(Side::Input)));
    /// assert_eq!(UsageKey::of("poems"), None);
    /// ```
    pub fn of(key: &str) -> Option<Self> {
        let is_key = |(name, _): &&(&str, Self)| is_spelled(key, name) || (name.ends_with('.') && begins(key, name));
        let found = KEYS.iter().find(is_key).map(|(_, meaning)| *meaning);
        found.or_else(|| is_cost_or_duration(key).then_some(Redundant(COST)))
    }
}

const CACHE_WRITE_PART: &str = "a part of the tokens written to the cache, at the price of the shortest lifetime";
const COST: &str = "a cost or a duration, not a count";
const REPEATED: &str = "repeats other counts";
const DOCUMENT: &str = "a part of the input, at the price of text";
const FREE: &str = "free of charge, except for its tokens";
const PREDICTION: &str = "a part of the output, at its price";

#[rustfmt::skip]
const KEYS: &[(&str, UsageKey)] = &[
    // Langfuse: parts are added to the whole.
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
    ("accepted_prediction_tokens", Redundant(PREDICTION)),
    ("rejected_prediction_tokens", Redundant(PREDICTION)),

    // OpenAI: the whole includes its parts.
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
    ("completion_tokens_details.accepted_prediction_tokens", Redundant(PREDICTION)),
    ("completion_tokens_details.rejected_prediction_tokens", Redundant(PREDICTION)),
    ("output_tokens_details.reasoning_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("output_tokens_details.text_tokens", Part(Output, Within, Some(A::UsageTextOutputTokens))),
    ("output_tokens_details.image_tokens", Part(Output, Within, Some(A::UsageImageOutputTokens))),
    ("output_tokens_details.audio_tokens", Part(Output, Within, Some(A::UsageAudioOutputTokens))),

    // Anthropic: input excludes cached tokens.
    ("cache_read_input_tokens", Part(Input, Beside, Some(A::UsageCacheReadInputTokens))),
    ("cache_creation_input_tokens", Part(Input, Beside, Some(A::UsageCacheWriteInputTokens))),
    ("cache_creation.ephemeral_5m_input_tokens", Redundant(CACHE_WRITE_PART)),
    ("cache_creation.ephemeral_1h_input_tokens", Part(Input, Within, Some(A::UsageCacheWrite1hInputTokens))),
    ("server_tool_use.web_search_requests", Unit(A::UsageWebSearches)),

    // Gemini: thoughts are added to the candidates.
    ("prompt_token_count", Whole(Input)),
    ("candidates_token_count", Whole(Output)),
    ("total_token_count", Total),
    ("cached_content_token_count", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("tool_use_prompt_token_count", Part(Input, Beside, None)),
    ("thoughts_token_count", Part(Output, Beside, Some(A::UsageReasoningOutputTokens))),

    // LangChain: the whole includes its parts, for every provider.
    ("input_token_details.cache_read", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("input_token_details.cache_creation", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("input_token_details.ephemeral_5m_input_tokens", Redundant(CACHE_WRITE_PART)),
    ("input_token_details.ephemeral_1h_input_tokens", Part(Input, Within, Some(A::UsageCacheWrite1hInputTokens))),
    ("input_token_details.text", Part(Input, Within, Some(A::UsageTextInputTokens))),
    ("input_token_details.image", Part(Input, Within, Some(A::UsageImageInputTokens))),
    ("input_token_details.audio", Part(Input, Within, Some(A::UsageAudioInputTokens))),
    ("output_token_details.reasoning", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("output_token_details.text", Part(Output, Within, Some(A::UsageTextOutputTokens))),
    ("output_token_details.image", Part(Output, Within, Some(A::UsageImageOutputTokens))),
    ("output_token_details.audio", Part(Output, Within, Some(A::UsageAudioOutputTokens))),

    // Braintrust: the whole includes its parts.
    ("tokens", Total),
    ("prompt_cached_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("prompt_cache_creation_tokens", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("prompt_cache_creation_5m_tokens", CacheWrite(Within)),
    ("prompt_cache_creation_1h_tokens", CacheWrite1h(Within)),
    ("prompt_audio_tokens", Part(Input, Within, Some(A::UsageAudioInputTokens))),
    ("completion_reasoning_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("completion_audio_tokens", Part(Output, Within, Some(A::UsageAudioOutputTokens))),
    ("server_tool_use_web_search_requests", Unit(A::UsageWebSearches)),

    // Other providers with OpenAI's API: the whole includes its parts.
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
    ("prompt_cache_miss_tokens", Redundant("input without cached tokens")),
    ("prompt_tokens_details.cached_tokens_details.", Redundant(REPEATED)),
    ("x_details.", Redundant(REPEATED)),
    ("cost_details.", Redundant(COST)),
    ("cost.", Redundant(COST)),
    ("pydantic_ai_gateway.", Redundant(COST)),
    ("time_info.", Redundant(COST)),
    ("request_count", Redundant("requests; a response is one")),
    ("requests", Redundant("requests; a response is one")),
    ("server_tool_use.tool_calls_requested", Redundant("all tool calls; those with a fee are counted by name")),
    ("server_tool_use_details.tool_calls_requested", Redundant("all tool calls; those with a fee are counted by name")),
    ("server_tool_use_details.web_search_requests", Unit(A::UsageWebSearches)),
    ("num_sources_used", Unit(A::UsageWebSearches)),
    ("num_search_queries", Unit(A::UsageWebSearches)),
    ("web_search_requests", Unit(A::UsageWebSearches)),

    // Anthropic and Bedrock, further keys.
    ("server_tool_use.web_fetch_requests", Redundant(FREE)),
    ("server_tool_use.tool_search_requests", Redundant(FREE)),
    ("cache_write_input_tokens", Part(Input, Beside, Some(A::UsageCacheWriteInputTokens))),
    ("cache_read_input_token_count", Part(Input, Beside, Some(A::UsageCacheReadInputTokens))),
    ("cache_write_input_token_count", Part(Input, Beside, Some(A::UsageCacheWriteInputTokens))),

    ("cache_details.5m", Redundant(CACHE_WRITE_PART)),
    ("cache_details.1h", Part(Input, Within, Some(A::UsageCacheWrite1hInputTokens))),

    // Cohere: billed units differ from the token counts.
    ("billed_units.input_tokens", Whole(Input)),
    ("billed_units.output_tokens", Whole(Output)),
    ("tokens.", Redundant("not billed")),

    // Gemini, by modality.
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
    ("prompt_tokens_details.video", Own("input_video_tokens")),
    ("prompt_tokens_details.document", Redundant(DOCUMENT)),
    ("prompt_token_details.video", Own("input_video_tokens")),
    ("prompt_token_details.document", Redundant(DOCUMENT)),
    ("candidates_tokens_details.video", Own("output_video_tokens")),
    ("response_tokens_details.video", Own("output_video_tokens")),
    ("cache_tokens_details.video", Own("cache_video_read_tokens")),
    ("cache_tokens_details.document", Redundant(DOCUMENT)),
    ("tool_use_prompt_tokens_details.", Redundant("parts of the tool prompt, at its price")),

    // Vercel AI SDK: the whole includes its parts.
    ("input_tokens.total", Whole(Input)),
    ("input_tokens.no_cache", Redundant("input without cached tokens")),
    ("input_tokens.cache_read", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("input_tokens.cache_write", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("output_tokens.total", Whole(Output)),
    ("output_tokens.text", Part(Output, Within, Some(A::UsageTextOutputTokens))),
    ("output_tokens.reasoning", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("input_token_details.no_cache_tokens", Redundant("input without cached tokens")),
    ("input_token_details.cache_read_tokens", Part(Input, Within, Some(A::UsageCacheReadInputTokens))),
    ("input_token_details.cache_write_tokens", Part(Input, Within, Some(A::UsageCacheWriteInputTokens))),
    ("output_token_details.reasoning_tokens", Part(Output, Within, Some(A::UsageReasoningOutputTokens))),
    ("output_token_details.text_tokens", Part(Output, Within, Some(A::UsageTextOutputTokens))),

    // Ollama.
    ("prompt_eval_count", Whole(Input)),
    ("eval_count", Whole(Output)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_one_meaning() {
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
