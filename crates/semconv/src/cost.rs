//! The attributes for a call's cost in addition to `gen_ai.usage.cost`, by vocabulary.

/// The amount; proposed by semantic-conventions-genai#443.
pub const AMOUNT: &str = "gen_ai.usage.cost.amount";
/// The currency of [`AMOUNT`], by ISO 4217.
pub const CURRENCY: &str = "gen_ai.usage.cost.currency";
/// The source of [`AMOUNT`]: `provider` if reported in the response, `local` if computed.
pub const SOURCE: &str = "gen_ai.usage.cost.source";

/// The total cost in OpenInference.
pub const LLM_TOTAL: &str = "llm.cost.total";
/// The cost of input, including cached tokens.
pub const LLM_PROMPT: &str = "llm.cost.prompt";
/// The cost of output.
pub const LLM_COMPLETION: &str = "llm.cost.completion";
/// The cost of uncached input.
pub const LLM_PROMPT_INPUT: &str = "llm.cost.prompt_details.input";
/// The cost of input read from a cache.
pub const LLM_PROMPT_CACHE_READ: &str = "llm.cost.prompt_details.cache_read";
/// The cost of input written to a cache.
pub const LLM_PROMPT_CACHE_WRITE: &str = "llm.cost.prompt_details.cache_write";

/// The total cost in Pydantic Logfire.
pub const OPERATION: &str = "operation.cost";

/// Whether the name is an attribute for a call's cost.
pub fn is_cost_key(name: &str) -> bool {
    [
        crate::Attribute::UsageCost.name(),
        AMOUNT,
        CURRENCY,
        SOURCE,
        LLM_TOTAL,
        LLM_PROMPT,
        LLM_COMPLETION,
        LLM_PROMPT_INPUT,
        LLM_PROMPT_CACHE_READ,
        LLM_PROMPT_CACHE_WRITE,
        OPERATION,
    ]
    .contains(&name)
}
