//! Finds the model call within which another is made: a framework's span around its client's.

use opentelemetry::Context;
use tracing_opentelemetry::get_otel_context;
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

use crate::layer::is_genai;

/// The OpenTelemetry context of the nearest GenAI span around the current place; none where the subscriber is no registry
/// with an OpenTelemetry layer.
pub(crate) fn enclosing_call() -> Option<Context> {
    tracing::dispatcher::get_default(|dispatch| {
        let registry = dispatch.downcast_ref::<Registry>()?;
        let current = dispatch.current_span();
        let current = registry.span(current.id()?)?;
        let enclosing = current.scope().find(|span| is_genai(span.metadata()))?;
        get_otel_context(&enclosing.id(), dispatch)
    })
}
