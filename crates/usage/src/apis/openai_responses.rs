//! The rules of the Responses API: `input_tokens` includes cached tokens, `output_tokens` includes reasoning, and a
//! stream carries the whole response once more in its last event.
//!
//! Source: <https://platform.openai.com/docs/api-reference/responses/object>.

use serde::Deserialize;

use super::openai_chat::reported_cost;
use super::{Gather, NewsKeys};
use crate::field::{Field, Maybe, Object, object};
use crate::provider_error::{bare_error, provider_error};
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

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
    #[serde(default)]
    is_byok: Maybe<bool>,
    #[serde(default, borrow)]
    cost_details: Object<CostDetails<'a>>,
    #[serde(default, borrow)]
    cost_in_usd_ticks: Field<'a>,
    #[serde(default, borrow)]
    server_side_tool_usage_details: Object<XaiTools<'a>>,
    #[serde(default, borrow)]
    tool_calls_details: Object<PerplexityTools<'a>>,
}

#[derive(Deserialize)]
struct CostDetails<'a> {
    #[serde(default, borrow)]
    upstream_inference_cost: Field<'a>,
}

/// The searches that Perplexity made.
#[derive(Deserialize)]
struct PerplexityTools<'a> {
    #[serde(default, borrow)]
    search_web: Object<Invocations<'a>>,
}

#[derive(Deserialize)]
struct Invocations<'a> {
    #[serde(default, borrow)]
    invocation: Field<'a>,
}

/// The tools that xAI ran.
#[derive(Deserialize)]
struct XaiTools<'a> {
    #[serde(default, borrow, rename = "web_search_calls")]
    web_search: Field<'a>,
    #[serde(default, borrow, rename = "x_search_calls")]
    x_search: Field<'a>,
    #[serde(default, borrow, rename = "code_interpreter_calls")]
    code_interpreter: Field<'a>,
    #[serde(default, borrow, rename = "file_search_calls")]
    file_search: Field<'a>,
}

#[derive(Deserialize)]
struct InputDetails<'a> {
    #[serde(default, borrow, rename = "cached_tokens")]
    cached: Field<'a>,
    #[serde(default, borrow, rename = "cache_write_tokens")]
    cache_write: Field<'a>,
    /// What Perplexity calls the first, and the second.
    #[serde(default, borrow, rename = "cache_read_input_tokens")]
    cache_read_input: Field<'a>,
    #[serde(default, borrow, rename = "cache_creation_input_tokens")]
    cache_creation_input: Field<'a>,
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
pub(super) struct Gathered {
    reading: Reading,
}

impl Gather for Gathered {
    fn news_keys(&self) -> NewsKeys {
        NewsKeys {
            telling: &[
                "response",
                "error",
                "code",
                "message",
                // Of a body, which is no event.
                "usage",
                "status",
                "incomplete_details",
                "tool_usage",
            ],
            id: &["id"],
            model: &["model"],
        }
    }

    /// Takes over a whole body or one event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let event: Event<'_> = object(json)?;
        let response = match event.response.0 {
            Some(response) => {
                // Each event repeats the response as it is known then: the last is right.
                let named = |text: &Maybe<String>| text.0.clone().filter(|text| !text.is_empty());
                update(&mut self.reading.response_id, named(&response.id));
                update(&mut self.reading.model, named(&response.model));
                response
            }
            None if event.kind.0.as_deref() == Some("error") => {
                let error = provider_error(event.error).or_else(|| bare_error(event.code, event.message));
                if error.is_some() {
                    self.reading.error = error;
                }
                return Ok(());
            }
            // Every event says its type; a body has none.
            None if event.kind.0.is_some() => return Ok(()),
            None => object(json)?,
        };
        self.take(response);
        Ok(())
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(self: Box<Self>) -> Reading {
        self.reading.finished()
    }
}

impl Gathered {
    fn take(&mut self, response: Response<'_>) {
        let reading = &mut self.reading;
        name(&mut reading.response_id, response.id.0);
        name(&mut reading.model, response.model.0);
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
            // The tier that was billed comes with what is billed.
            update(&mut reading.service_tier, response.service_tier.0);
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
        let read = details.cached.count().or(details.cache_read_input.count());
        reading.take(Unit::CacheReadTokens, "usage.input_tokens_details.cached", read);
        let written = details.cache_write.count();
        let written = written.or(details.cache_creation_input.count());
        reading.take(
            Unit::CacheWriteTokens,
            "usage.input_tokens_details.cache_write",
            written,
        );
    }
    if let Some(details) = &counts.output_tokens_details.0 {
        let reasoning = "usage.output_tokens_details.reasoning_tokens";
        reading.take(Unit::OutputReasoningTokens, reasoning, details.reasoning_tokens.count());
    }
    if let Some(tools) = &counts.server_side_tool_usage_details.0 {
        let field = "usage.server_side_tool_usage_details";
        reading.take(Unit::WebSearches, field, tools.web_search.count());
        reading.take(Unit::SocialSearches, field, tools.x_search.count());
        reading.take(Unit::CodeExecutions, field, tools.code_interpreter.count());
        reading.take(Unit::StorageSearches, field, tools.file_search.count());
    }
    if let Some(search) = counts
        .tool_calls_details
        .0
        .as_ref()
        .and_then(|tools| tools.search_web.0.as_ref())
    {
        let field = "usage.tool_calls_details.search_web.invocation";
        reading.take(Unit::WebSearches, field, search.invocation.count());
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
