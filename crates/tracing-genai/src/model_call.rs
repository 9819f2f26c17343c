//! Starts a model call's span: `chat` and its siblings.

use opentelemetry::Value;
use serde_json::json;
use tracing::Span;
use tracing_genai_message::{Message, ToolDefinition, to_json};
use tracing_genai_semconv::typed::Key;
use tracing_genai_semconv::{Attribute, OperationName};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::collect::{is_collected_on, is_content_collected};
use crate::enclosing::Enclosing;
use crate::short;
use crate::{Call, ValueOf};

/// A chat completion of `model` at `provider`, a value of `gen_ai.provider.name`: `openai`, `anthropic`, `aws.bedrock`,
/// `gcp.vertex_ai`, and so on.
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

/// A content generation in several modalities by `model` at `provider`, as in Gemini's API.
pub fn generate_content(provider: &str, model: &str) -> ModelCall {
    ModelCall::new(OperationName::GenerateContent, provider, model)
}

/// A text completion by `model` at `provider`, as in OpenAI's older API.
pub fn text_completion(provider: &str, model: &str) -> ModelCall {
    ModelCall::new(OperationName::TextCompletion, provider, model)
}

/// An embedding of texts by `model` at `provider`.
pub fn embeddings(provider: &str, model: &str) -> ModelCall {
    ModelCall::new(OperationName::Embeddings, provider, model)
}

/// A model call before its start; attributes set here are on the span when samplers see it.
#[derive(Debug)]
#[must_use = "no span exists until start() is called"]
pub struct ModelCall {
    operation: OperationName,
    provider: String,
    model: Option<String>,
    attributes: Vec<(&'static str, Value)>,
    content: Vec<(&'static str, Value)>,
    covers_enclosing: bool,
}

impl ModelCall {
    fn new(operation: OperationName, provider: &str, model: &str) -> Self {
        Self::of(operation, provider, Some(model))
    }

    /// A model call of any operation, whose model may be unknown: for a middleware, which reads both from the request.
    /// Operations that are not model calls start a `chat`.
    ///
    /// ```
    /// use tracing_genai::ModelCall;
    /// use tracing_genai::semconv::OperationName;
    ///
    /// let call = ModelCall::of(OperationName::Embeddings, "openai", None).start();
    /// ```
    pub fn of(operation: OperationName, provider: &str, model: Option<&str>) -> Self {
        Self {
            operation,
            provider: short::name(provider).to_owned(),
            model: model.map(|model| short::name(model).to_owned()),
            attributes: Vec::new(),
            content: Vec::new(),
            covers_enclosing: false,
        }
    }

    /// The end user of the call (`user.id`).
    pub fn user(self, id: &str) -> Self {
        self.with(Attribute::UserId, id.to_owned())
    }

    /// The user's session (`session.id`).
    pub fn session(self, id: &str) -> Self {
        self.with(Attribute::SessionId, id.to_owned())
    }

    /// The conversation of the call (`gen_ai.conversation.id`): an existing id of the application, never a generated one.
    pub fn conversation(self, id: &str) -> Self {
        self.with(Attribute::ConversationId, id.to_owned())
    }

    /// The server's address and port (`server.address`, `server.port`).
    pub fn server(self, address: &str, port: u16) -> Self {
        self.with(Attribute::ServerAddress, address.to_owned())
            .with(Attribute::ServerPort, i64::from(port))
    }

    /// The maximum output tokens (`gen_ai.request.max_tokens`).
    pub fn max_tokens(self, tokens: u32) -> Self {
        self.with(Attribute::RequestMaxTokens, i64::from(tokens))
    }

    /// The sampling temperature (`gen_ai.request.temperature`).
    pub fn temperature(self, temperature: f64) -> Self {
        self.with(Attribute::RequestTemperature, temperature)
    }

    /// Marks the request as streaming (`gen_ai.request.stream`).
    pub fn stream(self) -> Self {
        self.with(Attribute::RequestStream, true)
    }

    /// The name and version of the prompt (`gen_ai.prompt.name`, `gen_ai.prompt.version`).
    pub fn prompt(self, name: &str, version: &str) -> Self {
        self.with(Attribute::PromptName, name.to_owned())
            .with(Attribute::PromptVersion, version.to_owned())
    }

    /// The system instructions (`gen_ai.system_instructions`), if content is captured.
    pub fn system_instructions(self, text: &str) -> Self {
        self.with_content(Attribute::SystemInstructions, || {
            json!([{"type": "text", "content": text}]).to_string()
        })
    }

    /// The input messages (`gen_ai.input.messages`), if content is captured.
    ///
    /// ```
    /// use tracing_genai::message::Message;
    ///
    /// let call = tracing_genai::chat("openai", "gpt-4o").input(&[Message::user("Where is Paris?")]).start();
    /// call.output(&[Message::assistant("In France.").finish_reason("stop")]);
    /// ```
    pub fn input(self, messages: &[Message]) -> Self {
        self.with_content(Attribute::InputMessages, || to_json(messages))
    }

    /// The tool definitions (`gen_ai.tool.definitions`), if content is captured.
    pub fn tools(self, tools: &[ToolDefinition]) -> Self {
        self.with_content(Attribute::ToolDefinitions, || {
            serde_json::Value::Array(tools.iter().map(ToolDefinition::to_value).collect()).to_string()
        })
    }

    fn with_content(mut self, attribute: Attribute, content: impl FnOnce() -> String) -> Self {
        if is_content_collected() {
            self.content.push((attribute.name(), content().into()));
        }
        self
    }

    /// Sets any other attribute of the conventions.
    pub fn set<T>(self, key: Key<T>, value: impl ValueOf<T>) -> Self {
        self.with(key.attribute(), value.into_value())
    }

    /// Sets an attribute of your own.
    pub fn attribute(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    fn with(self, attribute: Attribute, value: impl Into<Value>) -> Self {
        self.attribute(attribute.name(), value)
    }

    /// Makes this call cover the call around it, for an HTTP client's middleware: a framework's `chat` span around this
    /// call is of the same response, and must not be counted and priced twice.
    ///
    /// The nearest GenAI span around it is covered, if that is a call of the same kind whose input and output counts
    /// are those of this call, or of all such calls within it: it is not priced or measured, and has
    /// `tracing_genai.covered`. The same response id covers it too, if it counts no more; another id does not. Without
    /// counts of its own it is covered by a call of the same model that has an answer, or, if it failed, by one that
    /// failed. A span with a cost is covered only by calls with one. Other spans, such as agents or a chat around an
    /// embedding, are unaffected. Needs the layer of [`wrap`](crate::wrap) or [`layer`](crate::layer).
    pub fn cover_enclosing(mut self) -> Self {
        self.covers_enclosing = true;
        self
    }

    /// Starts the span as a child of the current one. Call it when the request is sent: the time to first chunk starts
    /// here.
    pub fn start(self) -> Call {
        let Self {
            operation,
            provider,
            model,
            attributes,
            content,
            covers_enclosing,
        } = self;
        let is_openai = matches!(provider.as_str(), "openai" | "azure.ai.openai");
        let named = model.as_deref().map(|model| [operation.name(), " ", model].concat());
        let name = named.as_deref().unwrap_or(operation.name());
        let enclosing = covers_enclosing
            .then(|| Enclosing::find(operation, &provider, model.as_deref(), server_address(&attributes)))
            .flatten();
        // `tracing` needs literal span names, so each operation has its own line.
        macro_rules! span {
            ($name:literal) => {
                tracing::info_span!(
                    target: "tracing_genai", $name, otel.name = name, otel.kind = "client",
                    gen_ai.operation.name = $name, gen_ai.provider.name = provider, gen_ai.request.model = model,
                )
            };
        }
        let span = match operation {
            OperationName::Embeddings => span!("embeddings"),
            OperationName::GenerateContent => span!("generate_content"),
            OperationName::TextCompletion => span!("text_completion"),
            _ => span!("chat"),
        };
        set_attributes(&span, attributes);
        set_content(&span, content);
        Call::new(span, is_openai, enclosing)
    }
}

/// Sets content that a builder was given, if the subscriber that the span started under collects it.
pub(crate) fn set_content(span: &Span, content: Vec<(&'static str, Value)>) {
    if !content.is_empty() && is_collected_on(span) {
        set_attributes(span, content);
    }
}

fn server_address<'a>(attributes: &'a [(&'static str, Value)]) -> Option<&'a str> {
    let mut attributes = attributes.iter();
    let (_, address) = attributes.rfind(|(name, _)| *name == Attribute::ServerAddress.name())?;
    match address {
        Value::String(address) => Some(address.as_str()),
        _ => None,
    }
}

pub(crate) fn set_attributes(span: &Span, attributes: Vec<(&'static str, Value)>) {
    for (name, value) in attributes {
        span.set_attribute(name, value);
    }
}
