//! The APIs, a file each: how its responses are read, and what in them tells news from content.

mod anthropic;
mod bedrock_converse;
mod bedrock_invoke;
mod chat_usage;
mod cohere;
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

pub use gemini_grounding::charged_gemini_searches;

use memchr::memmem;

use crate::api::Api;
use crate::reading::Reading;
use chat_usage::Beside;

/// Gathers what one response says, from its body or from its events one after another.
pub(crate) trait Gather: Send + Sync {
    /// The keys of events that say something new.
    fn news_keys(&self) -> NewsKeys;

    /// Takes over a body or an event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error>;

    /// What is known so far; counts may still be missing.
    fn reading(&self) -> &Reading;

    /// What the response said.
    fn finish(self: Box<Self>) -> Reading;
}

/// Takes over a body or an event.
type Read = fn(&mut Reading, &[u8]) -> Result<(), serde_json::Error>;

/// Gathers a response of an API whose bodies and events are read one by one, without a memory of their own.
struct Plain {
    reading: Reading,
    news: NewsKeys,
    read: Read,
}

impl Plain {
    fn boxed(news: NewsKeys, read: Read) -> Box<dyn Gather> {
        Box::new(Self {
            reading: Reading::default(),
            news,
            read,
        })
    }
}

impl Gather for Plain {
    fn news_keys(&self) -> NewsKeys {
        self.news
    }

    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        (self.read)(&mut self.reading, json)
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(self: Box<Self>) -> Reading {
        self.reading.finished()
    }
}

/// The keys of an API's events that say something new.
#[derive(Clone, Copy)]
pub(crate) struct NewsKeys {
    /// An event without a value under one of these changes nothing but the response's names.
    pub(crate) telling: &'static [&'static str],
    /// Where the response's id may stand; the first that is no empty text is taken.
    pub(crate) id: &'static [&'static str],
    /// The same for the model.
    pub(crate) model: &'static [&'static str],
}

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

/// What the beginning of a response says about itself, the more particular first. A mark is a key or a pair, written
/// without spaces.
const MARKS: &[(&str, Api)] = &[
    (r#""object":"chat.completion"#, Api::OpenAiChat),
    (r#""object":"text_completion""#, Api::OpenAiChat),
    (r#""object":"realtime.response""#, Api::OpenAiRealtime),
    (
        r#""type":"conversation.item.input_audio_transcription.completed""#,
        Api::OpenAiRealtime,
    ),
    (r#""object":"response""#, Api::OpenAiResponses),
    (r#""object":"interaction""#, Api::GeminiInteractions),
    (r#""type":"response.created""#, Api::OpenAiResponses),
    (r#""type":"message""#, Api::AnthropicMessages),
    (r#""type":"message_start""#, Api::AnthropicMessages),
    (r#""usageMetadata":"#, Api::GeminiContent),
    (r#""modelVersion":"#, Api::GeminiContent),
    (r#""relevance_score":"#, Api::Rerank),
    (r#""search_units":"#, Api::Rerank),
    (r#""billed_units":"#, Api::Cohere),
    (r#""pages_processed":"#, Api::MistralOcr),
    (r#""type":"speech.audio.done""#, Api::Speech),
    (r#""usage_characters":"#, Api::Speech),
    (r#""statistics":{"#, Api::VertexPredict),
    (r#""type":"message-start""#, Api::Cohere),
    (r#""prompt_eval_count":"#, Api::Ollama),
    (r#""tokens_evaluated":"#, Api::LlamaCpp),
    (r#""inputTokens":"#, Api::BedrockConverse),
    (r#""stopReason":"#, Api::BedrockConverse),
    (r#""b64_json":"#, Api::OpenAiImages),
    (r#""input_token_details":"#, Api::OpenAiTranscriptions),
    (r#""cache_creation_input_tokens":"#, Api::AnthropicMessages),
    (r#""cache_read_input_tokens":"#, Api::AnthropicMessages),
    (r#""input_tokens_details":"#, Api::OpenAiResponses),
    (r#""output_tokens_details":"#, Api::OpenAiResponses),
    (r#""completion_tokens":"#, Api::OpenAiChat),
    (r#""prompt_tokens":"#, Api::OpenAiEmbeddings),
    (r#""created_at":"#, Api::Ollama),
    (r#""choices":"#, Api::OpenAiChat),
    (r#""base_resp":"#, Api::OpenAiChat),
];

/// How much of a body is looked at for a mark, at its beginning and at its end.
const LOOKED_AT: usize = 4096;

/// What the first event of a stream is called, by whose API: its JSON may hold the same only far behind.
const EVENTS: &[(&str, Api)] = &[
    ("response.", Api::OpenAiResponses),
    ("message_start", Api::AnthropicMessages),
    ("message-start", Api::Cohere),
];

/// The API whose stream opens with an event of that name.
fn of_first_event(body: &[u8]) -> Option<Api> {
    // Gateways send comments while they wait (`: OPENROUTER PROCESSING`).
    let mut lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with(b":"))?;
    let name = line.strip_prefix(b"event:")?.trim_ascii();
    let named = EVENTS.iter().find(|(event, _)| name.starts_with(event.as_bytes()));
    named.map(|&(_, api)| api)
}

pub(crate) fn of_shape(body: &[u8]) -> Option<Api> {
    if let Some(api) = of_first_event(body) {
        return Some(api);
    }
    let head = body.get(..LOOKED_AT).unwrap_or(body);
    let tail = body.get(body.len().saturating_sub(LOOKED_AT)..).unwrap_or_default();
    let looked_at = [&without_spaces(head)[..], b"\n", &without_spaces(tail)].concat();
    MARKS
        .iter()
        .find(|(mark, _)| memmem::find(&looked_at, mark.as_bytes()).is_some())
        .map(|&(_, api)| api)
}

fn without_spaces(text: &[u8]) -> Vec<u8> {
    text.iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_is_told_by_its_shape() {
        let cases = [
            (r#"{"id":"x","object":"chat.completion"}"#, Some(Api::OpenAiChat)),
            (r#"data: {"type": "message_start"}"#, Some(Api::AnthropicMessages)),
            (
                r#"{"usage":{"input_tokens":1,"cache_read_input_tokens":2}}"#,
                Some(Api::AnthropicMessages),
            ),
            (r#"{"usageMetadata":{"promptTokenCount":1}}"#, Some(Api::GeminiContent)),
            (r#"{"usage":{"inputTokens":1}}"#, Some(Api::BedrockConverse)),
            (
                r#"{"usage":{"prompt_tokens":1,"completion_tokens":2}}"#,
                Some(Api::OpenAiChat),
            ),
            (r#"{"usage":{"prompt_tokens":1}}"#, Some(Api::OpenAiEmbeddings)),
            (r#"{"usage":{"billed_units":{"input_tokens":1}}}"#, Some(Api::Cohere)),
            ("<html>", None),
        ];
        for (body, api) in cases {
            assert_eq!(of_shape(body.as_bytes()), api, "{body}");
        }
    }

    #[test]
    fn a_mark_may_stand_at_the_end_of_a_long_body() {
        let body = format!(
            r#"{{"output":{{"text":"{}"}},"usage":{{"inputTokens":1}}}}"#,
            "x".repeat(100_000)
        );
        assert_eq!(of_shape(body.as_bytes()), Some(Api::BedrockConverse));
    }
}
