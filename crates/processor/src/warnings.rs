//! What is to be logged, once a model, and by a thread that may log.
//!
//! `on_end` runs while the SDK holds the ending span's lock, so it must not log: a subscriber would reach for that span.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use crate::measure::Unpriced;

/// The most models that are warned about, each once.
const MOST_WARNED: usize = 512;

/// The most warnings that wait to be logged.
const MOST_WAITING: usize = 64;

/// Models without a price: those that wait to be logged, and those that were.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    warned: HashSet<(String, String)>,
    waiting: Vec<Unpriced>,
}

impl Warnings {
    /// Keeps a model to be logged; false where it was before, or where too many are.
    pub(crate) fn add(&self, unpriced: Unpriced) -> bool {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.waiting.len() >= MOST_WAITING || kept.warned.len() >= MOST_WARNED {
            return false;
        }
        let is_new = kept.warned.insert((unpriced.provider.clone(), unpriced.model.clone()));
        if is_new {
            kept.waiting.push(unpriced);
        }
        is_new
    }

    /// Whether any waits.
    pub(crate) fn wait(&self) -> bool {
        !self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting.is_empty()
    }

    /// Logs what waits.
    pub(crate) fn log(&self) {
        // Taken out first: no lock is held while a subscriber runs.
        let waiting = std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).waiting);
        for unpriced in waiting {
            let Unpriced {
                provider,
                model,
                reason,
            } = unpriced;
            let reason = reason.as_str();
            tracing::warn!(
                target: "tracing_genai", provider, model, reason,
                "the cost of a model call is not known, and in no sum; this is said once a model"
            );
        }
    }
}
