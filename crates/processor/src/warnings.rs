//! What is to be logged, once a subject, and by a thread that may log.
//!
//! `on_end` runs while the SDK holds the ending span's lock, so it must not log: a subscriber would reach for that span.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use tracing_genai_pricing::Reason;

/// The most subjects that are warned about, each once.
const MOST_WARNED: usize = 512;

/// The most warnings that wait to be logged.
const MOST_WAITING: usize = 64;

/// Something about costs that the user should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Warning {
    /// The calls of a model have no cost.
    Unpriced {
        provider: String,
        model: String,
        reason: Reason,
    },
    /// A number of a provider's usage is not understood.
    UnreadUsage { provider: String, field: String },
}

impl Warning {
    /// What it is about: two warnings of one subject are one.
    fn subject(&self) -> (u8, String, String) {
        match self {
            Self::Unpriced { provider, model, .. } => (0, provider.clone(), model.clone()),
            Self::UnreadUsage { provider, field } => (1, provider.clone(), field.clone()),
        }
    }

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
        }
    }
}

/// Warnings: those that wait to be logged, and the subjects of those that were.
#[derive(Debug, Default)]
pub(crate) struct Warnings(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    warned: HashSet<(u8, String, String)>,
    waiting: Vec<Warning>,
}

impl Warnings {
    /// Keeps a warning to be logged; false where its subject was warned about before, or where too many are.
    pub(crate) fn add(&self, warning: Warning) -> bool {
        let subject = warning.subject();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.waiting.len() >= MOST_WAITING || kept.warned.len() >= MOST_WARNED {
            return false;
        }
        let is_new = kept.warned.insert(subject);
        if is_new {
            kept.waiting.push(warning);
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
        waiting.into_iter().for_each(Warning::log);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_warned_about_once_whatever_else_is_said_of_it() {
        let unpriced = |reason| Warning::Unpriced {
            provider: "openai".to_owned(),
            model: "m".to_owned(),
            reason,
        };
        let unread = |provider: &str| Warning::UnreadUsage {
            provider: provider.to_owned(),
            field: "m".to_owned(),
        };
        let warnings = Warnings::default();
        assert!(warnings.add(unpriced(Reason::UnknownModel)));
        assert!(!warnings.add(unpriced(Reason::NoPrice)));
        assert!(warnings.add(unread("openai")));
        assert!(!warnings.add(unread("openai")));
        assert!(warnings.add(unread("anthropic")));
        assert!(warnings.wait());
    }
}
