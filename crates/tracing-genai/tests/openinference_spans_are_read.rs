//! Spans by OpenInference become the conventions', attribute by attribute, and are priced.

mod service;

use opentelemetry::trace::{Span as _, SpanKind, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use service::{Service, Span};

/// A span that another library's instrumentation wrote.
fn written(attributes: Vec<KeyValue>) -> Span {
    let service = Service::start();
    let mut span = service
        .tracer_provider()
        .tracer("openinference")
        .start("ChatCompletion");
    span.set_attributes(attributes);
    span.end();
    service.only_span()
}

#[test]
fn each_attribute_has_its_name_and_type() {
    let text = |text: &'static str| Value::from(text);
    let pairs = [
        ("llm.model_name", text("gpt-4o"), "gen_ai.request.model", text("gpt-4o")),
        ("embedding.model_name", text("e-1"), "gen_ai.request.model", text("e-1")),
        ("llm.provider", text("openai"), "gen_ai.provider.name", text("openai")),
        (
            "llm.finish_reason",
            text("stop"),
            "gen_ai.response.finish_reasons",
            Value::Array(Array::String(vec!["stop".into()])),
        ),
        (
            "llm.token_count.prompt",
            Value::I64(12),
            "gen_ai.usage.input_tokens",
            Value::I64(12),
        ),
        // Some SDKs write every number as a double.
        (
            "llm.token_count.prompt",
            Value::F64(12.0),
            "gen_ai.usage.input_tokens",
            Value::I64(12),
        ),
        (
            "llm.token_count.completion",
            Value::I64(3),
            "gen_ai.usage.output_tokens",
            Value::I64(3),
        ),
        (
            "llm.token_count.prompt_details.cache_read",
            Value::I64(5),
            "gen_ai.usage.cache_read.input_tokens",
            Value::I64(5),
        ),
        (
            "llm.token_count.prompt_details.cache_write",
            Value::I64(5),
            "gen_ai.usage.cache_write.input_tokens",
            Value::I64(5),
        ),
        (
            "llm.token_count.prompt_details.audio",
            Value::I64(5),
            "gen_ai.usage.audio.input_tokens",
            Value::I64(5),
        ),
        (
            "llm.token_count.completion_details.reasoning",
            Value::I64(5),
            "gen_ai.usage.reasoning.output_tokens",
            Value::I64(5),
        ),
        (
            "llm.token_count.completion_details.audio",
            Value::I64(5),
            "gen_ai.usage.audio.output_tokens",
            Value::I64(5),
        ),
        ("tool.name", text("search"), "gen_ai.tool.name", text("search")),
        (
            "tool.description",
            text("finds"),
            "gen_ai.tool.description",
            text("finds"),
        ),
        ("tool.id", text("call_1"), "gen_ai.tool.call.id", text("call_1")),
        ("agent.name", text("desk"), "gen_ai.agent.name", text("desk")),
    ];
    for (name, value, new_name, new_value) in pairs {
        let span = written(vec![
            KeyValue::new("openinference.span.kind", "CHAIN"),
            KeyValue::new(name, value),
        ]);
        assert_eq!(span.value(new_name), Some(&new_value), "{name}");
        assert_eq!(span.value(name), None, "{name}");
        // What the conventions have no operation for stays as it is.
        assert_eq!(span.text("openinference.span.kind"), Some("CHAIN"));
    }
}

#[test]
fn its_kinds_of_span_are_operations() {
    for (kind, operation, span_kind) in [
        ("LLM", "chat", SpanKind::Client),
        ("EMBEDDING", "embeddings", SpanKind::Client),
        ("RETRIEVER", "retrieval", SpanKind::Client),
        ("TOOL", "execute_tool", SpanKind::Internal),
        ("AGENT", "invoke_agent", SpanKind::Internal),
    ] {
        let span = written(vec![KeyValue::new("openinference.span.kind", kind)]);
        assert_eq!(span.text("gen_ai.operation.name"), Some(operation));
        assert_eq!(span.value("openinference.span.kind"), None);
        assert_eq!(span.data.span_kind, span_kind, "{kind}");
    }
}

#[test]
fn a_model_call_is_priced_and_an_agent_that_repeats_its_counts_is_not() {
    let counts = || {
        vec![
            KeyValue::new("llm.provider", "openai"),
            KeyValue::new("llm.model_name", "gpt-4o-mini"),
            KeyValue::new("llm.token_count.prompt", 10_240),
            KeyValue::new("llm.token_count.prompt_details.cache_read", 8_192),
            KeyValue::new("llm.token_count.completion", 640),
        ]
    };
    let mut call = counts();
    call.push(KeyValue::new("openinference.span.kind", "LLM"));
    // 2,048 at 0.15, 8,192 at 0.075 and 640 at 0.6 USD a million.
    assert_eq!(written(call).value("gen_ai.usage.cost"), Some(&Value::F64(0.001_305_6)));

    let mut agent = counts();
    agent.push(KeyValue::new("openinference.span.kind", "AGENT"));
    assert_eq!(written(agent).value("gen_ai.usage.cost"), None);
}

#[test]
fn the_conventions_own_attribute_goes_before_the_dialects() {
    for is_first in [true, false] {
        let mut attributes = vec![
            KeyValue::new("openinference.span.kind", "LLM"),
            KeyValue::new("llm.model_name", "gpt-4"),
        ];
        let own = [
            KeyValue::new("gen_ai.operation.name", "embeddings"),
            KeyValue::new("gen_ai.request.model", "gpt-4o"),
        ];
        let at = if is_first { 0 } else { attributes.len() };
        attributes.splice(at..at, own);
        let span = written(attributes);
        assert_eq!(span.text("gen_ai.operation.name"), Some("embeddings"));
        assert_eq!(span.text("gen_ai.request.model"), Some("gpt-4o"));
    }
}

#[test]
fn a_services_own_attributes_of_the_same_names_stay_on_spans_of_others() {
    for name in ["tool.name", "tool.description", "tool.id", "agent.name"] {
        let span = written(vec![
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.tool.name", "search"),
            KeyValue::new(name, "ours"),
        ]);
        assert_eq!(span.text(name), Some("ours"));
        assert_eq!(span.text("gen_ai.tool.name"), Some("search"));
    }
}
