//! An unread usage count is logged once per provider and field. Alone in its file: the subscriber is global.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::fmt;
use std::sync::{Arc, Mutex};

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_genai_processor::GenAiProcessor;

/// Keeps the provider and field of each event that has both.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<(String, String)>>>);

#[derive(Default)]
struct EventFields {
    provider: String,
    field: String,
}

impl Visit for EventFields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "provider" => value.clone_into(&mut self.provider),
            "field" => value.clone_into(&mut self.field),
            _ => {}
        }
    }

    fn record_debug(&mut self, _: &Field, _: &dyn fmt::Debug) {}
}

impl Subscriber for Log {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "tracing_genai"
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut event_fields = EventFields::default();
        event.record(&mut event_fields);
        if !event_fields.field.is_empty() {
            self.0.lock().unwrap().push((event_fields.provider, event_fields.field));
        }
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[test]
fn an_unread_count_is_logged_once_per_provider_and_field() {
    let log = Log::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let next = SimpleSpanProcessor::new(InMemorySpanExporter::default());
    let provider = SdkTracerProvider::builder()
        .with_span_processor(GenAiProcessor::builder(next).build())
        .build();
    for (vendor, model) in [
        ("openai", "gpt-4o"),
        ("openai", "gpt-4o-mini"),
        ("anthropic", "claude-haiku-4-5"),
    ] {
        for _ in 0..2 {
            let mut span = provider.tracer("test").start("chat");
            span.set_attributes([
                KeyValue::new("gen_ai.operation.name", "chat"),
                KeyValue::new("gen_ai.provider.name", vendor),
                KeyValue::new("gen_ai.request.model", model),
                KeyValue::new("gen_ai.usage.input_tokens", 1_000),
                KeyValue::new("gen_ai.usage.output_tokens", 100),
                KeyValue::new("gen_ai.usage.poems", 7),
            ]);
            span.end();
        }
    }
    provider.force_flush().unwrap();
    provider.shutdown().unwrap();
    let mut logged = log.0.lock().unwrap().clone();
    logged.sort();
    let named = |vendor: &str| (vendor.to_owned(), "gen_ai.usage.poems".to_owned());
    assert_eq!(logged, [named("anthropic"), named("openai")]);
}
