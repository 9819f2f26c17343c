//! The HTTP client of the OTLP exporters, on their own runtime.
//!
//! The exporters' built-in clients depend on features that any crate of the host can enable, and enabling TLS for one
//! of them changes the host's own client. This client is used by the exporters only.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use opentelemetry_http::{HttpClient, HttpError};
use opentelemetry_otlp::ExporterBuildError;
use tokio::runtime::Handle;

/// Maximum bytes of a response that are read.
const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

#[cfg(feature = "tls")]
type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "tls"))]
type Connector = HttpConnector;

/// Sends requests from any thread on the exporters' runtime.
#[derive(Clone)]
pub(crate) struct ExportClient {
    client: Client<Connector, Full<Bytes>>,
    runtime: Handle,
    timeout: Duration,
}

impl ExportClient {
    pub(crate) fn new(runtime: Handle, timeout: Duration) -> Result<Self, ExporterBuildError> {
        let client = Client::builder(TokioExecutor::new()).build(connector()?);
        Ok(Self {
            client,
            runtime,
            timeout,
        })
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
        let timeout = self.timeout;
        let exchange = async move {
            let (head, body) = client.request(request.map(Full::new)).await?.into_parts();
            let body = Limited::new(body, MAX_RESPONSE_BYTES).collect().await?.to_bytes();
            Ok::<_, HttpError>(Response::from_parts(head, body))
        };
        // The waiting thread has no reactor: request and timer run inside the task.
        let task = self
            .runtime
            .spawn(async move { tokio::time::timeout(timeout, exchange).await });
        task.await??
    }
}

impl fmt::Debug for ExportClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportClient")
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
