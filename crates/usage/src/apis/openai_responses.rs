//! The Responses API: `input_tokens` includes cached tokens, `output_tokens` includes reasoning. A stream has the whole
//! response in its last event.
//!
//! Source: <https://platform.openai.com/docs/api-reference/responses/object>.

use std::collections::HashSet;

use serde::Deserialize;

use super::gather::EventKeys;
use super::stated_cost::take_cost;
use crate::field::{Count, Field, Maybe, Object, object};
use crate::figures::{Figures, Part};
use crate::provider_error::{bare_error, provider_error};
use crate::reading::{Reading, name, update};
use crate::unit::Unit;
use crate::usage::MAX_COUNT;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("total_tokens", "the sum of input and output"),
    (
        "input_tokens_details.text_tokens",
        "the input without its other modalities",
    ),
    (
        "output_tokens_details.text_tokens",
        "the output without its other modalities",
    ),
    ("cost_details", "the parts of `cost`"),
    ("num_server_side_tools_used", "the sum of the tools that are counted"),
    ("context_details", "the context of the last step"),
    ("server_side_tool_usage_details.mcp_calls", "free except for its tokens"),
    (
        "output_tokens_details.accepted_prediction_tokens",
        "included in the output, at its price",
    ),
    (
        "output_tokens_details.rejected_prediction_tokens",
        "included in the output, at its price",
    ),
    ("pydantic_ai_gateway", "the gateway's own estimate of the cost"),
];

/// Calls in the output with a fee and a unit.
const CHARGED_CALLS: &[&str] = &["web_search_call", "file_search_call", "code_interpreter_call"];

/// Calls in the output without a fee: run by the caller, or not charged (<https://platform.openai.com/docs/pricing>).
const UNCHARGED_CALLS: &[&str] = &[
    "function_call",
    "custom_tool_call",
    "computer_call",
    "local_shell_call",
    "apply_patch_call",
    "mcp_call",
    "tool_search_call",
];

/// A body, or a stream event that wraps one in `response`.
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
    usage: Object<Figures<'a>>,
    #[serde(default, borrow)]
    tool_usage: Object<Figures<'a>>,
    #[serde(default)]
    output: Maybe<Vec<Item>>,
    #[serde(default)]
    tools: Maybe<Vec<Tool>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Incomplete {
    #[serde(default)]
    reason: Maybe<String>,
}

/// An item of the output; only calls of the provider's own tools are charged.
#[derive(Deserialize)]
struct Item {
    #[serde(default, rename = "type")]
    kind: Maybe<String>,
    #[serde(default)]
    status: Maybe<String>,
    #[serde(default)]
    action: Object<Action>,
    #[serde(default)]
    container_id: Maybe<String>,
}

/// A tool offered by the request, repeated in the response.
#[derive(Deserialize)]
struct Tool {
    #[serde(default, rename = "type")]
    kind: Maybe<String>,
}

#[derive(Deserialize)]
struct Action {
    #[serde(default, rename = "type")]
    kind: Maybe<String>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &[
        "response",
        "error",
        "code",
        "message",
        // Of a body, which is not an event.
        "usage",
        "status",
        "incomplete_details",
        "tool_usage",
        "output",
    ],
    id: &["id"],
    model: &["model"],
};

/// Reads a whole body or one event.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let event: Event<'_> = object(json)?;
    let response = match event.response.0 {
        Some(response) => {
            // Each event repeats the response so far: the last one applies.
            let named = |text: &Maybe<String>| text.0.clone().filter(|text| !text.is_empty());
            update(&mut reading.response_id, named(&response.id));
            update(&mut reading.model, named(&response.model));
            response
        }
        None if event.kind.0.as_deref() == Some("error") => {
            let error = provider_error(event.error).or_else(|| bare_error(event.code, event.message));
            if error.is_some() {
                reading.error = error;
            }
            return Ok(());
        }
        // Every event has a type; a body has none.
        None if event.kind.0.is_some() => return Ok(()),
        None => object(json)?,
    };
    take(reading, response);
    Ok(())
}

fn take(reading: &mut Reading, response: Response<'_>) {
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
    if let Some(figures) = &response.usage.0 {
        let usage = figures.whole();
        take_counts(reading, &usage);
        reading.check_total("total_tokens", usage.count("total_tokens"), Count::Absent);
        for repeated in usage.each("x_details") {
            // Alibaba's, the only place of its cache writes.
            repeated.mark_read();
        }
        reading.add_unread_numbers(figures, KNOWN);
        // The billed tier comes with the usage.
        update(&mut reading.service_tier, response.service_tier.0);
    }
    if let Some(figures) = &response.tool_usage.0 {
        let searches = figures.whole().count("web_search.num_requests");
        reading.take(Unit::WebSearches, "tool_usage.web_search.num_requests", searches);
        reading.add_unread_numbers(figures, &[]);
    }
    take_items(reading, &response.output.0.unwrap_or_default());
    let is_preview = |tool: &Tool| {
        tool.kind
            .0
            .as_deref()
            .is_some_and(|kind| kind.starts_with("web_search_preview"))
    };
    let has_searched = reading
        .usage
        .get(Unit::WebSearches)
        .is_some_and(|searches| searches > 0);
    if has_searched && response.tools.0.iter().flatten().any(is_preview) {
        reading.search_type = Some("preview".to_owned());
    }
    if let Some(error) = provider_error(response.error) {
        reading.error = Some(error);
    }
}

/// Counts the provider's own tools by the items of the output.
///
/// A search is charged, but not opening or searching its pages; a code interpreter is charged by its container, which
/// persists between calls (<https://platform.openai.com/docs/pricing>, "Built-in tools").
fn take_items(reading: &mut Reading, items: &[Item]) {
    let (mut web, mut files, mut containers) = (0, 0, HashSet::new());
    for item in items {
        let kind = item.kind.0.as_deref().unwrap_or_default();
        if item.status.0.as_deref() == Some("failed") && CHARGED_CALLS.contains(&kind) {
            // It is not documented whether a failed call is charged.
            reading.add_unread(&["output[].", kind, ".failed"].concat());
            continue;
        }
        match kind {
            "web_search_call" => {
                let action = item.action.0.as_ref().and_then(|action| action.kind.0.as_deref());
                web += u64::from(action.is_none_or(|action| action == "search"));
            }
            "file_search_call" => files += 1,
            // Perplexity's, which its usage may count.
            "search_results" if reading.usage.get(Unit::WebSearches).is_none() => {
                reading.add_unread("output[].search_results");
            }
            "code_interpreter_call" => _ = containers.insert(item.container_id.0.as_deref()),
            _ if kind.ends_with("_call") && !UNCHARGED_CALLS.contains(&kind) => {
                reading.add_unread(&["output[].", kind].concat());
            }
            _ => {}
        }
    }
    let containers = containers.len() as u64;
    for (unit, count) in [
        (Unit::WebSearches, web),
        (Unit::StorageSearches, files),
        (Unit::CodeExecutions, containers),
    ] {
        // Counts of the usage take precedence over the items.
        if count > 0 && reading.usage.get(unit).is_none() {
            reading.take(unit, "output", Count::Given(count.min(MAX_COUNT)));
        }
    }
}

fn take_counts(reading: &mut Reading, usage: &Part<'_, '_>) {
    reading.take(Unit::InputTokens, "usage.input_tokens", usage.count("input_tokens"));
    reading.take(Unit::OutputTokens, "usage.output_tokens", usage.count("output_tokens"));
    // Perplexity's names are second, Alibaba's third.
    let details = [
        (
            Unit::CacheReadTokens,
            "usage.input_tokens_details.cached",
            &[
                "input_tokens_details.cached_tokens",
                "input_tokens_details.cache_read_input_tokens",
            ][..],
        ),
        (
            Unit::CacheWriteTokens,
            "usage.input_tokens_details.cache_write",
            &[
                "input_tokens_details.cache_write_tokens",
                "input_tokens_details.cache_creation_input_tokens",
                "x_details[0].prompt_tokens_details.cache_creation_input_tokens",
            ],
        ),
        (
            Unit::OutputReasoningTokens,
            "usage.output_tokens_details.reasoning_tokens",
            &["output_tokens_details.reasoning_tokens", "reasoning_tokens"],
        ),
    ];
    for (unit, field, paths) in details {
        reading.take(unit, field, usage.first(paths));
    }
    let modalities = [
        (Unit::InputAudioTokens, "input_tokens_details.audio_tokens"),
        (Unit::InputImageTokens, "input_tokens_details.image_tokens"),
        (Unit::OutputAudioTokens, "output_tokens_details.audio_tokens"),
        (Unit::OutputImageTokens, "output_tokens_details.image_tokens"),
    ];
    for (unit, path) in modalities {
        reading.take_used(unit, path, usage.count(path));
    }
    let tools = [
        (Unit::WebSearches, "server_side_tool_usage_details.web_search_calls"),
        (Unit::SocialSearches, "server_side_tool_usage_details.x_search_calls"),
        (
            Unit::CodeExecutions,
            "server_side_tool_usage_details.code_interpreter_calls",
        ),
        (
            Unit::StorageSearches,
            "server_side_tool_usage_details.file_search_calls",
        ),
    ];
    for (unit, path) in tools {
        reading.take(unit, path, usage.count(path));
    }
    let searches = usage.first(&["tool_calls_details.search_web.invocation", "num_sources_used"]);
    let field = "usage.tool_calls_details.search_web.invocation";
    // Sources are the results of calls: if calls are counted, those are charged.
    if reading.usage.get(Unit::WebSearches).unwrap_or(0) == 0 {
        reading.take_used(Unit::WebSearches, field, searches);
    }
    take_cost(reading, usage);
}
