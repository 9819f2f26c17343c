//! Ends a helper's span when the helper is dropped, even if the span is still held.

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use tracing::span::Id;
use tracing::{Dispatch, Span};
use tracing_genai_processor::closing;
use tracing_opentelemetry::get_otel_context;
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

use crate::last_handle::drop_handle;
use crate::layer::BeforeOpenTelemetry;
use crate::opened::Opened;

/// Drops a helper's handle. If it is the last one, the span closes as usual. Otherwise its OpenTelemetry span ends
/// here, and later records are lost: a clone, a task or a child may hold the `tracing` span for minutes.
///
/// Under a subscriber other than a registry, the span ends when its last handle is dropped.
pub(crate) fn end(span: Span) {
    let held = span.with_subscriber(|(id, dispatch)| {
        dispatch.downcast_ref::<Registry>()?;
        // Before the drop: the bridge panics when asked for a closed span.
        let context = get_otel_context(id, dispatch)?;
        Some((id.clone(), dispatch.clone(), context))
    });
    let Some((id, dispatch, context)) = held.flatten() else {
        return;
    };
    let ending = context.span();
    let has_ended = !ending.is_recording() || drop_handle(&id, span, ending.span_context().span_id());
    // Another thread may drop the last handle meanwhile.
    if !has_ended && ending.is_recording() {
        end_held(&id, &dispatch, &context);
    }
}

fn end_held(id: &Id, dispatch: &Dispatch, context: &Context) {
    let registry = dispatch.downcast_ref::<Registry>();
    let Some(span) = registry.and_then(|registry| registry.span(id)) else {
        return;
    };
    let opened = span.extensions_mut().remove::<Opened>();
    let metadata = span.metadata();
    drop(span);
    match opened {
        Some(opened) => closing::set_note(opened.closing(context.span().span_context().span_id(), metadata)),
        // The last handle was dropped meanwhile, and that thread closes the span.
        None if dispatch.downcast_ref::<BeforeOpenTelemetry>().is_some() => return,
        None => {}
    }
    let current = dispatch.current_span();
    let is_within = current
        .id()
        .and_then(|current| registry?.span(current))
        .is_some_and(|current| {
            let mut scope = current.scope();
            scope.any(|around| around.id() == *id)
        });
    if !is_within {
        return context.span().end();
    }
    // The SDK locks the span while processors run. What they log or do to the current span must not wait for it.
    let unlocked = context.with_remote_span_context(context.span().span_context().clone());
    let _attached = unlocked.attach();
    tracing::dispatcher::with_default(&Dispatch::none(), || context.span().end());
}
