//! The queue and its thread under many interleavings: no span is lost or processed twice, and no wait is endless.
//!
//! Both files are compiled here against shuttle's threads and locks, which choose the order and find deadlocks.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]
#![allow(dead_code, unreachable_pub, missing_docs, reason = "the files are the library's")]

mod sync {
    pub(crate) use shuttle::sync::{Arc, Condvar, Mutex, MutexGuard, Weak, atomic};
    pub(crate) use std::sync::PoisonError;

    pub(crate) mod thread {
        pub(crate) use shuttle::thread::{Builder, Thread, park, spawn, yield_now};

        /// shuttle has no time; its own `park_timeout` never times out.
        pub(crate) fn park_timeout(_timeout: std::time::Duration) {
            yield_now();
        }
    }
}

#[path = "../src/queue.rs"]
mod queue;
#[path = "../src/worker.rs"]
mod worker;

use std::time::Duration;

use queue::{Queue, Wake};
use sync::atomic::{AtomicUsize, Ordering};
use sync::{Arc, Mutex, thread};
use worker::{Work, Worker};

const ROUNDS: usize = 2_000;

/// Uses the queue and its thread as the processor's stages do.
struct Pipeline {
    queue: Queue<usize>,
    processed: Mutex<Vec<usize>>,
    /// The SDK's pipeline lock, held by a collection during its callbacks and taken to build an instrument.
    sdk: Mutex<()>,
    ended: AtomicUsize,
}

impl Pipeline {
    fn new(max_items: usize) -> Self {
        Self {
            queue: Queue::new(max_items, 100),
            processed: Mutex::default(),
            sdk: Mutex::default(),
            ended: AtomicUsize::new(0),
        }
    }

    fn process(&self, span: usize) {
        // A redactor that builds an instrument.
        drop(self.sdk.lock().unwrap());
        self.processed.lock().unwrap().push(span);
    }

    fn end(&self, span: usize, worker: &Worker) {
        self.ended.fetch_add(1, Ordering::SeqCst);
        let wake = |wake| match wake {
            Wake::Soon => worker.wake(),
            Wake::Now => worker.wake_now(),
        };
        self.queue.push(span, 1, wake, |span| self.process(span));
    }

    fn collect(&self) -> usize {
        let _held = self.sdk.lock().unwrap();
        // What a callback could ask for must not need a lock that is held while spans are processed.
        let _ = self.queue.is_empty();
        self.ended.load(Ordering::SeqCst)
    }
}

impl Work for Pipeline {
    fn is_waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    fn work(&self) {
        self.queue.process_all(|span| self.process(span));
    }
}

#[test]
fn a_flush_waits_for_every_span_in_any_order() {
    shuttle::check_random(
        || {
            let pipeline = Arc::new(Pipeline::new(2));
            let worker = Arc::new(Worker::start(Arc::downgrade(&pipeline)));
            let ending = [0, 10].map(|first| {
                let (pipeline, worker) = (Arc::clone(&pipeline), Arc::clone(&worker));
                thread::spawn(move || (first..first + 3).for_each(|span| pipeline.end(span, &worker)))
            });
            let collecting = {
                let pipeline = Arc::clone(&pipeline);
                thread::spawn(move || {
                    pipeline.collect();
                    pipeline.collect()
                })
            };
            for thread in ending {
                thread.join().unwrap();
            }
            worker.wake_now();
            assert!(pipeline.queue.wait(Duration::from_secs(3_600)));
            let mut processed = pipeline.processed.lock().unwrap().clone();
            processed.sort_unstable();
            assert_eq!(processed, [0, 1, 2, 10, 11, 12]);
            assert!(collecting.join().unwrap() <= 6);
            drop(pipeline);
        },
        ROUNDS,
    );
}

#[test]
fn a_span_is_processed_without_a_flush() {
    shuttle::check_random(
        || {
            let pipeline = Arc::new(Pipeline::new(4));
            let worker = Worker::start(Arc::downgrade(&pipeline));
            for span in 0..3 {
                pipeline.end(span, &worker);
                thread::yield_now();
            }
            // Only the push wakes the thread; a lost wake-up would block here.
            assert!(pipeline.queue.wait(Duration::from_secs(3_600)));
            assert_eq!(*pipeline.processed.lock().unwrap(), [0, 1, 2]);
            drop(pipeline);
        },
        ROUNDS,
    );
}

#[test]
fn concurrent_flushes_both_end() {
    shuttle::check_random(
        || {
            let pipeline = Arc::new(Pipeline::new(1));
            let worker = Arc::new(Worker::start(Arc::downgrade(&pipeline)));
            let flushing = [1, 2].map(|span| {
                let (pipeline, worker) = (Arc::clone(&pipeline), Arc::clone(&worker));
                thread::spawn(move || {
                    pipeline.end(span, &worker);
                    worker.wake_now();
                    assert!(pipeline.queue.wait(Duration::from_secs(3_600)));
                    assert!(pipeline.processed.lock().unwrap().contains(&span));
                })
            });
            for thread in flushing {
                thread.join().unwrap();
            }
            drop(pipeline);
        },
        ROUNDS,
    );
}

#[test]
fn the_thread_is_woken_at_the_first_item_and_when_the_queue_becomes_half_full() {
    shuttle::check_random(
        || {
            for (max_items, max_bytes) in [(8, 1_000), (1_000, 80)] {
                let queue = Queue::new(max_items, max_bytes);
                let woken = Mutex::new(Vec::new());
                for item in 1..=8 {
                    let wake = |wake| woken.lock().unwrap().push((item, wake));
                    queue.push(item, 10, wake, |_| ());
                }
                assert_eq!(*woken.lock().unwrap(), [(1, Wake::Soon), (5, Wake::Now)]);
            }
        },
        1,
    );
}
