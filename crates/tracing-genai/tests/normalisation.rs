//! A `tracing` span with `gen_ai.*` fields is exported in the conventions' form.

mod service;

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry::{Array, Value};
use service::Service;
use tracing::field::Empty;

fn hand_written_call() {
    let span = tracing::info_span!(
        "ask_model",
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = "openai",
        gen_ai.request.model = "gpt-4o-mini",
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        gen_ai.usage.cache_read.input_tokens = Empty,
    );
    span.record("gen_ai.usage.input_tokens", 1210_u64);
    span.record("gen_ai.usage.cache_read.input_tokens", 1024_u32);
    span.record("gen_ai.usage.output_tokens", 25_usize);
}

#[test]
fn unsigned_counts_become_integers_and_are_priced() {
    let service = Service::start();
    service.run(hand_written_call);
    let span = service.only_span();
    assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(1210)));
    assert_eq!(span.value("gen_ai.usage.output_tokens"), Some(&Value::I64(25)));
    // 186 × 0.15 + 1,024 × 0.075 + 25 × 0.60 dollars a million.
    assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.000_119_7)));
    assert_eq!(span.text("tracing_genai.cost.status"), Some("priced"));
    assert_eq!(span.text("tracing_genai.cost.model"), Some("openai/gpt-4o-mini"));
    assert_eq!(span.value("tracing_genai.cost.input"), Some(&Value::F64(0.000_027_9)));
    assert_eq!(
        span.value("tracing_genai.cost.cache_read"),
        Some(&Value::F64(0.000_076_8))
    );
    assert_eq!(span.value("tracing_genai.cost.output"), Some(&Value::F64(0.000_015)));
    assert!(
        span.text("tracing_genai.cost.catalogue")
            .is_some_and(|version| version.starts_with("genai-prices "))
    );
}

#[test]
fn unsigned_fields_of_the_service_become_integers_on_spans_and_events() {
    let service = Service::start();
    service.run(|| {
        let search = tracing_genai::retrieval("kb").start();
        search.in_scope(|| tracing::info!(count = 5_usize, ticket = "42", "documents_retrieved"));
        drop(search);
        let span = tracing::info_span!(
            "chat",
            gen_ai.operation.name = "chat",
            shard = 7_u64,
            ticket = "42",
            late = Empty
        );
        span.record("late", 8_u8);
    });
    let spans = service.spans();
    let event = &spans[0].data.events[0];
    let of_event = |name: &str| event.attributes.iter().find(|attribute| attribute.key.as_str() == name);
    assert_eq!(of_event("count").map(|count| &count.value), Some(&Value::I64(5)));
    assert_eq!(of_event("ticket").map(|ticket| &ticket.value), Some(&Value::from("42")));
    assert_eq!(spans[1].value("shard"), Some(&Value::I64(7)));
    assert_eq!(spans[1].value("late"), Some(&Value::I64(8)));
    assert_eq!(spans[1].text("ticket"), Some("42"));
}

#[test]
fn default_name_and_kind_become_the_conventions() {
    let service = Service::start();
    service.run(hand_written_call);
    let span = service.only_span();
    assert_eq!(span.data.name, "chat gpt-4o-mini");
    assert_eq!(span.data.span_kind, SpanKind::Client);
}

#[test]
fn name_and_kind_of_the_author_are_kept() {
    let service = Service::start();
    service.run(|| {
        let _span = tracing::info_span!(
            "ask",
            otel.name = "the oracle",
            otel.kind = "internal",
            gen_ai.operation.name = "chat",
            gen_ai.request.model = "gpt-4o"
        );
    });
    let span = service.only_span();
    assert_eq!(span.data.name, "the oracle");
    assert_eq!(span.data.span_kind, SpanKind::Internal);
}

#[test]
fn a_field_recorded_again_has_its_last_value() {
    let service = Service::start();
    service.run(|| {
        let span = tracing::info_span!(
            "chat",
            gen_ai.operation.name = "chat",
            gen_ai.response.model = Empty,
            other = 1
        );
        for model in ["a", "b", "gpt-4o-mini"] {
            span.record("gen_ai.response.model", model);
        }
        span.record("other", 2);
    });
    let span = service.only_span();
    assert_eq!(span.all("gen_ai.response.model"), [&Value::from("gpt-4o-mini")]);
    assert_eq!(span.all("other"), [&Value::I64(2)]);
}

#[test]
fn older_and_foreign_names_become_current() {
    let service = Service::start();
    service.run(|| {
        let _span = tracing::info_span!(
            "llm",
            gen_ai.operation.name = "chat",
            gen_ai.system = "gemini",
            gen_ai.request.model = "gemini-2.5-flash",
            gen_ai.usage.prompt_tokens = 12_u64,
            gen_ai.usage.completion_tokens = 3_u64,
            gen_ai.usage.reasoning_tokens = 2_u64,
            gen_ai.response.finish_reasons = r#"["stop"]"#,
        );
    });
    let span = service.only_span();
    assert_eq!(span.text("gen_ai.provider.name"), Some("gcp.gemini"));
    assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(12)));
    assert_eq!(span.value("gen_ai.usage.output_tokens"), Some(&Value::I64(3)));
    assert_eq!(span.value("gen_ai.usage.reasoning.output_tokens"), Some(&Value::I64(2)));
    assert_eq!(
        span.value("gen_ai.response.finish_reasons"),
        Some(&Value::Array(Array::String(vec!["stop".into()])))
    );
    for old in [
        "gen_ai.system",
        "gen_ai.usage.prompt_tokens",
        "gen_ai.usage.completion_tokens",
        "gen_ai.usage.reasoning_tokens",
    ] {
        assert_eq!(span.value(old), None, "{old}");
    }
}

#[test]
fn a_failed_call_has_both_status_and_error_type() {
    let service = Service::start();
    service.run(|| {
        tracing_genai::chat("openai", "gpt-4o")
            .start()
            .fail("429", "rate limited");
        let _by_field = tracing::info_span!("chat", gen_ai.operation.name = "chat", error.type = "timeout");
    });
    let spans = service.spans();
    assert_eq!(spans[0].text("error.type"), Some("429"));
    assert_eq!(spans[0].data.status, Status::error("rate limited"));
    assert_eq!(spans[1].data.status, Status::error(""));
}

#[test]
fn every_helper_writes_the_conventions_name_kind_and_operation() {
    let service = Service::start();
    service.run(|| {
        drop(tracing_genai::chat("openai", "gpt-4o").start());
        drop(tracing_genai::embeddings("openai", "text-embedding-3-small").start());
        drop(tracing_genai::retrieval("kb").start());
        drop(tracing_genai::execute_tool("order_status").start());
        drop(tracing_genai::invoke_agent("help-desk").start());
        drop(tracing_genai::invoke_workflow("nightly").start());
    });
    let spans = service.spans();
    let seen: Vec<_> = spans
        .iter()
        .map(|span| {
            (
                span.data.name.as_ref(),
                span.data.span_kind.clone(),
                span.text("gen_ai.operation.name").unwrap(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            ("chat gpt-4o", SpanKind::Client, "chat"),
            ("embeddings text-embedding-3-small", SpanKind::Client, "embeddings"),
            ("retrieval kb", SpanKind::Client, "retrieval"),
            ("execute_tool order_status", SpanKind::Internal, "execute_tool"),
            ("invoke_agent help-desk", SpanKind::Internal, "invoke_agent"),
            ("invoke_workflow nightly", SpanKind::Internal, "invoke_workflow"),
        ]
    );
}

#[test]
fn only_model_calls_cost_money() {
    let service = Service::start();
    service.run(|| {
        let _agent = tracing::info_span!(
            "agent",
            gen_ai.operation.name = "invoke_agent",
            gen_ai.provider.name = "openai",
            gen_ai.request.model = "gpt-4o-mini",
            gen_ai.usage.input_tokens = 1000,
            gen_ai.usage.output_tokens = 10,
        );
    });
    let span = service.only_span();
    assert_eq!(span.value("gen_ai.usage.cost"), None);
    assert_eq!(span.value("tracing_genai.cost.status"), None);
}

#[test]
fn spans_without_genai_attributes_are_unchanged() {
    let service = Service::start();
    service.run(|| {
        let span = tracing::info_span!("GET /orders", http.route = "/orders", error.type = "500", repeated = 1);
        span.record("repeated", 2);
    });
    let span = service.only_span();
    assert_eq!(span.data.name, "GET /orders");
    assert_eq!(span.data.span_kind, SpanKind::Internal);
    assert_eq!(span.data.status, Status::Unset);
    assert_eq!(span.all("repeated"), [&Value::I64(1), &Value::I64(2)]);
}
