//! The APIs, one file each: how their responses are read, and which keys matter in a stream.

mod anthropic;
mod bedrock_converse;
mod bedrock_invoke;
mod chat_usage;
mod cohere;
mod gather;
mod gemini;
mod gemini_grounding;
mod gemini_interactions;
mod llama_cpp;
mod mistral_ocr;
mod modalities;
mod ollama;
mod openai_chat;
mod openai_media;
mod openai_realtime;
mod openai_responses;
mod rerank;
mod speech;
mod stated_cost;
mod vertex_predict;

pub(crate) use gather::{EventKeys, Gather};
pub use gemini_grounding::charged_gemini_searches;

use crate::api::Api;
use chat_usage::Excluded;
use gather::Plain;

/// The reader of a response of `api`.
pub(crate) fn gather(api: Api) -> Box<dyn Gather> {
    match api {
        Api::OpenAiChat => Box::new(openai_chat::Gathered::new(Excluded::ByTotal)),
        Api::OpenAiEmbeddings => Box::new(openai_chat::Gathered::new(Excluded::NoCompletion)),
        Api::XaiChat => Box::new(openai_chat::Gathered::new(Excluded::Reasoning)),
        Api::PerplexityChat => Box::new(openai_chat::Gathered::new(Excluded::ReasoningAndCitations)),
        Api::OpenAiResponses => Plain::boxed(openai_responses::EVENT_KEYS, openai_responses::read),
        Api::OpenAiTranscriptions | Api::OpenAiImages => Plain::boxed(openai_media::EVENT_KEYS, openai_media::read),
        Api::OpenAiRealtime => Plain::boxed(openai_realtime::EVENT_KEYS, openai_realtime::read),
        Api::Speech => Plain::boxed(speech::EVENT_KEYS, speech::read),
        Api::Rerank => Plain::boxed(rerank::EVENT_KEYS, rerank::read),
        Api::MistralOcr => Plain::boxed(mistral_ocr::EVENT_KEYS, mistral_ocr::read),
        Api::VertexPredict => Plain::boxed(vertex_predict::EVENT_KEYS, vertex_predict::read),
        Api::AnthropicMessages => Box::new(anthropic::Gathered::default()),
        Api::GeminiContent => Box::new(gemini::Gathered::default()),
        Api::GeminiInteractions => Plain::boxed(gemini_interactions::EVENT_KEYS, gemini_interactions::read),
        Api::BedrockConverse => Plain::boxed(bedrock_converse::EVENT_KEYS, bedrock_converse::read),
        Api::BedrockInvoke => Box::new(bedrock_invoke::Gathered::default()),
        Api::Cohere => Plain::boxed(cohere::EVENT_KEYS, cohere::read),
        Api::Ollama => Plain::boxed(ollama::EVENT_KEYS, ollama::read),
        Api::LlamaCpp => Plain::boxed(llama_cpp::EVENT_KEYS, llama_cpp::read),
    }
}
