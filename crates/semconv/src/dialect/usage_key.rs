//! Under which names counts of what a call used stand, and the keys of JSON objects of them: Langfuse's buckets, and what
//! providers and SDKs call them.

use crate::Attribute;

/// What the names begin with under which counts of what a call used stand.
const USAGE_PREFIXES: [&str; 4] = ["gen_ai.usage.", "llm.usage.", "llm.token_count.", "ai.usage."];

/// Whether a number under that name is a count of what a call used. Where [`meaning`](crate::meaning) does not know the name, it is one that
/// nothing reads.
///
/// ```
/// use tracing_genai_semconv::{counts_usage, meaning};
///
/// assert!(counts_usage("gen_ai.usage.poems") && meaning("gen_ai.usage.poems").is_none());
/// assert!(!counts_usage("gen_ai.request.seed"));
/// ```
pub fn counts_usage(name: &str) -> bool {
    // Most names of others are told apart by their first byte.
    matches!(name.as_bytes().first(), Some(b'a' | b'g' | b'l'))
        && USAGE_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

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

    /// What `key` counts; `None` where it is not known.
    ///
    /// ```
    /// use tracing_genai_semconv::dialect::{Side, UsageKey};
    ///
    /// assert_eq!(UsageKey::of("prompt_tokens"), Some(UsageKey::Whole(Side::Input)));
    /// assert_eq!(UsageKey::of("poems"), None);
    /// ```
    pub fn of(key: &str) -> Option<Self> {
        KEYS.iter().find(|(name, _)| *name == key).map(|(_, meaning)| *meaning)
    }
}

const SPLIT: &str = "a part of the tokens written to the cache, at the shortest lifetime's price";
const COST: &str = "a cost, not a count";
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
    ("time_to_first_token", Redundant("a duration")),

    // What some compute beside the counts.
    ("cost", Redundant(COST)),
    ("total_cost", Redundant(COST)),
    ("input_cost", Redundant(COST)),
    ("output_cost", Redundant(COST)),
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
