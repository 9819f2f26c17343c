//! The standard library's synchronisation types of queue and worker. `tests/interleavings.rs` replaces them.

pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
pub(crate) use std::{sync::atomic, thread};
