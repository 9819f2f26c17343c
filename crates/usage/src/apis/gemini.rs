//! Gemini's contents: `promptTokenCount` includes cached tokens but excludes tool results; `candidatesTokenCount`
//! excludes thoughts.
//!
//! Source: <https://ai.google.dev/api/generate-content#UsageMetadata>. Every event of a stream has the counts so far.

use serde::Deserialize;

use super::gather::{EventKeys, Gather};
use super::gemini_grounding::{Grounding, charged_gemini_searches, is_charged_by_prompt};
use super::modalities::{Modalities, by_modality};
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::Figures;
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[("pydantic_ai_gateway", "the gateway's own estimate of the cost")];

/// The maximum of candidates whose finish reasons are kept.
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

/// The state of one response. Counts stay as received until the end, because a later event may correct each.
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
    /// The number of web searches of each candidate: events repeat them, and they may grow.
    queries: Vec<(usize, u64)>,
    details: Modalities,
    /// Whether the answer cites web pages.
    is_grounded: bool,
}

impl Gather for Gathered {
    fn event_keys(&self) -> EventKeys {
        EventKeys {
            relevant: &[
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

    /// Reads a whole body or one event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let body: Body<'_> = object(json)?;
        let reading = &mut self.reading;
        name(&mut reading.response_id, body.response_id.0);
        name(&mut reading.model, body.model_version.0);
        if let Some(error) = provider_error(body.error) {
            reading.error = Some(error);
        }
        for (place, candidate) in body.candidates.0.unwrap_or_default().into_iter().enumerate() {
            if let Some(grounding) = candidate.grounding.0 {
                self.searches(candidate.index.0.unwrap_or(place), grounding.queries());
                self.is_grounded |= grounding.is_of_the_web();
                grounding.add_unread(&mut self.reading);
            }
            if let Some(reason) = candidate.finish_reason.0 {
                self.finish_choice(candidate.index.0.unwrap_or_default(), reason);
            }
        }
        if let Some(reason) = body.prompt_feedback.0.and_then(|feedback| feedback.block_reason.0) {
            self.finish_choice(0, reason);
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
        let (tool_use, output) = self.split_by_total();
        let reading = &mut self.reading;
        let input = sum(&[self.prompt, tool_use]);
        let output = match output {
            // Protocol buffers omit zeros: a total equal to the input means a count of zero.
            Count::Absent if self.total == input && input != Count::Absent => Count::Given(0),
            output => output,
        };
        reading.take(Unit::InputTokens, "usageMetadata.promptTokenCount", input);
        reading.take(Unit::OutputTokens, "usageMetadata.candidatesTokenCount", output);
        // A missing whole is the sum of its parts.
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
        self.details.write(reading, tool_use != Count::Absent);
        reading.check_total("totalTokenCount", self.total, Count::Absent);
        let queries = self.queries.iter().map(|&(_, queries)| queries).sum();
        let model = reading.model.as_deref();
        let searches = match charged_gemini_searches(queries, model) {
            Some(searches) => Count::Given(searches),
            // The results are reported, but not the queries.
            None if self.is_grounded && is_charged_by_prompt(model) => Count::Given(1),
            None => {
                if self.is_grounded {
                    reading.add_unread("candidates[].groundingMetadata");
                }
                Count::Absent
            }
        };
        reading.take(Unit::WebSearches, "groundingMetadata.webSearchQueries", searches);
        self.reading.finished()
    }
}

impl Gathered {
    /// The tool results in the prompt, and the output: as documented, unless the total shows that the prompt includes
    /// the former or that the candidates include thoughts. A total that matches no sum makes the output invalid.
    fn split_by_total(&self) -> (Count, Count) {
        let documented = (self.tool_use, sum(&[self.candidates, self.thoughts]));
        let given = |count: Count| match count {
            Count::Given(count) => Some(count),
            Count::Absent => Some(0),
            Count::Invalid => None,
        };
        let counts = [self.prompt, self.tool_use, self.candidates, self.thoughts].map(given);
        let ([Some(prompt), Some(tools), Some(candidates), Some(thoughts)], Count::Given(total)) = (counts, self.total)
        else {
            return documented;
        };
        // No sum of four counts of at most 2^53 overflows.
        if total == prompt + tools + candidates + thoughts || (tools == 0 && thoughts == 0) {
            documented
        } else if total == prompt + candidates + thoughts {
            (Count::Absent, documented.1)
        } else if thoughts <= candidates && total == prompt + tools + candidates {
            (self.tool_use, self.candidates)
        } else {
            (self.tool_use, Count::Invalid)
        }
    }

    fn searches(&mut self, index: usize, queries: u64) {
        if let Some(known) = self.queries.iter_mut().find(|(known, _)| *known == index) {
            known.1 = known.1.max(queries);
        } else if self.queries.len() < MAX_CANDIDATES {
            self.queries.push((index, queries));
        }
    }

    fn finish_choice(&mut self, index: usize, reason: String) {
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
        // The candidates' field in live sessions.
        self.candidates = self.candidates.or(usage.count("responseTokenCount"));
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
        let tier = usage.text("serviceTier").as_deref().and_then(tier_of_service);
        let tier = tier.or(usage.text("trafficType").as_deref().map(tier_of_traffic));
        update(&mut self.reading.service_tier, tier);
        self.reading.add_unread_numbers(figures, KNOWN);
    }
}

/// The tier's name in prices: some responses prefix it with the field's name.
fn tier_of_service(tier: &str) -> Option<String> {
    let tier = tier.to_ascii_lowercase();
    let tier = tier.strip_prefix("service_tier_").unwrap_or(&tier);
    (tier != "unspecified").then(|| tier.to_owned())
}

/// The tier of Vertex AI's traffic type.
/// Source:
/// <https://cloud.google.com/vertex-ai/generative-ai/docs/reference/rest/v1/GenerateContentResponse#TrafficType>.
fn tier_of_traffic(traffic: &str) -> String {
    match traffic {
        "ON_DEMAND" | "TRAFFIC_TYPE_UNSPECIFIED" => "on_demand".to_owned(),
        other => other.strip_prefix("ON_DEMAND_").unwrap_or(other).to_ascii_lowercase(),
    }
}
