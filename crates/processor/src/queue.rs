//! The queue of ended GenAI spans between the threads that end them and the thread that processes them.
//!
//! It is bounded in spans and in bytes. Its one lock is held to push, to pop and to count; nothing else is locked and
//! nothing is processed, logged, measured or forwarded while it is held.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_sdk::trace::SpanData;

use crate::closing::Closing;

/// The most spans that wait: as many as the SDK's own queue holds by default.
pub(crate) const MAX_SPANS: usize = 2_048;

/// The most bytes that wait or are being processed, unless the user chose.
pub(crate) const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A span that ended, and what is known of it beside its data.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) span: SpanData,
    /// The note of the layer.
    pub(crate) closing: Option<Closing>,
    /// Whether another of our processors forwarded it: then it is priced and measured already.
    pub(crate) is_processed: bool,
}

/// The spans that wait, and the numbers of those that are being processed.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    /// Notified when a span has passed, if a thread waits for that.
    passed: Condvar,
    max_spans: usize,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    in_progress: Vec<u64>,
    /// Of the spans that wait and of those in progress.
    bytes: usize,
    /// The number of the next span.
    next: u64,
    /// How many threads wait for spans to pass.
    flushing: usize,
}

#[derive(Debug)]
struct Waiting {
    number: u64,
    bytes: usize,
    ended: Ended,
}

impl State {
    /// Whether a span with a number below `until` waits or is in progress.
    fn has_before(&self, until: u64) -> bool {
        self.waiting.front().is_some_and(|first| first.number < until)
            || self.in_progress.iter().any(|number| *number < until)
    }
}

impl Queue {
    /// A queue with room for `max_spans` spans and `max_bytes` bytes; one for no span refuses all.
    pub(crate) fn new(max_spans: usize, max_bytes: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::with_capacity(max_spans),
                ..State::default()
            }),
            passed: Condvar::new(),
            max_spans,
            max_bytes,
        }
    }

    /// Queues `ended`, or returns it where there is no room. Calls `wake` at the first span that waits, and when half the
    /// room is taken.
    pub(crate) fn push(&self, ended: Ended, wake: impl FnOnce()) -> Option<Ended> {
        if self.max_spans == 0 {
            return Some(ended);
        }
        let bytes = size(&ended.span);
        let mut state = self.state();
        let has_room = state.waiting.len() < self.max_spans && state.bytes.saturating_add(bytes) <= self.max_bytes;
        if !has_room {
            return Some(ended);
        }
        let number = state.next;
        state.next += 1;
        state.bytes += bytes;
        state.waiting.push_back(Waiting { number, bytes, ended });
        let is_half_full = |taken: usize, before: usize, most: usize| taken > most / 2 && before <= most / 2;
        let count = state.waiting.len();
        let is_time_to_wake = count == 1
            || is_half_full(count, count - 1, self.max_spans)
            || is_half_full(state.bytes, state.bytes - bytes, self.max_bytes);
        drop(state);
        if is_time_to_wake {
            wake();
        }
        None
    }

    /// Takes the span that has waited longest. It counts as in progress until `InProgress` is dropped.
    pub(crate) fn pop(&self) -> Option<(Ended, InProgress<'_>)> {
        if self.max_spans == 0 {
            return None;
        }
        let mut state = self.state();
        let Waiting { number, bytes, ended } = state.waiting.pop_front()?;
        state.in_progress.push(number);
        drop(state);
        let queue = self;
        Some((ended, InProgress { queue, number, bytes }))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.max_spans == 0 || self.state().waiting.is_empty()
    }

    /// Waits until every span that was pushed before this call has passed; false if that took longer than `timeout`.
    pub(crate) fn wait(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut state = self.state();
        let until = state.next;
        state.flushing += 1;
        let mut has_passed = !state.has_before(until);
        while !has_passed {
            let left = deadline.map_or(timeout, |deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                break;
            }
            let waited = self.passed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            has_passed = !state.has_before(until);
        }
        state.flushing -= 1;
        has_passed
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A span that is being processed; dropped when it has passed, or when its processing panicked.
pub(crate) struct InProgress<'q> {
    queue: &'q Queue,
    number: u64,
    bytes: usize,
}

impl Drop for InProgress<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.bytes -= self.bytes;
        state.in_progress.retain(|number| *number != self.number);
        let is_waited_for = state.flushing > 0;
        drop(state);
        if is_waited_for {
            self.queue.passed.notify_all();
        }
    }
}

/// The bytes that `span` keeps allocated, near enough: texts in full, the rest by the size of its type.
fn size(span: &SpanData) -> usize {
    let of_events: usize = span
        .events
        .iter()
        .map(|event| event.name.len() + attributes_size(&event.attributes))
        .sum();
    let of_links: usize = span.links.iter().map(|link| attributes_size(&link.attributes)).sum();
    size_of::<SpanData>() + span.name.len() + attributes_size(&span.attributes) + of_events + of_links
}

fn attributes_size(attributes: &[opentelemetry::KeyValue]) -> usize {
    use opentelemetry::{Array, Value};
    let value_size = |value: &Value| match value {
        Value::String(text) => text.as_str().len(),
        Value::Array(Array::String(texts)) => texts.iter().map(|text| size_of_val(text) + text.as_str().len()).sum(),
        Value::Array(Array::I64(items)) => size_of_val(items.as_slice()),
        Value::Array(Array::F64(items)) => size_of_val(items.as_slice()),
        Value::Array(Array::Bool(items)) => size_of_val(items.as_slice()),
        _ => 0,
    };
    attributes
        .iter()
        .map(|attribute| size_of_val(attribute) + attribute.key.as_str().len() + value_size(&attribute.value))
        .sum()
}
