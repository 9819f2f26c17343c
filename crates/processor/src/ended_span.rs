//! An ended span with the data that the stages need beside it.

use opentelemetry::trace::Status;
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;

use crate::closing::Closing;

/// An ended span, queued or being processed.
#[derive(Debug)]
pub(crate) struct EndedSpan {
    pub(crate) span: SpanData,
    /// The layer's note.
    pub(crate) closing: Option<Closing>,
    /// Whether another `GenAiProcessor` forwarded it: it is already priced and measured.
    pub(crate) is_processed: bool,
}

impl EndedSpan {
    /// The span's approximate allocated bytes: texts in full, the rest by the size of its type.
    pub(crate) fn size(&self) -> usize {
        let span = &self.span;
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
}

fn attributes_size(attributes: &[KeyValue]) -> usize {
    let value_size = |value: &Value| match value {
        Value::String(text) => text.as_str().len(),
        Value::Array(Array::String(texts)) => texts.iter().map(|text| size_of_val(text) + text.as_str().len()).sum(),
        Value::Array(Array::I64(items)) => size_of_val(items.as_slice()),
        Value::Array(Array::F64(items)) => size_of_val(items.as_slice()),
        Value::Array(Array::Bool(items)) => size_of_val(items.as_slice()),
        _ => 0,
    };
    let sizes = attributes
        .iter()
        .map(|attribute| size_of_val(attribute) + attribute.key.as_str().len() + value_size(&attribute.value));
    sizes.sum()
}
