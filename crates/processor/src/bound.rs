//! Holds a span to its limits: numbers are kept first, content goes first.

use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_semconv::{self as semconv, Attribute, own};

/// How much of a span goes on. By default nothing is cut: the provider's own limits hold.
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
    /// The most attributes a span keeps (`OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT`).
    pub max_attributes: Option<usize>,
    /// The most characters a text attribute keeps (`OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT`).
    pub max_value_characters: Option<usize>,
}

impl SpanBounds {
    /// Sets the most attributes a span keeps; `None` for no limit.
    #[must_use]
    pub fn max_attributes(mut self, most: impl Into<Option<usize>>) -> Self {
        self.max_attributes = most.into();
        self
    }

    /// Sets the most characters a text attribute keeps; `None` for no limit.
    #[must_use]
    pub fn max_value_characters(mut self, most: impl Into<Option<usize>>) -> Self {
        self.max_value_characters = most.into();
        self
    }
}

/// Cuts `span` down to `bounds`.
///
/// The SDK's own limit refuses what comes last, and usage comes last. Here the convention's names, usage and cost among
/// them, are kept before others, and content is the first to go.
pub(crate) fn bound(span: &mut SpanData, bounds: &SpanBounds) {
    if let Some(most) = bounds.max_attributes
        && span.attributes.len() > most
    {
        let dropped = span.attributes.len() - most;
        span.attributes.sort_by_key(|attribute| rank(attribute.key.as_str()));
        span.attributes.truncate(most);
        span.dropped_attributes_count = span
            .dropped_attributes_count
            .saturating_add(u32::try_from(dropped).unwrap_or(u32::MAX));
    }
    if let Some(most) = bounds.max_value_characters {
        span.attributes
            .iter_mut()
            .for_each(|attribute| shorten(attribute, most));
    }
}

/// What is given up last: first what a call is, used and cost, then the rest of the convention, then the service's own,
/// and content before all of them.
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

fn shorten(attribute: &mut KeyValue, most: usize) {
    match &mut attribute.value {
        Value::String(text) => {
            if let Some(short) = shortened(text.as_str(), most) {
                *text = short.into();
            }
        }
        Value::Array(opentelemetry::Array::String(items)) => {
            for text in items {
                if let Some(short) = shortened(text.as_str(), most) {
                    *text = short.into();
                }
            }
        }
        _ => {}
    }
}

/// The first `most` characters of `text`, if it has more.
fn shortened(text: &str, most: usize) -> Option<String> {
    if text.len() <= most {
        return None;
    }
    let (end, _) = text.char_indices().nth(most)?;
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
