//! Builds the OTLP exporters, on a runtime of their own.
//!
//! tonic needs a running tokio runtime for every export. On the host's, a flush from a current-thread runtime or from
//! the only worker deadlocks (opentelemetry-rust#2715, #3176), so the exporters have their own thread and runtime.

use std::thread;

use opentelemetry_otlp::{
    Compression, ExporterBuildError, LogExporter, MetricExporter, Protocol as OtlpProtocol, SpanExporter,
    WithExportConfig, WithHttpConfig, WithTonicConfig,
};
use opentelemetry_sdk::metrics::Temporality;
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tracing::subscriber::NoSubscriber;

use crate::http_client::ExportClient;
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
                // The transport's own spans must not be exported.
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
            Protocol::HttpProtobuf => self.http(SpanExporter::builder().with_http(), otlp)?.build(),
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
            Protocol::HttpProtobuf => self.http(builder.with_http(), otlp)?.build(),
        }
    }

    pub(crate) fn log_exporter(&self, otlp: &Otlp) -> Result<LogExporter, ExporterBuildError> {
        let _inside = self.handle.enter();
        match otlp.protocol {
            Protocol::Grpc => grpc(LogExporter::builder().with_tonic(), otlp).build(),
            Protocol::HttpProtobuf => self.http(LogExporter::builder().with_http(), otlp)?.build(),
        }
    }

    fn http<B: WithExportConfig + WithHttpConfig>(&self, builder: B, otlp: &Otlp) -> Result<B, ExporterBuildError> {
        let builder = builder
            .with_protocol(OtlpProtocol::HttpBinary)
            .with_endpoint(&otlp.endpoint.url)
            .with_timeout(otlp.timeout)
            .with_http_client(ExportClient::new(self.handle.clone(), otlp.timeout)?);
        Ok(if otlp.is_compressed {
            builder.with_compression(Compression::Gzip)
        } else {
            builder
        })
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
