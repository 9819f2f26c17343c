//! Spans that end faster than they are processed use no more memory than the setting allows.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry::trace::{Span as _, Status, Tracer, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_genai_processor::content::{ContentCapture, ContentPolicy};
use tracing_genai_processor::{Delivery, Discard, GenAiProcessor};

const MIB: usize = 1024 * 1024;

/// The process's resident bytes; `None` if the system does not report them.
fn resident_bytes() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: usize = statm.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4_096)
}

/// The largest growth of resident bytes while spans with these attributes end.
fn growth(spans: usize, delivery: &Delivery, span: impl Fn() -> (Vec<KeyValue>, Status)) -> usize {
    let processor = GenAiProcessor::builder(Discard::new(delivery.clone()))
        .delivery(delivery.clone())
        .hand_over()
        .content_policy(ContentPolicy::exporting(ContentCapture::SpanOnly))
        .redact(|_| {
            std::thread::sleep(Duration::from_millis(1));
            None
        })
        .build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let tracer = provider.tracer("service");
    let before = resident_bytes().unwrap();
    let mut most = before;
    for _ in 0..spans {
        let (mut attributes, status) = span();
        attributes.push(KeyValue::new("gen_ai.operation.name", "chat"));
        let mut span = tracer.span_builder("chat").with_attributes(attributes).start(&tracer);
        span.set_status(status);
        drop(span);
        most = most.max(resident_bytes().unwrap());
    }
    provider.shutdown_with_timeout(Duration::from_secs(60)).unwrap();
    most - before
}

fn prompt(bytes: usize) -> KeyValue {
    let text = "lorem ipsum ".repeat(bytes / 12);
    KeyValue::new(
        "gen_ai.input.messages",
        format!(r#"[{{"role":"user","content":"{text}"}}]"#),
    )
}

#[test]
fn queued_spans_use_at_most_a_fifth_more_than_64_mib() {
    if resident_bytes().is_none() {
        println!("left out: this system does not report resident memory");
        return;
    }
    let delivery = Delivery::default();
    let prompts = growth(300, &delivery, || (vec![prompt(MIB)], Status::Unset));
    // Without a bound this would be 300 MiB, 2,000 MiB and 500 MiB. Only content is cut.
    let others = growth(2_000, &delivery, || {
        let attributes = vec![prompt(12), KeyValue::new("service.document", "x".repeat(MIB))];
        (attributes, Status::Unset)
    });
    let errors = growth(500, &delivery, || (vec![prompt(12)], Status::error("x".repeat(MIB))));
    println!("resident: {:?} MiB", [prompts, others, errors].map(|bytes| bytes / MIB));
    let bound = 64 * MIB * 6 / 5;
    assert!(prompts <= bound, "{} MiB", prompts / MIB);
    assert!(others <= bound, "{} MiB", others / MIB);
    assert!(errors <= bound, "{} MiB", errors / MIB);
    let counts = delivery.counts();
    assert_eq!((counts.ended, counts.discarded), (2_800, 2_800));
}
