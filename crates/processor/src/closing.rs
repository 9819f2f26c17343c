//! What only the `tracing` layer knows about a span, handed to the processor while that span closes.
//!
//! tracing-opentelemetry ends the OpenTelemetry span, and so runs `on_end`, inside its own `on_close`. A layer that runs
//! before it may [`lay`] a note on this thread for `on_end` to take. A note names its span, so that none is taken for
//! another's. It may be absent: no cost and no count depends on it.

use std::cell::Cell;
use std::time::Duration;

use opentelemetry::trace::SpanId;

/// A note about the span that is closing on this thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// How long the span was open, by the monotonic clock.
    pub open_for: Duration,
    /// The span this is about.
    pub span_id: SpanId,
    /// The name the span has unless its author chose another.
    pub default_name: &'static str,
    /// Whether the author chose the span's kind (`otel.kind`).
    pub kind_is_authors: bool,
    /// How often the request was sent, as far as anybody said; 0 where nobody did.
    pub attempts: u32,
    /// Fields of the span and of its events that were unsigned integers, and that the bridge made text of.
    pub unsigned_fields: Vec<&'static str>,
}

thread_local! {
    static CLOSING: Cell<Option<Closing>> = const { Cell::new(None) };
}

/// Leaves a note for the `on_end` that is about to run on this thread.
pub fn lay(closing: Closing) {
    // A thread that is being torn down has no note to pass on, and must not panic for it.
    let _ = CLOSING.try_with(|note| note.set(Some(closing)));
}

/// The note about the span `id`, if there is one. One about another span, which somebody ended early or no processor
/// took, is gone with it.
pub(crate) fn take(id: SpanId) -> Option<Closing> {
    let note = CLOSING.try_with(Cell::take).ok().flatten()?;
    (note.span_id == id).then_some(note)
}
