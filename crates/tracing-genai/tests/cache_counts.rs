//! Input counts that exclude cached tokens are completed on the span, in the metrics and in the cost.

#![allow(clippy::panic)] // Tests and their helpers may panic.

mod service;

use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use service::{Builder, Service, Span};
use tracing_genai::pricing::Counts;

/// A call of another library: 8,192 cached tokens, `input` tokens and 300 of output.
fn call(service: &Service, scope: &'static str, input: i64) -> Span {
    let mut span = service.tracer_provider().tracer(scope).start("chat gpt-4o-mini");
    span.set_attributes([
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o-mini"),
        KeyValue::new("gen_ai.usage.input_tokens", input),
        KeyValue::new("gen_ai.usage.cache_read.input_tokens", 8_192),
        KeyValue::new("gen_ai.usage.output_tokens", 300),
    ]);
    span.end();
    service.only_span()
}

fn cost(span: &Span) -> f64 {
    match span.value("gen_ai.usage.cost") {
        Some(Value::F64(cost)) => *cost,
        other => panic!("{other:?}"),
    }
}

fn configured(configure: impl FnOnce(Builder) -> Builder) -> Service {
    Service::configured(configure)
}

#[test]
fn inconsistent_input_is_completed_and_the_cost_estimated() {
    let service = Service::start();
    let span = call(&service, "other", 500);
    // 500 at 0.15, 8,192 at 0.075 and 300 at 0.6 USD a million.
    assert!((cost(&span) - 0.000_869_4).abs() < 1e-15);
    assert_eq!(span.text("tracing_genai.cost.status"), Some("estimated"));
    let reasons = Value::Array(Array::String(vec!["input_excluded_cache".into()]));
    assert_eq!(span.value("tracing_genai.cost.reasons"), Some(&reasons));
    assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(8_692)));
    let tokens: f64 = service
        .histogram("gen_ai.client.token.usage")
        .iter()
        .map(|(_, sum, _)| sum)
        .sum();
    assert!((tokens - 8_992.0).abs() < 1e-9);
}

#[test]
fn reasoning_that_exceeds_the_output_is_added_to_it() {
    let service = Service::start();
    let mut span = service.tracer_provider().tracer("other").start("chat gemini-2.5-pro");
    span.set_attributes([
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "gcp.gemini"),
        KeyValue::new("gen_ai.request.model", "gemini-2.5-pro"),
        KeyValue::new("gen_ai.usage.input_tokens", 1_000),
        KeyValue::new("gen_ai.usage.output_tokens", 500),
        KeyValue::new("gen_ai.usage.reasoning.output_tokens", 7_000),
    ]);
    span.end();
    let span = service.only_span();
    // 1,000 at 1.25 and 7,500 at 10 USD a million.
    assert!((cost(&span) - 0.076_25).abs() < 1e-15);
    assert_eq!(span.value("gen_ai.usage.output_tokens"), Some(&Value::I64(7_500)));
    let reasons = Value::Array(Array::String(vec!["output_excluded_reasoning".into()]));
    assert_eq!(span.value("tracing_genai.cost.reasons"), Some(&reasons));
}

#[test]
fn ambiguous_input_is_read_as_the_conventions_define_it() {
    let span = call(&Service::start(), "other", 9_000);
    // 808 at 0.15, 8,192 at 0.075 and 300 at 0.6 USD a million.
    assert!((cost(&span) - 0.000_915_6).abs() < 1e-15);
    assert_eq!(span.text("tracing_genai.cost.status"), Some("priced"));
    assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(9_000)));
}

#[test]
fn an_instrumentation_known_to_exclude_the_cache_is_completed_exactly() {
    let by_scope = |processor: Builder| processor.counts_of_scope("other", Counts::Exclusive);
    let by_provider = |processor: Builder| processor.counts_of_provider("openai", Counts::Exclusive);
    for service in [configured(by_scope), configured(by_provider)] {
        let span = call(&service, "other", 9_000);
        // 9,000 at 0.15, 8,192 at 0.075 and 300 at 0.6 USD a million.
        assert!((cost(&span) - 0.002_144_4).abs() < 1e-15);
        assert_eq!(span.text("tracing_genai.cost.status"), Some("priced"));
        assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(17_192)));
    }
}

#[test]
fn a_setting_of_a_scope_does_not_affect_other_scopes() {
    let service = configured(|processor| processor.counts_of_scope("another", Counts::Exclusive));
    let span = call(&service, "other", 9_000);
    assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(9_000)));
}
