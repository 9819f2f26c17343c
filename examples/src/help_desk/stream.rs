//! `POST /stream`: the answer piece by piece. The call's span stays open until the stream ends, or the caller leaves.

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
use tracing_genai::Call;

use super::openai::{MODEL, failed, finish_reason, usage};
use super::refusal::Refusal;

pub(super) async fn stream(State(client): State<Client<OpenAIConfig>>, question: String) -> Result<Body, Refusal> {
    let call = tracing_genai::chat("openai", MODEL).start();
    let opened = call.run(async { client.chat().create_stream(request(question)?).await });
    match opened.await {
        Ok(chunks) => Ok(Body::from_stream(call.meter_with(chunks, record).map(text))),
        Err(error) => {
            failed(&call, &error);
            Err(Refusal)
        }
    }
}

fn request(question: String) -> Result<CreateChatCompletionRequest, OpenAIError> {
    CreateChatCompletionRequestArgs::default()
        .model(MODEL)
        .messages(vec![ChatCompletionRequestUserMessage::from(question).into()])
        .stream(true)
        // Without it a stream says nothing of its tokens, and its cost stays unknown.
        .stream_options(ChatCompletionStreamOptions {
            include_usage: Some(true),
            include_obfuscation: None,
        })
        .build()
}

fn record(chunk: &CreateChatCompletionStreamResponse, call: &Call) {
    call.response_model(&chunk.model);
    let reasons = chunk.choices.iter().filter_map(|choice| choice.finish_reason);
    for reason in reasons {
        call.finish_reasons([finish_reason(reason)]);
    }
    if let Some(used) = &chunk.usage {
        call.usage(&usage(used));
    }
}

fn text(chunk: Result<CreateChatCompletionStreamResponse, OpenAIError>) -> Result<String, OpenAIError> {
    let pieces = chunk?.choices.into_iter().filter_map(|choice| choice.delta.content);
    Ok(pieces.collect())
}
