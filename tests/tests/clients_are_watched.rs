//! Watched real clients: rig by the middleware, async-openai by the tower layer. Each call is one span with a cost,
//! with any spans of the client and any number of retries.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::future::Future;
use std::time::Duration;

use async_openai::Client;
use async_openai::config::OpenAIConfig as AsyncOpenAiConfig;
use async_openai::middleware::ReqwestService;
use async_openai::middleware::retry::OpenAIRetryLayer;
use async_openai::types::chat::{
    ChatCompletionRequestUserMessage, ChatCompletionStreamOptions, CreateChatCompletionRequest,
    CreateChatCompletionRequestArgs,
};
use futures_util::StreamExt;
use opentelemetry::Value;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use rig_agent::agent::AgentBuilder;
use rig_core::DynModel;
use rig_core::operation::Completion;
use rig_core::providers::openai::OpenAIConfig;
use tracing::instrument::WithSubscriber;
use tracing_genai::GenAiProcessor;
use tracing_genai_http::{AttemptLayer, Watch, WatchLayer, WatchMiddleware};
use tracing_genai_tests::{recordings, replay::Replay};
use tracing_subscriber::layer::SubscriberExt;

/// The exported spans of the work.
async fn spans_of<T>(work: impl Future<Output = T>) -> Vec<SpanData> {
    let spans = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone())).build())
        .build();
    let subscriber = tracing_subscriber::registry().with(tracing_genai::layer(provider.tracer("test")));
    work.with_subscriber(subscriber).await;
    spans.get_finished_spans().unwrap()
}

fn value<'s>(span: &'s SpanData, name: &str) -> Option<&'s Value> {
    let mut attributes = span.attributes.iter();
    attributes
        .find(|attribute| attribute.key.as_str() == name)
        .map(|attribute| &attribute.value)
}

fn text(span: &SpanData, name: &str) -> Option<String> {
    value(span, name).map(ToString::to_string)
}

/// The spans with a cost, which must be those of the watched calls.
fn calls(spans: &[SpanData]) -> Vec<&SpanData> {
    let costing: Vec<_> = spans
        .iter()
        .filter(|span| value(span, "gen_ai.usage.cost").is_some())
        .collect();
    for span in &costing {
        assert!(
            value(span, "server.port").is_some(),
            "{} is not read from the response",
            span.name
        );
        assert!(
            value(span, "tracing_genai.covered").is_none(),
            "{} is covered",
            span.name
        );
    }
    costing
}

/// The watch of a provider replayed at `url`.
fn watch(url: &str) -> Watch {
    Watch::new().host(url.trim_start_matches("http://"), "openai")
}

#[tokio::test]
async fn a_rig_agent_is_watched_by_the_middleware() {
    let provider = Replay::of(recordings::own("openai/agent")).serve();
    let client = reqwest_middleware::ClientBuilder::new(reqwest::Client::new())
        .with(WatchMiddleware::new(watch(&provider.url())))
        .build();
    let mut config = OpenAIConfig::new("sk-test");
    config.base_url = format!("{}/v1", provider.url());
    let client = config.connect(rig_reqwest::ReqwestMiddlewareClient::from(client));
    let model: DynModel<Completion> = client.chat("gpt-4o-mini").into();
    let agent = AgentBuilder::new(model)
        .name("help-desk")
        .preamble("You response customers of a bicycle shop.")
        .max_tokens(256)
        .build();
    let spans = spans_of(async { agent.prompt("Where is order 7?").await }).await;

    let calls = calls(&spans);
    assert!(!calls.is_empty(), "no call has a cost");
    let sent = provider.received().len();
    assert_eq!(calls.len(), sent, "each request is one call");
    let covered = spans
        .iter()
        .filter(|span| value(span, "tracing_genai.covered").is_some());
    assert_eq!(covered.count(), sent, "rig's own spans of the same calls are covered");
    for call in calls {
        assert_eq!(call.name, "chat gpt-4o-mini");
        assert!(matches!(
            value(call, "gen_ai.usage.input_tokens"),
            Some(Value::I64(1..))
        ));
        assert!(
            spans
                .iter()
                .any(|span| span.span_context.span_id() == call.parent_span_id)
        );
    }
}

/// async-openai with tower layers: watch, retries, attempts.
fn client(url: &str) -> Client<AsyncOpenAiConfig> {
    let service = tower::ServiceBuilder::new()
        .layer(WatchLayer::new(watch(url)))
        .layer(OpenAIRetryLayer::default())
        .layer(AttemptLayer::new())
        .service(ReqwestService::new(reqwest::Client::new()));
    let config = AsyncOpenAiConfig::new()
        .with_api_base(format!("{url}/v1"))
        .with_api_key("sk-test");
    Client::with_config(config).with_http_service(service)
}

fn chat(is_stream: bool) -> CreateChatCompletionRequest {
    let question = if is_stream {
        "Which is the largest lake in Sweden?"
    } else {
        "Which sea lies north of Poland?"
    };
    let mut request = CreateChatCompletionRequestArgs::default()
        .model("gpt-4o-mini")
        .messages(vec![ChatCompletionRequestUserMessage::from(question).into()])
        .build()
        .expect("a request");
    if is_stream {
        request.stream = Some(true);
        request.stream_options = Some(ChatCompletionStreamOptions {
            include_usage: Some(true),
            include_obfuscation: None,
        });
    }
    request
}

#[tokio::test]
async fn an_async_openai_chat_with_two_retries_is_one_call() {
    let provider = Replay::of(recordings::own("openai/chat"))
        .rate_limiting_first(2)
        .serve();
    let client = client(&provider.url());
    let spans = spans_of(async {
        let response = client.chat().create(chat(false)).await;
        assert!(response.is_ok(), "{response:?}");
    })
    .await;
    assert_eq!(provider.received().len(), 3);
    let [call] = calls(&spans)[..] else {
        panic!("not one call: {spans:?}")
    };
    assert_eq!(call.name, "chat gpt-4o-mini");
    assert_eq!(text(call, "tracing_genai.retry.count").as_deref(), Some("2"));
    assert_eq!(value(call, "error.type"), None);
}

#[tokio::test]
async fn an_async_openai_stream_is_metered_to_its_end() {
    let pace = Duration::from_millis(1);
    let provider = Replay::of(recordings::own("openai/chat_streamed"))
        .in_chunks(64, pace)
        .serve();
    let client = client(&provider.url());
    let spans = spans_of(async {
        let mut stream = client.chat().create_stream(chat(true)).await.expect("a stream");
        while let Some(chunk) = stream.next().await {
            chunk.expect("a chunk");
        }
    })
    .await;
    let [call] = calls(&spans)[..] else {
        panic!("not one call: {spans:?}")
    };
    assert_eq!(text(call, "tracing_genai.stream.outcome").as_deref(), Some("completed"));
    let Some(Value::F64(first)) = value(call, "gen_ai.response.time_to_first_chunk") else {
        panic!("no first chunk")
    };
    let Some(Value::F64(rate)) = value(call, "tracing_genai.stream.output_tokens_per_second") else {
        panic!("no rate")
    };
    assert!(*first > 0.0 && *rate > 0.0);
    let lasted = call.end_time.duration_since(call.start_time).unwrap().as_secs_f64();
    assert!(lasted >= *first, "the span ends with the stream");
}
