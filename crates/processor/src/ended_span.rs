//! An ended span with the data that the stages need beside it.

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

use crate::closing::Closing;
use crate::forward::Forwarded;

/// An ended span, queued or being processed.
#[derive(Debug)]
pub(crate) struct EndedSpan {
    pub(crate) span: SpanData,
    /// The layer's note.
    pub(crate) closing: Option<Closing>,
    /// If another `GenAiProcessor` forwarded it: it is already priced and measured.
    pub(crate) forwarded: Option<Forwarded>,
}

/// About how many bytes `span` keeps allocated: the lengths of its texts, and for the rest what its types take.
pub(crate) fn size(span: &SpanData) -> usize {
    let of_events = span.events.iter();
    let of_events: usize = of_events
        .map(|event| event.name.len() + attributes_size(&event.attributes))
        .sum();
    let of_links: usize = span.links.iter().map(|link| attributes_size(&link.attributes)).sum();
    let of_status = match &span.status {
        Status::Error { description } => description.len(),
        _ => 0,
    };
    size_of::<SpanData>() + span.name.len() + of_status + attributes_size(&span.attributes) + of_events + of_links
}

fn attributes_size(attributes: &[KeyValue]) -> usize {
    let texts = attributes.iter().map(|attribute| {
        let value = match &attribute.value {
            Value::String(text) => text.as_str().len(),
            Value::Array(array) => array_size(array),
            _ => 0,
        };
        attribute.key.as_str().len() + value
    });
    texts.sum::<usize>() + size_of_val(attributes)
}

fn array_size(array: &Array) -> usize {
    match array {
        Array::String(texts) => texts.iter().map(|text| size_of_val(text) + text.as_str().len()).sum(),
        Array::I64(items) => size_of_val(items.as_slice()),
        Array::F64(items) => size_of_val(items.as_slice()),
        Array::Bool(items) => size_of_val(items.as_slice()),
        _ => 0,
    }
}
