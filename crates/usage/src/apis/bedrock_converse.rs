//! Bedrock's Converse: `inputTokens`, cache reads and cache writes are three disjoint counts, whose sum is the input. A
//! stream reports them in its last event.
//!
//! Source: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html>. The reference does
//! not state that the counts are disjoint; `genai-prices` and AWS's price examples sum them so.

use serde::Deserialize;

use super::gather::EventKeys;
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::Figures;
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// Usage numbers that are ignored, with the reason.
const KNOWN: &[(&str, &str)] = &[
    ("totalTokens", "the sum of all counts"),
    ("pydantic_ai_gateway", "the gateway's own estimate of the cost"),
];

/// The stop reason of an answer stopped by a guardrail.
const GUARDRAIL: &str = "guardrail_intervened";

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(default, rename = "stopReason")]
    stop_reason: Maybe<String>,
    #[serde(default, borrow)]
    usage: Object<Figures<'a>>,
    #[serde(default, rename = "serviceTier")]
    service_tier: Object<ServiceTier>,
    #[serde(default, rename = "performanceConfig")]
    performance: Object<Performance>,
    #[serde(default, borrow)]
    trace: Object<Trace<'a>>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct ServiceTier {
    #[serde(default, rename = "type")]
    kind: Maybe<String>,
}

/// The model chosen by a prompt router; and the guardrail's assessments, which have a fee.
#[derive(Deserialize)]
struct Trace<'a> {
    #[serde(default, rename = "promptRouter")]
    prompt_router: Object<PromptRouter>,
    #[serde(default, borrow)]
    guardrail: Object<Figures<'a>>,
}

#[derive(Deserialize)]
struct Performance {
    #[serde(default)]
    latency: Maybe<String>,
}

#[derive(Deserialize)]
struct PromptRouter {
    #[serde(default, rename = "invokedModelId")]
    model: Maybe<String>,
}

/// The keys of relevant events.
pub(super) const EVENT_KEYS: EventKeys = EventKeys {
    relevant: &[
        "usage",
        "stopReason",
        "error",
        "serviceTier",
        "performanceConfig",
        "guardrail",
    ],
    id: &[],
    model: &["invokedModelId"],
};

/// Reads a whole body or one event.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let body: Body<'_> = object(json)?;
    if let Some(reason) = body.stop_reason.0 {
        if reason == GUARDRAIL {
            // A guardrail has a fee, counted only in its trace.
            reading.add_unread("stopReason");
        }
        reading.finish_reasons = vec![reason];
    }
    update(
        &mut reading.service_tier,
        body.service_tier.0.and_then(|tier| tier.kind.0),
    );
    update(
        &mut reading.speed,
        body.performance.0.and_then(|config| config.latency.0),
    );
    if let Some(trace) = body.trace.0 {
        name(
            &mut reading.model,
            trace.prompt_router.0.and_then(|router| router.model.0),
        );
        if trace.guardrail.0.is_some_and(|figures| has_guardrail_fee(&figures)) {
            reading.add_unread("trace.guardrail.usage");
        }
    }
    if let Some(counts) = &body.usage.0 {
        take(reading, counts);
    }
    if let Some(error) = provider_error(body.error) {
        reading.error = Some(error);
    }
    Ok(())
}

/// Whether a guardrail counted charged units: word policies and units marked as free are not charged.
/// Source: <https://aws.amazon.com/bedrock/pricing/>, "Guardrails".
fn has_guardrail_fee(figures: &Figures<'_>) -> bool {
    let mut paths = figures.unread(&[]);
    paths.any(|path| {
        let is_free = path.ends_with("wordPolicyUnits") || path.ends_with("FreeUnits");
        path.contains("usage.") && path.ends_with("Units") && !is_free
    })
}

/// Adds the counts of Converse, which direct invocations of Amazon's own models also use.
pub(super) fn take(reading: &mut Reading, figures: &Figures<'_>) {
    let usage = figures.whole();
    let uncached = usage.count("inputTokens");
    // The second name of each is that of direct invocations of Amazon's models; Converse repeats it.
    let read = usage.first(&["cacheReadInputTokens", "cacheReadInputTokenCount"]);
    let written = usage.first(&["cacheWriteInputTokens", "cacheWriteInputTokenCount"]);
    if uncached != Count::Absent {
        reading.take(Unit::InputTokens, "usage.inputTokens", sum(&[uncached, read, written]));
    }
    reading.take(Unit::CacheReadTokens, "usage.cacheReadInputTokens", read);
    reading.take(Unit::CacheWriteTokens, "usage.cacheWriteInputTokens", written);
    reading.take(Unit::OutputTokens, "usage.outputTokens", usage.count("outputTokens"));
    // Cache writes with another lifetime stay unread.
    for (ttl, unit) in [("5m", Unit::CacheWrite5mTokens), ("1h", Unit::CacheWrite1hTokens)] {
        let details = usage.each("cacheDetails");
        let of_ttl = details.filter(|detail| detail.text("ttl").as_deref() == Some(ttl));
        let counts: Vec<_> = of_ttl.map(|detail| detail.count("inputTokens")).collect();
        reading.take(unit, "usage.cacheDetails", sum(&counts));
    }
    reading.add_unread_numbers(figures, KNOWN);
}
