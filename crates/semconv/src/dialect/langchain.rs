//! LangSmith's exporter and LangGraph's span attributes.

use super::definition::Dialect;
use super::structure::Structure;
use crate::{Attribute, OperationName};

/// LangChain's input includes cached tokens, for every provider.
pub(super) const LANGSMITH: Dialect = Dialect {
    name: "LangSmith",
    source: "`langsmith/_internal/otel/_otel_exporter.py` of langsmith-sdk, and <https://docs.langchain.com/langsmith/trace-with-opentelemetry>",
    kinds: &["langsmith.span.kind"],
    operations: &[
        ("langsmith.span.kind", "llm", OperationName::Chat),
        ("langsmith.span.kind", "tool", OperationName::ExecuteTool),
        ("langsmith.span.kind", "retriever", OperationName::Retrieval),
        ("langsmith.span.kind", "embedding", OperationName::Embeddings),
    ],
    structures: &[
        ("langsmith.usage_metadata", Structure::Usage),
        ("gen_ai.usage.input_token_details", Structure::Usage),
        ("gen_ai.usage.output_token_details", Structure::Usage),
    ],
    markers: &["langsmith."],
    ..Dialect::EMPTY
};

/// The node that made the call, in most graphs an agent.
pub(super) const LANGGRAPH: Dialect = Dialect {
    name: "LangChain and LangGraph",
    source: "`internal/langchain` of the Collector's genainormalizerprocessor",
    renames: &[
        ("lc.metadata.thread_id", Attribute::ConversationId),
        ("langgraph.node.name", Attribute::AgentName),
    ],
    ..Dialect::EMPTY
};
