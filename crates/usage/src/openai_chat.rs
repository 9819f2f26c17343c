//! The rules of chat completions and embeddings: `prompt_tokens` includes cached tokens, `completion_tokens` includes
//! reasoning, and a stream carries its usage in the last chunk.
//!
//! Source: <https://platform.openai.com/docs/api-reference/chat/object>. Groq puts the usage of a stream under
//! `x_groq`; `OpenRouter` adds `cost`, Perplexity `cost.total_cost`, both in USD.

use serde::Deserialize;

use crate::field::{Field, Maybe, Object, object};
use crate::provider_error::provider_error;
use crate::reading::{Reading, update};
use crate::unit::Unit;

/// Keys without which a chunk of a stream says nothing new.
pub(crate) const TELLING_KEYS: &[&str] = &["usage", "finish_reason", "error"];

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
    index: usize,
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
    prompt_tokens_details: Object<PromptDetails<'a>>,
    #[serde(default, borrow)]
    completion_tokens_details: Object<CompletionDetails<'a>>,
    #[serde(default, borrow)]
    cost: Field<'a>,
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

/// What is known so far of one chat completion or embedding.
#[derive(Default)]
pub(crate) struct Gathered {
    reading: Reading,
    /// Choices may end in any order.
    finished: Vec<(usize, String)>,
}

impl Gathered {
    /// Takes over a whole body or one chunk.
    pub(crate) fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let completion: Completion<'_> = object(json)?;
        let reading = &mut self.reading;
        update(&mut reading.response_id, completion.id.0);
        update(&mut reading.model, completion.model.0);
        update(&mut reading.service_tier, completion.service_tier.0);
        for choice in completion.choices.0.unwrap_or_default() {
            if let Some(reason) = choice.finish_reason.0
                && self.finished.len() < MAX_CHOICES
            {
                self.finished.push((choice.index, reason));
            }
        }
        if let Some(counts) = completion.usage.0.or(completion.x_groq.0.and_then(|groq| groq.usage.0)) {
            take(reading, &counts);
        }
        if let Some(error) = provider_error(completion.error) {
            reading.error = Some(error);
        }
        Ok(())
    }

    pub(crate) fn finish(mut self) -> Reading {
        self.finished.sort_by_key(|&(index, _)| index);
        self.reading.finish_reasons = self.finished.into_iter().map(|(_, reason)| reason).collect();
        self.reading.finished()
    }
}

fn take(reading: &mut Reading, counts: &Counts<'_>) {
    reading.take(Unit::InputTokens, "usage.prompt_tokens", counts.prompt_tokens.count());
    reading.take(
        Unit::OutputTokens,
        "usage.completion_tokens",
        counts.completion_tokens.count(),
    );
    if let Some(details) = &counts.prompt_tokens_details.0 {
        let cached = "usage.prompt_tokens_details.cached_tokens";
        let written = "usage.prompt_tokens_details.cache_write_tokens";
        reading.take(Unit::CacheReadTokens, cached, details.cached.count());
        reading.take(Unit::CacheWriteTokens, written, details.cache_write.count());
        reading.take(
            Unit::InputAudioTokens,
            "usage.prompt_tokens_details.audio_tokens",
            details.audio.count(),
        );
    }
    if let Some(details) = &counts.completion_tokens_details.0 {
        let reasoning = "usage.completion_tokens_details.reasoning_tokens";
        let audio = "usage.completion_tokens_details.audio_tokens";
        reading.take(Unit::OutputReasoningTokens, reasoning, details.reasoning_tokens.count());
        reading.take(Unit::OutputAudioTokens, audio, details.audio_tokens.count());
    }
    update(&mut reading.reported_cost, reported_cost(counts.cost));
}

fn reported_cost(cost: Field<'_>) -> Option<String> {
    if let Some(amount) = cost.decimal() {
        return Some(amount.to_owned());
    }
    let object: CostObject<'_> = object(cost.json()?.as_bytes()).ok()?;
    object.total_cost.decimal().map(str::to_owned)
}
