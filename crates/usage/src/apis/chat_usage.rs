//! The usage object of chat completions: `prompt_tokens` includes cached tokens, `completion_tokens` usually includes
//! reasoning.
//!
//! Source: <https://platform.openai.com/docs/api-reference/chat/object>. Exceptions:
//! - xAI's `completion_tokens` exclude reasoning, which `total_tokens` includes:
//!   <https://docs.x.ai/docs/guides/reasoning>; its live search counts sources:
//!   <https://docs.x.ai/docs/guides/live-search>.
//! - Perplexity bills reasoning and citations beside `completion_tokens`, and reports searches and `cost.total_cost` in
//!   USD: <https://docs.perplexity.ai/guides/pricing>.
//! - `DeepSeek` splits the prompt into cache hits and misses: <https://api-docs.deepseek.com/api/create-chat-completion>.
//! - `OpenRouter` adds `cost`, and the upstream cost paid with the user's own key:
//!   <https://openrouter.ai/docs/use-cases/usage-accounting>; `DeepInfra` calls it `estimated_cost`:
//!   <https://deepinfra.com/docs/openai_api>.
//! - Cached tokens are at the top level of `usage` at Moonshot, Together, Mistral and Databricks. Cache writes have
//!   different names at Alibaba (<https://help.aliyun.com/zh/model-studio/context-cache>), `LiteLLM`
//!   (<https://docs.litellm.ai/docs/completion/prompt_caching>) and Databricks. `prompt_tokens` includes all of them.
//! - Mistral's Voxtral counts seconds of audio beside tokens: <https://docs.mistral.ai/capabilities/audio/>.

use crate::field::{Count, sum};
use crate::figures::{Figures, Part};
use crate::reading::Reading;
use crate::unit::Unit;

use super::stated_cost::take_cost;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("total_tokens", "the sum of prompt and completion"),
    ("prompt_cache_miss_tokens", "the prompt without its cached part"),
    (
        "prompt_tokens_details.text_tokens",
        "the prompt without its other modalities",
    ),
    (
        "completion_tokens_details.text_tokens",
        "the completion without its other modalities",
    ),
    (
        "completion_tokens_details.accepted_prediction_tokens",
        "included in the completion, at its price",
    ),
    (
        "completion_tokens_details.rejected_prediction_tokens",
        "included in the completion, at its price",
    ),
    ("cost_details", "the parts of `cost`"),
    ("pydantic_ai_gateway", "the gateway's own estimate of the cost"),
    ("queue_time", "a duration"),
    ("prompt_time", "a duration"),
    ("completion_time", "a duration"),
    ("total_time", "a duration"),
    ("time_info", "durations"),
    (
        "prompt_tokens_details.cached_tokens_details",
        "the cached tokens by modality, at one price",
    ),
    (
        "server_tool_use.tool_calls_requested",
        "tools of every kind; those with a fee are counted by name",
    ),
    (
        "server_tool_use_details.tool_calls_requested",
        "tools of every kind; those with a fee are counted by name",
    ),
    ("request_count", "requests: one per response"),
    ("total_characters", "the text, repeated"),
    ("text_tokens", "the part of the total of an embedding that is text"),
    ("total_time_sec", "a duration"),
    ("total_prompt_time_sec", "a duration"),
    ("total_completion_time_sec", "a duration"),
    ("avg_tok_per_sec", "a rate"),
    ("avg_prompt_tok_per_sec", "a rate"),
    ("avg_compl_tok_per_sec", "a rate"),
    ("prompt_tokens_details.cache_type", "a word"),
];

/// Tokens that `completion_tokens` excludes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excluded {
    /// No completion: a total without parts is all input.
    NoCompletion,
    /// None, unless the total or the counts prove that reasoning is excluded.
    ByTotal,
    /// Reasoning, unless the total disproves it.
    Reasoning,
    /// Reasoning and citations, which are at the top level of the usage and in no total.
    ReasoningAndCitations,
}

/// Adds the counts of a usage object, and records unread numbers.
pub(super) fn take(reading: &mut Reading, figures: &Figures<'_>, excluded: Excluded) {
    let usage = figures.whole();
    take_counts(reading, &usage, excluded);
    if excluded != Excluded::NoCompletion {
        // A total may include or exclude audio billed by the second, and Perplexity's counts beside the completion.
        let audio = usage.count("prompt_tokens_details.audio_tokens");
        reading.check_total("total_tokens", usage.count("total_tokens"), audio);
    }
    if excluded == Excluded::ReasoningAndCitations {
        reading.search_type = usage.text("search_context_size").or(reading.search_type.take());
    }
    for repeated in usage.each("x_details") {
        // Alibaba's, the only place of its cache writes.
        repeated.mark_read();
    }
    reading.add_unread_numbers(figures, KNOWN);
}

fn take_counts(reading: &mut Reading, usage: &Part<'_, '_>, excluded: Excluded) {
    let total = usage.count("total_tokens");
    // Voyage reports only the total for embeddings. A chat's total has no information on its parts.
    let prompt = match excluded {
        Excluded::NoCompletion => usage.count("prompt_tokens").or(total),
        _ => usage.count("prompt_tokens"),
    };
    // Prompt tokens of Mistral's connectors are counted separately.
    let connectors = usage.count("connector_tokens");
    let prompt = match prompt {
        Count::Given(_) => sum(&[prompt, connectors]),
        prompt => prompt,
    };
    reading.take_used(Unit::InputToolTokens, "usage.connector_tokens", connectors);
    reading.take(Unit::InputTokens, "usage.prompt_tokens", prompt);
    take_prompt_details(reading, usage);
    let reasoning = usage.first(&["completion_tokens_details.reasoning_tokens", "reasoning_tokens"]);
    let audio = usage.count("completion_tokens_details.audio_tokens");
    reading.take(
        Unit::OutputAudioTokens,
        "usage.completion_tokens_details.audio_tokens",
        audio,
    );
    let details = [
        (Unit::OutputImageTokens, "completion_tokens_details.image_tokens"),
        (Unit::OutputVideoTokens, "completion_tokens_details.video_tokens"),
    ];
    for (unit, path) in details {
        reading.take_used(unit, path, usage.count(path));
    }
    let completion = usage.count("completion_tokens");
    let output = match excluded {
        Excluded::ReasoningAndCitations => {
            let citations = usage.count("citation_tokens");
            reading.take(Unit::OutputCitationTokens, "usage.citation_tokens", citations);
            let searches = usage.count("num_search_queries");
            reading.take(Unit::WebSearches, "usage.num_search_queries", searches);
            sum(&[completion, usage.count("reasoning_tokens"), citations])
        }
        _ if excludes_reasoning(reasoning, completion, prompt, total, excluded) => sum(&[completion, reasoning]),
        _ => completion,
    };
    // A part above its whole, with the whole confirmed by the total, is a wrong estimate.
    let is_credible = !matches!((reasoning, output), (Count::Given(part), Count::Given(whole)) if part > whole);
    if is_credible {
        let field = "usage.completion_tokens_details.reasoning_tokens";
        reading.take(Unit::OutputReasoningTokens, field, reasoning);
    }
    reading.take(Unit::OutputTokens, "usage.completion_tokens", output);
    if excluded != Excluded::ReasoningAndCitations {
        take_tools(reading, usage);
    }
    take_cost(reading, usage);
}

fn take_prompt_details(reading: &mut Reading, usage: &Part<'_, '_>) {
    let cached = usage.first(&[
        "prompt_tokens_details.cached_tokens",
        "prompt_token_details.cached_tokens",
        "prompt_cache_hit_tokens",
        "cached_tokens",
        "num_cached_tokens",
        // The same field in xAI's own client.
        "cached_prompt_text_tokens",
        "cache_read_input_tokens",
        "prompt_tokens_details.cache_read_input_tokens",
        "prompt_tokens_details.cache_read_tokens",
    ]);
    let field = "usage.prompt_tokens_details.cached_tokens";
    reading.take(Unit::CacheReadTokens, field, cached);
    let by_lifetime = [
        (
            Unit::CacheWrite5mTokens,
            usage.first(&[
                "prompt_tokens_details.cache_creation.ephemeral_5m_input_tokens",
                "prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens",
                "cache_creation.ephemeral_5m_input_tokens",
            ]),
        ),
        (
            Unit::CacheWrite1hTokens,
            usage.first(&[
                "prompt_tokens_details.cache_creation.ephemeral_1h_input_tokens",
                "prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens",
                "cache_creation.ephemeral_1h_input_tokens",
            ]),
        ),
    ];
    let written = usage.first(&[
        "prompt_tokens_details.cache_write_tokens",
        "prompt_tokens_details.cache_creation_tokens",
        "prompt_tokens_details.cache_creation_input_tokens",
        "cache_creation_input_tokens",
        "cache_creation_tokens",
        "x_details[0].prompt_tokens_details.cache_creation_input_tokens",
    ]);
    let written = written.or(sum(&by_lifetime.map(|(_, count)| count)));
    let field = "usage.prompt_tokens_details.cache_write_tokens";
    reading.take(Unit::CacheWriteTokens, field, written);
    for (unit, count) in by_lifetime {
        reading.take_used(unit, "usage.prompt_tokens_details.cache_creation", count);
    }
    let seconds = usage.count_rounded_up("prompt_audio_seconds");
    // In a chat, audio by the second is input.
    for unit in [Unit::InputAudioSeconds, Unit::AudioSeconds] {
        reading.take_used(unit, "usage.prompt_audio_seconds", seconds);
    }
    let audio = usage.count("prompt_tokens_details.audio_tokens");
    // Audio billed by the second is not billed by the token.
    if !matches!(seconds, Count::Given(1..)) {
        reading.take(
            Unit::InputAudioTokens,
            "usage.prompt_tokens_details.audio_tokens",
            audio,
        );
    }
    let details = [
        (Unit::InputImageTokens, "prompt_tokens_details.image_tokens"),
        (Unit::InputVideoTokens, "prompt_tokens_details.video_tokens"),
    ];
    for (unit, path) in details {
        reading.take_used(unit, path, usage.count(path));
    }
}

/// Calls of provider-run tools: xAI's sources, `OpenRouter`'s and `LiteLLM`'s searches, Mistral's connectors.
fn take_tools(reading: &mut Reading, usage: &Part<'_, '_>) {
    let tools = [
        (
            Unit::WebSearches,
            &[
                "num_sources_used",
                "server_tool_use.web_search_requests",
                "server_tool_use_details.web_search_requests",
                "prompt_tokens_details.web_search_requests",
                "connectors.web_search",
            ][..],
        ),
        (Unit::CodeExecutions, &["connectors.code_interpreter"]),
        (Unit::StorageSearches, &["connectors.document_library"]),
    ];
    for (unit, paths) in tools {
        reading.take_used(unit, "usage.server_tool_use", usage.first(paths));
    }
}

/// Whether the completion excludes reasoning. Decided by the total; without one, by the API's rule, or if reasoning
/// exceeds the completion.
fn excludes_reasoning(reasoning: Count, completion: Count, prompt: Count, total: Count, rule: Excluded) -> bool {
    let (Count::Given(reasoning @ 1..), Count::Given(completion)) = (reasoning, completion) else {
        return false;
    };
    let by_rule = rule == Excluded::Reasoning || reasoning > completion;
    let (Count::Given(prompt), Count::Given(total)) = (prompt, total) else {
        return by_rule;
    };
    // No sum of three counts of at most 2^53 overflows.
    match total.checked_sub(prompt + completion) {
        Some(0) => false,
        Some(rest) => rest == reasoning || by_rule,
        None => by_rule,
    }
}
