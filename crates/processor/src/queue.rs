//! The queue of ended GenAI spans between the threads that end them and the thread that processes them.
//!
//! It is bounded in items and in bytes. Its only lock is held to push, pop and count; no other lock is taken, and no
//! span is processed, logged, measured or forwarded, while it is held.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Maximum queued items: the SDK's default queue size.
pub(crate) const MAX_ITEMS: usize = 2_048;

/// Default maximum bytes of queued spans and those in progress.
pub(crate) const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Maximum items that are taken at once.
const BATCH: usize = 64;

/// When the thread should look for queued items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// After its short sleep, if it is in one.
    Soon,
    /// At once: the queue becomes half full.
    Now,
}

/// The queued spans, and the numbers of those in progress.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    state: Mutex<State<T>>,
    /// Notified when a span has been processed, if a thread waits.
    passed: Condvar,
    max_items: usize,
    max_bytes: usize,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<Waiting<T>>,
    in_progress: Vec<u64>,
    /// Bytes of the queued spans and of those in progress.
    bytes: usize,
    /// The number of the next span.
    next: u64,
    /// The number of threads that wait.
    flushing: usize,
}

#[derive(Debug)]
struct Waiting<T> {
    number: u64,
    bytes: usize,
    item: T,
}

impl<T> State<T> {
    /// Whether a span with a number below `until` is queued or in progress.
    fn has_before(&self, until: u64) -> bool {
        self.waiting.front().is_some_and(|first| first.number < until)
            || self.in_progress.iter().any(|number| *number < until)
    }
}

impl<T> Queue<T> {
    /// A queue of at most `max_items` spans and `max_bytes` bytes; with 0 items nothing is queued.
    pub(crate) fn new(max_items: usize, max_bytes: usize) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::with_capacity(max_items),
                in_progress: Vec::new(),
                bytes: 0,
                next: 0,
                flushing: 0,
            }),
            passed: Condvar::new(),
            max_items,
            max_bytes,
        }
    }

    /// Whether the queue has no room for any item.
    pub(crate) fn is_off(&self) -> bool {
        self.max_items == 0
    }

    /// Queues `item`. If the queue is full, the calling thread processes the oldest queued item first, to keep the
    /// order, or the item itself if nothing is queued. Calls `wake` at the first queued item and when the queue becomes
    /// half full.
    pub(crate) fn push(&self, item: T, bytes: usize, wake: impl Fn(Wake), process: impl Fn(T)) {
        let mut item = item;
        loop {
            match self.try_push(item, bytes, &wake) {
                Some(refused) => item = refused,
                None => return,
            }
            let mut oldest = Vec::with_capacity(1);
            let Some(_in_progress) = self.take(1, &mut oldest) else {
                return process(item);
            };
            oldest.into_iter().for_each(&process);
        }
    }

    /// Processes the queued items. They are taken in batches, so that threads that push seldom wait for the lock.
    pub(crate) fn process_all(&self, process: impl Fn(T)) {
        let mut batch = Vec::with_capacity(BATCH.min(self.max_items));
        while let Some(_in_progress) = self.take(BATCH, &mut batch) {
            batch.drain(..).for_each(&process);
        }
    }

    /// Queues `item`, or returns it if the queue is full.
    fn try_push(&self, item: T, bytes: usize, wake: impl Fn(Wake)) -> Option<T> {
        let mut state = self.state();
        if state.waiting.len() >= self.max_items || state.bytes.saturating_add(bytes) > self.max_bytes {
            return Some(item);
        }
        let number = state.next;
        state.next += 1;
        state.bytes += bytes;
        state.waiting.push_back(Waiting { number, bytes, item });
        let becomes_half_full = |taken: usize, before: usize, most: usize| taken > most / 2 && before <= most / 2;
        let count = state.waiting.len();
        let is_half_full = becomes_half_full(count, count - 1, self.max_items)
            || becomes_half_full(state.bytes, state.bytes - bytes, self.max_bytes);
        drop(state);
        if is_half_full {
            wake(Wake::Now);
        } else if count == 1 {
            wake(Wake::Soon);
        }
        None
    }

    /// Takes at most `max` of the oldest items, which are in progress until `InProgress` is dropped.
    fn take(&self, max: usize, items: &mut Vec<T>) -> Option<InProgress<'_, T>> {
        let mut state = self.state();
        let number = state.waiting.front()?.number;
        let count = state.waiting.len().min(max);
        let mut bytes = 0;
        for waiting in state.waiting.drain(..count) {
            bytes += waiting.bytes;
            items.push(waiting.item);
        }
        state.in_progress.push(number);
        drop(state);
        let queue = self;
        Some(InProgress { queue, number, bytes })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.state().waiting.is_empty()
    }

    /// Waits until every span pushed before this call was processed; false if that took longer than `timeout`.
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

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A span in progress; dropped when it was processed or its processing panicked.
struct InProgress<'q, T> {
    queue: &'q Queue<T>,
    number: u64,
    bytes: usize,
}

impl<T> Drop for InProgress<'_, T> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.bytes -= self.bytes;
        state.in_progress.retain(|number| *number != self.number);
        let has_waiter = state.flushing > 0;
        drop(state);
        if has_waiter {
            self.queue.passed.notify_all();
        }
    }
}
