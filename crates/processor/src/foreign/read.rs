//! The result of reading an attribute of another dialect.

use opentelemetry::Value;
use tracing_genai_semconv::Attribute;

use crate::operation::Operation;
use crate::unread::Unread;

/// `Err` if the attribute stays: with the attribute and the reason if its value could not be read.
pub(super) type Read = Result<(), Option<(Attribute, Unread)>>;

/// The attribute stays, without a fault.
pub(super) const NOT_READ: Read = Err(None);

/// Sets an attribute unless the span already has it.
pub(super) fn set(operation: &mut Operation<'_>, attribute: Attribute, value: impl Into<Value>) {
    if !operation.has(attribute) {
        operation.set(attribute, value);
    }
}
