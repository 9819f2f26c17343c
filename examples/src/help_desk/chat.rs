//! `POST /chat`: one question and one response, with async-openai.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
};
use axum::extract::State;
use tracing_genai_adapters::ToReading;

use super::model_error::ModelError;
use super::openai::{MODEL, record_failure};

pub(super) async fn chat(State(client): State<Client<OpenAIConfig>>, question: String) -> Result<String, ModelError> {
    let call = tracing_genai::chat("openai", MODEL).start();
    let response = call.run(async { client.chat().create(request(question)?).await });
    match response.await {
        Ok(answer) => {
            call.record(&answer.to_reading());
            let text = answer.choices.into_iter().find_map(|choice| choice.message.content);
            Ok(text.unwrap_or_default())
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
        .build()
}
