//! Ends the span of a helper when that is dropped, whatever else still holds the span.

use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;
use tracing::span::Id;
use tracing::{Dispatch, Span};
use tracing_genai_processor::closing;
use tracing_opentelemetry::get_otel_context;
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

use crate::last_handle::let_go;
use crate::layer::BeforeOpenTelemetry;
use crate::opened::Opened;

/// Lets go of a helper's handle. If that was the last, the span closes as any other. Otherwise its OpenTelemetry span ends
/// here, and what is recorded on it afterwards is lost: a clone, a task or a child may hold the `tracing` span for minutes.
///
/// Under a subscriber that is no registry, the span ends with its last holder.
pub(crate) fn end(span: Span) {
    let held = span.with_subscriber(|(id, dispatch)| {
        dispatch.downcast_ref::<Registry>()?;
        // While the handle is there: asked for a span that has closed, the bridge panics.
        let context = get_otel_context(id, dispatch)?;
        Some((id.clone(), dispatch.clone(), context))
    });
    let Some((id, dispatch, context)) = held.flatten() else {
        return;
    };
    let ending = context.span();
    let has_ended = !ending.is_recording() || let_go(&id, span, ending.span_context().span_id());
    // Another thread may let go of the last handle meanwhile.
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
        Some(opened) => closing::lay(opened.closing(context.span().span_context().span_id(), metadata)),
        // The last holder has let go meanwhile, and closes it on its thread.
        None if dispatch.downcast_ref::<BeforeOpenTelemetry>().is_some() => return,
        None => {}
    }
    if dispatch.current_span().id() != Some(id) {
        return context.span().end();
    }
    // The SDK keeps the span locked while processors run. What they log, or do to the current span, must not wait for it.
    let unlocked = context.with_remote_span_context(context.span().span_context().clone());
    let _attached = unlocked.attach();
    tracing::dispatcher::with_default(&Dispatch::none(), || context.span().end());
}
