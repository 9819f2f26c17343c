//! The watched hosts and their settings.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use tracing_genai::usage::Endpoint;

use crate::propagate::Propagation;

/// The watched hosts and their settings. Cheap to clone.
///
/// The hosts of some forty providers are watched by default, including those of the conventions. Add others, such as a gateway
/// or your own model server.
///
/// ```
/// use tracing_genai_http::Watch;
///
/// let watch = Watch::new()
///     .host("llm.internal:8080", "openai") // has OpenAI's API
///     .propagate_to("llm.internal:8080");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a watch does nothing until it is passed to a middleware or layer"]
pub struct Watch {
    settings: Arc<Settings>,
}

#[derive(Clone, Debug, Default)]
struct Settings {
    hosts: Vec<(Host, String)>,
    propagate_to: Vec<(Host, Propagation)>,
    stall_after: Option<Duration>,
}

/// A host as in a URL, with one port or for all ports.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Host {
    name: String,
    port: Option<u16>,
}

/// The provider and endpoint of a request.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) provider: String,
    pub(crate) endpoint: Endpoint,
    pub(crate) model: Option<String>,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Watch {
    /// Watches the known providers and propagates nothing; a stream stalls after 5 seconds without a chunk.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also watches `host`, a name or address with or without a port. `provider`, a value of `gen_ai.provider.name`,
    /// determines its API and its prices. Overrides the default for a known host.
    pub fn host(mut self, host: &str, provider: &str) -> Self {
        Arc::make_mut(&mut self.settings)
            .hosts
            .push((Host::new(host), provider.to_owned()));
        self
    }

    /// Sends the W3C trace context (`traceparent`, `tracestate`) to `host`, a name or address with or without a port, without
    /// baggage. Default: no host, since providers are third parties.
    pub fn propagate_to(self, host: &str) -> Self {
        self.propagate(host, Propagation::TraceContext)
    }

    /// Sends everything that the global propagator writes to `host`, instead of the trace context alone. That may be baggage
    /// with user ids, so use it for your own hosts. Default: no host.
    ///
    /// ```
    /// use tracing_genai_http::Watch;
    ///
    /// let watch = Watch::new().host("llm.internal", "openai").propagate_all_to("llm.internal");
    /// ```
    pub fn propagate_all_to(self, host: &str) -> Self {
        self.propagate(host, Propagation::All)
    }

    fn propagate(mut self, host: &str, propagation: Propagation) -> Self {
        let hosts = &mut Arc::make_mut(&mut self.settings).propagate_to;
        hosts.push((Host::new(host), propagation));
        self
    }

    /// Sets the gap between chunks that counts as a stall (`tracing_genai.stream.stalls`). Default: 5 seconds.
    pub fn stall_after(mut self, gap: Duration) -> Self {
        Arc::make_mut(&mut self.settings).stall_after = Some(gap);
        self
    }

    pub(crate) fn stall_gap(&self) -> Option<Duration> {
        self.settings.stall_after
    }

    /// The target of a request that runs a provider's model; requests that do not, such as lists of responses, are not `POST`.
    pub(crate) fn target(&self, method: &Method, host: &str, port: u16, path: &str) -> Option<Target> {
        if method != Method::POST {
            return None;
        }
        let named = self.settings.hosts.iter().find(|(known, _)| known.is(host, port));
        let provider = match named {
            Some((_, provider)) => provider.as_str(),
            None => Endpoint::provider_of_host(host)?,
        };
        let endpoint = Endpoint::of_path(provider, path)?;
        Some(Target {
            provider: provider.to_owned(),
            endpoint,
            model: Endpoint::model_in(path),
            host: host.to_owned(),
            port,
        })
    }

    /// The propagation to the host of `target`, if set; everything, if the host is set for both.
    pub(crate) fn propagation_to(&self, target: &Target) -> Option<Propagation> {
        let hosts = self.settings.propagate_to.iter();
        let named = hosts.filter(|(host, _)| host.is(&target.host, target.port));
        named.map(|(_, propagation)| *propagation).max()
    }
}

impl Host {
    fn new(written: &str) -> Self {
        let (name, port) = match written.rsplit_once(':') {
            // An IPv6 address with a port is in brackets. An invalid port becomes 0, which no request has.
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, Some(port.parse().unwrap_or(0))),
            _ => (written, None),
        };
        Self {
            name: name.to_ascii_lowercase(),
            port,
        }
    }

    fn is(&self, host: &str, port: u16) -> bool {
        self.name.eq_ignore_ascii_case(host) && self.port.is_none_or(|own| own == port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(watch: &Watch, host: &str, port: u16, path: &str) -> Option<String> {
        watch
            .target(&Method::POST, host, port, path)
            .map(|target| target.provider)
    }

    #[test]
    fn known_and_added_hosts_are_watched() {
        let watch = Watch::new()
            .host("LLM.internal:8080", "mistral_ai")
            .host("[::1]", "openai");
        let chat = "/v1/chat/completions";
        let cases = [
            ("api.openai.com", 443, chat, Some("openai")),
            ("api.openai.com", 443, "/v1/models", None),
            ("example.com", 443, chat, None),
            ("llm.internal", 8080, chat, Some("mistral_ai")),
            ("llm.internal", 80, chat, None),
            ("[::1]", 9, chat, Some("openai")),
        ];
        for (host, port, path, expected) in cases {
            assert_eq!(
                provider(&watch, host, port, path).as_deref(),
                expected,
                "{host}:{port}{path}"
            );
        }
    }

    #[test]
    fn only_a_post_runs_a_model() {
        let watch = Watch::new();
        let path = "/v1/responses";
        assert!(watch.target(&Method::GET, "api.openai.com", 443, path).is_none());
        assert!(watch.target(&Method::POST, "api.openai.com", 443, path).is_some());
    }

    #[test]
    fn an_added_host_overrides_the_default() {
        let watch = Watch::new().host("api.openai.com", "azure.ai.openai");
        let found = provider(&watch, "api.openai.com", 443, "/v1/responses");
        assert_eq!(found.as_deref(), Some("azure.ai.openai"));
    }

    #[test]
    fn the_trace_context_goes_only_to_added_hosts() {
        let watch = Watch::new()
            .host("llm.internal", "openai")
            .propagate_to("llm.internal:443");
        let own = watch
            .target(&Method::POST, "llm.internal", 443, "/v1/responses")
            .unwrap();
        assert_eq!(watch.propagation_to(&own), Some(Propagation::TraceContext));
        let other = watch
            .target(&Method::POST, "api.openai.com", 443, "/v1/responses")
            .unwrap();
        assert_eq!(watch.propagation_to(&other), None);
    }
}
