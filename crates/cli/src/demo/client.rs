//! A thin HTTP client for a provider: posts JSON and returns the raw response.

use std::{net::IpAddr, time::Duration};

use anyhow::Context;
use reqwest::{Response, Url};
use serde_json::Value;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// A client of one provider.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    base_url: Url,
    api_key: Option<String>,
}

impl Client {
    /// A client of the provider at `base_url`, with `api_key` as a bearer token.
    ///
    /// Loopback addresses bypass the environment's proxy. Fails for `https` without root certificates.
    pub(crate) fn new(mut base_url: Url, api_key: Option<String>) -> anyhow::Result<Self> {
        // `Url::join` replaces the last segment of a path that does not end in a slash.
        if !base_url.path().ends_with('/') {
            let path = format!("{}/", base_url.path());
            base_url.set_path(&path);
        }
        // A second install fails, with the same provider in place.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT);
        if base_url.scheme() != "https" {
            // Without TLS, root certificates are not needed; minimal containers lack them.
            http = http.tls_certs_only([]);
        }
        if is_loopback(&base_url) {
            http = http.no_proxy();
        }
        let http = http
            .build()
            .with_context(|| format!("cannot set up a client for {base_url}"))?;
        Ok(Self {
            http,
            base_url,
            api_key,
        })
    }

    /// The provider's host.
    pub(crate) fn host(&self) -> &str {
        self.base_url.host_str().unwrap_or_default()
    }

    /// The provider's port.
    pub(crate) fn port(&self) -> u16 {
        self.base_url.port_or_known_default().unwrap_or_default()
    }

    /// Posts `body` to `path` below the base URL. Only a failed transfer is an error, not an HTTP status.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> reqwest::Result<Response> {
        let url = self.base_url.join(path).unwrap_or_else(|_| self.base_url.clone());
        let mut request = self.http.post(url).json(body);
        if let Some(api_key) = &self.api_key {
            request = request.bearer_auth(api_key);
        }
        request.send().await
    }
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::HeaderMap, routing::post};

    use super::*;
    use crate::demo::provider::serve;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[tokio::test]
    async fn a_base_url_without_a_trailing_slash_keeps_its_last_segment() {
        let root = serve(Router::new().route("/openai/v1/embeddings", post(async || "reached")))
            .await
            .unwrap();
        let client = Client::new(root.join("openai/v1").unwrap(), None).unwrap();

        let response = client.post("embeddings", &Value::Null).await.unwrap();

        assert_eq!(response.text().await.unwrap(), "reached");
    }

    #[tokio::test]
    async fn the_key_is_sent_as_a_bearer_token() {
        let echo = async |headers: HeaderMap| headers["authorization"].to_str().unwrap().to_owned();
        let root = serve(Router::new().route("/v1/messages", post(echo))).await.unwrap();
        let client = Client::new(root.join("v1").unwrap(), Some("k-1".to_owned())).unwrap();

        let response = client.post("messages", &Value::Null).await.unwrap();

        assert_eq!(response.text().await.unwrap(), "Bearer k-1");
    }

    #[test]
    fn the_default_port_is_that_of_the_scheme() {
        let client = Client::new(url("http://example.test/v1"), None).unwrap();

        assert_eq!((client.host(), client.port()), ("example.test", 80));
    }

    #[test]
    fn loopback_is_recognised_by_name_and_address() {
        for loopback in ["http://localhost:1/", "http://127.0.0.9:1/", "http://[::1]:1/"] {
            assert!(is_loopback(&url(loopback)), "{loopback}");
        }
        assert!(!is_loopback(&url("https://api.openai.com/v1")));
    }
}
