//! Anthropic's API of the built-in provider: messages, plain and streamed, with a warm prompt cache.

use axum::{Json, http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::response::{COMPLETION_DELAY, Completion, json_after, paced_event_stream, pieces};

const REPLY: Completion = Completion {
    text: "Your order 4711 left our warehouse on Monday and is held up at the parcel centre; it should reach you on \
           Thursday. You can still return it: the thirty days only start once the parcel is with you, and the label \
           in your account makes the return free of charge.",
    input_tokens: 231,
    output_tokens: 64,
};

const LABEL: Completion = Completion {
    text: "orders",
    input_tokens: 187,
    output_tokens: 4,
};

/// The tokens of a system prompt with `cache_control`, read from the cache and excluded from `input_tokens`.
const CACHED_TOKENS: u64 = 2048;

#[derive(Deserialize)]
pub(super) struct MessagesRequest {
    model: String,
    #[serde(default)]
    stream: bool,
    #[serde(default)]
    system: Value,
}

impl MessagesRequest {
    fn cached_tokens(&self) -> u64 {
        let mut blocks = self.system.as_array().into_iter().flatten();
        if blocks.any(|block| block.get("cache_control").is_some()) {
            CACHED_TOKENS
        } else {
            0
        }
    }
}

/// `POST /v1/messages`.
pub(super) async fn messages(Json(request): Json<MessagesRequest>) -> Response {
    if request.stream {
        return paced_event_stream(events(&request));
    }
    let body = json!({
        "id": "msg_demo_1",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": [{"type": "text", "text": LABEL.text}],
        "stop_reason": "end_turn",
        "stop_sequence": null,
        "usage": usage(&request, &LABEL, LABEL.output_tokens),
    });
    json_after(COMPLETION_DELAY, StatusCode::OK, body).await
}

fn events(request: &MessagesRequest) -> Vec<String> {
    let message = json!({
        "id": "msg_demo_2",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": usage(request, &REPLY, 1),
    });
    let mut events = vec![
        json!({"type": "message_start", "message": message}),
        json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
        json!({"type": "ping"}),
    ];
    events.extend(pieces(REPLY.text).map(
        |piece| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}),
    ));
    events.push(json!({"type": "content_block_stop", "index": 0}));
    events.push(json!({
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": null},
        "usage": {"output_tokens": REPLY.output_tokens},
    }));
    events.push(json!({"type": "message_stop"}));
    events
        .iter()
        .map(|event| {
            format!(
                "event: {}\ndata: {event}\n\n",
                event.get("type").and_then(Value::as_str).unwrap_or_default()
            )
        })
        .collect()
}

fn usage(request: &MessagesRequest, completion: &Completion, output_tokens: u64) -> Value {
    json!({
        "input_tokens": completion.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": request.cached_tokens(),
        "output_tokens": output_tokens,
        "service_tier": "standard",
    })
}
