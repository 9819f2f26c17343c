//! `ended = unsampled + discarded + exported + failed + undelivered`, for any behaviour of the exporter.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "an exporter that panics is what the test is about"
)]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use opentelemetry::KeyValue;
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics, SumDataPoint};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, InMemorySpanExporter, Sampler, SdkTracerProvider, SimpleSpanProcessor,
    SpanData, SpanExporter, SpanProcessor,
};
use tracing_genai_processor::{
    CountingExporter, Delivery, DeliveryCounts, Discard, FanOut, GenAiProcessor, MeterUnsampled,
};

/// Delivers, refuses and panics in turn.
#[derive(Debug, Default)]
struct Moody(Arc<AtomicU32>);

impl SpanExporter for Moody {
    async fn export(&self, _batch: Vec<SpanData>) -> OTelSdkResult {
        match self.0.fetch_add(1, Ordering::SeqCst) % 3 {
            0 => Ok(()),
            1 => Err(OTelSdkError::InternalFailure("refused".to_owned())),
            _ => panic!("in an exporter"),
        }
    }
}

fn assert_accounted_for(counts: DeliveryCounts) {
    let DeliveryCounts {
        ended,
        unsampled,
        discarded,
        exported,
        failed,
        undelivered,
        ..
    } = counts;
    assert_eq!(
        ended,
        unsampled + discarded + exported + failed + undelivered,
        "{counts:?}"
    );
}

fn end_spans(provider: &SdkTracerProvider, count: usize) {
    let tracer = provider.tracer("service");
    for _ in 0..count {
        let call = tracer
            .span_builder("chat")
            .with_attributes([KeyValue::new("gen_ai.operation.name", "chat")]);
        drop(call.start(&tracer));
    }
}

#[test]
fn an_exporter_panic_fails_one_batch_only() {
    let delivery = Delivery::default();
    let batch = BatchSpanProcessor::builder(CountingExporter::new(Moody::default(), delivery.clone())).build();
    let processor = GenAiProcessor::builder(batch).delivery(delivery.clone()).build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    for _ in 0..6 {
        end_spans(&provider, 10);
        // The exporter's result is counted and not checked here.
        let _ = provider.force_flush();
    }
    let counts = delivery.counts();
    assert_eq!((counts.ended, counts.exported, counts.failed), (60, 20, 40));
    assert_accounted_for(counts);
}

/// Panics at the end of each span.
#[derive(Debug)]
struct Panicking;

impl SpanProcessor for Panicking {
    fn on_start(&self, _span: &mut opentelemetry_sdk::trace::Span, _parent: &opentelemetry::Context) {}

    fn on_end(&self, _span: SpanData) {
        panic!("in a processor");
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: std::time::Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[test]
fn a_panic_in_one_of_several_processors_does_not_reach_the_others_or_the_host() {
    for place in 0..3 {
        let delivery = Delivery::default();
        let exporters = [InMemorySpanExporter::default(), InMemorySpanExporter::default()];
        let exporting = |exporter: &InMemorySpanExporter| {
            let exporter = CountingExporter::new(exporter.clone(), delivery.clone());
            Box::new(SimpleSpanProcessor::new(exporter)) as Box<dyn SpanProcessor>
        };
        let mut processors: Vec<_> = exporters.iter().map(exporting).collect();
        processors.insert(place, Box::new(Panicking));
        let processor = GenAiProcessor::builder(FanOut::new(processors))
            .delivery(delivery.clone())
            .build();
        let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
        end_spans(&provider, 3);
        let counts = delivery.counts();
        assert_eq!((counts.ended, counts.panicked), (3, 3), "{place}");
        let exported = exporters.map(|exporter| exporter.get_finished_spans().unwrap().len());
        assert_eq!(exported, [3, 3], "{place}");
    }
}

/// Blocks until it is released.
#[derive(Debug)]
struct Held {
    exported: Arc<AtomicU32>,
    gate: Arc<Mutex<()>>,
}

impl SpanExporter for Held {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let _open = self.gate.lock();
        self.exported
            .fetch_add(u32::try_from(batch.len()).unwrap_or(u32::MAX), Ordering::SeqCst);
        Ok(())
    }
}

#[test]
fn spans_dropped_by_a_full_queue_are_undelivered() {
    let delivery = Delivery::default();
    let (exported, gate) = (Arc::new(AtomicU32::new(0)), Arc::new(Mutex::new(())));
    let held = Held {
        exported: Arc::clone(&exported),
        gate: Arc::clone(&gate),
    };
    let config = BatchConfigBuilder::default()
        .with_max_queue_size(4)
        .with_max_export_batch_size(4);
    let batch = BatchSpanProcessor::builder(CountingExporter::new(held, delivery.clone()))
        .with_batch_config(config.build())
        .build();
    let processor = GenAiProcessor::builder(batch).delivery(delivery.clone()).build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let closed = gate.lock().unwrap();
    end_spans(&provider, 1_000);
    drop(closed);
    provider.shutdown().unwrap();
    let counts = delivery.counts();
    assert_eq!(counts.ended, 1_000);
    assert_eq!(counts.exported, u64::from(exported.load(Ordering::SeqCst)));
    // At most one batch in progress and one full queue could wait while the exporter was blocked.
    assert!((1_000 - 8..1_000).contains(&counts.undelivered), "{counts:?}");
    assert_accounted_for(counts);
}

#[test]
fn unsampled_spans_are_counted_and_not_exported() {
    let delivery = Delivery::default();
    let exporter = CountingExporter::new(InMemorySpanExporter::default(), delivery.clone());
    let processor = GenAiProcessor::builder(BatchSpanProcessor::builder(exporter).build());
    let provider = SdkTracerProvider::builder()
        .with_sampler(MeterUnsampled::new(Sampler::AlwaysOff))
        .with_span_processor(processor.delivery(delivery.clone()).build())
        .build();
    end_spans(&provider, 10);
    provider.shutdown().unwrap();
    let counts = delivery.counts();
    assert_eq!((counts.ended, counts.unsampled, counts.exported), (10, 10, 0));
}

#[test]
fn discarded_spans_are_not_lost() {
    let delivery = Delivery::default();
    let processor = GenAiProcessor::builder(Discard::new(delivery.clone()))
        .delivery(delivery.clone())
        .build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    end_spans(&provider, 10);
    let counts = delivery.counts();
    assert_eq!((counts.discarded, counts.lost()), (10, 0));
    assert_accounted_for(counts);
}

/// The sum of a counter's points.
fn sum(metrics: &InMemoryMetricExporter, meters: &SdkMeterProvider, name: &str) -> u64 {
    metrics.reset();
    meters.force_flush().unwrap();
    let collected = metrics.get_finished_metrics().unwrap();
    let scopes = collected.iter().flat_map(ResourceMetrics::scope_metrics);
    scopes
        .flat_map(ScopeMetrics::metrics)
        .filter(|metric| metric.name() == name)
        .map(|metric| match metric.data() {
            AggregatedMetrics::U64(MetricData::Sum(sum)) => sum.data_points().map(SumDataPoint::value).sum(),
            _ => 0,
        })
        .sum()
}

#[test]
fn metrics_of_two_processors_on_one_meter_provider_add_up() {
    let metrics = InMemoryMetricExporter::default();
    let meters = SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(metrics.clone()).build())
        .build();
    let spans_of_each = [3, 4];
    let providers = spans_of_each.map(|spans| {
        let exporting = GenAiProcessor::exporting(InMemorySpanExporter::default());
        let processor = exporting.meter_provider(&meters).build();
        let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
        end_spans(&provider, spans);
        provider.force_flush().unwrap();
        provider
    });
    // The outcomes add up to what ended: a span has one.
    assert_eq!(sum(&metrics, &meters, "tracing_genai.span.ended"), 7);
    assert_eq!(sum(&metrics, &meters, "tracing_genai.spans"), 7);
    assert_eq!(sum(&metrics, &meters, "tracing_genai.stage.panics"), 0);
    drop(providers);
}
