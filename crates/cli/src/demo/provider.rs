//! The built-in provider: an HTTP server on loopback that speaks the wire formats of OpenAI and Anthropic.
//!
//! Content and token counts are invented, the shapes are the providers'. Responses have delays, so that durations and
//! times to first chunk differ.

mod anthropic;
mod openai;
mod response;

use axum::{Router, routing::post};
use reqwest::Url;
use tokio::net::TcpListener;

pub(crate) use openai::REFUSED_MODEL;
pub(crate) use response::event_stream;

/// Starts the provider on a free loopback port and returns its base URL, which ends in `/v1/`.
///
/// It serves until the runtime ends. Fails if no loopback port is available.
pub(crate) async fn start() -> anyhow::Result<Url> {
    let routes = Router::new()
        .route("/v1/chat/completions", post(openai::chat_completions))
        .route("/v1/embeddings", post(openai::embeddings))
        .route("/v1/messages", post(anthropic::messages));
    let address = serve(routes).await?;
    Ok(address.join("v1/")?)
}

/// Serves `routes` on a free loopback port until the runtime ends, and returns its root URL.
pub(crate) async fn serve(routes: Router) -> anyhow::Result<Url> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let url = Url::parse(&format!("http://{}/", listener.local_addr()?))?;
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(url)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::demo::client::Client;

    async fn post_json(path: &str, body: &Value) -> (u16, String, String) {
        let client = Client::new(start().await.unwrap(), None).unwrap();
        let response = client.post(path, body).await.unwrap();
        let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
        (response.status().as_u16(), kind, response.text().await.unwrap())
    }

    #[tokio::test]
    async fn a_streamed_openai_chat_ends_with_its_usage_and_done() {
        let body = serde_json::json!({"model": "m", "messages": [], "stream": true, "stream_options": {"include_usage": true}});

        let (status, kind, text) = post_json("chat/completions", &body).await;

        assert_eq!(status, 200);
        assert!(kind.starts_with("text/event-stream"));
        assert!(text.ends_with("data: [DONE]\n\n"));
        let usage = text
            .split("\n\n")
            .find(|frame| frame.contains("\"prompt_tokens\""))
            .unwrap();
        assert!(
            usage.contains("\"choices\":[]"),
            "OpenAI sends usage in a chunk without choices: {usage}"
        );
    }

    #[tokio::test]
    async fn a_streamed_openai_chat_without_include_usage_has_no_usage() {
        let body = serde_json::json!({"model": "m", "messages": [], "stream": true});

        let (_, _, text) = post_json("chat/completions", &body).await;

        assert!(!text.contains("usage"));
    }

    #[tokio::test]
    async fn a_streamed_anthropic_message_has_named_events_and_cached_tokens() {
        let system = serde_json::json!([{"type": "text", "text": "long", "cache_control": {"type": "ephemeral"}}]);
        let body = serde_json::json!({"model": "m", "max_tokens": 9, "stream": true, "system": system, "messages": []});

        let (_, kind, text) = post_json("messages", &body).await;

        assert!(kind.starts_with("text/event-stream"));
        assert!(text.starts_with("event: message_start\ndata: {"));
        assert!(text.contains("\"cache_read_input_tokens\":2048"));
        assert!(text.trim_end().ends_with("{\"type\":\"message_stop\"}"));
    }

    #[tokio::test]
    async fn the_refused_model_returns_429_with_openais_error_body() {
        let body = serde_json::json!({"model": REFUSED_MODEL, "messages": []});

        let (status, _, text) = post_json("chat/completions", &body).await;

        assert_eq!(status, 429);
        let error: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(error["error"]["code"], "rate_limit_exceeded");
    }

    #[tokio::test]
    async fn a_chat_with_tools_returns_a_tool_call() {
        let body = serde_json::json!({"model": "m", "messages": [], "tools": [{"type": "function"}]});

        let (_, _, text) = post_json("chat/completions", &body).await;

        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["choices"][0]["finish_reason"], "tool_calls");
        assert_eq!(
            answer["choices"][0]["message"]["tool_calls"][0]["function"]["name"],
            "order_status"
        );
    }

    #[tokio::test]
    async fn an_embedding_has_the_requested_dimensions() {
        let body = serde_json::json!({"model": "m", "input": "hello", "dimensions": 8});

        let (_, _, text) = post_json("embeddings", &body).await;

        let answer: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(answer["data"][0]["embedding"].as_array().unwrap().len(), 8);
    }
}
