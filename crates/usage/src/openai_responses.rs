//! The rules of the Responses API: `input_tokens` includes cached tokens, `output_tokens` includes reasoning, and a
//! stream carries the whole response once more in its last event.
//!
//! Source: <https://platform.openai.com/docs/api-reference/responses/object>.

use serde::Deserialize;

use crate::field::{Field, Maybe, Object, object};
use crate::provider_error::{bare_error, provider_error};
use crate::reading::{Reading, update};
use crate::unit::Unit;

/// Keys without which an event of a stream says nothing new.
pub(crate) const TELLING_KEYS: &[&str] = &["response", "error", "code"];

/// A body, or an event of a stream that wraps one in `response`.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default, rename = "type")]
    kind: Maybe<String>,
    #[serde(default, borrow)]
    response: Object<Response<'a>>,
    #[serde(default, borrow)]
    code: Field<'a>,
    #[serde(default, borrow)]
    message: Field<'a>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Response<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    status: Maybe<String>,
    #[serde(default)]
    service_tier: Maybe<String>,
    #[serde(default)]
    incomplete_details: Object<Incomplete>,
    #[serde(default, borrow)]
    usage: Object<Counts<'a>>,
    #[serde(default, borrow)]
    tool_usage: Object<ToolUsage<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Incomplete {
    #[serde(default)]
    reason: Maybe<String>,
}

#[derive(Deserialize)]
struct Counts<'a> {
    #[serde(default, borrow)]
    input_tokens: Field<'a>,
    #[serde(default, borrow)]
    output_tokens: Field<'a>,
    #[serde(default, borrow)]
    input_tokens_details: Object<InputDetails<'a>>,
    #[serde(default, borrow)]
    output_tokens_details: Object<OutputDetails<'a>>,
    #[serde(default, borrow)]
    cost: Field<'a>,
}

#[derive(Deserialize)]
struct InputDetails<'a> {
    #[serde(default, borrow)]
    cached_tokens: Field<'a>,
    #[serde(default, borrow)]
    cache_write_tokens: Field<'a>,
}

#[derive(Deserialize)]
struct OutputDetails<'a> {
    #[serde(default, borrow)]
    reasoning_tokens: Field<'a>,
}

#[derive(Deserialize)]
struct ToolUsage<'a> {
    #[serde(default, borrow)]
    web_search: Object<WebSearch<'a>>,
}

#[derive(Deserialize)]
struct WebSearch<'a> {
    #[serde(default, borrow)]
    num_requests: Field<'a>,
}

/// What is known so far of one response.
#[derive(Default)]
pub(crate) struct Gathered {
    reading: Reading,
}

impl Gathered {
    /// Takes over a whole body or one event.
    pub(crate) fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let event: Event<'_> = object(json)?;
        let response = match event.response.0 {
            Some(response) => response,
            None if event.kind.0.as_deref() == Some("error") => {
                self.reading.error =
                    provider_error(event.error).or_else(|| Some(bare_error(event.code, event.message)));
                return Ok(());
            }
            None => object(json)?,
        };
        self.take(response);
        Ok(())
    }

    pub(crate) fn finish(self) -> Reading {
        self.reading.finished()
    }

    fn take(&mut self, response: Response<'_>) {
        let reading = &mut self.reading;
        update(&mut reading.response_id, response.id.0);
        update(&mut reading.model, response.model.0);
        update(&mut reading.service_tier, response.service_tier.0);
        let reason = response
            .incomplete_details
            .0
            .and_then(|details| details.reason.0)
            .or(response.status.0);
        if let Some(reason) = reason.filter(|reason| !matches!(reason.as_str(), "in_progress" | "queued")) {
            reading.finish_reasons = vec![reason];
        }
        if let Some(counts) = &response.usage.0 {
            take_counts(reading, counts);
        }
        if let Some(search) = response.tool_usage.0.and_then(|tools| tools.web_search.0) {
            reading.take(
                Unit::WebSearches,
                "tool_usage.web_search.num_requests",
                search.num_requests.count(),
            );
        }
        if let Some(error) = provider_error(response.error) {
            reading.error = Some(error);
        }
    }
}

fn take_counts(reading: &mut Reading, counts: &Counts<'_>) {
    reading.take(Unit::InputTokens, "usage.input_tokens", counts.input_tokens.count());
    reading.take(Unit::OutputTokens, "usage.output_tokens", counts.output_tokens.count());
    if let Some(details) = &counts.input_tokens_details.0 {
        let written = "usage.input_tokens_details.cache_write_tokens";
        reading.take(
            Unit::CacheReadTokens,
            "usage.input_tokens_details.cached_tokens",
            details.cached_tokens.count(),
        );
        reading.take(Unit::CacheWriteTokens, written, details.cache_write_tokens.count());
    }
    if let Some(details) = &counts.output_tokens_details.0 {
        let reasoning = "usage.output_tokens_details.reasoning_tokens";
        reading.take(Unit::OutputReasoningTokens, reasoning, details.reasoning_tokens.count());
    }
    update(&mut reading.reported_cost, counts.cost.decimal().map(str::to_owned));
}
