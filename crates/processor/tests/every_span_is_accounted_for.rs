//! `ended = unsampled + discarded + exported + failed + undelivered`, whatever the exporter does.

#![allow(clippy::panic, reason = "an exporter that panics is what the test is about")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use opentelemetry::KeyValue;
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, SpanData, SpanExporter,
};
use tracing_genai_processor::{CountingExporter, Delivery, DeliveryCounts, Discard, GenAiProcessor, MeterUnsampled};

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
fn a_panic_in_the_exporter_is_one_failed_batch_and_not_the_last() {
    let delivery = Delivery::default();
    let batch = BatchSpanProcessor::builder(CountingExporter::new(Moody::default(), delivery.clone())).build();
    let processor = GenAiProcessor::builder(batch).delivery(delivery.clone()).build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    for _ in 0..6 {
        end_spans(&provider, 10);
        // What the exporter answers is counted, and is no business of this test.
        let _ = provider.force_flush();
    }
    let counts = delivery.counts();
    assert_eq!((counts.ended, counts.exported, counts.failed), (60, 20, 40));
    assert_accounted_for(counts);
}

/// Delivers only once it is allowed to.
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
fn what_finds_no_room_in_the_queue_is_undelivered() {
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
    // At most one batch on its way and one queue full could wait while the exporter was held.
    assert!((1_000 - 8..1_000).contains(&counts.undelivered), "{counts:?}");
    assert_accounted_for(counts);
}

#[test]
fn unsampled_spans_are_counted_apart_and_never_exported() {
    let delivery = Delivery::default();
    let exporter = CountingExporter::new(
        opentelemetry_sdk::trace::InMemorySpanExporter::default(),
        delivery.clone(),
    );
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
fn spans_that_nobody_wants_are_not_called_lost() {
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
