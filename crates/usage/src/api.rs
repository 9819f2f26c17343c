//! Which provider API a response belongs to.

use memchr::memmem;

/// An API whose responses can be read. Many providers speak these, so an API is not a provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Api {
    /// `POST /v1/chat/completions`, of OpenAI and everything compatible.
    OpenAiChat,
    /// `POST /v1/responses`, of OpenAI and everything compatible.
    OpenAiResponses,
    /// `POST /v1/embeddings`, of OpenAI and everything compatible.
    OpenAiEmbeddings,
    /// `POST /v1/messages`, of Anthropic and everything compatible.
    AnthropicMessages,
}

/// Ends of request paths. Whole segments: `/v1/messages/count_tokens`, `/v1/responses/resp_1` and
/// `/v1/threads/t/messages` are other APIs, which answer without having run a model.
const PATHS: &[(&str, Api)] = &[
    ("/chat/completions", Api::OpenAiChat),
    ("/responses", Api::OpenAiResponses),
    ("/embeddings", Api::OpenAiEmbeddings),
    ("/v1/messages", Api::AnthropicMessages),
];

/// What the head of a response says about itself, for paths that a gateway has rewritten.
const MARKS: &[(&str, Api)] = &[
    (r#""object":"chat.completion"#, Api::OpenAiChat),
    (r#""object":"response""#, Api::OpenAiResponses),
    (r#""type":"response.created""#, Api::OpenAiResponses),
    (r#""type":"message""#, Api::AnthropicMessages),
    (r#""type":"message_start""#, Api::AnthropicMessages),
];

/// How much of a body is looked at for a mark.
const HEAD_BYTES: usize = 4096;

impl Api {
    /// The API of a request path, with or without a query; where the path says nothing, the API that `body`, the
    /// beginning of the response, looks like. Pass an empty body to go by the path alone.
    pub fn detect(path: &str, body: &[u8]) -> Option<Self> {
        let path = path.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let by_path = PATHS.iter().find(|(end, _)| path.ends_with(end));
        let head = body.get(..HEAD_BYTES).unwrap_or(body);
        by_path
            .or_else(|| {
                MARKS
                    .iter()
                    .find(|(mark, _)| memmem::find(head, mark.as_bytes()).is_some())
            })
            .map(|&(_, api)| api)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_decides() {
        let cases = [
            ("/v1/chat/completions", Some(Api::OpenAiChat)),
            (
                "/openai/deployments/prod/chat/completions?api-version=2025-01-01",
                Some(Api::OpenAiChat),
            ),
            ("/v1/responses", Some(Api::OpenAiResponses)),
            ("/v1/responses/", Some(Api::OpenAiResponses)),
            ("/v1/embeddings", Some(Api::OpenAiEmbeddings)),
            ("/v1/messages", Some(Api::AnthropicMessages)),
            ("/api/v1/messages?beta=true", Some(Api::AnthropicMessages)),
            ("/v1/messages/count_tokens", None),
            ("/v1/messages/batches", None),
            ("/v1/threads/t_1/messages", None),
            ("/v1/responses/resp_1", None),
            ("/v1/models", None),
        ];
        for (path, api) in cases {
            assert_eq!(Api::detect(path, b""), api, "{path}");
        }
    }

    #[test]
    fn a_rewritten_path_is_told_by_the_body() {
        assert_eq!(
            Api::detect("/llm", br#"{"id":"x","object":"chat.completion"}"#),
            Some(Api::OpenAiChat)
        );
        assert_eq!(
            Api::detect("/llm", br#"data: {"type":"message_start"}"#),
            Some(Api::AnthropicMessages)
        );
        assert_eq!(Api::detect("/llm", b"<html>"), None);
    }
}
