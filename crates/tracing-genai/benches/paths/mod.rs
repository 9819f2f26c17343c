//! One span with twelve GenAI attributes into the batch queue, by each way there is.

#![allow(
    clippy::expect_used,
    dead_code,
    unreachable_pub,
    reason = "a bench that cannot be set up says so; each user takes what it needs"
)]

use opentelemetry::trace::{Span as _, SpanKind, Tracer as _, TracerProvider as _};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracer, SdkTracerProvider, SpanData, SpanExporter,
};
use tracing::Dispatch;
use tracing::field::Empty;
use tracing_genai::GenAiProcessor;
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

/// A way of a span into the batch queue.
pub struct Path {
    pub name: &'static str,
    way: Way,
    provider: SdkTracerProvider,
}

enum Way {
    Raw(SdkTracer),
    Tracing(Dispatch),
}

/// Who does our work on a span.
#[derive(Clone, Copy)]
enum Work {
    None,
    HandedOver,
    OnTheSpot,
}

pub const RAW: &str = "raw SDK";
pub const DEFAULT: &str = "bridge, its defaults";
pub const LEAN: &str = "bridge, lean";
pub const OURS: &str = "ours, lean, as init() sets it up";
pub const OURS_DEFAULT: &str = "ours, over the bridge's defaults";
pub const OURS_ON_THE_SPOT: &str = "ours, lean, without hand-over";

/// Every path, the floor first.
pub fn all() -> Vec<Path> {
    let default = |tracer| tracing_opentelemetry::layer::<Registry>().with_tracer(tracer);
    let lean = |tracer| {
        default(tracer)
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
    };
    let registry = tracing_subscriber::registry;
    vec![
        Path::new(RAW, Work::None, Way::Raw),
        Path::new(DEFAULT, Work::None, |tracer| {
            Way::Tracing(registry().with(default(tracer)).into())
        }),
        Path::new(LEAN, Work::None, |tracer| {
            Way::Tracing(registry().with(lean(tracer)).into())
        }),
        Path::new(OURS, Work::HandedOver, |tracer| {
            Way::Tracing(registry().with(tracing_genai::layer(tracer)).into())
        }),
        Path::new(OURS_DEFAULT, Work::HandedOver, |tracer| {
            Way::Tracing(registry().with(tracing_genai::wrap(default(tracer))).into())
        }),
        Path::new(OURS_ON_THE_SPOT, Work::OnTheSpot, |tracer| {
            Way::Tracing(registry().with(tracing_genai::layer(tracer)).into())
        }),
    ]
}

impl Path {
    fn new(name: &'static str, work: Work, way: impl FnOnce(SdkTracer) -> Way) -> Self {
        // The queue holds a whole round, so that every path pays for a push and none for a drop; and so does a batch, so
        // that the export, which frees what the spans allocated, runs between the rounds and not against them.
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(1 << 16)
            .with_max_export_batch_size(1 << 16)
            .build();
        let batch = BatchSpanProcessor::builder(Discard).with_batch_config(config).build();
        let provider = match work {
            Work::None => SdkTracerProvider::builder().with_span_processor(batch),
            Work::HandedOver => SdkTracerProvider::builder().with_span_processor(
                GenAiProcessor::builder(batch)
                    .meter_provider(&meters())
                    .hand_over()
                    .build(),
            ),
            Work::OnTheSpot => SdkTracerProvider::builder()
                .with_span_processor(GenAiProcessor::builder(batch).meter_provider(&meters()).build()),
        }
        .build();
        Self {
            name,
            way: way(provider.tracer("bench")),
            provider,
        }
    }

    /// Makes this path the thread's, runs `work`, which may call [`Path::span`] as often as it likes.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.way {
            Way::Raw(_) => work(),
            Way::Tracing(dispatch) => tracing::dispatcher::with_default(dispatch, work),
        }
    }

    /// One span, from its start into the queue.
    pub fn span(&self) {
        match &self.way {
            Way::Raw(tracer) => raw(tracer),
            Way::Tracing(_) => traced(),
        }
    }

    /// Lets the queue run empty.
    pub fn flush(&self) {
        self.provider.force_flush().expect("the exporter only discards");
    }
}

/// Metrics that are collected as they are in a service, and kept nowhere.
fn meters() -> SdkMeterProvider {
    SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(InMemoryMetricExporter::default()).build())
        .build()
}

fn raw(tracer: &SdkTracer) {
    let mut span = tracer
        .span_builder("chat gpt-4o-mini")
        .with_kind(SpanKind::Client)
        .with_attributes([
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.provider.name", "openai"),
            KeyValue::new("gen_ai.request.model", "gpt-4o-mini".to_owned()),
            KeyValue::new("gen_ai.request.max_tokens", 1024_i64),
            KeyValue::new("gen_ai.request.temperature", 0.2),
            KeyValue::new("server.address", "api.openai.com".to_owned()),
            KeyValue::new("server.port", 443_i64),
            KeyValue::new("gen_ai.response.id", "chatcmpl-9XkQ2vB1".to_owned()),
            KeyValue::new("gen_ai.response.model", "gpt-4o-mini-2024-07-18".to_owned()),
            KeyValue::new(
                "gen_ai.response.finish_reasons",
                Value::Array(Array::String(vec!["stop".into()])),
            ),
            KeyValue::new("gen_ai.usage.input_tokens", 1210_i64),
            KeyValue::new("gen_ai.usage.output_tokens", 25_i64),
        ])
        .start(tracer);
    span.end();
}

fn traced() {
    let span = tracing::info_span!(
        "chat",
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = "openai",
        gen_ai.request.model = "gpt-4o-mini",
        gen_ai.request.max_tokens = 1024_i64,
        gen_ai.request.temperature = 0.2,
        server.address = "api.openai.com",
        server.port = 443_i64,
        gen_ai.response.id = Empty,
        gen_ai.response.model = Empty,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
    );
    span.in_scope(|| {
        span.record("gen_ai.response.id", "chatcmpl-9XkQ2vB1");
        span.record("gen_ai.response.model", "gpt-4o-mini-2024-07-18");
        span.record("gen_ai.response.finish_reasons", "stop");
        span.record("gen_ai.usage.input_tokens", 1210_i64);
        span.record("gen_ai.usage.output_tokens", 25_i64);
    });
}

#[derive(Debug)]
struct Discard;

impl SpanExporter for Discard {
    async fn export(&self, _batch: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }
}
