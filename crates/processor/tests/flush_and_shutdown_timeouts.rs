//! Flush and shutdown wait for the spans that ended before them, within their timeout.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::sync::mpsc;
use std::time::{Duration, Instant};

use opentelemetry::KeyValue;
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor};
use tracing_genai_processor::GenAiProcessor;
use tracing_genai_processor::content::{ContentCapture, ContentPolicy};

fn end_a_call(provider: &SdkTracerProvider) {
    let tracer = provider.tracer("service");
    let call = tracer.span_builder("chat").with_attributes([
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.input.messages", r#"[{"role":"user","content":"hi"}]"#),
    ]);
    drop(call.start(&tracer));
}

#[test]
fn a_blocked_redactor_does_not_block_shutdown() {
    let (_never_sent, never) = mpsc::channel::<()>();
    let never = std::sync::Mutex::new(never);
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(InMemorySpanExporter::default()))
        .hand_over()
        .content_policy(ContentPolicy::exporting(ContentCapture::SpanOnly))
        .redact(move |_| {
            let _ = never.lock().unwrap().recv();
            None
        })
        .build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    end_a_call(&provider);
    let (done, is_done) = mpsc::channel();
    let started = Instant::now();
    std::thread::spawn(move || done.send(provider.shutdown_with_timeout(Duration::from_millis(300))));
    let result = is_done.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(
        started.elapsed() >= Duration::from_millis(100),
        "it did not wait at all"
    );
    let failure = result.unwrap_err().to_string();
    assert!(failure.contains("Timeout"), "{failure}");
}

#[test]
fn a_flush_within_a_redactor_does_not_deadlock() {
    let exported = InMemorySpanExporter::default();
    let provider = std::sync::Arc::new(std::sync::OnceLock::<SdkTracerProvider>::new());
    let flushed = std::sync::Arc::clone(&provider);
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(exported.clone()))
        .hand_over()
        .content_policy(ContentPolicy::exporting(ContentCapture::SpanOnly))
        .redact(move |_| {
            flushed.get().unwrap().force_flush().unwrap();
            None
        })
        .build();
    let built = SdkTracerProvider::builder().with_span_processor(processor).build();
    provider.set(built).unwrap();
    let provider = provider.get().unwrap();
    end_a_call(provider);
    let started = Instant::now();
    provider.force_flush().unwrap();
    assert!(started.elapsed() < Duration::from_secs(4), "waited for itself");
    assert_eq!(exported.get_finished_spans().unwrap().len(), 1);
}

#[test]
fn a_redactor_that_flushes_another_pipeline_waits_for_it() {
    let exported = InMemorySpanExporter::default();
    let slow = GenAiProcessor::builder(SimpleSpanProcessor::new(exported.clone()))
        .hand_over()
        .content_policy(ContentPolicy::exporting(ContentCapture::SpanOnly))
        .redact(|_| {
            std::thread::sleep(Duration::from_millis(50));
            None
        })
        .build();
    let other = SdkTracerProvider::builder().with_span_processor(slow).build();
    let (flushed, counts) = mpsc::channel();
    let (flushed, inner) = (std::sync::Mutex::new(flushed), other.clone());
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(InMemorySpanExporter::default()))
        .hand_over()
        .content_policy(ContentPolicy::exporting(ContentCapture::SpanOnly))
        .redact(move |_| {
            end_a_call(&inner);
            inner.force_flush().unwrap();
            let count = exported.get_finished_spans().unwrap().len();
            flushed.lock().unwrap().send(count).unwrap();
            None
        })
        .build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    end_a_call(&provider);
    provider.force_flush().unwrap();
    assert_eq!(counts.recv_timeout(Duration::from_secs(10)), Ok(1));
}
