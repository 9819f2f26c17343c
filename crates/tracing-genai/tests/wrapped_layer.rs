//! A service's own tracing-opentelemetry layer keeps working when it is wrapped.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider};
use opentelemetry::{Context, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracer, SdkTracerProvider, SpanData};
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Subscriber};
use tracing_opentelemetry::{OpenTelemetrySpanExt, get_otel_context};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

fn spans_of(subscriber: impl FnOnce(SdkTracer) -> Dispatch, work: impl FnOnce()) -> Vec<SpanData> {
    let exporter = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_simple_exporter(exporter.clone())
        .build();
    tracing::dispatcher::with_default(&subscriber(provider.tracer("service")), work);
    exporter.get_finished_spans().unwrap()
}

fn wrapped(tracer: SdkTracer) -> Dispatch {
    let layer = tracing_opentelemetry::layer::<Registry>().with_tracer(tracer);
    tracing_subscriber::registry().with(tracing_genai::wrap(layer)).into()
}

#[test]
fn a_remote_parent_can_be_set_and_attributes_added() {
    let remote = SpanContext::new(
        TraceId::from_bytes([7; 16]),
        SpanId::from_bytes([9; 8]),
        TraceFlags::SAMPLED,
        true,
        TraceState::default(),
    );
    let spans = spans_of(wrapped, || {
        let span = tracing::info_span!("chat", gen_ai.operation.name = "chat");
        span.set_parent(Context::new().with_remote_span_context(remote.clone()))
            .unwrap();
        span.set_attribute("team", "search");
        assert_eq!(span.context().span().span_context().trace_id(), remote.trace_id());
    });
    assert_eq!(spans[0].span_context.trace_id(), remote.trace_id());
    assert_eq!(spans[0].parent_span_id, remote.span_id());
    assert!(
        spans[0]
            .attributes
            .iter()
            .any(|attribute| attribute.key.as_str() == "team")
    );
}

#[test]
fn other_layers_still_find_the_context() {
    spans_of(wrapped, || {
        let span = tracing::info_span!("chat", gen_ai.operation.name = "chat");
        let context = tracing::dispatcher::get_default(|dispatch| get_otel_context(&span.id().unwrap(), dispatch));
        assert!(context.is_some_and(|context| context.span().span_context().is_valid()));
    });
}

#[test]
fn options_of_the_layer_are_kept() {
    let spans = spans_of(wrapped, || {
        drop(tracing::info_span!("chat", gen_ai.operation.name = "chat"));
    });
    for name in ["code.file.path", "thread.id", "busy_ns"] {
        assert!(
            spans[0]
                .attributes
                .iter()
                .any(|attribute| attribute.key.as_str() == name),
            "{name}"
        );
    }
}

#[test]
fn a_filter_on_the_wrapped_layer_applies() {
    let filtered = |tracer| {
        let layer = tracing_opentelemetry::layer::<Registry>()
            .with_tracer(tracer)
            .with_filter(LevelFilter::INFO);
        tracing_subscriber::registry().with(tracing_genai::wrap(layer)).into()
    };
    let spans = spans_of(filtered, || {
        let _parent = tracing::info_span!("kept", gen_ai.operation.name = "chat").entered();
        drop(tracing::debug_span!("left out", gen_ai.operation.name = "chat"));
    });
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].name, "kept");
}

#[test]
fn a_filter_around_the_whole_applies() {
    let filtered = |tracer| {
        let layer = tracing_genai::wrap(tracing_opentelemetry::layer::<Registry>().with_tracer(tracer));
        let others = tracing_subscriber::filter::filter_fn(|metadata| metadata.name() != "left out");
        tracing_subscriber::registry().with(layer.with_filter(others)).into()
    };
    let spans = spans_of(filtered, || {
        drop(tracing::info_span!("left out", gen_ai.operation.name = "chat"));
        drop(tracing::info_span!("kept", gen_ai.operation.name = "chat"));
    });
    assert_eq!(
        spans.iter().map(|span| span.name.as_ref()).collect::<Vec<_>>(),
        ["kept"]
    );
}

#[test]
fn the_level_hint_is_the_wrapped_layers() {
    let provider = SdkTracerProvider::default();
    let layer = tracing_opentelemetry::layer::<Registry>().with_tracer(provider.tracer("service"));
    let subscriber = tracing_subscriber::registry().with(tracing_genai::wrap(layer.with_filter(LevelFilter::WARN)));
    assert_eq!(subscriber.max_level_hint(), Some(LevelFilter::WARN));
    let layer = tracing_opentelemetry::layer::<Registry>().with_tracer(provider.tracer("service"));
    let subscriber = tracing_subscriber::registry().with(tracing_genai::wrap(layer));
    assert_eq!(subscriber.max_level_hint(), None);
}

#[test]
fn an_unfiltered_layer_beside_it_gets_every_level() {
    fn wrapped<S>(provider: &SdkTracerProvider) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    {
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("service"));
        tracing_genai::wrap(layer.with_filter(LevelFilter::INFO))
    }
    fn beside<S>() -> impl Layer<S>
    where
        S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    {
        tracing_subscriber::fmt::layer().with_writer(std::io::sink)
    }
    let provider = SdkTracerProvider::default();
    let above = tracing_subscriber::registry().with(beside()).with(wrapped(&provider));
    assert_eq!(above.max_level_hint(), None);
    let below = tracing_subscriber::registry().with(wrapped(&provider)).with(beside());
    assert_eq!(below.max_level_hint(), None);
}

#[test]
fn the_processor_alone_processes_spans_made_without_tracing() {
    use opentelemetry::KeyValue;
    use opentelemetry::trace::Tracer;
    use opentelemetry_sdk::trace::SimpleSpanProcessor;
    use tracing_genai::GenAiProcessor;

    let exporter = InMemorySpanExporter::default();
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(exporter.clone())).build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let tracer = provider.tracer("raw");
    let builder = tracer.span_builder("my own name").with_attributes([
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o-mini"),
        KeyValue::new("gen_ai.usage.input_tokens", 1000),
        KeyValue::new("gen_ai.usage.output_tokens", 100),
    ]);
    drop(builder.start(&tracer));
    let span = exporter.get_finished_spans().unwrap().remove(0);
    assert_eq!(span.name, "my own name");
    let cost = span
        .attributes
        .iter()
        .find(|attribute| attribute.key.as_str() == "gen_ai.usage.cost");
    assert_eq!(cost.map(|cost| &cost.value), Some(&Value::F64(0.00021)));
}
