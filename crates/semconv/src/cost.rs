//! The attributes that carry a call's cost beside `gen_ai.usage.cost`, by whose vocabulary they are.

/// The amount, as semantic-conventions-genai#443 proposes it.
pub const AMOUNT: &str = "gen_ai.usage.cost.amount";
/// Its currency, by ISO 4217.
pub const CURRENCY: &str = "gen_ai.usage.cost.currency";
/// Who said so: `provider` in its response, or `local` where it was computed.
pub const SOURCE: &str = "gen_ai.usage.cost.source";

/// The whole, as OpenInference has it.
pub const LLM_TOTAL: &str = "llm.cost.total";
/// The part for input, cached tokens included.
pub const LLM_PROMPT: &str = "llm.cost.prompt";
/// The part for output.
pub const LLM_COMPLETION: &str = "llm.cost.completion";
/// Of the input, the part for tokens that were neither read from nor written to a cache.
pub const LLM_PROMPT_INPUT: &str = "llm.cost.prompt_details.input";
/// Of the input, the part for tokens read from a cache.
pub const LLM_PROMPT_CACHE_READ: &str = "llm.cost.prompt_details.cache_read";
/// Of the input, the part for tokens written to a cache.
pub const LLM_PROMPT_CACHE_WRITE: &str = "llm.cost.prompt_details.cache_write";

/// The whole, as Pydantic Logfire has it.
pub const OPERATION: &str = "operation.cost";

/// Whether the name is one under which a call's cost may go out.
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
