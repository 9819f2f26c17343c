//! Any span is forwarded within its limits without a panic, and processing it again changes nothing.
//!
//! The input text is a span, one attribute per line: its name, a tab, and its value. A value in the form of a whole
//! number, a double or a boolean is one; one that begins with a comma is a list of texts. `cargo xtask test --only
//! fuzz` runs it for a while.

#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use libfuzzer_sys::fuzz_target;
use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use tracing_genai_processor::GenAiProcessor;

/// Attributes of content, the conventions' and a dialect's.
const CONTENT: [&str; 5] = [
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.tool.definitions",
    "gen_ai.tool.call.arguments",
    "ai.prompt.messages",
];

/// Maximum bytes of content.
const BUDGET: usize = 512;

fuzz_target!(|text: &str| {
    let attributes: Vec<KeyValue> = text.lines().filter_map(attribute).collect();
    let once = processed(&attributes, 1);
    let twice = processed(&attributes, 2);
    assert_eq!(shown(&once), shown(&twice));
    for attribute in &once.attributes {
        let (name, value) = (attribute.key.as_str(), attribute.value.as_str());
        if CONTENT.contains(&name) {
            assert!(value.len() <= BUDGET, "{name} has {} bytes", value.len());
        }
    }
});

fn attribute(line: &str) -> Option<KeyValue> {
    let (name, value) = line.split_once('\t')?;
    Some(KeyValue::new(name.to_owned(), value_of(value)))
}

fn value_of(text: &str) -> Value {
    if let Some(list) = text.strip_prefix(',') {
        let texts = list.split(',').map(|text| text.to_owned().into());
        return Value::Array(Array::String(texts.collect()));
    }
    if let Ok(integer) = text.parse() {
        return Value::I64(integer);
    }
    if let Ok(double) = text.parse() {
        return Value::F64(double);
    }
    match text.parse() {
        Ok(boolean) => Value::Bool(boolean),
        Err(_) => Value::String(text.to_owned().into()),
    }
}

fn processed(attributes: &[KeyValue], processors: usize) -> SpanData {
    let spans = InMemorySpanExporter::default();
    let last = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone()))
        .max_content_bytes(BUDGET)
        .build();
    let builder = SdkTracerProvider::builder();
    let provider = if processors == 1 {
        builder.with_span_processor(last)
    } else {
        let first = GenAiProcessor::builder(last).max_content_bytes(BUDGET);
        builder.with_span_processor(first.build())
    }
    .build();
    let tracer = provider.tracer("fuzz");
    // Constant, and at the time of the seeds: some values are timestamps.
    let started = UNIX_EPOCH + Duration::from_secs(1_735_787_045);
    let mut span = tracer.build(tracer.span_builder("span").with_start_time(started));
    span.set_attributes(attributes.iter().cloned());
    span.end_with_timestamp(started + Duration::from_secs(60));
    spans.get_finished_spans().expect("kept in memory").remove(0)
}

/// The order of attributes is irrelevant, and NaN is not equal to itself.
fn shown(span: &SpanData) -> String {
    let mut attributes: Vec<_> = span
        .attributes
        .iter()
        .map(|attribute| format!("{attribute:?}"))
        .collect();
    attributes.sort();
    format!("{:?} {:?} {:?} {attributes:?}", span.name, span.span_kind, span.status)
}
