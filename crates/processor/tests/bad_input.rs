//! Any span is forwarded within its limits without a panic; spans without GenAI attributes are unchanged.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step fails the test")]

use std::time::Instant;

use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use proptest::prelude::*;
use tracing_genai_processor::{Delivery, GenAiProcessor};
use tracing_genai_semconv::Attribute;
use tracing_genai_semconv::dialect::Dialect;

/// The span after `processors` nested processors, and whether a stage panicked.
fn processed(attributes: Vec<KeyValue>, processors: usize, keeps_originals: bool) -> (SpanData, bool) {
    let spans = InMemorySpanExporter::default();
    let delivery = Delivery::default();
    let mut last = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone())).delivery(delivery.clone());
    if keeps_originals {
        last = last.keep_original_names();
    }
    let builder = SdkTracerProvider::builder().with_max_attributes_per_span(100_000);
    let provider = if processors == 1 {
        builder.with_span_processor(last.build())
    } else {
        let mut first = GenAiProcessor::builder(last.build()).delivery(delivery.clone());
        if keeps_originals {
            first = first.keep_original_names();
        }
        builder.with_span_processor(first.build())
    }
    .build();
    let mut span = provider.tracer("test").start("span");
    span.set_attributes(attributes);
    span.end();
    let mut spans = spans.get_finished_spans().unwrap();
    (spans.remove(0), delivery.counts().panicked > 0)
}

#[test]
fn ten_thousand_attributes_are_read_in_linear_time() {
    let mut attributes: Vec<_> = (0..10_000)
        .map(|n| KeyValue::new(format!("gen_ai.own.{n}"), n))
        .collect();
    attributes.extend((0..5_000).map(|n| KeyValue::new(format!("gen_ai.prompt.{n}.content"), "hi")));
    attributes.extend((0..5_000).map(|n| KeyValue::new(format!("tracing_genai.cost.{n}"), n)));
    attributes.extend((0..5_000).map(|n| KeyValue::new(format!("tracing_genai.covering.{n}"), n)));
    attributes.push(KeyValue::new("gen_ai.request.model", "gpt-4o"));
    let started = Instant::now();
    let (span, has_panicked) = processed(attributes, 1, false);
    // Quadratic work would take minutes.
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert!(!has_panicked);
    assert!(
        span.attributes
            .iter()
            .any(|attribute| attribute.key.as_str() == "gen_ai.request.model")
    );
    let messages = span
        .attributes
        .iter()
        .find(|attribute| attribute.key.as_str() == "gen_ai.input.messages");
    assert!(messages.unwrap().value.as_str().len() <= 32 * 1024);
}

#[test]
fn a_text_of_16_mebibytes_is_cut_in_any_attribute() {
    const HUGE: usize = 16 * 1024 * 1024;
    let huge = "x".repeat(HUGE);
    let message = format!(r#"[{{"role":"user","content":"{huge}"}}]"#);
    let broken = format!(r#"[{{"role":"user","content":"{huge}"#);
    let names = [
        "gen_ai.input.messages",
        "gen_ai.request.model",
        "gen_ai.tool.call.arguments",
        "gen_ai.prompt.0.content",
        "gen_ai.retrieval.query.text",
    ];
    let each = names.map(|name| (name, &huge));
    let further = [
        ("gen_ai.input.messages", &message),
        ("gen_ai.input.messages", &broken),
        ("gen_ai.prompt", &message),
        ("gen_ai.prompt", &broken),
    ];
    for (name, text) in each.into_iter().chain(further) {
        let (span, has_panicked) = processed(vec![KeyValue::new(name, text.clone())], 1, false);
        assert!(!has_panicked, "{name}");
        let longest = span
            .attributes
            .iter()
            .map(|attribute| attribute.value.as_str().len())
            .max();
        assert!(longest <= Some(64 * 1024), "{name}: {longest:?}");
    }
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::I64),
        any::<f64>().prop_map(Value::F64),
        ".{0,20}".prop_map(|text| Value::String(text.into())),
        json().prop_map(|text| Value::String(text.into())),
        prop::collection::vec(".{0,8}", 0..3)
            .prop_map(|texts| Value::Array(Array::String(texts.into_iter().map(Into::into).collect()))),
        prop::collection::vec(any::<i64>(), 0..3).prop_map(|integers| Value::Array(Array::I64(integers))),
    ]
}

/// JSON in the forms that are read, complete or truncated.
fn json() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<i32>().prop_map(Into::into),
        ".{0,8}".prop_map(Into::into),
    ];
    let names = prop::sample::select(vec![
        "role",
        "content",
        "parts",
        "type",
        "text",
        "tool_calls",
        "id",
        "name",
        "arguments",
        "function",
        "messages",
        "system",
        "tools",
        "input",
        "output",
        "total",
        "prompt_tokens",
        "input_cached_tokens",
        "anthropic",
        "usage",
        "model",
        "stop",
        "documents",
        "toolCallId",
        "source",
        "image_url",
        "file",
    ]);
    let tree = leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..4)
                .prop_map(|members| members.into_iter().collect()),
        ]
    });
    (tree, any::<bool>(), 0_usize..60).prop_map(|(value, is_cut, length)| {
        let text = value.to_string();
        if is_cut {
            text.chars().take(length).collect()
        } else {
            text
        }
    })
}

/// All names of all dialects, and some unknown ones.
fn name() -> impl Strategy<Value = String> {
    let mut names: Vec<String> = Attribute::ALL
        .iter()
        .map(|attribute| attribute.name().to_owned())
        .collect();
    for dialect in Dialect::ALL {
        names.extend(dialect.renames.iter().map(|(name, _)| (*name).to_owned()));
        names.extend(dialect.structures.iter().map(|(name, _)| (*name).to_owned()));
        names.extend(dialect.kinds.iter().map(|name| (*name).to_owned()));
        names.extend(dialect.dropped.iter().map(|(name, _)| [name, "x"].concat()));
        for list in dialect.indexed {
            for (field, _) in list.fields {
                for number in ["0", "1", "999999999999", "x"] {
                    names.push([list.prefix, number, ".", &field.replace('*', "0")].concat());
                }
            }
        }
    }
    for other in [
        "",
        "gen_ai.",
        "gen_ai.own",
        "tracing_genai.usage.code_executions",
        "tracing_genai.cost.status",
        "http.route",
        "gen_ai.prompt.0",
        "gen_ai.prompt..content",
    ] {
        names.push(other.to_owned());
    }
    prop::sample::select(names)
}

/// An attribute, half of them with a meaningful value.
fn attribute() -> impl Strategy<Value = KeyValue> {
    let words = prop::sample::select(vec![
        "chat",
        "embeddings",
        "execute_tool",
        "invoke_agent",
        "retrieval",
        "openai",
        "anthropic",
        "gpt-4o-mini",
        "12",
        "LLM",
        "TOOL",
        "CHAIN",
        "tool",
        "generation",
        "ai.generateText.doGenerate",
        "chat_streaming",
        "retrieve",
        "workflow",
    ]);
    let value = prop_oneof![value(), words.prop_map(Value::from)];
    (name(), value).prop_map(|(name, value)| KeyValue::new(name, value))
}

/// The span's debug text with attributes sorted by name: their order is irrelevant, and NaN is not equal to itself.
fn shown(mut span: SpanData) -> String {
    span.attributes.sort_by(|one, other| one.key.cmp(&other.key));
    format!(
        "{:?} {:?} {:?} {:?}",
        span.name, span.span_kind, span.status, span.attributes
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_stage_panics(attributes in prop::collection::vec(attribute(), 0..24), keeps in any::<bool>()) {
        let (_, has_panicked) = processed(attributes, 1, keeps);
        prop_assert!(!has_panicked);
    }

    #[test]
    fn processing_twice_is_idempotent(attributes in prop::collection::vec(attribute(), 0..16), keeps in any::<bool>()) {
        let (once, _) = processed(attributes.clone(), 1, keeps);
        let (twice, _) = processed(attributes, 2, keeps);
        prop_assert_eq!(shown(once), shown(twice));
    }
}
