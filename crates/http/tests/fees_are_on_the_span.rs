//! Fees other than tokens, and conditions of the token price, are recorded on the span of a watched call.

#![cfg(feature = "reqwest-middleware")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic, its helpers too")]

mod spans;

use async_trait::async_trait;
use opentelemetry_sdk::trace::SpanData;
use reqwest::{Request, Response, ResponseBuilderExt};
use reqwest_middleware::{ClientBuilder, Middleware, Next};
use spans::{Spans, double, integer, text};
use tracing_genai_http::{Watch, WatchMiddleware};

/// Responds in place of the network.
struct Answer {
    content_type: &'static str,
    body: &'static str,
}

#[async_trait]
impl Middleware for Answer {
    async fn handle(
        &self,
        request: Request,
        _: &mut http::Extensions,
        _: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let response = http::Response::builder()
            .header("content-type", self.content_type)
            .url(request.url().clone())
            .body(self.body)
            .unwrap();
        Ok(Response::from(response))
    }
}

/// The span of a request with this response.
async fn span(url: &str, request: &'static str, content_type: &'static str, body: &'static str) -> SpanData {
    let spans = Spans::collect();
    let client = ClientBuilder::new(spans::reqwest_client())
        .with(WatchMiddleware::new(Watch::new()))
        .with(Answer { content_type, body })
        .build();
    let response = client.post(url).body(request).send().await.unwrap();
    assert_eq!(response.bytes().await.unwrap(), body);
    spans.take().remove(0)
}

const JSON: &str = "application/json";

#[tokio::test]
async fn speech_is_charged_by_the_characters_of_its_request() {
    let request = r#"{"model":"tts-1","input":"Twenty-six characters here","voice":"alloy"}"#;
    let span = span(
        "https://api.openai.com/v1/audio/speech",
        request,
        "audio/mpeg",
        "\u{7f}ID3",
    )
    .await;
    assert_eq!(integer(&span, "tracing_genai.usage.input_characters"), Some(26));
    // 15 USD a million characters.
    assert_eq!(double(&span, "gen_ai.usage.cost"), Some(0.000_39));
    assert_eq!(text(&span, "tracing_genai.cost.status").as_deref(), Some("priced"));
    assert_eq!(text(&span, "tracing_genai.response.unread"), None);
}

#[tokio::test]
async fn reranking_is_charged_by_searches() {
    let body =
        r#"{"id":"r1","results":[{"index":0,"relevance_score":0.9}],"meta":{"billed_units":{"search_units":2}}}"#;
    let request = r#"{"model":"rerank-v3.5","query":"q","documents":["d"]}"#;
    let span = span("https://api.cohere.com/v2/rerank", request, JSON, body).await;
    assert_eq!(integer(&span, "tracing_genai.usage.rerank_searches"), Some(2));
    assert_eq!(double(&span, "gen_ai.usage.cost"), Some(0.004));
}

#[tokio::test]
async fn the_price_depends_on_the_region_of_the_host() {
    let body =
        r#"{"type":"message","model":"claude-sonnet-4-5-20250929","usage":{"input_tokens":1000,"output_tokens":0}}"#;
    let path = "/v1/projects/p/locations/l/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict";
    let cost = async |host: &str| {
        let span = span(&format!("https://{host}{path}"), "{}", JSON, body).await;
        (
            double(&span, "gen_ai.usage.cost"),
            text(&span, "tracing_genai.cost.status").unwrap(),
        )
    };
    assert_eq!(
        cost("us-east5-aiplatform.googleapis.com").await,
        (Some(0.0033), "priced".to_owned())
    );
    assert_eq!(
        cost("aiplatform.googleapis.com").await,
        (Some(0.003), "priced".to_owned())
    );
}

#[tokio::test]
async fn inference_geo_changes_the_price_and_is_recorded() {
    let body = r#"{"type":"message","model":"claude-opus-4-6",
        "usage":{"input_tokens":1000000,"output_tokens":0,"inference_geo":"us"}}"#;
    let span = span("https://api.anthropic.com/v1/messages", "{}", JSON, body).await;
    assert_eq!(double(&span, "gen_ai.usage.cost"), Some(5.5));
    assert_eq!(text(&span, "tracing_genai.usage.inference_geo").as_deref(), Some("us"));
    assert_eq!(
        text(&span, "tracing_genai.cost.variant").as_deref(),
        Some("inference_geo=us")
    );
}

#[tokio::test]
async fn unread_usage_is_named_and_makes_the_cost_estimated() {
    let body = r#"{"object":"chat.completion","model":"gpt-4o","usage":{"prompt_tokens":10,"completion_tokens":2,"wish_tokens":3}}"#;
    let span = span("https://api.openai.com/v1/chat/completions", "{}", JSON, body).await;
    assert_eq!(
        text(&span, "tracing_genai.usage.unread").as_deref(),
        Some("[\"wish_tokens\"]")
    );
    assert_eq!(text(&span, "tracing_genai.cost.status").as_deref(), Some("estimated"));
    assert_eq!(
        text(&span, "tracing_genai.cost.reasons").as_deref(),
        Some("[\"unread_usage\"]")
    );
}

#[tokio::test]
async fn failed_speech_is_not_charged() {
    let request = r#"{"model":"speech-02-hd","text":"hello","voice_setting":{"voice_id":"x"}}"#;
    let body = r#"{"base_resp":{"status_code":1008,"status_msg":"insufficient balance"}}"#;
    let span = span("https://api.minimax.io/v1/t2a_v2", request, JSON, body).await;
    assert_eq!(integer(&span, "tracing_genai.usage.input_characters"), None);
    assert_eq!(double(&span, "gen_ai.usage.cost"), None);
    assert_eq!(text(&span, "error.type").as_deref(), Some("1008"));
}
