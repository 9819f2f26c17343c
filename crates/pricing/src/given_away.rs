//! Free models that have no price per token.

use tracing_genai_usage::Unit;

/// The suffix of free model ids at routers. Source: <https://openrouter.ai/docs/faq>.
const FREE_SUFFIX: &str = ":free";

/// Free models without a price per token, by provider and id. Google's are free on the Gemini API, but not on Vertex
/// AI, see [`names::is_vertex`](crate::names::is_vertex). Sources:
/// <https://ai.google.dev/gemini-api/docs/pricing> ("free of charge"),
/// <https://platform.openai.com/docs/models/omni-moderation-latest>,
/// <https://docs.github.com/en/copilot/concepts/billing/copilot-requests> (included models).
const FREE_MODELS: &[(&str, &str)] = &[
    ("google", "gemma-3"),
    ("google", "gemma-3n"),
    ("google", "gemma-4-26b-a4b-it"),
    ("google", "gemma-4-31b-it"),
    ("openai", "moderation"),
    ("github-copilot", "gpt-3.5-turbo"),
    ("github-copilot", "gpt-4.1"),
    ("github-copilot", "gpt-4o"),
    ("github-copilot", "gpt-4o-mini"),
];

/// Whether a model without prices is free.
pub(crate) fn is_given_away(provider: &str, model: &str) -> bool {
    model.ends_with(FREE_SUFFIX) || FREE_MODELS.contains(&(provider, model))
}

/// The free units of a model without prices: all if `everything`, else its input and output without tool calls.
pub(crate) fn free_units(everything: bool) -> u64 {
    let of_model = |unit: &&Unit| everything || **unit == Unit::Requests || unit.dimensions().direction.is_some();
    Unit::ALL
        .iter()
        .filter(of_model)
        .fold(0, |bits, &unit| bits | 1 << unit as u8)
}
