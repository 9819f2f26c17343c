//! The gaps of a stream are in the histogram by bucket, with their exact number and their sum.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step fails the test")]

use opentelemetry::trace::{Span, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor};
use tracing_genai_processor::GenAiProcessor;

const METRIC: &str = "gen_ai.client.operation.time_per_output_chunk";
/// The upper boundaries of the metric's buckets in seconds, by the conventions.
const BOUNDARIES: [f64; 14] = [
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

struct Meters {
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
}

impl Meters {
    fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        Self {
            exporter,
            provider: SdkMeterProvider::builder().with_reader(reader).build(),
        }
    }

    /// The count, the sum and the buckets of the gaps.
    fn gaps(&self) -> (u64, f64, Vec<u64>) {
        self.provider.force_flush().unwrap();
        let collected = self.exporter.get_finished_metrics().unwrap();
        let mut metrics = collected
            .iter()
            .flat_map(ResourceMetrics::scope_metrics)
            .flat_map(ScopeMetrics::metrics);
        let metric = metrics.find(|metric| metric.name() == METRIC).unwrap();
        let AggregatedMetrics::F64(MetricData::Histogram(histogram)) = metric.data() else {
            panic!("no histogram")
        };
        let point = histogram.data_points().next().unwrap();
        assert_eq!(point.bounds().collect::<Vec<_>>(), BOUNDARIES);
        (point.count(), point.sum(), point.bucket_counts().collect())
    }
}

/// Ends a stream with these numbers and sums of gaps by bucket.
fn end_stream(provider: &SdkTracerProvider, counts: &[i64], seconds: &[f64]) {
    let mut span = provider.tracer("test").start("chat");
    span.set_attributes([
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o"),
        KeyValue::new("server.address", "api.openai.com"),
        KeyValue::new("gen_ai.response.time_to_first_chunk", 0.5),
        KeyValue::new(
            "tracing_genai.stream.gap_counts",
            Value::Array(Array::I64(counts.to_vec())),
        ),
        KeyValue::new(
            "tracing_genai.stream.gap_seconds",
            Value::Array(Array::F64(seconds.to_vec())),
        ),
    ]);
    span.end();
}

fn tracers(meters: &Meters) -> SdkTracerProvider {
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(InMemorySpanExporter::default()))
        .meter_provider(&meters.provider)
        .build();
    SdkTracerProvider::builder().with_span_processor(processor).build()
}

#[test]
fn the_number_of_gaps_of_each_bucket_is_exact_and_so_is_their_sum() {
    let meters = Meters::new();
    let tracers = tracers(&meters);
    let mut counts = [0; BOUNDARIES.len() + 1];
    let mut seconds = [0.0; BOUNDARIES.len() + 1];
    for (bucket, count, sum) in [(0, 4_000, 16.0), (1, 900, 13.5), (5, 99, 25.1), (14, 1, 100.0)] {
        (counts[bucket], seconds[bucket]) = (count, sum);
    }
    end_stream(&tracers, &counts, &seconds);
    end_stream(&tracers, &counts, &seconds);
    let (count, sum, buckets) = meters.gaps();
    assert_eq!(count, 10_000);
    assert_eq!(buckets, counts.map(|count| 2 * count.unsigned_abs()));
    assert!((sum - 309.2).abs() < 309.2e-10, "{sum}");
}

#[cfg(feature = "bound-instruments")]
#[test]
fn a_stream_looks_its_attributes_up_once() {
    use std::time::{Duration, Instant};

    use opentelemetry::metrics::MeterProvider;

    const GAPS: i64 = 20_000;
    let meters = Meters::new();
    let tracers = tracers(&meters);
    let mut counts = [0; BOUNDARIES.len() + 1];
    let mut seconds = [0.0; BOUNDARIES.len() + 1];
    (counts[2], seconds[2]) = (GAPS, 600.0);
    let histogram = meters.provider.meter("test").f64_histogram("one_by_one").build();
    // As many attributes as the stream has.
    let attributes = [
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "server.address",
    ]
    .map(|name| KeyValue::new(name, "api.openai.com"));
    let timed = |work: &dyn Fn()| {
        let started = Instant::now();
        work();
        started.elapsed()
    };
    let best = |work: &dyn Fn()| (0..10).map(|_| timed(work)).min().unwrap_or(Duration::MAX);
    let in_runs = best(&|| end_stream(&tracers, &counts, &seconds));
    let one_by_one = best(&|| (0..GAPS).for_each(|_| histogram.record(0.03, &attributes)));
    assert!(
        2 * in_runs < one_by_one,
        "{in_runs:?} in runs, {one_by_one:?} one by one"
    );
}
