//! Runs of tools.

use serde_json::Value;
use tracing::Span;
use tracing_genai_semconv::Attribute;

use super::builder::{Kind, Step, StepBuilder, kind};
use crate::short;

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
    StepBuilder::new(Tool {
        name: short::name(name).to_owned(),
    })
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
    /// The id of the model's tool call (`gen_ai.tool.call.id`).
    pub fn call_id(self, id: &str) -> Self {
        self.with(Attribute::ToolCallId, id.to_owned())
    }

    /// The tool's type (`gen_ai.tool.type`): `function`, `extension` or `datastore`.
    pub fn tool_type(self, tool_type: &str) -> Self {
        self.with(Attribute::ToolType, tool_type.to_owned())
    }

    /// The tool's description (`gen_ai.tool.description`).
    pub fn description(self, description: &str) -> Self {
        self.with(Attribute::ToolDescription, description.to_owned())
    }

    /// The agent of the run (`gen_ai.agent.name`).
    pub fn agent(self, name: &str) -> Self {
        self.with(Attribute::AgentName, name.to_owned())
    }

    /// The arguments (`gen_ai.tool.call.arguments`), if content is captured: JSON, or JSON text.
    pub fn arguments(self, arguments: impl Into<Value>) -> Self {
        self.with_content(Attribute::ToolCallArguments, || json_text(arguments.into()))
    }
}

impl Step<Tool> {
    /// Records the arguments (`gen_ai.tool.call.arguments`), if content is captured.
    pub fn arguments(&self, arguments: impl Into<Value>) {
        self.content(Attribute::ToolCallArguments, || json_text(arguments.into()));
    }

    /// Records the result (`gen_ai.tool.call.result`), if content is captured.
    pub fn result(&self, result: impl Into<Value>) {
        self.content(Attribute::ToolCallResult, || json_text(result.into()));
    }
}

/// A text unquoted, since it may be JSON already; other values as JSON.
pub(super) fn json_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}
