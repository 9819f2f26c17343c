//! Hands a processed span to the wrapped processor, and lets a processor of ours behind it know that it was processed.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use opentelemetry::trace::SpanId;
use opentelemetry_sdk::trace::{SpanData, SpanProcessor};

use crate::export::Delivery;

thread_local! {
    /// The span that this thread is forwarding. An attribute could be forged; this cannot.
    static FORWARDING: Cell<Option<SpanId>> = const { Cell::new(None) };
}

/// Forwards `span` where it was sampled; one that is only recorded was counted and ends here, since the SDK's batch
/// processor would export it.
///
/// The wrapped processor is the host's choice: its panic is counted and goes no further.
pub(crate) fn forward(span: SpanData, next: &dyn SpanProcessor, delivery: &Delivery) {
    if !span.span_context.is_sampled() {
        return delivery.span_not_sampled();
    }
    let mark = Mark::set(span.span_context.span_id());
    let forwarded = catch_unwind(AssertUnwindSafe(|| next.on_end(span)));
    drop(mark);
    if forwarded.is_err() {
        delivery.stage_panicked();
    }
}

/// Whether another of our processors is forwarding this span on this thread.
pub(crate) fn is_forwarded(span: SpanId) -> bool {
    FORWARDING
        .try_with(Cell::get)
        .is_ok_and(|forwarding| forwarding == Some(span))
}

/// Restores what was being forwarded before: a wrapped processor may end spans of its own.
struct Mark(Option<SpanId>);

impl Mark {
    fn set(span: SpanId) -> Self {
        // A thread that is being torn down has no mark, and must not panic for it.
        Self(
            FORWARDING
                .try_with(|forwarding| forwarding.replace(Some(span)))
                .ok()
                .flatten(),
        )
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        let _ = FORWARDING.try_with(|forwarding| forwarding.set(self.0));
    }
}
