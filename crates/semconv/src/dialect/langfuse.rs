//! Langfuse, whose SDKs write spans for its own server.

use super::definition::Dialect;
use super::structure::Structure;
use crate::{Attribute, OperationName};

/// Of `chain`, `evaluator` and `guardrail`, only `chain` is an operation of the conventions.
pub(super) const LANGFUSE: Dialect = Dialect {
    name: "Langfuse 3 to 5",
    source: "the packages langfuse, @langfuse/core and @langfuse/tracing",
    renames: &[
        ("langfuse.observation.model.name", Attribute::RequestModel),
        ("langfuse.observation.prompt.name", Attribute::PromptName),
        ("langfuse.observation.prompt.version", Attribute::PromptVersion),
        ("langfuse.user.id", Attribute::UserId),
        ("langfuse.session.id", Attribute::SessionId),
    ],
    kinds: &["langfuse.observation.type"],
    operations: &[
        ("langfuse.observation.type", "generation", OperationName::Chat),
        ("langfuse.observation.type", "embedding", OperationName::Embeddings),
        ("langfuse.observation.type", "agent", OperationName::InvokeAgent),
        ("langfuse.observation.type", "tool", OperationName::ExecuteTool),
        ("langfuse.observation.type", "retriever", OperationName::Retrieval),
        ("langfuse.observation.type", "chain", OperationName::InvokeWorkflow),
    ],
    structures: &[
        ("langfuse.observation.model.parameters", Structure::Parameters),
        ("langfuse.observation.usage_details", Structure::Usage),
        ("langfuse.observation.cost_details", Structure::Cost),
        ("langfuse.observation.completion_start_time", Structure::AnswerStart),
        ("langfuse.observation.input", Structure::Input),
        ("langfuse.observation.output", Structure::Output),
        ("langfuse.trace.input", Structure::Content),
        ("langfuse.trace.output", Structure::Content),
    ],
    markers: &["langfuse."],
    ..Dialect::EMPTY
};
