//! OTLP settings of each signal: its own variables override the general ones.

use std::time::Duration;

use http::Uri;

use super::reader::Reader;

/// A signal of OTLP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Metrics,
    Logs,
}

impl Signal {
    const fn name(self) -> &'static str {
        match self {
            Self::Traces => "TRACES",
            Self::Metrics => "METRICS",
            Self::Logs => "LOGS",
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Traces => "v1/traces",
            Self::Metrics => "v1/metrics",
            Self::Logs => "v1/logs",
        }
    }

    pub(crate) fn variable(self, before: &str, after: &str) -> String {
        [before, self.name(), after].concat()
    }

    fn otlp_variable(self, what: &str) -> String {
        self.variable("OTEL_EXPORTER_OTLP_", &["_", what].concat())
    }
}

/// OTLP settings of one signal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Otlp {
    pub(crate) protocol: Protocol,
    pub(crate) endpoint: Endpoint,
    pub(crate) timeout: Duration,
    pub(crate) is_compressed: bool,
    /// Whether a variable sets the endpoint.
    pub(crate) is_configured: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    Grpc,
    HttpProtobuf,
}

/// The URL of one signal, with its path for HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    pub(crate) url: String,
}

impl Endpoint {
    /// The URL without credentials.
    pub(crate) fn redacted(&self) -> String {
        without_credentials(&self.url)
    }
}

pub(super) fn read(read: &mut Reader<'_>, signal: Signal) -> Otlp {
    let protocol = protocol(read, signal);
    headers(read, signal);
    Otlp {
        is_configured: read.text("OTEL_EXPORTER_OTLP_ENDPOINT").is_some()
            || read.text(&signal.otlp_variable("ENDPOINT")).is_some(),
        protocol,
        endpoint: endpoint(read, signal, protocol),
        timeout: {
            let least = Duration::from_millis(1);
            let general = read.milliseconds("OTEL_EXPORTER_OTLP_TIMEOUT", Duration::from_secs(10), least);
            read.milliseconds(&signal.otlp_variable("TIMEOUT"), general, least)
        },
        is_compressed: {
            let allowed = ["gzip", "none"];
            let general = read.choice("OTEL_EXPORTER_OTLP_COMPRESSION", "none", &allowed);
            read.choice(&signal.otlp_variable("COMPRESSION"), general, &allowed) == "gzip"
        },
    }
}

fn protocol(read: &mut Reader<'_>, signal: Signal) -> Protocol {
    // The specification's default; JSON is not supported.
    let allowed = ["http/protobuf", "grpc"];
    let general = read.choice("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", &allowed);
    match read.choice(&signal.otlp_variable("PROTOCOL"), general, &allowed) {
        "grpc" => Protocol::Grpc,
        _ => Protocol::HttpProtobuf,
    }
}

fn endpoint(read: &mut Reader<'_>, signal: Signal, protocol: Protocol) -> Endpoint {
    let general = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let of_signal = signal.otlp_variable("ENDPOINT");
    let default = match protocol {
        Protocol::Grpc => "http://localhost:4317".to_owned(),
        Protocol::HttpProtobuf => ["http://localhost:4318/", signal.path()].concat(),
    };
    if let Some(url) = valid_url(read, &of_signal, protocol, &default) {
        return Endpoint { url };
    }
    let Some(base) = valid_url(read, general, protocol, &default) else {
        return Endpoint { url: default };
    };
    match protocol {
        Protocol::Grpc => Endpoint { url: base },
        Protocol::HttpProtobuf => Endpoint {
            url: [base.trim_end_matches('/'), "/", signal.path()].concat(),
        },
    }
}

/// The variable's URL, if valid. gRPC also accepts `host:port`, which the exporter completes.
fn valid_url(read: &mut Reader<'_>, variable: &str, protocol: Protocol, default: &str) -> Option<String> {
    let text = read.text(variable)?;
    let is_usable = text.parse::<Uri>().is_ok_and(|uri| {
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        let scheme = uri.scheme_str();
        has_host && (matches!(scheme, Some("http" | "https")) || (scheme.is_none() && protocol == Protocol::Grpc))
    });
    if is_usable {
        return Some(text);
    }
    read.warn(
        variable,
        &without_credentials(&text),
        "an http:// or https:// address",
        default,
    );
    None
}

pub(super) fn without_credentials(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => [url.get(..scheme + 3), Some("…"), url.get(at..)]
            .into_iter()
            .flatten()
            .collect(),
        _ => url.to_owned(),
    }
}

/// Checks the headers, which the exporter reads itself. They carry keys and are never shown.
fn headers(read: &mut Reader<'_>, signal: Signal) {
    for variable in ["OTEL_EXPORTER_OTLP_HEADERS".to_owned(), signal.otlp_variable("HEADERS")] {
        let Some(list) = read.text(&variable) else { continue };
        let is_list = list.split(',').filter(|pair| !pair.trim().is_empty()).all(|pair| {
            pair.split_once('=').is_some_and(|(name, _)| {
                let name = name.trim();
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            })
        });
        if !is_list {
            read.warn(
                &variable,
                "(not shown)",
                "a comma-separated list of name=value",
                "the part that can be read",
            );
        }
    }
}
