//! A model call ends when its last handle is dropped, by the monotonic clock and independent of child spans; a stream
//! is metered until its end or its drop.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod service;

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use opentelemetry::Value;
use opentelemetry::trace::{Status, TraceContextExt, Tracer, TracerProvider};
use service::{Service, Span};
use tracing_genai::usage::{Api, Unit, Usage};

const OPEN: Duration = Duration::from_millis(50);

fn assert_lasted(seconds: f64) {
    // The upper bound depends on the machine.
    assert!((0.050..5.0).contains(&seconds), "{seconds}");
}

#[test]
fn an_entered_span_lasts_until_it_closes() {
    let service = Service::start();
    service.run(|| {
        let span = tracing::info_span!("chat", gen_ai.operation.name = "chat");
        span.in_scope(|| {});
        std::thread::sleep(OPEN);
    });
    assert_lasted(service.only_span().seconds());
    let (count, sum, _) = service.histogram("gen_ai.client.operation.duration").remove(0);
    assert_eq!(count, 1);
    assert_lasted(sum);
}

#[test]
fn other_spans_end_as_without_the_layer() {
    let service = Service::start();
    let begun = Instant::now();
    service.run(|| {
        let span = tracing::info_span!("query");
        span.in_scope(|| {});
        std::thread::sleep(OPEN);
    });
    assert_lacks_the_sleep(service.only_span().seconds(), begun);
}

/// The duration does not include the sleep.
fn assert_lacks_the_sleep(seconds: f64, begun: Instant) {
    let without_sleep = begun.elapsed().saturating_sub(OPEN).as_secs_f64();
    assert!(seconds <= without_sleep + 0.005, "{seconds} of {without_sleep}");
}

/// The duration of a call whose own handle `work` drops before its child sleeps and closes.
fn seconds_of_a_call_outlived_by<C>(work: impl FnOnce(&tracing::Span) -> C) -> (f64, Instant) {
    let service = Service::start();
    let begun = Instant::now();
    service.run(|| {
        let span = tracing::info_span!(
            "chat",
            gen_ai.operation.name = "chat",
            gen_ai.usage.input_tokens = tracing::field::Empty,
            team = tracing::field::Empty,
        );
        let child = work(&span);
        drop(span);
        std::thread::sleep(OPEN);
        drop(child);
    });
    let spans = service.spans();
    let mut calls = spans.iter().filter(|span| span.data.name == "chat");
    let seconds = calls.next().map(Span::seconds).unwrap();
    assert!(calls.next().is_none());
    (seconds, begun)
}

#[test]
fn a_longer_lived_child_does_not_prolong_the_call() {
    let (seconds, begun) = seconds_of_a_call_outlived_by(|span| {
        span.in_scope(|| {
            std::thread::sleep(OPEN);
            tracing::info_span!("connection")
        })
    });
    assert_lasted(seconds);
    assert_lacks_the_sleep(seconds, begun);
}

#[test]
fn a_longer_lived_grandchild_does_not_prolong_the_call() {
    let (seconds, begun) = seconds_of_a_call_outlived_by(|span| {
        let child = span.in_scope(|| {
            std::thread::sleep(OPEN);
            tracing::info_span!("request")
        });
        child.in_scope(|| tracing::info_span!("connection"))
    });
    assert_lasted(seconds);
    assert_lacks_the_sleep(seconds, begun);
}

#[test]
fn an_agent_kept_open_with_its_call_ends_at_its_last_exit() {
    let service = Service::start();
    let begun = Instant::now();
    service.run(|| {
        let agent = tracing::info_span!("invoke_agent", gen_ai.operation.name = "invoke_agent");
        let child = agent.in_scope(|| {
            let call = tracing::info_span!("chat", gen_ai.operation.name = "chat");
            call.in_scope(|| tracing::info_span!("connection"))
        });
        drop(agent);
        std::thread::sleep(OPEN);
        drop(child);
    });
    let spans = service.spans();
    assert_eq!(spans.len(), 3);
    for span in spans.iter().filter(|span| span.data.name != "connection") {
        assert_lacks_the_sleep(span.seconds(), begun);
    }
}

#[test]
fn a_call_kept_open_by_a_child_ends_at_a_record_after_its_last_exit() {
    let (seconds, begun) = seconds_of_a_call_outlived_by(|span| {
        let child = span.in_scope(|| tracing::info_span!("connection"));
        std::thread::sleep(OPEN);
        span.record("gen_ai.usage.input_tokens", 9);
        child
    });
    assert_lasted(seconds);
    assert_lacks_the_sleep(seconds, begun);
}

#[test]
fn a_call_kept_open_by_a_child_and_never_entered_ends_at_its_last_record() {
    let (seconds, begun) = seconds_of_a_call_outlived_by(|span| {
        std::thread::sleep(OPEN);
        span.record("gen_ai.usage.input_tokens", 9);
        tracing::info_span!(parent: span, "connection")
    });
    assert_lasted(seconds);
    assert_lacks_the_sleep(seconds, begun);
}

#[test]
fn a_record_of_another_field_does_not_end_a_call() {
    let (seconds, begun) = seconds_of_a_call_outlived_by(|span| {
        let child = span.in_scope(|| tracing::info_span!("connection"));
        std::thread::sleep(OPEN);
        span.record("team", "search");
        child
    });
    // Both sleeps come after the last exit.
    let without_sleeps = begun.elapsed().saturating_sub(2 * OPEN).as_secs_f64();
    assert!(seconds <= without_sleeps + 0.005, "{seconds} of {without_sleeps}");
}

#[test]
fn a_call_without_exit_or_record_lasts_until_it_closes() {
    let (seconds, _) = seconds_of_a_call_outlived_by(|span| tracing::info_span!(parent: span, "connection"));
    assert_lasted(seconds);
}

#[test]
fn a_child_that_closes_on_another_thread_does_not_prolong_the_call() {
    let service = Service::start();
    let dispatch = service.dispatch();
    let begun = Instant::now();
    let child = tracing::dispatcher::with_default(&dispatch, || {
        let span = tracing::info_span!("chat", gen_ai.operation.name = "chat");
        span.in_scope(|| tracing::info_span!("connection"))
    });
    let other = std::thread::spawn(move || {
        std::thread::sleep(OPEN);
        tracing::dispatcher::with_default(&dispatch, || drop(child));
    });
    other.join().unwrap();
    let spans = service.spans();
    let call = spans.iter().find(|span| span.data.name == "chat").unwrap();
    assert_lacks_the_sleep(call.seconds(), begun);
}

#[test]
fn a_call_that_closes_after_its_children_lasts_until_it_closes() {
    let service = Service::start();
    service.run(|| {
        let span = tracing::info_span!("chat", gen_ai.operation.name = "chat");
        let child = span.in_scope(|| tracing::info_span!("connection"));
        drop(child);
        std::thread::sleep(OPEN);
        drop(span);
    });
    let spans = service.spans();
    let call = spans.iter().find(|span| span.data.name == "chat").unwrap();
    assert_lasted(call.seconds());
}

#[test]
fn a_span_ended_early_keeps_its_end_and_does_not_affect_the_next() {
    let service = Service::start();
    let tracer = service.tracer_provider().tracer("raw");
    let begun = Instant::now();
    service.run(|| {
        let span = tracing::info_span!("chat", gen_ai.operation.name = "chat");
        tracing_opentelemetry::OpenTelemetrySpanExt::context(&span).span().end();
        std::thread::sleep(OPEN);
        drop(span);
        drop(
            tracer
                .span_builder("raw chat")
                .with_attributes([opentelemetry::KeyValue::new("gen_ai.operation.name", "chat")])
                .start(&tracer),
        );
    });
    let spans = service.spans();
    assert_eq!(spans.len(), 2);
    for span in spans {
        assert_lacks_the_sleep(span.seconds(), begun);
    }
}

#[tokio::test]
async fn a_stream_is_one_span_from_request_to_last_chunk() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    let chunks = stream::iter(0..5_u64).then(|number| async move {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Ok::<_, std::io::Error>(number)
    });
    let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
    let metered = call.meter_with(chunks, |number: &u64, call| {
        if *number == 4 {
            call.usage(&Usage::new().with(Unit::InputTokens, 10).with(Unit::OutputTokens, 5));
        }
    });
    let passed: Vec<_> = metered.map(Result::unwrap).collect().await;
    assert_eq!(passed, [0, 1, 2, 3, 4]);
    let span = service.only_span();
    assert_lasted(span.seconds());
    let Some(Value::F64(first)) = span.value("gen_ai.response.time_to_first_chunk") else {
        panic!("no first chunk")
    };
    assert!((0.010..span.seconds()).contains(first), "{first}");
    assert_eq!(span.value("gen_ai.request.stream"), Some(&Value::Bool(true)));
    assert_eq!(span.value("tracing_genai.stream.chunks"), Some(&Value::I64(5)));
    assert_eq!(span.text("tracing_genai.stream.outcome"), Some("completed"));
    assert!(span.value("gen_ai.usage.cost").is_some());
}

#[tokio::test]
async fn a_dropped_stream_is_cancelled_and_not_priced() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    for taken in 0..4 {
        let chunks = stream::iter((0..4).map(Ok::<_, std::io::Error>));
        let mut metered = tracing_genai::chat("openai", "gpt-4o-mini")
            .start()
            .meter_with(chunks, |_: &i32, _| {});
        for _ in 0..taken {
            metered.next().await;
        }
        drop(metered);
        let spans = service.spans();
        let span = spans.last().unwrap();
        assert_eq!(span.text("tracing_genai.stream.outcome"), Some("cancelled"), "{taken}");
        assert_eq!(span.value("tracing_genai.stream.chunks"), Some(&Value::I64(taken)));
        assert_eq!(span.value("gen_ai.response.time_to_first_chunk").is_some(), taken > 0);
        assert_eq!(span.value("gen_ai.usage.cost"), None);
        assert_eq!(span.data.status, Status::Unset);
    }
}

#[tokio::test]
async fn a_stream_with_an_error_is_failed() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    let chunks = stream::iter([Ok(1), Err(std::io::Error::other("reset by peer"))]);
    let metered = tracing_genai::chat("openai", "gpt-4o-mini")
        .start()
        .meter_with(chunks, |_: &i32, _| {});
    assert_eq!(metered.collect::<Vec<_>>().await.len(), 2);
    let span = service.only_span();
    assert_eq!(span.text("tracing_genai.stream.outcome"), Some("failed"));
    assert_eq!(span.text("error.type"), Some("std::io::error::Error"));
    assert_eq!(span.data.status, Status::error("reset by peer"));
}

#[tokio::test]
async fn a_stream_without_usage_has_the_outcome_no_usage() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    tracing_genai::chat("openai", "gpt-4o-mini")
        .start()
        .meter(stream::iter(0..3))
        .collect::<Vec<_>>()
        .await;
    assert_eq!(
        service.only_span().text("tracing_genai.stream.outcome"),
        Some("no_usage")
    );
}

const MESSAGE: &str = concat!(
    "event: message_start\n",
    r#"data: {"type":"message_start","message":{"id":"msg_1","model":"claude-sonnet-4-5","usage":{"input_tokens":10,"cache_read_input_tokens":90,"output_tokens":1}}}"#,
    "\n\nevent: content_block_delta\n",
    r#"data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}"#,
    "\n\nevent: message_delta\n",
    r#"data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":25}}"#,
    "\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
);

#[tokio::test]
async fn raw_events_are_read_at_any_split() {
    for size in [1, 7, 4096] {
        let service = Service::start();
        let _default = tracing::dispatcher::set_default(&service.dispatch());
        let bytes = stream::iter(MESSAGE.as_bytes().chunks(size).map(Ok::<_, std::io::Error>));
        let call = tracing_genai::chat("anthropic", "claude-sonnet-4-5").start();
        let passed: Vec<_> = call
            .meter_bytes(Api::AnthropicMessages, bytes)
            .map(Result::unwrap)
            .collect()
            .await;
        assert_eq!(passed.concat(), MESSAGE.as_bytes());
        let span = service.only_span();
        assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(100)));
        assert_eq!(span.value("gen_ai.usage.output_tokens"), Some(&Value::I64(25)));
        assert_eq!(span.text("gen_ai.response.id"), Some("msg_1"));
        // 10 × 3 + 90 × 0.30 + 25 × 15 dollars a million.
        assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.000_432)));
        assert_eq!(span.text("tracing_genai.stream.outcome"), Some("completed"));
    }
}

#[tokio::test]
async fn a_preliminary_output_count_is_not_recorded() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    let bytes = stream::iter(MESSAGE.as_bytes().chunks(200).map(Ok::<_, std::io::Error>));
    let mut metered = tracing_genai::chat("anthropic", "claude-sonnet-4-5")
        .start()
        .meter_bytes(Api::AnthropicMessages, bytes);
    metered.next().await;
    metered.next().await;
    drop(metered);
    let span = service.only_span();
    assert_eq!(span.value("gen_ai.usage.input_tokens"), Some(&Value::I64(100)));
    assert_eq!(span.value("gen_ai.usage.output_tokens"), None);
    assert_eq!(span.text("tracing_genai.cost.status"), Some("unpriced"));
}

#[test]
fn retries_are_counted_on_their_call() {
    let service = Service::start();
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        call.in_scope(|| {
            let http = tracing::info_span!("POST");
            http.in_scope(|| (0..4).for_each(|_| tracing_genai::attempt()));
        });
        drop(call);
        tracing_genai::chat("openai", "gpt-4o-mini")
            .start()
            .in_scope(tracing_genai::attempt);
        tracing_genai::attempt();
    });
    let spans = service.spans();
    let of = |index: usize| {
        spans
            .iter()
            .filter(|span| span.data.name.starts_with("chat"))
            .nth(index)
            .unwrap()
    };
    assert_eq!(of(0).value("tracing_genai.retry.count"), Some(&Value::I64(3)));
    assert_eq!(of(1).value("tracing_genai.retry.count"), None);
}
