//! Spans by Traceloop's OpenLLMetry become the conventions', attribute by attribute.

mod service;

use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use service::{Service, Span};

/// A span that OpenLLMetry wrote.
fn written(attributes: Vec<KeyValue>) -> Span {
    let service = Service::start();
    let mut span = service
        .tracer_provider()
        .tracer("opentelemetry.instrumentation.openai")
        .start("openai.chat");
    span.set_attributes(attributes);
    span.end();
    service.only_span()
}

#[test]
fn each_attribute_has_its_name_and_type() {
    let list = |word: &'static str| Value::Array(Array::String(vec![word.into()]));
    let pairs = [
        (
            "llm.is_streaming",
            Value::Bool(true),
            "gen_ai.request.stream",
            Value::Bool(true),
        ),
        ("llm.top_k", Value::F64(40.0), "gen_ai.request.top_k", Value::I64(40)),
        (
            "llm.frequency_penalty",
            Value::F64(0.5),
            "gen_ai.request.frequency_penalty",
            Value::F64(0.5),
        ),
        (
            "llm.presence_penalty",
            Value::I64(1),
            "gen_ai.request.presence_penalty",
            Value::F64(1.0),
        ),
        (
            "llm.chat.stop_sequences",
            Value::from("[\"END\"]"),
            "gen_ai.request.stop_sequences",
            list("END"),
        ),
        (
            "llm.response.finish_reason",
            Value::from("stop"),
            "gen_ai.response.finish_reasons",
            list("stop"),
        ),
        (
            "llm.response.stop_reason",
            Value::from("end_turn"),
            "gen_ai.response.finish_reasons",
            list("end_turn"),
        ),
        (
            "traceloop.workflow.name",
            Value::from("triage"),
            "gen_ai.workflow.name",
            Value::from("triage"),
        ),
    ];
    for (name, value, new_name, new_value) in pairs {
        let span = written(vec![KeyValue::new(name, value)]);
        assert_eq!(span.value(new_name), Some(&new_value), "{name}");
        assert_eq!(span.value(name), None, "{name}");
    }
}

#[test]
fn its_kinds_of_span_are_operations() {
    for (key, kind, operation) in [
        ("llm.request.type", "chat", Some("chat")),
        ("llm.request.type", "completion", Some("text_completion")),
        ("llm.request.type", "embedding", Some("embeddings")),
        ("llm.request.type", "rerank", None),
        ("traceloop.span.kind", "workflow", Some("invoke_workflow")),
        ("traceloop.span.kind", "agent", Some("invoke_agent")),
        ("traceloop.span.kind", "tool", Some("execute_tool")),
        ("traceloop.span.kind", "task", None),
    ] {
        let span = written(vec![KeyValue::new(key, kind)]);
        assert_eq!(span.text("gen_ai.operation.name"), operation, "{key} {kind}");
        let kept = operation.is_none().then_some(kind);
        assert_eq!(span.text(key), kept, "{key} {kind}");
    }
}

#[test]
fn a_call_in_its_mixture_of_names_is_priced() {
    let span = written(vec![
        KeyValue::new("llm.request.type", "chat"),
        KeyValue::new("gen_ai.system", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o-mini"),
        KeyValue::new("gen_ai.usage.prompt_tokens", 10_240),
        KeyValue::new("gen_ai.usage.cache_read_input_tokens", 8_192),
        KeyValue::new("gen_ai.usage.completion_tokens", 640),
        KeyValue::new("llm.usage.total_tokens", 10_880),
    ]);
    // 2,048 at 0.15, 8,192 at 0.075 and 640 at 0.6 USD a million.
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.001_305_6)));
    assert_eq!(span.data.name, "openai.chat");
    // What no convention has a place for stays as it is.
    assert_eq!(span.value("llm.usage.total_tokens"), Some(&Value::I64(10_880)));
}
