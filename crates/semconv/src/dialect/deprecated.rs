//! Names that the conventions replaced.

use super::definition::Dialect;
use super::structure::Structure;
use crate::Attribute;

#[rustfmt::skip]
pub(super) const DEPRECATED: Dialect = Dialect {
    name: "deprecated gen_ai.*",
    source: "semantic-conventions 1.27 to 1.41 (`gen_ai.system` until 1.37), semantic-conventions-genai#440",
    renames: &[
        ("gen_ai.system", Attribute::ProviderName),
        ("gen_ai.usage.prompt_tokens", Attribute::UsageInputTokens),
        ("gen_ai.usage.completion_tokens", Attribute::UsageOutputTokens),
        ("gen_ai.usage.cache_creation.input_tokens", Attribute::UsageCacheWriteInputTokens),
        ("gen_ai.openai.request.seed", Attribute::RequestSeed),
        ("gen_ai.openai.request.response_format", Attribute::OutputType),
        ("gen_ai.openai.request.service_tier", Attribute::OpenaiRequestServiceTier),
        ("gen_ai.openai.response.service_tier", Attribute::OpenaiResponseServiceTier),
        ("gen_ai.openai.response.system_fingerprint", Attribute::OpenaiResponseSystemFingerprint),
        // Proposed and de facto names of the cost.
        (crate::cost::AMOUNT, Attribute::UsageCost),
        (crate::cost::OPERATION, Attribute::UsageCost),
    ],
    structures: &[
        ("gen_ai.prompt", Structure::Messages(Attribute::InputMessages)),
        ("gen_ai.completion", Structure::Messages(Attribute::OutputMessages)),
    ],
    redundant: &[
        ("gen_ai.usage.input_cost", "a computed cost, not a count"),
        ("gen_ai.usage.output_cost", "a computed cost, not a count"),
        ("gen_ai.usage.total_cost", "a computed cost, not a count"),
    ],
    totals: &["gen_ai.usage.total_tokens"],
    // Current names that end with the user's own: variables of a prompt.
    content_prefixes: &["gen_ai.prompt.variable."],
    ..Dialect::EMPTY
};
