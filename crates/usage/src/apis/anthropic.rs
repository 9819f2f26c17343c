//! Anthropic's messages: input, cache writes and cache reads are three disjoint counts, whose sum is the input. A
//! stream reports them at its start and corrects them, cumulatively, at its end.
//!
//! Source: <https://docs.claude.com/en/api/messages> and <https://docs.claude.com/en/docs/build-with-claude/streaming>.

use serde::Deserialize;

use super::gather::{EventKeys, Gather};
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::{Figures, Part};
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("server_tool_use.web_fetch_requests", "free except for its tokens"),
    ("server_tool_use.tool_search_requests", "free except for its tokens"),
    ("total_tokens", "the sum of all counts, which some gateways add"),
    ("cost_details", "the parts of `cost`"),
    ("pydantic_ai_gateway", "the gateway's own estimate of the cost"),
];

/// Refusals before any output that are charged, since 2026-09-24; those of other categories are not.
const CHARGED_REFUSALS: &[&str] = &["bio", "frontier_llm", "reasoning_extraction"];

/// The maximum of decline reasons kept per message.
const MAX_DECLINED: usize = 16;

/// A message, or a stream event: `message_start` wraps a message, `message_delta` has its end.
#[derive(Deserialize)]
struct Event<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    stop_reason: Maybe<String>,
    #[serde(default)]
    stop_details: Object<Trigger>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
    #[serde(default, borrow)]
    message: Object<Start<'a>>,
    #[serde(default)]
    delta: Object<Delta>,
    #[serde(default)]
    content: Maybe<Vec<Block>>,
    /// The block opened by a stream event.
    #[serde(default)]
    content_block: Object<Block>,
}

/// A block of the content. Only the blocks that explain a change of model are used.
#[derive(Deserialize)]
struct Block {
    #[serde(default)]
    trigger: Object<Trigger>,
}

#[derive(Deserialize)]
struct Trigger {
    #[serde(default)]
    category: Maybe<String>,
}

#[derive(Deserialize)]
struct Start<'a> {
    #[serde(default)]
    id: Maybe<String>,
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
}

#[derive(Deserialize)]
struct Delta {
    #[serde(default)]
    stop_reason: Maybe<String>,
    #[serde(default)]
    stop_details: Object<Trigger>,
}

/// The state of one message. Counts stay as received until the end, because a later event may correct any of the
/// disjoint parts.
#[derive(Default)]
pub(super) struct Gathered {
    reading: Reading,
    counts: Counts,
    /// The sum of the message's passes, if there are several.
    passes: Option<Counts>,
    searches: Count,
    executions: Count,
    /// Why models declined before this one answered.
    declined_for: Vec<String>,
    /// Why this one refused.
    refused_for: Option<String>,
}

/// The counts of one or all passes of the model.
#[derive(Clone, Copy, Default)]
struct Counts {
    uncached: Count,
    written: Count,
    written_5m: Count,
    written_1h: Count,
    read: Count,
    output: Count,
    thinking: Count,
}

impl Gather for Gathered {
    fn event_keys(&self) -> EventKeys {
        EventKeys {
            relevant: &["usage", "stop_reason", "error", "trigger"],
            id: &["id"],
            model: &["model"],
        }
    }

    /// Reads a whole body or one event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        let event: Event<'_> = object(json)?;
        name(&mut self.reading.response_id, event.id.0);
        name(&mut self.reading.model, event.model.0);
        let blocks = event.content.0.into_iter().flatten().chain(event.content_block.0);
        let categories = blocks.filter_map(|block| block.trigger.0?.category.0);
        self.declined_for
            .extend(categories.take(MAX_DECLINED.saturating_sub(self.declined_for.len())));
        if let Some(start) = event.message.0 {
            name(&mut self.reading.response_id, start.id.0);
            name(&mut self.reading.model, start.model.0);
            if let Some(figures) = &start.usage.0 {
                self.take(figures);
                // A count before the first token is not a total: a stream truncated here has an unknown output.
                self.counts.output = Count::Absent;
                self.passes = None;
            }
        }
        if let Some(figures) = &event.usage.0 {
            self.take(figures);
        }
        let (mut reason, mut details) = (event.stop_reason.0, event.stop_details.0);
        if let Some(delta) = event.delta.0 {
            reason = reason.or(delta.stop_reason.0);
            details = details.or(delta.stop_details.0);
        }
        if let Some(reason) = reason {
            self.reading.finish_reasons = vec![reason];
        }
        self.refused_for = details
            .and_then(|details| details.category.0)
            .or(self.refused_for.take());
        if let Some(error) = provider_error(event.error) {
            self.reading.error = Some(error);
        }
        Ok(())
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(mut self: Box<Self>) -> Reading {
        // With several passes, the counts beside them are only those of the last one.
        let counts = self.passes.unwrap_or(self.counts);
        let written = counts.written();
        let reading = &mut self.reading;
        let parts = [counts.uncached, written, counts.read];
        if counts.uncached != Count::Absent && !parts.contains(&Count::Invalid) {
            reading.take(Unit::InputTokens, "usage.input_tokens", sum(&parts));
        }
        reading.take(Unit::CacheReadTokens, "usage.cache_read_input_tokens", counts.read);
        reading.take(Unit::CacheWriteTokens, "usage.cache_creation_input_tokens", written);
        reading.take(
            Unit::CacheWrite5mTokens,
            "usage.cache_creation.ephemeral_5m_input_tokens",
            counts.written_5m,
        );
        reading.take(
            Unit::CacheWrite1hTokens,
            "usage.cache_creation.ephemeral_1h_input_tokens",
            counts.written_1h,
        );
        reading.take(Unit::OutputTokens, "usage.output_tokens", counts.output);
        reading.take(
            Unit::OutputReasoningTokens,
            "usage.output_tokens_details.thinking_tokens",
            counts.thinking,
        );
        reading.take(
            Unit::WebSearches,
            "usage.server_tool_use.web_search_requests",
            self.searches,
        );
        if self.executions != Count::Given(0) {
            let field = "usage.server_tool_use.code_execution_requests";
            reading.take(Unit::CodeExecutions, field, self.executions);
        }
        let is_refused = reading.finish_reasons.iter().any(|reason| reason == "refusal");
        let is_charged = self
            .refused_for
            .as_deref()
            .is_some_and(|category| CHARGED_REFUSALS.contains(&category));
        if is_refused && counts.output == Count::Given(0) && !is_charged {
            // Most refusals before any output are counted but not charged.
            reading.add_unread("stop_reason");
        }
        if counts.uncached == Count::Invalid {
            reading.reject("usage.input_tokens");
        }
        self.reading.finished()
    }
}

impl Gathered {
    fn take(&mut self, figures: &Figures<'_>) {
        let usage = figures.whole();
        self.counts = Counts::of(&usage).or(self.counts);
        self.searches = usage.count("server_tool_use.web_search_requests").or(self.searches);
        let executions = usage.count("server_tool_use.code_execution_requests");
        self.executions = executions.or(self.executions);
        if usage.text("fallback_credit.status.type").as_deref() == Some("redeemed") {
            self.reading.add_unread("usage.fallback_credit");
        }
        let passes: Vec<_> = usage.each("iterations").collect();
        if !passes.is_empty() {
            let is_served_by_another = passes
                .iter()
                .any(|pass| pass.text("type").as_deref() == Some("fallback_message"));
            let (declined, others): (Vec<_>, Vec<_>) = passes
                .iter()
                .partition(|pass| is_served_by_another && self.is_declined(pass));
            for pass in &declined {
                pass.mark_read();
            }
            let counted = others.into_iter().filter(|pass| self.is_of_this_model(pass));
            let counts = counted.fold(Counts::default(), |all, pass| all.and(Counts::of(pass)));
            // Passes of other models only: no information on this one.
            let is_counted = counts.uncached != Count::Absent || counts.output != Count::Absent;
            // Counts missing from all passes are taken from the top level.
            self.passes = is_counted.then_some(counts.or(self.counts));
            if !declined.is_empty() && self.declined_for.is_empty() {
                // Whether they are charged depends on the reason for declining.
                self.reading.add_unread("iterations");
            }
        }
        let reading = &mut self.reading;
        update(&mut reading.service_tier, usage.text("service_tier"));
        update(&mut reading.speed, usage.text("speed"));
        update(&mut reading.inference_geo, usage.text("inference_geo"));
        update(&mut reading.reported_cost, usage.decimal("cost").map(str::to_owned));
        reading.add_unread_numbers(figures, KNOWN);
    }

    /// Whether a pass declined before any output, for an uncharged reason.
    /// Source: <https://platform.claude.com/docs/en/build-with-claude/refusals-and-fallback>, "How refusals are
    /// billed".
    fn is_declined(&self, pass: &Part<'_, '_>) -> bool {
        let is_charged = |category: &String| CHARGED_REFUSALS.contains(&category.as_str());
        pass.text("type").as_deref() == Some("message")
            && pass.count("output_tokens") == Count::Given(0)
            && !self.declined_for.iter().any(is_charged)
    }

    /// Whether a pass is of the answering model. Another model has another price, so its counts stay unread.
    fn is_of_this_model(&self, pass: &Part<'_, '_>) -> bool {
        match (pass.text("model"), &self.reading.model) {
            (Some(of), Some(own)) => of == *own,
            _ => true,
        }
    }
}

impl Counts {
    fn of(usage: &Part<'_, '_>) -> Self {
        Self {
            uncached: usage.count("input_tokens"),
            written: usage.count("cache_creation_input_tokens"),
            written_5m: usage.count("cache_creation.ephemeral_5m_input_tokens"),
            written_1h: usage.count("cache_creation.ephemeral_1h_input_tokens"),
            read: usage.count("cache_read_input_tokens"),
            output: usage.count("output_tokens"),
            thinking: usage.count("output_tokens_details.thinking_tokens"),
        }
    }

    /// The cache writes; some gateways report them only by their time to live.
    fn written(&self) -> Count {
        self.written.or(sum(&[self.written_5m, self.written_1h]))
    }

    /// These counts, completed by `earlier`.
    fn or(self, earlier: Self) -> Self {
        self.with(earlier, Count::or)
    }

    /// The sums of both.
    fn and(self, other: Self) -> Self {
        self.with(other, |one, other| sum(&[one, other]))
    }

    fn with(self, other: Self, both: impl Fn(Count, Count) -> Count) -> Self {
        Self {
            uncached: both(self.uncached, other.uncached),
            written: both(self.written, other.written),
            written_5m: both(self.written_5m, other.written_5m),
            written_1h: both(self.written_1h, other.written_1h),
            read: both(self.read, other.read),
            output: both(self.output, other.output),
            thinking: both(self.thinking, other.thinking),
        }
    }
}
