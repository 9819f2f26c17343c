//! The standard library's synchronisation, as the queue and its thread use it. The test of their interleavings puts another
//! in its place.

pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
pub(crate) use std::{sync::atomic, thread};
