//! Holds `error.type`, a metric label, to a known list and to a few names of the program.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use opentelemetry::Value;
use tracing_genai_semconv::error_type::{is_known, is_local_name};
use tracing_genai_semconv::{Attribute, OTHER, own};

use crate::operation::Operation;
use crate::secrets::redact_secrets;

/// Maximum names of the program's own errors, for each processor.
const MAX_LOCAL_NAMES: usize = 64;

/// The names outside the known list that were admitted as `error.type`.
#[derive(Debug, Default)]
pub(crate) struct ErrorTypes(RwLock<HashSet<Box<str>>>);

impl ErrorTypes {
    /// Replaces an `error.type` that is neither known nor one of the first names of the program by `_OTHER`. The value
    /// itself stays under a name of this project's own.
    pub(crate) fn limit(&self, operation: &mut Operation<'_>) {
        let Some(written) = operation.text(Attribute::ErrorType) else {
            return;
        };
        if is_known(written) || self.admits(written) {
            return;
        }
        let written = Value::from(written.to_owned());
        operation.set(Attribute::ErrorType, OTHER);
        if !operation.has_name(own::ERROR_TYPE) && !written.as_str().is_empty() {
            operation.write(own::ERROR_TYPE, written);
        }
    }

    fn admits(&self, name: &str) -> bool {
        if !is_local_name(name) || redact_secrets(name) != name {
            return false;
        }
        let names = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if names.contains(name) {
            return true;
        }
        if names.len() >= MAX_LOCAL_NAMES {
            return false;
        }
        drop(names);
        let mut names = self.0.write().unwrap_or_else(PoisonError::into_inner);
        names.contains(name) || (names.len() < MAX_LOCAL_NAMES && names.insert(name.into()))
    }
}
