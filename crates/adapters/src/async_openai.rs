//! Adapters for async-openai: its types mirror OpenAI's JSON, so they are serialised and read as a response body.

use async_openai::types::chat::{CreateChatCompletionResponse, CreateChatCompletionStreamResponse};
use async_openai::types::embeddings::CreateEmbeddingResponse;
use async_openai::types::responses::{Response, ResponseStreamEvent};
use serde::Serialize;
use tracing_genai_usage::{Api, Reading, read_body};

use crate::ToReading;

macro_rules! read_as {
    ($($api:ident: $($response:ty),+;)+) => {$($(
        impl ToReading for $response {
            fn to_reading(&self) -> Reading {
                read(Api::$api, self)
            }
        }
    )+)+};
}

read_as! {
    OpenAiChat: CreateChatCompletionResponse, CreateChatCompletionStreamResponse;
    OpenAiResponses: Response, ResponseStreamEvent;
    OpenAiEmbeddings: CreateEmbeddingResponse;
}

fn read(api: Api, response: &impl Serialize) -> Reading {
    // A type that cannot be serialised gives an empty reading.
    let json = serde_json::to_vec(response).unwrap_or_default();
    read_body(api, &json).unwrap_or_default()
}
