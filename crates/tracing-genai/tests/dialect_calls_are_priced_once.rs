//! Calls on other libraries' spans are priced once, in any dialect.

mod service;

use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{KeyValue, Value};
use service::{Service, Span};

/// 2,048 tokens of gpt-4o-mini at 0.15, 8,192 from the cache at 0.075 and 640 of output at 0.6 USD a million.
const COST: f64 = 0.001_305_6;

/// A span of the instrumentation `scope`.
fn written(scope: &'static str, name: &'static str, attributes: Vec<KeyValue>) -> Span {
    let service = Service::start();
    let mut span = service.tracer_provider().tracer(scope).start(name);
    span.set_attributes(attributes);
    span.end();
    service.only_span()
}

#[test]
fn openinference_calls_are_priced_and_agents_and_chains_are_not() {
    let cost_of = |kind: &'static str| {
        let attributes = vec![
            KeyValue::new("openinference.span.kind", kind),
            KeyValue::new("llm.provider", "openai"),
            KeyValue::new("llm.model_name", "gpt-4o-mini"),
            KeyValue::new("llm.token_count.prompt", 10_240),
            KeyValue::new("llm.token_count.prompt_details.cache_read", 8_192),
            KeyValue::new("llm.token_count.completion", 640),
        ];
        let span = written("openinference.instrumentation.openai", "ChatCompletion", attributes);
        span.value("gen_ai.usage.cost").cloned()
    };
    assert_eq!(cost_of("LLM"), Some(Value::F64(COST)));
    assert_eq!(cost_of("AGENT"), None);
    assert_eq!(cost_of("CHAIN"), None);
}

#[test]
fn vercels_call_is_priced_and_the_outer_span_is_not() {
    for (operation, name, is_call) in [
        ("ai.generateText.doGenerate", "chat", true),
        ("ai.streamText.doStream", "chat", true),
        ("ai.generateText", "invoke_agent", false),
        ("ai.embed", "invoke_workflow", false),
        ("ai.toolCall", "execute_tool", false),
    ] {
        let attributes = vec![
            KeyValue::new("ai.operationId", operation),
            KeyValue::new("ai.model.provider", "openai.responses"),
            KeyValue::new("ai.model.id", "gpt-4o-mini"),
            KeyValue::new("ai.usage.inputTokens", 10_240),
            KeyValue::new("ai.usage.cachedInputTokens", 8_192),
            KeyValue::new("ai.usage.outputTokens", 640),
        ];
        let span = written("ai", operation, attributes);
        assert_eq!(span.text("gen_ai.operation.name"), Some(name), "{operation}");
        let cost = is_call.then_some(Value::F64(COST));
        assert_eq!(span.value("gen_ai.usage.cost"), cost.as_ref(), "{operation}");
    }
    let embedding = vec![
        KeyValue::new("ai.operationId", "ai.embed.doEmbed"),
        KeyValue::new("ai.model.provider", "openai.embedding"),
        KeyValue::new("ai.model.id", "text-embedding-3-small"),
        KeyValue::new("ai.usage.tokens", 1_000),
    ];
    // At 0.02 USD a million.
    let span = written("ai", "ai.embed.doEmbed", embedding);
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.000_02)));
}

#[test]
fn traceloops_call_with_mixed_names_is_priced() {
    let attributes = vec![
        KeyValue::new("llm.request.type", "chat"),
        KeyValue::new("gen_ai.system", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o-mini"),
        KeyValue::new("gen_ai.usage.prompt_tokens", 10_240),
        KeyValue::new("gen_ai.usage.cache_read_input_tokens", 8_192),
        KeyValue::new("gen_ai.usage.completion_tokens", 640),
    ];
    let span = written("opentelemetry.instrumentation.openai", "openai.chat", attributes);
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(COST)));
}

#[test]
fn langfuses_generation_is_priced_by_separate_counts() {
    let attributes = vec![
        KeyValue::new("langfuse.observation.type", "generation"),
        KeyValue::new("langfuse.observation.model.name", "gpt-4o-mini"),
        KeyValue::new(
            "langfuse.observation.usage_details",
            r#"{"input": 2048, "input_cached_tokens": 8192, "output": 600, "output_reasoning_tokens": 40}"#,
        ),
    ];
    let span = written("langfuse-sdk", "OpenAI-generation", attributes);
    assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(10_240)));
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(COST)));
}

#[test]
fn openlits_zero_for_an_unknown_model_is_ignored() {
    let attributes = |cost: Value| {
        vec![
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.provider.name", "openai"),
            KeyValue::new("gen_ai.request.model", "gpt-4o-mini"),
            KeyValue::new("gen_ai.usage.input_tokens", 10_240),
            KeyValue::new("gen_ai.usage.cache_read.input_tokens", 8_192),
            KeyValue::new("gen_ai.usage.output_tokens", 640),
            KeyValue::new("gen_ai.usage.cost", cost),
        ]
    };
    let scope = "openlit.instrumentation.openai";
    let span = written(scope, "chat gpt-4o-mini", attributes(Value::I64(0)));
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(COST)));
    assert_eq!(span.text("tracing_genai.cost.status"), Some("priced"));
    let span = written(scope, "chat gpt-4o-mini", attributes(Value::F64(0.5)));
    assert_eq!(span.text("tracing_genai.cost.status"), Some("reported"));
    // A provider's own cost of zero is kept.
    let span = written("mine", "chat gpt-4o-mini", attributes(Value::F64(0.0)));
    assert_eq!(span.text("tracing_genai.cost.status"), Some("reported"));
}

#[test]
fn openlits_input_of_anthropic_excludes_the_cache() {
    let attributes = vec![
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "anthropic"),
        KeyValue::new("gen_ai.request.model", "claude-sonnet-4-5"),
        KeyValue::new("gen_ai.usage.input_tokens", 200),
        KeyValue::new("gen_ai.usage.cache_read.input_tokens", 100),
        KeyValue::new("gen_ai.usage.cache_creation.input_tokens", 50),
        KeyValue::new("gen_ai.usage.output_tokens", 10),
    ];
    let span = written("openlit.instrumentation.anthropic", "chat", attributes);
    assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(350)));
}

#[test]
fn the_conventions_attribute_overrides_a_dialects() {
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
        let span = written("openinference", "span", attributes);
        assert_eq!(span.text("gen_ai.operation.name"), Some("embeddings"));
        assert_eq!(span.text("gen_ai.request.model"), Some("gpt-4o"));
    }
}

#[test]
fn a_services_own_names_do_not_make_a_genai_span() {
    let own = vec![KeyValue::new("ai.enabled", "12"), KeyValue::new("llm.team", "a")];
    let span = written("own", "tick", own);
    assert_eq!(span.data.attributes.len(), 2);
    assert_eq!(span.text("ai.enabled"), Some("12"));
}
