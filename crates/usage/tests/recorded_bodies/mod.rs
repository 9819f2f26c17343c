//! Recorded bodies with their providers.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tracing_genai_usage::Api;

#[derive(Deserialize)]
pub(crate) struct Entry {
    pub(crate) body: Value,
    pub(crate) extracted: Vec<Extracted>,
}

/// The common result of some of the oracle's extractors.
#[derive(Deserialize)]
pub(crate) struct Extracted {
    pub(crate) extractors: Vec<Extractor>,
    #[allow(dead_code, reason = "one of the tests that share this uses counts")]
    pub(crate) usage: BTreeMap<String, u64>,
}

#[derive(Deserialize)]
pub(crate) struct Extractor {
    pub(crate) provider_id: String,
    pub(crate) api_flavor: String,
    #[allow(dead_code, reason = "one of the tests that share this uses prices")]
    pub(crate) input_price: Option<String>,
    #[allow(dead_code, reason = "one of the tests that share this uses prices")]
    pub(crate) output_price: Option<String>,
}

/// Providers of chat completions, by a word in the name of the body's recording.
const CHAT_PROVIDERS: &[(&str, &str, &str)] = &[
    ("openrouter", "openrouter", "chat"),
    ("cerebras", "cerebras", "chat"),
    ("mistral", "mistral", "default"),
    ("groq", "groq", "default"),
    ("deepseek", "deepseek", "chat"),
    ("zai", "zai", "chat"),
    ("xai", "x-ai", "chat"),
];

/// The provider and flavour of the oracle's extractor for a body's own provider: detected by its format, and for chat
/// completions, which many providers share, by its recording.
fn own_extractor(body: &Value) -> (&'static str, &'static str) {
    let words = body["file"].as_str().unwrap_or_default().to_ascii_lowercase();
    match Api::of_response("", body.to_string().as_bytes()) {
        Api::GeminiContent => ("google", "default"),
        Api::BedrockConverse => ("aws", "default"),
        Api::Cohere => ("cohere", "default"),
        Api::AnthropicMessages => ("anthropic", "default"),
        Api::OpenAiResponses => ("openai", "responses"),
        Api::OpenAiEmbeddings => ("openai", "embeddings"),
        _ => CHAT_PROVIDERS
            .iter()
            .find(|(word, ..)| {
                words
                    .split(|letter: char| !letter.is_ascii_alphanumeric())
                    .any(|of| of == *word)
            })
            .map_or(("openai", "chat"), |&(_, provider, flavour)| (provider, flavour)),
    }
}

impl Entry {
    /// The result of the oracle's extractor for the body's own provider, and the API of the body.
    pub(crate) fn own(&self) -> Option<(&Extracted, &Extractor, Api)> {
        let (provider, flavour) = own_extractor(&self.body);
        let api = Api::named(provider, flavour)?;
        self.extracted.iter().find_map(|extracted| {
            let own = |of: &&Extractor| of.provider_id == provider && of.api_flavor == flavour;
            Some((extracted, extracted.extractors.iter().find(own)?, api))
        })
    }
}
