//! Forwards a processed span to the wrapped processor, and marks it as processed for a nested `GenAiProcessor`.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use opentelemetry::trace::SpanId;
use opentelemetry_sdk::trace::{SpanData, SpanProcessor};

use crate::export::Delivery;

thread_local! {
    /// The span that this thread is forwarding. Unlike an attribute, this cannot be forged.
    static FORWARDING: Cell<Option<Forwarded>> = const { Cell::new(None) };
}

/// A span that another `GenAiProcessor` processed, and what its attributes no longer tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Forwarded {
    span: SpanId,
    /// Whether it was an OpenInference span.
    pub(crate) is_openinference: bool,
}

/// Forwards a sampled `span`. One that is only recorded is counted and dropped, since the SDK's batch processor would
/// export it.
///
/// A panic of the wrapped processor is caught and counted.
pub(crate) fn forward(span: SpanData, is_openinference: bool, next: &dyn SpanProcessor, delivery: &Delivery) {
    if !span.span_context.is_sampled() {
        return delivery.span_not_sampled();
    }
    let guard = ForwardingGuard::set(Forwarded {
        span: span.span_context.span_id(),
        is_openinference,
    });
    let forwarded = catch_unwind(AssertUnwindSafe(|| next.on_end(span)));
    drop(guard);
    if forwarded.is_err() {
        delivery.stage_panicked();
    }
}

/// The mark of the span if another `GenAiProcessor` is forwarding it on this thread.
pub(crate) fn forwarded(span: SpanId) -> Option<Forwarded> {
    let forwarding = FORWARDING.try_with(Cell::get).ok().flatten()?;
    (forwarding.span == span).then_some(forwarding)
}

/// Restores the previous span on drop: a wrapped processor may end spans of its own.
struct ForwardingGuard(Option<Forwarded>);

impl ForwardingGuard {
    fn set(span: Forwarded) -> Self {
        // During thread teardown nothing is set; this must not panic.
        Self(
            FORWARDING
                .try_with(|forwarding| forwarding.replace(Some(span)))
                .ok()
                .flatten(),
        )
    }
}

impl Drop for ForwardingGuard {
    fn drop(&mut self) {
        let _ = FORWARDING.try_with(|forwarding| forwarding.set(self.0));
    }
}
