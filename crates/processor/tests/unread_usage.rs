//! A usage count that is not understood makes the cost an estimate, and is listed on the span.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step fails the test")]

mod pricing;

use opentelemetry::{Array, KeyValue, Value};
use pricing::{CHAT, Priced, chat};
use serde_json::json;
use tracing_genai_semconv::dialect::Dialect;

/// A chat with one more attribute.
fn with(name: &str, value: impl Into<Value>) -> Priced {
    chat("test", [KeyValue::new(name.to_owned(), value.into())])
}

#[test]
fn an_unknown_count_makes_the_cost_an_estimate_and_is_listed() {
    for name in [
        "gen_ai.usage.poems",
        "llm.usage.poems",
        "llm.token_count.poems",
        "ai.usage.poems",
        "gen_ai.usage.details.poems",
        // A unit of a later version of this crate.
        "tracing_genai.usage.poems",
    ] {
        for value in [
            Value::I64(7),
            Value::F64(7.0),
            Value::F64(0.25),
            Value::from("7"),
            Value::from("0.25"),
        ] {
            let span = with(name, value);
            assert_eq!(span.status(), "estimated", "{name}");
            assert_eq!(span.reasons(), ["unread_usage"], "{name}");
            assert_eq!(span.unread(), [name]);
            assert_eq!(span.cost(), CHAT.cost, "{name}");
        }
    }
}

#[test]
fn zeros_costs_and_texts_leave_the_cost_priced() {
    for value in [
        Value::I64(0),
        Value::I64(-1),
        Value::F64(0.0),
        Value::F64(-0.25),
        Value::F64(f64::INFINITY),
        Value::F64(f64::NAN),
        Value::from("0"),
        Value::from("0.0"),
        Value::from("inf"),
        Value::from("many"),
        Value::Bool(true),
    ] {
        let span = with("gen_ai.usage.poems", value.clone());
        assert_eq!(span.status(), "priced", "{value:?}");
        assert!(span.unread().is_empty());
    }
    // Costs, durations and rates.
    for name in [
        "gen_ai.usage.cost_usd",
        "gen_ai.usage.inputCost",
        "gen_ai.usage.details.total_cost",
        "llm.usage.latency_ms",
        "ai.usage.timeToFirstToken",
        "llm.usage.requests",
    ] {
        assert_eq!(with(name, 0.25).status(), "priced", "{name}");
    }
    assert_eq!(with("gen_ai.usage.costume", 0.25).status(), "estimated");
    // Not usage.
    assert_eq!(with("gen_ai.poems", 7).status(), "priced");
    assert_eq!(with("llm.poems", 7).status(), "priced");
}

#[test]
fn redundant_numbers_keep_the_cost_priced() {
    for (name, _) in Dialect::ALL.iter().flat_map(|dialect| dialect.redundant) {
        // Not a total of the span's counts, which would be compared with them.
        assert_eq!(with(name, 1_000_007).status(), "priced", "{name}");
    }
}

#[test]
fn an_unknown_key_of_a_usage_object_is_listed_by_its_path() {
    let details = json!({"input": 1_000, "output": 100, "total": 1_100, "poems": {"long": 3}}).to_string();
    let span = with("langfuse.observation.usage_details", details);
    assert_eq!(span.reasons(), ["unread_usage"]);
    assert_eq!(span.unread(), ["langfuse.observation.usage_details.poems.long"]);

    // A total above the sum of its parts.
    let of = |input, total| {
        let details = json!({"input": input, "input_cached_tokens": 100, "output": 100, "total": total}).to_string();
        with("langfuse.observation.usage_details", details).unread()
    };
    assert_eq!(of(900, 1_107), ["langfuse.observation.usage_details.total"]);
    assert_eq!((of(900, 1_100), of(1_000, 1_100)), (Vec::new(), Vec::new()));
    // The span has 1,000.
    assert_eq!(of(900, 1_000), ["langfuse.observation.usage_details.input"]);

    let details = json!({"input": 1_000, "output": 100, "poems": 0.25}).to_string();
    let span = with("langfuse.observation.usage_details", details);
    assert_eq!(span.unread(), ["langfuse.observation.usage_details.poems"]);
    let deep = |count: i64| json!({"a": {"b": {"c": {"d": {"e": {"f": count}}}}}}).to_string();
    assert_eq!(
        with("gen_ai.usage.raw", deep(7)).unread(),
        ["gen_ai.usage.raw.a.b.c.d.e"]
    );
    assert_eq!(with("gen_ai.usage.raw", deep(0)).status(), "priced");

    let raw = json!({"input_tokens": 1_000, "output_tokens": 100, "service_tier": "standard", "poems": 0}).to_string();
    assert_eq!(with("gen_ai.usage.raw", raw).status(), "priced");

    let metadata = json!({"anthropic": {"usage": {"input_tokens": 1_000, "poems": 7}, "poems": 7}}).to_string();
    let mut unread = with("ai.response.providerMetadata", metadata).unread();
    unread.sort();
    assert_eq!(
        unread,
        [
            "ai.response.providerMetadata.anthropic.poems",
            "ai.response.providerMetadata.anthropic.usage.poems"
        ]
    );

    let span = with("langfuse.observation.usage_details", "{broken");
    assert_eq!(span.unread(), ["langfuse.observation.usage_details"]);
}

#[test]
fn unread_counts_of_the_response_reader_are_kept_and_make_an_estimate() {
    let list = Value::Array(Array::String(vec!["usage.poems".into()]));
    for listed in [list, Value::from(r#"["usage.poems"]"#)] {
        let span = with("tracing_genai.usage.unread", listed);
        assert_eq!(span.reasons(), ["unread_usage"]);
        assert_eq!(span.unread(), ["usage.poems"]);
    }
    for other in [Value::I64(7), Value::Bool(true), Value::Array(Array::I64(vec![7]))] {
        let span = with("tracing_genai.usage.unread", other);
        assert_eq!(span.unread(), ["tracing_genai.usage.unread"]);
    }
    for nothing in [
        Value::Array(Array::String(Vec::new())),
        Value::Array(Array::I64(Vec::new())),
        Value::from(""),
    ] {
        assert_eq!(with("tracing_genai.usage.unread", nothing).status(), "priced");
    }
}

#[test]
fn a_stated_cost_stays_reported() {
    let attributes = [
        KeyValue::new("gen_ai.usage.poems", 7),
        KeyValue::new("gen_ai.usage.cost", 0.5),
    ];
    let span = chat("test", attributes);
    assert_eq!((span.status(), span.cost()), ("reported".to_owned(), Some(0.5)));
}
