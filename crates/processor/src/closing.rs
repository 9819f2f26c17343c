//! Data about an ending span that only the `tracing` layer has, passed to the processor.
//!
//! tracing-opentelemetry ends the OpenTelemetry span, and so runs `on_end`, inside its own `on_close`. A layer that
//! runs before it may leave a note on this thread by [`set_note`], which `on_end` takes. The note carries its span's id, so another
//! span cannot take it. It may be absent: no cost and no count of a span depends on it, but whether calls within cover it.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::SpanId;

use crate::inner_calls::InnerCalls;

/// A note about the span that is ending on this thread.
///
/// ```
/// use std::time::Duration;
///
/// use opentelemetry::trace::SpanId;
/// use tracing_genai_processor::closing::{self, Closing};
///
/// let span = SpanId::from_bytes([7; 8]);
/// closing::set_note(Closing::new(span, Duration::from_millis(410), "ask_model").attempts(2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a note does nothing until it is set"]
pub struct Closing {
    open_for: Duration,
    span_id: SpanId,
    pub(crate) default_name: &'static str,
    pub(crate) has_explicit_kind: bool,
    pub(crate) attempts: u32,
    pub(crate) unsigned_fields: Vec<&'static str>,
    kept_open: Option<KeptOpen>,
    pub(crate) inner_calls: Option<Box<InnerCalls>>,
}

/// The end of a span that was kept open by a child alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct KeptOpen {
    closed_at: SystemTime,
    last_record: Option<Duration>,
}

impl Closing {
    /// A note about the span `span_id`, open for `open_for` by the monotonic clock, whose name is `default_name` unless
    /// its author chose another.
    pub fn new(span_id: SpanId, open_for: Duration, default_name: &'static str) -> Self {
        Self {
            open_for,
            span_id,
            default_name,
            has_explicit_kind: false,
            attempts: 0,
            unsigned_fields: Vec::new(),
            kept_open: None,
            inner_calls: None,
        }
    }

    /// The author chose the span's kind (`otel.kind`).
    pub fn explicit_kind(mut self) -> Self {
        self.has_explicit_kind = true;
        self
    }

    /// How often the request was sent. Default: 0, unknown.
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Unsigned integer fields of the span and of its events, which the bridge exports as text.
    pub fn unsigned_fields(mut self, names: Vec<&'static str>) -> Self {
        self.unsigned_fields = names;
        self
    }

    /// The model calls that a watched client made within the span.
    pub fn inner_calls(mut self, calls: Option<Box<InnerCalls>>) -> Self {
        self.inner_calls = calls;
        self
    }

    /// Only a child kept the span open: it closes at `closed_at`, when that child closes. A GenAI field was last
    /// recorded `last_record` after the span opened.
    ///
    /// Such a span ends at its last exit or last record, whichever is later; without either, at its close.
    pub fn kept_open(mut self, closed_at: SystemTime, last_record: Option<Duration>) -> Self {
        self.kept_open = Some(KeptOpen { closed_at, last_record });
        self
    }

    /// How long the span lasted; `bridge_end` is the bridge's end time, the last exit or the close.
    pub(crate) fn lasted(&self, bridge_end: SystemTime) -> Duration {
        let Some(kept_open) = self.kept_open else {
            return self.open_for;
        };
        // For a span that was never exited, the bridge reads the clock after `closed_at` was read.
        let since_exit = kept_open.closed_at.duration_since(bridge_end).ok();
        // An exit before the span opened was read from a clock that was set since.
        let last_exit = since_exit
            .filter(|since| !since.is_zero())
            .and_then(|since| self.open_for.checked_sub(since));
        last_exit
            .max(kept_open.last_record)
            .map_or(self.open_for, |lasted| lasted.min(self.open_for))
    }
}

thread_local! {
    static CLOSING: Cell<Option<Closing>> = const { Cell::new(None) };
}

/// Leaves a note for the `on_end` that is about to run on this thread.
pub fn set_note(closing: Closing) {
    // During thread teardown the note is dropped; this must not panic.
    let _ = CLOSING.try_with(|note| note.set(Some(closing)));
}

/// Takes the note about the span `id`. A note about another span, which was ended early or is not processed, is
/// dropped.
pub(crate) fn take(id: SpanId) -> Option<Closing> {
    let note = CLOSING.try_with(Cell::take).ok().flatten()?;
    (note.span_id == id).then_some(note)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn note() -> Closing {
        Closing::new(SpanId::INVALID, 10 * SECOND, "chat")
    }

    #[test]
    fn a_span_lasts_until_it_closes() {
        assert_eq!(note().lasted(SystemTime::UNIX_EPOCH), 10 * SECOND);
    }

    #[test]
    fn a_span_kept_open_by_a_child_lasts_until_its_last_exit_or_record() {
        let closed_at = SystemTime::UNIX_EPOCH + 1000 * SECOND;
        let lasted = |last_record, bridge_end| note().kept_open(closed_at, last_record).lasted(bridge_end);
        let exited = closed_at - 4 * SECOND;
        let never_exited = closed_at + Duration::from_nanos(100);
        for (last_record, bridge_end, expected) in [
            (None, exited, 6),
            (Some(3 * SECOND), exited, 6),
            (Some(7 * SECOND), exited, 7),
            (Some(7 * SECOND), never_exited, 7),
            (None, never_exited, 10),
            // The clock is too coarse to separate the close from the bridge's end.
            (Some(7 * SECOND), closed_at, 7),
            (None, closed_at, 10),
            // A clock that was set: the exit is unknown, and not at the start.
            (None, SystemTime::UNIX_EPOCH, 10),
            (Some(7 * SECOND), SystemTime::UNIX_EPOCH, 7),
            (Some(20 * SECOND), exited, 10),
        ] {
            assert_eq!(
                lasted(last_record, bridge_end),
                expected * SECOND,
                "{last_record:?} {bridge_end:?}"
            );
        }
    }

    #[test]
    fn a_note_is_taken_once_and_only_by_its_span() {
        let (own, other) = (SpanId::from_bytes([1; 8]), SpanId::from_bytes([2; 8]));
        set_note(Closing::new(own, SECOND, "chat"));
        assert!(take(own).is_some());
        assert!(take(own).is_none());
        set_note(Closing::new(own, SECOND, "chat"));
        assert!(take(other).is_none());
        assert!(take(own).is_none());
    }
}
