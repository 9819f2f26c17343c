//! The exported spans of a test.

#![allow(dead_code, reason = "not every test uses all of it")]

use opentelemetry::Value;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use tracing_genai::GenAiProcessor;
use tracing_genai::content::ContentPolicy;
use tracing_subscriber::layer::SubscriberExt;

/// Collects the spans of this thread until it is dropped.
pub(crate) struct Spans {
    exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
    _subscriber: tracing::subscriber::DefaultGuard,
}

impl Spans {
    pub(crate) fn collect() -> Self {
        Self::by(ContentPolicy::default())
    }

    /// Collects them as the policy has it.
    pub(crate) fn by(policy: ContentPolicy) -> Self {
        let exporter = InMemorySpanExporter::default();
        let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(exporter.clone()))
            .meter_provider(&SdkMeterProvider::default())
            .content_policy(policy)
            .build();
        let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
        let layer = tracing_genai::layer_with_content(provider.tracer("test"), policy);
        let subscriber = tracing_subscriber::registry().with(layer);
        Self {
            exporter,
            provider,
            _subscriber: tracing::subscriber::set_default(subscriber),
        }
    }

    /// The spans that ended since the last call.
    pub(crate) fn take(&self) -> Vec<SpanData> {
        self.provider.force_flush().unwrap();
        let spans = self.exporter.get_finished_spans().unwrap();
        self.exporter.reset();
        spans
    }
}

/// A reqwest client with ring as its TLS provider, independent of the build's features.
#[cfg(feature = "reqwest-middleware")]
pub(crate) fn reqwest_client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::new()
}

pub(crate) fn attribute<'a>(span: &'a SpanData, name: &str) -> Option<&'a Value> {
    let mut attributes = span.attributes.iter();
    attributes
        .find(|attribute| attribute.key.as_str() == name)
        .map(|attribute| &attribute.value)
}

pub(crate) fn integer(span: &SpanData, name: &str) -> Option<i64> {
    match attribute(span, name)? {
        Value::I64(integer) => Some(*integer),
        other => panic!("{name} is {other:?}"),
    }
}

pub(crate) fn double(span: &SpanData, name: &str) -> Option<f64> {
    match attribute(span, name)? {
        Value::F64(double) => Some(*double),
        other => panic!("{name} is {other:?}"),
    }
}

pub(crate) fn text(span: &SpanData, name: &str) -> Option<String> {
    attribute(span, name).map(ToString::to_string)
}
