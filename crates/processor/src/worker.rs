//! The processor's own thread: records metric points and logs warnings, away from the host's threads.
//!
//! `on_end` runs while the SDK holds the ending span's lock, so it must not log: a subscriber would reach for that span.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, Thread};

use crate::measure::{Meters, Unpriced};

/// The most models that are warned about, each once.
const MOST_WARNED: usize = 512;

/// The most warnings that wait to be logged.
const MOST_WAITING: usize = 64;

/// Wakes the thread; does nothing where the host could not give us one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waker(Option<Thread>);

impl Waker {
    pub(crate) fn wake(&self) {
        if let Some(thread) = &self.0 {
            thread.unpark();
        }
    }
}

/// The thread and what it works on. Dropping it lets the thread end.
#[derive(Debug)]
pub(crate) struct Worker {
    shared: Arc<Shared>,
    waker: Waker,
}

#[derive(Debug, Default)]
struct Shared {
    meters: Arc<OnceLock<Meters>>,
    warnings: Mutex<Warnings>,
    is_over: AtomicBool,
}

#[derive(Debug, Default)]
struct Warnings {
    warned: HashSet<(String, String)>,
    waiting: Vec<Unpriced>,
}

impl Worker {
    /// Starts the thread. Without one, warnings stay unsaid and points wait for a flush, a collection or a full list.
    pub(crate) fn start(meters: Arc<OnceLock<Meters>>) -> Self {
        let shared = Arc::new(Shared {
            meters,
            ..Shared::default()
        });
        let works_on = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("tracing-genai".to_owned())
            .spawn(move || works_on.run())
            .ok();
        Self {
            shared,
            waker: Waker(thread.map(|handle| handle.thread().clone())),
        }
    }

    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }

    /// Has a model without a price logged, once, soon.
    pub(crate) fn warn(&self, unpriced: Unpriced) {
        let mut warnings = self.shared.warnings.lock().unwrap_or_else(PoisonError::into_inner);
        if warnings.waiting.len() >= MOST_WAITING || warnings.warned.len() >= MOST_WARNED {
            return;
        }
        if warnings
            .warned
            .insert((unpriced.provider.clone(), unpriced.model.clone()))
        {
            warnings.waiting.push(unpriced);
            drop(warnings);
            self.waker.wake();
        }
    }

    /// Does now, on this thread, what waits to be recorded.
    pub(crate) fn flush(&self) {
        self.shared.record();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        self.waker.wake();
    }
}

impl Shared {
    fn run(&self) {
        loop {
            let is_over = self.is_over.load(Ordering::Acquire);
            self.record();
            self.log();
            if is_over {
                return;
            }
            thread::park();
        }
    }

    fn record(&self) {
        if let Some(meters) = self.meters.get() {
            meters.flush();
        }
    }

    fn log(&self) {
        // Taken out first: no lock is held while a subscriber runs.
        let waiting = std::mem::take(&mut self.warnings.lock().unwrap_or_else(PoisonError::into_inner).waiting);
        for unpriced in waiting {
            tracing::warn!(
                target: "tracing_genai",
                provider = unpriced.provider,
                model = unpriced.model,
                reason = unpriced.reason.as_str(),
                "a model call has no price: its cost is unknown and in no sum; this is said once a model"
            );
        }
    }
}
