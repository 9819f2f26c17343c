//! Detects whether a helper's drop closes its span, and passes the span's id to the layer.

use std::cell::Cell;

use opentelemetry::trace::SpanId;
use tracing::Span;
use tracing::span::Id;

thread_local! {
    /// The span whose handle a helper is dropping on this thread, and its OpenTelemetry span, which is recording.
    static DROPPING: Cell<Option<(u64, SpanId)>> = const { Cell::new(None) };
}

/// Drops a handle of `span`, whose OpenTelemetry span is recording; returns whether it was the last one, so that the
/// span has closed.
pub(crate) fn drop_handle(id: &Id, span: Span, span_id: SpanId) -> bool {
    let is_noted = DROPPING
        .try_with(|dropping| dropping.set(Some((id.into_u64(), span_id))))
        .is_ok();
    drop(span);
    is_noted && DROPPING.try_with(Cell::take).is_ok_and(|left| left.is_none())
}

/// The OpenTelemetry span of the closing span `id`, if a helper has just dropped its last handle.
pub(crate) fn take_closing(id: &Id) -> Option<SpanId> {
    DROPPING
        .try_with(|dropping| match dropping.get() {
            Some((dropped, span_id)) if dropped == id.into_u64() => {
                dropping.set(None);
                Some(span_id)
            }
            _ => None,
        })
        .ok()
        .flatten()
}
