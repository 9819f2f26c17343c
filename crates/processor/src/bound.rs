//! Bounds a span: content is dropped first; usage and cost are kept.

use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_semconv::{self as semconv, Attribute, own};

/// Limits of a span's attributes. Default: none beyond the SDK provider's own limits and the bounds below.
///
/// Without any setting, a GenAI span has these bounds in bytes: 256 for its name, the names of its events, the keys of
/// attributes, and attributes that are names, such as models and hosts; 1,024 for the description of its status and the
/// messages of exceptions; 64 KiB for any other attribute of the span, an event or a link, and 8,192 items for a list.
/// Content has a [limit of its own](crate::GenAiProcessorBuilder::max_content_bytes).
///
/// ```
/// use tracing_genai_processor::SpanBounds;
///
/// let bounds = SpanBounds::default().max_attributes(128).max_value_characters(4_096);
/// assert_eq!(bounds.max_attributes, Some(128));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpanBounds {
    /// Maximum number of attributes of a span (`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`).
    pub max_attributes: Option<usize>,
    /// Maximum number of characters of a text attribute (`OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`).
    pub max_value_characters: Option<usize>,
}

impl SpanBounds {
    /// Sets the maximum number of attributes of a span; `None` for no limit.
    #[must_use]
    pub fn max_attributes(mut self, max: impl Into<Option<usize>>) -> Self {
        self.max_attributes = max.into();
        self
    }

    /// Sets the maximum number of characters of a text attribute; `None` for no limit.
    #[must_use]
    pub fn max_value_characters(mut self, max: impl Into<Option<usize>>) -> Self {
        self.max_value_characters = max.into();
        self
    }
}

/// Cuts `span` down to `bounds`.
///
/// The SDK's own limit drops the last attributes, and usage is recorded last. Here the conventions' names, usage and
/// cost among them, are kept before others, and content is dropped first.
pub(crate) fn bound(span: &mut SpanData, bounds: &SpanBounds) {
    if let Some(max) = bounds.max_attributes
        && span.attributes.len() > max
    {
        let dropped = span.attributes.len() - max;
        span.attributes.sort_by_key(|attribute| rank(attribute.key.as_str()));
        span.attributes.truncate(max);
        span.dropped_attributes_count = span
            .dropped_attributes_count
            .saturating_add(u32::try_from(dropped).unwrap_or(u32::MAX));
    }
    if let Some(max) = bounds.max_value_characters {
        span.attributes.iter_mut().for_each(|attribute| shorten(attribute, max));
    }
}

/// The order in which attributes are kept, lowest first: identity, usage and cost of the call, the rest of the
/// conventions, the service's own, content.
fn rank(name: &str) -> u8 {
    match Attribute::from_name(name).map(|spelling| spelling.attribute) {
        Some(
            Attribute::OperationName
            | Attribute::ProviderName
            | Attribute::RequestModel
            | Attribute::ResponseModel
            | Attribute::UsageCost
            | Attribute::ErrorType,
        ) => 0,
        Some(attribute) if attribute.is_usage() => 0,
        Some(attribute) if attribute.is_content() => 5,
        None if name == own::COST_STATUS => 0,
        None if name.starts_with(own::PREFIX) => 1,
        Some(_) => 2,
        None if name.starts_with(semconv::PREFIX) => 3,
        None => 4,
    }
}

fn shorten(attribute: &mut KeyValue, max: usize) {
    match &mut attribute.value {
        Value::String(text) => {
            if let Some(short) = shortened(text.as_str(), max) {
                *text = short.into();
            }
        }
        Value::Array(opentelemetry::Array::String(items)) => {
            for text in items {
                if let Some(short) = shortened(text.as_str(), max) {
                    *text = short.into();
                }
            }
        }
        _ => {}
    }
}

/// The first `max` characters of `text`, if it has more.
fn shortened(text: &str, max: usize) -> Option<String> {
    if text.len() <= max {
        return None;
    }
    let (end, _) = text.char_indices().nth(max)?;
    text.get(..end).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_characters() {
        assert_eq!(shortened("äöü", 2).as_deref(), Some("äö"));
        assert_eq!(shortened("äöü", 3), None);
        assert_eq!(shortened("abc", 0).as_deref(), Some(""));
    }
}
