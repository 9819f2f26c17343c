//! `POST /chat`: one question, one answer, by async-openai.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, CreateChatCompletionRequest, CreateChatCompletionRequestArgs,
    CreateChatCompletionResponse,
};
use axum::extract::State;
use tracing_genai::Call;

use super::openai::{MODEL, failed, finish_reason, usage};
use super::refusal::Refusal;

pub(super) async fn chat(State(client): State<Client<OpenAIConfig>>, question: String) -> Result<String, Refusal> {
    let call = tracing_genai::chat("openai", MODEL).start();
    let answered = call.run(async { client.chat().create(request(question)?).await });
    match answered.await {
        Ok(answer) => {
            record(&call, &answer);
            let text = answer.choices.into_iter().find_map(|choice| choice.message.content);
            Ok(text.unwrap_or_default())
        }
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
        .build()
}

fn record(call: &Call, answer: &CreateChatCompletionResponse) {
    call.response_id(&answer.id);
    call.response_model(&answer.model);
    let reasons = answer.choices.iter().filter_map(|choice| choice.finish_reason);
    call.finish_reasons(reasons.map(finish_reason));
    if let Some(used) = &answer.usage {
        call.usage(&usage(used));
    }
}
