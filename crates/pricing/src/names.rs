//! Names of providers: from the OpenTelemetry conventions to the catalogue.

/// The values of `gen_ai.provider.name` that the catalogue's own rules would miss or send elsewhere: `azure.ai.openai`
/// contains `openai`, but is not priced by it. Source: the registry of semantic-conventions-genai.
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
    // Older values of `gen_ai.system`, and names that routers use.
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

/// Providers of the conventions that the catalogue has no prices of, which must not be taken for another.
const WITHOUT_PRICES: &[&str] = &["ibm.watsonx.ai"];

/// Names that say through which gateway a call went, and not who served it. Sources: the gateways' own telemetry.
const GATEWAYS: &[&str] = &[
    "litellm",
    "litellm_proxy",
    "portkey",
    "helicone",
    "bifrost",
    "llm_gateway",
];

/// Providers whose API others speak, too, so that their names may say no more than that.
const DIALECTS: &[&str] = &["openai", "anthropic"];

/// Providers whose models only they serve, and clouds at their prices: such a model's name tells whose it is. Any host may
/// serve models with open weights.
const VENDORS: &[&str] = &["anthropic", "google", "openai", "x-ai"];

/// What begins the names of models with open weights among those of [`VENDORS`].
const OPEN_WEIGHTS: &[&str] = &["gpt-oss", "gemma", "grok-1", "grok-2"];

/// Whether that lower-case name is a gateway's.
pub(crate) fn is_gateway(name: &str) -> bool {
    GATEWAYS.contains(&name)
}

/// Whether the provider of that id may be another whose API is the same.
pub(crate) fn is_dialect(provider: &str) -> bool {
    DIALECTS.contains(&provider)
}

/// Whether the model of that lower-case name is served by the provider of that id alone.
pub(crate) fn is_vendors_own(provider: &str, model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    VENDORS.contains(&provider) && !OPEN_WEIGHTS.iter().any(|open| name.starts_with(open))
}

/// What the conventions' lower-case name of a provider is called in the catalogue; `None` where the catalogue's own rules
/// decide.
pub(crate) fn translate(name: &str) -> Option<&'static str> {
    PROVIDERS
        .iter()
        .find(|(semconv, _)| *semconv == name)
        .map(|&(_, id)| id)
}

/// Whether that is Google's Vertex AI, which the catalogue does not tell from the Gemini API.
pub(crate) fn is_vertex(name: &str) -> bool {
    name.to_ascii_lowercase().contains("vertex")
}

/// Whether the conventions name a provider so that the catalogue has no prices of.
pub(crate) fn has_no_prices(name: &str) -> bool {
    WITHOUT_PRICES.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_routers_and_frameworks_mean_the_provider_that_they_name() {
        assert_eq!(translate("fireworks-ai"), Some("fireworks"));
        assert_eq!(translate("fireworks_ai"), Some("fireworks"));
        // It contains `openai`, and is Azure's.
        assert_eq!(translate("azure-openai"), Some("azure"));
        for other in ["fireworks-ai-eu", "meta_llama", "dashscope", "z"] {
            assert_eq!(translate(other), None, "{other}");
        }
    }
}
