//! The APIs whose responses are supported.

/// An API whose responses are supported. Many providers share an API; providers with different counts under a shared
/// API have a separate variant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Api {
    /// `POST /v1/chat/completions` and `/v1/completions`, of `OpenAI` and compatible providers.
    OpenAiChat,
    /// `POST /v1/responses`, of `OpenAI` and compatible providers.
    OpenAiResponses,
    /// `POST /v1/embeddings`, of `OpenAI` and compatible providers.
    OpenAiEmbeddings,
    /// `POST /v1/audio/transcriptions` and `/v1/audio/translations`, of `OpenAI` and compatible providers.
    OpenAiTranscriptions,
    /// A turn of a realtime session, of `OpenAI` and compatible providers: the event `response.done`.
    OpenAiRealtime,
    /// `POST /v1/audio/speech`, of `OpenAI` and compatible providers, and of `MiniMax`.
    Speech,
    /// `POST /v1/images/generations` and `/v1/images/edits`, of `OpenAI` and compatible providers.
    OpenAiImages,
    /// `POST /v1/chat/completions` of xAI, whose `completion_tokens` exclude reasoning.
    XaiChat,
    /// `POST /chat/completions` of Perplexity, whose `completion_tokens` exclude reasoning and citations.
    PerplexityChat,
    /// `POST /v1/messages`, of Anthropic and compatible providers.
    AnthropicMessages,
    /// `:generateContent` and `:streamGenerateContent` of Gemini, at Google AI and at Vertex AI, and Google AI's embeddings.
    GeminiContent,
    /// `POST /v1beta/interactions` of Gemini.
    GeminiInteractions,
    /// `POST /model/{id}/converse` and `/converse-stream` of Amazon Bedrock.
    BedrockConverse,
    /// `POST /model/{id}/invoke` and `/invoke-with-response-stream` of Amazon Bedrock, in the shape of the model's vendor.
    BedrockInvoke,
    /// `POST /v2/chat`, `/v2/embed` and their first versions, of Cohere.
    Cohere,
    /// `POST /v2/rerank`, `/v1/rerank` of Cohere and compatible providers.
    Rerank,
    /// `POST /v1/ocr` of Mistral.
    MistralOcr,
    /// `:predict` of Vertex AI's embeddings.
    VertexPredict,
    /// `POST /api/chat`, `/api/generate` and `/api/embed` of Ollama.
    Ollama,
    /// `POST /completion` of llama.cpp's server.
    LlamaCpp,
}

/// The names of each API, its own first; the others are from the genai-prices table, version 0.2.3, where a name's API
/// may depend on the provider.
const NAMES: &[(Api, &[&str])] = &[
    (Api::OpenAiChat, &["chat", "completions"]),
    (Api::OpenAiResponses, &["responses"]),
    (Api::OpenAiEmbeddings, &["embeddings"]),
    (Api::OpenAiTranscriptions, &["transcriptions", "live"]),
    (Api::OpenAiRealtime, &["realtime"]),
    (Api::Speech, &["speech"]),
    (Api::OpenAiImages, &["images"]),
    (Api::XaiChat, &["xai_chat"]),
    (Api::PerplexityChat, &["perplexity_chat"]),
    (Api::AnthropicMessages, &["messages", "anthropic"]),
    (Api::GeminiContent, &["generate_content"]),
    (Api::GeminiInteractions, &["interactions"]),
    (Api::BedrockConverse, &["converse"]),
    (Api::BedrockInvoke, &["invoke_model"]),
    (Api::Cohere, &["cohere"]),
    (Api::Rerank, &["rerank"]),
    (Api::MistralOcr, &["ocr", "ocr_annotated"]),
    (Api::VertexPredict, &["predict"]),
    (Api::Ollama, &["ollama"]),
    (Api::LlamaCpp, &["llama_cpp"]),
];

/// A provider's default API, by its name in the conventions or the price table. All others are compatible with
/// `OpenAI`.
const DEFAULTS: &[(&str, Api)] = &[
    ("anthropic", Api::AnthropicMessages),
    ("aws", Api::BedrockConverse),
    ("aws.bedrock", Api::BedrockConverse),
    ("bedrock", Api::BedrockConverse),
    ("cohere", Api::Cohere),
    ("gcp.gemini", Api::GeminiContent),
    ("gcp.gen_ai", Api::GeminiContent),
    ("gcp.vertex_ai", Api::GeminiContent),
    ("gemini", Api::GeminiContent),
    ("google", Api::GeminiContent),
    ("minimax", Api::AnthropicMessages),
    ("ollama", Api::Ollama),
    ("perplexity", Api::PerplexityChat),
    ("vertex_ai", Api::GeminiContent),
    ("x-ai", Api::XaiChat),
    ("x_ai", Api::XaiChat),
    ("xai", Api::XaiChat),
];

impl Api {
    /// All APIs, in listing order.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|&(api, _)| api)
    }

    /// The API's name, such as `responses`.
    pub fn name(self) -> &'static str {
        let names = NAMES.iter().find(|(api, _)| *api == self).map(|(_, names)| *names);
        names.and_then(|names| names.first()).copied().unwrap_or_default()
    }

    /// The API of that name at `provider`, both in lower case: `chat` differs between `x_ai` and `openai`, and
    /// `default` is the provider's main API. Names are those of [`Self::name`] and of genai-prices.
    ///
    /// ```
    /// use tracing_genai_usage::Api;
    ///
    /// assert_eq!(Api::named("openai", "responses"), Some(Api::OpenAiResponses));
    /// assert_eq!(Api::named("x_ai", "chat"), Some(Api::XaiChat));
    /// assert_eq!(Api::named("gcp.vertex_ai", "anthropic"), Some(Api::AnthropicMessages));
    /// assert_eq!(Api::named("aws.bedrock", "default"), Some(Api::BedrockConverse));
    /// assert_eq!(Api::named("openai", "telepathy"), None);
    /// ```
    pub fn named(provider: &str, name: &str) -> Option<Self> {
        if name == "default" {
            return Some(Self::default_of(provider));
        }
        let api = NAMES
            .iter()
            .find(|(_, names)| names.contains(&name))
            .map(|&(api, _)| api)?;
        Some(api.at(provider))
    }

    /// The main API of `provider`, if it has its own.
    pub(crate) fn of_provider(provider: &str) -> Option<Self> {
        DEFAULTS
            .iter()
            .find(|(named, _)| *named == provider)
            .map(|&(_, api)| api)
    }

    /// The variant of this API at `provider`.
    pub(crate) fn at(self, provider: &str) -> Self {
        match (self, Self::of_provider(provider)) {
            (Self::OpenAiChat, Some(own @ (Self::XaiChat | Self::PerplexityChat))) => own,
            _ => self,
        }
    }

    /// The main API of `provider`.
    pub(crate) fn default_of(provider: &str) -> Self {
        Self::of_provider(provider).unwrap_or(Self::OpenAiChat)
    }
}
