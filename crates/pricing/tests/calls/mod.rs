//! Calls to price, and a summary of their cost.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::time::{Duration, UNIX_EPOCH};

use tracing_genai_pricing::{Catalogue, Cost, Counts, PriceQuery, Reason, Status};
use tracing_genai_usage::{Unit, Usage};

/// 2026-11-20T12:00:00Z.
pub(crate) const NOON: Duration = Duration::from_secs(1_795_176_000);

/// Status, total and reasons of a cost.
pub(crate) type Summary = (Status, Option<String>, Vec<Reason>);

/// A call at noon.
pub(crate) fn call<'a>(provider: &'a str, model: &'a str, usage: &'a Usage) -> PriceQuery<'a> {
    PriceQuery::new(provider, usage, UNIX_EPOCH + NOON)
        .response_model(model)
        .counts(Counts::Inclusive)
}

pub(crate) fn summary(cost: &Cost) -> Summary {
    let total = cost.total.map(|total| total.to_string());
    (cost.status, total, cost.reasons.iter().collect())
}

/// The summary of the call's cost by the embedded catalogue.
pub(crate) fn cost(call: &PriceQuery<'_>) -> Summary {
    summary(&Catalogue::embedded().cost(call))
}

pub(crate) fn priced(total: &str) -> Summary {
    (Status::Priced, Some(total.to_owned()), Vec::new())
}

pub(crate) fn estimated(total: &str, reasons: &[Reason]) -> Summary {
    (Status::Estimated, Some(total.to_owned()), reasons.to_vec())
}

/// A million input tokens, with `count` of `unit` among them, and no output.
pub(crate) fn input_with(unit: Unit, count: u64) -> Usage {
    tokens(1_000_000, 0).with(unit, count)
}

pub(crate) fn tokens(input: u64, output: u64) -> Usage {
    Usage::new()
        .with(Unit::InputTokens, input)
        .with(Unit::OutputTokens, output)
}
