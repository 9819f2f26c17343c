//! The values of `gen_ai.provider.name`, with deprecated and foreign values.

/// Other values and the conventions' values.
///
/// Sources: semantic-conventions 1.37 for the deprecated ones; the packages of rig, Traceloop, OpenInference, OpenLIT and the
/// Vercel AI SDK (`@ai-sdk/*`, field `provider`).
const NAMES: &[(&str, &str)] = &[
    // Deprecated by the conventions.
    ("vertex_ai", "gcp.vertex_ai"),
    ("gemini", "gcp.gemini"),
    ("az.ai.inference", "azure.ai.inference"),
    ("az.ai.openai", "azure.ai.openai"),
    // rig
    ("azure.openai", "azure.ai.openai"),
    ("aws_bedrock", "aws.bedrock"),
    ("vertexai", "gcp.vertex_ai"),
    ("gemini-grpc", "gcp.gemini"),
    ("mistral", "mistral_ai"),
    ("moonshot", "moonshot_ai"),
    ("xai", "x_ai"),
    // Traceloop, which used brand names; its `Langchain` is not a provider and is left unchanged.
    ("OpenAI", "openai"),
    ("Anthropic", "anthropic"),
    ("Azure", "azure.ai.openai"),
    ("AWS", "aws.bedrock"),
    ("bedrock", "aws.bedrock"),
    ("Google", "gcp.gen_ai"),
    ("Cohere", "cohere"),
    ("MistralAI", "mistral_ai"),
    ("Groq", "groq"),
    ("Watsonx", "ibm.watsonx.ai"),
    ("Ollama", "ollama"),
    ("TogetherAI", "together_ai"),
    ("Together", "together_ai"),
    ("OpenRouter", "openrouter"),
    // OpenInference
    ("google", "gcp.gen_ai"),
    ("azure", "azure.ai.openai"),
    ("aws", "aws.bedrock"),
    ("mistralai", "mistral_ai"),
    // OpenLIT
    ("ibm.watson.ai", "ibm.watsonx.ai"),
    ("google.ai.studio", "gcp.gemini"),
    // Vercel
    ("google.vertex", "gcp.vertex_ai"),
    ("vertex.anthropic", "gcp.vertex_ai"),
    ("googleVertex.anthropic", "gcp.vertex_ai"),
    ("vertex.maas", "gcp.vertex_ai"),
    ("google.generative-ai", "gcp.gemini"),
    ("amazon-bedrock", "aws.bedrock"),
    ("bedrock.anthropic", "aws.bedrock"),
    ("azure-openai", "azure.ai.openai"),
    ("moonshotai", "moonshot_ai"),
    ("togetherai", "together_ai"),
];

/// Suffixes for a provider's API in the Vercel AI SDK, as in `openai.responses`.
const APIS: &[&str] = &[
    ".chat",
    ".completion",
    ".embedding",
    ".embeddings",
    ".textEmbedding",
    ".image",
    ".messages",
    ".responses",
    ".interactions",
    ".reranking",
    ".speech",
    ".transcription",
    ".video",
];

/// The conventions' value for `name`, which may be deprecated or from another library.
///
/// Unknown values are returned unchanged: the attribute is an open enum.
///
/// ```
/// use tracing_genai_semconv::provider::current;
///
/// assert_eq!(current("vertex_ai"), "gcp.vertex_ai");
/// assert_eq!(current("openai"), "openai");
/// assert_eq!(current("openai.responses"), "openai");
/// assert_eq!(current("my-own.chat"), "my-own.chat");
/// ```
pub fn current(name: &str) -> &str {
    // Fast path: most values are current.
    if is_known(name) {
        return name;
    }
    if let Some(renamed) = renamed(name) {
        return renamed;
    }
    match without_api(name) {
        Some(provider) if is_known(provider) => provider,
        _ => name,
    }
}

/// The current value if it differs from `name` by more than the API suffix.
fn renamed(name: &str) -> Option<&'static str> {
    let known = |name: &str| NAMES.iter().find(|(other, _)| *other == name).map(|(_, name)| *name);
    known(name).or_else(|| known(without_api(name)?))
}

fn without_api(name: &str) -> Option<&str> {
    APIS.iter().find_map(|api| name.strip_suffix(api))
}

fn is_known(provider: &str) -> bool {
    crate::Attribute::ProviderName.known_values().contains(&provider) || VERCEL_PROVIDERS.contains(&provider)
}

/// Providers of the Vercel AI SDK outside the conventions.
const VERCEL_PROVIDERS: &[&str] = &[
    "fireworks",
    "cerebras",
    "deepinfra",
    "vercel",
    "baseten",
    "huggingface",
    "alibaba",
];
