//! `error.type` is of a known list or one of 64 names of the program, from any writer.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step fails the test")]

use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor};
use tracing_genai_processor::GenAiProcessor;

/// The `error.type` of a span for each of `written`, and what stands beside it, by one processor.
fn exported(attribute: &'static str, written: &[&str]) -> Vec<(String, Option<String>)> {
    let spans = InMemorySpanExporter::default();
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone())).build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let tracer = provider.tracer("service");
    for value in written {
        let mut span = tracer.start("chat");
        span.set_attributes([
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new(attribute, (*value).to_owned()),
        ]);
        span.end();
    }
    let spans = spans.get_finished_spans().unwrap();
    let text = |attributes: &[KeyValue], name: &str| {
        let found = attributes.iter().find(|attribute| attribute.key.as_str() == name);
        found.map(|attribute| match &attribute.value {
            Value::String(text) => text.as_str().to_owned(),
            other => panic!("{other:?}"),
        })
    };
    let of = |attributes: &[KeyValue]| {
        (
            text(attributes, "error.type").unwrap_or_default(),
            text(attributes, "tracing_genai.error.type"),
        )
    };
    spans.iter().map(|span| of(&span.attributes)).collect()
}

#[test]
fn known_words_and_names_of_the_program_stay() {
    let words = [
        "timeout",
        "429",
        "rate_limit_error",
        "ThrottlingException",
        "RESOURCE_EXHAUSTED",
        "-32601",
        "reqwest::error::Error",
        "openai.RateLimitError",
        "no_answer",
    ];
    for (word, exported) in words.iter().zip(exported("error.type", &words)) {
        assert_eq!(exported, ((*word).to_owned(), None));
    }
}

#[test]
fn any_other_value_is_other_and_stands_beside_it_redacted() {
    let long = "no such model ".repeat(100);
    let values = [
        "no such model",
        "Key sk-proj-A1b2C3d4E5f6G7h8I9j0 is wrong",
        &long,
        "req_011CSHoEeqs5C35K2UUqR7Fy",
    ];
    for attribute in ["error.type", "gen_ai.tool.error.type"] {
        let [plain, key, cut, id] = exported(attribute, &values).try_into().unwrap();
        let other = |value: &str| ("_OTHER".to_owned(), Some(value.to_owned()));
        assert_eq!(plain, other("no such model"));
        assert_eq!(key, other("Key [redacted] is wrong"));
        assert_eq!(id, other("req_011CSHoEeqs5C35K2UUqR7Fy"));
        let cut_to = cut.1.unwrap();
        assert!(
            cut_to.len() <= 256 && cut_to.starts_with("no such model no"),
            "{cut_to}"
        );
    }
}

#[test]
fn a_name_that_holds_a_secret_is_other() {
    let [of_key] = exported("error.type", &["hf_abcdefghijklmnopqrstuvwxyzabcdefgh"])
        .try_into()
        .unwrap();
    assert_eq!(of_key, ("_OTHER".to_owned(), Some("[redacted]".to_owned())));
}

#[test]
fn at_most_64_names_of_the_program_are_kept_and_known_words_always() {
    let letters: Vec<String> = ('a'..='z')
        .flat_map(|one| ('a'..='z').map(move |two| format!("{one}{two}Error")))
        .collect();
    let mut written: Vec<&str> = letters.iter().map(String::as_str).collect();
    written.extend(["aaError", "429"]);
    let mut types: Vec<String> = exported("error.type", &written)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(types.pop().as_deref(), Some("429"));
    assert_eq!(types.pop().as_deref(), Some("aaError"));
    types.sort_unstable();
    types.dedup();
    assert_eq!(types.len(), 64 + 1);
    assert!(types.iter().any(|name| name == "_OTHER"));
}
