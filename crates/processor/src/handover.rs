//! A bounded queue of ended GenAI spans, for a thread of our own to see to instead of the host's.

use std::sync::{Mutex, PoisonError};

use opentelemetry_sdk::trace::SpanData;

use crate::closing::Closing;

/// The most spans that wait: as many as the SDK's own queue holds by default.
const MOST_WAITING: usize = 2_048;

/// A span that ended, and what its layer said of it.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) span: SpanData,
    pub(crate) closing: Option<Closing>,
}

/// The spans that wait.
#[derive(Debug)]
pub(crate) struct Handover {
    waiting: Mutex<Vec<Ended>>,
    /// Held while spans are seen to, so that a flush returns only when those taken before it are done, too.
    taken: Mutex<Vec<Ended>>,
    /// Spans that were seen to and have yet to go on.
    ready: Mutex<Vec<SpanData>>,
    /// Held while spans go on, for the same reason; apart from `taken`, since what they go on to may wait for a
    /// collection of metrics, and a collection sees to spans.
    going_on: Mutex<()>,
}

impl Handover {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Mutex::new(Vec::with_capacity(MOST_WAITING)),
            taken: Mutex::new(Vec::with_capacity(MOST_WAITING)),
            ready: Mutex::new(Vec::new()),
            going_on: Mutex::new(()),
        }
    }

    /// Lets `ended` wait; gives it back where too many do. `wake` is called where there is something new to do: at the
    /// first span, and when half the room is taken.
    pub(crate) fn push(&self, ended: Ended, wake: impl FnOnce()) -> Option<Ended> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST_WAITING {
            return Some(ended);
        }
        waiting.push(ended);
        let count = waiting.len();
        drop(waiting);
        if count == 1 || count == MOST_WAITING / 2 {
            wake();
        }
        None
    }

    /// Whether any wait, or are ready to go on.
    pub(crate) fn has_work(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len();
        waiting + self.ready_count() > 0
    }

    /// Whether there is room for more spans that are ready.
    pub(crate) fn has_room_for_ready(&self) -> bool {
        self.ready_count() < MOST_WAITING
    }

    fn ready_count(&self) -> usize {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Has what waits seen to, in the order it came; after that it is ready to go on.
    pub(crate) fn see_to(&self, mut see_to: impl FnMut(Ended) -> SpanData) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut *waiting, &mut *taken);
        }
        for ended in taken.drain(..) {
            let span = see_to(ended);
            self.ready.lock().unwrap_or_else(PoisonError::into_inner).push(span);
        }
    }

    /// Lets what is ready go on.
    pub(crate) fn go_on(&self, go_on: impl FnMut(SpanData)) {
        let _alone = self.going_on.lock().unwrap_or_else(PoisonError::into_inner);
        let ready = std::mem::take(&mut *self.ready.lock().unwrap_or_else(PoisonError::into_inner));
        ready.into_iter().for_each(go_on);
    }
}
