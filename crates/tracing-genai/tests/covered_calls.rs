//! A client's call covers a framework's call around it only if both are of the same response.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod service;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use service::Service;
use tracing_genai::usage::{Unit, Usage};
use tracing_subscriber::layer::SubscriberExt;

fn client_call(model: &str) {
    let call = tracing_genai::chat("openai", model).cover_enclosing().start();
    call.usage(&Usage::new().with(Unit::InputTokens, 9).with(Unit::OutputTokens, 2));
}

/// Whether a framework's call of `model` is covered by client calls of the models `asked` within it.
fn is_covered(model: &str, asked: &[&str]) -> bool {
    let service = Service::start();
    service.run(|| {
        let framework = tracing::info_span!(
            "framework",
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = "openai",
            gen_ai.request.model = model,
        );
        framework.in_scope(|| asked.iter().for_each(|asked| client_call(asked)));
    });
    let spans = service.spans();
    let framework = spans.last().unwrap();
    let names = framework.data.attributes.iter().map(|attribute| attribute.key.as_str());
    assert_eq!(
        names
            .filter(|name| name.contains("cover") && *name != "tracing_genai.covered")
            .count(),
        0
    );
    framework.value("tracing_genai.covered").is_some()
}

#[test]
fn a_call_of_the_same_model_is_covered() {
    assert!(is_covered("gpt-4o", &["gpt-4o"]));
    assert!(is_covered("gpt-4o", &["gpt-4o-2024-08-06"]));
    assert!(!is_covered("gpt-4o", &["gpt-4o-mini"]));
}

#[test]
fn a_model_whose_name_has_spaces_is_covered() {
    assert!(is_covered("my own model", &["my own model"]));
    assert!(!is_covered("my own model", &["my"]));
    assert!(!is_covered("own", &["my own model"]));
}

#[test]
fn a_model_of_another_size_is_not_covered() {
    assert!(!is_covered("gpt-4", &["gpt-4-32k"]));
    assert!(!is_covered("gpt-4-32k", &["gpt-4"]));
    assert!(!is_covered("gemma-3", &["gemma-3-4b"]));
}

#[test]
fn any_of_several_inner_calls_covers() {
    assert!(is_covered("gpt-4o", &["gpt-4o", "gpt-4o-mini"]));
    assert!(is_covered("gpt-4o", &["gpt-4o-mini", "gpt-4o"]));
    assert!(!is_covered("gpt-4o", &["gpt-4o-mini", "o3"]));
}

#[test]
fn a_call_is_covered_by_the_response_model() {
    let service = Service::start();
    service.run(|| {
        let framework = tracing::info_span!(
            "framework",
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = "openai",
            gen_ai.request.model = "gpt-4o",
        );
        framework.in_scope(|| {
            let call = tracing_genai::chat("openai", "my deployment").cover_enclosing().start();
            let reading = tracing_genai::usage::read_body(
                tracing_genai::usage::Api::OpenAiChat,
                br#"{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":9,"completion_tokens":2}}"#,
            );
            call.record(&reading.unwrap());
        });
    });
    let spans = service.spans();
    assert!(spans.last().unwrap().value("tracing_genai.covered").is_some());
}

/// An agent's many calls must not fill its span: the SDK drops attributes above 128.
#[test]
fn many_inner_calls_add_few_attributes() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let subscriber = tracing_subscriber::registry().with(tracing_genai::layer(provider.tracer("service")));
    tracing::subscriber::with_default(subscriber, || {
        let agent = tracing::info_span!("agent", gen_ai.operation.name = "invoke_agent");
        agent.in_scope(|| {
            for number in 0..200 {
                client_call("gpt-4o");
                client_call(&format!("model {number}"));
            }
        });
    });
    let spans = exporter.get_finished_spans().unwrap();
    let agent = spans.last().unwrap();
    assert_eq!(agent.dropped_attributes_count, 0);
    let covering = agent
        .attributes
        .iter()
        .filter(|attribute| attribute.key.as_str().starts_with("tracing_genai.cover"));
    let names: Vec<_> = covering.map(|attribute| attribute.key.as_str()).collect();
    assert!(
        names.len() <= 8 && names.iter().all(|name| *name == "tracing_genai.covering"),
        "{names:?}"
    );
}
