//! Provider names: from the OpenTelemetry conventions to the catalogue.

/// The values of `gen_ai.provider.name` that the catalogue's own rules miss or match wrongly: `azure.ai.openai`
/// contains `openai`, but has other prices. Source: the registry of semantic-conventions-genai.
const PROVIDERS: &[(&str, &str)] = &[
    ("anthropic", "anthropic"),
    ("aws.bedrock", "aws"),
    ("azure.ai.inference", "azure"),
    ("azure.ai.openai", "azure"),
    ("cohere", "cohere"),
    ("deepseek", "deepseek"),
    ("gcp.gemini", "google"),
    ("gcp.gen_ai", "google"),
    ("gcp.vertex_ai", "google"),
    ("groq", "groq"),
    ("mistral_ai", "mistral"),
    ("moonshot_ai", "moonshotai"),
    ("openai", "openai"),
    ("perplexity", "perplexity"),
    ("x_ai", "x-ai"),
    // Older values of `gen_ai.system`, and names used by routers.
    ("azure_ai", "azure"),
    ("az.ai.inference", "azure"),
    ("az.ai.openai", "azure"),
    ("gemini", "google"),
    ("vertex_ai", "google"),
    ("xai", "x-ai"),
    // Names of LiteLLM (<https://docs.litellm.ai/docs/providers>), models.dev and the Vercel AI SDK.
    ("azure-openai", "azure"),
    ("azure_openai", "azure"),
    ("azure_text", "azure"),
    ("bigmodel", "zhipuai"),
    ("codestral", "mistral"),
    ("deepseek-ai", "deepseek"),
    ("fireworks-ai", "fireworks"),
    ("fireworksai", "fireworks"),
    ("fireworks_ai", "fireworks"),
    ("novita-ai", "novita"),
    ("novita_ai", "novita"),
    ("text-completion-codestral", "mistral"),
    ("togetherai", "together"),
    ("workers-ai", "cloudflare"),
    ("z-ai", "zai"),
    ("z.ai", "zai"),
    ("z_ai", "zai"),
    ("zhipu", "zhipuai"),
];

/// Providers of the conventions without prices in the catalogue, which must not match another provider.
const WITHOUT_PRICES: &[&str] = &["ibm.watsonx.ai"];

/// Names of gateways, which do not identify the provider. Sources: the gateways' own telemetry.
const GATEWAYS: &[&str] = &[
    "litellm",
    "litellm_proxy",
    "portkey",
    "helicone",
    "bifrost",
    "llm_gateway",
];

/// Providers whose API others imitate: their names may identify only the API.
const DIALECTS: &[&str] = &["openai", "anthropic"];

/// Providers whose models are sold only by them, and by clouds at their prices: such a model's name identifies the
/// provider. Models with open weights are excluded: any host may serve them.
const VENDORS: &[&str] = &["anthropic", "google", "openai", "x-ai"];

/// Name prefixes of models with open weights of [`VENDORS`].
const OPEN_WEIGHTS: &[&str] = &["gpt-oss", "gemma", "grok-1", "grok-2"];

/// Whether that lower-case name is a gateway's.
pub(crate) fn is_gateway(name: &str) -> bool {
    GATEWAYS.contains(&name)
}

/// Whether the provider of that id may be another with the same API.
pub(crate) fn is_dialect(provider: &str) -> bool {
    DIALECTS.contains(&provider)
}

/// Whether the model of that lower-case name is served only by the provider of that id.
pub(crate) fn is_vendors_own(provider: &str, model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    VENDORS.contains(&provider) && !OPEN_WEIGHTS.iter().any(|open| name.starts_with(open))
}

/// The catalogue's id for a lower-case provider name of the conventions; `None` if the catalogue's rules decide.
pub(crate) fn translate(name: &str) -> Option<&'static str> {
    PROVIDERS
        .iter()
        .find(|(semconv, _)| *semconv == name)
        .map(|&(_, id)| id)
}

/// Whether the name is Google's Vertex AI, which the catalogue does not separate from the Gemini API.
pub(crate) fn is_vertex(name: &str) -> bool {
    name.to_ascii_lowercase().contains("vertex")
}

/// Whether the name is a provider of the conventions without prices in the catalogue.
pub(crate) fn has_no_prices(name: &str) -> bool {
    WITHOUT_PRICES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_routers_and_frameworks_map_to_providers() {
        assert_eq!(translate("fireworks-ai"), Some("fireworks"));
        assert_eq!(translate("fireworks_ai"), Some("fireworks"));
        // It contains `openai`, but is Azure's.
        assert_eq!(translate("azure-openai"), Some("azure"));
        for other in ["fireworks-ai-eu", "meta_llama", "dashscope", "z"] {
            assert_eq!(translate(other), None, "{other}");
        }
    }
}
