//! Starts the span of a model call: `chat` and `embeddings`.

use opentelemetry::Value;
use tracing::Span;
use tracing_genai_semconv::{Attribute, OperationName};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::Call;

/// A chat completion of `model` at `provider`, named as `gen_ai.provider.name` names it: `openai`, `anthropic`,
/// `aws.bedrock`, `gcp.vertex_ai`, and so on.
///
/// ```
/// use tracing_genai::usage::{Unit, Usage};
///
/// let call = tracing_genai::chat("openai", "gpt-4o-mini").user("u-42").session("s-7").start();
/// // ask the model, then:
/// call.response_model("gpt-4o-mini-2024-07-18");
/// call.usage(&Usage::new().with(Unit::InputTokens, 1210).with(Unit::OutputTokens, 25));
/// ```
pub fn chat(provider: &str, model: &str) -> ModelCall {
    ModelCall::new(OperationName::Chat, provider, model)
}

/// An embedding of texts by `model` at `provider`.
pub fn embeddings(provider: &str, model: &str) -> ModelCall {
    ModelCall::new(OperationName::Embeddings, provider, model)
}

/// A model call that is about to start; what is set here stands on its span from the beginning, where samplers see it.
#[derive(Debug)]
#[must_use = "no span exists until start() is called"]
pub struct ModelCall {
    operation: OperationName,
    provider: String,
    model: String,
    attributes: Vec<(&'static str, Value)>,
}

impl ModelCall {
    fn new(operation: OperationName, provider: &str, model: &str) -> Self {
        Self {
            operation,
            provider: provider.to_owned(),
            model: model.to_owned(),
            attributes: Vec::new(),
        }
    }

    /// The user on whose behalf the call is made (`user.id`).
    pub fn user(self, id: &str) -> Self {
        self.with(Attribute::UserId, id.to_owned())
    }

    /// The user's session (`session.id`).
    pub fn session(self, id: &str) -> Self {
        self.with(Attribute::SessionId, id.to_owned())
    }

    /// The conversation the call belongs to (`gen_ai.conversation.id`): an id the application has, never one made up.
    pub fn conversation(self, id: &str) -> Self {
        self.with(Attribute::ConversationId, id.to_owned())
    }

    /// Where the request goes (`server.address`, `server.port`).
    pub fn server(self, address: &str, port: u16) -> Self {
        self.with(Attribute::ServerAddress, address.to_owned())
            .with(Attribute::ServerPort, i64::from(port))
    }

    /// The most tokens the model may answer with (`gen_ai.request.max_tokens`).
    pub fn max_tokens(self, tokens: u32) -> Self {
        self.with(Attribute::RequestMaxTokens, i64::from(tokens))
    }

    /// The sampling temperature (`gen_ai.request.temperature`).
    pub fn temperature(self, temperature: f64) -> Self {
        self.with(Attribute::RequestTemperature, temperature)
    }

    /// Any other attribute.
    pub fn attribute(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    fn with(self, attribute: Attribute, value: impl Into<Value>) -> Self {
        self.attribute(attribute.name(), value)
    }

    /// Starts the span, as a child of the current one. Call it when the request is issued: the first chunk is timed
    /// from here.
    pub fn start(self) -> Call {
        let Self {
            operation,
            provider,
            model,
            attributes,
        } = self;
        let is_openai = matches!(provider.as_str(), "openai" | "azure.ai.openai");
        // A field's name and a span's are fixed where they are written, so each operation has its own line.
        let name = [operation.name(), " ", &model].concat();
        let span = if operation == OperationName::Embeddings {
            tracing::info_span!(
                target: "tracing_genai", "embeddings", otel.name = name, otel.kind = "client",
                gen_ai.operation.name = operation.name(), gen_ai.provider.name = provider, gen_ai.request.model = model,
            )
        } else {
            tracing::info_span!(
                target: "tracing_genai", "chat", otel.name = name, otel.kind = "client",
                gen_ai.operation.name = operation.name(), gen_ai.provider.name = provider, gen_ai.request.model = model,
            )
        };
        put(&span, attributes);
        Call::new(span, is_openai)
    }
}

pub(crate) fn put(span: &Span, attributes: Vec<(&'static str, Value)>) {
    for (name, value) in attributes {
        span.set_attribute(name, value);
    }
}
