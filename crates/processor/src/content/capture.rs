//! Where what people wrote and models answered goes, if anywhere: one setting for the process.

use std::sync::atomic::{AtomicU8, Ordering};

/// The variable that says it, for this and for other instrumentations.
pub const CAPTURE_VARIABLE: &str = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

/// Where content goes: messages, instructions, tools' definitions, arguments and results, queries and documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentCapture {
    /// Nowhere. What instrumentations put on their spans is taken off.
    NoContent,
    /// On the span.
    SpanOnly,
    /// On the event `gen_ai.client.inference.operation.details`, and off the span. Content of spans that are no model
    /// calls, for which there is no event, is taken off.
    EventOnly,
    /// On both.
    SpanAndEvent,
}

impl ContentCapture {
    /// All of them, and the words by which a setting names them.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::NoContent, "NO_CONTENT"),
        (Self::SpanOnly, "SPAN_ONLY"),
        (Self::EventOnly, "EVENT_ONLY"),
        (Self::SpanAndEvent, "SPAN_AND_EVENT"),
    ];

    /// The setting of that name, in any case. `true` and `false`, which older instrumentations read, are `SPAN_ONLY` and
    /// `NO_CONTENT`.
    ///
    /// ```
    /// use tracing_genai_processor::content::ContentCapture;
    ///
    /// assert_eq!(ContentCapture::from_name("span_only"), Some(ContentCapture::SpanOnly));
    /// assert_eq!(ContentCapture::from_name("all"), None);
    /// ```
    pub fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(name));
        found
            .map(|(capture, _)| *capture)
            .or_else(|| match name.to_ascii_lowercase().as_str() {
                "true" => Some(Self::SpanOnly),
                "false" => Some(Self::NoContent),
                _ => None,
            })
    }

    /// Whether content stays on spans.
    pub const fn is_on_span(self) -> bool {
        matches!(self, Self::SpanOnly | Self::SpanAndEvent)
    }

    /// Whether content goes on events.
    pub const fn is_on_event(self) -> bool {
        matches!(self, Self::EventOnly | Self::SpanAndEvent)
    }

    const fn number(self) -> u8 {
        match self {
            Self::NoContent => 2,
            Self::SpanOnly => 3,
            Self::EventOnly => 4,
            Self::SpanAndEvent => 5,
        }
    }
}

const NOT_READ: u8 = 0;
const UNSET: u8 = 1;

static CAPTURE: AtomicU8 = AtomicU8::new(NOT_READ);

/// What the process captures. Where nobody chose, by [`set_capture`] or by `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`,
/// it is `None`: the helpers record nothing, and what other instrumentations were asked to record stays on their spans.
pub fn capture() -> Option<ContentCapture> {
    let mut number = CAPTURE.load(Ordering::Relaxed);
    if number == NOT_READ {
        let named = std::env::var(CAPTURE_VARIABLE).ok();
        let found = named.and_then(|name| ContentCapture::from_name(name.trim()));
        number = found.map_or(UNSET, ContentCapture::number);
        // Whoever chose meanwhile has the word.
        number = match CAPTURE.compare_exchange(NOT_READ, number, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => number,
            Err(chosen) => chosen,
        };
    }
    let of = ContentCapture::ALL.iter();
    of.map(|(capture, _)| *capture)
        .find(|capture| capture.number() == number)
}

/// Chooses for the whole process, from now on; `None` is the default.
pub fn set_capture(capture: Option<ContentCapture>) {
    CAPTURE.store(capture.map_or(UNSET, ContentCapture::number), Ordering::Relaxed);
}

/// Whether what the helpers are given to record has somewhere to go. Ask before a message is built at a cost.
pub fn is_captured() -> bool {
    capture().is_some_and(|capture| capture != ContentCapture::NoContent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_variable() {
        for (capture, name) in ContentCapture::ALL {
            assert_eq!(ContentCapture::from_name(name), Some(*capture));
            assert_eq!(ContentCapture::from_name(&name.to_lowercase()), Some(*capture));
        }
        assert_eq!(ContentCapture::from_name("TRUE"), Some(ContentCapture::SpanOnly));
        assert_eq!(ContentCapture::from_name(""), None);
    }
}
