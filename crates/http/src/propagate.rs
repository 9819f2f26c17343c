//! Injects the trace context, or everything that is propagated, into request headers.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::propagation::{Injector, TextMapPropagator};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// What is injected into a request, from less to more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Propagation {
    /// The W3C trace context: `traceparent`, `tracestate`.
    TraceContext,
    /// Everything the global propagator writes, which may include baggage.
    All,
}

impl Propagation {
    /// Injects the context of `span` into the headers.
    pub(crate) fn inject(self, span: &Span, headers: &mut HeaderMap) {
        let context = span.context();
        let mut headers = Headers(headers);
        match self {
            Self::TraceContext => TraceContextPropagator::new().inject_context(&context, &mut headers),
            Self::All => opentelemetry::global::get_text_map_propagator(|propagator| {
                propagator.inject_context(&context, &mut headers);
            }),
        }
    }
}

struct Headers<'a>(&'a mut HeaderMap);

impl Injector for Headers<'_> {
    fn set(&mut self, key: &str, value: String) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}
