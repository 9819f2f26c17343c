//! The types of span that the GenAI conventions define, and what stands on each.

mod table;

use crate::Attribute;
use crate::operation::{OperationName, SpanKind};

/// How much a type of span wants an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// It must be there.
    Required,
    /// It must be there when the operation ended in an error.
    OnError,
    /// It must be there when `server.address` is.
    WithServerAddress,
    /// It must be there when it applies and is known, which a reader of the span cannot tell.
    WhenKnown,
    /// It should be there.
    Recommended,
    /// It is there only when the user asked for it: content, and what is long.
    OptIn,
}

/// A type of span: which operations it describes, its kind, and what stands on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpanType {
    /// The conventions' id, such as `gen_ai.inference.client`.
    pub id: &'static str,
    /// What it describes.
    pub about: &'static str,
    /// The kind of its spans. A client's may be internal where what it calls is in the same process.
    pub kind: SpanKind,
    /// The values of `gen_ai.operation.name` that make a span one of this type; none where another attribute does.
    pub operations: &'static [OperationName],
    /// Its attributes, by how much they are wanted.
    pub attributes: &'static [(Requirement, &'static [Attribute])],
}

impl SpanType {
    /// Every type, in the order of the conventions.
    pub const ALL: &[Self] = &[
        Self::INFERENCE,
        Self::EMBEDDINGS,
        Self::RETRIEVAL,
        Self::FETCH_RESPONSE,
        Self::MEMORY,
        Self::CREATE_AGENT,
        Self::INVOKE_REMOTE_AGENT,
        Self::INVOKE_AGENT,
        Self::EXECUTE_TOOL,
        Self::INVOKE_WORKFLOW,
        Self::PLAN,
        Self::MCP_CLIENT,
        Self::MCP_SERVER,
    ];

    /// The type of a span with that operation and kind; `None` for operations the conventions do not know.
    ///
    /// An agent that was called as a client is one that a provider hosts.
    ///
    /// ```
    /// use tracing_genai_semconv::{OperationName, SpanKind, SpanType};
    ///
    /// let chat = SpanType::of(OperationName::Chat, SpanKind::Client);
    /// assert_eq!(chat.map(|span_type| span_type.id), Some("gen_ai.inference.client"));
    /// ```
    pub fn of(operation: OperationName, kind: SpanKind) -> Option<&'static Self> {
        let mut types = Self::ALL.iter().filter(|it| it.operations.contains(&operation));
        let first = types.clone().find(|it| it.kind == kind);
        first.or_else(|| types.next())
    }

    /// How much this type wants the attribute; `None` where the conventions do not name it.
    pub fn requirement(&self, attribute: Attribute) -> Option<Requirement> {
        requirement(self.attributes, attribute)
    }
}

/// How much one of these wants the attribute.
pub(crate) fn requirement(rows: &[(Requirement, &[Attribute])], attribute: Attribute) -> Option<Requirement> {
    let row = rows.iter().find(|(_, named)| named.contains(&attribute));
    row.map(|(requirement, _)| *requirement)
}
