//! OTLP JSON lines, one request of traces, metrics or logs per line, as written by the demo, the Collector's file
//! exporter and the SDKs' JSON exporters. Absent fields are empty.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status as SpanStatus};
use opentelemetry::{Array, InstrumentationScope, KeyValue as Attribute, StringValue, Value as SdkValue};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

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
    pub(crate) kind: Value,
    #[serde(deserialize_with = "or_default")]
    pub(crate) status: Status,
    pub(crate) start_time_unix_nano: Value,
    pub(crate) dropped_attributes_count: Value,
    #[serde(deserialize_with = "or_default")]
    pub(crate) attributes: Vec<KeyValue>,
}

/// The status of a span.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    /// A number or its name.
    pub(crate) code: Value,
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

#[derive(Deserialize)]
pub(crate) struct KeyValue {
    pub(crate) key: String,
    #[serde(default, deserialize_with = "or_default")]
    pub(crate) value: AnyValue,
}

/// One of these fields, or another that is not read here.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct AnyValue {
    #[serde(rename = "stringValue")]
    pub(crate) text: Option<String>,
    /// OTLP writes 64-bit integers as text.
    #[serde(rename = "intValue")]
    integer: Value,
    /// A number or a text such as `NaN`.
    #[serde(rename = "doubleValue")]
    pub(crate) double: Value,
    #[serde(rename = "boolValue")]
    pub(crate) boolean: Option<bool>,
    #[serde(rename = "arrayValue")]
    pub(crate) array: Option<ArrayValue>,
    #[serde(rename = "kvlistValue")]
    map: Option<Map>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Map {
    #[serde(deserialize_with = "or_default")]
    values: Vec<KeyValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ArrayValue {
    #[serde(deserialize_with = "or_default")]
    pub(crate) values: Vec<AnyValue>,
}

/// Null is as absent: some exporters write null for empty fields.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Span {
    /// The span as an SDK passes it to processors, without events, links and kind. `at` is the start if the span has
    /// none.
    pub(crate) fn data(&self, scope: &str, at: SystemTime) -> SpanData {
        let started = unsigned(&self.start_time_unix_nano).filter(|nanoseconds| *nanoseconds > 0);
        let started = started
            .and_then(|nanoseconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(nanoseconds)))
            .unwrap_or(at);
        let dropped = unsigned(&self.dropped_attributes_count).unwrap_or(0);
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

impl AnyValue {
    /// The value as in an SDK, with maps as JSON text; `None` for other kinds.
    fn sdk_value(&self) -> Option<SdkValue> {
        match self.json() {
            Value::String(text) => Some(SdkValue::from(text)),
            Value::Bool(boolean) => Some(SdkValue::Bool(boolean)),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => Some(SdkValue::I64(integer)),
                None => number.as_f64().map(SdkValue::F64),
            },
            Value::Array(values) => {
                let texts: Option<Vec<_>> = values
                    .into_iter()
                    .map(|value| value.as_str().map(|text| StringValue::from(text.to_owned())))
                    .collect();
                Some(SdkValue::Array(Array::String(texts?)))
            }
            map @ Value::Object(_) => Some(SdkValue::from(map.to_string())),
            // JSON has no such number; OTLP writes its name.
            Value::Null => self.double.as_str()?.parse().ok().map(SdkValue::F64),
        }
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        self.integer.as_i64().or_else(|| self.integer.as_str()?.parse().ok())
    }

    fn json(&self) -> Value {
        if let Some(text) = &self.text {
            return text.clone().into();
        }
        if let Some(integer) = self.integer() {
            return integer.into();
        }
        // An integral double stays a double.
        if let Some(double) = self.double.as_f64().or_else(|| self.double.as_str()?.parse().ok()) {
            return serde_json::Number::from_f64(double).map_or(Value::Null, Value::Number);
        }
        if let Some(boolean) = self.boolean {
            return boolean.into();
        }
        if let Some(array) = &self.array {
            return array.values.iter().map(Self::json).collect();
        }
        self.map.as_ref().map_or(Value::Null, |map| {
            let members = map.values.iter();
            members
                .map(|member| (member.key.clone(), member.value.json()))
                .collect()
        })
    }
}

/// A non-negative integer; OTLP writes 64-bit integers as text.
fn unsigned(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

impl Request {
    /// Parses a request of any of the three signals.
    ///
    /// Fails if the line is not an OTLP request.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
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
