//! Whether content is recorded, and where it is exported.

/// The environment variable of the setting, shared with other instrumentations.
pub const CAPTURE_VARIABLE: &str = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

/// Where content is exported: messages, instructions, tool definitions, arguments and results, queries and documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ContentCapture {
    /// Nowhere. Content that instrumentations recorded on spans is removed, and the texts of errors, which may quote it.
    NoContent,
    /// On the span.
    SpanOnly,
    /// On the event `gen_ai.client.inference.operation.details` only. Content of spans that are not model calls is
    /// removed: there is no event for them. So are the texts of errors.
    EventOnly,
    /// On both.
    SpanAndEvent,
}

impl ContentCapture {
    /// All values with their names in settings.
    pub const ALL: &[(Self, &'static str)] = &[
        (Self::NoContent, "NO_CONTENT"),
        (Self::SpanOnly, "SPAN_ONLY"),
        (Self::EventOnly, "EVENT_ONLY"),
        (Self::SpanAndEvent, "SPAN_AND_EVENT"),
    ];

    /// The value of `name`, ignoring case. `true` and `false`, from older instrumentations, are `SPAN_ONLY` and
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

    /// Whether content is exported on spans.
    pub const fn is_on_span(self) -> bool {
        matches!(self, Self::SpanOnly | Self::SpanAndEvent)
    }

    /// Whether content is exported on events.
    pub const fn is_on_event(self) -> bool {
        matches!(self, Self::EventOnly | Self::SpanAndEvent)
    }
}

/// When a model call emits its event `gen_ai.client.inference.operation.details`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventEmission {
    /// Where content is exported on events.
    #[default]
    WithContent,
    /// Always; without content where that is not exported on events.
    Always,
    /// Never.
    Never,
}

/// Whether a pipeline records content, and where it exports it. The two are independent: recorded content can be
/// evaluated without being exported.
///
/// Give a pipeline's layer and its processor the same policy: the layer decides whether the helpers record content, the
/// processor where it is exported. Default: unset; the helpers record no content, and content of other instrumentations
/// stays on their spans, redacted and cut.
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
    /// Exports content to `capture`; content is recorded unless that is `NoContent`.
    pub const fn exporting(capture: ContentCapture) -> Self {
        Self {
            export: Some(capture),
            is_collected: false,
        }
    }

    /// The policy of `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`. Default: unset. An unknown value exports no
    /// content.
    pub fn from_environment() -> Self {
        let named = std::env::var(CAPTURE_VARIABLE).unwrap_or_default();
        match named.trim() {
            "" => Self::default(),
            name => Self::exporting(ContentCapture::from_name(name).unwrap_or(ContentCapture::NoContent)),
        }
    }

    /// Records content even if it is not exported.
    ///
    /// Where no export was chosen, none is chosen by it: content is removed from all spans.
    #[must_use]
    pub const fn collected(mut self) -> Self {
        self.is_collected = true;
        if self.export.is_none() {
            self.export = Some(ContentCapture::NoContent);
        }
        self
    }

    /// Whether the helpers record content.
    pub const fn is_collected(self) -> bool {
        self.is_collected || matches!(self.export, Some(capture) if !matches!(capture, ContentCapture::NoContent))
    }

    /// Where content is exported; `None` if unset.
    pub const fn export(self) -> Option<ContentCapture> {
        self.export
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_parse_in_any_case() {
        for (capture, name) in ContentCapture::ALL {
            assert_eq!(ContentCapture::from_name(name), Some(*capture));
            assert_eq!(ContentCapture::from_name(&name.to_lowercase()), Some(*capture));
        }
        assert_eq!(ContentCapture::from_name("TRUE"), Some(ContentCapture::SpanOnly));
        assert_eq!(ContentCapture::from_name(""), None);
    }
}
