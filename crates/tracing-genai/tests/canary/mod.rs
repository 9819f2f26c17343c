//! Canaries: secrets and a prompt that must not arrive, and a pipeline whose every output is kept to look for them.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "shared by tests that need different parts"
)]
#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{InMemoryLogExporter, SdkLoggerProvider};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_genai::GenAiProcessor;
use tracing_genai::content::{ContentCapture, ContentPolicy, EventEmission};
use tracing_genai::processor::RedactedLogs;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

/// A part that each secret has, in the letters that its form allows; longer than what a random id may have by chance.
const MARKS: [&str; 3] = ["C4n4ry", "C4N4RY", "c4c4c4c4c4c4c4c4"];

/// The prompt that may only stand where content may.
pub const PROMPT: &str = "Where is the treasure of Priam";

/// One secret of each known form, as it stands in a text.
pub fn secrets() -> Vec<String> {
    let fill = "C4n4ryA1b2C4n4ryC3d4C4n4ryE5f6C4n4ryG7h8C4n4ry";
    let starts = [
        "sk-",
        "sk-proj-",
        "sk-ant-api03-",
        "sk-or-v1-",
        "csk-",
        "gsk_",
        "hf_",
        "r8_",
        "fw_",
        "glsa_",
        "npm_",
        "pcsk_",
        "jina_",
        "vck_",
        "lsv2_pt_",
        "dop_v1_",
        "api_org_",
        "xai-",
        "pplx-",
        "nvapi-",
        "glpat-",
        "tvly-",
        "GOCSPX-",
        "ya29.",
        "1//0",
        "ABSK",
        "bedrock-api-key-",
        "ghp_",
        "gho_",
        "github_pat_",
        "xoxb-",
        "xapp-",
        "sk_live_",
        "sk_",
    ];
    let mut secrets: Vec<String> = starts.iter().map(|start| [*start, fill].concat()).collect();
    secrets.extend([
        format!("AIza{}", &fill[..35]),
        "AKIAC4N4RYC4N4RYC4N4".to_owned(),
        ["dapi", &"c4".repeat(16)].concat(),
        format!("SG.{fill}.{fill}"),
        format!("eyJhbGciOiJ{fill}.eyJzdWIi{fill}.{fill}"),
        format!("-----BEGIN PRIVATE KEY-----\n{fill}\n-----END PRIVATE KEY-----"),
        format!("Authorization: Bearer {fill}"),
        format!("Basic {fill}"),
        format!("Authorization: Token {fill}"),
        format!("Cookie: session={fill}; theme=dark"),
        format!("{{\"Authorization\":[\"Token {fill}\"]}}"),
        format!("\\u003csk-proj-{fill}"),
        format!("\u{1b}[31msk-proj-{fill}"),
        format!("user_sk-proj-{fill}"),
        format!("api_key%3D{fill}"),
        format!("api_token => {fill}"),
        format!("OPENAI_API_KEY={fill}"),
        format!("Incorrect API key provided: {fill}"),
        format!("{{\"client_secret\": \"{fill}\"}}"),
        format!("password: {fill}"),
        format!("https://user:{fill}@api.example.com/v1"),
        format!("https://{fill}@api.example.com/v1"),
        format!("https://generativelanguage.googleapis.com/v1/models?key={fill}&alt=sse"),
        format!("https://b.s3.amazonaws.com/o?X-Amz-Signature={fill}"),
    ]);
    secrets
}

/// All content policies: unset, and each capture.
pub fn policies() -> Vec<ContentPolicy> {
    let captures = ContentCapture::ALL.iter();
    let mut policies = vec![ContentPolicy::default()];
    policies.extend(captures.map(|(capture, _)| ContentPolicy::exporting(*capture)));
    policies
}

pub fn is_on_span(policy: ContentPolicy) -> bool {
    policy.export().is_none_or(ContentCapture::is_on_span)
}

pub fn is_on_event(policy: ContentPolicy) -> bool {
    policy.export().is_some_and(ContentCapture::is_on_event)
}

/// A pipeline that keeps what it exports, and the lines that this project logs.
pub struct Sinks {
    pub tracer_provider: SdkTracerProvider,
    meter_provider: SdkMeterProvider,
    spans: InMemorySpanExporter,
    metrics: InMemoryMetricExporter,
    logs: InMemoryLogExporter,
    records: InMemoryLogExporter,
    record_provider: SdkLoggerProvider,
    lines: Lines,
    policy: ContentPolicy,
}

impl Sinks {
    pub fn of(policy: ContentPolicy, hands_over: bool) -> Self {
        let (spans, metrics, logs) = (
            InMemorySpanExporter::default(),
            InMemoryMetricExporter::default(),
            InMemoryLogExporter::default(),
        );
        // What a service sets on its resource itself is exported as it is, and in no other place.
        let resource = Resource::builder_empty()
            .with_attribute(KeyValue::new("service.note", "of-the-resource"))
            .build();
        let meter_provider = SdkMeterProvider::builder()
            .with_reader(PeriodicReader::builder(metrics.clone()).build())
            .with_resource(resource.clone())
            .build();
        let logger_provider = SdkLoggerProvider::builder()
            .with_simple_exporter(logs.clone())
            .with_resource(resource.clone())
            .build();
        let records = InMemoryLogExporter::default();
        let record_provider = SdkLoggerProvider::builder()
            .with_simple_exporter(records.clone())
            .build();
        let mut processor = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone()))
            .meter_provider(&meter_provider)
            .logger_provider(&logger_provider)
            .event_emission(EventEmission::Always)
            .content_policy(policy);
        if hands_over {
            processor = processor.hand_over();
        }
        let tracer_provider = SdkTracerProvider::builder()
            .with_resource(resource)
            .with_span_processor(processor.build())
            .build();
        Self {
            tracer_provider,
            meter_provider,
            spans,
            metrics,
            logs,
            records,
            record_provider,
            lines: Lines::default(),
            policy,
        }
    }

    /// Runs `work` in a service with this pipeline.
    pub fn run<T>(&self, work: impl FnOnce() -> T) -> T {
        tracing::dispatcher::with_default(&self.dispatch(), work)
    }

    /// Makes this pipeline that of the process.
    pub fn install(&self) {
        tracing::dispatcher::set_global_default(self.dispatch()).unwrap();
    }

    fn dispatch(&self) -> tracing::Dispatch {
        let tracer = self.tracer_provider.tracer("service");
        tracing_subscriber::registry()
            .with(tracing_genai::layer_with_content(tracer, self.policy))
            .with(self.lines.clone())
            .with(OpenTelemetryTracingBridge::new(&RedactedLogs::new(
                self.record_provider.clone(),
            )))
            .into()
    }

    pub fn spans(&self) -> Vec<SpanData> {
        self.tracer_provider.force_flush().unwrap();
        self.spans.get_finished_spans().unwrap()
    }

    /// What arrived, by sink: spans, events, metrics, lines, log records.
    pub fn arrived(&self) -> [(&'static str, String); 5] {
        self.meter_provider.force_flush().unwrap();
        let mut spans = String::new();
        for span in self.spans() {
            writeln!(spans, "{span:?}").unwrap();
        }
        let mut events = String::new();
        for log in self.logs.get_emitted_logs().unwrap() {
            writeln!(events, "{:?}", log.record).unwrap();
        }
        let mut metrics = String::new();
        for collected in self.metrics.get_finished_metrics().unwrap() {
            for metric in collected.scope_metrics() {
                writeln!(metrics, "{metric:?}").unwrap();
            }
        }
        let mut records = String::new();
        for log in self.records.get_emitted_logs().unwrap() {
            writeln!(records, "{:?}", log.record).unwrap();
        }
        let lines = self.lines.0.lock().unwrap().clone();
        [
            ("spans", spans),
            ("events", events),
            ("metrics", metrics),
            ("lines", lines),
            ("records", records),
        ]
    }
}

/// The first secret in `text`, with what is around it.
pub fn found_secret(text: &str) -> Option<&str> {
    let at = MARKS.iter().find_map(|mark| text.find(mark))?;
    let start = (0..=at.saturating_sub(120))
        .rev()
        .find(|start| text.is_char_boundary(*start))?;
    let end = (at..=(at + 60).min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end))?;
    text.get(start..end)
}

/// The lines of this project's targets.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<String>>);

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if event.metadata().target().starts_with("tracing_genai") {
            event.record(&mut Written(&mut self.0.lock().unwrap()));
        }
    }
}

struct Written<'l>(&'l mut String);

impl Visit for Written<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        writeln!(self.0, "{field}={value:?}").unwrap();
    }
}
