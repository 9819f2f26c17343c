//! Whether content is collected, and where it is exported.

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
}

/// What a pipeline does with content: whether it is collected, and where it is exported. These are two decisions: what is
/// collected can be evaluated without being exported.
///
/// A pipeline's layer and its processor take the same policy: the layer's decides whether the helpers record content, the
/// processor's what becomes of it. Default: nothing is chosen, so the helpers record none, and what other instrumentations
/// put on their spans stays there, redacted and cut.
///
/// ```
/// use tracing_genai_processor::content::{ContentCapture, ContentPolicy};
///
/// let policy = ContentPolicy::exporting(ContentCapture::NoContent);
/// assert!(!policy.is_collected());
/// assert!(policy.collected().is_collected());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContentPolicy {
    export: Option<ContentCapture>,
    is_collected: bool,
}

impl ContentPolicy {
    /// Content is exported there; it is collected if that is anywhere.
    pub const fn exporting(capture: ContentCapture) -> Self {
        Self {
            export: Some(capture),
            is_collected: false,
        }
    }

    /// The policy that `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` names. Default: nothing is chosen; where the
    /// variable has a value that names none, no content is exported.
    pub fn from_environment() -> Self {
        let named = std::env::var(CAPTURE_VARIABLE).unwrap_or_default();
        match named.trim() {
            "" => Self::default(),
            name => Self::exporting(ContentCapture::from_name(name).unwrap_or(ContentCapture::NoContent)),
        }
    }

    /// Content is collected, also where it is not exported.
    #[must_use]
    pub const fn collected(mut self) -> Self {
        self.is_collected = true;
        self
    }

    /// Whether the helpers record content.
    pub const fn is_collected(self) -> bool {
        self.is_collected || matches!(self.export, Some(capture) if !matches!(capture, ContentCapture::NoContent))
    }

    /// Where content is exported; `None` where that was not chosen.
    pub const fn export(self) -> Option<ContentCapture> {
        self.export
    }
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
