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
    // Older values of `gen_ai.system`.
    ("az.ai.inference", "azure"),
    ("az.ai.openai", "azure"),
    ("gemini", "google"),
    ("vertex_ai", "google"),
    ("xai", "x-ai"),
];

/// Providers of the conventions that the catalogue has no prices of, which must not be taken for another.
const WITHOUT_PRICES: &[&str] = &["ibm.watsonx.ai"];

/// Gemini's API calls a model by its resource name, `models/{model}`; Vertex AI by `publishers/google/models/{model}`.
/// Source: <https://ai.google.dev/api/models>, <https://cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference>.
const RESOURCE_PREFIXES: &[(&str, &str)] = &[("google", "publishers/google/models/"), ("google", "models/")];

/// What the conventions' name of a provider is called in the catalogue.
pub(crate) enum Translation {
    /// This provider of the catalogue.
    Is(&'static str),
    /// None.
    HasNoPrices,
    /// The catalogue's own rules decide.
    Unknown,
}

/// Translates a lower-case name of a provider.
pub(crate) fn translate(name: &str) -> Translation {
    if WITHOUT_PRICES.contains(&name) {
        return Translation::HasNoPrices;
    }
    match PROVIDERS.iter().find(|(semconv, _)| *semconv == name) {
        Some((_, id)) => Translation::Is(id),
        None => Translation::Unknown,
    }
}

/// The model's name without the resource it stands in.
pub(crate) fn without_resource<'a>(provider: &str, model: &'a str) -> &'a str {
    RESOURCE_PREFIXES
        .iter()
        .filter(|(of, _)| *of == provider)
        .find_map(|(_, prefix)| model.strip_prefix(prefix))
        .unwrap_or(model)
}
