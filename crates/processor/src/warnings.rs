//! Queued log warnings, one per model or field.
//!
//! `on_end` must not log: the SDK holds the ending span's lock, and a subscriber would access that span.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError, RwLock};

use tracing_genai_pricing::Reason;

use crate::truncate::truncated;

/// Maximum subjects of one kind that are logged; it also bounds the queue.
const MAX_WARNED: usize = 512;

/// Maximum bytes of a name in a log.
const MAX_NAME_BYTES: usize = 200;

/// A warning about costs.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Warning {
    /// Calls of a model have no cost.
    Unpriced {
        provider: String,
        model: String,
        reason: Reason,
    },
    /// A number of a provider's usage is not understood.
    UnreadUsage { provider: String, field: String },
    /// The limit of a kind is reached.
    LimitReached(Kind),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Unpriced,
    UnreadUsage,
}

impl Warning {
    fn log(self) {
        match self {
            Self::Unpriced {
                provider,
                model,
                reason,
            } => {
                let reason = reason.as_str();
                tracing::warn!(
                    target: "tracing_genai", provider, model, reason,
                    "no cost for calls of this model; they are excluded from cost totals (logged once per model)"
                );
            }
            Self::UnreadUsage { provider, field } => tracing::warn!(
                target: "tracing_genai", provider, field,
                "usage field not understood; costs of such calls are estimates (logged once per field)"
            ),
            Self::LimitReached(Kind::Unpriced) => tracing::warn!(
                target: "tracing_genai", logged = MAX_WARNED,
                "further models without a cost are not logged; spans carry `tracing_genai.cost.reasons`"
            ),
            Self::LimitReached(Kind::UnreadUsage) => tracing::warn!(
                target: "tracing_genai", logged = MAX_WARNED,
                "further usage fields that are not understood are not logged; spans carry `tracing_genai.usage.unread`"
            ),
        }
    }
}

/// Queued warnings, and the subjects of those already queued.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    hashing: RandomState,
    unpriced: RwLock<Warned>,
    unread_usage: RwLock<Warned>,
    queued: Mutex<Vec<Warning>>,
}

/// The hashes of the subjects of one kind; one more than [`MAX_WARNED`] once the limit is reached.
#[derive(Debug, Default)]
struct Warned(HashSet<u64>);

impl Warned {
    fn knows(&self, subject: u64) -> bool {
        self.0.len() > MAX_WARNED || self.0.contains(&subject)
    }
}

impl Warnings {
    /// Queues a warning that calls of a model have no cost; false if already queued, or above the limit.
    pub(crate) fn unpriced(&self, provider: &str, model: &str, reason: Reason) -> bool {
        self.add(Kind::Unpriced, provider, model, |provider, model| Warning::Unpriced {
            provider,
            model,
            reason,
        })
    }

    /// Queues a warning that a usage count is not understood, as [`unpriced`](Self::unpriced). A repeated one takes no
    /// allocation and no exclusive lock.
    pub(crate) fn unread_usage(&self, provider: &str, field: &str) -> bool {
        self.add(Kind::UnreadUsage, provider, field, |provider, field| {
            Warning::UnreadUsage { provider, field }
        })
    }

    fn add(&self, kind: Kind, provider: &str, name: &str, warning: impl FnOnce(String, String) -> Warning) -> bool {
        let subject = self.hashing.hash_one((provider, name));
        let warned = match kind {
            Kind::Unpriced => &self.unpriced,
            Kind::UnreadUsage => &self.unread_usage,
        };
        if warned.read().unwrap_or_else(PoisonError::into_inner).knows(subject) {
            return false;
        }
        let mut warned = warned.write().unwrap_or_else(PoisonError::into_inner);
        if warned.knows(subject) {
            return false;
        }
        warned.0.insert(subject);
        let is_limit_reached = warned.0.len() > MAX_WARNED;
        drop(warned);
        let warning = if is_limit_reached {
            Warning::LimitReached(kind)
        } else {
            let [provider, name] = [provider, name].map(|text| truncated(text, MAX_NAME_BYTES).to_owned());
            warning(provider, name)
        };
        let mut queued = self.queued.lock().unwrap_or_else(PoisonError::into_inner);
        queued.push(warning);
        true
    }

    /// Whether a warning is queued.
    pub(crate) fn has_queued(&self) -> bool {
        !self.queued.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Logs the queued warnings.
    pub(crate) fn log(&self) {
        // No lock is held while a subscriber runs.
        let queued = std::mem::take(&mut *self.queued.lock().unwrap_or_else(PoisonError::into_inner));
        queued.into_iter().for_each(Warning::log);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_logged_once() {
        let warnings = Warnings::default();
        assert!(warnings.unpriced("openai", "m", Reason::UnknownModel));
        assert!(!warnings.unpriced("openai", "m", Reason::NoPrice));
        assert!(warnings.unread_usage("openai", "m"));
        assert!(!warnings.unread_usage("openai", "m"));
        assert!(warnings.unread_usage("anthropic", "m"));
        assert!(warnings.has_queued());
    }

    #[test]
    fn each_kind_has_a_limit_and_a_last_line() {
        let warnings = Warnings::default();
        let fields: Vec<_> = (0..MAX_WARNED + 9).map(|field| field.to_string()).collect();
        let kept = fields
            .iter()
            .filter(|field| warnings.unread_usage("openai", field))
            .count();
        // All up to the limit are queued, and one for the rest.
        assert_eq!(kept, MAX_WARNED + 1);
        let queued = warnings.queued.lock().unwrap().clone();
        assert_eq!(queued.len(), MAX_WARNED + 1);
        assert_eq!(queued.last(), Some(&Warning::LimitReached(Kind::UnreadUsage)));
        assert!(warnings.unpriced("openai", "m", Reason::UnknownModel));
    }

    #[test]
    fn a_repeated_warning_allocates_nothing() {
        let warnings = Warnings::default();
        assert!(warnings.unread_usage("openai", "poems"));
        let repeated = allocation_counter::measure(|| assert!(!warnings.unread_usage("openai", "poems")));
        assert_eq!(repeated.count_total, 0);
    }
}
