//! The processor's thread: processes queued spans and logs warnings.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::sync::atomic::{AtomicBool, Ordering};
use crate::sync::thread::{self, Thread};
use crate::sync::{Arc, Weak};

/// The thread's work.
pub(crate) trait Work: Send + Sync + 'static {
    /// Whether there is anything to do.
    fn is_waiting(&self) -> bool;

    /// Does all of it.
    fn work(&self);
}

/// How long the thread sleeps after work. Meanwhile it needs no wake-up, which would cost the waking thread some
/// microseconds.
const POLL_INTERVAL: Duration = Duration::from_millis(20);

/// The thread; it ends when its work is dropped. If no thread can be started, flushes and threads that find the queue
/// full process the spans.
#[derive(Debug)]
pub(crate) struct Worker {
    thread: Option<Thread>,
    is_parked: Arc<AtomicBool>,
}

impl Worker {
    pub(crate) fn start(work: Weak<impl Work>) -> Self {
        let is_parked = Arc::new(AtomicBool::new(false));
        let parked = Arc::clone(&is_parked);
        let thread = thread::Builder::new()
            .name("tracing-genai".to_owned())
            .spawn(move || run(&work, &parked));
        Self {
            thread: thread.ok().map(|handle| handle.thread().clone()),
            is_parked,
        }
    }

    /// Whether there is a thread.
    pub(crate) fn has_thread(&self) -> bool {
        self.thread.is_some()
    }

    /// Wakes the thread if it is parked without a timeout; otherwise it wakes by itself soon.
    pub(crate) fn wake(&self) {
        if self.is_parked.swap(false, Ordering::AcqRel) {
            self.wake_now();
        }
    }

    /// Wakes the thread at once.
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

fn run(work: &Weak<impl Work>, is_parked: &AtomicBool) {
    let mut rounds_without_work = 0;
    loop {
        let Some(work) = work.upgrade() else { return };
        let had_work = work.is_waiting();
        // The host's subscriber runs here; the panic hook reports its panic, and this thread continues.
        let _ = catch_unwind(AssertUnwindSafe(|| work.work()));
        rounds_without_work = if had_work { 0 } else { rounds_without_work + 1 };
        if rounds_without_work < 2 {
            drop(work);
            thread::park_timeout(POLL_INTERVAL);
            continue;
        }
        // Set before the last check: work queued in between would otherwise wake no thread.
        is_parked.store(true, Ordering::Release);
        let is_idle = !work.is_waiting();
        drop(work);
        if is_idle {
            thread::park();
        }
        is_parked.store(false, Ordering::Release);
    }
}
