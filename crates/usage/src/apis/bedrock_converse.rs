//! The rules of Bedrock's Converse: `inputTokens`, cache reads and cache writes are three disjoint counts, whose sum is the
//! input; a stream tells them in its last event.
//!
//! Source: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_TokenUsage.html>. That the counts are
//! disjoint is how `genai-prices` and AWS's own price examples sum them; the reference does not say.

use serde::Deserialize;

use super::gather::NewsKeys;
use crate::field::{Count, Field, Maybe, Object, object, sum};
use crate::figures::Figures;
use crate::provider_error::provider_error;
use crate::reading::{Reading, name, update};
use crate::unit::Unit;

/// Numbers of a usage that say nothing new, and why.
const KNOWN: &[(&str, &str)] = &[
    ("totalTokens", "the sum of all counts"),
    ("pydantic_ai_gateway", "the gateway's own estimate of the cost"),
];

/// Why an answer ended that a guardrail stopped.
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

/// Where a prompt router chose, the model that it chose; and what guardrails looked at, for which there is a fee.
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

/// The keys of events that say something new.
pub(super) const NEWS: NewsKeys = NewsKeys {
    telling: &[
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

/// Takes over a whole body or one event.
pub(super) fn read(reading: &mut Reading, json: &[u8]) -> Result<(), serde_json::Error> {
    let body: Body<'_> = object(json)?;
    if let Some(reason) = body.stop_reason.0 {
        if reason == GUARDRAIL {
            // It has a fee, which only its trace counts.
            reading.leave_unread("stopReason");
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
            reading.leave_unread("trace.guardrail.usage");
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

/// Whether a guardrail counted units that are charged: those of words and those that are called free are not.
/// Source: <https://aws.amazon.com/bedrock/pricing/>, "Guardrails".
fn has_guardrail_fee(figures: &Figures<'_>) -> bool {
    let mut paths = figures.unread(&[]);
    paths.any(|path| {
        let is_free = path.ends_with("wordPolicyUnits") || path.ends_with("FreeUnits");
        path.contains("usage.") && path.ends_with("Units") && !is_free
    })
}

/// Takes over the counts of Converse, which Amazon's own models also answer with when they are invoked directly.
pub(super) fn take(reading: &mut Reading, figures: &Figures<'_>) {
    let usage = figures.whole();
    let uncached = usage.count("inputTokens");
    // The second name of each is what Amazon's models call it when they are invoked directly; Converse repeats it.
    let read = usage.first(&["cacheReadInputTokens", "cacheReadInputTokenCount"]);
    let written = usage.first(&["cacheWriteInputTokens", "cacheWriteInputTokenCount"]);
    if uncached != Count::Absent {
        reading.take(Unit::InputTokens, "usage.inputTokens", sum(&[uncached, read, written]));
    }
    reading.take(Unit::CacheReadTokens, "usage.cacheReadInputTokens", read);
    reading.take(Unit::CacheWriteTokens, "usage.cacheWriteInputTokens", written);
    reading.take(Unit::OutputTokens, "usage.outputTokens", usage.count("outputTokens"));
    // What is written with another lifetime stays unread.
    for (ttl, unit) in [("5m", Unit::CacheWrite5mTokens), ("1h", Unit::CacheWrite1hTokens)] {
        let details = usage.each("cacheDetails");
        let of_ttl = details.filter(|detail| detail.text("ttl").as_deref() == Some(ttl));
        let counts: Vec<_> = of_ttl.map(|detail| detail.count("inputTokens")).collect();
        reading.take(unit, "usage.cacheDetails", sum(&counts));
    }
    reading.take_unread(figures, KNOWN);
}
