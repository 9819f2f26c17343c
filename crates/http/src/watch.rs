//! What is watched: the hosts of providers, and what is done for them.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use tracing_genai::usage::Endpoint;

use crate::propagate::Propagation;

/// Which hosts are providers, and what is done when they are called. Cheap to clone.
///
/// The hosts of some forty providers are watched by default, those of the conventions among them; others, such as a gateway or
/// a model server of one's own, are named.
///
/// ```
/// use tracing_genai_http::Watch;
///
/// let watch = Watch::new()
///     .host("llm.internal:8080", "openai") // speaks OpenAI's API
///     .propagate_to("llm.internal:8080");
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a watch does nothing until a middleware or layer has it"]
pub struct Watch {
    settings: Arc<Settings>,
}

#[derive(Clone, Debug, Default)]
struct Settings {
    hosts: Vec<(Host, String)>,
    propagate_to: Vec<(Host, Propagation)>,
    stall_after: Option<Duration>,
}

/// A host as it is written in a URL, with a port or for every port.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Host {
    name: String,
    port: Option<u16>,
}

/// Where a request goes, if that is a provider.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) provider: String,
    pub(crate) endpoint: Endpoint,
    pub(crate) model: Option<String>,
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Watch {
    /// Watches the providers that are known, propagates nothing, and calls five seconds without a chunk a stall.
    pub fn new() -> Self {
        Self::default()
    }

    /// Also watches `host`, a name or address with or without a port, as one that speaks for `provider`: a value of
    /// `gen_ai.provider.name`, by which its API is told and its models are priced. Goes before what is known of the host.
    pub fn host(mut self, host: &str, provider: &str) -> Self {
        Arc::make_mut(&mut self.settings)
            .hosts
            .push((Host::new(host), provider.to_owned()));
        self
    }

    /// Sends the trace context (`traceparent`, `tracestate`) along to `host`, a name or address with or without a port, and
    /// nothing else: no baggage. To no host unless it is named: a provider is none of the service's own.
    pub fn propagate_to(self, host: &str) -> Self {
        self.propagate(host, Propagation::TraceContext)
    }

    /// Sends all that the global propagator writes along to `host`, instead of the trace context alone: with
    /// OpenTelemetry's baggage that is whatever the service put there, ids of users among it. For hosts of one's own.
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

    /// After how long without a chunk a stream is counted as standing still (`tracing_genai.stream.stalls`); 5 seconds
    /// unless set.
    pub fn stall_after(mut self, gap: Duration) -> Self {
        Arc::make_mut(&mut self.settings).stall_after = Some(gap);
        self
    }

    pub(crate) fn stall_gap(&self) -> Option<Duration> {
        self.settings.stall_after
    }

    /// What a request is, if it runs a provider's model: others, as a list of what was answered before, are no `POST`.
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

    /// What goes along to where `target` is, if anything: all, if the host is named for both.
    pub(crate) fn propagation_to(&self, target: &Target) -> Option<Propagation> {
        let hosts = self.settings.propagate_to.iter();
        let named = hosts.filter(|(host, _)| host.is(&target.host, target.port));
        named.map(|(_, propagation)| *propagation).max()
    }
}

impl Host {
    fn new(written: &str) -> Self {
        let (name, port) = match written.rsplit_once(':') {
            // The colons of an address of version 6 stand in brackets where a port follows.
            // What is no port is none that a request could go to.
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
    fn known_providers_are_watched_and_others_only_by_name() {
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
    fn a_host_of_ones_own_goes_before_the_known() {
        let watch = Watch::new().host("api.openai.com", "azure.ai.openai");
        let found = provider(&watch, "api.openai.com", 443, "/v1/responses");
        assert_eq!(found.as_deref(), Some("azure.ai.openai"));
    }

    #[test]
    fn the_trace_context_goes_to_no_provider_unasked() {
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
