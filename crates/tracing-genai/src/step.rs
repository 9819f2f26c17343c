//! Starts the spans of what surrounds model calls: retrieval, tools, agents and workflows.

use std::fmt::Display;

use opentelemetry::{Key, Value};
use tracing::Span;
use tracing::instrument::{Instrument, Instrumented};
use tracing_genai_semconv::Attribute;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::call;
use crate::model_call::put;

/// A search of `data_source`, such as a vector store's index.
///
/// ```
/// let search = tracing_genai::retrieval("kb-articles").top_k(3).start();
/// search.in_scope(|| tracing::info!(count = 3, "documents_retrieved"));
/// ```
pub fn retrieval(data_source: &str) -> StepBuilder {
    StepBuilder::new(Kind::Retrieval, data_source)
}

/// A run of the tool `name`.
pub fn execute_tool(name: &str) -> StepBuilder {
    StepBuilder::new(Kind::ExecuteTool, name)
}

/// A run of the agent `name`, from its question to its answer.
pub fn invoke_agent(name: &str) -> StepBuilder {
    StepBuilder::new(Kind::InvokeAgent, name)
}

/// A run of the workflow `name`.
pub fn invoke_workflow(name: &str) -> StepBuilder {
    StepBuilder::new(Kind::InvokeWorkflow, name)
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Retrieval,
    ExecuteTool,
    InvokeAgent,
    InvokeWorkflow,
}

/// A step that is about to start; what is set here stands on its span from the beginning.
#[derive(Debug)]
#[must_use = "no span exists until start() is called"]
pub struct StepBuilder {
    kind: Kind,
    name: String,
    attributes: Vec<(&'static str, Value)>,
}

impl StepBuilder {
    fn new(kind: Kind, name: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            attributes: Vec::new(),
        }
    }

    /// The user on whose behalf it runs (`user.id`).
    pub fn user(self, id: &str) -> Self {
        self.with(Attribute::UserId, id.to_owned())
    }

    /// The user's session (`session.id`).
    pub fn session(self, id: &str) -> Self {
        self.with(Attribute::SessionId, id.to_owned())
    }

    /// The conversation it belongs to (`gen_ai.conversation.id`).
    pub fn conversation(self, id: &str) -> Self {
        self.with(Attribute::ConversationId, id.to_owned())
    }

    /// The most documents a retrieval asks for (`gen_ai.retrieval.top_k`).
    pub fn top_k(self, documents: u32) -> Self {
        self.with(Attribute::RetrievalTopK, i64::from(documents))
    }

    /// The id of the model's request to run a tool (`gen_ai.tool.call.id`).
    pub fn call_id(self, id: &str) -> Self {
        self.with(Attribute::ToolCallId, id.to_owned())
    }

    /// Any other attribute.
    pub fn attribute(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    fn with(self, attribute: Attribute, value: impl Into<Value>) -> Self {
        self.attribute(attribute.name(), value)
    }

    /// Starts the span, as a child of the current one.
    pub fn start(self) -> Step {
        let Self { kind, name, attributes } = self;
        // A field's name and a span's are fixed where they are written, so each operation has its own line.
        let span = match kind {
            Kind::Retrieval => tracing::info_span!(
                target: "tracing_genai", "retrieval", otel.name = ["retrieval ", &name].concat(), otel.kind = "client",
                gen_ai.operation.name = "retrieval", gen_ai.data_source.id = name,
            ),
            Kind::ExecuteTool => tracing::info_span!(
                target: "tracing_genai", "execute_tool", otel.name = ["execute_tool ", &name].concat(), otel.kind = "internal",
                gen_ai.operation.name = "execute_tool", gen_ai.tool.name = name,
            ),
            Kind::InvokeAgent => tracing::info_span!(
                target: "tracing_genai", "invoke_agent", otel.name = ["invoke_agent ", &name].concat(), otel.kind = "internal",
                gen_ai.operation.name = "invoke_agent", gen_ai.agent.name = name,
            ),
            Kind::InvokeWorkflow => tracing::info_span!(
                target: "tracing_genai", "invoke_workflow", otel.name = ["invoke_workflow ", &name].concat(), otel.kind = "internal",
                gen_ai.operation.name = "invoke_workflow", gen_ai.workflow.name = name,
            ),
        };
        put(&span, attributes);
        Step { span }
    }
}

/// A step in progress. Its span ends when it is dropped.
#[derive(Debug)]
#[must_use = "the step's span ends when this is dropped"]
pub struct Step {
    span: Span,
}

impl Step {
    /// The span, to make children of it or add to it.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Runs `future` inside the span.
    pub fn run<F: Future>(&self, future: F) -> Instrumented<F> {
        future.instrument(self.span.clone())
    }

    /// Runs `work` inside the span, on this thread.
    pub fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
    }

    /// Records that the step failed; see [`Call::fail`](crate::Call::fail).
    pub fn fail(&self, error_type: &str, message: impl Display) {
        call::fail(&self.span, error_type, message);
    }

    /// Records any other attribute.
    pub fn attribute(&self, name: impl Into<Key>, value: impl Into<Value>) {
        self.span.set_attribute(name, value);
    }
}
