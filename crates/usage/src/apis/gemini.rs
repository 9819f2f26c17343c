//! The rules of Gemini's contents: cached tokens are within `promptTokenCount`, thoughts stand beside
//! `candidatesTokenCount`, and what tools put into the prompt beside `promptTokenCount`.
//!
//! Source: <https://ai.google.dev/api/generate-content#UsageMetadata>. Every event of a stream carries the counts so far.

use serde::Deserialize;

use super::{Gather, NewsKeys};
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// Candidates of one response whose finish reasons are kept.
const MAX_CANDIDATES: usize = 128;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default, rename = "responseId")]
    response_id: Maybe<String>,
    #[serde(default, rename = "modelVersion")]
    model_version: Maybe<String>,
    #[serde(default)]
    candidates: Maybe<Vec<Candidate>>,
    #[serde(default, rename = "promptFeedback")]
    prompt_feedback: Object<PromptFeedback>,
    #[serde(default, borrow, rename = "usageMetadata")]
    usage: Object<Counts<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Candidate {
    #[serde(default)]
    index: Maybe<usize>,
    #[serde(default, rename = "finishReason")]
    finish_reason: Maybe<String>,
}

#[derive(Deserialize)]
struct PromptFeedback {
    #[serde(default, rename = "blockReason")]
    block_reason: Maybe<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Counts<'a> {
    #[serde(default, borrow)]
    prompt_token_count: Field<'a>,
    #[serde(default, borrow)]
    cached_content_token_count: Field<'a>,
    #[serde(default, borrow)]
    candidates_token_count: Field<'a>,
    #[serde(default, borrow)]
    thoughts_token_count: Field<'a>,
    #[serde(default, borrow)]
    tool_use_prompt_token_count: Field<'a>,
    #[serde(default, borrow)]
    total_token_count: Field<'a>,
    #[serde(default, borrow)]
    prompt_tokens_details: Maybe<Vec<Detail<'a>>>,
    #[serde(default, borrow)]
    cache_tokens_details: Maybe<Vec<Detail<'a>>>,
    #[serde(default, borrow)]
    candidates_tokens_details: Maybe<Vec<Detail<'a>>>,
    #[serde(default, borrow)]
    tool_use_prompt_tokens_details: Maybe<Vec<Detail<'a>>>,
    #[serde(default)]
    service_tier: Maybe<String>,
}

/// The tokens of one modality. A modality may come more than once.
#[derive(Deserialize)]
struct Detail<'a> {
    #[serde(default)]
    modality: Maybe<String>,
    #[serde(default, borrow, rename = "tokenCount")]
    count: Field<'a>,
}

/// The unit of a modality within one of the lists of details: text, audio, image, video. Pages of documents are counted
/// as images (<https://ai.google.dev/gemini-api/docs/document-processing>).
type ByModality = [Unit; 4];

const PROMPT: ByModality = [
    Unit::InputTextTokens,
    Unit::InputAudioTokens,
    Unit::InputImageTokens,
    Unit::InputVideoTokens,
];
const CACHE: ByModality = [
    Unit::CacheTextReadTokens,
    Unit::CacheAudioReadTokens,
    Unit::CacheImageReadTokens,
    Unit::CacheVideoReadTokens,
];
const CANDIDATES: ByModality = [
    Unit::OutputTextTokens,
    Unit::OutputAudioTokens,
    Unit::OutputImageTokens,
    Unit::OutputVideoTokens,
];
const TOOL_USE: ByModality = [
    Unit::InputTextToolTokens,
    Unit::InputAudioToolTokens,
    Unit::InputImageToolTokens,
    Unit::InputVideoToolTokens,
];

/// What is known so far of one response. Counts stay as they came until the end: a later event may correct each.
#[derive(Default)]
pub(super) struct Gathered {
    reading: Reading,
    finished: Vec<(usize, String)>,
    prompt: Count,
    tool_use: Count,
    candidates: Count,
    thoughts: Count,
    cached: Count,
    total: Count,
    /// Prompt, cache, candidates, tool use: by modality.
    details: [[Count; 4]; 4],
}

impl Gather for Gathered {
    fn news_keys(&self) -> NewsKeys {
        NewsKeys {
            telling: &["usageMetadata", "finishReason", "blockReason", "error"],
            id: &["responseId"],
            model: &["modelVersion"],
        }
    }

    /// Takes over a whole body or one event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let body: Body<'_> = object(json)?;
        let reading = &mut self.reading;
        name(&mut reading.response_id, body.response_id.0);
        name(&mut reading.model, body.model_version.0);
        if let Some(error) = provider_error(body.error) {
            reading.error = Some(error);
        }
        for candidate in body.candidates.0.unwrap_or_default() {
            if let Some(reason) = candidate.finish_reason.0 {
                self.ends(candidate.index.0.unwrap_or_default(), reason);
            }
        }
        if let Some(reason) = body.prompt_feedback.0.and_then(|feedback| feedback.block_reason.0) {
            self.ends(0, reason);
        }
        if let Some(counts) = body.usage.0 {
            self.take(counts);
        }
        Ok(())
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(mut self: Box<Self>) -> Reading {
        self.finished.sort_by_key(|&(index, _)| index);
        let reading = &mut self.reading;
        reading.finish_reasons = self.finished.into_iter().map(|(_, reason)| reason).collect();
        let input = sum(&[self.prompt, self.tool_use]);
        let output = match sum(&[self.candidates, self.thoughts]) {
            // A count of zero is left out, as protocol buffers do; a total that is all input says that it was one.
            Count::Absent if self.total == input && input != Count::Absent => Count::Given(0),
            output => output,
        };
        reading.take(Unit::InputTokens, "usageMetadata.promptTokenCount", input);
        reading.take(Unit::OutputTokens, "usageMetadata.candidatesTokenCount", output);
        reading.take(
            Unit::CacheReadTokens,
            "usageMetadata.cachedContentTokenCount",
            self.cached,
        );
        reading.take(
            Unit::OutputReasoningTokens,
            "usageMetadata.thoughtsTokenCount",
            self.thoughts,
        );
        reading.take(
            Unit::InputToolTokens,
            "usageMetadata.toolUsePromptTokenCount",
            self.tool_use,
        );
        let [prompt, cache, candidates, tool_use] = self.details;
        for (((unit, prompt), tool_unit), tool_use) in PROMPT.into_iter().zip(prompt).zip(TOOL_USE).zip(tool_use) {
            // What tools put into the prompt is part of the input, and so of its modality.
            reading.take(unit, "usageMetadata.promptTokensDetails", sum(&[prompt, tool_use]));
            reading.take(tool_unit, "usageMetadata.toolUsePromptTokensDetails", tool_use);
        }
        for (unit, count) in CACHE.into_iter().zip(cache) {
            reading.take(unit, "usageMetadata.cacheTokensDetails", count);
        }
        for (unit, count) in CANDIDATES.into_iter().zip(candidates) {
            reading.take(unit, "usageMetadata.candidatesTokensDetails", count);
        }
        self.reading.finished()
    }
}

impl Gathered {
    fn ends(&mut self, index: usize, reason: String) {
        if let Some(known) = self.finished.iter_mut().find(|(known, _)| *known == index) {
            known.1 = reason;
        } else if self.finished.len() < MAX_CANDIDATES {
            self.finished.push((index, reason));
        }
    }

    fn take(&mut self, counts: Counts<'_>) {
        self.prompt = counts.prompt_token_count.count().or(self.prompt);
        self.tool_use = counts.tool_use_prompt_token_count.count().or(self.tool_use);
        self.candidates = counts.candidates_token_count.count().or(self.candidates);
        self.thoughts = counts.thoughts_token_count.count().or(self.thoughts);
        self.total = counts.total_token_count.count().or(self.total);
        self.cached = counts.cached_content_token_count.count().or(self.cached);
        let lists = [
            counts.prompt_tokens_details.0,
            counts.cache_tokens_details.0,
            counts.candidates_tokens_details.0,
            counts.tool_use_prompt_tokens_details.0,
        ];
        for (known, list) in self.details.iter_mut().zip(lists) {
            if let Some(list) = list {
                *known = by_modality(&list);
            }
        }
        update(
            &mut self.reading.service_tier,
            counts.service_tier.0.map(|tier| tier.to_ascii_lowercase()),
        );
    }
}

fn by_modality(details: &[Detail<'_>]) -> [Count; 4] {
    let mut counts = [Count::Absent; 4];
    for detail in details {
        let place = match detail.modality.0.as_deref() {
            Some("TEXT") => 0,
            Some("AUDIO") => 1,
            Some("IMAGE" | "DOCUMENT") => 2,
            Some("VIDEO") => 3,
            _ => continue,
        };
        if let Some(count) = counts.get_mut(place) {
            *count = sum(&[*count, detail.count.count()]);
        }
    }
    counts
}
