//! Polls a future as a runtime does, and counts.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

/// Counts how often it is woken.
#[derive(Default)]
struct Wakes(AtomicUsize);

impl Wake for Wakes {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// How a call went: the times of its polls, and the response if it came.
pub(crate) struct Polled<T> {
    pub(crate) polls: Vec<Duration>,
    pub(crate) output: Option<T>,
}

/// Polls `future` until it is ready, or was not woken.
pub(crate) fn poll_while_woken<F: Future>(mut future: Pin<&mut F>) -> Polled<F::Output> {
    let wakes = Arc::new(Wakes::default());
    let counting = Waker::from(Arc::clone(&wakes));
    let mut polls = Vec::new();
    loop {
        let woken = wakes.0.load(Ordering::Relaxed);
        let started = Instant::now();
        let polled = future.as_mut().poll(&mut Context::from_waker(&counting));
        polls.push(started.elapsed());
        let output = match polled {
            Poll::Ready(output) => Some(output),
            Poll::Pending if wakes.0.load(Ordering::Relaxed) > woken => continue,
            Poll::Pending => None,
        };
        return Polled { polls, output };
    }
}
