//! Finds the model call around another, a framework's span around its client's, and covers it.

use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::trace::TraceContextExt;
use opentelemetry::{Array, Context, KeyValue, StringValue, Value};
use tracing::Span;
use tracing::span::Id;
use tracing_genai_semconv::{OperationName, own};
use tracing_opentelemetry::{OpenTelemetrySpanExt, get_otel_context};
use tracing_subscriber::Registry;
use tracing_subscriber::registry::LookupSpan;

use crate::layer::is_genai;

/// Maximum number of different calls noted on the enclosing span. Agents make many calls of few models.
const MAX_COVERING: usize = 8;

/// The enclosing span that a call is to cover, and the call's operation and model.
#[derive(Debug)]
pub(crate) struct Enclosing {
    context: Context,
    id: Id,
    operation: OperationName,
    model: Option<String>,
}

/// A span extension: the calls noted on the span, three texts each. An OpenTelemetry span's attributes cannot be read.
#[derive(Default)]
struct Covering(Arc<Mutex<Vec<StringValue>>>);

impl Enclosing {
    /// The nearest GenAI span around the current position; `None` unless the subscriber is a registry with an
    /// OpenTelemetry layer.
    pub(crate) fn find(operation: OperationName, model: Option<&str>) -> Option<Self> {
        tracing::dispatcher::get_default(|dispatch| {
            let registry = dispatch.downcast_ref::<Registry>()?;
            let current = dispatch.current_span();
            let current = registry.span(current.id()?)?;
            let enclosing = current.scope().find(|span| is_genai(span.metadata()))?;
            let id = enclosing.id();
            Some((get_otel_context(&id, dispatch)?, id))
        })
        .map(|(context, id)| Self {
            context,
            id,
            operation,
            model: model.map(str::to_owned),
        })
    }

    /// Notes `call`, answered by `response_model`, on the enclosing span; returns whether it did. It does not if the
    /// call's own span is not recording: then the enclosing span keeps its counts.
    pub(crate) fn cover(&self, call: &Span, response_model: Option<&str>) -> bool {
        let own = call.context();
        let (own, enclosing) = (own.span(), self.context.span());
        if !own.is_recording() || own.span_context().span_id() == enclosing.span_context().span_id() {
            return false;
        }
        if let Some(covering) = self.covering(call) {
            let mut covering = covering.lock().unwrap_or_else(PoisonError::into_inner);
            let models = [self.model.as_deref(), response_model].map(Option::unwrap_or_default);
            let [request, response] = models;
            if add_call(&mut covering, [self.operation.name(), request, response]) {
                // Set under the lock, so that the longest list is set last.
                let covering = Value::Array(Array::String(covering.clone()));
                enclosing.set_attribute(KeyValue::new(own::COVERING, covering));
            }
        }
        true
    }

    /// The calls noted on the enclosing span, which `call` keeps in the registry.
    fn covering(&self, call: &Span) -> Option<Arc<Mutex<Vec<StringValue>>>> {
        call.with_subscriber(|(_, dispatch)| {
            let enclosing = dispatch.downcast_ref::<Registry>()?.span(&self.id)?;
            let mut extensions = enclosing.extensions_mut();
            if let Some(covering) = extensions.get_mut::<Covering>() {
                return Some(Arc::clone(&covering.0));
            }
            let covering = Covering::default();
            let shared = Arc::clone(&covering.0);
            extensions.replace(covering);
            Some(shared)
        })
        .flatten()
    }
}

/// Adds a call unless it is noted or the list is full; returns whether it did.
fn add_call(covering: &mut Vec<StringValue>, call: [&str; 3]) -> bool {
    let mut noted = covering.chunks_exact(3);
    let is_noted = noted.any(|noted| noted.iter().map(StringValue::as_str).eq(call));
    let has_room = covering.len() < 3 * MAX_COVERING;
    if has_room && !is_noted {
        covering.extend(call.map(|text| StringValue::from(text.to_owned())));
    }
    has_room && !is_noted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_noted_once_up_to_a_limit() {
        let mut covering = Vec::new();
        assert!(add_call(&mut covering, ["chat", "gpt-4o", ""]));
        assert!(!add_call(&mut covering, ["chat", "gpt-4o", ""]));
        assert!(add_call(&mut covering, ["chat", "", "gpt-4o"]));
        let noted = (0..100).filter(|number| add_call(&mut covering, ["chat", &number.to_string(), ""]));
        assert_eq!(noted.count(), MAX_COVERING - 2);
        assert_eq!(covering.len(), 3 * MAX_COVERING);
    }
}
