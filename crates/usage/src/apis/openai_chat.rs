//! The rules of chat completions and embeddings: `prompt_tokens` includes cached tokens, `completion_tokens` mostly
//! includes reasoning, and a stream carries its usage in the last chunk.
//!
//! Source: <https://platform.openai.com/docs/api-reference/chat/object>. Where others differ:
//! - xAI's `completion_tokens` leave reasoning out, which `total_tokens` includes: <https://docs.x.ai/docs/guides/reasoning>;
//!   its live search counts sources: <https://docs.x.ai/docs/guides/live-search>.
//! - Perplexity bills reasoning and citations beside `completion_tokens`, states searches, and `cost.total_cost` in USD:
//!   <https://docs.perplexity.ai/guides/pricing>.
//! - Groq puts the usage of a stream under `x_groq`: <https://console.groq.com/docs/api-reference>; Moonshot puts it into
//!   the last choice: <https://platform.moonshot.ai/docs/api/chat>.
//! - `DeepSeek` splits the prompt into cache hits and misses: <https://api-docs.deepseek.com/api/create-chat-completion>.
//! - `OpenRouter` adds `cost`, and what one's own key paid upstream:
//!   <https://openrouter.ai/docs/use-cases/usage-accounting>; `DeepInfra` calls it `estimated_cost`:
//!   <https://deepinfra.com/docs/openai_api>.
//! - Cached tokens stand at the top of `usage` at Moonshot, Together, Mistral and Databricks. Tokens written to a cache have
//!   a name at each gateway: Alibaba's (<https://help.aliyun.com/zh/model-studio/context-cache>), `LiteLLM`'s
//!   (<https://docs.litellm.ai/docs/completion/prompt_caching>), Databricks'. All of them are within `prompt_tokens`.
//! - Mistral's Voxtral counts seconds of audio beside tokens: <https://docs.mistral.ai/capabilities/audio/>.
//! - `MiniMax` reports errors under `base_resp`, with a status of 200: <https://platform.minimax.io/docs/api-reference/errorcode>.

use serde::Deserialize;

use super::{Gather, NewsKeys};
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::{Figures, Part};
use crate::provider_error::{ProviderError, provider_error};
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// Choices of one response whose finish reasons are kept.
const MAX_CHOICES: usize = 128;

/// Numbers of a usage that say nothing new, and why.
const KNOWN: &[(&str, &str)] = &[
    ("total_tokens", "the sum of prompt and completion"),
    ("prompt_cache_miss_tokens", "the prompt less its cached part"),
    (
        "prompt_tokens_details.text_tokens",
        "the prompt less its other modalities",
    ),
    (
        "completion_tokens_details.text_tokens",
        "the completion less its other modalities",
    ),
    (
        "completion_tokens_details.accepted_prediction_tokens",
        "within the completion, at its price",
    ),
    (
        "completion_tokens_details.rejected_prediction_tokens",
        "within the completion, at its price",
    ),
    ("cost_details", "the parts of `cost`"),
    ("cost", "the parts of the total that is read"),
    ("pydantic_ai_gateway", "the gateway's own estimate of the cost"),
    ("queue_time", "a duration"),
    ("prompt_time", "a duration"),
    ("completion_time", "a duration"),
    ("total_time", "a duration"),
    ("time_info", "durations"),
    ("x_details", "the same counts once more"),
    (
        "prompt_tokens_details.cached_tokens_details",
        "the cached tokens by modality, at one price",
    ),
    (
        "server_tool_use.tool_calls_requested",
        "tools of every kind, of which those with a fee are counted by name",
    ),
    (
        "server_tool_use.tool_calls_executed",
        "tools of every kind, of which those with a fee are counted by name",
    ),
    (
        "server_tool_use_details.tool_calls_requested",
        "tools of every kind, of which those with a fee are counted by name",
    ),
    (
        "server_tool_use_details.tool_calls_executed",
        "tools of every kind, of which those with a fee are counted by name",
    ),
    ("request_count", "requests, of which a response is one"),
    ("total_characters", "the text once more"),
    ("text_tokens", "the part of the total of an embedding that is text"),
    ("total_time_sec", "a duration"),
    ("total_prompt_time_sec", "a duration"),
    ("total_completion_time_sec", "a duration"),
    ("avg_tok_per_sec", "a pace"),
    ("avg_prompt_tok_per_sec", "a pace"),
    ("avg_compl_tok_per_sec", "a pace"),
    ("prompt_tokens_details.cache_type", "a word"),
];

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    service_tier: Maybe<String>,
    #[serde(default, borrow)]
    choices: Maybe<Vec<Choice<'a>>>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    x_groq: Object<Groq<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
    #[serde(default, borrow)]
    base_resp: Object<BaseResponse<'a>>,
    /// Venice states it beside the usage, in dollars and in its own currency.
    #[serde(default, borrow)]
    cost: Object<Stated<'a>>,
}

#[derive(Deserialize)]
struct Stated<'a> {
    #[serde(default, borrow)]
    usd: Field<'a>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(default)]
    index: Maybe<usize>,
    #[serde(default)]
    finish_reason: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
}

#[derive(Deserialize)]
struct Groq<'a> {
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
}

#[derive(Deserialize)]
struct BaseResponse<'a> {
    #[serde(default, borrow)]
    status_code: Field<'a>,
    #[serde(default)]
    status_msg: Maybe<String>,
}

/// What stands beside `completion_tokens` and not within them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nothing: there is no completion, and a total without its parts is all input.
    Nothing,
    /// Nothing, unless the total or the counts themselves prove that reasoning does.
    WhatTheSumsSay,
    /// Reasoning, unless the total disproves it.
    Reasoning,
    /// Reasoning and citations, which stand at the top of the usage and are in no total.
    ReasoningAndCitations,
}

/// What is known so far of one chat completion or embedding.
pub(super) struct Gathered {
    reading: Reading,
    beside: Beside,
    /// Choices may end in any order.
    finished: Vec<(usize, String)>,
}

impl Gathered {
    pub(super) fn new(beside: Beside) -> Self {
        Self {
            reading: Reading::default(),
            beside,
            finished: Vec::new(),
        }
    }

    fn ends(&mut self, index: usize, reason: String) {
        if let Some(known) = self.finished.iter_mut().find(|(known, _)| *known == index) {
            known.1 = reason;
        } else if self.finished.len() < MAX_CHOICES {
            self.finished.push((index, reason));
        }
    }
}

impl Gather for Gathered {
    fn news_keys(&self) -> NewsKeys {
        NewsKeys {
            telling: &["usage", "finish_reason", "error", "base_resp", "cost"],
            id: &["id"],
            model: &["model"],
        }
    }

    /// Takes over a whole body or one chunk.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let completion: Completion<'_> = object(json)?;
        let reading = &mut self.reading;
        name(&mut reading.response_id, completion.id.0);
        name(&mut reading.model, completion.model.0);
        let mut choices = completion.choices.0.unwrap_or_default();
        let usage = completion
            .usage
            .0
            .or_else(|| completion.x_groq.0.and_then(|groq| groq.usage.0))
            .or_else(|| choices.iter_mut().find_map(|choice| choice.usage.0.take()));
        if let Some(figures) = usage {
            take(reading, &figures.whole(), self.beside);
            reading.take_unread(&figures, KNOWN);
            // The tier that was billed comes with what is billed.
            update(&mut reading.service_tier, completion.service_tier.0);
        }
        let stated = completion.cost.0.and_then(|cost| cost.usd.decimal());
        update(&mut reading.reported_cost, stated.map(str::to_owned));
        let error = provider_error(completion.error);
        if let Some(error) = error.or_else(|| completion.base_resp.0.and_then(BaseResponse::error)) {
            reading.error = Some(error);
        }
        for choice in choices {
            if let Some(reason) = choice.finish_reason.0 {
                self.ends(choice.index.0.unwrap_or_default(), reason);
            }
        }
        Ok(())
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(mut self: Box<Self>) -> Reading {
        self.finished.sort_by_key(|&(index, _)| index);
        self.reading.finish_reasons = self.finished.into_iter().map(|(_, reason)| reason).collect();
        self.reading.finished()
    }
}

impl BaseResponse<'_> {
    /// The error, which has a code other than zero.
    fn error(self) -> Option<ProviderError> {
        let code = self.status_code.decimal().filter(|code| *code != "0")?;
        Some(ProviderError {
            kind: code.to_owned(),
            message: self.status_msg.0.unwrap_or_default(),
        })
    }
}

fn take(reading: &mut Reading, usage: &Part<'_, '_>, beside: Beside) {
    let total = usage.count("total_tokens");
    // Voyage states of embeddings only the total. Of a chat it would say nothing of its parts.
    let prompt = match beside {
        Beside::Nothing => usage.count("prompt_tokens").or(total),
        _ => usage.count("prompt_tokens"),
    };
    // What Mistral's connectors put into the prompt stands beside it.
    let connectors = usage.count("connector_tokens");
    let prompt = match prompt {
        Count::Given(_) => sum(&[prompt, connectors]),
        prompt => prompt,
    };
    take_used(reading, Unit::InputToolTokens, "usage.connector_tokens", connectors);
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
        take_used(reading, unit, "usage.completion_tokens_details", usage.count(path));
    }
    let completion = usage.count("completion_tokens");
    let output = match beside {
        Beside::ReasoningAndCitations => {
            let citations = usage.count("citation_tokens");
            reading.take(Unit::OutputCitationTokens, "usage.citation_tokens", citations);
            let searches = usage.count("num_search_queries");
            reading.take(Unit::WebSearches, "usage.num_search_queries", searches);
            sum(&[completion, usage.count("reasoning_tokens"), citations])
        }
        _ if is_beside(reasoning, completion, prompt, total, beside) => sum(&[completion, reasoning]),
        _ => completion,
    };
    // More of a part than of the whole that the total confirms is an estimate that failed.
    let is_credible = !matches!((reasoning, output), (Count::Given(part), Count::Given(whole)) if part > whole);
    if is_credible {
        let field = "usage.completion_tokens_details.reasoning_tokens";
        reading.take(Unit::OutputReasoningTokens, field, reasoning);
    }
    reading.take(Unit::OutputTokens, "usage.completion_tokens", output);
    if beside != Beside::ReasoningAndCitations {
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
        // What xAI's own client calls the same.
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
    ]);
    let written = written.or(sum(&by_lifetime.map(|(_, count)| count)));
    let field = "usage.prompt_tokens_details.cache_write_tokens";
    reading.take(Unit::CacheWriteTokens, field, written);
    for (unit, count) in by_lifetime {
        take_used(reading, unit, "usage.prompt_tokens_details.cache_creation", count);
    }
    let seconds = usage.count_rounded_up("prompt_audio_seconds");
    // A chat has no other audio by the second than what goes in.
    for unit in [Unit::InputAudioSeconds, Unit::AudioSeconds] {
        take_used(reading, unit, "usage.prompt_audio_seconds", seconds);
    }
    let audio = usage.count("prompt_tokens_details.audio_tokens");
    // Audio that is billed by the second is not billed by the token.
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
        take_used(reading, unit, "usage.prompt_tokens_details", usage.count(path));
    }
}

/// The calls of tools that the provider ran: xAI's sources, `OpenRouter`'s and `LiteLLM`'s searches, Mistral's connectors.
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
        take_used(reading, unit, "usage.server_tool_use", usage.first(paths));
    }
}

/// Takes over a count above zero: where a provider's template writes zeros of what it never counts, nothing is said.
pub(super) fn take_used(reading: &mut Reading, unit: Unit, field: &'static str, count: Count) {
    if count != Count::Given(0) {
        reading.take(unit, field, count);
    }
}

/// Whether reasoning stands beside the completion. A total says so or denies it; without one, the API's rule holds, and
/// more reasoning than completion proves it.
fn is_beside(reasoning: Count, completion: Count, prompt: Count, total: Count, rule: Beside) -> bool {
    let (Count::Given(reasoning @ 1..), Count::Given(completion)) = (reasoning, completion) else {
        return false;
    };
    let by_rule = rule == Beside::Reasoning || reasoning > completion;
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

/// Takes over the cost in USD as a gateway states it, and what one's own key paid upstream: `OpenRouter` as a number,
/// Perplexity in an object, xAI in ticks, of which a dollar has 10^10 (<https://docs.x.ai/developers/cost-tracking>).
pub(super) fn take_cost(reading: &mut Reading, usage: &Part<'_, '_>) {
    let stated = ["cost", "cost.total_cost", "estimated_cost"];
    let mut stated = stated.map(|path| usage.decimal(path)).into_iter().flatten();
    let ticks = usage.count("cost_in_usd_ticks");
    let cost = match (stated.next(), ticks) {
        (Some(amount), _) => Some(amount.to_owned()),
        (None, Count::Given(ticks)) => Some(format!("{}.{:010}", ticks / TICKS_A_DOLLAR, ticks % TICKS_A_DOLLAR)),
        _ => None,
    };
    update(&mut reading.reported_cost, cost);
    let upstream = usage.decimal("cost_details.upstream_inference_cost");
    if usage.is_true("is_byok") {
        update(&mut reading.upstream_cost, upstream.map(str::to_owned));
    }
}

const TICKS_A_DOLLAR: u64 = 10_000_000_000;
