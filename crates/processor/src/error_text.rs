//! Finds the texts of errors among the attributes of spans and events, redacts them, and removes them.

use std::collections::HashSet;

use opentelemetry::{Array, KeyValue, StringValue, Value};
use tracing_genai_semconv::{error_type, own};

use crate::content::Redactor;
use crate::field_bounds::{MAX_ERROR_TEXT_BYTES, MAX_NAME_BYTES, MAX_VALUE_BYTES, cut_value};
use crate::truncate::ellipsed;

/// What the text of an error is kept of where a span must not have content: it may quote the prompt, but these are the
/// words of operating systems and their libraries.
const PLAIN_CAUSES: [&str; 12] = [
    "connection refused",
    "connection reset",
    "connection closed",
    "connection aborted",
    "broken pipe",
    "host unreachable",
    "network unreachable",
    "no route to host",
    "dns error",
    "timed out",
    "unexpected end of file",
    "certificate",
];

/// The ends of names of an error's message, of the conventions and of Langfuse.
const MESSAGES: [&str; 4] = ["exception.message", "error.message", "error_message", "status_message"];

/// The end of the name of an error's sources: tracing-opentelemetry writes an error of a field as `field`, and the list
/// of its sources as `field.chain`.
const CHAIN: &str = ".chain";

/// The ends of names of longer texts about an error, or about an answer.
const LONG_TEXTS: [&str; 5] = [
    "exception.stacktrace",
    "error.stack",
    "error.stacktrace",
    "gen_ai.evaluation.explanation",
    CHAIN,
];

/// A text about an error, or a list of them.
#[derive(Clone, Copy)]
pub(crate) enum ErrorText {
    Message,
    /// A stack trace, the error's sources, or an evaluation's reasons.
    Long,
    /// The value of `error.type` as it came.
    Type,
}

impl ErrorText {
    pub(crate) fn of(name: &str) -> Option<Self> {
        // Fast path: the last letter rules out most names.
        match name.as_bytes().last() {
            Some(b'e') if name == own::ERROR_TYPE => Some(Self::Type),
            Some(b'e' | b'k' | b'n' | b'r') => {
                let ends_with = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
                let is_message = matches!(name, "error" | "err") || ends_with(&MESSAGES);
                is_message
                    .then_some(Self::Message)
                    .or(ends_with(&LONG_TEXTS).then_some(Self::Long))
            }
            _ => None,
        }
    }

    const fn max_bytes(self) -> usize {
        match self {
            Self::Message => MAX_ERROR_TEXT_BYTES,
            Self::Long => MAX_VALUE_BYTES,
            Self::Type => MAX_NAME_BYTES,
        }
    }

    /// Redacts a text, or each of a list, and cuts them to the bound of such texts.
    pub(crate) fn redact(self, value: &mut Value, redactor: &Redactor) {
        let redact = |text: &mut StringValue| {
            if let Some(redacted) = redacted_error(text.as_str(), redactor, self.max_bytes()) {
                *text = redacted.into();
            }
        };
        match value {
            Value::String(text) => redact(text),
            Value::Array(Array::String(texts)) => texts.iter_mut().for_each(redact),
            _ => {}
        }
        cut_value(value, self.max_bytes());
    }
}

pub(crate) fn is_error_text(name: &str) -> bool {
    ErrorText::of(name).is_some()
}

/// The redacted and cut text of an error; `None` if nothing changed.
pub(crate) fn redacted_error(text: &str, redactor: &Redactor, max_bytes: usize) -> Option<String> {
    let redacted = redactor.error(text);
    let text = redacted.as_deref().unwrap_or(text);
    if text.len() > max_bytes {
        return Some(ellipsed(text, max_bytes));
    }
    redacted
}

/// What of an error's text may stand where content must not: a known error's word, or a plain cause.
pub(crate) fn plain_cause(text: &str) -> &'static str {
    let lower = text.to_ascii_lowercase();
    let cause = PLAIN_CAUSES.iter().find(|cause| lower.contains(**cause));
    error_type::known(text).or(cause.copied()).unwrap_or_default()
}

/// Removes texts of errors that are more than a word; returns whether there were any.
pub(crate) fn remove_texts(attributes: &mut Vec<KeyValue>) -> bool {
    let is_word = |attribute: &KeyValue| {
        attribute.key.as_str() == own::ERROR_TYPE && error_type::is_local_name(&attribute.value.as_str())
    };
    remove(attributes, is_word)
}

/// Removes texts of errors, also the type as it came; returns whether there were any.
pub(crate) fn remove_texts_with_types(attributes: &mut Vec<KeyValue>) -> bool {
    remove(attributes, |_| false)
}

fn remove(attributes: &mut Vec<KeyValue>, is_kept: impl Fn(&KeyValue) -> bool) -> bool {
    let before = attributes.len();
    // Errors in fields of any name.
    let with_sources: HashSet<_> = attributes
        .iter()
        .filter_map(|attribute| attribute.key.as_str().strip_suffix(CHAIN).map(str::to_owned))
        .collect();
    let is_error = |name: &str| is_error_text(name) || with_sources.contains(name);
    attributes.retain(|attribute| {
        let is_text = matches!(attribute.value, Value::String(_) | Value::Array(Array::String(_)));
        !(is_text && is_error(attribute.key.as_str())) || is_kept(attribute)
    });
    attributes.len() < before
}
