//! The operations a GenAI span can describe, and what follows from each: kind, name, and whether it costs money.

use crate::Attribute;

/// The span kinds the conventions use for GenAI operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpanKind {
    /// A call that leaves the process.
    Client,
    /// Work inside the process.
    Internal,
    /// The answer to a call from outside.
    Server,
}

macro_rules! operations {
    ($($variant:ident = $name:literal, $kind:ident, $target:expr;)*) => {
        /// The value of `gen_ai.operation.name`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum OperationName {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl OperationName {
            /// Every operation, in the table's order.
            pub const ALL: &[OperationName] = &[$(OperationName::$variant),*];

            /// The names of all of them, in the table's order.
            pub const NAMES: &[&'static str] = &[$($name),*];

            /// The name as it stands on a span.
            pub const fn name(self) -> &'static str {
                match self {
                    $(OperationName::$variant => $name,)*
                }
            }

            /// The operation of that name, if it is one of the conventions'.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(OperationName::$variant),)*
                    _ => None,
                }
            }

            /// The span kind the conventions give it.
            pub const fn kind(self) -> SpanKind {
                match self {
                    $(OperationName::$variant => SpanKind::$kind,)*
                }
            }

            /// The attribute whose value follows the operation in the span's name: `chat gpt-4o`, `execute_tool search`.
            pub const fn target(self) -> Option<Attribute> {
                match self {
                    $(OperationName::$variant => $target,)*
                }
            }
        }
    };
}

operations! {
    Chat = "chat", Client, Some(Attribute::RequestModel);
    GenerateContent = "generate_content", Client, Some(Attribute::RequestModel);
    TextCompletion = "text_completion", Client, Some(Attribute::RequestModel);
    Embeddings = "embeddings", Client, Some(Attribute::RequestModel);
    Retrieval = "retrieval", Client, Some(Attribute::DataSourceId);
    FetchResponse = "fetch_response", Client, None;
    CreateAgent = "create_agent", Client, Some(Attribute::AgentName);
    // Client when the agent is remote: a kind the author stated is kept.
    InvokeAgent = "invoke_agent", Internal, Some(Attribute::AgentName);
    InvokeWorkflow = "invoke_workflow", Internal, Some(Attribute::WorkflowName);
    ExecuteTool = "execute_tool", Internal, Some(Attribute::ToolName);
    Plan = "plan", Internal, Some(Attribute::AgentName);
    SearchMemory = "search_memory", Client, None;
    CreateMemory = "create_memory", Client, None;
    UpdateMemory = "update_memory", Client, None;
    UpsertMemory = "upsert_memory", Client, None;
    DeleteMemory = "delete_memory", Client, None;
    CreateMemoryStore = "create_memory_store", Client, None;
    DeleteMemoryStore = "delete_memory_store", Client, None;
}

impl OperationName {
    /// Whether the operation is itself a call of a model, which alone costs money.
    ///
    /// Agents and workflows repeat the sums of what runs beneath them (semantic-conventions-genai#19), and
    /// `fetch_response` reads again what an earlier call was billed for.
    pub const fn is_model_call(self) -> bool {
        matches!(
            self,
            Self::Chat | Self::GenerateContent | Self::TextCompletion | Self::Embeddings
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_there_and_back() {
        for operation in OperationName::ALL {
            assert_eq!(OperationName::from_name(operation.name()), Some(*operation));
        }
        assert_eq!(OperationName::from_name("rerank"), None);
    }

    #[test]
    fn only_calls_of_models_cost_money() {
        let costly: Vec<_> = OperationName::ALL
            .iter()
            .filter(|operation| operation.is_model_call())
            .map(|operation| operation.name())
            .collect();
        assert_eq!(costly, ["chat", "generate_content", "text_completion", "embeddings"]);
    }
}
