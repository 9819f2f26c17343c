//! A builder of finished spans for tests.

use std::time::{Duration, SystemTime};

use opentelemetry::{
    InstrumentationScope, KeyValue, SpanId, TraceFlags, TraceId, Value,
    trace::{Event, SpanContext, SpanKind, Status, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

/// A root span of trace 1 that started `id` milliseconds after the epoch and took a second, without attributes.
pub(crate) struct FinishedSpan(SpanData);

impl FinishedSpan {
    pub(crate) fn new(id: u64) -> Self {
        let start_time = SystemTime::UNIX_EPOCH + Duration::from_millis(id);
        Self(SpanData {
            span_context: SpanContext::new(
                TraceId::from(1),
                SpanId::from(id),
                TraceFlags::SAMPLED,
                false,
                TraceState::NONE,
            ),
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: format!("span {id}").into(),
            start_time,
            end_time: start_time + Duration::from_secs(1),
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: InstrumentationScope::builder("test").build(),
        })
    }

    pub(crate) fn named(mut self, name: &'static str) -> Self {
        self.0.name = name.into();
        self
    }

    pub(crate) fn child_of(mut self, parent: u64) -> Self {
        self.0.parent_span_id = SpanId::from(parent);
        self
    }

    pub(crate) fn lasting(mut self, duration: Duration) -> Self {
        self.0.end_time = self.0.start_time + duration;
        self
    }

    pub(crate) fn attribute(mut self, key: &'static str, value: impl Into<Value>) -> Self {
        self.0.attributes.push(KeyValue::new(key, value));
        self
    }

    /// With an event `at` milliseconds after the epoch.
    pub(crate) fn event(mut self, at: u64, name: &'static str) -> Self {
        let timestamp = SystemTime::UNIX_EPOCH + Duration::from_millis(at);
        self.0.events.events.push(Event::new(name, timestamp, Vec::new(), 0));
        self
    }

    pub(crate) fn failed(mut self, description: &'static str) -> Self {
        self.0.status = Status::error(description);
        self
    }

    pub(crate) fn operation(self, name: &'static str) -> Self {
        self.attribute("gen_ai.operation.name", name)
    }

    /// A `chat` span with a price.
    pub(crate) fn priced(self, usd: f64) -> Self {
        self.operation("chat")
            .attribute("gen_ai.usage.cost", usd)
            .attribute("tracing_genai.cost.status", "priced")
    }

    pub(crate) fn build(self) -> SpanData {
        self.0
    }
}
