//! Tells a helper whether the handle that it lets go of was the last, and the layer what the helper knows already.

use std::cell::Cell;

use opentelemetry::trace::SpanId;
use tracing::Span;
use tracing::span::Id;

thread_local! {
    /// The span whose handle a helper lets go of on this thread, and its OpenTelemetry span, which is recording.
    static LET_GO: Cell<Option<(u64, SpanId)>> = const { Cell::new(None) };
}

/// Lets go of a handle of `span`, whose OpenTelemetry span is recording; whether it was the last, so that the span has
/// closed.
pub(crate) fn let_go(id: &Id, span: Span, span_id: SpanId) -> bool {
    let is_noted = LET_GO
        .try_with(|let_go| let_go.set(Some((id.into_u64(), span_id))))
        .is_ok();
    drop(span);
    is_noted && LET_GO.try_with(Cell::take).is_ok_and(|left| left.is_none())
}

/// The OpenTelemetry span of the span `id`, which is closing, if a helper has just let go of its last handle.
pub(crate) fn closes(id: &Id) -> Option<SpanId> {
    LET_GO
        .try_with(|let_go| match let_go.get() {
            Some((let_go_of, span_id)) if let_go_of == id.into_u64() => {
                let_go.set(None);
                Some(span_id)
            }
            _ => None,
        })
        .ok()
        .flatten()
}
