//! Runs of tools.

use serde_json::Value;
use tracing::Span;
use tracing_genai_semconv::Attribute;

use super::builder::{Kind, Step, StepBuilder, kind};

/// A run of a tool.
#[derive(Debug)]
pub struct Tool {
    name: String,
}

/// A run of the tool `name`.
///
/// ```
/// let weather = tracing_genai::execute_tool("weather").call_id("call_1").start();
/// let answer = weather.in_scope(|| "rain");
/// weather.result(answer);
/// ```
pub fn execute_tool(name: &str) -> StepBuilder<Tool> {
    StepBuilder::new(Tool { name: name.to_owned() })
}

impl Kind for Tool {}

impl kind::Start for Tool {
    fn start(self) -> Span {
        tracing::info_span!(
            target: "tracing_genai", "execute_tool", otel.name = ["execute_tool ", &self.name].concat(), otel.kind = "internal",
            gen_ai.operation.name = "execute_tool", gen_ai.tool.name = self.name,
        )
    }
}

impl StepBuilder<Tool> {
    /// The id of the model's request to run it (`gen_ai.tool.call.id`).
    pub fn call_id(self, id: &str) -> Self {
        self.with(Attribute::ToolCallId, id.to_owned())
    }

    /// What runs it (`gen_ai.tool.type`): `function`, `extension` or `datastore`.
    pub fn tool_type(self, tool_type: &str) -> Self {
        self.with(Attribute::ToolType, tool_type.to_owned())
    }

    /// What it is for (`gen_ai.tool.description`).
    pub fn description(self, description: &str) -> Self {
        self.with(Attribute::ToolDescription, description.to_owned())
    }

    /// The agent it runs for (`gen_ai.agent.name`).
    pub fn agent(self, name: &str) -> Self {
        self.with(Attribute::AgentName, name.to_owned())
    }

    /// What it is given (`gen_ai.tool.call.arguments`), where content is captured: JSON, or a text of it.
    pub fn arguments(self, arguments: impl Into<Value>) -> Self {
        self.with_content(Attribute::ToolCallArguments, || shown(arguments.into()))
    }
}

impl Step<Tool> {
    /// Records what it was given (`gen_ai.tool.call.arguments`), where content is captured.
    pub fn arguments(&self, arguments: impl Into<Value>) {
        self.content(Attribute::ToolCallArguments, || shown(arguments.into()));
    }

    /// Records what it gave back (`gen_ai.tool.call.result`), where content is captured.
    pub fn result(&self, result: impl Into<Value>) {
        self.content(Attribute::ToolCallResult, || shown(result.into()));
    }
}

/// A text as it is, so that one which is JSON already is not quoted.
pub(super) fn shown(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
