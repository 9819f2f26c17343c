//! The processor's own thread: processes queued spans and logs warnings, away from the host's threads.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::thread::{self, Thread};
use crate::sync::{Arc, Weak};

/// What the thread does.
pub(crate) trait Work: Send + Sync + 'static {
    /// Whether there is anything to do.
    fn is_waiting(&self) -> bool;

    /// Does it all.
    fn work(&self);
}

/// How long the thread sleeps after it had something to do. During that time it needs no waking, which would cost the
/// waking thread some microseconds.
const LIGHT_SLEEP: Duration = Duration::from_millis(20);

/// The thread; it ends when its work is gone. Where the host can have no more threads there is none: a flush, and the
/// thread that finds the queue full, then process what waits.
#[derive(Debug)]
pub(crate) struct Worker {
    thread: Option<Thread>,
    sleeps_deeply: Arc<AtomicBool>,
}

impl Worker {
    pub(crate) fn start(work: Weak<impl Work>) -> Self {
        let sleeps_deeply = Arc::new(AtomicBool::new(false));
        let sleeps = Arc::clone(&sleeps_deeply);
        let thread = thread::Builder::new()
            .name("tracing-genai".to_owned())
            .spawn(move || run(&work, &sleeps));
        Self {
            thread: thread.ok().map(|handle| handle.thread().clone()),
            sleeps_deeply,
        }
    }

    /// Whether there is a thread.
    pub(crate) fn runs(&self) -> bool {
        self.thread.is_some()
    }

    /// Has the thread look for work soon.
    pub(crate) fn wake(&self) {
        if self.sleeps_deeply.swap(false, Ordering::AcqRel) {
            self.wake_now();
        }
    }

    /// Has the thread look for work at once.
    pub(crate) fn wake_now(&self) {
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.wake_now();
    }
}

fn run(work: &Weak<impl Work>, sleeps_deeply: &AtomicBool) {
    let mut rounds_without_work = 0;
    loop {
        let Some(living) = work.upgrade() else { return };
        let had_work = living.is_waiting();
        // A subscriber of the host's runs here; its panic is reported by the panic hook, and this thread goes on.
        let _ = catch_unwind(AssertUnwindSafe(|| living.work()));
        rounds_without_work = if had_work { 0 } else { rounds_without_work + 1 };
        if rounds_without_work < 2 {
            drop(living);
            thread::park_timeout(LIGHT_SLEEP);
            continue;
        }
        // Announced first, then looked once more: work that came between the two would otherwise wake no thread.
        sleeps_deeply.store(true, Ordering::Release);
        let is_idle = !living.is_waiting();
        drop(living);
        if is_idle {
            thread::park();
        }
        sleeps_deeply.store(false, Ordering::Release);
    }
}
