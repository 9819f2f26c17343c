//! Costs of chats after the processor, by any tracer.

#![allow(dead_code, clippy::unwrap_used, reason = "shared by tests that need different parts")]

use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use tracing_genai_processor::GenAiProcessor;

/// 1,000 tokens in at 2.5, 100 out at 10 USD a million: gpt-4o.
pub(crate) const CHAT: Expected = Expected { cost: Some(0.003_5) };

pub(crate) struct Expected {
    pub(crate) cost: Option<f64>,
}

/// A span after the processor.
pub(crate) struct Priced(SpanData);

/// A chat of gpt-4o by a tracer, with additional attributes.
pub(crate) fn chat(scope: &'static str, attributes: impl IntoIterator<Item = KeyValue>) -> Priced {
    let all = [
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o"),
        KeyValue::new("gen_ai.usage.input_tokens", 1_000),
        KeyValue::new("gen_ai.usage.output_tokens", 100),
    ];
    written(scope, "chat gpt-4o", all.into_iter().chain(attributes))
}

/// A span of the tracer `scope`.
pub(crate) fn written(
    scope: &'static str,
    name: &'static str,
    attributes: impl IntoIterator<Item = KeyValue>,
) -> Priced {
    let spans = InMemorySpanExporter::default();
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone())).build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let mut span = provider.tracer(scope).start(name);
    span.set_attributes(attributes);
    span.end();
    Priced(spans.get_finished_spans().unwrap().remove(0))
}

impl Priced {
    pub(crate) fn value(&self, name: &str) -> Option<&Value> {
        let mut attributes = self.0.attributes.iter();
        attributes
            .find(|attribute| attribute.key.as_str() == name)
            .map(|found| &found.value)
    }

    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        match self.value(name)? {
            Value::I64(integer) => Some(*integer),
            _ => None,
        }
    }

    pub(crate) fn cost(&self) -> Option<f64> {
        match self.value("gen_ai.usage.cost")? {
            Value::F64(amount) => Some(*amount),
            _ => None,
        }
    }

    pub(crate) fn status(&self) -> String {
        self.value("tracing_genai.cost.status")
            .map_or_else(String::new, |status| status.as_str().into_owned())
    }

    pub(crate) fn reasons(&self) -> Vec<String> {
        self.texts("tracing_genai.cost.reasons")
    }

    pub(crate) fn unread(&self) -> Vec<String> {
        self.texts("tracing_genai.usage.unread")
    }

    fn texts(&self, name: &str) -> Vec<String> {
        match self.value(name) {
            Some(Value::Array(Array::String(texts))) => texts.iter().map(|text| text.as_str().to_owned()).collect(),
            _ => Vec::new(),
        }
    }
}
