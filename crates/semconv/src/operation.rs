//! The operations of GenAI spans, with their span kind and target.

use crate::Attribute;

/// The span kinds the conventions use for GenAI operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpanKind {
    /// A call that leaves the process.
    Client,
    /// Work inside the process.
    Internal,
    /// The handling of a call from outside.
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

            /// The names of all operations, in the table's order.
            pub const NAMES: &[&'static str] = &[$($name),*];

            /// The value on a span.
            pub const fn name(self) -> &'static str {
                match self {
                    $(OperationName::$variant => $name,)*
                }
            }

            /// The operation of that name; `None` if it is not in the conventions.
            pub fn from_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(OperationName::$variant),)*
                    _ => None,
                }
            }

            /// Its span kind in the conventions.
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
    // Client for a remote agent: an explicit kind is kept.
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
    /// Whether the operation is a model call; only model calls have a cost.
    ///
    /// Agents and workflows repeat the sums of their child spans (semantic-conventions-genai#19), and `fetch_response`
    /// reads the response of a call that was billed before.
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
    fn names_round_trip() {
        for operation in OperationName::ALL {
            assert_eq!(OperationName::from_name(operation.name()), Some(*operation));
        }
        assert_eq!(OperationName::from_name("rerank"), None);
    }

    #[test]
    fn only_model_calls_have_a_cost() {
        let costly: Vec<_> = OperationName::ALL
            .iter()
            .filter(|operation| operation.is_model_call())
            .map(|operation| operation.name())
            .collect();
        assert_eq!(costly, ["chat", "generate_content", "text_completion", "embeddings"]);
    }
}
