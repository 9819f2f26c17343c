//! The rules of Anthropic's messages: input, cache writes and cache reads are three disjoint counts, whose sum is the
//! input; a stream tells them at its start and corrects them, cumulatively, at its end.
//!
//! Source: <https://docs.claude.com/en/api/messages> and <https://docs.claude.com/en/docs/build-with-claude/streaming>.

use serde::Deserialize;

use super::{Gather, NewsKeys};
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// A message, or an event of a stream: `message_start` wraps a message, `message_delta` carries its end.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    stop_reason: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Counts<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
    #[serde(default, borrow)]
    message: Object<Start<'a>>,
    #[serde(default)]
    delta: Object<Delta>,
}

#[derive(Deserialize)]
struct Start<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Counts<'a>>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    stop_reason: Maybe<String>,
}

#[derive(Deserialize)]
struct Counts<'a> {
    #[serde(default, borrow)]
    input_tokens: Field<'a>,
    #[serde(default, borrow)]
    cache_creation_input_tokens: Field<'a>,
    #[serde(default, borrow)]
    cache_read_input_tokens: Field<'a>,
    #[serde(default, borrow)]
    cache_creation: Object<CacheCreation<'a>>,
    #[serde(default, borrow)]
    output_tokens: Field<'a>,
    #[serde(default, borrow)]
    output_tokens_details: Object<OutputDetails<'a>>,
    #[serde(default, borrow)]
    server_tool_use: Object<ServerTools<'a>>,
    #[serde(default)]
    service_tier: Maybe<String>,
    #[serde(default)]
    speed: Maybe<String>,
    #[serde(default, borrow)]
    cost: Field<'a>,
}

#[derive(Deserialize)]
struct CacheCreation<'a> {
    #[serde(default, borrow)]
    ephemeral_5m_input_tokens: Field<'a>,
    #[serde(default, borrow)]
    ephemeral_1h_input_tokens: Field<'a>,
}

#[derive(Deserialize)]
struct OutputDetails<'a> {
    #[serde(default, borrow)]
    thinking_tokens: Field<'a>,
}

#[derive(Deserialize)]
struct ServerTools<'a> {
    #[serde(default, borrow)]
    web_search_requests: Field<'a>,
}

/// What is known so far of one message. The counts stay as the provider gave them until the end, because a later event
/// may correct any one of the disjoint parts.
#[derive(Default)]
pub(super) struct Gathered {
    reading: Reading,
    uncached: Count,
    written: Count,
    written_5m: Count,
    written_1h: Count,
    read: Count,
    output: Count,
    thinking: Count,
    searches: Count,
}

impl Gather for Gathered {
    fn news_keys(&self) -> NewsKeys {
        NewsKeys {
            telling: &["usage", "stop_reason", "error"],
            id: &["id"],
            model: &["model"],
        }
    }

    /// Takes over a whole body or one event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let event: Event<'_> = object(json)?;
        name(&mut self.reading.response_id, event.id.0);
        name(&mut self.reading.model, event.model.0);
        if let Some(start) = event.message.0 {
            name(&mut self.reading.response_id, start.id.0);
            name(&mut self.reading.model, start.model.0);
            if let Some(counts) = &start.usage.0 {
                self.take(counts);
                // What is counted before the first token is no total: a stream cut off here has an unknown output.
                self.output = Count::Absent;
            }
        }
        if let Some(counts) = &event.usage.0 {
            self.take(counts);
        }
        if let Some(reason) = event
            .stop_reason
            .0
            .or(event.delta.0.and_then(|delta| delta.stop_reason.0))
        {
            self.reading.finish_reasons = vec![reason];
        }
        if let Some(error) = provider_error(event.error) {
            self.reading.error = Some(error);
        }
        Ok(())
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(mut self: Box<Self>) -> Reading {
        let written = self.cache_write();
        let reading = &mut self.reading;
        let parts = [self.uncached, written, self.read];
        if self.uncached != Count::Absent && !parts.contains(&Count::Invalid) {
            reading.take(Unit::InputTokens, "usage.input_tokens", sum(&parts));
        }
        reading.take(Unit::CacheReadTokens, "usage.cache_read_input_tokens", self.read);
        reading.take(Unit::CacheWriteTokens, "usage.cache_creation_input_tokens", written);
        reading.take(
            Unit::CacheWrite5mTokens,
            "usage.cache_creation.ephemeral_5m_input_tokens",
            self.written_5m,
        );
        reading.take(
            Unit::CacheWrite1hTokens,
            "usage.cache_creation.ephemeral_1h_input_tokens",
            self.written_1h,
        );
        reading.take(Unit::OutputTokens, "usage.output_tokens", self.output);
        reading.take(
            Unit::OutputReasoningTokens,
            "usage.output_tokens_details.thinking_tokens",
            self.thinking,
        );
        reading.take(
            Unit::WebSearches,
            "usage.server_tool_use.web_search_requests",
            self.searches,
        );
        if self.uncached == Count::Invalid {
            reading.refuse("usage.input_tokens");
        }
        self.reading.finished()
    }
}

impl Gathered {
    /// The cache writes, which some gateways give only by their time to live.
    fn cache_write(&self) -> Count {
        self.written.or(sum(&[self.written_5m, self.written_1h]))
    }

    fn take(&mut self, counts: &Counts<'_>) {
        self.uncached = counts.input_tokens.count().or(self.uncached);
        self.written = counts.cache_creation_input_tokens.count().or(self.written);
        self.read = counts.cache_read_input_tokens.count().or(self.read);
        self.output = counts.output_tokens.count().or(self.output);
        if let Some(written) = &counts.cache_creation.0 {
            self.written_5m = written.ephemeral_5m_input_tokens.count().or(self.written_5m);
            self.written_1h = written.ephemeral_1h_input_tokens.count().or(self.written_1h);
        }
        if let Some(details) = &counts.output_tokens_details.0 {
            self.thinking = details.thinking_tokens.count().or(self.thinking);
        }
        if let Some(tools) = &counts.server_tool_use.0 {
            self.searches = tools.web_search_requests.count().or(self.searches);
        }
        update(&mut self.reading.service_tier, counts.service_tier.0.clone());
        update(&mut self.reading.speed, counts.speed.0.clone());
        update(
            &mut self.reading.reported_cost,
            counts.cost.decimal().map(str::to_owned),
        );
    }
}
