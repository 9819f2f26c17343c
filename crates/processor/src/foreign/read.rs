//! What became of reading an attribute of another dialect.

use opentelemetry::Value;
use tracing_genai_semconv::Attribute;

use crate::operation::Operation;
use crate::unread::Unread;

/// What became of reading: nothing to read, or what could not be read and why.
pub(super) type Read = Result<(), Option<(Attribute, Unread)>>;

/// It says nothing of the conventions.
pub(super) const NOTHING: Read = Err(None);

/// Sets an attribute that the span does not have in the conventions' own name.
pub(super) fn set(operation: &mut Operation<'_>, attribute: Attribute, value: impl Into<Value>) {
    if !operation.has(attribute) {
        operation.set(attribute, value);
    }
}
