//! Metric collection and span processing do not wait for each other, whatever the user's redactor or log processor
//! does.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::logs::{LogProcessor, SdkLogRecord, SdkLoggerProvider};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor};
use tracing_genai_processor::GenAiProcessor;
use tracing_genai_processor::content::{ContentCapture, ContentPolicy};

/// Enough for thousands of rounds; the deadlock found by this test took less than a second.
const SPANS: usize = 3_000;
const WATCHDOG: Duration = Duration::from_secs(60);

/// User code that builds an instrument, for which the SDK takes the lock that a collection holds.
fn build_an_instrument(count: &AtomicUsize) {
    let number = count.fetch_add(1, Ordering::SeqCst);
    opentelemetry::global::meter("user")
        .u64_counter(format!("user.counter.{}", number % 50))
        .build()
        .add(1, &[]);
}

#[derive(Debug)]
struct BuildsInstruments(Arc<AtomicUsize>);

impl LogProcessor for BuildsInstruments {
    fn emit(&self, _record: &mut SdkLogRecord, _scope: &InstrumentationScope) {
        build_an_instrument(&self.0);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

#[test]
fn redactors_and_log_processors_that_build_instruments_do_not_deadlock() {
    let meters = SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(InMemoryMetricExporter::default()).build())
        .build();
    opentelemetry::global::set_meter_provider(meters.clone());
    let (redactions, events) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let logs = SdkLoggerProvider::builder()
        .with_log_processor(BuildsInstruments(Arc::clone(&events)))
        .build();
    let exported = InMemorySpanExporter::default();
    let redacted = Arc::clone(&redactions);
    // Without a meter provider the instruments are built at the first GenAI span, during a collection.
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(exported.clone()))
        .hand_over()
        .logger_provider(&logs)
        .content_policy(ContentPolicy::exporting(ContentCapture::SpanAndEvent))
        .redact(move |_| {
            build_an_instrument(&redacted);
            None
        })
        .build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let is_over = Arc::new(AtomicBool::new(false));
    let (collections, ended) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    // Detached, so that a deadlock fails the test instead of blocking it.
    thread::spawn({
        let (is_over, collections) = (Arc::clone(&is_over), Arc::clone(&collections));
        move || {
            while !is_over.load(Ordering::SeqCst) {
                meters.force_flush().unwrap();
                collections.fetch_add(1, Ordering::SeqCst);
            }
        }
    });
    for _ in 0..2 {
        let (tracer, ended) = (provider.tracer("service"), Arc::clone(&ended));
        thread::spawn(move || {
            for _ in 0..SPANS {
                let call = tracer.span_builder("chat").with_attributes([
                    KeyValue::new("gen_ai.operation.name", "chat"),
                    KeyValue::new("gen_ai.input.messages", r#"[{"role":"user","content":"hi"}]"#),
                ]);
                drop(call.start(&tracer));
                ended.fetch_add(1, Ordering::SeqCst);
            }
        });
    }
    let started = Instant::now();
    while exported.get_finished_spans().unwrap().len() < 2 * SPANS {
        let counts = [&ended, &redactions, &events, &collections].map(|count| count.load(Ordering::SeqCst));
        assert!(
            started.elapsed() < WATCHDOG,
            "no progress: [ended, redactions, events, collections] = {counts:?}"
        );
        thread::sleep(Duration::from_millis(50));
    }
    is_over.store(true, Ordering::SeqCst);
    let counts = [&ended, &events].map(|count| count.load(Ordering::SeqCst));
    assert_eq!(counts, [2 * SPANS, 2 * SPANS]);
    assert!(collections.load(Ordering::SeqCst) > 0);
}
