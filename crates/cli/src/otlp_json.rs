//! OTLP JSON lines, one request of traces, metrics or logs per line, as written by the demo, the Collector's file
//! exporter and the SDKs' JSON exporters. Absent fields are empty.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status as SpanStatus};
use opentelemetry::{InstrumentationScope, KeyValue as Attribute};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use serde::Deserialize;

use crate::{
    otlp_value::{KeyValue, or_default},
    scalar::Scalar,
};

/// Limit of the objects and lists of a request. Each takes about 200 bytes of memory, and only 3 bytes of text.
const MAX_PARTS: usize = 1_000_000;

/// A request of any signal.
#[expect(clippy::struct_field_names, reason = "names of the format")]
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Request {
    resource_spans: Option<Vec<ResourceSpans>>,
    resource_metrics: Option<Vec<ResourceMetrics>>,
    resource_logs: Option<Vec<ResourceLogs>>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceSpans {
    #[serde(deserialize_with = "or_default")]
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScopeSpans {
    #[serde(deserialize_with = "or_default")]
    scope: Scope,
    #[serde(deserialize_with = "or_default")]
    spans: Vec<Span>,
}

/// The tracer of spans.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Scope {
    #[serde(deserialize_with = "or_default")]
    pub(crate) name: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceMetrics {
    #[serde(deserialize_with = "or_default")]
    scope_metrics: Vec<ScopeMetrics>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScopeMetrics {
    #[serde(deserialize_with = "or_default")]
    metrics: Vec<Metric>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceLogs {
    #[serde(deserialize_with = "or_default")]
    scope_logs: Vec<ScopeLogs>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ScopeLogs {
    #[serde(deserialize_with = "or_default")]
    log_records: Vec<LogRecord>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Span {
    #[serde(rename = "spanId", deserialize_with = "or_default")]
    pub(crate) id: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) name: String,
    /// A number or its name.
    pub(crate) kind: Scalar,
    #[serde(deserialize_with = "or_default")]
    pub(crate) status: Status,
    pub(crate) start_time_unix_nano: Scalar,
    pub(crate) dropped_attributes_count: Scalar,
    #[serde(deserialize_with = "or_default")]
    pub(crate) attributes: Vec<KeyValue>,
}

/// The status of a span.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    /// A number or its name.
    pub(crate) code: Scalar,
}

/// A metric; one of its kinds is present.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Metric {
    #[serde(deserialize_with = "or_default")]
    pub(crate) name: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) unit: String,
    pub(crate) histogram: Option<Points>,
    pub(crate) exponential_histogram: Option<Points>,
    pub(crate) sum: Option<Points>,
    pub(crate) gauge: Option<Points>,
    pub(crate) summary: Option<Points>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Points {
    #[serde(deserialize_with = "or_default")]
    pub(crate) is_monotonic: bool,
    #[serde(deserialize_with = "or_default")]
    pub(crate) data_points: Vec<Point>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Point {
    pub(crate) explicit_bounds: Option<Vec<f64>>,
    #[serde(deserialize_with = "or_default")]
    pub(crate) attributes: Vec<KeyValue>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct LogRecord {
    #[serde(deserialize_with = "or_default")]
    pub(crate) event_name: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) span_id: String,
    #[serde(deserialize_with = "or_default")]
    pub(crate) attributes: Vec<KeyValue>,
}

impl Span {
    /// The span as an SDK passes it to processors, without events, links and kind. `at` is the start if the span has
    /// none.
    pub(crate) fn data(&self, scope: &str, at: SystemTime) -> SpanData {
        let started = self
            .start_time_unix_nano
            .unsigned()
            .filter(|nanoseconds| *nanoseconds > 0);
        let started = started
            .and_then(|nanoseconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(nanoseconds)))
            .unwrap_or(at);
        let dropped = self.dropped_attributes_count.unsigned().unwrap_or(0);
        let attributes = self.attributes.iter().filter_map(|attribute| {
            let value = attribute.value.sdk_value()?;
            Some(Attribute::new(attribute.key.clone(), value))
        });
        SpanData {
            span_context: SpanContext::NONE,
            parent_span_id: SpanId::INVALID,
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: self.name.clone().into(),
            start_time: started,
            end_time: started,
            attributes: attributes.collect(),
            dropped_attributes_count: u32::try_from(dropped).unwrap_or(u32::MAX),
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: SpanStatus::Unset,
            instrumentation_scope: InstrumentationScope::builder(scope.to_owned()).build(),
        }
    }
}

impl Request {
    /// Parses a request of any of the three signals.
    ///
    /// Fails if the line is not an OTLP request, or has too many parts.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        if parts(line.as_bytes()) > MAX_PARTS {
            return Err(format!("more than {MAX_PARTS} objects and lists; send smaller batches"));
        }
        let request: Self =
            serde_json::from_str(line).map_err(|error| format!("not an OTLP JSON request: {}", problem(&error)))?;
        let has_signal =
            request.resource_spans.is_some() || request.resource_metrics.is_some() || request.resource_logs.is_some();
        if has_signal {
            Ok(request)
        } else {
            Err("not an OTLP JSON request: it has no resourceSpans, resourceMetrics or resourceLogs".to_owned())
        }
    }

    /// Whether the request is one of traces.
    pub(crate) const fn has_traces(&self) -> bool {
        self.resource_spans.is_some()
    }

    /// The spans, each with its scope's name.
    pub(crate) fn spans(&self) -> impl Iterator<Item = (&str, &Span)> {
        let resources = self.resource_spans.iter().flatten();
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|of| of.spans.iter().map(|span| (&*of.scope.name, span)))
    }

    pub(crate) fn metrics(&self) -> impl Iterator<Item = &Metric> {
        let resources = self.resource_metrics.iter().flatten();
        let scopes = resources.flat_map(|resource| &resource.scope_metrics);
        scopes.flat_map(|scope| &scope.metrics)
    }

    pub(crate) fn logs(&self) -> impl Iterator<Item = &LogRecord> {
        let resources = self.resource_logs.iter().flatten();
        let scopes = resources.flat_map(|resource| &resource.scope_logs);
        scopes.flat_map(|scope| &scope.log_records)
    }
}

/// The error without its line within a request of one line, whose own line in the file is the one to know.
fn problem(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.strip_suffix(&format!(" at line 1 column {}", error.column())) {
        Some(problem) => format!("{problem} at column {}", error.column()),
        None => text,
    }
}

/// The number of objects and lists in JSON.
fn parts(json: &[u8]) -> usize {
    let (mut parts, mut is_text, mut is_escaped) = (0, false, false);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_text,
            b'"' => is_text = !is_text,
            b'{' | b'[' if !is_text => parts += 1,
            _ => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_counted_outside_texts() {
        assert_eq!(parts(br#"{"a{[\"{\\":[{},"[",[]]}"#), 4);
        assert_eq!(parts(b"\\\"["), 0);
    }

    #[test]
    fn a_request_of_too_many_parts_is_refused() {
        let request = |spans| {
            format!(
                r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{}}{}]}}]}}]}}"#,
                ",{}".repeat(spans)
            )
        };
        assert!(Request::parse(&request(MAX_PARTS - 7)).is_ok());
        let problem = Request::parse(&request(MAX_PARTS - 6)).err().unwrap();
        assert_eq!(problem, "more than 1000000 objects and lists; send smaller batches");
    }
}
