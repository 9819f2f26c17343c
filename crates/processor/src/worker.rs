//! The processor's own thread: sees to handed-over spans, records metric points and logs warnings, away from the host's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Thread};
use std::time::Duration;

use crate::stages::Stages;

/// How long the thread looks again by itself after it had something to do. As long as it does, nobody has to wake it,
/// which costs the waking thread some microseconds.
const LIGHT_SLEEP: Duration = Duration::from_millis(20);

/// The thread; it ends when the stages are gone. Without one, what waits is done at a flush, at a collection, or by the
/// host's thread that finds no more room.
#[derive(Debug)]
pub(crate) struct Worker {
    thread: Option<Thread>,
    sleeps_deeply: std::sync::Arc<AtomicBool>,
}

impl Worker {
    pub(crate) fn start(stages: Weak<Stages>) -> Self {
        let sleeps_deeply = std::sync::Arc::new(AtomicBool::new(false));
        let sleeps = std::sync::Arc::clone(&sleeps_deeply);
        let thread = thread::Builder::new()
            .name("tracing-genai".to_owned())
            .spawn(move || run(&stages, &sleeps));
        Self {
            thread: thread.ok().map(|handle| handle.thread().clone()),
            sleeps_deeply,
        }
    }

    /// Has the thread look for work soon.
    pub(crate) fn wake(&self) {
        if self.sleeps_deeply.swap(false, Ordering::AcqRel) {
            self.wake_now();
        }
    }

    fn wake_now(&self) {
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

fn run(stages: &Weak<Stages>, sleeps_deeply: &AtomicBool) {
    let mut looks_in_vain = 0;
    loop {
        let Some(living) = stages.upgrade() else { return };
        let had_work = living.has_work();
        // A subscriber of the host's runs here; what it panics with is said by its own hook, and this thread goes on.
        let _ = catch_unwind(AssertUnwindSafe(|| living.settle()));
        looks_in_vain = if had_work { 0 } else { looks_in_vain + 1 };
        if looks_in_vain < 2 {
            drop(living);
            thread::park_timeout(LIGHT_SLEEP);
            continue;
        }
        // Announced first, then looked once more: work that came between the two would otherwise wake nobody.
        sleeps_deeply.store(true, Ordering::Release);
        let is_idle = !living.has_work();
        drop(living);
        if is_idle {
            thread::park();
        }
        sleeps_deeply.store(false, Ordering::Release);
    }
}
