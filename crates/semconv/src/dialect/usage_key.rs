//! The keys of JSON objects of what a call used: Langfuse's buckets, and what providers and SDKs call them.

use super::usage_name::{begins, is_cost_or_duration, is_spelled};
use crate::Attribute;

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
    /// Something that has no attribute but a name of ours, which follows [`USAGE_PREFIX`](crate::own::USAGE_PREFIX).
    Own(&'static str),
    /// It says nothing that others do not; the text says why.
    Redundant(&'static str),
}

use Attribute as A;
use Place::{Beside, Within};
use Side::{Input, Output};
use UsageKey::{CacheWrite, CacheWrite1h, Own, Part, Redundant, Total, Unit, Whole};

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
        let is_key = |(name, _): &&(&str, Self)| is_spelled(key, name) || (name.ends_with('.') && begins(key, name));
        let found = KEYS.iter().find(is_key).map(|(_, meaning)| *meaning);
        found.or_else(|| is_cost_or_duration(key).then_some(Redundant(COST)))
    }
}

const SPLIT: &str = "a part of the tokens written to the cache, at the shortest lifetime's price";
const COST: &str = "a cost or a duration, not a count";
const AGAIN: &str = "the same counts once more";
const DOCUMENT: &str = "a part of the input, at the price of text";
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
    ("server_tool_use_details.tool_calls_requested", Redundant("tools of every kind, of which those with a fee are counted by name")),
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

    ("cache_details.5m", Redundant(SPLIT)),
    ("cache_details.1h", Part(Input, Within, Some(A::UsageCacheWrite1hInputTokens))),

    // Cohere's, which bills other counts than it makes.
    ("billed_units.input_tokens", Whole(Input)),
    ("billed_units.output_tokens", Whole(Output)),
    ("tokens.", Redundant("counts that are not billed")),

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
    ("prompt_tokens_details.video", Own("input_video_tokens")),
    ("prompt_tokens_details.document", Redundant(DOCUMENT)),
    ("prompt_token_details.video", Own("input_video_tokens")),
    ("prompt_token_details.document", Redundant(DOCUMENT)),
    ("candidates_tokens_details.video", Own("output_video_tokens")),
    ("response_tokens_details.video", Own("output_video_tokens")),
    ("cache_tokens_details.video", Own("cache_video_read_tokens")),
    ("cache_tokens_details.document", Redundant(DOCUMENT)),
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
