//! A token total on a span shows what its counts exclude, or makes the cost an estimate.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod pricing;

use opentelemetry::{KeyValue, Value};
use pricing::{CHAT, Priced, chat, written};
use serde_json::json;

/// A chat of gpt-4o, 1,000 tokens in and 100 out, with one more attribute.
fn with(name: &'static str, value: impl Into<Value>) -> Priced {
    chat("test", [KeyValue::new(name, value.into())])
}

/// A call of Gemini 2.5 Flash by that tracer: 0.3 USD a million in, 2.5 out.
fn gemini(scope: &'static str, counts: &[(&'static str, i64)]) -> Priced {
    let attributes = [
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "gcp.gemini"),
        KeyValue::new("gen_ai.request.model", "gemini-2.5-flash"),
    ];
    let counts = counts.iter().map(|(name, count)| KeyValue::new(*name, *count));
    written(scope, "chat", attributes.into_iter().chain(counts))
}

#[test]
fn an_inconsistent_total_is_reported() {
    for name in [
        "gen_ai.usage.total_tokens",
        "llm.usage.total_tokens",
        "llm.token_count.total",
        "ai.usage.totalTokens",
        "gen_ai.usage.details.total_tokens",
    ] {
        let values = [
            Value::I64(9_000),
            Value::F64(9_000.0),
            Value::from("9000"),
            Value::I64(1_099),
            Value::F64(1_100.5),
        ];
        for value in values {
            let span = with(name, value.clone());
            assert_eq!(span.reasons(), ["unread_usage"], "{name} {value:?}");
            assert_eq!(span.unread(), [name], "{value:?}");
            assert_eq!(span.cost(), CHAT.cost);
        }
        for value in [
            Value::I64(1_100),
            Value::F64(1_100.0),
            Value::from("1100"),
            Value::I64(0),
        ] {
            assert_eq!(with(name, value.clone()).status(), "priced", "{name} {value:?}");
        }
    }
    let counts = [
        ("gen_ai.usage.input_tokens", 100),
        ("gen_ai.usage.output_tokens", 50),
        ("llm.usage.total_tokens", 2_650),
    ];
    let span = gemini("opentelemetry.instrumentation.google_generativeai", &counts);
    assert_eq!(span.reasons(), ["unread_usage"]);
}

#[test]
fn a_total_with_reasoning_beside_the_output_adds_the_reasoning() {
    let of = |reasoning, total| {
        let counts = [
            ("ai.usage.inputTokens", 100),
            ("ai.usage.outputTokens", 500),
            ("ai.usage.reasoningTokens", reasoning),
            ("ai.usage.totalTokens", total),
        ];
        gemini("ai", &counts)
    };
    // 100 at 0.3 and 800 at 2.5 USD a million.
    let span = of(300, 900);
    assert_eq!((span.status().as_str(), span.cost()), ("priced", Some(0.002_03)));
    assert_eq!(span.integer("gen_ai.usage.output_tokens"), Some(800));
    // Included in the output of 500.
    let span = of(300, 600);
    assert_eq!((span.status().as_str(), span.cost()), ("priced", Some(0.001_28)));
    assert_eq!(of(300, 901).reasons(), ["unread_usage"]);
    assert_eq!(of(0, 900).reasons(), ["unread_usage"]);
}

#[test]
fn a_total_with_cache_and_reasoning_adds_both() {
    let counts = [
        KeyValue::new("gen_ai.usage.cache_read.input_tokens", 400),
        KeyValue::new("gen_ai.usage.reasoning.output_tokens", 60),
        KeyValue::new("gen_ai.usage.total_tokens", 1_560),
    ];
    let span = chat("test", counts);
    assert_eq!(span.integer("gen_ai.usage.input_tokens"), Some(1_400));
    assert_eq!(span.integer("gen_ai.usage.output_tokens"), Some(160));
    // 1,000 at 2.5, 400 at 1.25 and 160 at 10.
    assert_eq!((span.status().as_str(), span.cost()), ("priced", Some(0.004_6)));
}

#[test]
fn a_total_without_the_cache_is_accepted_and_a_second_total_that_differs_is_unread() {
    let of = |totals: &[(&'static str, i64)]| {
        let counts = [KeyValue::new("gen_ai.usage.cache_read.input_tokens", 400)];
        let totals = totals.iter().map(|(name, total)| KeyValue::new(*name, *total));
        chat("test", counts.into_iter().chain(totals))
    };
    assert_eq!(of(&[("gen_ai.usage.total_tokens", 700)]).status(), "priced");
    assert_eq!(of(&[("gen_ai.usage.total_tokens", 701)]).reasons(), ["unread_usage"]);
    let twice = of(&[("gen_ai.usage.total_tokens", 1_100), ("llm.usage.total_tokens", 1_500)]);
    assert_eq!(twice.unread(), ["llm.usage.total_tokens"]);
}

#[test]
fn an_embeddings_total_is_its_input() {
    let of = |total| {
        let attributes = [
            KeyValue::new("gen_ai.operation.name", "embeddings"),
            KeyValue::new("gen_ai.provider.name", "openai"),
            KeyValue::new("gen_ai.request.model", "text-embedding-3-small"),
            KeyValue::new("gen_ai.usage.input_tokens", 100),
            KeyValue::new("gen_ai.usage.total_tokens", total),
        ];
        written("test", "embeddings", attributes)
    };
    assert_eq!(of(100).status(), "priced");
    assert_eq!(of(120).reasons(), ["unread_usage"]);
}

#[test]
fn totals_in_json_follow_the_same_rule() {
    let of = |usage: serde_json::Value| {
        let attributes = [
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.provider.name", "openai"),
            KeyValue::new("gen_ai.request.model", "gpt-4o"),
            KeyValue::new("langsmith.usage_metadata", usage.to_string()),
        ];
        written("test", "chat gpt-4o", attributes)
    };
    let usage = |total: i64| {
        json!({"input_tokens": 1_000, "output_tokens": 100, "total_tokens": total,
            "input_token_details": {"cache_read": 400}, "output_token_details": {"reasoning": 60}})
    };
    // 600 at 2.5, 400 at 1.25 and 100 at 10.
    assert_eq!(of(usage(1_100)).cost(), Some(0.003));
    // 1,000 at 2.5, 400 at 1.25 and 100 at 10.
    let net = of(usage(1_500));
    assert_eq!((net.status().as_str(), net.cost()), ("priced", Some(0.004)));
    // 160 out.
    assert_eq!(of(usage(1_160)).cost(), Some(0.003_6));
    assert_eq!(of(usage(1_560)).cost(), Some(0.004_6));
    let other = of(usage(1_300));
    assert_eq!(other.unread(), ["langsmith.usage_metadata.total_tokens"]);
    // The total of one object, and the counts on the span.
    let apart = |total| with("gen_ai.usage.raw", json!({"total_tokens": total}).to_string());
    assert_eq!(apart(1_100).status(), "priced");
    assert_eq!(apart(1_300).unread(), ["gen_ai.usage.raw.total_tokens"]);
}
