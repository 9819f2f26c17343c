//! Unread values of a span: invalid or conflicting attributes, and counts that are not understood.

use opentelemetry::{Array, StringValue, Value};
use tracing_genai_semconv::{Attribute, own};

use crate::truncate::truncated;

/// Maximum number of values noted per span.
const MAX_VALUES: usize = 64;

/// Why a value could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It cannot be converted to the attribute's type.
    Type,
    /// It is not JSON of the attribute's form.
    Json,
    /// It was too long and was cut.
    Length,
    /// Another name of the same attribute has another value, which was kept.
    Disagreement,
}

impl Unread {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Json => "json",
            Self::Length => "length",
            Self::Disagreement => "disagreement",
        }
    }
}

/// The span's values that could not be read.
#[derive(Debug, Default)]
pub(crate) struct UnreadValues(Vec<(Attribute, Unread)>);

impl UnreadValues {
    pub(crate) fn add(&mut self, attribute: Attribute, why: Unread) {
        if self.0.len() < MAX_VALUES {
            self.0.push((attribute, why));
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Attribute, Unread)> + '_ {
        self.0.iter().copied()
    }
}

/// Maximum bytes of a count's name, which may be a key of any JSON.
const MAX_NAME_BYTES: usize = 200;

/// The names of usage counts that are not understood, each once. They may be missing from the cost.
#[derive(Debug, Default)]
pub(crate) struct UnreadUsage(Vec<StringValue>);

impl UnreadUsage {
    pub(crate) fn add(&mut self, name: &str) {
        let name = truncated(name, MAX_NAME_BYTES);
        if self.0.len() < MAX_VALUES && !self.0.iter().any(|known| known.as_str() == name) {
            self.0.push(StringValue::from(name.to_owned()));
        }
    }

    /// Adds the names in a list of texts or in its JSON.
    pub(crate) fn add_list(&mut self, list: &Value) {
        match list {
            Value::Array(Array::String(names)) => names.iter().for_each(|name| self.add(name.as_str())),
            Value::String(text) => match serde_json::from_str::<Vec<String>>(text.as_str()) {
                Ok(names) => names.iter().for_each(|name| self.add(name)),
                Err(_) if text.as_str().is_empty() => {}
                Err(_) => self.add(text.as_str()),
            },
            // A value of another type still reports unread usage.
            Value::Array(list) if is_empty(list) => {}
            _ => self.add(own::USAGE_UNREAD),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(StringValue::as_str)
    }

    /// The names as an attribute's value.
    pub(crate) fn to_value(&self) -> Value {
        Value::Array(Array::String(self.0.clone()))
    }
}

fn is_empty(list: &Array) -> bool {
    match list {
        Array::Bool(items) => items.is_empty(),
        Array::I64(items) => items.is_empty(),
        Array::F64(items) => items.is_empty(),
        Array::String(items) => items.is_empty(),
        _ => false,
    }
}
