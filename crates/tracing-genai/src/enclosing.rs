//! Finds the model call within which another is made, a framework's span around its client's, and covers it.

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

/// The most different calls that are noted on the span around them. An agent makes many, all of a few models.
const MOST_COVERING: usize = 8;

/// The span around a call that is to cover it, and what that call is.
#[derive(Debug)]
pub(crate) struct Enclosing {
    context: Context,
    id: Id,
    operation: OperationName,
    model: Option<String>,
}

/// Stands in the extensions of a span: the calls that were noted on it, three texts each. An OpenTelemetry span cannot be
/// asked for its attributes.
#[derive(Default)]
struct Covering(Arc<Mutex<Vec<StringValue>>>);

impl Enclosing {
    /// The nearest GenAI span around the current place; none where the subscriber is no registry with an OpenTelemetry
    /// layer.
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

    /// Notes on the enclosing span that `call` is within it, whose answer came from `response_model`; whether it did. It does
    /// not where the call's own span goes nowhere: then the other has the figures.
    pub(crate) fn cover(&self, call: &Span, response_model: Option<&str>) -> bool {
        let own = call.context();
        let (own, around) = (own.span(), self.context.span());
        if !own.is_recording() || own.span_context().span_id() == around.span_context().span_id() {
            return false;
        }
        if let Some(covering) = self.covering(call) {
            let mut covering = covering.lock().unwrap_or_else(PoisonError::into_inner);
            let models = [self.model.as_deref(), response_model].map(Option::unwrap_or_default);
            let [request, response] = models;
            if note(&mut covering, [self.operation.name(), request, response]) {
                // Under the lock, so that the longest list is set last: that is the one which holds.
                let covering = Value::Array(Array::String(covering.clone()));
                around.set_attribute(KeyValue::new(own::COVERING, covering));
            }
        }
        true
    }

    /// What is noted on the enclosing span, which `call` keeps in the registry.
    fn covering(&self, call: &Span) -> Option<Arc<Mutex<Vec<StringValue>>>> {
        call.with_subscriber(|(_, dispatch)| {
            let around = dispatch.downcast_ref::<Registry>()?.span(&self.id)?;
            let mut extensions = around.extensions_mut();
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

/// Adds a call that is not noted yet; whether it did.
fn note(covering: &mut Vec<StringValue>, call: [&str; 3]) -> bool {
    let mut noted = covering.chunks_exact(3);
    let is_noted = noted.any(|noted| noted.iter().map(StringValue::as_str).eq(call));
    let has_room = covering.len() < 3 * MOST_COVERING;
    if has_room && !is_noted {
        covering.extend(call.map(|text| StringValue::from(text.to_owned())));
    }
    has_room && !is_noted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_noted_once_and_only_a_few_are() {
        let mut covering = Vec::new();
        assert!(note(&mut covering, ["chat", "gpt-4o", ""]));
        assert!(!note(&mut covering, ["chat", "gpt-4o", ""]));
        assert!(note(&mut covering, ["chat", "", "gpt-4o"]));
        let noted = (0..100).filter(|number| note(&mut covering, ["chat", &number.to_string(), ""]));
        assert_eq!(noted.count(), MOST_COVERING - 2);
        assert_eq!(covering.len(), 3 * MOST_COVERING);
    }
}
