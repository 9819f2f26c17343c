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
    /// Held while spans are seen to, so that a flush returns only when those taken before it have gone on, too.
    taken: Mutex<Vec<Ended>>,
}

impl Handover {
    pub(crate) fn new() -> Self {
        Self {
            waiting: Mutex::new(Vec::with_capacity(MOST_WAITING)),
            taken: Mutex::new(Vec::with_capacity(MOST_WAITING)),
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

    /// How many wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Takes what waits and has it seen to, in the order it came.
    pub(crate) fn drain(&self, see_to: impl FnMut(Ended)) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut *waiting, &mut *taken);
        }
        taken.drain(..).for_each(see_to);
    }
}
