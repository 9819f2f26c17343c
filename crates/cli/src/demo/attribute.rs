//! Reads a finished span's attributes by name and type; attributes of another type are ignored.

use opentelemetry::{Array, Value};
use opentelemetry_sdk::trace::SpanData;

pub(super) fn integer(span: &SpanData, name: &str) -> Option<i64> {
    match value(span, name) {
        Some(Value::I64(integer)) => Some(*integer),
        _ => None,
    }
}

pub(super) fn number(span: &SpanData, name: &str) -> Option<f64> {
    match value(span, name) {
        Some(Value::F64(number)) => Some(*number),
        _ => None,
    }
}

pub(super) fn text<'a>(span: &'a SpanData, name: &str) -> Option<&'a str> {
    match value(span, name) {
        Some(Value::String(text)) => Some(text.as_str()),
        _ => None,
    }
}

/// A list of texts; a single text is a list of one.
pub(super) fn texts(span: &SpanData, name: &str) -> Vec<String> {
    match value(span, name) {
        Some(Value::Array(Array::String(texts))) => texts.iter().map(ToString::to_string).collect(),
        Some(Value::String(text)) => vec![text.to_string()],
        _ => Vec::new(),
    }
}

fn value<'a>(span: &'a SpanData, name: &str) -> Option<&'a Value> {
    span.attributes
        .iter()
        .find(|attribute| attribute.key.as_str() == name)
        .map(|attribute| &attribute.value)
}
