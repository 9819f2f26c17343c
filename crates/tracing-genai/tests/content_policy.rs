//! Content is exported by policy, redacted, cut to its limit, and stays JSON.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed step fails the test"
)]

mod service;

use opentelemetry::logs::AnyValue;
use opentelemetry::trace::{Span as _, Tracer, TracerProvider};
use opentelemetry::{Array, Key, KeyValue, Value};
use opentelemetry_sdk::logs::{InMemoryLogExporter, SdkLogRecord, SdkLoggerProvider};
use opentelemetry_sdk::trace::Sampler;
use serde_json::Value as Json;
use service::{Builder, Service, Span};
use tracing_genai::content::{ContentCapture, ContentPolicy, EventEmission};
use tracing_genai::message::Message;
use tracing_genai::processor::SpanBounds;

const fn exporting(capture: ContentCapture) -> ContentPolicy {
    ContentPolicy::exporting(capture)
}

/// A service that keeps its events in memory.
fn with_events(policy: ContentPolicy) -> (Service, InMemoryLogExporter) {
    let events = InMemoryLogExporter::default();
    let logs = SdkLoggerProvider::builder()
        .with_simple_exporter(events.clone())
        .build();
    let service = Service::with_content(policy, |processor| processor.logger_provider(&logs));
    (service, events)
}

fn ask() {
    let call = tracing_genai::chat("openai", "gpt-4o-mini")
        .system_instructions("Be brief.")
        .input(&[Message::user("Where is Paris?")])
        .start();
    call.output(&[Message::assistant("In France.").finish_reason("stop")]);
}

fn events(exporter: &InMemoryLogExporter) -> Vec<SdkLogRecord> {
    let logs = exporter.get_emitted_logs().unwrap();
    logs.into_iter().map(|log| log.record).collect()
}

fn attribute<'r>(record: &'r SdkLogRecord, name: &str) -> Option<&'r AnyValue> {
    record
        .attributes_iter()
        .find(|(key, _)| key.as_str() == name)
        .map(|(_, value)| value)
}

fn json(span: &Span, name: &str) -> Json {
    serde_json::from_str(span.text(name).unwrap()).unwrap()
}

#[test]
fn by_default_helpers_record_no_content_and_other_content_stays() {
    let (service, events_of) = with_events(ContentPolicy::default());
    service.run(ask);
    let span = service.only_span();
    assert_eq!(span.value("gen_ai.input.messages"), None);
    assert_eq!(span.value("gen_ai.output.messages"), None);
    assert!(events(&events_of).is_empty());

    let service = Service::start();
    service.run(|| {
        drop(tracing::info_span!(
            "chat",
            gen_ai.operation.name = "chat",
            gen_ai.input.messages = r#"[{"role":"user","content":"hi"}]"#
        ));
    });
    assert_eq!(
        json(&service.only_span(), "gen_ai.input.messages")[0]["parts"][0]["content"],
        "hi"
    );
}

#[test]
fn content_on_the_span_is_the_conventions_json() {
    let (service, events_of) = with_events(exporting(ContentCapture::SpanOnly));
    service.run(ask);
    let span = service.only_span();
    assert_eq!(
        json(&span, "gen_ai.input.messages"),
        serde_json::json!([{"role": "user", "parts": [{"type": "text", "content": "Where is Paris?"}]}])
    );
    assert_eq!(
        json(&span, "gen_ai.output.messages"),
        serde_json::json!([{"role": "assistant", "parts": [{"type": "text", "content": "In France."}], "finish_reason": "stop"}])
    );
    assert_eq!(
        json(&span, "gen_ai.system_instructions"),
        serde_json::json!([{"type": "text", "content": "Be brief."}])
    );
    assert!(events(&events_of).is_empty());
}

#[test]
fn content_on_the_event_is_structured_and_not_on_the_span() {
    for (chosen, is_on_span) in [(ContentCapture::EventOnly, false), (ContentCapture::SpanAndEvent, true)] {
        let (service, events_of) = with_events(exporting(chosen));
        service.run(ask);
        let span = service.only_span();
        assert_eq!(span.value("gen_ai.input.messages").is_some(), is_on_span);
        let [event] = events(&events_of).try_into().unwrap();
        assert_eq!(event.event_name(), Some("gen_ai.client.inference.operation.details"));
        let context = event.trace_context().unwrap();
        assert_eq!(context.span_id, span.data.span_context.span_id());
        assert_eq!(context.trace_id, span.data.span_context.trace_id());
        assert_eq!(
            attribute(&event, "gen_ai.request.model"),
            Some(&AnyValue::String("gpt-4o-mini".into()))
        );
        let Some(AnyValue::ListAny(messages)) = attribute(&event, "gen_ai.output.messages") else {
            panic!("{event:?}")
        };
        let AnyValue::Map(message) = &messages[0] else {
            panic!("{messages:?}")
        };
        assert_eq!(
            message.get(&Key::new("role")),
            Some(&AnyValue::String("assistant".into()))
        );
        // The event has only the conventions' attributes.
        assert_eq!(attribute(&event, "tracing_genai.cost.status"), None);
    }
}

#[test]
fn events_can_be_emitted_without_content_and_disabled() {
    let logs_of = |emission, chosen| {
        let events_of = InMemoryLogExporter::default();
        let logs = SdkLoggerProvider::builder()
            .with_simple_exporter(events_of.clone())
            .build();
        let service = Service::with_content(exporting(chosen), |processor| {
            processor.logger_provider(&logs).event_emission(emission)
        });
        service.run(ask);
        events(&events_of)
    };
    let [bare] = logs_of(EventEmission::Always, ContentCapture::NoContent)
        .try_into()
        .unwrap();
    assert_eq!(attribute(&bare, "gen_ai.output.messages"), None);
    assert!(attribute(&bare, "gen_ai.request.model").is_some());
    assert!(logs_of(EventEmission::Never, ContentCapture::SpanAndEvent).is_empty());
}

#[test]
fn no_content_removes_content_of_other_libraries_too() {
    // Also if originals are kept.
    let service = Service::with_content(exporting(ContentCapture::NoContent), Builder::keep_original_names);
    let mut span = service.tracer_provider().tracer("other").start("chat");
    span.set_attributes([
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.prompt.0.content", "secret"),
        KeyValue::new("gen_ai.tool.call.arguments", "secret"),
        KeyValue::new("ai.toolCall.args", "secret"),
        KeyValue::new("ai.response.text", "secret"),
        KeyValue::new("ai.value", "secret"),
        KeyValue::new("gen_ai.retrieval.query.text", "secret"),
    ]);
    span.add_event("gen_ai.content.prompt", vec![KeyValue::new("gen_ai.prompt", "secret")]);
    span.add_event("gen_ai.user.message", vec![KeyValue::new("content", "secret")]);
    span.add_event("note", vec![KeyValue::new("content", "a service's own")]);
    span.end();
    let span = service.only_span();
    let values = format!("{:?} {:?}", span.data.attributes, span.data.events);
    assert!(
        !values.contains("secret") && values.contains("a service's own"),
        "{values}"
    );
}

#[test]
fn secrets_and_the_users_matches_are_redacted_before_export() {
    let service = Service::with_content(exporting(ContentCapture::SpanOnly), |processor| {
        processor.redact(|text| text.contains("Alice").then(|| text.replace("Alice", "somebody")))
    });
    service.run(|| {
        let run = tracing_genai::execute_tool("mail")
            .arguments(serde_json::json!({"to": "Alice", "password": "hunter2", "note": "key sk-0123456789abcdefghij"}))
            .start();
        run.result("token ghp_0123456789abcdefghij0123456789abcdefghij for Alice");
    });
    let span = service.only_span();
    assert_eq!(
        json(&span, "gen_ai.tool.call.arguments"),
        serde_json::json!({"to": "somebody", "password": "[redacted]", "note": "key [redacted]"})
    );
    assert_eq!(
        span.text("gen_ai.tool.call.result"),
        Some("token [redacted] for somebody")
    );
}

#[test]
fn a_panicking_redactor_removes_only_content() {
    let service = Service::with_content(exporting(ContentCapture::SpanOnly), |processor| {
        processor.redact(|_| panic!("on purpose"))
    });
    service.run(ask);
    let span = service.only_span();
    assert_eq!(span.value("gen_ai.input.messages"), None);
    assert_eq!(span.value("gen_ai.output.messages"), None);
    assert_eq!(span.text("gen_ai.request.model"), Some("gpt-4o-mini"));
}

#[test]
fn an_oversized_conversation_keeps_its_latest_messages() {
    let service = Service::with_content(exporting(ContentCapture::SpanOnly), |processor| {
        processor.max_content_bytes(300)
    });
    service.run(|| {
        let messages: Vec<_> = (0..100).map(|n| Message::user(format!("message {n}"))).collect();
        drop(tracing_genai::chat("openai", "gpt-4o").input(&messages).start());
    });
    let span = service.only_span();
    assert!(span.text("gen_ai.input.messages").unwrap().len() <= 300);
    let kept = json(&span, "gen_ai.input.messages");
    let kept: Vec<_> = kept.as_array().unwrap().iter().collect();
    assert_eq!(kept.last().unwrap()["parts"][0]["content"], "message 99");
    assert_eq!(
        kept[0]["parts"][0]["content"],
        format!("message {}", 100 - kept.len()),
        "{kept:?}"
    );
    assert_eq!(
        span.value("tracing_genai.content.cut"),
        Some(&Value::Array(Array::String(vec!["gen_ai.input.messages".into()])))
    );
}

#[test]
fn malformed_json_is_unchanged_and_counted() {
    let service = Service::start();
    let mut span = service.tracer_provider().tracer("other").start("chat");
    span.set_attributes([
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.input.messages", r#"[{"role":"user""#),
        KeyValue::new("gen_ai.usage.input_tokens", "many"),
        KeyValue::new("gen_ai.request.model", "gpt-4o"),
        KeyValue::new("llm.model_name", "gpt-4"),
    ]);
    span.end();
    let span = service.only_span();
    assert_eq!(span.text("gen_ai.input.messages"), Some(r#"[{"role":"user""#));
    assert_eq!(span.text("gen_ai.usage.input_tokens"), Some("many"));
    let mut unread: Vec<_> = service
        .counter("tracing_genai.unread.values")
        .into_iter()
        .map(|(count, attributes)| {
            let of = |name: &str| {
                let found = attributes.iter().find(|attribute| attribute.key.as_str() == name);
                found.unwrap().value.as_str().into_owned()
            };
            (of("tracing_genai.attribute"), of("tracing_genai.unread.reason"), count)
        })
        .collect();
    unread.sort();
    assert_eq!(
        unread,
        [
            ("gen_ai.input.messages".to_owned(), "json".to_owned(), 1),
            ("gen_ai.request.model".to_owned(), "disagreement".to_owned(), 1),
            ("gen_ai.usage.input_tokens".to_owned(), "type".to_owned(), 1),
        ]
    );
}

/// A span written by another library.
fn written(service: &Service, attributes: Vec<KeyValue>) -> Span {
    let mut span = service.tracer_provider().tracer("other").start("chat");
    span.set_attribute(KeyValue::new("gen_ai.operation.name", "chat"));
    span.set_attributes(attributes);
    span.end();
    service.only_span()
}

#[test]
fn content_in_a_list_of_texts_is_redacted_and_cut() {
    let texts = |texts: &[&'static str]| Value::Array(Array::String(texts.iter().map(|text| (*text).into()).collect()));
    let span = written(
        &Service::start(),
        vec![
            KeyValue::new("gen_ai.system_instructions", texts(&["key sk-0123456789abcdefghij"])),
            KeyValue::new(
                "gen_ai.input.messages",
                texts(&[r#"{"role":"user","content":"hi"}"#, "ho"]),
            ),
        ],
    );
    assert_eq!(
        json(&span, "gen_ai.system_instructions"),
        serde_json::json!([{"type": "text", "content": "key [redacted]"}])
    );
    assert_eq!(
        json(&span, "gen_ai.input.messages"),
        serde_json::json!([
            {"role": "user", "parts": [{"type": "text", "content": "hi"}]},
            {"role": "user", "parts": [{"type": "text", "content": "ho"}]},
        ])
    );
}

#[test]
fn content_stays_json_under_a_value_limit() {
    let bounds = SpanBounds::default().max_value_characters(200);
    let service = Service::with(Sampler::AlwaysOn, bounds);
    let long = serde_json::json!([{"role": "user", "parts": [{"type": "text", "content": "x".repeat(1_000)}]}]);
    let span = written(&service, vec![KeyValue::new("gen_ai.input.messages", long.to_string())]);
    assert_eq!(json(&span, "gen_ai.input.messages")[0]["role"], "user");
    assert!(span.text("gen_ai.input.messages").unwrap().len() <= 200);
}

#[test]
fn other_attributes_stay_without_content() {
    let span = written(
        &Service::with_content(exporting(ContentCapture::NoContent), |processor| processor),
        vec![
            KeyValue::new("traceloop.entity.name", "step"),
            KeyValue::new("ai.response.providerMetadata", "{}"),
            KeyValue::new("gen_ai.tool.args", "secret"),
            KeyValue::new("gen_ai.prompt.variable.who", "secret"),
            KeyValue::new("traceloop.prompt.template_variables.who", "secret"),
        ],
    );
    assert_eq!(span.text("traceloop.entity.name"), Some("step"));
    assert_eq!(span.text("ai.response.providerMetadata"), Some("{}"));
    let values = format!("{:?}", span.data.attributes);
    assert!(!values.contains("secret"), "{values}");
}

#[test]
fn two_pipelines_of_a_process_have_separate_policies() {
    let (with, without) = (
        Service::with_content(exporting(ContentCapture::SpanOnly), |processor| processor),
        Service::start(),
    );
    with.run(|| {
        ask();
        without.run(ask);
        assert!(tracing_genai::is_content_collected());
    });
    assert!(with.only_span().value("gen_ai.output.messages").is_some());
    assert!(without.only_span().value("gen_ai.output.messages").is_none());
    assert!(!tracing_genai::is_content_collected());
}

#[test]
fn collected_content_that_is_not_exported_stays_in_the_process() {
    let service = Service::with_content(exporting(ContentCapture::NoContent).collected(), |processor| processor);
    service.run(|| {
        assert!(tracing_genai::is_content_collected());
        ask();
    });
    assert!(service.only_span().value("gen_ai.output.messages").is_none());
}

#[test]
fn content_given_under_one_subscriber_is_not_recorded_under_another() {
    let (with, without) = (
        Service::with_content(exporting(ContentCapture::SpanOnly), |processor| processor),
        Service::start(),
    );
    let call = with.run(|| tracing_genai::chat("openai", "gpt-4o").input(&[Message::user("hi")]));
    without.run(|| drop(call.start()));
    assert!(without.only_span().value("gen_ai.input.messages").is_none());
}

#[test]
fn content_that_is_only_collected_is_not_exported() {
    let service = Service::with_content(ContentPolicy::default().collected(), |processor| processor);
    service.run(ask);
    let span = service.only_span();
    assert!(span.value("gen_ai.input.messages").is_none());
    assert!(span.value("tracing_genai.content.cut").is_none());
}

#[test]
fn other_attributes_and_events_are_not_held_to_the_limit_of_content() {
    let service = Service::start();
    let long = "x ".repeat(30_000);
    let names = ["message", "content", "tool_calls", "input.value", "output.value"];
    let mut span = service.tracer_provider().tracer("other").start("chat");
    span.set_attribute(KeyValue::new("gen_ai.operation.name", "chat"));
    span.set_attributes(names.map(|name| KeyValue::new(name, long.clone())));
    span.add_event("my own event", vec![KeyValue::new("message", long.clone())]);
    span.end();
    let span = service.only_span();
    for name in names {
        assert_eq!(span.text(name).map(str::len), Some(long.len()), "{name}");
    }
    assert_eq!(span.data.events[0].attributes[0].value.as_str().len(), long.len());
    assert!(span.value("tracing_genai.content.cut").is_none());
}

#[test]
fn content_that_is_cut_is_noted_under_its_current_name() {
    let service = Service::start();
    let span = written(
        &service,
        vec![KeyValue::new("gen_ai.prompt.0.content", "x ".repeat(50_000))],
    );
    assert!(span.text("gen_ai.input.messages").unwrap().len() <= 32 * 1024);
    assert_eq!(
        span.value("tracing_genai.content.cut"),
        Some(&Value::Array(Array::String(vec!["gen_ai.input.messages".into()])))
    );
    let service = Service::with_content(exporting(ContentCapture::NoContent), |processor| processor);
    let span = written(
        &service,
        vec![KeyValue::new("gen_ai.input.messages", "x ".repeat(50_000))],
    );
    assert!(span.value("tracing_genai.content.cut").is_none());
}

#[test]
fn a_large_tool_result_is_redacted_and_stays_json() {
    let service = Service::start();
    let rows: Vec<_> = (0..6_000)
        .map(|number| serde_json::json!({"user": number, "password": "pw 1", "authorization": "Token 0123456789"}))
        .collect();
    for value in [serde_json::json!(rows), serde_json::json!({"rows": rows})] {
        let mut span = service.tracer_provider().tracer("other").start("tool");
        span.set_attributes([
            KeyValue::new("gen_ai.operation.name", "execute_tool"),
            KeyValue::new("gen_ai.tool.call.result", value.to_string()),
        ]);
        span.end();
    }
    for span in service.spans() {
        let result = span.text("gen_ai.tool.call.result").unwrap();
        assert!(!result.contains("pw 1") && !result.contains("Token 0"), "{result}");
        assert!(serde_json::from_str::<Json>(result).is_ok());
        assert!(result.len() > 10_000);
    }
}
