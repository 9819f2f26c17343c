//! Finds the GenAI span around a model call, a framework's around its client's, and notes the call there.

use opentelemetry::trace::TraceContextExt;
use tracing::Span;
use tracing::span::Id;
use tracing_genai_processor::inner_calls::InnerCall;
use tracing_genai_semconv::OperationName;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

use crate::layer::is_genai;
use crate::opened::Opened;

/// The span around a call that the call may cover, and what is known of the call.
#[derive(Debug)]
pub(crate) struct Enclosing {
    id: Id,
    call: InnerCall,
    /// Where the call is noted on the enclosing span.
    place: Option<usize>,
}

impl Enclosing {
    /// The nearest GenAI span around the current position; `None` unless the subscriber is a registry.
    pub(crate) fn find(
        operation: OperationName,
        provider: &str,
        model: Option<&str>,
        server_address: Option<&str>,
    ) -> Option<Self> {
        tracing::dispatcher::get_default(|dispatch| {
            let registry = dispatch.downcast_ref::<Registry>()?;
            let current = dispatch.current_span();
            let current = registry.span(current.id()?)?;
            let enclosing = current.scope().find(|span| is_genai(span.metadata()))?;
            let mut call = InnerCall::new(operation, provider, model);
            if let Some(address) = server_address {
                call.server_address(address);
            }
            Some(Self {
                id: enclosing.id(),
                call,
                place: None,
            })
        })
    }

    /// Updates what is known of the call.
    pub(crate) fn update(&mut self, update: impl FnOnce(&mut InnerCall)) {
        update(&mut self.call);
    }

    /// Notes the call on the enclosing span, which keeps its own counts if the call's span is not recording. The
    /// enclosing span's layer passes the note to the processor.
    pub(crate) fn note(&mut self, span: &Span) {
        let is_recording = span.context().span().is_recording();
        if !is_recording || span.id().as_ref() == Some(&self.id) {
            return;
        }
        span.with_subscriber(|(_, dispatch)| {
            // The call's span keeps the enclosing one in the registry.
            let enclosing = dispatch.downcast_ref::<Registry>()?.span(&self.id)?;
            let mut extensions = enclosing.extensions_mut();
            let calls = extensions.get_mut::<Opened>()?.inner_calls();
            self.place = calls.note(self.place, self.call.clone());
            Some(())
        });
    }
}
