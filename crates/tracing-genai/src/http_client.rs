//! The HTTP client of the OTLP exporters, on their own runtime.
//!
//! The exporters' built-in clients depend on features that any crate of the host can enable, and enabling TLS for one
//! of them changes the host's own client. This client is used by the exporters only.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use hyper_util::client::legacy::connect::HttpConnector;
use opentelemetry_http::hyper::HyperClient;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::ExporterBuildError;
use tokio::runtime::Handle;

#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;

/// Sends requests from any thread on the exporters' runtime. Its client reads at most 4 MiB of a response.
#[derive(Clone, Debug)]
pub(crate) struct ExportClient {
    client: HyperClient<Connector>,
    runtime: Handle,
}

impl ExportClient {
    pub(crate) fn new(runtime: Handle, timeout: Duration) -> Result<Self, ExporterBuildError> {
        let client = HyperClient::new(connector()?, timeout, None);
        Ok(Self { client, runtime })
    }
}

#[cfg(feature = "tls")]
fn connector() -> Result<Connector, ExporterBuildError> {
    use std::sync::Arc;

    use rustls::ClientConfig;
    use rustls_platform_verifier::BuilderVerifierExt;

    let failed = |error: rustls::Error| ExporterBuildError::InternalFailure(error.to_string());
    // Always ring, independent of the process's default provider.
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(failed)?
        .with_no_client_auth();
    Ok(hyper_rustls::HttpsConnectorBuilder::new()
        .with_tls_config(config)
        .https_or_http()
        .enable_http1()
        .build())
}

#[cfg(not(feature = "tls"))]
#[expect(clippy::unnecessary_wraps, reason = "with TLS it can fail")]
fn connector() -> Result<Connector, ExporterBuildError> {
    Ok(HttpConnector::new())
}

#[async_trait]
impl HttpClient for ExportClient {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let client = self.client.clone();
        // The calling thread has no reactor: all that needs one runs inside the task, the timer too.
        let task = self.runtime.spawn(async move { client.send_bytes(request).await });
        task.await?
    }
}
