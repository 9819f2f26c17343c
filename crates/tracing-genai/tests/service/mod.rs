//! A service with the layer and the processor, which keeps spans and metrics in memory.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared by tests that need different parts"
)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step fails the test")]

use opentelemetry::trace::TracerProvider;
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use tracing_genai::GenAiProcessor;
use tracing_genai::content::ContentPolicy;
use tracing_genai::processor::{GenAiProcessorBuilder, MeterUnsampled, SpanBounds};
use tracing_subscriber::layer::SubscriberExt;

pub type Builder = GenAiProcessorBuilder<SimpleSpanProcessor<InMemorySpanExporter>>;

pub struct Service {
    tracer_provider: SdkTracerProvider,
    meter_provider: SdkMeterProvider,
    spans: InMemorySpanExporter,
    metrics: InMemoryMetricExporter,
    content: ContentPolicy,
}

pub struct Span {
    pub data: SpanData,
}

impl Service {
    pub fn start() -> Self {
        Self::with(Sampler::AlwaysOn, SpanBounds::default())
    }

    pub fn with(sampler: Sampler, bounds: SpanBounds) -> Self {
        Self::built(sampler, bounds, ContentPolicy::default(), |processor| processor)
    }

    /// With a processor configured by the test.
    pub fn configured(configure: impl FnOnce(Builder) -> Builder) -> Self {
        Self::with_content(ContentPolicy::default(), configure)
    }

    /// [`configured`](Self::configured) with a content policy.
    pub fn with_content(content: ContentPolicy, configure: impl FnOnce(Builder) -> Builder) -> Self {
        Self::built(Sampler::AlwaysOn, SpanBounds::default(), content, configure)
    }

    fn built(
        sampler: Sampler,
        bounds: SpanBounds,
        content: ContentPolicy,
        configure: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let spans = InMemorySpanExporter::default();
        let metrics = InMemoryMetricExporter::default();
        let meter_provider = SdkMeterProvider::builder()
            .with_reader(PeriodicReader::builder(metrics.clone()).build())
            .build();
        let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone()))
            .meter_provider(&meter_provider)
            .content_policy(content)
            .bounds(bounds);
        let processor = configure(processor).build();
        let mut builder = SdkTracerProvider::builder()
            .with_sampler(MeterUnsampled::new(sampler))
            .with_span_processor(processor);
        if bounds.max_attributes.is_some() {
            builder = builder.with_max_attributes_per_span(10_000);
        }
        Self {
            tracer_provider: builder.build(),
            meter_provider,
            spans,
            metrics,
            content,
        }
    }

    pub fn dispatch(&self) -> tracing::Dispatch {
        tracing_subscriber::registry()
            .with(tracing_genai::layer_with_content(
                self.tracer_provider.tracer("service"),
                self.content,
            ))
            .into()
    }

    pub fn tracer_provider(&self) -> &SdkTracerProvider {
        &self.tracer_provider
    }

    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        tracing::dispatcher::with_default(&self.dispatch(), work)
    }

    pub fn spans(&self) -> Vec<Span> {
        self.spans
            .get_finished_spans()
            .unwrap()
            .into_iter()
            .map(|data| Span { data })
            .collect()
    }

    pub fn only_span(&self) -> Span {
        let mut spans = self.spans();
        assert_eq!(spans.len(), 1);
        spans.remove(0)
    }

    /// The points of a histogram: count, sum and attributes of each.
    pub fn histogram(&self, name: &str) -> Vec<(u64, f64, Vec<KeyValue>)> {
        self.metric(name, |metric| match metric.data() {
            AggregatedMetrics::F64(MetricData::Histogram(histogram)) => histogram
                .data_points()
                .map(|point| (point.count(), point.sum(), point.attributes().cloned().collect()))
                .collect(),
            #[allow(clippy::cast_precision_loss, reason = "test counts are small")]
            AggregatedMetrics::U64(MetricData::Histogram(histogram)) => histogram
                .data_points()
                .map(|point| (point.count(), point.sum() as f64, point.attributes().cloned().collect()))
                .collect(),
            _ => panic!("{name} is not a histogram"),
        })
    }

    /// The points of a counter: value and attributes of each.
    pub fn counter(&self, name: &str) -> Vec<(u64, Vec<KeyValue>)> {
        self.metric(name, |metric| match metric.data() {
            AggregatedMetrics::U64(MetricData::Sum(sum)) => sum
                .data_points()
                .map(|point| (point.value(), point.attributes().cloned().collect()))
                .collect(),
            _ => panic!("{name} is not a counter"),
        })
    }

    fn metric<T>(&self, name: &str, read: impl Fn(&Metric) -> Vec<T>) -> Vec<T> {
        self.metrics.reset();
        self.meter_provider.force_flush().unwrap();
        let collected = self.metrics.get_finished_metrics().unwrap();
        let scopes = collected
            .iter()
            .flat_map(opentelemetry_sdk::metrics::data::ResourceMetrics::scope_metrics);
        scopes
            .flat_map(opentelemetry_sdk::metrics::data::ScopeMetrics::metrics)
            .filter(|metric| metric.name() == name)
            .flat_map(read)
            .collect()
    }
}

impl Span {
    pub fn all(&self, name: &str) -> Vec<&Value> {
        self.data
            .attributes
            .iter()
            .filter(|attribute| attribute.key.as_str() == name)
            .map(|attribute| &attribute.value)
            .collect()
    }

    pub fn value(&self, name: &str) -> Option<&Value> {
        let all = self.all(name);
        assert!(all.len() <= 1, "{name} is repeated {} times", all.len());
        all.first().copied()
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        match self.value(name)? {
            Value::String(text) => Some(text.as_str()),
            other => panic!("{name} is {other:?}"),
        }
    }

    pub fn seconds(&self) -> f64 {
        self.data
            .end_time
            .duration_since(self.data.start_time)
            .unwrap()
            .as_secs_f64()
    }
}
