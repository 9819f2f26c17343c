//! OpenAI's API of the built-in provider: chat completions, plain and streamed, and embeddings.

use axum::{Json, http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::response::{
    COMPLETION_DELAY, Completion, EMBEDDING_DELAY, REFUSAL_DELAY, json_after, paced_event_stream, pieces,
};

/// The model whose calls return 429, as for an exceeded rate limit.
pub(crate) const REFUSED_MODEL: &str = "gpt-4o";

const CREATED: u64 = 1_780_000_000;

const REPLY: Completion = Completion {
    text: "Order 4711: parcel delayed, customer informed about the free return until the end of the month.",
    input_tokens: 148,
    output_tokens: 21,
};

const TOOL_CALL: Completion = Completion {
    text: "",
    input_tokens: 486,
    output_tokens: 19,
};

const EMBEDDING_TOKENS: u64 = 15;

#[derive(Deserialize)]
pub(super) struct ChatRequest {
    model: String,
    #[serde(default)]
    stream: bool,
    #[serde(default)]
    stream_options: StreamOptions,
    #[serde(default)]
    messages: Vec<Value>,
    #[serde(default)]
    tools: Vec<Value>,
}

#[derive(Default, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

#[derive(Deserialize)]
pub(super) struct EmbeddingsRequest {
    model: String,
    #[serde(default = "default_dimensions")]
    dimensions: u16,
}

/// The default dimensions of `text-embedding-3-small`.
fn default_dimensions() -> u16 {
    1536
}

/// `POST /v1/chat/completions`.
pub(super) async fn chat_completions(Json(request): Json<ChatRequest>) -> Response {
    if request.model == REFUSED_MODEL {
        return json_after(REFUSAL_DELAY, StatusCode::TOO_MANY_REQUESTS, refusal(&request.model)).await;
    }
    if request.stream {
        return paced_event_stream(chunks(&request));
    }
    json_after(COMPLETION_DELAY, StatusCode::OK, completion(&request)).await
}

/// `POST /v1/embeddings`.
pub(super) async fn embeddings(Json(request): Json<EmbeddingsRequest>) -> Response {
    let vector: Vec<f32> = (0..request.dimensions)
        .map(|axis| (f32::from(axis) * 0.37).sin() / 10.0)
        .collect();
    let body = json!({
        "object": "list",
        "model": request.model,
        "data": [{"object": "embedding", "index": 0, "embedding": vector}],
        "usage": {"prompt_tokens": EMBEDDING_TOKENS, "total_tokens": EMBEDDING_TOKENS},
    });
    json_after(EMBEDDING_DELAY, StatusCode::OK, body).await
}

fn completion(request: &ChatRequest) -> Value {
    let has_tool_result = request
        .messages
        .iter()
        .any(|message| message.get("role").is_some_and(|role| role == "tool"));
    let (message, finish_reason, answer) = if request.tools.is_empty() || has_tool_result {
        (
            json!({"role": "assistant", "content": REPLY.text, "refusal": null}),
            "stop",
            REPLY,
        )
    } else {
        (
            json!({"role": "assistant", "content": null, "tool_calls": [order_status()]}),
            "tool_calls",
            TOOL_CALL,
        )
    };
    json!({
        "id": "chatcmpl-demo-1",
        "object": "chat.completion",
        "created": CREATED,
        "model": request.model,
        "choices": [{"index": 0, "message": message, "finish_reason": finish_reason, "logprobs": null}],
        "usage": usage(&answer),
        "service_tier": "default",
    })
}

fn order_status() -> Value {
    json!({
        "id": "call_order_1",
        "type": "function",
        "function": {"name": "order_status", "arguments": "{\"order\":\"4711\"}"},
    })
}

fn chunks(request: &ChatRequest) -> Vec<String> {
    let content = |text: &str| json!([{"index": 0, "delta": {"content": text}, "finish_reason": null}]);
    let stop = json!([{"index": 0, "delta": {}, "finish_reason": "stop"}]);

    let mut frames = vec![chunk(request, &content(""), None)];
    frames.extend(pieces(REPLY.text).map(|piece| chunk(request, &content(&piece), None)));
    frames.push(chunk(request, &stop, None));
    if request.stream_options.include_usage {
        frames.push(chunk(request, &json!([]), Some(usage(&REPLY))));
    }
    frames.push("data: [DONE]\n\n".to_owned());
    frames
}

/// One frame. With `include_usage`, every chunk has the field, null in all but the last.
fn chunk(request: &ChatRequest, choices: &Value, usage: Option<Value>) -> String {
    let mut chunk = json!({
        "id": "chatcmpl-demo-2",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": request.model,
        "choices": choices,
    });
    if request.stream_options.include_usage
        && let Some(fields) = chunk.as_object_mut()
    {
        fields.insert("usage".to_owned(), usage.unwrap_or_default());
    }
    format!("data: {chunk}\n\n")
}

fn usage(answer: &Completion) -> Value {
    json!({
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    })
}

fn refusal(model: &str) -> Value {
    json!({"error": {
        "message": format!("Rate limit reached for {model}. Please try again in 20s."),
        "type": "requests",
        "param": null,
        "code": "rate_limit_exceeded",
    }})
}
