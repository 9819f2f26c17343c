//! `POST /stream`: a streamed response. The call's span stays open until the stream ends or the caller disconnects.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, ChatCompletionStreamOptions, CreateChatCompletionRequest,
    CreateChatCompletionRequestArgs, CreateChatCompletionStreamResponse,
};
use axum::body::Body;
use axum::extract::State;
use futures_util::StreamExt;
use tracing_genai_adapters::ToReading;

use super::model_error::ModelError;
use super::openai::{MODEL, record_failure};

pub(super) async fn stream(State(client): State<Client<OpenAIConfig>>, question: String) -> Result<Body, ModelError> {
    let call = tracing_genai::chat("openai", MODEL).start();
    let opened = call.run(async { client.chat().create_stream(request(question)?).await });
    match opened.await {
        Ok(chunks) => {
            let metered = call.meter_with(chunks, |chunk, call| call.record(&chunk.to_reading()));
            Ok(Body::from_stream(metered.map(text)))
        }
        Err(error) => {
            record_failure(&call, &error);
            Err(ModelError)
        }
    }
}

fn request(question: String) -> Result<CreateChatCompletionRequest, OpenAIError> {
    CreateChatCompletionRequestArgs::default()
        .model(MODEL)
        .messages(vec![ChatCompletionRequestUserMessage::from(question).into()])
        .stream(true)
        // Without it, the stream has no usage and no cost.
        .stream_options(ChatCompletionStreamOptions {
            include_usage: Some(true),
            include_obfuscation: None,
        })
        .build()
}

fn text(chunk: Result<CreateChatCompletionStreamResponse, OpenAIError>) -> Result<String, OpenAIError> {
    let pieces = chunk?.choices.into_iter().filter_map(|choice| choice.delta.content);
    Ok(pieces.collect())
}
