//! A call or step ends when its helper is dropped, even if its span is still held.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod service;

use std::sync::mpsc;
use std::time::Duration;

use opentelemetry::Value;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData, SpanProcessor};
use service::Service;
use tracing::Instrument;
use tracing_genai::usage::{Unit, Usage};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;

/// Makes a call, holds its span with `hold`, and drops the call, which must end before the holder is dropped.
fn assert_ends_while_held<H>(hold: impl FnOnce(&tracing_genai::Call) -> H) {
    let service = Service::start();
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        let holder = hold(&call);
        call.usage(&Usage::new().with(Unit::InputTokens, 1000).with(Unit::OutputTokens, 100));
        drop(call);
        let span = service.only_span();
        assert_eq!(span.data.name, "chat gpt-4o-mini");
        assert_eq!(span.value("gen_ai.usage.cost"), Some(&Value::F64(0.000_21)));
        let points = service.histogram("gen_ai.client.operation.duration");
        assert_eq!(points.iter().map(|(count, ..)| count).sum::<u64>(), 1);
        drop(holder);
        let calls = service.spans();
        let calls = calls.iter().filter(|span| span.data.name.starts_with("chat"));
        assert_eq!(calls.count(), 1);
        let points = service.histogram("gen_ai.client.operation.duration");
        assert_eq!(points.iter().map(|(count, ..)| count).sum::<u64>(), 1);
    });
}

#[test]
fn a_call_ends_while_its_span_is_cloned() {
    assert_ends_while_held(|call| call.span().clone());
}

#[test]
fn a_call_ends_while_a_child_span_is_open() {
    assert_ends_while_held(|call| call.in_scope(|| tracing::info_span!("connection")));
}

#[test]
fn a_call_ends_while_a_future_holds_its_span() {
    assert_ends_while_held(|call| call.in_scope(|| std::future::pending::<()>().in_current_span()));
}

#[test]
fn a_step_ends_while_its_span_is_held() {
    let service = Service::start();
    service.run(|| {
        let tool = tracing_genai::execute_tool("weather").start();
        let holder = tool.span().clone();
        drop(tool);
        assert_eq!(service.only_span().data.name, "execute_tool weather");
        drop(holder);
        assert_eq!(service.spans().len(), 1);
    });
}

#[test]
fn a_held_call_keeps_its_attempts_and_the_types_of_its_fields() {
    let service = Service::start();
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        let holder = call.span().clone();
        call.in_scope(|| {
            (0..3).for_each(|_| tracing_genai::attempt());
            tracing::info!(shard = 7_u64, "asked");
        });
        drop(call);
        let span = service.only_span();
        assert_eq!(span.value("tracing_genai.retry.count"), Some(&Value::I64(2)));
        let asked = span.data.events.iter().find(|event| event.name == "asked").unwrap();
        let shard = asked
            .attributes
            .iter()
            .find(|attribute| attribute.key.as_str() == "shard");
        assert_eq!(shard.map(|shard| &shard.value), Some(&Value::I64(7)));
        drop(holder);
    });
}

#[test]
fn records_after_the_drop_are_lost() {
    let service = Service::start();
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        let holder = call.span().clone();
        drop(call);
        holder.set_attribute("late", true);
        holder.record("gen_ai.request.model", "gpt-4o");
        holder.in_scope(|| {
            tracing::info!(shard = 7_u64, "late");
            tracing_genai::attempt();
        });
        drop(holder);
    });
    let span = service.only_span();
    assert_eq!(span.value("late"), None);
    assert_eq!(span.text("gen_ai.request.model"), Some("gpt-4o-mini"));
    assert!(span.data.events.iter().next().is_none());
}

#[test]
fn a_child_that_starts_after_the_drop_still_has_its_parent() {
    let service = Service::start();
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        let holder = call.span().clone();
        drop(call);
        drop(tracing::info_span!(parent: &holder, "late"));
    });
    let spans = service.spans();
    let names: Vec<_> = spans.iter().map(|span| span.data.name.as_ref()).collect();
    assert_eq!(names, ["chat gpt-4o-mini", "late"]);
    assert_eq!(spans[1].data.parent_span_id, spans[0].data.span_context.span_id());
}

#[test]
fn a_call_ended_by_its_author_is_not_ended_again() {
    let service = Service::start();
    service.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        let holder = call.span().clone();
        holder.context().span().end();
        drop(call);
        drop(holder);
    });
    assert_eq!(service.spans().len(), 1);
}

#[test]
fn a_call_without_other_holders_keeps_the_bridges_attributes() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let bridge = tracing_opentelemetry::layer().with_tracer(provider.tracer("service"));
    let subscriber = tracing_subscriber::registry().with(tracing_genai::wrap(bridge));
    tracing::subscriber::with_default(subscriber, || {
        drop(tracing_genai::chat("openai", "gpt-4o-mini").start());
        let stream = tracing_genai::chat("openai", "gpt-4o-mini")
            .start()
            .meter(futures_util::stream::iter(0..3));
        futures_util::FutureExt::now_or_never(futures_util::StreamExt::collect::<Vec<_>>(stream)).unwrap();
    });
    let spans = exporter.get_finished_spans().unwrap();
    assert_eq!(spans.len(), 2);
    for span in spans {
        let mut names = span.attributes.iter().map(|attribute| attribute.key.as_str());
        assert!(names.any(|name| name == "busy_ns"), "{}", span.name);
    }
}

#[test]
fn a_helpers_drop_ends_its_call_without_the_layer() {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    let bridge = tracing_opentelemetry::layer().with_tracer(provider.tracer("service"));
    tracing::subscriber::with_default(tracing_subscriber::registry().with(bridge), || {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        let holder = call.span().clone();
        drop(call);
        assert_eq!(exporter.get_finished_spans().unwrap().len(), 1);
        drop(holder);
        assert_eq!(exporter.get_finished_spans().unwrap().len(), 1);
    });
}

#[test]
fn a_call_dropped_on_two_threads_is_counted_once() {
    const CALLS: usize = 500;
    let service = Service::start();
    let dispatch = service.dispatch();
    let meet = std::sync::Barrier::new(2);
    let (sender, holders) = mpsc::channel();
    std::thread::scope(|scope| {
        let (other_dispatch, meet) = (dispatch.clone(), &meet);
        scope.spawn(move || {
            tracing::dispatcher::with_default(&other_dispatch, || {
                for holder in holders {
                    meet.wait();
                    drop(holder);
                }
            });
        });
        tracing::dispatcher::with_default(&dispatch, || {
            for number in 0..CALLS {
                let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
                // A clone, or a child span, which keeps the call open.
                let child = || call.in_scope(|| tracing::info_span!("connection"));
                let holder = if number % 2 == 0 { call.span().clone() } else { child() };
                sender.send(holder).unwrap();
                meet.wait();
                drop(call);
            }
        });
        drop(sender);
    });
    let spans = service.spans();
    let calls = spans.iter().filter(|span| span.data.name == "chat gpt-4o-mini");
    assert_eq!(calls.count(), CALLS);
    assert_eq!(spans.len(), CALLS + CALLS / 2);
    let points = service.histogram("gen_ai.client.operation.duration");
    assert_eq!(points.iter().map(|(count, ..)| count).sum::<u64>(), CALLS as u64);
}

/// Logs within `on_end`, as processors with a full queue do.
#[derive(Debug)]
struct Logs(mpsc::Sender<String>);

impl SpanProcessor for Logs {
    fn on_start(&self, _span: &mut opentelemetry_sdk::trace::Span, _parent: &opentelemetry::Context) {}

    fn on_end(&self, span: SpanData) {
        tracing::warn!("the queue is full");
        opentelemetry::Context::current()
            .span()
            .set_attribute(opentelemetry::KeyValue::new("late", true));
        self.0.send(span.name.into_owned()).unwrap();
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// Drops a call while `enter` has entered a span of it, on a thread of its own, under a processor that logs; the call
/// must end.
fn assert_ends_within(enter: fn(&tracing_genai::Call) -> tracing::span::EnteredSpan) {
    let (sender, ended) = mpsc::channel();
    std::thread::spawn(move || {
        let provider = SdkTracerProvider::builder().with_span_processor(Logs(sender)).build();
        let subscriber = tracing_subscriber::registry().with(tracing_genai::layer(provider.tracer("service")));
        tracing::subscriber::with_default(subscriber, || {
            let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
            let entered = enter(&call);
            drop(call);
            drop(entered);
        });
    });
    let name = ended.recv_timeout(Duration::from_secs(20));
    assert_eq!(name.as_deref(), Ok("chat gpt-4o-mini"));
}

/// The SDK locks a span while `on_end` runs, so logs from there must not go to the same span.
#[test]
fn a_call_dropped_inside_its_own_span_does_not_deadlock() {
    assert_ends_within(|call| call.span().clone().entered());
}

#[test]
fn a_call_dropped_inside_a_child_does_not_deadlock() {
    assert_ends_within(|call| tracing::info_span!(parent: call.span(), "connection").entered());
}

/// A subscriber other than a registry.
struct Plain;

impl tracing::Subscriber for Plain {
    fn enabled(&self, _metadata: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _span: &tracing::span::Id, _values: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _span: &tracing::span::Id, _follows: &tracing::span::Id) {}

    fn event(&self, _event: &tracing::Event<'_>) {}

    fn enter(&self, _span: &tracing::span::Id) {}

    fn exit(&self, _span: &tracing::span::Id) {}
}

#[test]
fn other_subscribers_are_unaffected() {
    tracing::subscriber::with_default(Plain, || {
        let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
        let holder = call.span().clone();
        drop(call);
        assert!(!holder.is_disabled());
        drop(tracing_genai::execute_tool("weather").start());
    });
}
