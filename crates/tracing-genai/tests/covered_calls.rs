//! A client's call covers a framework's call around it only if both are of the same response.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod service;

use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
use service::Service;
use tracing_genai::Call;
use tracing_genai::usage::{Api, Unit, Usage, read_body};
use tracing_subscriber::layer::SubscriberExt;

/// A framework's span, and what it records.
#[derive(Clone, Copy, Default)]
struct Outer {
    model: &'static str,
    counts: Option<[u64; 2]>,
    id: Option<&'static str>,
    error: Option<&'static str>,
    cost: Option<f64>,
}

/// A framework's `chat` span of `model`.
fn framework(model: &'static str) -> Outer {
    Outer {
        model,
        ..Outer::default()
    }
}

impl Outer {
    fn counts(self, input: u64, output: u64) -> Self {
        let counts = Some([input, output]);
        Self { counts, ..self }
    }

    fn id(self, id: &'static str) -> Self {
        let id = Some(id);
        Self { id, ..self }
    }

    fn failed(self) -> Self {
        let error = Some("timeout");
        Self { error, ..self }
    }

    fn costing(self, cost: f64) -> Self {
        let cost = Some(cost);
        Self { cost, ..self }
    }

    /// Whether the client's calls in `within` cover the span.
    fn is_covered(self, within: impl Fn()) -> bool {
        let service = Service::start();
        service.run(|| {
            let framework = tracing::info_span!(
                "framework",
                gen_ai.operation.name = "chat",
                gen_ai.provider.name = "openai",
                gen_ai.request.model = self.model,
                gen_ai.response.id = self.id,
                gen_ai.usage.input_tokens = self.counts.map(|counts| counts[0]),
                gen_ai.usage.output_tokens = self.counts.map(|counts| counts[1]),
                error.type = self.error,
                gen_ai.usage.cost = self.cost,
            );
            framework.in_scope(within);
        });
        let spans = service.spans();
        let framework = spans.last().unwrap();
        let is_covered = framework.value("tracing_genai.covered").is_some();
        assert_eq!(framework.value("tracing_genai.cost.status").is_none(), is_covered);
        assert!(!is_covered || framework.value("gen_ai.usage.cost").is_none());
        is_covered
    }
}

fn client(model: &str) -> Call {
    tracing_genai::chat("openai", model).cover_enclosing().start()
}

fn answer(model: &str, input: u64, output: u64) {
    client(model).usage(&usage(input, output));
}

fn failure(model: &str) {
    client(model).fail("429", "slow down");
}

fn usage(input: u64, output: u64) -> Usage {
    Usage::new()
        .with(Unit::InputTokens, input)
        .with(Unit::OutputTokens, output)
}

/// Whether a framework's call of `model` without counts is covered by client calls of the models `asked`.
fn is_covered_by_models(model: &'static str, asked: &[&str]) -> bool {
    framework(model).is_covered(|| asked.iter().for_each(|asked| answer(asked, 9, 2)))
}

#[test]
fn a_call_without_counts_is_covered_by_one_of_the_same_model() {
    for (model, asked, expected) in [
        ("gpt-4o", "gpt-4o", true),
        ("gpt-4o", "gpt-4o-2024-08-06", true),
        ("gpt-4o", "gpt-4o-mini", false),
        ("my own model", "my own model", true),
        ("my own model", "my", false),
        ("own", "my own model", false),
        ("gpt-4", "gpt-4-32k", false),
        ("gpt-4-32k", "gpt-4", false),
        ("gemma-3", "gemma-3-4b", false),
    ] {
        assert_eq!(is_covered_by_models(model, &[asked]), expected, "{model}, {asked}");
    }
    assert!(is_covered_by_models("gpt-4o", &["gpt-4o", "gpt-4o-mini"]));
    assert!(is_covered_by_models("gpt-4o", &["gpt-4o-mini", "gpt-4o"]));
    assert!(!is_covered_by_models("gpt-4o", &["gpt-4o-mini", "o3"]));
}

#[test]
fn a_call_is_covered_by_the_response_model() {
    let is_covered = framework("gpt-4o").is_covered(|| {
        let body = br#"{"model":"gpt-4o-2024-08-06","usage":{"prompt_tokens":9,"completion_tokens":2}}"#;
        client("my deployment").record(&read_body(Api::OpenAiChat, body).unwrap());
    });
    assert!(is_covered);
}

/// The outer span got its answer another way, and its tokens must not vanish.
#[test]
fn a_failed_call_does_not_cover_counts() {
    let outer = framework("gpt-4o").counts(1_000, 1_000);
    assert!(!outer.is_covered(|| failure("gpt-4o")));
    assert!(!outer.is_covered(|| drop(client("gpt-4o"))));
    // A retry after the failure has the same answer.
    assert!(outer.is_covered(|| {
        failure("gpt-4o");
        answer("gpt-4o", 1_000, 1_000);
    }));
}

#[test]
fn a_smaller_call_of_the_same_model_does_not_cover_counts() {
    let outer = framework("gpt-4o").counts(50_000, 1_000);
    assert!(!outer.is_covered(|| answer("gpt-4o", 1_000, 100)));
    assert!(!outer.is_covered(|| answer("gpt-4o", 50_000, 999)));
    assert!(!outer.id("chatcmpl-1").is_covered(|| {
        let call = client("gpt-4o");
        call.response_id("chatcmpl-1");
        call.usage(&usage(1_000, 100));
    }));
}

#[test]
fn equal_counts_cover_whatever_the_model_is_called() {
    let outer = framework("smart").counts(900, 80);
    assert!(outer.is_covered(|| answer("azure/gpt-4o", 900, 80)));
    assert!(!outer.is_covered(|| answer("azure/gpt-4o", 901, 80)));
}

#[test]
fn counts_without_the_cache_agree() {
    let outer = framework("claude-sonnet-4-5").counts(100, 80);
    let is_covered = outer.is_covered(|| {
        client("claude-sonnet-4-5").usage(&usage(1_000, 80).with(Unit::CacheReadTokens, 900));
    });
    assert!(is_covered);
}

#[test]
fn the_sum_of_several_calls_covers() {
    let outer = framework("gpt-4o").counts(300, 30);
    assert!(outer.is_covered(|| (0..3).for_each(|_| answer("gpt-4o", 100, 10))));
    assert!(!outer.is_covered(|| (0..2).for_each(|_| answer("gpt-4o", 100, 10))));
    // The sum of more calls than are noted is not known.
    let outer = framework("gpt-4o").counts(6_500, 650);
    assert!(!outer.is_covered(|| (0..65).for_each(|_| answer("gpt-4o", 100, 10))));
}

#[test]
fn the_same_response_id_covers_other_ways_of_counting() {
    let outer = framework("smart").counts(800, 70).id("chatcmpl-1");
    let inner = |id: &'static str| {
        move || {
            let call = client("gpt-4o");
            call.response_id(id);
            call.usage(&usage(900, 80));
        }
    };
    assert!(outer.is_covered(inner("chatcmpl-1")));
    assert!(!outer.is_covered(inner("chatcmpl-2")));
    let without_counts = framework("smart").id("chatcmpl-1");
    assert!(without_counts.is_covered(inner("chatcmpl-1")));
    assert!(!without_counts.is_covered(inner("chatcmpl-2")));
}

#[test]
fn one_failure_is_counted_once() {
    assert!(framework("gpt-4o").failed().is_covered(|| failure("gpt-4o")));
    assert!(!framework("gpt-4o").is_covered(|| failure("gpt-4o")));
    // Another model's failure, such as a guardrail's, is another one.
    assert!(!framework("gpt-4o").failed().is_covered(|| failure("o3")));
}

/// A framework may reject an answer that the client got.
#[test]
fn a_covered_calls_own_failure_is_counted() {
    let service = Service::start();
    service.run(|| {
        let framework = tracing::info_span!(
            "framework",
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = "openai",
            gen_ai.request.model = "gpt-4o",
            error.type = "timeout",
        );
        framework.in_scope(|| answer("gpt-4o", 1_000, 100));
    });
    let covered = service.spans().pop().unwrap();
    assert!(covered.value("tracing_genai.covered").is_some());
    let durations = service.histogram("gen_ai.client.operation.duration");
    assert_eq!(durations.iter().map(|(count, ..)| count).sum::<u64>(), 2);
    let tokens = service.histogram("gen_ai.client.token.usage");
    assert_eq!(
        tokens.iter().map(|(count, ..)| count).sum::<u64>(),
        2,
        "input and output"
    );
}

#[test]
fn other_responses_with_equal_counts_do_not_cover() {
    let outer = framework("gpt-4o").counts(1_000, 1).id("resp_a");
    let is_covered = outer.is_covered(|| {
        let call = client("gpt-4o-mini");
        call.response_id("resp_b");
        call.usage(&usage(1_000, 1));
    });
    assert!(!is_covered);
}

/// One count, or one without cached tokens, may be equal by chance.
#[test]
fn few_counts_cover_only_with_the_same_model() {
    let cached = || usage(4_000, 1_200).with(Unit::CacheReadTokens, 3_000);
    for (model, expected) in [("gpt-4o", true), ("gpt-4o-mini", false)] {
        let is_covered = framework("gpt-4o")
            .counts(1_000, 1_200)
            .is_covered(|| client(model).usage(&cached()));
        assert_eq!(is_covered, expected, "{model}");
    }
}

#[test]
fn only_the_calls_of_the_response_id_are_compared_with_its_counts() {
    let outer = framework("gpt-4o").counts(900, 50).id("resp_a");
    let is_covered = outer.is_covered(|| {
        client("gpt-4o").response_id("resp_a");
        answer("gpt-4o-mini", 1_000, 100);
    });
    assert!(!is_covered);
}

/// A gateway's alias has no price, the model that the framework asked for has one.
#[test]
fn a_call_without_a_price_does_not_cover_one_with_a_cost() {
    assert!(
        !framework("gpt-4o")
            .counts(1_000, 200)
            .is_covered(|| answer("our-alias", 1_000, 200))
    );
    let outer = framework("our-alias").counts(1_000, 200);
    assert!(outer.is_covered(|| answer("our-alias", 1_000, 200)));
    assert!(!outer.costing(0.5).is_covered(|| answer("our-alias", 1_000, 200)));
    let is_covered = outer.costing(0.5).is_covered(|| {
        let call = client("our-alias");
        call.usage(&usage(1_000, 200));
        call.cost("0.5".parse().unwrap());
    });
    assert!(is_covered);
    let is_covered = framework("gpt-4o").costing(0.5).id("resp_a").is_covered(|| {
        let call = client("gpt-4o");
        call.response_id("resp_a");
        call.fail("timeout", "");
    });
    assert!(!is_covered);
}

#[test]
fn zeros_are_no_counts() {
    assert!(
        framework("gpt-4o")
            .counts(0, 0)
            .is_covered(|| answer("gpt-4o", 1_000, 100))
    );
}

/// A stream's counts grow: the last ones are compared.
#[test]
fn a_streams_last_counts_are_compared() {
    let outer = framework("gpt-4o").counts(100, 40);
    let is_covered = outer.is_covered(|| {
        let call = client("gpt-4o");
        for output in [1, 20, 40] {
            let body = format!(r#"{{"usage":{{"prompt_tokens":100,"completion_tokens":{output}}}}}"#);
            call.record(&read_body(Api::OpenAiChat, body.as_bytes()).unwrap());
        }
    });
    assert!(is_covered);
}

/// An agent's many calls must not fill its span: the SDK drops attributes above 128.
#[test]
fn many_inner_calls_add_no_attributes() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let subscriber = tracing_subscriber::registry().with(tracing_genai::layer(provider.tracer("service")));
    tracing::subscriber::with_default(subscriber, || {
        let agent = tracing::info_span!("agent", gen_ai.operation.name = "invoke_agent");
        agent.in_scope(|| {
            for number in 0..200 {
                answer("gpt-4o", 9, 2);
                answer(&format!("model {number}"), 9, 2);
            }
        });
    });
    let spans = exporter.get_finished_spans().unwrap();
    let agent = spans.last().unwrap();
    assert_eq!(agent.dropped_attributes_count, 0);
    let names = agent.attributes.iter().map(|attribute| attribute.key.as_str());
    assert_eq!(names.filter(|name| name.contains("cover")).count(), 0);
}
