//! OTLP as JSON, one request of traces, metrics or logs a line: what the demo, the Collector's file exporter and the SDKs' JSON
//! exporters write. As lenient as it can be without misreading: what is absent is empty.

use std::time::{Duration, SystemTime};

use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status as SpanStatus};
use opentelemetry::{Array, InstrumentationScope, KeyValue as Attribute, StringValue, Value as Attributed};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

/// A request of any signal.
#[expect(clippy::struct_field_names, reason = "they are the names of the format")]
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

/// The tracer that wrote spans.
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
    /// A number, or the name of one.
    pub(crate) kind: Value,
    #[serde(deserialize_with = "or_default")]
    pub(crate) status: Status,
    pub(crate) start_time_unix_nano: Value,
    pub(crate) dropped_attributes_count: Value,
    #[serde(deserialize_with = "or_default")]
    pub(crate) attributes: Vec<KeyValue>,
}

/// How the span ended.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    /// A number, or the name of one.
    pub(crate) code: Value,
}

/// A metric; one of its kinds is there.
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

/// One of these, or another kind that no attribute read here has.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct AnyValue {
    #[serde(rename = "stringValue")]
    pub(crate) text: Option<String>,
    /// OTLP writes 64-bit integers as text.
    #[serde(rename = "intValue")]
    pub(crate) integer: Value,
    /// A number, or a text such as `NaN`.
    #[serde(rename = "doubleValue")]
    pub(crate) double: Value,
    #[serde(rename = "boolValue")]
    pub(crate) boolean: Option<bool>,
    #[serde(rename = "arrayValue")]
    pub(crate) array: Option<ArrayValue>,
    #[serde(rename = "kvlistValue")]
    table: Option<Table>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Table {
    #[serde(deserialize_with = "or_default")]
    values: Vec<KeyValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ArrayValue {
    #[serde(deserialize_with = "or_default")]
    pub(crate) values: Vec<AnyValue>,
}

/// What is null is as absent: some write so what Protobuf leaves out.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Span {
    /// The span as an SDK hands it to processors, started at `at` where it does not say when. Events, links and
    /// kind are left out: calls are not recognised by them.
    pub(crate) fn data(&self, scope: &str, at: SystemTime) -> SpanData {
        let started = whole(&self.start_time_unix_nano).filter(|nanoseconds| *nanoseconds > 0);
        let started = started
            .and_then(|nanoseconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_nanos(nanoseconds)))
            .unwrap_or(at);
        let dropped = whole(&self.dropped_attributes_count).unwrap_or(0);
        let attributes = self.attributes.iter().filter_map(|attribute| {
            let value = attribute.value.attributed()?;
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
    /// The value as an SDK has it, tables as their JSON; `None` where it is of a kind that no attribute read here has.
    fn attributed(&self) -> Option<Attributed> {
        match self.json() {
            Value::String(text) => Some(Attributed::from(text)),
            Value::Bool(boolean) => Some(Attributed::Bool(boolean)),
            Value::Number(number) => match number.as_i64() {
                Some(integer) => Some(Attributed::I64(integer)),
                None => number.as_f64().map(Attributed::F64),
            },
            Value::Array(values) => {
                let texts: Option<Vec<_>> = values
                    .into_iter()
                    .map(|value| value.as_str().map(|text| StringValue::from(text.to_owned())))
                    .collect();
                Some(Attributed::Array(Array::String(texts?)))
            }
            table @ Value::Object(_) => Some(Attributed::from(table.to_string())),
            // JSON has no such number, and OTLP writes its name.
            Value::Null => self.double.as_str()?.parse().ok().map(Attributed::F64),
        }
    }

    fn json(&self) -> Value {
        if let Some(text) = &self.text {
            return text.clone().into();
        }
        if let Some(integer) = self.integer.as_i64().or_else(|| self.integer.as_str()?.parse().ok()) {
            return integer.into();
        }
        // A double that is whole stays one.
        if let Some(double) = self.double.as_f64().or_else(|| self.double.as_str()?.parse().ok()) {
            return serde_json::Number::from_f64(double).map_or(Value::Null, Value::Number);
        }
        if let Some(boolean) = self.boolean {
            return boolean.into();
        }
        if let Some(array) = &self.array {
            return array.values.iter().map(Self::json).collect();
        }
        self.table.as_ref().map_or(Value::Null, |table| {
            let members = table.values.iter();
            members
                .map(|member| (member.key.clone(), member.value.json()))
                .collect()
        })
    }
}

/// A whole number that is not negative; OTLP writes those of 64 bits as text.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

impl Request {
    /// A request of any of the three signals.
    ///
    /// Fails with what is wrong when a line is none.
    pub(crate) fn parse(line: &str) -> Result<Self, String> {
        let request: Self =
            serde_json::from_str(line).map_err(|error| format!("not a request of OTLP in JSON: {error}"))?;
        let is_one =
            request.resource_spans.is_some() || request.resource_metrics.is_some() || request.resource_logs.is_some();
        if is_one {
            Ok(request)
        } else {
            Err("not a request of OTLP in JSON: it has no resourceSpans, resourceMetrics or resourceLogs".to_owned())
        }
    }

    /// The spans, each with the tracer's scope.
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

/// The spans of a line of traces, each with the tracer's scope.
///
/// Fails with what is wrong when it is no request of OTLP traces.
pub(crate) fn spans(line: &str) -> Result<Vec<(String, Span)>, String> {
    let mut request = Request::parse(line)?;
    let Some(resources) = request.resource_spans.take() else {
        return Err("not a request of OTLP traces in JSON: it has no resourceSpans".to_owned());
    };
    let scopes = resources.into_iter().flat_map(|resource| resource.scope_spans);
    let spans = scopes.flat_map(|of| of.spans.into_iter().map(move |span| (of.scope.name.clone(), span)));
    Ok(spans.collect())
}
