//! Spans by the Vercel AI SDK become the conventions', attribute by attribute, and each call is counted once.

mod service;

use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use service::{Service, Span};

/// A span that the SDK wrote.
fn written(operation: &'static str, attributes: Vec<KeyValue>) -> Span {
    let service = Service::start();
    let mut span = service.tracer_provider().tracer("ai").start(operation);
    span.set_attribute(KeyValue::new("ai.operationId", operation));
    span.set_attributes(attributes);
    span.end();
    service.only_span()
}

#[test]
fn each_attribute_has_its_name_type_and_unit() {
    let text = |text: &'static str| Value::from(text);
    let pairs = [
        ("ai.model.id", text("gpt-4o"), "gen_ai.request.model", text("gpt-4o")),
        (
            "ai.model.provider",
            text("openai.chat"),
            "gen_ai.provider.name",
            text("openai"),
        ),
        (
            "ai.model.provider",
            text("google.generative-ai"),
            "gen_ai.provider.name",
            text("gcp.gemini"),
        ),
        (
            "ai.model.provider",
            text("amazon-bedrock"),
            "gen_ai.provider.name",
            text("aws.bedrock"),
        ),
        ("ai.response.id", text("r-1"), "gen_ai.response.id", text("r-1")),
        (
            "ai.response.model",
            text("gpt-4o-1"),
            "gen_ai.response.model",
            text("gpt-4o-1"),
        ),
        (
            "ai.response.finishReason",
            text("tool-calls"),
            "gen_ai.response.finish_reasons",
            Value::Array(Array::String(vec!["tool-calls".into()])),
        ),
        (
            "ai.response.msToFirstChunk",
            Value::F64(250.0),
            "gen_ai.response.time_to_first_chunk",
            Value::F64(0.25),
        ),
        (
            "ai.response.msToFirstChunk",
            Value::I64(1_000),
            "gen_ai.response.time_to_first_chunk",
            Value::F64(1.0),
        ),
        (
            "ai.usage.promptTokens",
            Value::I64(12),
            "gen_ai.usage.input_tokens",
            Value::I64(12),
        ),
        (
            "ai.usage.inputTokens",
            Value::I64(12),
            "gen_ai.usage.input_tokens",
            Value::I64(12),
        ),
        (
            "ai.usage.tokens",
            Value::F64(12.0),
            "gen_ai.usage.input_tokens",
            Value::I64(12),
        ),
        (
            "ai.usage.completionTokens",
            Value::I64(3),
            "gen_ai.usage.output_tokens",
            Value::I64(3),
        ),
        (
            "ai.usage.outputTokens",
            Value::I64(3),
            "gen_ai.usage.output_tokens",
            Value::I64(3),
        ),
        (
            "ai.usage.cachedInputTokens",
            Value::I64(5),
            "gen_ai.usage.cache_read.input_tokens",
            Value::I64(5),
        ),
        (
            "ai.usage.reasoningTokens",
            Value::I64(2),
            "gen_ai.usage.reasoning.output_tokens",
            Value::I64(2),
        ),
        ("ai.toolCall.name", text("search"), "gen_ai.tool.name", text("search")),
        ("ai.toolCall.id", text("call_1"), "gen_ai.tool.call.id", text("call_1")),
        ("ai.toolCall.args", text("{}"), "gen_ai.tool.call.arguments", text("{}")),
        ("ai.toolCall.result", text("[]"), "gen_ai.tool.call.result", text("[]")),
    ];
    for (name, value, new_name, new_value) in pairs {
        let span = written("ai.another", vec![KeyValue::new(name, value)]);
        assert_eq!(span.value(new_name), Some(&new_value), "{name}");
        assert_eq!(span.value(name), None, "{name}");
        // What the conventions have no operation for stays as it is.
        assert_eq!(span.text("ai.operationId"), Some("ai.another"));
    }
}

#[test]
fn a_call_is_priced_once_and_the_span_around_it_is_none() {
    let counts = || {
        vec![
            KeyValue::new("ai.model.provider", "openai.responses"),
            KeyValue::new("ai.model.id", "gpt-4o-mini"),
            KeyValue::new("ai.usage.inputTokens", 10_240),
            KeyValue::new("ai.usage.cachedInputTokens", 8_192),
            KeyValue::new("ai.usage.outputTokens", 640),
        ]
    };
    for (operation, name, is_call) in [
        ("ai.generateText.doGenerate", "chat", true),
        ("ai.streamText.doStream", "chat", true),
        ("ai.generateObject.doGenerate", "chat", true),
        ("ai.streamObject.doStream", "chat", true),
        ("ai.generateText", "invoke_agent", false),
        ("ai.streamText", "invoke_agent", false),
        ("ai.generateObject", "invoke_agent", false),
        ("ai.streamObject", "invoke_agent", false),
        ("ai.embed", "invoke_workflow", false),
        ("ai.embedMany", "invoke_workflow", false),
        ("ai.toolCall", "execute_tool", false),
    ] {
        let span = written(operation, counts());
        assert_eq!(span.text("gen_ai.operation.name"), Some(name), "{operation}");
        // 2,048 at 0.15, 8,192 at 0.075 and 640 at 0.6 USD a million.
        let cost = is_call.then_some(Value::F64(0.001_305_6));
        assert_eq!(span.value("gen_ai.usage.cost"), cost.as_ref(), "{operation}");
    }
    for operation in ["ai.embed.doEmbed", "ai.embedMany.doEmbed"] {
        let span = written(
            operation,
            vec![
                KeyValue::new("ai.model.provider", "openai.embedding"),
                KeyValue::new("ai.model.id", "text-embedding-3-small"),
                KeyValue::new("ai.usage.tokens", 1_000),
            ],
        );
        assert_eq!(span.text("gen_ai.operation.name"), Some("embeddings"));
        // At 0.02 USD a million.
        assert_eq!(
            span.value("gen_ai.usage.cost"),
            Some(&Value::F64(0.000_02)),
            "{operation}"
        );
    }
}

#[test]
fn a_services_own_names_make_no_span_a_genai_span() {
    let service = Service::start();
    let mut span = service.tracer_provider().tracer("own").start("tick");
    span.set_attributes([KeyValue::new("ai.enabled", "12"), KeyValue::new("llm.team", "a")]);
    span.end();
    let span = service.only_span();
    assert_eq!(span.data.attributes.len(), 2);
    assert_eq!(span.text("ai.enabled"), Some("12"));
}
