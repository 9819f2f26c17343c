//! A span without GenAI attributes is forwarded unchanged and without an allocation.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, Span, SpanData, SpanProcessor,
};
use tracing_genai_processor::GenAiProcessor;

/// Keeps the last span.
#[derive(Clone, Debug, Default)]
struct Last(Arc<Mutex<Option<SpanData>>>);

impl SpanProcessor for Last {
    fn on_start(&self, _span: &mut Span, _context: &Context) {}

    fn on_end(&self, span: SpanData) {
        *self.0.lock().unwrap() = Some(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// An ended span with these attributes.
fn ended(attributes: Vec<KeyValue>) -> SpanData {
    let spans = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(SimpleSpanProcessor::new(spans.clone()))
        .build();
    let mut span = provider.tracer("other").start("GET /");
    span.set_attributes(attributes);
    span.end();
    spans.get_finished_spans().unwrap().remove(0)
}

#[test]
fn other_spans_are_forwarded_unchanged_without_allocation() {
    let span = ended(vec![
        KeyValue::new("http.request.method", "GET"),
        KeyValue::new("http.response.status_code", "200"),
        KeyValue::new("http.response.status_code", 200),
        KeyValue::new("tool.name", "mine"),
        KeyValue::new("input.value", "mine"),
        KeyValue::new("agent.name", "mine"),
        KeyValue::new("llm.team", "mine"),
        KeyValue::new("ai.enabled", true),
        KeyValue::new("operation.cost", "mine"),
        KeyValue::new("user.id", 12),
        KeyValue::new("", "nameless"),
    ]);
    let last = Last::default();
    let processor = GenAiProcessor::builder(last.clone()).build();
    // The first span sets up shared state.
    processor.on_end(span.clone());
    let given = span.clone();
    let place = given.attributes.as_ptr();
    let allocated = allocation_counter::measure(|| processor.on_end(given));
    assert_eq!(allocated.count_total, 0);
    let passed_on = last.0.lock().unwrap().take().unwrap();
    assert_eq!(passed_on.attributes, span.attributes);
    assert_eq!(passed_on.attributes.as_ptr(), place);
    assert_eq!(passed_on.name, span.name);
    assert_eq!(passed_on.span_kind, span.span_kind);
}
