//! Agents, plans and workflows.

use tracing::Span;
use tracing_genai_message::{Message, to_json};
use tracing_genai_semconv::Attribute;

use super::builder::{Kind, Step, StepBuilder, kind};
use crate::short;

/// A run of an agent in this process.
#[derive(Debug)]
pub struct Agent {
    name: String,
}

/// A run of an agent that a provider hosts.
#[derive(Debug)]
pub struct RemoteAgent {
    provider: String,
    name: String,
}

/// The creation of an agent at a provider.
#[derive(Debug)]
pub struct AgentCreation {
    provider: String,
    name: String,
}

/// A plan that an agent makes.
#[derive(Debug)]
pub struct Plan {
    agent: String,
}

/// A run of a workflow.
#[derive(Debug)]
pub struct Workflow {
    name: String,
}

/// A run of the agent `name`, from its input to its output.
///
/// ```
/// use tracing_genai::message::Message;
///
/// let turn = tracing_genai::invoke_agent("helper").conversation("c-7").start();
/// turn.input(&[Message::user("Where is my parcel?")]);
/// ```
pub fn invoke_agent(name: &str) -> StepBuilder<Agent> {
    StepBuilder::new(Agent {
        name: short::name(name).to_owned(),
    })
}

/// A run of the agent `name`, which `provider` hosts.
pub fn invoke_remote_agent(provider: &str, name: &str) -> StepBuilder<RemoteAgent> {
    StepBuilder::new(RemoteAgent {
        provider: short::name(provider).to_owned(),
        name: short::name(name).to_owned(),
    })
}

/// The creation of the agent `name` at `provider`.
pub fn create_agent(provider: &str, name: &str) -> StepBuilder<AgentCreation> {
    StepBuilder::new(AgentCreation {
        provider: short::name(provider).to_owned(),
        name: short::name(name).to_owned(),
    })
}

/// A plan that `agent` makes before it acts.
pub fn plan(agent: &str) -> StepBuilder<Plan> {
    StepBuilder::new(Plan {
        agent: short::name(agent).to_owned(),
    })
}

/// A run of the workflow `name`.
pub fn invoke_workflow(name: &str) -> StepBuilder<Workflow> {
    StepBuilder::new(Workflow {
        name: short::name(name).to_owned(),
    })
}

impl Kind for Agent {}

impl kind::Start for Agent {
    fn start(self) -> Span {
        tracing::info_span!(
            target: "tracing_genai", "invoke_agent", otel.name = ["invoke_agent ", &self.name].concat(), otel.kind = "internal",
            gen_ai.operation.name = "invoke_agent", gen_ai.agent.name = self.name,
        )
    }
}

impl Kind for RemoteAgent {}

impl kind::Start for RemoteAgent {
    fn start(self) -> Span {
        tracing::info_span!(
            target: "tracing_genai", "invoke_agent", otel.name = ["invoke_agent ", &self.name].concat(), otel.kind = "client",
            gen_ai.operation.name = "invoke_agent", gen_ai.provider.name = self.provider, gen_ai.agent.name = self.name,
        )
    }
}

impl Kind for AgentCreation {}

impl kind::Start for AgentCreation {
    fn start(self) -> Span {
        tracing::info_span!(
            target: "tracing_genai", "create_agent", otel.name = ["create_agent ", &self.name].concat(), otel.kind = "client",
            gen_ai.operation.name = "create_agent", gen_ai.provider.name = self.provider, gen_ai.agent.name = self.name,
        )
    }
}

impl Kind for Plan {}

impl kind::Start for Plan {
    fn start(self) -> Span {
        tracing::info_span!(
            target: "tracing_genai", "plan", otel.name = ["plan ", &self.agent].concat(), otel.kind = "internal",
            gen_ai.operation.name = "plan", gen_ai.agent.name = self.agent,
        )
    }
}

impl Kind for Workflow {}

impl kind::Start for Workflow {
    fn start(self) -> Span {
        tracing::info_span!(
            target: "tracing_genai", "invoke_workflow", otel.name = ["invoke_workflow ", &self.name].concat(), otel.kind = "internal",
            gen_ai.operation.name = "invoke_workflow", gen_ai.workflow.name = self.name,
        )
    }
}

/// Attributes of all agents.
macro_rules! agents {
    ($($agent:ty),*) => {$(
        impl StepBuilder<$agent> {
            /// The agent's description (`gen_ai.agent.description`).
            pub fn description(self, description: &str) -> Self {
                self.with(Attribute::AgentDescription, description.to_owned())
            }

            /// The agent's model, if it uses only one (`gen_ai.request.model`).
            pub fn model(self, model: &str) -> Self {
                self.with(Attribute::RequestModel, short::name(model).to_owned())
            }
        }
    )*};
}

agents!(Agent, RemoteAgent, AgentCreation);

/// Attributes of agents that a provider hosts.
macro_rules! hosted {
    ($($agent:ty),*) => {$(
        impl StepBuilder<$agent> {
            /// The agent's id at the provider (`gen_ai.agent.id`).
            pub fn id(self, id: &str) -> Self {
                self.with(Attribute::AgentId, id.to_owned())
            }

            /// The agent's version (`gen_ai.agent.version`).
            pub fn version(self, version: &str) -> Self {
                self.with(Attribute::AgentVersion, version.to_owned())
            }

            /// The server's address and port (`server.address`, `server.port`).
            pub fn server(self, address: &str, port: u16) -> Self {
                self.at(address, port)
            }
        }
    )*};
}

hosted!(RemoteAgent, AgentCreation);

/// Input and output messages.
macro_rules! with_messages {
    ($($step:ty),*) => {$(
        impl Step<$step> {
            /// Records the input messages (`gen_ai.input.messages`), if content is captured.
            pub fn input(&self, messages: &[Message]) {
                self.content(Attribute::InputMessages, || to_json(messages));
            }

            /// Records the output messages (`gen_ai.output.messages`), if content is captured.
            pub fn output(&self, messages: &[Message]) {
                self.content(Attribute::OutputMessages, || to_json(messages));
            }
        }
    )*};
}

with_messages!(Agent, RemoteAgent, Workflow);
