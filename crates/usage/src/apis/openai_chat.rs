//! The rules of chat completions and embeddings: `prompt_tokens` includes cached tokens, `completion_tokens` mostly
//! includes reasoning, and a stream carries its usage in the last chunk.
//!
//! Source: <https://platform.openai.com/docs/api-reference/chat/object>. Where others differ:
//! - xAI's `completion_tokens` leave reasoning out, which `total_tokens` includes: <https://docs.x.ai/docs/guides/reasoning>.
//! - Perplexity bills reasoning and citations beside `completion_tokens`, states searches, and `cost.total_cost` in USD:
//!   <https://docs.perplexity.ai/guides/pricing>.
//! - Groq puts the usage of a stream under `x_groq`: <https://console.groq.com/docs/api-reference>.
//! - `DeepSeek` splits the prompt into cache hits and misses: <https://api-docs.deepseek.com/api/create-chat-completion>.
//! - `OpenRouter` adds `cost`, and what one's own key paid upstream:
//!   <https://openrouter.ai/docs/use-cases/usage-accounting>.
//! - Moonshot, Together and Databricks state cached tokens at the top of `usage`.

use serde::Deserialize;

use super::{Gather, NewsKeys};
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// Choices of one response whose finish reasons are kept.
const MAX_CHOICES: usize = 128;

#[derive(Deserialize)]
struct Completion<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    service_tier: Maybe<String>,
    #[serde(default)]
    choices: Maybe<Vec<Choice>>,
    #[serde(default, borrow)]
    usage: Object<Counts<'a>>,
    #[serde(default, borrow)]
    x_groq: Object<Groq<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    index: Maybe<usize>,
    #[serde(default)]
    finish_reason: Maybe<String>,
}

#[derive(Deserialize)]
struct Groq<'a> {
    #[serde(default, borrow)]
    usage: Object<Counts<'a>>,
}

#[derive(Deserialize)]
struct Counts<'a> {
    #[serde(default, borrow)]
    prompt_tokens: Field<'a>,
    #[serde(default, borrow)]
    completion_tokens: Field<'a>,
    #[serde(default, borrow)]
    total_tokens: Field<'a>,
    #[serde(default, borrow)]
    reasoning_tokens: Field<'a>,
    #[serde(default, borrow)]
    citation_tokens: Field<'a>,
    #[serde(default, borrow)]
    num_search_queries: Field<'a>,
    #[serde(default, borrow)]
    cached_tokens: Field<'a>,
    /// What xAI's own client calls the same.
    #[serde(default, borrow)]
    cached_prompt_text_tokens: Field<'a>,
    #[serde(default, borrow)]
    prompt_cache_hit_tokens: Field<'a>,
    #[serde(default, borrow)]
    cache_read_input_tokens: Field<'a>,
    #[serde(default, borrow)]
    prompt_tokens_details: Object<PromptDetails<'a>>,
    #[serde(default, borrow)]
    completion_tokens_details: Object<CompletionDetails<'a>>,
    #[serde(default, borrow)]
    cost: Field<'a>,
    #[serde(default, borrow)]
    cost_in_usd_ticks: Field<'a>,
    #[serde(default)]
    is_byok: Maybe<bool>,
    #[serde(default, borrow)]
    cost_details: Object<CostDetails<'a>>,
}

#[derive(Deserialize)]
struct PromptDetails<'a> {
    #[serde(default, borrow, rename = "cached_tokens")]
    cached: Field<'a>,
    #[serde(default, borrow, rename = "cache_write_tokens")]
    cache_write: Field<'a>,
    #[serde(default, borrow, rename = "audio_tokens")]
    audio: Field<'a>,
}

#[derive(Deserialize)]
struct CompletionDetails<'a> {
    #[serde(default, borrow)]
    reasoning_tokens: Field<'a>,
    #[serde(default, borrow)]
    audio_tokens: Field<'a>,
}

#[derive(Deserialize)]
struct CostObject<'a> {
    #[serde(default, borrow)]
    total_cost: Field<'a>,
}

#[derive(Deserialize)]
struct CostDetails<'a> {
    #[serde(default, borrow)]
    upstream_inference_cost: Field<'a>,
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
            telling: &["usage", "finish_reason", "error"],
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
        if let Some(counts) = completion.usage.0.or(completion.x_groq.0.and_then(|groq| groq.usage.0)) {
            take(reading, &counts, self.beside);
            // The tier that was billed comes with what is billed.
            update(&mut reading.service_tier, completion.service_tier.0);
        }
        if let Some(error) = provider_error(completion.error) {
            reading.error = Some(error);
        }
        for choice in completion.choices.0.unwrap_or_default() {
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

fn take(reading: &mut Reading, counts: &Counts<'_>, beside: Beside) {
    // Voyage states of embeddings only the total. Of a chat it would say nothing of its parts.
    let total = match beside {
        Beside::Nothing => counts.total_tokens.count(),
        _ => Count::Absent,
    };
    let prompt = counts.prompt_tokens.count().or(total);
    let details = counts.prompt_tokens_details.0.as_ref();
    let cached = details.map_or(Count::Absent, |details| details.cached.count());
    let cached = cached
        .or(counts.prompt_cache_hit_tokens.count())
        .or(counts.cached_tokens.count())
        .or(counts.cached_prompt_text_tokens.count())
        .or(counts.cache_read_input_tokens.count());
    reading.take(Unit::InputTokens, "usage.prompt_tokens", prompt);
    reading.take(
        Unit::CacheReadTokens,
        "usage.prompt_tokens_details.cached_tokens",
        cached,
    );
    if let Some(details) = details {
        let written = "usage.prompt_tokens_details.cache_write_tokens";
        reading.take(Unit::CacheWriteTokens, written, details.cache_write.count());
        let audio = "usage.prompt_tokens_details.audio_tokens";
        reading.take(Unit::InputAudioTokens, audio, details.audio.count());
    }
    let details = counts.completion_tokens_details.0.as_ref();
    let reasoning = details.map_or(Count::Absent, |details| details.reasoning_tokens.count());
    let reasoning = reasoning.or(counts.reasoning_tokens.count());
    if let Some(details) = details {
        let audio = "usage.completion_tokens_details.audio_tokens";
        reading.take(Unit::OutputAudioTokens, audio, details.audio_tokens.count());
    }
    let completion = counts.completion_tokens.count();
    let citations = counts.citation_tokens.count();
    let output = match beside {
        Beside::ReasoningAndCitations => sum(&[completion, counts.reasoning_tokens.count(), citations]),
        _ if is_beside(reasoning, completion, prompt, counts.total_tokens.count(), beside) => {
            sum(&[completion, reasoning])
        }
        _ => completion,
    };
    let field = "usage.completion_tokens_details.reasoning_tokens";
    // More of a part than of the whole that the total confirms is an estimate that failed.
    let is_credible = !matches!((reasoning, output), (Count::Given(part), Count::Given(whole)) if part > whole);
    if is_credible {
        reading.take(Unit::OutputReasoningTokens, field, reasoning);
    }
    reading.take(Unit::OutputTokens, "usage.completion_tokens", output);
    if beside == Beside::ReasoningAndCitations {
        reading.take(Unit::OutputCitationTokens, "usage.citation_tokens", citations);
        reading.take(
            Unit::WebSearches,
            "usage.num_search_queries",
            counts.num_search_queries.count(),
        );
    }
    update(
        &mut reading.reported_cost,
        reported_cost(counts.cost, counts.cost_in_usd_ticks),
    );
    if counts.is_byok.0 == Some(true) {
        let upstream = counts
            .cost_details
            .0
            .as_ref()
            .and_then(|details| details.upstream_inference_cost.decimal());
        update(&mut reading.upstream_cost, upstream.map(str::to_owned));
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

/// The cost in USD as `OpenRouter` states it, Perplexity in an object, or xAI in ticks, of which a dollar has 10^10
/// (<https://docs.x.ai/developers/cost-tracking>).
pub(super) fn reported_cost(cost: Field<'_>, ticks: Field<'_>) -> Option<String> {
    if let Some(amount) = cost.decimal() {
        return Some(amount.to_owned());
    }
    let object: Option<CostObject<'_>> = cost.json().and_then(|cost| object(cost.as_bytes()).ok());
    if let Some(amount) = object.as_ref().and_then(|object| object.total_cost.decimal()) {
        return Some(amount.to_owned());
    }
    match ticks.count() {
        Count::Given(ticks) => Some(format!("{}.{:010}", ticks / TICKS_A_DOLLAR, ticks % TICKS_A_DOLLAR)),
        Count::Absent | Count::Invalid => None,
    }
}

const TICKS_A_DOLLAR: u64 = 10_000_000_000;
