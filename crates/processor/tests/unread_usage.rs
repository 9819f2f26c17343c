//! A number that counts usage and is not understood makes the cost an estimate, and is named.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod pricing;

use opentelemetry::{Array, KeyValue, Value};
use pricing::{CHAT, Priced, chat};
use serde_json::json;
use tracing_genai_semconv::dialect::Dialect;

/// A chat with one attribute more.
fn with(name: &str, value: impl Into<Value>) -> Priced {
    chat("test", [KeyValue::new(name.to_owned(), value.into())])
}

#[test]
fn a_count_that_nothing_reads_makes_the_cost_an_estimate_and_is_named() {
    for name in [
        "gen_ai.usage.poems",
        "llm.usage.poems",
        "llm.token_count.poems",
        "ai.usage.poems",
        "gen_ai.usage.details.poems",
        // A unit of a later version of ours.
        "tracing_genai.usage.poems",
    ] {
        for value in [Value::I64(7), Value::F64(7.0), Value::from("7")] {
            let span = with(name, value);
            assert_eq!(span.status(), "estimated", "{name}");
            assert_eq!(span.reasons(), ["unread_usage"], "{name}");
            assert_eq!(span.unread(), [name]);
            assert_eq!(span.cost(), CHAT.cost, "{name}");
        }
    }
}

#[test]
fn what_is_no_count_above_zero_raises_no_doubt() {
    for value in [
        Value::I64(0),
        Value::I64(-1),
        Value::F64(0.25),
        Value::from("0"),
        Value::from("many"),
        Value::Bool(true),
    ] {
        let span = with("gen_ai.usage.poems", value.clone());
        assert_eq!(span.status(), "priced", "{value:?}");
        assert!(span.unread().is_empty());
    }
    // Not usage, whatever it counts.
    assert_eq!(with("gen_ai.poems", 7).status(), "priced");
    assert_eq!(with("llm.poems", 7).status(), "priced");
}

#[test]
fn a_number_that_says_nothing_new_raises_no_doubt() {
    for (name, _) in Dialect::ALL.iter().flat_map(|dialect| dialect.redundant) {
        // Not the sum of what the span says, which would be told by it.
        assert_eq!(with(name, 1_000_007).status(), "priced", "{name}");
    }
}

#[test]
fn a_key_of_a_usage_object_that_nothing_reads_is_named_by_its_path() {
    let details = json!({"input": 1_000, "output": 100, "total": 1_100, "poems": {"long": 3}}).to_string();
    let span = with("langfuse.observation.usage_details", details);
    assert_eq!(span.reasons(), ["unread_usage"]);
    assert_eq!(span.unread(), ["langfuse.observation.usage_details.poems.long"]);

    // A total that nothing adds up to holds more than the parts say.
    let of = |total| {
        let details = json!({"input": 900, "input_cached_tokens": 100, "output": 100, "total": total}).to_string();
        with("langfuse.observation.usage_details", details).unread()
    };
    assert_eq!(of(1_107), ["langfuse.observation.usage_details.total"]);
    assert_eq!((of(1_100), of(1_000)), (Vec::new(), Vec::new()));

    let raw = json!({"input_tokens": 1_000, "output_tokens": 100, "service_tier": "standard", "poems": 0}).to_string();
    assert_eq!(with("gen_ai.usage.raw", raw).status(), "priced");

    let metadata = json!({"anthropic": {"usage": {"input_tokens": 1_000, "poems": 7}, "poems": 7}}).to_string();
    let span = with("ai.response.providerMetadata", metadata);
    assert_eq!(span.unread(), ["ai.response.providerMetadata.anthropic.usage.poems"]);

    let span = with("langfuse.observation.usage_details", "{broken");
    assert_eq!(span.unread(), ["langfuse.observation.usage_details"]);
}

#[test]
fn what_our_reader_of_responses_could_not_read_is_kept_and_raises_doubt() {
    let list = Value::Array(Array::String(vec!["usage.poems".into()]));
    for listed in [list, Value::from(r#"["usage.poems"]"#)] {
        let span = with("tracing_genai.usage.unread", listed);
        assert_eq!(span.reasons(), ["unread_usage"]);
        assert_eq!(span.unread(), ["usage.poems"]);
    }
    assert_eq!(
        with("tracing_genai.usage.unread", Value::Array(Array::String(Vec::new()))).status(),
        "priced"
    );
}

#[test]
fn a_stated_cost_is_not_doubted() {
    let attributes = [
        KeyValue::new("gen_ai.usage.poems", 7),
        KeyValue::new("gen_ai.usage.cost", 0.5),
    ];
    let span = chat("test", attributes);
    assert_eq!((span.status(), span.cost()), ("reported".to_owned(), Some(0.5)));
}
