//! Detects the API of a response.

use memchr::memmem;

use crate::api::Api;

/// Marks at the beginning of a response, more specific ones first. A mark is a key or a pair, written without spaces.
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

/// The bytes searched for a mark, at the beginning and at the end of a body.
const LOOKED_AT: usize = 4096;

/// The name of a stream's first event, by API: its JSON may have the mark only after the searched bytes.
const EVENTS: &[(&str, Api)] = &[
    ("response.", Api::OpenAiResponses),
    ("message_start", Api::AnthropicMessages),
    ("message-start", Api::Cohere),
];

impl Api {
    /// The API of `provider` detected from the names at a response's beginning and end; the provider's main API if none
    /// matches.
    ///
    /// ```
    /// use tracing_genai_usage::Api;
    ///
    /// assert_eq!(Api::of_response("openai", br#"{"object":"response"}"#), Api::OpenAiResponses);
    /// assert_eq!(Api::of_response("x_ai", br#"{"object":"chat.completion"}"#), Api::XaiChat);
    /// assert_eq!(Api::of_response("cohere", br#"{"message":"Slow down"}"#), Api::Cohere);
    /// assert_eq!(Api::of_response("acme", b"{}"), Api::OpenAiChat);
    /// ```
    pub fn of_response(provider: &str, body: &[u8]) -> Self {
        let by_shape = of_shape(body).map(|api| api.at(provider));
        by_shape.unwrap_or_else(|| Self::default_of(provider))
    }
}

/// The API of a stream whose first event has that name.
fn of_first_event(body: &[u8]) -> Option<Api> {
    // Gateways send comments while waiting (`: OPENROUTER PROCESSING`).
    let mut lines = body.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let line = lines.find(|line| !line.is_empty() && !line.starts_with(b":"))?;
    let name = line.strip_prefix(b"event:")?.trim_ascii();
    let named = EVENTS.iter().find(|(event, _)| name.starts_with(event.as_bytes()));
    named.map(|&(_, api)| api)
}

/// The API detected from the content.
fn of_shape(body: &[u8]) -> Option<Api> {
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
    fn the_api_is_detected_from_the_content() {
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
    fn a_mark_at_the_end_of_a_long_body_is_found() {
        let body = format!(
            r#"{{"output":{{"text":"{}"}},"usage":{{"inputTokens":1}}}}"#,
            "x".repeat(100_000)
        );
        assert_eq!(of_shape(body.as_bytes()), Some(Api::BedrockConverse));
    }
}
