//! The hosts of providers.

/// Hosts and their providers: by the conventions' `gen_ai.provider.name` if it has a value, else by the genai-prices
/// table. `*` matches any text without a dot, and a leading `*.` any number of labels. Sources: the providers' own API
/// references; the patterns of genai-prices 0.2.3.
const HOSTS: &[(&str, &str)] = &[
    ("api.openai.com", "openai"),
    ("*.api.openai.com", "openai"),
    ("chatgpt.com", "openai"),
    ("*.openai.azure.com", "azure.ai.openai"),
    ("*.cognitiveservices.azure.com", "azure.ai.openai"),
    ("*.services.ai.azure.com", "azure.ai.inference"),
    ("*.models.ai.azure.com", "azure.ai.inference"),
    ("api.anthropic.com", "anthropic"),
    ("aws-external-anthropic.*.api.aws", "anthropic"),
    ("bedrock-runtime.*.amazonaws.com", "aws.bedrock"),
    ("bedrock-runtime.*.amazonaws.com.cn", "aws.bedrock"),
    ("bedrock-runtime-fips.*.amazonaws.com", "aws.bedrock"),
    ("bedrock-mantle.*.api.aws", "aws.bedrock"),
    ("generativelanguage.googleapis.com", "gcp.gemini"),
    ("aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("*-aiplatform.googleapis.com", "gcp.vertex_ai"),
    ("aiplatform.*.rep.googleapis.com", "gcp.vertex_ai"),
    ("api.mistral.ai", "mistral_ai"),
    ("codestral.mistral.ai", "mistral_ai"),
    ("api.cohere.com", "cohere"),
    ("api.cohere.ai", "cohere"),
    ("api.groq.com", "groq"),
    ("api.deepseek.com", "deepseek"),
    ("api.x.ai", "x_ai"),
    ("*.api.x.ai", "x_ai"),
    ("api.perplexity.ai", "perplexity"),
    ("api.moonshot.ai", "moonshot_ai"),
    ("api.moonshot.cn", "moonshot_ai"),
    ("openrouter.ai", "openrouter"),
    ("api.openrouter.ai", "openrouter"),
    ("api.arcee.ai", "arcee"),
    ("api.avian.io", "avian"),
    ("inference.baseten.co", "baseten"),
    ("api.cerebras.ai", "cerebras"),
    ("api.doubleword.ai", "doubleword"),
    ("api.fireworks.ai", "fireworks"),
    ("api.githubcopilot.com", "github-copilot"),
    ("api.*.githubcopilot.com", "github-copilot"),
    ("api.meta.ai", "meta"),
    ("api.minimax.io", "minimax"),
    ("api.minimax.com", "minimax"),
    ("api.minimaxi.com", "minimax"),
    ("api.novita.ai", "novita"),
    ("oai.endpoints.kepler.ai.cloud.ovh.net", "ovhcloud"),
    ("api.together.xyz", "together"),
    ("api.together.ai", "together"),
    ("us-api.together.ai", "together"),
    ("ca-api.together.ai", "together"),
    ("api.deepinfra.com", "deepinfra"),
    ("api.voyageai.com", "voyageai"),
    ("api.z.ai", "zai"),
    ("open.bigmodel.cn", "zhipuai"),
    ("api.venice.ai", "venice"),
];

/// The longest name of a host.
const MAX_HOST_BYTES: usize = 253;

/// The provider of `host`, in any case and without a port. Allocates nothing: clients ask for every host.
pub(crate) fn provider(host: &str) -> Option<&'static str> {
    let mut lower = [0; MAX_HOST_BYTES];
    let lower = lower.get_mut(..host.len())?;
    lower.copy_from_slice(host.as_bytes());
    lower.make_ascii_lowercase();
    let host = std::str::from_utf8(lower).ok()?;
    HOSTS
        .iter()
        .find(|(pattern, _)| host_matches(pattern, host))
        .map(|&(_, provider)| provider)
}

/// Whether `host`, in lower case and without a port, matches a pattern: a leading `*.` matches one label or more, any
/// other `*` text without a dot. A pattern has one `*` at most.
///
/// ```
/// use tracing_genai_usage::host_matches;
///
/// assert!(host_matches("*-aiplatform.googleapis.com", "europe-west4-aiplatform.googleapis.com"));
/// assert!(host_matches("*.openai.azure.com", "contoso.openai.azure.com"));
/// assert!(!host_matches("*.openai.azure.com", "openai.azure.com"));
/// ```
pub fn host_matches(pattern: &str, host: &str) -> bool {
    if let Some(domain) = pattern.strip_prefix("*.") {
        return host
            .strip_suffix(domain)
            .and_then(|labels| labels.strip_suffix('.'))
            .is_some_and(|labels| !labels.is_empty());
    }
    let Some((before, after)) = pattern.split_once('*') else {
        return pattern == host;
    };
    host.strip_prefix(before)
        .and_then(|rest| rest.strip_suffix(after))
        .is_some_and(|label| !label.is_empty() && !label.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_match_by_name_or_pattern() {
        let cases = [
            ("api.openai.com", Some("openai")),
            ("eu.api.openai.com", Some("openai")),
            ("evil-api.openai.com", None),
            ("api.openai.com.evil.example", None),
            ("contoso.openai.azure.com", Some("azure.ai.openai")),
            ("openai.azure.com", None),
            ("bedrock-runtime.eu-central-1.amazonaws.com", Some("aws.bedrock")),
            ("s3.eu-central-1.amazonaws.com", None),
            ("bedrock-runtime.a.b.amazonaws.com", None),
            ("europe-west4-aiplatform.googleapis.com", Some("gcp.vertex_ai")),
            ("storage.googleapis.com", None),
            ("Contoso.OpenAI.Azure.com", Some("azure.ai.openai")),
            ("localhost", None),
            ("", None),
        ];
        for (host, expected) in cases {
            assert_eq!(provider(host), expected, "{host}");
        }
    }
}
