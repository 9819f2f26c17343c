//! OTLP traces as JSON, one `ExportTraceServiceRequest` a line: what the demo, the Collector's file exporter and the SDKs'
//! JSON exporters write. As lenient as it can be without misreading: what is absent is empty.

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ResourceSpans {
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ScopeSpans {
    spans: Vec<Span>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Span {
    #[serde(rename = "spanId")]
    pub(crate) id: String,
    pub(crate) name: String,
    /// A number, or the name of one.
    pub(crate) kind: Value,
    pub(crate) status: Status,
    pub(crate) start_time_unix_nano: Value,
    pub(crate) attributes: Vec<KeyValue>,
}

/// How the span ended.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Status {
    /// A number, or the name of one.
    pub(crate) code: Value,
}

#[derive(Deserialize)]
pub(crate) struct KeyValue {
    pub(crate) key: String,
    #[serde(default)]
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
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct ArrayValue {
    pub(crate) values: Vec<AnyValue>,
}

impl AnyValue {
    /// A count. Bridges write unsigned ones as text.
    pub(crate) fn count(&self) -> Option<u64> {
        whole(&self.integer).or_else(|| self.text.as_ref()?.parse().ok())
    }
}

/// A whole number that is not negative; OTLP writes those of 64 bits as text.
pub(crate) fn whole(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

/// The spans of a line.
///
/// Fails with what is wrong when it is no request of OTLP traces.
pub(crate) fn spans(line: &str) -> Result<Vec<Span>, String> {
    let request: Request =
        serde_json::from_str(line).map_err(|error| format!("not a request of OTLP traces in JSON: {error}"))?;
    let resources = request.resource_spans.into_iter();
    let scopes = resources.flat_map(|resource| resource.scope_spans);
    Ok(scopes.flat_map(|scope| scope.spans).collect())
}
