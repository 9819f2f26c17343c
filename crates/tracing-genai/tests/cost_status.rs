//! A cost is exact, or a status and reason state why it is missing; an unknown cost is never zero.

mod service;

use opentelemetry::{Array, KeyValue, Value};
use service::{Service, Span};
use tracing_genai::pricing::Counts;
use tracing_genai::processor::SpanBounds;
use tracing_genai::usage::{Api, Unit, Usage};

fn priced(work: impl FnOnce()) -> (Service, Span) {
    let service = Service::start();
    service.run(work);
    let span = service.only_span();
    (service, span)
}

fn assert_without_cost(span: &Span, status: &str, reason: &str) {
    assert_eq!(span.value("gen_ai.usage.cost"), None);
    assert_eq!(span.text("tracing_genai.cost.status"), Some(status));
    let reasons = Value::Array(Array::String(vec![reason.to_owned().into()]));
    assert_eq!(span.value("tracing_genai.cost.reasons"), Some(&reasons));
}

fn has(attributes: &[KeyValue], key: &str, value: &str) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.key.as_str() == key && attribute.value.as_str() == value)
}

#[test]
fn an_unknown_model_is_unpriced_and_counted() {
    let (service, span) = priced(|| {
        let call = tracing_genai::chat("openai", "a-model-of-tomorrow").start();
        call.usage(&Usage::new().with(Unit::InputTokens, 100).with(Unit::OutputTokens, 10));
    });
    assert_without_cost(&span, "unpriced", "unknown_model");
    assert!(service.histogram("gen_ai.usage.cost").is_empty());
    let counted = service.counter("tracing_genai.unpriced.calls");
    assert_eq!(counted.len(), 1);
    assert_eq!(counted[0].0, 1);
    assert!(has(&counted[0].1, "tracing_genai.cost.reasons", "unknown_model"));
    assert!(has(&counted[0].1, "gen_ai.request.model", "a-model-of-tomorrow"));
}

#[test]
fn invalid_counts_are_inconsistent_and_have_no_cost() {
    let absurd = [
        Value::I64(-1),
        Value::I64(i64::MAX),
        "many".into(),
        Value::F64(1.5),
        Value::F64(f64::NAN),
        Value::Bool(true),
    ];
    for count in absurd {
        let (service, span) = priced(|| {
            let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
            call.attribute("gen_ai.usage.input_tokens", count.clone());
            call.attribute("gen_ai.usage.output_tokens", 10);
        });
        assert_without_cost(&span, "inconsistent", "invalid_usage");
        assert!(service.histogram("gen_ai.usage.cost").is_empty(), "{count:?}");
        assert!(service.histogram("gen_ai.client.token.usage").is_empty(), "{count:?}");
    }
}

#[test]
fn cached_tokens_above_an_inclusive_input_are_inconsistent() {
    let service = Service::configured(|processor| processor.counts(Counts::Inclusive));
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        call.usage(
            &Usage::new()
                .with(Unit::InputTokens, 500)
                .with(Unit::CacheReadTokens, 8192)
                .with(Unit::OutputTokens, 3),
        );
    });
    assert_without_cost(&service.only_span(), "inconsistent", "negative_part");
}

#[test]
fn a_call_without_usage_is_unpriced() {
    let (_, span) = priced(|| drop(tracing_genai::chat("openai", "gpt-4o-mini").start()));
    assert_without_cost(&span, "unpriced", "no_usage");
}

#[test]
fn a_call_without_input_or_output_is_unpriced() {
    let (_, span) = priced(|| {
        tracing_genai::chat("openai", "gpt-4o-mini")
            .start()
            .usage(&Usage::new().with(Unit::InputTokens, 500));
    });
    assert_without_cost(&span, "unpriced", "missing_output");
    let (_, span) = priced(|| {
        tracing_genai::chat("openai", "gpt-4o-mini")
            .start()
            .usage(&Usage::new().with(Unit::OutputTokens, 500));
    });
    assert_without_cost(&span, "unpriced", "missing_input");
}

#[test]
fn zero_tokens_of_a_known_model_cost_zero() {
    let (service, span) = priced(|| {
        tracing_genai::chat("openai", "gpt-4o-mini")
            .start()
            .usage(&Usage::new().with(Unit::InputTokens, 0).with(Unit::OutputTokens, 0));
    });
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.0)));
    assert_eq!(span.text("tracing_genai.cost.status"), Some("priced"));
    assert_eq!(service.histogram("gen_ai.usage.cost").len(), 1);
}

#[test]
fn embeddings_need_no_output() {
    let (_, span) = priced(|| {
        tracing_genai::embeddings("openai", "text-embedding-3-small")
            .start()
            .usage(&Usage::new().with(Unit::InputTokens, 1_000_000));
    });
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.02)));
}

#[test]
fn a_stated_cost_is_kept_and_marked_reported() {
    let (service, span) = priced(|| {
        let call = tracing_genai::chat("openrouter", "a-model-of-tomorrow").start();
        call.usage(&Usage::new().with(Unit::InputTokens, 100).with(Unit::OutputTokens, 10));
        call.cost("0.00123".parse().unwrap());
    });
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.00123)));
    assert_eq!(span.text("tracing_genai.cost.status"), Some("reported"));
    assert_eq!(
        service.histogram("gen_ai.usage.cost")[0].1.to_bits(),
        0.00123_f64.to_bits()
    );
}

#[test]
fn a_negative_stated_cost_is_removed() {
    for cost in [
        Value::F64(-0.1),
        Value::F64(f64::INFINITY),
        Value::F64(1e300),
        "much".into(),
    ] {
        let (_, span) = priced(|| {
            let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
            call.usage(&Usage::new().with(Unit::InputTokens, 100).with(Unit::OutputTokens, 10));
            call.attribute("gen_ai.usage.cost", cost.clone());
        });
        assert_without_cost(&span, "inconsistent", "invalid_usage");
    }
}

#[test]
fn a_span_past_its_limit_keeps_its_counts_and_cost() {
    let bounds = SpanBounds::default().max_attributes(32);
    let service = Service::with(opentelemetry_sdk::trace::Sampler::AlwaysOn, bounds);
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        for number in 0..140 {
            call.attribute(format!("app.detail.{number}"), "x");
        }
        call.attribute("gen_ai.input.messages", "[]");
        call.usage(&Usage::new().with(Unit::InputTokens, 1210).with(Unit::OutputTokens, 25));
    });
    let span = service.only_span();
    assert_eq!(span.data.attributes.len(), 32);
    assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(1210)));
    assert!(span.value("gen_ai.usage.cost").is_some());
    assert_eq!(span.value("gen_ai.input.messages"), None);
    assert!(span.data.dropped_attributes_count >= 109);
}

#[test]
fn usage_dropped_by_an_sdk_limit_is_a_reason() {
    let service = Service::start();
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        for number in 0..140 {
            call.attribute(format!("app.detail.{number}"), "x");
        }
        call.usage(&Usage::new().with(Unit::InputTokens, 1210).with(Unit::OutputTokens, 25));
    });
    assert_without_cost(&service.only_span(), "unpriced", "attributes_dropped");
}

#[test]
fn metrics_include_unsampled_calls() {
    let service = Service::with(opentelemetry_sdk::trace::Sampler::AlwaysOff, SpanBounds::default());
    service.run(|| {
        for _ in 0..10 {
            let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
            call.usage(&Usage::new().with(Unit::InputTokens, 1000).with(Unit::OutputTokens, 100));
        }
    });
    assert!(service.spans().is_empty());
    let cost = service.histogram("gen_ai.usage.cost");
    assert_eq!(cost.len(), 1);
    assert_eq!(cost[0].0, 10);
    assert!((cost[0].1 - 0.0021).abs() < 1e-12);
}

#[test]
fn metric_attributes_have_at_most_200_bytes() {
    let (service, _) = priced(|| {
        let call = tracing_genai::chat("openai", &"m".repeat(1_000)).start();
        call.usage(&Usage::new().with(Unit::InputTokens, 1).with(Unit::OutputTokens, 1));
        call.fail(&"e".repeat(1_000), "");
    });
    let duration = service.histogram("gen_ai.client.operation.duration");
    let attributes = &duration[0].2;
    assert!(attributes.len() > 3);
    for attribute in attributes {
        assert!(attribute.value.as_str().len() <= 200, "{attribute:?}");
    }
}

#[test]
fn metrics_have_the_conventions_attributes_and_no_users() {
    let (service, _) = priced(|| {
        let call = tracing_genai::chat("openai", "gpt-4o")
            .user("u-42")
            .session("s-7")
            .server("127.0.0.1", 8080)
            .start();
        call.response_model("gpt-4o-2024-08-06");
        call.usage(&Usage::new().with(Unit::InputTokens, 1000).with(Unit::OutputTokens, 100));
    });
    for name in [
        "gen_ai.client.operation.duration",
        "gen_ai.client.token.usage",
        "gen_ai.usage.cost",
    ] {
        let points = service.histogram(name);
        assert_eq!(points.len(), if name.contains("token") { 2 } else { 1 }, "{name}");
        for (count, sum, attributes) in points {
            assert_eq!(count, 1, "{name}");
            assert!(sum > 0.0, "{name}");
            assert!(has(&attributes, "gen_ai.operation.name", "chat"), "{name}");
            assert!(has(&attributes, "gen_ai.provider.name", "openai"), "{name}");
            assert!(has(&attributes, "gen_ai.request.model", "gpt-4o"), "{name}");
            assert!(has(&attributes, "gen_ai.response.model", "gpt-4o-2024-08-06"), "{name}");
            assert!(has(&attributes, "server.address", "127.0.0.1"), "{name}");
            assert!(
                !attributes
                    .iter()
                    .any(|attribute| ["user.id", "session.id"].contains(&attribute.key.as_str())),
                "{name}"
            );
        }
    }
}

#[test]
fn metrics_include_all_concurrent_calls() {
    const THREADS: u32 = 8;
    const CALLS: u32 = 2_000;
    let service = Service::with(opentelemetry_sdk::trace::Sampler::AlwaysOff, SpanBounds::default());
    let dispatch = service.dispatch();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                tracing::dispatcher::with_default(&dispatch, || {
                    for _ in 0..CALLS {
                        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
                        call.usage(&Usage::new().with(Unit::InputTokens, 1000).with(Unit::OutputTokens, 100));
                    }
                });
            });
        }
    });
    let cost = service.histogram("gen_ai.usage.cost");
    assert_eq!(cost[0].0, u64::from(THREADS * CALLS));
    assert!((cost[0].1 - f64::from(THREADS * CALLS) * 0.00021).abs() < 1e-9);
}

#[test]
fn units_outside_the_conventions_are_recorded_and_not_free() {
    let (_, span) = priced(|| {
        let call = tracing_genai::chat("openai", "gpt-4o").start();
        let tokens = Usage::new().with(Unit::InputTokens, 1200).with(Unit::OutputTokens, 350);
        call.usage(&tokens.with(Unit::WebSearches, 3).with(Unit::CodeExecutions, 2));
    });
    assert_eq!(span.value("tracing_genai.usage.code_executions"), Some(&Value::I64(2)));
    assert_ne!(span.text("tracing_genai.cost.status"), Some("priced"));
    let (_, span) = priced(|| {
        tracing_genai::chat("openai", "gpt-4o")
            .start()
            .usage(&Usage::new().with(Unit::WebSearches, 3));
    });
    assert_without_cost(&span, "unpriced", "missing_input");
}

#[test]
fn a_batch_call_has_the_batch_price() {
    let (_, span) = priced(|| {
        let body = br#"{"id":"msg_1","model":"claude-opus-5","stop_reason":"end_turn",
            "usage":{"input_tokens":1000,"output_tokens":100,"service_tier":"batch"}}"#;
        tracing_genai::chat("anthropic", "claude-opus-5")
            .start()
            .respond(Api::AnthropicMessages, 200, body);
    });
    assert_eq!(span.text("tracing_genai.cost.status"), Some("priced"));
    // Half of 5 and 25 dollars a million.
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.00375)));
}

#[test]
fn a_response_with_an_invalid_count_is_inconsistent() {
    let (_, span) = priced(|| {
        let body =
            br#"{"id":"c1","model":"gpt-4o-mini","choices":[],"usage":{"prompt_tokens":"many","completion_tokens":3}}"#;
        tracing_genai::chat("openai", "gpt-4o-mini")
            .start()
            .respond(Api::OpenAiChat, 200, body);
    });
    assert_without_cost(&span, "inconsistent", "invalid_usage");
    assert_eq!(span.value("gen_ai.usage.input_tokens"), None);
    assert!(
        span.text("tracing_genai.usage.invalid")
            .is_some_and(|field| field.contains("prompt_tokens"))
    );
}

#[test]
fn counts_and_cost_are_kept_at_a_low_limit() {
    for most in [8, 10, 12] {
        let bounds = SpanBounds::default().max_attributes(most);
        let service = Service::with(opentelemetry_sdk::trace::Sampler::AlwaysOn, bounds);
        service.run(|| {
            let call = tracing_genai::chat("openai", "gpt-4o-mini")
                .user("u")
                .session("s")
                .server("127.0.0.1", 80)
                .start();
            call.attribute("app.detail", "x");
            call.response_id("r");
            call.usage(&Usage::new().with(Unit::InputTokens, 1210).with(Unit::OutputTokens, 25));
        });
        let span = service.only_span();
        assert_eq!(span.data.attributes.len(), most);
        for name in [
            "gen_ai.usage.input_tokens",
            "gen_ai.usage.output_tokens",
            "gen_ai.usage.cost",
            "tracing_genai.cost.status",
        ] {
            assert!(span.value(name).is_some(), "{name} at {most}");
        }
    }
}

#[test]
fn a_model_under_an_unknown_operation_is_unpriced() {
    let (service, span) = priced(|| {
        let _span = tracing::info_span!(
            "transcription",
            gen_ai.operation.name = "transcription",
            gen_ai.provider.name = "openai",
            gen_ai.request.model = "gpt-4o-transcribe",
            gen_ai.usage.input_tokens = 100,
            gen_ai.usage.output_tokens = 10,
        );
    });
    assert_without_cost(&span, "unpriced", "unknown_operation");
    assert_eq!(service.counter("tracing_genai.unpriced.calls").len(), 1);
    assert!(service.histogram("gen_ai.usage.cost").is_empty());
}

#[test]
fn a_numeric_error_type_is_in_the_metrics() {
    let (service, span) = priced(|| {
        let _span = tracing::info_span!("chat", gen_ai.operation.name = "chat", error.type = 429);
    });
    assert_eq!(span.text("error.type"), Some("429"));
    let (_, _, attributes) = service.histogram("gen_ai.client.operation.duration").remove(0);
    assert!(has(&attributes, "error.type", "429"));
}

#[test]
fn a_reported_cost_with_double_rounding_is_kept() {
    let (_, span) = priced(|| {
        let body = br#"{"id":"g1","model":"a-model-of-tomorrow","choices":[],
            "usage":{"prompt_tokens":100,"completion_tokens":10,"cost":0.00012300000000000001}}"#;
        tracing_genai::chat("openrouter", "a-model-of-tomorrow")
            .start()
            .respond(Api::OpenAiChat, 200, body);
    });
    assert_eq!(span.text("tracing_genai.cost.status"), Some("reported"));
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.000_123)));
}
