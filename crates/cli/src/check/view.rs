//! Passes spans, metrics and events from OTLP JSON to the checker.

use std::time::SystemTime;

use serde_json::Value;
use tracing_genai_processor::SpanCall;
use tracing_genai_semconv::check::{
    Checked, EventView, MetricView, Problem, Shape, SpanView, check, check_event, check_genai, check_metric,
};
use tracing_genai_semconv::metric::Instrument;
use tracing_genai_semconv::{Attribute, SpanKind, ValueType};

use super::report::{Report, Signal};
use crate::{
    otlp_json::{LogRecord, Metric, Points, Request, Span},
    otlp_value::{AnyValue, KeyValue},
};

/// The attribute for an event's name in SDKs without named events.
const EVENT_NAME: &str = "event.name";

/// Checks all spans, metrics and events of a request.
pub(super) fn check_request(report: &mut Report, request: &Request, recommended: bool) {
    for (scope, span) in request.spans() {
        let attributes = shapes(&span.attributes);
        let view = SpanView::new(&span.name, &attributes)
            .kind(kind(span))
            .error(span.status.code.is(2, "STATUS_CODE_ERROR"));
        // The reader also finds unknown counts in JSON values.
        let call = SpanCall::read(span.data(scope, SystemTime::UNIX_EPOCH), None);
        let is_call = call.is_some();
        let unread = call.map(|call| call.unread_usage).unwrap_or_default();
        // A call may be recognised by its tracer, without an attribute of the conventions.
        let mut checked = if is_call {
            Some(check_genai(&view))
        } else {
            check(&view)
        };
        if let Some(checked) = &mut checked {
            for name in &unread {
                checked.add_unread_usage(name);
            }
        }
        add(report, Signal::Span, &span.id, checked, recommended);
    }
    for metric in request.metrics() {
        for (instrument, points) in instruments(metric) {
            for point in &points.data_points {
                let attributes = shapes(&point.attributes);
                let view = MetricView::new(&metric.name, &metric.unit, &attributes)
                    .instrument(instrument)
                    .boundaries(point.explicit_bounds.as_deref());
                add(report, Signal::Metric, &metric.name, check_metric(&view), recommended);
            }
        }
    }
    for record in request.logs() {
        let attributes = shapes(&record.attributes);
        let view = EventView::new(event_name(record), &attributes);
        add(report, Signal::Event, &record.span_id, check_event(&view), recommended);
    }
}

fn add(report: &mut Report, signal: Signal, example: &str, checked: Option<Checked<'_>>, recommended: bool) {
    let Some(mut checked) = checked else {
        report.add_other();
        return;
    };
    checked
        .findings
        .retain(|finding| recommended || finding.problem != Problem::NotRecorded);
    report.add(signal, example, &checked);
}

fn instruments(metric: &Metric) -> impl Iterator<Item = (Option<Instrument>, &Points)> {
    let sum = metric.sum.as_ref().map(|sum| {
        // The conventions have no non-monotonic sums.
        let instrument = sum.is_monotonic.then_some(Instrument::Counter);
        (instrument, sum)
    });
    let histogram = |points| (Some(Instrument::Histogram), points);
    [
        metric.histogram.as_ref().map(histogram),
        metric.exponential_histogram.as_ref().map(histogram),
        sum,
        metric.gauge.as_ref().map(|points| (Some(Instrument::Gauge), points)),
        metric.summary.as_ref().map(|points| (None, points)),
    ]
    .into_iter()
    .flatten()
}

fn event_name(record: &LogRecord) -> &str {
    if !record.event_name.is_empty() {
        return &record.event_name;
    }
    let named = record.attributes.iter().find(|attribute| attribute.key == EVENT_NAME);
    named.and_then(|named| named.value.text()).unwrap_or_default()
}

fn kind(span: &Span) -> Option<SpanKind> {
    let kinds = [
        (1, "SPAN_KIND_INTERNAL", SpanKind::Internal),
        (2, "SPAN_KIND_SERVER", SpanKind::Server),
        (3, "SPAN_KIND_CLIENT", SpanKind::Client),
    ];
    let found = kinds.into_iter().find(|(number, name, _)| span.kind.is(*number, name));
    found.map(|(_, _, kind)| kind)
}

fn shapes(attributes: &[KeyValue]) -> Vec<(&str, Shape<'_>)> {
    let shaped = attributes.iter().map(|attribute| {
        let name = &*attribute.key;
        (name, shape(name, &attribute.value))
    });
    shaped.collect()
}

fn shape<'a>(name: &str, value: &'a AnyValue) -> Shape<'a> {
    match value {
        AnyValue::Text(text) if is_well_formed(name, text) => Shape::Text(text),
        AnyValue::Text(_) => Shape::MalformedJson,
        AnyValue::Integer(integer) => Shape::Int(*integer),
        AnyValue::Double(_) => Shape::Double,
        AnyValue::Boolean(_) => Shape::Bool,
        AnyValue::Array(values) if values.iter().all(|value| value.text().is_some()) => Shape::TextArray,
        AnyValue::Array(_) | AnyValue::Map(_) | AnyValue::Other => Shape::Other,
    }
}

/// Whether a text is JSON of its attribute's form, if the attribute has one.
fn is_well_formed(name: &str, text: &str) -> bool {
    let Some(spelling) = Attribute::from_name(name).filter(|spelling| spelling.is_current()) else {
        return true;
    };
    if spelling.attribute.value_type() != ValueType::Json {
        return true;
    }
    let has = |element: &Value, members: &[&str]| members.iter().all(|member| element.get(member).is_some());
    let required: &[&str] = match spelling.attribute {
        Attribute::InputMessages | Attribute::OutputMessages => &["role", "parts"],
        Attribute::SystemInstructions => &["type"],
        Attribute::ToolDefinitions => &["type", "name"],
        Attribute::RetrievalDocuments | Attribute::MemoryRecords => &[],
        // Arguments and results of tools may be any text.
        _ => return true,
    };
    match serde_json::from_str(text) {
        Ok(Value::Array(elements)) => elements
            .iter()
            .all(|element| element.is_object() && has(element, required)),
        _ => false,
    }
}
