//! The rules of Gemini's contents: cached tokens are within `promptTokenCount`, thoughts stand beside
//! `candidatesTokenCount`, and what tools put into the prompt beside `promptTokenCount`.
//!
//! Source: <https://ai.google.dev/api/generate-content#UsageMetadata>. Every event of a stream carries the counts so far.

use serde::Deserialize;

use super::gemini_grounding::{Grounding, charged_searches};
use super::modalities::{Modalities, by_modality};
use super::{Gather, NewsKeys};
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::Figures;
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// Numbers of a usage that say nothing new, and why.
const KNOWN: &[(&str, &str)] = &[("pydantic_ai_gateway", "the gateway's own estimate of the cost")];

/// Candidates of one response whose finish reasons are kept.
const MAX_CANDIDATES: usize = 128;

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default, rename = "responseId")]
    response_id: Maybe<String>,
    #[serde(default, rename = "modelVersion")]
    model_version: Maybe<String>,
    #[serde(default, borrow)]
    candidates: Maybe<Vec<Candidate<'a>>>,
    #[serde(default, rename = "promptFeedback")]
    prompt_feedback: Object<PromptFeedback>,
    #[serde(default, borrow, rename = "usageMetadata")]
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Candidate<'a> {
    #[serde(default)]
    index: Maybe<usize>,
    #[serde(default, rename = "finishReason")]
    finish_reason: Maybe<String>,
    #[serde(default, borrow, rename = "groundingMetadata")]
    grounding: Object<Grounding<'a>>,
}

#[derive(Deserialize)]
struct PromptFeedback {
    #[serde(default, rename = "blockReason")]
    block_reason: Maybe<String>,
}

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
    /// How many searches of the web the answer took, which the last event that tells of any says.
    queries: u64,
    details: Modalities,
}

impl Gather for Gathered {
    fn news_keys(&self) -> NewsKeys {
        NewsKeys {
            telling: &[
                "usageMetadata",
                "finishReason",
                "blockReason",
                "groundingMetadata",
                "error",
            ],
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
        let mut queries = 0;
        for candidate in body.candidates.0.unwrap_or_default() {
            if let Some(grounding) = candidate.grounding.0 {
                queries += grounding.queries();
                grounding.leave_unread(&mut self.reading);
            }
            if let Some(reason) = candidate.finish_reason.0 {
                self.ends(candidate.index.0.unwrap_or_default(), reason);
            }
        }
        self.queries = self.queries.max(queries);
        if let Some(reason) = body.prompt_feedback.0.and_then(|feedback| feedback.block_reason.0) {
            self.ends(0, reason);
        }
        if let Some(figures) = &body.usage.0 {
            self.take(figures);
        }
        Ok(())
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(mut self: Box<Self>) -> Reading {
        let mut finished = std::mem::take(&mut self.finished);
        finished.sort_by_key(|&(index, _)| index);
        self.reading.finish_reasons = finished.into_iter().map(|(_, reason)| reason).collect();
        let thoughts_are = self.thoughts_are();
        let reading = &mut self.reading;
        let input = sum(&[self.prompt, self.tool_use]);
        let output = match thoughts_are {
            Thoughts::Beside => sum(&[self.candidates, self.thoughts]),
            Thoughts::Within => self.candidates,
            Thoughts::Disputed => Count::Invalid,
        };
        let output = match output {
            // A count of zero is left out, as protocol buffers do; a total that is all input says that it was one.
            Count::Absent if self.total == input && input != Count::Absent => Count::Given(0),
            output => output,
        };
        reading.take(Unit::InputTokens, "usageMetadata.promptTokenCount", input);
        reading.take(Unit::OutputTokens, "usageMetadata.candidatesTokenCount", output);
        // Where the whole is left out, its parts tell it.
        let cached = self.cached.or(sum(&self.details.cache));
        reading.take(Unit::CacheReadTokens, "usageMetadata.cachedContentTokenCount", cached);
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
        self.details.write(reading);
        let searches = charged_searches(self.queries, reading.model.as_deref());
        reading.take(Unit::WebSearches, "groundingMetadata.webSearchQueries", searches);
        self.reading.finished()
    }
}

/// Where the thoughts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thoughts {
    /// Beside the candidates, as the API documents.
    Beside,
    /// Within them, as the total says.
    Within,
    /// The total is the sum of neither.
    Disputed,
}

impl Gathered {
    /// Whether the thoughts stand beside the candidates, by the total where there is one.
    fn thoughts_are(&self) -> Thoughts {
        let (Count::Given(thoughts @ 1..), Count::Given(candidates), Count::Given(prompt), Count::Given(total)) =
            (self.thoughts, self.candidates, self.prompt, self.total)
        else {
            return Thoughts::Beside;
        };
        let tool_use = match self.tool_use {
            Count::Given(tool_use) => tool_use,
            Count::Absent | Count::Invalid => 0,
        };
        // No sum of four counts of at most 2^53 overflows. Some totals leave out what tools put into the prompt.
        let is_total = |output: u64| total == prompt + output || total == prompt + tool_use + output;
        if is_total(candidates + thoughts) {
            Thoughts::Beside
        } else if is_total(candidates) && thoughts <= candidates {
            Thoughts::Within
        } else {
            Thoughts::Disputed
        }
    }

    fn ends(&mut self, index: usize, reason: String) {
        if let Some(known) = self.finished.iter_mut().find(|(known, _)| *known == index) {
            known.1 = reason;
        } else if self.finished.len() < MAX_CANDIDATES {
            self.finished.push((index, reason));
        }
    }

    fn take(&mut self, figures: &Figures<'_>) {
        let usage = figures.whole();
        let counts = [
            (&mut self.prompt, "promptTokenCount"),
            (&mut self.tool_use, "toolUsePromptTokenCount"),
            (&mut self.candidates, "candidatesTokenCount"),
            (&mut self.thoughts, "thoughtsTokenCount"),
            (&mut self.total, "totalTokenCount"),
            (&mut self.cached, "cachedContentTokenCount"),
        ];
        for (known, path) in counts {
            *known = usage.count(path).or(*known);
        }
        // The second name of the first list is that of embeddings, and of the third that of live sessions.
        let lists = [
            (
                &mut self.details.input,
                &["promptTokensDetails", "promptTokenDetails"][..],
            ),
            (&mut self.details.cache, &["cacheTokensDetails"]),
            (
                &mut self.details.output,
                &["candidatesTokensDetails", "responseTokensDetails"],
            ),
            (&mut self.details.tool_use, &["toolUsePromptTokensDetails"]),
        ];
        for (known, paths) in lists {
            if let Some(path) = paths.iter().find(|path| usage.has(path)) {
                *known = by_modality(&usage, path, "tokenCount");
            }
        }
        let tier = usage.text("serviceTier").map(|tier| tier.to_ascii_lowercase());
        let tier = tier.or(usage.text("trafficType").as_deref().map(tier_of_traffic));
        update(&mut self.reading.service_tier, tier);
        self.reading.take_unread(figures, KNOWN);
    }
}

/// The tier that Vertex AI's type of traffic means.
/// Source: <https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType>.
fn tier_of_traffic(traffic: &str) -> String {
    match traffic {
        "ON_DEMAND" | "TRAFFIC_TYPE_UNSPECIFIED" => "on_demand".to_owned(),
        other => other.strip_prefix("ON_DEMAND_").unwrap_or(other).to_ascii_lowercase(),
    }
}
