//! The APIs, a file each: how its responses are read, and what in them tells news from content.

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

pub(crate) use gather::{Gather, NewsKeys};
pub use gemini_grounding::charged_gemini_searches;

use crate::api::Api;
use chat_usage::Beside;
use gather::Plain;

/// What gathers a response of `api`.
pub(crate) fn gather(api: Api) -> Box<dyn Gather> {
    match api {
        Api::OpenAiChat => Box::new(openai_chat::Gathered::new(Beside::WhatTheSumsSay)),
        Api::OpenAiEmbeddings => Box::new(openai_chat::Gathered::new(Beside::Nothing)),
        Api::XaiChat => Box::new(openai_chat::Gathered::new(Beside::Reasoning)),
        Api::PerplexityChat => Box::new(openai_chat::Gathered::new(Beside::ReasoningAndCitations)),
        Api::OpenAiResponses => Plain::boxed(openai_responses::NEWS, openai_responses::read),
        Api::OpenAiTranscriptions | Api::OpenAiImages => Plain::boxed(openai_media::NEWS, openai_media::read),
        Api::OpenAiRealtime => Plain::boxed(openai_realtime::NEWS, openai_realtime::read),
        Api::Speech => Plain::boxed(speech::NEWS, speech::read),
        Api::Rerank => Plain::boxed(rerank::NEWS, rerank::read),
        Api::MistralOcr => Plain::boxed(mistral_ocr::NEWS, mistral_ocr::read),
        Api::VertexPredict => Plain::boxed(vertex_predict::NEWS, vertex_predict::read),
        Api::AnthropicMessages => Box::new(anthropic::Gathered::default()),
        Api::GeminiContent => Box::new(gemini::Gathered::default()),
        Api::GeminiInteractions => Plain::boxed(gemini_interactions::NEWS, gemini_interactions::read),
        Api::BedrockConverse => Plain::boxed(bedrock_converse::NEWS, bedrock_converse::read),
        Api::BedrockInvoke => Box::new(bedrock_invoke::Gathered::default()),
        Api::Cohere => Plain::boxed(cohere::NEWS, cohere::read),
        Api::Ollama => Plain::boxed(ollama::NEWS, ollama::read),
        Api::LlamaCpp => Plain::boxed(llama_cpp::NEWS, llama_cpp::read),
    }
}
