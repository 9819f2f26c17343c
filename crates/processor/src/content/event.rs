//! Emits a model call's content as an event.

use std::fmt;

use opentelemetry::logs::{AnyValue, LogRecord, Logger, LoggerProvider, Severity};
use opentelemetry::{Array, Key, Value};
use tracing_genai_semconv::{Attribute, event};

use super::form::is_content;
use crate::operation::Operation;
use crate::scope::scope;

/// The event's data, independent of the logger's record type.
struct Details {
    context: opentelemetry::trace::SpanContext,
    ended: std::time::SystemTime,
    attributes: Vec<(Key, AnyValue)>,
}

/// Emits the event `gen_ai.client.inference.operation.details` through a logger of the user's provider.
pub(crate) struct EmitEvent(Box<dyn Fn(Details) + Send + Sync>);

impl fmt::Debug for EmitEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmitEvent")
    }
}

impl EmitEvent {
    pub(crate) fn through<P>(provider: &P) -> Self
    where
        P: LoggerProvider,
        P::Logger: Send + Sync + 'static,
    {
        let logger = provider.logger_with_scope(scope());
        Self(Box::new(move |details| {
            let mut record = logger.create_log_record();
            record.set_event_name(event::INFERENCE_DETAILS.name);
            record.set_timestamp(details.ended);
            record.set_severity_number(Severity::Info);
            record.set_severity_text("INFO");
            record.set_trace_context(
                details.context.trace_id(),
                details.context.span_id(),
                Some(details.context.trace_flags()),
            );
            record.add_attributes(details.attributes);
            logger.emit(record);
        }))
    }

    /// Emits the operation's event: the conventions' attributes of its span, and content if `with_content`.
    pub(crate) fn emit(&self, operation: &Operation<'_>, with_content: bool) {
        let attributes = operation.span.attributes.iter().filter_map(|attribute| {
            // Skip an old name kept beside its current one.
            let spelling = Attribute::from_name(attribute.key.as_str()).filter(|spelling| spelling.is_current())?;
            let known = spelling.attribute;
            event::INFERENCE_DETAILS.requirement(known)?;
            match (is_content(known), &attribute.value) {
                (true, _) if !with_content => None,
                // Log records can hold structured values.
                (true, Value::String(text)) => Some((attribute.key.clone(), structured(text.as_str()))),
                (_, value) => Some((attribute.key.clone(), of_value(value.clone()))),
            }
        });
        (self.0)(Details {
            context: operation.span.span_context.clone(),
            ended: operation.span.end_time,
            attributes: attributes.collect(),
        });
    }
}

fn structured(text: &str) -> AnyValue {
    serde_json::from_str(text)
        .ok()
        .and_then(of_json)
        .unwrap_or_else(|| AnyValue::String(text.to_owned().into()))
}

/// The log value of a JSON value; `None` for null.
fn of_json(value: serde_json::Value) -> Option<AnyValue> {
    use serde_json::Value;
    Some(match value {
        Value::Null => return None,
        Value::Bool(boolean) => AnyValue::Boolean(boolean),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => AnyValue::Int(integer),
            None => AnyValue::Double(number.as_f64()?),
        },
        Value::String(text) => AnyValue::String(text.into()),
        Value::Array(items) => AnyValue::ListAny(Box::new(items.into_iter().filter_map(of_json).collect())),
        Value::Object(members) => {
            let known = members.into_iter();
            let known = known.filter_map(|(name, value)| Some((Key::from(name), of_json(value)?)));
            AnyValue::Map(Box::new(known.collect()))
        }
    })
}

fn of_value(value: Value) -> AnyValue {
    match value {
        Value::Bool(boolean) => AnyValue::Boolean(boolean),
        Value::I64(integer) => AnyValue::Int(integer),
        Value::F64(double) => AnyValue::Double(double),
        Value::String(text) => AnyValue::String(text),
        Value::Array(Array::Bool(items)) => items.into_iter().collect(),
        Value::Array(Array::I64(items)) => items.into_iter().collect(),
        Value::Array(Array::F64(items)) => items.into_iter().collect(),
        Value::Array(Array::String(items)) => items.into_iter().collect(),
        other => AnyValue::String(other.to_string().into()),
    }
}
