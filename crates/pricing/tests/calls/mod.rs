//! Calls to price, and what is said of their cost.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::time::{Duration, UNIX_EPOCH};

use tracing_genai_pricing::{CallContext, Catalogue, Cost, Counts, PriceQuery, Reason, Status};
use tracing_genai_usage::{Unit, Usage};

/// 2026-11-20T12:00:00Z.
pub(crate) const NOON: Duration = Duration::from_secs(1_795_176_000);

/// Status, total and reasons of a cost.
pub(crate) type Said = (Status, Option<String>, Vec<Reason>);

/// A call at noon.
pub(crate) fn call<'a>(provider: &'a str, model: &'a str, usage: &'a Usage) -> PriceQuery<'a> {
    PriceQuery {
        provider,
        server_address: None,
        response_model: Some(model),
        request_model: None,
        usage,
        started: UNIX_EPOCH + NOON,
        context: CallContext::default(),
        counts: Counts::Inclusive,
    }
}

pub(crate) fn said(cost: &Cost) -> Said {
    let total = cost.total.map(|total| total.to_string());
    (cost.status, total, cost.reasons.iter().collect())
}

/// What the embedded catalogue says of the call.
pub(crate) fn cost(call: &PriceQuery<'_>) -> Said {
    said(&Catalogue::embedded().cost(call))
}

pub(crate) fn priced(total: &str) -> Said {
    (Status::Priced, Some(total.to_owned()), Vec::new())
}

pub(crate) fn estimated(total: &str, reasons: &[Reason]) -> Said {
    (Status::Estimated, Some(total.to_owned()), reasons.to_vec())
}

/// A million tokens in, none out, and a part of them.
pub(crate) fn input_with(unit: Unit, count: u64) -> Usage {
    tokens(1_000_000, 0).with(unit, count)
}

pub(crate) fn tokens(input: u64, output: u64) -> Usage {
    Usage::new()
        .with(Unit::InputTokens, input)
        .with(Unit::OutputTokens, output)
}
