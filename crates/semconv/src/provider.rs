//! The values of `gen_ai.provider.name`, and the older ones they replaced.

/// The APIs of a provider that the Vercel AI SDK puts behind its name, as `openai.responses`.
/// Source: the packages `@ai-sdk/*`, field `provider`.
const APIS: [&str; 6] = [
    ".chat",
    ".completion",
    ".embedding",
    ".image",
    ".messages",
    ".responses",
];

/// The current name for `name`, which may be one of those the conventions renamed in 1.37, or one of the Vercel AI SDK.
///
/// Names of nobody's are returned as they are: the attribute is an open enum.
///
/// ```
/// assert_eq!(tracing_genai_semconv::provider::current("vertex_ai"), "gcp.vertex_ai");
/// assert_eq!(tracing_genai_semconv::provider::current("openai"), "openai");
/// assert_eq!(tracing_genai_semconv::provider::current("openai.responses"), "openai");
/// ```
pub fn current(name: &str) -> &str {
    let api = APIS.iter().find_map(|api| name.strip_suffix(api));
    match api.unwrap_or(name) {
        "vertex_ai" | "google.vertex" => "gcp.vertex_ai",
        "gemini" | "google.generative-ai" => "gcp.gemini",
        "az.ai.inference" => "azure.ai.inference",
        "az.ai.openai" | "azure-openai" => "azure.ai.openai",
        "amazon-bedrock" => "aws.bedrock",
        "mistral" => "mistral_ai",
        "moonshotai" => "moonshot_ai",
        "xai" => "x_ai",
        current => current,
    }
}
