//! The provider and API of a request, by its URL.

use crate::api::Api;
use crate::hosts;

/// The target of a request that runs a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint {
    /// The API.
    pub api: Api,
    /// The operation: a value of `gen_ai.operation.name`.
    pub operation: &'static str,
    /// Whether the path alone implies a streamed answer.
    pub is_stream: bool,
}

/// Path suffixes of whole segments, with their meaning. `/v1/messages/count_tokens`, `/v1/responses/resp_1` and
/// `/v1/threads/t/messages` are other APIs, which run no model.
const PATHS: &[(&str, Api, &str)] = &[
    ("/chat/completions", Api::OpenAiChat, "chat"),
    ("/responses", Api::OpenAiResponses, "chat"),
    ("/embeddings", Api::OpenAiEmbeddings, "embeddings"),
    ("/completions", Api::OpenAiChat, "text_completion"),
    ("/audio/transcriptions", Api::OpenAiTranscriptions, "generate_content"),
    ("/audio/translations", Api::OpenAiTranscriptions, "generate_content"),
    ("/audio/speech", Api::Speech, "generate_content"),
    ("/t2a_v2", Api::Speech, "generate_content"),
    ("/rerank", Api::Rerank, "generate_content"),
    ("/ocr", Api::MistralOcr, "generate_content"),
    ("/images/generations", Api::OpenAiImages, "generate_content"),
    ("/images/edits", Api::OpenAiImages, "generate_content"),
    ("/v1/messages", Api::AnthropicMessages, "chat"),
    ("/interactions", Api::GeminiInteractions, "generate_content"),
    ("/v2/chat", Api::Cohere, "chat"),
    ("/v1/chat", Api::Cohere, "chat"),
    ("/v2/embed", Api::Cohere, "embeddings"),
    ("/v1/embed", Api::Cohere, "embeddings"),
    ("/api/chat", Api::Ollama, "chat"),
    ("/api/generate", Api::Ollama, "text_completion"),
    ("/api/embed", Api::Ollama, "embeddings"),
    ("/api/embeddings", Api::Ollama, "embeddings"),
    ("/completion", Api::LlamaCpp, "text_completion"),
];

/// Paths with a model: the text before and after the model, the API and the operation, marked if the answer is
/// streamed.
const MODEL_PATHS: &[(&str, &str, Api, &str)] = &[
    ("/models/", ":generateContent", Api::GeminiContent, "generate_content"),
    (
        "/models/",
        ":streamGenerateContent",
        Api::GeminiContent,
        "generate_content",
    ),
    (
        "/endpoints/",
        ":generateContent",
        Api::GeminiContent,
        "generate_content",
    ),
    (
        "/endpoints/",
        ":streamGenerateContent",
        Api::GeminiContent,
        "generate_content",
    ),
    ("/models/", ":embedContent", Api::GeminiContent, "embeddings"),
    ("/models/", ":batchEmbedContents", Api::GeminiContent, "embeddings"),
    ("/models/", ":predict", Api::VertexPredict, "embeddings"),
    (
        "/publishers/mistralai/models/mistral-ocr",
        ":rawPredict",
        Api::MistralOcr,
        "generate_content",
    ),
    (
        "/publishers/anthropic/models/",
        ":rawPredict",
        Api::AnthropicMessages,
        "chat",
    ),
    (
        "/publishers/anthropic/models/",
        ":streamRawPredict",
        Api::AnthropicMessages,
        "chat",
    ),
    ("/publishers/mistralai/models/", ":rawPredict", Api::OpenAiChat, "chat"),
    (
        "/publishers/mistralai/models/",
        ":streamRawPredict",
        Api::OpenAiChat,
        "chat",
    ),
    ("/model/", "/converse", Api::BedrockConverse, "chat"),
    ("/model/", "/converse-stream", Api::BedrockConverse, "chat"),
    ("/model/", "/invoke", Api::BedrockInvoke, "chat"),
    ("/model/", "/invoke-with-response-stream", Api::BedrockInvoke, "chat"),
    ("/openai/deployments/", "/chat/completions", Api::OpenAiChat, "chat"),
    (
        "/openai/deployments/",
        "/completions",
        Api::OpenAiChat,
        "text_completion",
    ),
    (
        "/openai/deployments/",
        "/audio/transcriptions",
        Api::OpenAiTranscriptions,
        "generate_content",
    ),
    (
        "/openai/deployments/",
        "/audio/translations",
        Api::OpenAiTranscriptions,
        "generate_content",
    ),
    ("/openai/deployments/", "/audio/speech", Api::Speech, "generate_content"),
    (
        "/openai/deployments/",
        "/images/generations",
        Api::OpenAiImages,
        "generate_content",
    ),
    (
        "/openai/deployments/",
        "/embeddings",
        Api::OpenAiEmbeddings,
        "embeddings",
    ),
];

impl Endpoint {
    /// The operation at `path` of `provider`, a value of `gen_ai.provider.name`; `None` for unknown paths and paths
    /// that run no model. The query is ignored.
    ///
    /// ```
    /// use tracing_genai_usage::{Api, Endpoint};
    ///
    /// let provider = Endpoint::provider_of_host("api.openai.com").unwrap();
    /// let endpoint = Endpoint::of_path(provider, "/v1/responses").unwrap();
    /// assert_eq!((endpoint.api, endpoint.operation), (Api::OpenAiResponses, "chat"));
    /// assert_eq!(Endpoint::of_path(provider, "/v1/models"), None);
    /// ```
    pub fn of_path(provider: &str, path: &str) -> Option<Self> {
        let path = plain(path);
        let by_model = MODEL_PATHS
            .iter()
            .find(|(before, after, ..)| model_between(path, before, after).is_some())
            .map(|&(_, after, api, operation)| (api, operation, after.to_ascii_lowercase().contains("stream")));
        let by_end = || {
            PATHS
                .iter()
                .find(|(end, ..)| path.ends_with(end))
                .map(|&(_, api, operation)| (api, operation, false))
        };
        let (api, mut operation, is_stream) = by_model.or_else(by_end)?;
        // One path predicts with models of every kind, of which only embeddings count tokens.
        if api == Api::VertexPredict && !Self::model_in(path).is_some_and(|model| model.contains("embedding")) {
            return None;
        }
        // One path invokes models of every kind; embedding models are detected by name.
        if api == Api::BedrockInvoke && Self::model_in(path).is_some_and(|model| model.contains("embed")) {
            operation = "embeddings";
        }
        Some(Self {
            api: api.at(provider),
            operation,
            is_stream,
        })
    }

    /// The model in `path`, as in Gemini's, Vertex AI's, Bedrock's and Azure's; percent-encoded colons and slashes are
    /// decoded.
    ///
    /// ```
    /// use tracing_genai_usage::Endpoint;
    ///
    /// let path = "/model/anthropic.claude-sonnet-4-5-v1%3A0/converse";
    /// assert_eq!(Endpoint::model_in(path).as_deref(), Some("anthropic.claude-sonnet-4-5-v1:0"));
    /// assert_eq!(Endpoint::model_in("/v1/responses"), None);
    /// ```
    pub fn model_in(path: &str) -> Option<String> {
        let path = plain(path);
        MODEL_PATHS
            .iter()
            .find_map(|(before, after, ..)| model_between(path, before, after))
            .map(|model| {
                model
                    .replace("%3A", ":")
                    .replace("%3a", ":")
                    .replace("%2F", "/")
                    .replace("%2f", "/")
            })
    }

    /// The provider of a known host, as a value of `gen_ai.provider.name`. Case and port are ignored.
    pub fn provider_of_host(host: &str) -> Option<&'static str> {
        let host = host.rsplit_once(':').map_or(host, |(host, _port)| host);
        hosts::provider(host.trim_end_matches('.'))
    }
}

fn plain(path: &str) -> &str {
    path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/')
}

fn model_between<'path>(path: &'path str, before: &str, after: &str) -> Option<&'path str> {
    let (_, model) = path.strip_suffix(after)?.rsplit_once(before)?;
    Some(model).filter(|model| !model.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_determines_the_api() {
        let cases = [
            ("openai", "/v1/chat/completions", Some((Api::OpenAiChat, "chat", false))),
            ("x_ai", "/v1/chat/completions", Some((Api::XaiChat, "chat", false))),
            (
                "perplexity",
                "/chat/completions",
                Some((Api::PerplexityChat, "chat", false)),
            ),
            (
                "azure.ai.openai",
                "/openai/deployments/prod/chat/completions?api-version=2025-01-01",
                Some((Api::OpenAiChat, "chat", false)),
            ),
            ("openai", "/v1/responses", Some((Api::OpenAiResponses, "chat", false))),
            ("openai", "/v1/responses/", Some((Api::OpenAiResponses, "chat", false))),
            (
                "openai",
                "/v1/completions",
                Some((Api::OpenAiChat, "text_completion", false)),
            ),
            (
                "openai",
                "/v1/embeddings",
                Some((Api::OpenAiEmbeddings, "embeddings", false)),
            ),
            (
                "anthropic",
                "/v1/messages",
                Some((Api::AnthropicMessages, "chat", false)),
            ),
            (
                "openrouter",
                "/api/v1/messages?beta=true",
                Some((Api::AnthropicMessages, "chat", false)),
            ),
            (
                "gcp.vertex_ai",
                "/v1/projects/p/locations/l/publishers/anthropic/models/claude-opus-5@20260101:streamRawPredict",
                Some((Api::AnthropicMessages, "chat", true)),
            ),
            (
                "gcp.gemini",
                "/v1beta/models/gemini-3-pro:streamGenerateContent?alt=sse",
                Some((Api::GeminiContent, "generate_content", true)),
            ),
            (
                "aws.bedrock",
                "/model/amazon.nova-lite-v1%3A0/converse-stream",
                Some((Api::BedrockConverse, "chat", true)),
            ),
            (
                "aws.bedrock",
                "/model/amazon.titan-embed-text-v2%3A0/invoke",
                Some((Api::BedrockInvoke, "embeddings", false)),
            ),
            (
                "aws.bedrock",
                "/model/meta.llama3/invoke",
                Some((Api::BedrockInvoke, "chat", false)),
            ),
            ("openai", "/v1/messages/count_tokens", None),
            ("anthropic", "/v1/messages/batches", None),
            ("openai", "/v1/threads/t_1/messages", None),
            ("openai", "/v1/responses/resp_1", None),
            ("gcp.gemini", "/v1beta/models/gemini-3-pro:countTokens", None),
            ("openai", "/v1/models", None),
        ];
        for (provider, path, expected) in cases {
            let found = Endpoint::of_path(provider, path);
            assert_eq!(
                found.map(|found| (found.api, found.operation, found.is_stream)),
                expected,
                "{path}"
            );
        }
    }

    #[test]
    fn models_are_read_from_paths() {
        let cases = [
            ("/v1beta/models/gemini-3-pro:generateContent", Some("gemini-3-pro")),
            ("/openai/deployments/prod/chat/completions?api-version=1", Some("prod")),
            (
                "/model/arn%3Aaws%3Abedrock%3A%3A%2Fx/converse",
                Some("arn:aws:bedrock::/x"),
            ),
            ("/v1/chat/completions", None),
        ];
        for (path, model) in cases {
            assert_eq!(Endpoint::model_in(path).as_deref(), model, "{path}");
        }
    }

    #[test]
    fn a_host_may_have_a_port_and_capitals() {
        assert_eq!(Endpoint::provider_of_host("API.OpenAI.com:443"), Some("openai"));
        assert_eq!(Endpoint::provider_of_host("example.com"), None);
    }
}
