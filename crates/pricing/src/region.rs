//! The region of a call by its host: some providers charge more outside their global endpoints.

use tracing_genai_usage::host_matches;

use crate::names;

/// The location of a call, as far as a price depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Region {
    /// The provider's ordinary endpoint.
    Global,
    /// The endpoint of one or more regions.
    Regional,
    /// Unknown, and the provider has both.
    Unknown,
}

/// The id prefixes of models sold only on an API without an ordinary endpoint: Google sells other makers' models on
/// Vertex AI.
const ON_REGIONAL_API: &[(&str, &str)] = &[("google", "claude")];

/// A name of Google's that covers both of its APIs. Source: the registry of semantic-conventions-genai.
const ANY_GOOGLE: &str = "gcp.gen_ai";

/// Hosts by the provider of the catalogue, in patterns of [`host_matches`]; the first match applies. Sources:
/// <https://cloud.google.com/vertex-ai/generative-ai/docs/learn/locations>,
/// <https://platform.openai.com/docs/guides/your-data#data-residency-controls> (only these two process regionally; it
/// is not stated whether the surcharge applies to regional storage),
/// <https://docs.together.ai/docs/serverless/geo-specific-inference>.
const HOSTS: &[(&str, &str, Region)] = &[
    ("google", "aiplatform.googleapis.com", Region::Global),
    ("google", "*-aiplatform.googleapis.com", Region::Regional),
    ("google", "aiplatform.*.rep.googleapis.com", Region::Regional),
    ("google", "generativelanguage.googleapis.com", Region::Global),
    ("openai", "us.api.openai.com", Region::Regional),
    ("openai", "eu.api.openai.com", Region::Regional),
    ("openai", "*.api.openai.com", Region::Unknown),
    ("together", "us-api.together.ai", Region::Regional),
    ("together", "ca-api.together.ai", Region::Regional),
];

impl Region {
    /// The region of a call to `host` of the seller of that id; `name` is the call's provider name, `model` the id of
    /// its line.
    ///
    /// Without a host the ordinary endpoint is assumed, except for Vertex AI, which has no ordinary one.
    pub(crate) fn of(seller: &str, name: &str, model: &str, host: Option<&str>) -> Self {
        let host = host.map(str::to_ascii_lowercase);
        // An address may include its port.
        let host = host
            .as_deref()
            .map(|host| host.split_once(':').map_or(host, |(host, _)| host));
        let fits = |(of, pattern, _): &&(&str, &str, Self)| {
            *of == seller && host.is_some_and(|host| host_matches(pattern, host))
        };
        let mut regional = ON_REGIONAL_API.iter();
        let is_vertex = regional.any(|(of, models)| *of == seller && model.starts_with(models))
            || (seller == "google" && (names::is_vertex(name) || name.eq_ignore_ascii_case(ANY_GOOGLE)));
        match HOSTS.iter().find(fits) {
            Some(&(_, _, region)) => region,
            None if is_vertex => Self::Unknown,
            None => Self::Global,
        }
    }

    /// The value in a variant's condition.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Regional => "regional",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_determines_the_region_and_vertex_without_host_is_unknown() {
        let cases = [
            (
                "google",
                "gcp.vertex_ai",
                Some("aiplatform.googleapis.com"),
                Region::Global,
            ),
            (
                "google",
                "gcp.vertex_ai",
                Some("US-EAST5-aiplatform.googleapis.com"),
                Region::Regional,
            ),
            (
                "google",
                "gcp.vertex_ai",
                Some("aiplatform.eu.rep.googleapis.com"),
                Region::Regional,
            ),
            ("google", "gcp.vertex_ai", Some("gateway.example"), Region::Unknown),
            ("google", "gcp.vertex_ai", None, Region::Unknown),
            ("google", "gcp.gemini", None, Region::Global),
            ("google", "gcp.gen_ai", None, Region::Unknown),
            (
                "google",
                "gcp.gen_ai",
                Some("generativelanguage.googleapis.com"),
                Region::Global,
            ),
            ("openai", "openai", Some("eu.api.openai.com:443"), Region::Regional),
            ("openai", "openai", Some("a.b.api.openai.com"), Region::Unknown),
            (
                "google",
                "gcp.gemini",
                Some("a.b-aiplatform.googleapis.com"),
                Region::Global,
            ),
            ("openai", "openai", Some("api.openai.com"), Region::Global),
            ("openai", "openai", Some("eu.api.openai.com"), Region::Regional),
            ("openai", "openai", Some("jp.api.openai.com"), Region::Unknown),
            ("openai", "openai", None, Region::Global),
            ("anthropic", "anthropic", Some("eu.api.openai.com"), Region::Global),
        ];
        for (seller, name, host, region) in cases {
            assert_eq!(Region::of(seller, name, "m", host), region, "{name} {host:?}");
        }
        assert_eq!(Region::of("google", "google", "claude-opus-5", None), Region::Unknown);
    }
}
