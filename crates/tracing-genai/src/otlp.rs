//! Builds the OTLP exporters, on a runtime of their own.
//!
//! tonic needs a live tokio runtime for every export. On the host's, a flush from a current-thread runtime or from the
//! only worker waits for itself (opentelemetry-rust#2715, #3176), so the exporters get a thread and a runtime that
//! nobody else can stop or fill.

use std::sync::Arc;
use std::thread;

use opentelemetry_otlp::{
    Compression, ExporterBuildError, LogExporter, MetricExporter, Protocol as OtlpProtocol, SpanExporter,
    WithExportConfig, WithHttpConfig, WithTonicConfig,
};
use opentelemetry_sdk::metrics::Temporality;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tracing::subscriber::NoSubscriber;

use crate::settings::{Otlp, Protocol};

/// A runtime on its own thread; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct ExportRuntime {
    handle: Handle,
    _stop: oneshot::Sender<()>,
}

impl ExportRuntime {
    pub(crate) fn start() -> Result<Self, ExporterBuildError> {
        let failed = |error: std::io::Error| ExporterBuildError::InternalFailure(error.to_string());
        let runtime = Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        thread::Builder::new()
            .name("tracing-genai-export".to_owned())
            .spawn(move || {
                // What the transport itself traces must not become spans to export.
                let _silence = tracing::subscriber::set_default(NoSubscriber::new());
                let _ = runtime.block_on(stopped);
            })
            .map_err(failed)?;
        Ok(Self { handle, _stop: stop })
    }

    pub(crate) fn span_exporter(&self, otlp: &Otlp) -> Result<SpanExporter, ExporterBuildError> {
        let _inside = self.handle.enter();
        match otlp.protocol {
            Protocol::Grpc => grpc(SpanExporter::builder().with_tonic(), otlp).build(),
            Protocol::HttpProtobuf => http(SpanExporter::builder().with_http(), otlp)?.build(),
        }
    }

    pub(crate) fn metric_exporter(
        &self,
        otlp: &Otlp,
        temporality: Temporality,
    ) -> Result<MetricExporter, ExporterBuildError> {
        let _inside = self.handle.enter();
        let builder = MetricExporter::builder().with_temporality(temporality);
        match otlp.protocol {
            Protocol::Grpc => grpc(builder.with_tonic(), otlp).build(),
            Protocol::HttpProtobuf => http(builder.with_http(), otlp)?.build(),
        }
    }

    pub(crate) fn log_exporter(&self, otlp: &Otlp) -> Result<LogExporter, ExporterBuildError> {
        let _inside = self.handle.enter();
        match otlp.protocol {
            Protocol::Grpc => grpc(LogExporter::builder().with_tonic(), otlp).build(),
            Protocol::HttpProtobuf => http(LogExporter::builder().with_http(), otlp)?.build(),
        }
    }
}

fn grpc<B: WithExportConfig + WithTonicConfig>(builder: B, otlp: &Otlp) -> B {
    let builder = builder.with_endpoint(&otlp.endpoint.url).with_timeout(otlp.timeout);
    if otlp.is_compressed {
        builder.with_compression(Compression::Gzip)
    } else {
        builder
    }
}

fn http<B: WithExportConfig + WithHttpConfig>(builder: B, otlp: &Otlp) -> Result<B, ExporterBuildError> {
    let builder = builder
        .with_protocol(OtlpProtocol::HttpBinary)
        .with_endpoint(&otlp.endpoint.url)
        .with_timeout(otlp.timeout)
        // Stated, because any crate of the host that turns on another client would change the exporter's choice.
        .with_shared_http_client(Arc::new(http_client(otlp)?));
    Ok(if otlp.is_compressed {
        builder.with_compression(Compression::Gzip)
    } else {
        builder
    })
}

/// A blocking client: the batch threads have no reactor. It is built on a thread of its own, since inside a host's
/// runtime the build would block, which tokio forbids.
fn http_client(otlp: &Otlp) -> Result<reqwest::blocking::Client, ExporterBuildError> {
    let timeout = otlp.timeout;
    thread::Builder::new()
        .name("tracing-genai-client".to_owned())
        .spawn(move || {
            let builder = reqwest::blocking::Client::builder().timeout(timeout);
            #[cfg(feature = "tls")]
            let builder = tls::secured(builder)?;
            builder
                .build()
                .map_err(|error| ExporterBuildError::InternalFailure(error.to_string()))
        })
        .map_err(|error| ExporterBuildError::InternalFailure(error.to_string()))?
        .join()
        .unwrap_or_else(|_| {
            Err(ExporterBuildError::InternalFailure(
                "building the HTTP client panicked".to_owned(),
            ))
        })
}

#[cfg(feature = "tls")]
mod tls {
    //! TLS with ring, whatever provider the host has installed or not.

    use std::sync::Arc;

    use opentelemetry_otlp::ExporterBuildError;
    use reqwest::blocking::ClientBuilder;
    use rustls::ClientConfig;
    use rustls_platform_verifier::BuilderVerifierExt;

    pub(super) fn secured(builder: ClientBuilder) -> Result<ClientBuilder, ExporterBuildError> {
        let failed = |error: rustls::Error| ExporterBuildError::InternalFailure(error.to_string());
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(BuilderVerifierExt::with_platform_verifier)
            .map_err(failed)?
            .with_no_client_auth();
        Ok(builder.tls_backend_preconfigured(config))
    }
}
