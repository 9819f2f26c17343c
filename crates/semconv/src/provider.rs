//! The values of `gen_ai.provider.name`, and the older ones they replaced.

/// The current name for `name`, which may be one of those the conventions renamed in 1.37.
///
/// Names of nobody's are returned as they are: the attribute is an open enum.
///
/// ```
/// assert_eq!(tracing_genai_semconv::provider::current("vertex_ai"), "gcp.vertex_ai");
/// assert_eq!(tracing_genai_semconv::provider::current("openai"), "openai");
/// ```
pub fn current(name: &str) -> &str {
    match name {
        "vertex_ai" => "gcp.vertex_ai",
        "gemini" => "gcp.gemini",
        "az.ai.inference" => "azure.ai.inference",
        "az.ai.openai" => "azure.ai.openai",
        "xai" => "x_ai",
        current => current,
    }
}
