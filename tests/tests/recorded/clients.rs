//! The real client libraries, calling a provider that replays an exchange.

use async_openai::{
    Client as AsyncOpenAi,
    config::OpenAIConfig as AsyncOpenAiConfig,
    error::OpenAIError,
    types::{
        chat::{
            ChatCompletionRequestUserMessage, ChatCompletionStreamOptions, CreateChatCompletionRequest,
            CreateChatCompletionRequestArgs,
        },
        embeddings::CreateEmbeddingRequestArgs,
        responses::{CreateResponse, CreateResponseArgs},
    },
};
use futures_util::{Stream, StreamExt};
use rig_core::{
    DynModel,
    completion::CompletionRequest,
    operation::Completion,
    providers::{anthropic::AnthropicConfig, openai::OpenAIConfig},
};
use serde::Serialize;
use tracing_genai::{
    Call,
    usage::{Api, read_body},
};

use super::choice::{Chosen, Client};

const QUESTION: &str = "Which sea lies north of Poland?";

/// Makes the call at the provider's base URL, and reads the response to its end.
///
/// # Panics
/// If the client cannot read a successful response.
pub async fn call(chosen: &Chosen, provider: &str) {
    match chosen.client {
        Client::Rig => rig(chosen, provider).await,
        Client::AsyncOpenAi => async_openai(chosen, provider).await,
        Client::Reqwest => by_hand(chosen, provider).await,
    }
}

async fn rig(chosen: &Chosen, provider: &str) {
    let model = rig_model(chosen, provider);
    let request = CompletionRequest::new(QUESTION).max_tokens(256);
    if !chosen.is_stream() {
        let response = model.call(request).await;
        assert!(response.is_ok(), "{}: {response:?}", chosen.name);
        return;
    }
    let mut answer = model.stream(request).expect("a request that rig can encode");
    while let Some(item) = answer.next().await {
        assert!(item.is_ok(), "{}: {item:?}", chosen.name);
    }
    // rig records usage here.
    let response = answer.finish().await;
    assert!(response.is_ok(), "{}: {response:?}", chosen.name);
}

fn rig_model(chosen: &Chosen, provider: &str) -> DynModel<Completion> {
    if chosen.provider() == "anthropic" {
        let config = AnthropicConfig::new("sk-test").with_base_url(provider);
        return config.client().completion(chosen.model()).into();
    }
    let mut config = OpenAIConfig::new("sk-test");
    config.base_url = format!("{provider}/v1");
    match chosen.path() {
        "/v1/responses" => config.client().responses(chosen.model()).into(),
        _ => config.client().chat(chosen.model()).into(),
    }
}

async fn async_openai(chosen: &Chosen, provider: &str) {
    let config = AsyncOpenAiConfig::new()
        .with_api_base(format!("{provider}/v1"))
        .with_api_key("sk-test");
    let client = AsyncOpenAi::with_config(config);
    let model = chosen.model();
    match (chosen.path(), chosen.is_stream()) {
        ("/v1/embeddings", _) => {
            let call = tracing_genai::embeddings("openai", &model).start();
            let mut request = CreateEmbeddingRequestArgs::default();
            let request = request.model(model).input(QUESTION).build().expect("a request");
            let answer = call.run(client.embeddings().create(request)).await;
            record(&call, Api::OpenAiEmbeddings, answer);
        }
        ("/v1/responses", false) => {
            let call = tracing_genai::chat("openai", &model).start();
            let answer = call.run(client.responses().create(response(&model))).await;
            record(&call, Api::OpenAiResponses, answer);
        }
        ("/v1/responses", true) => {
            let call = tracing_genai::chat("openai", &model).start();
            let chunks = call.run(client.responses().create_stream(response(&model))).await;
            record_stream(call, Api::OpenAiResponses, chunks).await;
        }
        (_, false) => {
            let call = tracing_genai::chat("openai", &model).start();
            let answer = call.run(client.chat().create(chat(&model))).await;
            record(&call, Api::OpenAiChat, answer);
        }
        (_, true) => {
            let call = tracing_genai::chat("openai", &model).start();
            let chunks = call.run(client.chat().create_stream(streamed_chat(&model))).await;
            record_stream(call, Api::OpenAiChat, chunks).await;
        }
    }
}

/// Records a response as read by async-openai, or its error.
fn record<T: Serialize>(call: &Call, api: Api, answer: Result<T, OpenAIError>) {
    match answer {
        Ok(answer) => read(call, api, &answer),
        Err(OpenAIError::ApiError(error)) => call.fail(error.status_code.as_str(), error.api_error),
        Err(error) => panic!("{error}"),
    }
}

async fn record_stream<T: Serialize>(
    call: Call,
    api: Api,
    opened: Result<impl Stream<Item = Result<T, OpenAIError>>, OpenAIError>,
) {
    let chunks = opened.expect("a stream");
    let mut chunks = std::pin::pin!(call.meter_with(chunks, |chunk, call| read(call, api, chunk)));
    while let Some(chunk) = chunks.next().await {
        chunk.expect("a chunk");
    }
}

fn read<T: Serialize>(call: &Call, api: Api, response: &T) {
    let json = serde_json::to_vec(response).expect("JSON");
    call.record(&read_body(api, &json).expect("a response of this API"));
}

fn chat(model: &str) -> CreateChatCompletionRequest {
    let mut request = CreateChatCompletionRequestArgs::default();
    let question = ChatCompletionRequestUserMessage::from(QUESTION);
    request
        .model(model)
        .messages(vec![question.into()])
        .build()
        .expect("a request")
}

fn streamed_chat(model: &str) -> CreateChatCompletionRequest {
    let mut request = chat(model);
    request.stream = Some(true);
    request.stream_options = Some(ChatCompletionStreamOptions {
        include_usage: Some(true),
        include_obfuscation: None,
    });
    request
}

fn response(model: &str) -> CreateResponse {
    let mut request = CreateResponseArgs::default();
    request.model(model).input(QUESTION).build().expect("a request")
}

/// Sends the recorded request, and passes the raw response to our helpers.
async fn by_hand(chosen: &Chosen, provider: &str) {
    let call = tracing_genai::chat(chosen.provider(), &chosen.model()).start();
    let request = reqwest::Client::new()
        .post(format!("{provider}{}", chosen.path()))
        .body(chosen.exchange.when.body.clone());
    let answer = call.run(request.send()).await.expect("an answer");
    if chosen.is_stream() {
        let mut bytes = std::pin::pin!(call.meter_bytes(Api::AnthropicMessages, answer.bytes_stream()));
        while let Some(piece) = bytes.next().await {
            piece.expect("a piece");
        }
        return;
    }
    let (status, body) = (answer.status().as_u16(), answer.bytes().await.expect("a body"));
    call.respond(Api::AnthropicMessages, status, &body);
}
