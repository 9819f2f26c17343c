//! A real Jaeger, with a typed client of its API.

use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};

use serde::{Deserialize, Deserializer, de::DeserializeOwned};

use crate::{
    backends::{Programs, configuration},
    process::{Server, free_address},
};

/// The timeout for the arrival of a span.
const ARRIVAL: Duration = Duration::from_secs(30);

/// A running Jaeger.
#[derive(Debug)]
pub struct Jaeger {
    /// Its process.
    pub server: Server,
    query: String,
    otlp_grpc: String,
    otlp_http: String,
}

impl Jaeger {
    /// Starts it with `collector-config/jaeger.yaml`.
    pub async fn start(programs: &Programs) -> Self {
        let (query, query_grpc, grpc, http) = (free_address(), free_address(), free_address(), free_address());
        let mut command = Command::new(&programs.jaeger);
        command
            .arg("--config")
            .arg(configuration("jaeger.yaml"))
            .env("JAEGER_QUERY_HTTP", query.to_string())
            .env("JAEGER_QUERY_GRPC", query_grpc.to_string())
            .env("JAEGER_GRPC", grpc.to_string())
            .env("JAEGER_HTTP", http.to_string());
        let query = format!("http://{query}");
        let server = Server::start("jaeger", command, format!("{query}/api/services")).await;
        Self {
            server,
            query,
            otlp_grpc: grpc.to_string(),
            otlp_http: format!("http://{http}"),
        }
    }

    /// Host and port for OTLP over gRPC, as in the Collector's configuration: `127.0.0.1:20001`.
    pub fn otlp_grpc(&self) -> &str {
        &self.otlp_grpc
    }

    /// The base URL for OTLP over HTTP, without `/v1/traces`.
    pub fn otlp_http(&self) -> &str {
        &self.otlp_http
    }

    /// The trace with this hexadecimal id; `None` without a span of it.
    pub async fn trace(&self, trace_id: &str) -> Option<Trace> {
        let traces: Vec<Trace> = self.get(&format!("/api/traces/{trace_id}"), &[]).await?;
        traces.into_iter().next()
    }

    /// The last 100 traces with a span of `service`.
    pub async fn traces(&self, service: &str) -> Vec<Trace> {
        self.search(&[("service", service), ("limit", "100")]).await
    }

    /// The traces that match the query parameters of Jaeger's `/api/traces`: `service`, `operation`, `tags`, `limit`, …
    pub async fn search(&self, parameters: &[(&str, &str)]) -> Vec<Trace> {
        self.get("/api/traces", parameters).await.unwrap_or_default()
    }

    /// The names of services with spans.
    pub async fn services(&self) -> Vec<String> {
        self.get("/api/services", &[]).await.unwrap_or_default()
    }

    /// Waits until the trace has at least this many spans.
    ///
    /// # Panics
    /// If it has not after half a minute.
    pub async fn wait_for_trace(&self, trace_id: &str, spans: usize) -> Trace {
        let deadline = Instant::now() + ARRIVAL;
        loop {
            let trace = self.trace(trace_id).await;
            let arrived = trace.as_ref().map_or(0, |trace| trace.spans.len());
            match trace {
                Some(trace) if arrived >= spans => return trace,
                _ => assert!(
                    Instant::now() < deadline,
                    "{arrived} of {spans} spans of trace {trace_id} arrived"
                ),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until this many traces of `service` have arrived, at most 100.
    ///
    /// # Panics
    /// If they have not after half a minute.
    pub async fn wait_for_traces(&self, service: &str, count: usize) -> Vec<Trace> {
        let deadline = Instant::now() + ARRIVAL;
        loop {
            let traces = self.traces(service).await;
            if traces.len() >= count {
                return traces;
            }
            let arrived = traces.len();
            assert!(
                Instant::now() < deadline,
                "{arrived} of {count} traces of {service} arrived"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// `None` if Jaeger has no such data.
    async fn get<T: DeserializeOwned>(&self, path: &str, parameters: &[(&str, &str)]) -> Option<T> {
        #[derive(Deserialize)]
        struct Response<T> {
            data: Option<T>,
        }
        let url = format!("{}{path}", self.query);
        let response = reqwest::Client::new().get(&url).query(parameters).send().await.unwrap();
        if response.status() == reqwest::StatusCode::NOT_FOUND {
            return None;
        }
        let status = response.status();
        let text = response.text().await.unwrap();
        assert!(status.is_success(), "Jaeger returned {status} at {url}: {text}");
        let response: Response<T> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
        response.data
    }
}

/// A trace in Jaeger's API.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// In hexadecimal.
    #[serde(rename = "traceID")]
    pub trace_id: String,
    /// Unordered.
    pub spans: Vec<Span>,
    /// The services, by the key in their spans.
    pub processes: BTreeMap<String, Process>,
}

impl Trace {
    /// The only span of this name.
    ///
    /// # Panics
    /// If there is not exactly one.
    pub fn span(&self, name: &str) -> &Span {
        let found: Vec<&Span> = self.spans.iter().filter(|span| span.name == name).collect();
        let names: Vec<&str> = self.spans.iter().map(|span| span.name.as_str()).collect();
        assert_eq!(found.len(), 1, "one span named {name:?} among {names:?}");
        found[0]
    }

    /// The service of `span`.
    pub fn process(&self, span: &Span) -> &Process {
        &self.processes[&span.process_id]
    }
}

/// A span in Jaeger's API.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// In hexadecimal.
    #[serde(rename = "traceID")]
    pub trace_id: String,
    /// In hexadecimal.
    #[serde(rename = "spanID")]
    pub span_id: String,
    /// Its name, Jaeger's operation.
    #[serde(rename = "operationName")]
    pub name: String,
    /// Its parent and its links.
    #[serde(default)]
    pub references: Vec<Reference>,
    /// Microseconds since 1970.
    #[serde(rename = "startTime")]
    pub start_us: u64,
    /// Microseconds.
    #[serde(rename = "duration")]
    pub duration_us: u64,
    /// Its attributes, with `span.kind`, `otel.status_code`, `error` and the like added by Jaeger.
    pub tags: Vec<Tag>,
    /// Its events.
    #[serde(default)]
    pub logs: Vec<Log>,
    #[serde(rename = "processID")]
    process_id: String,
}

impl Span {
    /// The value of this attribute.
    ///
    /// # Panics
    /// If it is absent.
    pub fn tag(&self, key: &str) -> &TagValue {
        let keys: Vec<&str> = self.tags.iter().map(|tag| tag.key.as_str()).collect();
        self.find_tag(key)
            .unwrap_or_else(|| panic!("no attribute {key} on {:?}, only {keys:?}", self.name))
    }

    /// The value of this attribute, if present.
    pub fn find_tag(&self, key: &str) -> Option<&TagValue> {
        self.tags.iter().find(|tag| tag.key == key).map(|tag| &tag.value)
    }

    /// The names of repeated attributes.
    pub fn repeated_tags(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self.tags.iter().map(|tag| tag.key.as_str()).collect();
        keys.sort_unstable();
        let mut repeated: Vec<&str> = keys
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| pair[0])
            .collect();
        repeated.dedup();
        repeated
    }

    /// The id of the parent span, if it has one.
    pub fn parent(&self) -> Option<&str> {
        let parent = self.references.iter().find(|reference| reference.kind == "CHILD_OF")?;
        Some(&parent.span_id)
    }
}

/// A service in Jaeger's API.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Process {
    /// `service.name`.
    #[serde(rename = "serviceName")]
    pub service: String,
    /// The other resource attributes.
    #[serde(default)]
    pub tags: Vec<Tag>,
}

/// A reference to another span.
#[derive(Clone, Debug, Deserialize)]
pub struct Reference {
    /// `CHILD_OF` for the parent, `FOLLOWS_FROM` for a link.
    #[serde(rename = "refType")]
    pub kind: String,
    /// The other span.
    #[serde(rename = "spanID")]
    pub span_id: String,
}

/// A span event in Jaeger's API.
#[derive(Clone, Debug, Deserialize)]
pub struct Log {
    /// Its attributes; the name of the event is in `event`.
    pub fields: Vec<Tag>,
}

/// An attribute.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Tag {
    /// Its name.
    pub key: String,
    /// Its value, with its type.
    #[serde(flatten)]
    pub value: TagValue,
}

/// The value of an attribute, with its type in OTLP. Arrays are JSON strings.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(tag = "type", content = "value", rename_all = "lowercase")]
pub enum TagValue {
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int64(#[serde(deserialize_with = "integer")] i64),
    /// A floating-point number.
    Float64(f64),
    /// Text.
    String(String),
    /// Bytes in base64.
    Binary(String),
}

impl TagValue {
    /// The integer, if it is one.
    pub fn as_i64(&self) -> Option<i64> {
        if let Self::Int64(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The floating-point number, if it is one.
    pub fn as_f64(&self) -> Option<f64> {
        if let Self::Float64(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self {
            Some(*value)
        } else {
            None
        }
    }

    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        if let Self::String(value) = self {
            Some(value)
        } else {
            None
        }
    }
}

/// Jaeger writes integers beyond a double's precision as text.
fn integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Integer {
        Number(i64),
        Text(String),
    }
    match Integer::deserialize(deserializer)? {
        Integer::Number(number) => Ok(number),
        Integer::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}
