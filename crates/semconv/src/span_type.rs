//! The span types of the GenAI conventions, with their attributes.

mod definition;
mod table;

use crate::Attribute;
use crate::operation::{OperationName, SpanKind};

pub use definition::{Requirement, SpanType};

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

    /// The type of a span with that operation and kind; `None` for operations without a type.
    ///
    /// `invoke_agent` of kind client is an agent hosted by a provider.
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

    /// The requirement level of the attribute; `None` if the conventions do not list it.
    pub fn requirement(&self, attribute: Attribute) -> Option<Requirement> {
        requirement(self.attributes, attribute)
    }
}

/// The requirement level of the attribute in a table.
pub(crate) fn requirement(rows: &[(Requirement, &[Attribute])], attribute: Attribute) -> Option<Requirement> {
    let row = rows.iter().find(|(_, named)| named.contains(&attribute));
    row.map(|(requirement, _)| *requirement)
}
