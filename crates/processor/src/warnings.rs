//! What is to be logged, once a subject, and by a thread that may log.
//!
//! `on_end` runs while the SDK holds the ending span's lock, so it must not log: a subscriber would reach for that span.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, PoisonError, RwLock};

use tracing_genai_pricing::Reason;

use crate::truncate::truncated;

/// The most subjects of one kind that are warned about, each once. They bound what waits, too.
const MOST_WARNED: usize = 512;

/// The most bytes of a name that are logged.
const MOST_NAME_BYTES: usize = 200;

/// Something about costs that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Warning {
    /// The calls of a model have no cost.
    Unpriced {
        provider: String,
        model: String,
        reason: Reason,
    },
    /// A number of a provider's usage is not understood.
    UnreadUsage { provider: String, field: String },
    /// The budget of a kind is used up.
    Further(Kind),
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
                "this number of the usage is not understood; costs of such calls are estimates (logged once per field)"
            ),
            Self::Further(Kind::Unpriced) => tracing::warn!(
                target: "tracing_genai", logged = MOST_WARNED,
                "further models without a cost are not logged; spans carry `tracing_genai.cost.reasons`"
            ),
            Self::Further(Kind::UnreadUsage) => tracing::warn!(
                target: "tracing_genai", logged = MOST_WARNED,
                "further numbers of the usage that are not understood are not logged; spans carry `tracing_genai.usage.unread`"
            ),
        }
    }
}

/// Warnings: those that wait to be logged, and the subjects of those that were.
#[derive(Debug, Default)]
pub(crate) struct Warnings {
    hashing: RandomState,
    unpriced: RwLock<Warned>,
    unread_usage: RwLock<Warned>,
    waiting: Mutex<Vec<Warning>>,
}

/// The hashes of the subjects of one kind; one more than [`MOST_WARNED`] once the budget is used up.
#[derive(Debug, Default)]
struct Warned(HashSet<u64>);

impl Warned {
    fn knows(&self, subject: u64) -> bool {
        self.0.len() > MOST_WARNED || self.0.contains(&subject)
    }
}

impl Warnings {
    /// Keeps a warning that calls of a model have no cost; false where it was kept before, or where too many were.
    pub(crate) fn unpriced(&self, provider: &str, model: &str, reason: Reason) -> bool {
        self.add(Kind::Unpriced, provider, model, |provider, model| Warning::Unpriced {
            provider,
            model,
            reason,
        })
    }

    /// Keeps a warning that a number of the usage is not understood, as [`unpriced`](Self::unpriced). A repeated one costs
    /// neither an allocation nor an exclusive lock.
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
        let is_further = warned.0.len() > MOST_WARNED;
        drop(warned);
        let warning = if is_further {
            Warning::Further(kind)
        } else {
            let [provider, name] = [provider, name].map(|text| truncated(text, MOST_NAME_BYTES).to_owned());
            warning(provider, name)
        };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push(warning);
        true
    }

    /// Whether any waits.
    pub(crate) fn wait(&self) -> bool {
        !self.waiting.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Logs what waits.
    pub(crate) fn log(&self) {
        // Taken out first: no lock is held while a subscriber runs.
        let waiting = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        waiting.into_iter().for_each(Warning::log);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_warned_about_once_whatever_else_is_said_of_it() {
        let warnings = Warnings::default();
        assert!(warnings.unpriced("openai", "m", Reason::UnknownModel));
        assert!(!warnings.unpriced("openai", "m", Reason::NoPrice));
        assert!(warnings.unread_usage("openai", "m"));
        assert!(!warnings.unread_usage("openai", "m"));
        assert!(warnings.unread_usage("anthropic", "m"));
        assert!(warnings.wait());
    }

    #[test]
    fn each_kind_has_a_budget_and_a_last_line() {
        let warnings = Warnings::default();
        let fields: Vec<_> = (0..MOST_WARNED + 9).map(|field| field.to_string()).collect();
        let kept = fields
            .iter()
            .filter(|field| warnings.unread_usage("openai", field))
            .count();
        // All that fit in the budget wait, however many they are, and one line for the rest.
        assert_eq!(kept, MOST_WARNED + 1);
        let waiting = warnings.waiting.lock().unwrap().clone();
        assert_eq!(waiting.len(), MOST_WARNED + 1);
        assert_eq!(waiting.last(), Some(&Warning::Further(Kind::UnreadUsage)));
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
