//! Metrics and costs have the names of the chosen profile, and originals are kept on request.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed step fails the test"
)]

mod service;

use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{KeyValue, Value};
use service::{Service, Span};
use tracing_genai::semconv::profile::{CostKeys, MetricNames, Profile};
use tracing_genai::usage::{Unit, Usage};

/// 1,210 tokens of gpt-4o-mini, 200 of them from the cache, at 0.15 and 0.075, and 25 of output at 0.6 USD a million.
const COST: f64 = 0.000_181_5;

fn called(profile: Profile) -> Service {
    let service = Service::configured(|processor| processor.profile(profile));
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        call.usage(
            &Usage::new()
                .with(Unit::InputTokens, 1_210)
                .with(Unit::CacheReadTokens, 200)
                .with(Unit::InputAudioTokens, 10)
                .with(Unit::OutputTokens, 25)
                .with(Unit::OutputReasoningTokens, 5),
        );
        drop(tracing_genai::retrieval("kb").start());
    });
    service
}

fn call_of(service: &Service) -> Span {
    let mut spans = service.spans().into_iter();
    spans.find(|span| span.data.name.starts_with("chat")).unwrap()
}

fn cost(keys: &[CostKeys]) -> Profile {
    Profile::default().with_cost_keys(keys).unwrap()
}

#[test]
fn the_cost_has_only_the_chosen_names() {
    let all = [
        "gen_ai.usage.cost",
        "gen_ai.usage.cost.amount",
        "gen_ai.usage.cost.currency",
        "gen_ai.usage.cost.source",
        "llm.cost.total",
        "llm.cost.prompt",
        "llm.cost.completion",
        "operation.cost",
    ];
    for (keys, expected) in [
        (&[CostKeys::UsageCost][..], &["gen_ai.usage.cost"][..]),
        (
            &[CostKeys::Proposed],
            &[
                "gen_ai.usage.cost.amount",
                "gen_ai.usage.cost.currency",
                "gen_ai.usage.cost.source",
            ],
        ),
        (
            &[CostKeys::OpenInference],
            &["llm.cost.total", "llm.cost.prompt", "llm.cost.completion"],
        ),
        (&[CostKeys::OperationCost], &["operation.cost"]),
        (
            &[CostKeys::UsageCost, CostKeys::OperationCost],
            &["gen_ai.usage.cost", "operation.cost"],
        ),
    ] {
        let span = call_of(&called(cost(keys)));
        let found: Vec<_> = all.into_iter().filter(|name| span.value(name).is_some()).collect();
        assert_eq!(found, expected);
        for name in [
            "gen_ai.usage.cost",
            "gen_ai.usage.cost.amount",
            "llm.cost.total",
            "operation.cost",
        ] {
            if expected.contains(&name) {
                assert!(
                    matches!(span.value(name), Some(Value::F64(cost)) if (cost - COST).abs() < 1e-15),
                    "{name}: {:?}",
                    span.value(name)
                );
            }
        }
    }
}

#[test]
fn the_cost_source_is_the_provider_or_local() {
    let profile = cost(&[CostKeys::Proposed]);
    let span = call_of(&called(profile));
    assert_eq!(span.text("gen_ai.usage.cost.currency"), Some("USD"));
    assert_eq!(span.text("gen_ai.usage.cost.source"), Some("local"));
    let service = Service::configured(|processor| processor.profile(profile));
    service.run(|| {
        let call = tracing_genai::chat("openrouter", "x").start();
        call.cost("0.25".parse().unwrap());
    });
    let span = service.only_span();
    assert_eq!(span.value("gen_ai.usage.cost.amount"), Some(&Value::F64(0.25)));
    assert_eq!(span.text("gen_ai.usage.cost.source"), Some("provider"));
}

#[test]
fn openinferences_cost_has_parts_of_input_and_output() {
    let span = call_of(&called(cost(&[CostKeys::OpenInference])));
    let close = |name: &str, expected: f64| {
        let Some(Value::F64(cost)) = span.value(name) else {
            panic!("{name} is missing")
        };
        assert!((cost - expected).abs() < 1e-15, "{name}: {cost}");
    };
    close("llm.cost.prompt_details.input", 0.000_151_5);
    close("llm.cost.prompt_details.cache_read", 0.000_015);
    close("llm.cost.prompt", 0.000_166_5);
    close("llm.cost.completion", 0.000_015);
}

#[test]
fn the_cost_metric_follows_the_chosen_names() {
    for (keys, expected) in [
        (&[CostKeys::UsageCost][..], &["gen_ai.usage.cost"][..]),
        (&[CostKeys::Proposed], &["gen_ai.client.operation.cost"]),
        (&[CostKeys::OpenInference], &["gen_ai.usage.cost"]),
        (
            &[CostKeys::UsageCost, CostKeys::OperationCost],
            &["gen_ai.usage.cost", "operation.cost"],
        ),
    ] {
        let service = called(cost(keys));
        for name in ["gen_ai.usage.cost", "gen_ai.client.operation.cost", "operation.cost"] {
            let points = service.histogram(name);
            assert_eq!(!points.is_empty(), expected.contains(&name), "{name} of {keys:?}");
            if let [(1, sum, _)] = &points[..] {
                assert!((sum - COST).abs() < 1e-15, "{name}: {sum}");
            }
        }
    }
}

#[test]
fn metrics_have_published_names_development_names_or_both() {
    use MetricNames::{InDevelopment, Published};
    for names in [&[Published][..], &[InDevelopment], &[Published, InDevelopment]] {
        let service = called(Profile::default().with_metric_names(names));
        let counts = |name: &str| -> u64 { service.histogram(name).iter().map(|(count, _, _)| count).sum() };
        let is_published = u64::from(names.contains(&Published));
        let is_new = u64::from(names.contains(&InDevelopment));
        // The retrieval has the general name in both profiles.
        assert_eq!(counts("gen_ai.client.operation.duration"), 1 + is_published);
        assert_eq!(counts("gen_ai.client.token.usage"), 2 * is_published);
        assert_eq!(counts("gen_ai.client.inference.duration"), is_new);
        assert_eq!(counts("gen_ai.client.inference.operation.input_tokens"), is_new);
        let mut tokens: Vec<_> = [
            "input_tokens",
            "output_tokens",
            "cache_read.input_tokens",
            "cache_write.input_tokens",
            "reasoning.output_tokens",
        ]
        .into_iter()
        .flat_map(|kind| {
            let name = ["gen_ai.client.inference.usage.", kind].concat();
            let points = service.counter(&name);
            points.into_iter().map(move |(count, attributes)| {
                let modality = attributes
                    .iter()
                    .find(|attribute| attribute.key.as_str() == "gen_ai.token.modality");
                (kind, modality.unwrap().value.as_str().into_owned(), count)
            })
        })
        .collect();
        tokens.sort();
        let expected = [
            ("cache_read.input_tokens", "unknown".to_owned(), 200),
            ("input_tokens", "audio".to_owned(), 10),
            ("input_tokens", "unknown".to_owned(), 1_200),
            ("output_tokens", "unknown".to_owned(), 25),
            ("reasoning.output_tokens", "unknown".to_owned(), 5),
        ];
        assert_eq!(tokens, if is_new == 1 { expected.to_vec() } else { Vec::new() });
    }
}

#[test]
fn originals_are_kept_on_request() {
    let written = |keeps: bool| {
        let service = Service::configured(|processor| {
            if keeps {
                processor.keep_original_names()
            } else {
                processor
            }
        });
        let mut span = service.tracer_provider().tracer("other").start("chat");
        span.set_attributes([
            KeyValue::new("gen_ai.operation.name", "chat_streaming"),
            KeyValue::new("gen_ai.system", "openai"),
            KeyValue::new("gen_ai.usage.prompt_tokens", "12"),
            KeyValue::new("gen_ai.prompt.0.content", "hi"),
            KeyValue::new("rig.completion_parent", true),
        ]);
        span.end();
        service.only_span()
    };
    let kept = written(true);
    assert_eq!(kept.text("gen_ai.system"), Some("openai"));
    assert_eq!(kept.text("gen_ai.usage.prompt_tokens"), Some("12"));
    assert_eq!(kept.text("gen_ai.prompt.0.content"), Some("hi"));
    // Content that is not exported is not kept either.
    assert_eq!(kept.value("rig.completion_parent"), None);
    for span in [kept, written(false)] {
        // There is one value under the conventions' name; `value` checks that.
        assert_eq!(span.text("gen_ai.operation.name"), Some("chat"));
        assert_eq!(span.text("gen_ai.provider.name"), Some("openai"));
        assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(12)));
        assert!(span.text("gen_ai.input.messages").is_some());
    }
    assert_eq!(written(false).value("gen_ai.system"), None);
}
