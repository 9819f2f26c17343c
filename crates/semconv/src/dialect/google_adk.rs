//! Google's Agent Development Kit: its names in addition to the conventions'.

use super::definition::Dialect;
use crate::Attribute;

/// `experimental.reasoning_tokens` is not read: older versions exclude it from the output, later ones include it.
#[rustfmt::skip]
pub(super) const GOOGLE_ADK: Dialect = Dialect {
    name: "Google ADK",
    source: "`google/adk/telemetry` of adk-python and its port to Java",
    renames: &[
        ("gen_ai.usage.experimental.input_text_tokens", Attribute::UsageTextInputTokens),
        ("gen_ai.usage.experimental.input_image_tokens", Attribute::UsageImageInputTokens),
        ("gen_ai.usage.experimental.input_audio_tokens", Attribute::UsageAudioInputTokens),
        ("gen_ai.usage.experimental.output_text_tokens", Attribute::UsageTextOutputTokens),
        ("gen_ai.usage.experimental.output_image_tokens", Attribute::UsageImageOutputTokens),
        ("gen_ai.usage.experimental.output_audio_tokens", Attribute::UsageAudioOutputTokens),
    ],
    redundant: &[
        ("gen_ai.usage.system_instruction_tokens", "a part of the input, at its price"),
        ("gen_ai.usage.reasoning_tokens_limit", "a limit of the request"),
        ("gen_ai.usage.experimental.system_instruction_tokens", "a part of the input, at its price"),
        ("gen_ai.usage.experimental.reasoning_tokens_limit", "a limit of the request"),
    ],
    ..Dialect::EMPTY
};
