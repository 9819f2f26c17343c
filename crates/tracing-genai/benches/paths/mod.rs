//! The paths under test: one span with twelve GenAI attributes into the batch queue.

#![allow(
    clippy::expect_used,
    dead_code,
    unreachable_pub,
    reason = "a failed setup fails the benchmark; users need different parts"
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

/// A path of a span into the batch queue.
pub struct Path {
    pub name: &'static str,
    api: Api,
    provider: SdkTracerProvider,
}

enum Api {
    Raw(SdkTracer),
    Tracing(Dispatch),
}

/// Where the span is processed.
#[derive(Clone, Copy)]
enum Processing {
    None,
    OwnThread,
    EndingThread,
}

pub const RAW: &str = "raw SDK";
pub const DEFAULT: &str = "bridge, its defaults";
pub const LEAN: &str = "bridge, lean";
pub const OURS: &str = "ours, lean, as init() sets it up";
pub const OURS_DEFAULT: &str = "ours, over the bridge's defaults";
pub const OURS_WITHOUT_HAND_OVER: &str = "ours, lean, without hand-over";

/// All paths, the raw SDK first.
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
        Path::new(RAW, Processing::None, Api::Raw),
        Path::new(DEFAULT, Processing::None, |tracer| {
            Api::Tracing(registry().with(default(tracer)).into())
        }),
        Path::new(LEAN, Processing::None, |tracer| {
            Api::Tracing(registry().with(lean(tracer)).into())
        }),
        Path::new(OURS, Processing::OwnThread, |tracer| {
            Api::Tracing(registry().with(tracing_genai::layer(tracer)).into())
        }),
        Path::new(OURS_DEFAULT, Processing::OwnThread, |tracer| {
            Api::Tracing(registry().with(tracing_genai::wrap(default(tracer))).into())
        }),
        Path::new(OURS_WITHOUT_HAND_OVER, Processing::EndingThread, |tracer| {
            Api::Tracing(registry().with(tracing_genai::layer(tracer)).into())
        }),
    ]
}

impl Path {
    fn new(name: &'static str, work: Processing, api: impl FnOnce(SdkTracer) -> Api) -> Self {
        // Queue and batch hold a whole round: each path pays for a push and none for a drop, and the export, which
        // frees the spans' memory, runs between rounds.
        let config = BatchConfigBuilder::default()
            .with_max_queue_size(1 << 16)
            .with_max_export_batch_size(1 << 16)
            .build();
        let batch = BatchSpanProcessor::builder(Discard).with_batch_config(config).build();
        let provider = match work {
            Processing::None => SdkTracerProvider::builder().with_span_processor(batch),
            Processing::OwnThread => SdkTracerProvider::builder().with_span_processor(
                GenAiProcessor::builder(batch)
                    .meter_provider(&meters())
                    .hand_over()
                    .build(),
            ),
            Processing::EndingThread => SdkTracerProvider::builder()
                .with_span_processor(GenAiProcessor::builder(batch).meter_provider(&meters()).build()),
        }
        .build();
        Self {
            name,
            api: api(provider.tracer("bench")),
            provider,
        }
    }

    /// Runs `work` with this path as the thread's; `work` may call [`Path::span`] repeatedly.
    pub fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        match &self.api {
            Api::Raw(_) => work(),
            Api::Tracing(dispatch) => tracing::dispatcher::with_default(dispatch, work),
        }
    }

    /// Makes one span, from its start into the queue.
    pub fn span(&self) {
        match &self.api {
            Api::Raw(tracer) => raw(tracer),
            Api::Tracing(_) => traced(),
        }
    }

    /// Empties the queue.
    pub fn flush(&self) {
        self.provider.force_flush().expect("the exporter only discards");
    }
}

/// Metrics that are collected as in a service, and discarded.
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
