//! Content far beyond its limit costs no more than content near it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use opentelemetry::KeyValue;
use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_genai_processor::content::{ContentCapture, ContentPolicy};
use tracing_genai_processor::{Delivery, Discard, GenAiProcessor};

const MIB: usize = 1024 * 1024;

fn prompt(bytes: usize) -> KeyValue {
    let text = "lorem ipsum ".repeat(bytes / 12);
    KeyValue::new(
        "gen_ai.input.messages",
        format!(r#"[{{"role":"user","content":"{text}"}}]"#),
    )
}

#[test]
fn a_message_of_16_mib_uses_no_more_than_the_limit() {
    let allocated = |bytes: usize| {
        let processor = GenAiProcessor::builder(Discard::new(Delivery::default()))
            .content_policy(ContentPolicy::exporting(ContentCapture::SpanOnly))
            .build();
        let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
        let tracer = provider.tracer("service");
        let messages = prompt(bytes);
        let end = || {
            let attributes = [KeyValue::new("gen_ai.operation.name", "chat"), messages.clone()];
            drop(tracer.span_builder("chat").with_attributes(attributes).start(&tracer));
        };
        end();
        let copied = allocation_counter::measure(|| drop(messages.clone())).bytes_total;
        allocation_counter::measure(end).bytes_total - copied
    };
    let (small, large) = (allocated(100 * 1024), allocated(16 * MIB));
    println!("allocated: {small} bytes, {large} bytes");
    assert!(large < 2 * small, "{small} bytes, {large} bytes");
}
