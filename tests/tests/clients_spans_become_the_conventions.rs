//! The own spans of rig and the genai crate are converted to the conventions: without violations, with integer counts,
//! cost, and messages in the conventions' JSON.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::convert::Infallible;
use std::future::Future;

use genai::adapter::AdapterKind;
use genai::chat::{ChatMessage, ChatOptions, ChatRequest};
use genai::resolver::{AuthData, Endpoint, ServiceTargetResolver};
use genai::{ModelIden, ServiceTarget};
use opentelemetry::trace::{SpanKind as Kind, Status, TracerProvider};
use opentelemetry::{Array, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use rig_agent::agent::AgentBuilder;
use rig_agent::tool::{Tool, ToolContext};
use rig_core::DynModel;
use rig_core::operation::Completion;
use rig_core::providers::openai::OpenAIConfig;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tracing::instrument::WithSubscriber;
use tracing_genai::GenAiProcessor;
use tracing_genai::semconv::SpanKind;
use tracing_genai::semconv::check::{Level, Shape, SpanView, check};
use tracing_genai_tests::{recordings, replay::Replay};
use tracing_subscriber::layer::SubscriberExt;

/// The exported GenAI spans of the work.
async fn spans_of<T>(work: impl Future<Output = T>) -> Vec<SpanData> {
    let spans = InMemorySpanExporter::default();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone())).build())
        .build();
    let subscriber = tracing_subscriber::registry().with(tracing_genai::layer(provider.tracer("test")));
    work.with_subscriber(subscriber).await;
    let spans = spans.get_finished_spans().unwrap();
    let is_genai = |span: &SpanData| value(span, "gen_ai.operation.name").is_some();
    spans.into_iter().filter(is_genai).collect()
}

fn value<'s>(span: &'s SpanData, name: &str) -> Option<&'s Value> {
    let mut found = span
        .attributes
        .iter()
        .filter(|attribute| attribute.key.as_str() == name);
    let first = found.next().map(|attribute| &attribute.value);
    assert!(found.next().is_none(), "{name} is repeated");
    first
}

fn json_of(span: &SpanData, name: &str) -> Json {
    let text = value(span, name).unwrap_or_else(|| panic!("no {name}"));
    serde_json::from_str(&text.as_str()).unwrap()
}

fn named<'s>(spans: &'s [SpanData], name: &str) -> &'s SpanData {
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    let mut found = spans.iter().filter(|span| span.name == name);
    found.next().unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

fn assert_no_violation(span: &SpanData) {
    let shape = |value: &Value| match value {
        Value::Bool(_) => Shape::Bool,
        Value::I64(integer) => Shape::Int(*integer),
        Value::F64(_) => Shape::Double,
        Value::Array(Array::String(_)) => Shape::TextArray,
        Value::String(_) => Shape::Text(""),
        _ => Shape::Other,
    };
    let attributes: Vec<_> = span
        .attributes
        .iter()
        .map(|attribute| match &attribute.value {
            Value::String(text) => (attribute.key.as_str(), Shape::Text(text.as_str())),
            other => (attribute.key.as_str(), shape(other)),
        })
        .collect();
    let kind = match span.span_kind {
        Kind::Client => SpanKind::Client,
        _ => SpanKind::Internal,
    };
    let view = SpanView::new(&span.name, &attributes)
        .kind(kind)
        .error(matches!(span.status, Status::Error { .. }));
    let checked = check(&view).unwrap();
    let violations = checked
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Violation);
    let violations: Vec<_> = violations.map(ToString::to_string).collect();
    assert_eq!(violations, [""; 0], "{}: {:?}", span.name, span.attributes);
}

#[derive(Deserialize)]
struct Order {
    order: String,
}

struct OrderStatus;

impl Tool for OrderStatus {
    const NAME: &'static str = "order_status";
    type Args = Order;
    type Output = String;
    type Error = Infallible;

    fn description(&self) -> String {
        "Returns the status of an order".to_owned()
    }

    fn parameters(&self) -> Json {
        json!({ "type": "object", "properties": { "order": { "type": "string" } }, "required": ["order"] })
    }

    async fn call(&self, _context: &mut ToolContext, args: Order) -> Result<String, Infallible> {
        Ok(format!("order {} was sent yesterday", args.order))
    }
}

#[tokio::test]
async fn a_rig_agent_with_a_tool_is_converted() {
    let provider = Replay::of(recordings::own("openai/agent")).serve();
    let mut config = OpenAIConfig::new("sk-test");
    config.base_url = format!("{}/v1", provider.url());
    let model: DynModel<Completion> = config.client().chat("gpt-4o-mini").into();
    let agent = AgentBuilder::new(model)
        .name("help-desk")
        .preamble("You response customers of a bicycle shop.")
        .max_tokens(256)
        .tool(OrderStatus)
        .record_content_telemetry(true)
        .build();
    let spans = spans_of(async {
        let response = agent.prompt("Where is order 7?").max_turns(3).await;
        assert_eq!(response.expect("an response").output(), "It was sent yesterday.");
    })
    .await;

    for span in &spans {
        assert_no_violation(span);
        assert_eq!(value(span, "rig.completion_parent"), None);
    }
    let chat = named(&spans, "chat gpt-4o-mini");
    assert_eq!(chat.span_kind, Kind::Client);
    assert!(matches!(
        value(chat, "gen_ai.usage.input_tokens"),
        Some(Value::I64(1..))
    ));
    assert!(matches!(value(chat, "gen_ai.usage.cost"), Some(Value::F64(cost)) if *cost > 0.0));
    for message in json_of(chat, "gen_ai.input.messages").as_array().unwrap() {
        assert!(message["parts"].is_array(), "{message}");
    }
    let agent = named(&spans, "invoke_agent help-desk");
    assert_eq!(value(agent, "gen_ai.usage.cost"), None);
    assert_eq!(
        json_of(agent, "gen_ai.output.messages"),
        json!([{"role": "assistant", "parts": [{"type": "text", "content": "It was sent yesterday."}]}])
    );
    let input = json_of(agent, "gen_ai.input.messages");
    assert_eq!(input[0]["parts"][0]["content"], "Where is order 7?");
    let tool = named(&spans, "execute_tool order_status");
    assert_eq!(tool.span_kind, Kind::Internal);
    assert!(json_of(tool, "gen_ai.tool.call.arguments").is_object());
}

fn genai_at(url: &str) -> genai::Client {
    let url = format!("{url}/v1/");
    let resolver = ServiceTargetResolver::from_resolver_fn(
        move |target: ServiceTarget| -> Result<ServiceTarget, genai::resolver::Error> {
            Ok(ServiceTarget {
                endpoint: Endpoint::from_owned(url.clone()),
                auth: AuthData::from_single("sk-test"),
                model: ModelIden::new(AdapterKind::OpenAI, target.model.model_name),
            })
        },
    );
    genai::Client::builder()
        .with_service_target_resolver(resolver)
        .build()
        .expect("a client")
}

#[tokio::test]
async fn a_chat_and_a_429_of_the_genai_crate_are_converted() {
    let provider = Replay::of(recordings::own("openai/chat")).serve();
    let client = genai_at(&provider.url());
    let request = ChatRequest::new(vec![ChatMessage::user("Which sea lies north of Poland?")]);
    let options = ChatOptions::default()
        .with_temperature(0.5)
        .with_stop_sequences(vec!["END".to_owned()]);
    let spans = spans_of(async {
        let response = client.exec_chat("gpt-4o-mini", request.clone(), Some(&options)).await;
        assert!(response.is_ok(), "{response:?}");
    })
    .await;
    let chat = named(&spans, "chat gpt-4o-mini");
    assert_no_violation(chat);
    assert_eq!(chat.span_kind, Kind::Client);
    assert_eq!(value(chat, "gen_ai.provider.name"), Some(&Value::from("openai")));
    assert!(matches!(
        value(chat, "gen_ai.usage.input_tokens"),
        Some(Value::I64(1..))
    ));
    assert!(matches!(value(chat, "gen_ai.usage.cost"), Some(Value::F64(cost)) if *cost > 0.0));
    let texts = |texts: [&'static str; 1]| Value::Array(Array::String(texts.map(Into::into).to_vec()));
    assert_eq!(value(chat, "gen_ai.request.stop_sequences"), Some(&texts(["END"])));
    assert_eq!(value(chat, "gen_ai.response.finish_reasons"), Some(&texts(["stop"])));

    let rate_limited = Replay::of(recordings::own("openai/rate_limited")).serve();
    let client = genai_at(&rate_limited.url());
    let spans = spans_of(async {
        let response = client.exec_chat("gpt-4o-mini", request, None).await;
        assert!(response.is_err());
    })
    .await;
    let failed = named(&spans, "chat gpt-4o-mini");
    assert_no_violation(failed);
    assert!(matches!(failed.status, Status::Error { .. }));
    assert_eq!(value(failed, "error.type"), Some(&Value::from("429")));
}
