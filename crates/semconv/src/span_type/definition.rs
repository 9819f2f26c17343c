//! What a span type consists of.

use crate::Attribute;
use crate::operation::{OperationName, SpanKind};

/// The requirement level of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Requirement {
    /// Always required.
    Required,
    /// Required on errors.
    OnError,
    /// Required with `server.address`.
    WithServerAddress,
    /// Required if applicable and known, which the span does not show.
    WhenKnown,
    /// Recommended.
    Recommended,
    /// Recorded only if the user asks for it: content and large values.
    OptIn,
}

/// A span type: its operations, kind and attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpanType {
    /// The conventions' id, such as `gen_ai.inference.client`.
    pub id: &'static str,
    /// Its description.
    pub about: &'static str,
    /// The kind of its spans. A client span may be internal if the callee is in the same process.
    pub kind: SpanKind,
    /// The values of `gen_ai.operation.name` of this type; empty if another attribute identifies it.
    pub operations: &'static [OperationName],
    /// Its attributes, by requirement level.
    pub attributes: &'static [(Requirement, &'static [Attribute])],
}
