//! A real Collector with the shipped configuration.

use std::{path::Path, process::Command};

use crate::{
    backends::{Programs, configuration},
    jaeger::Jaeger,
    process::{Server, free_address},
    prometheus::Prometheus,
};

/// A running Collector.
#[derive(Debug)]
pub struct Collector {
    /// Its process; kill and restart it to test its senders.
    pub server: Server,
    otlp_grpc: String,
    otlp_http: String,
}

impl Collector {
    /// Starts it with `collector-config/otelcol.yaml`, sending to `jaeger` and `prometheus`.
    pub async fn start(programs: &Programs, jaeger: &Jaeger, prometheus: &Prometheus) -> Self {
        let (jaeger, prometheus) = (jaeger.otlp_grpc(), prometheus.otlp());
        Self::start_with(
            programs,
            &configuration("otelcol.yaml"),
            &[("JAEGER_GRPC", jaeger), ("PROMETHEUS_OTLP", prometheus)],
        )
        .await
    }

    /// Starts it with another configuration, which reads its addresses from `OTELCOL_GRPC`, `OTELCOL_HTTP` and
    /// `OTELCOL_HEALTH`, and other variables from `environment`.
    pub async fn start_with(programs: &Programs, configuration: &Path, environment: &[(&str, &str)]) -> Self {
        let (grpc, http, health) = (free_address(), free_address(), free_address());
        let mut command = Command::new(&programs.otelcol);
        command
            .arg("--config")
            .arg(configuration)
            .envs(environment.iter().copied())
            .env("OTELCOL_GRPC", grpc.to_string())
            .env("OTELCOL_HTTP", http.to_string())
            .env("OTELCOL_HEALTH", health.to_string());
        let server = Server::start("otelcol", command, format!("http://{health}/")).await;
        Self {
            server,
            otlp_grpc: format!("http://{grpc}"),
            otlp_http: format!("http://{http}"),
        }
    }

    /// The endpoint for OTLP over gRPC: `http://127.0.0.1:20001`.
    pub fn otlp_grpc(&self) -> &str {
        &self.otlp_grpc
    }

    /// The base URL for OTLP over HTTP, without `/v1/traces`.
    pub fn otlp_http(&self) -> &str {
        &self.otlp_http
    }
}
