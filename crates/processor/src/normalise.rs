//! Makes a span the convention's: names, types, one value an attribute, the span's own name, kind and status.

use std::borrow::Cow;
use std::collections::HashMap;

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry::{Key, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_semconv::{self as semconv, Attribute, OTHER, OperationName, own, provider};

use crate::closing::Closing;
use crate::coerce::coerce;
use crate::operation::Operation;

/// Up to this many attributes, repeated ones are found by comparing; a map would cost more.
const FEW: usize = 64;

/// Whether the span carries any attribute of the GenAI conventions.
pub(crate) fn is_genai(span: &SpanData) -> bool {
    span.attributes
        .iter()
        .any(|attribute| attribute.key.as_str().starts_with(semconv::PREFIX))
}

/// Reads `span` as a GenAI operation and rewrites it into the convention's present form.
pub(crate) fn normalise(span: SpanData, closing: Option<Closing>) -> Operation {
    let mut operation = Operation::new(span);
    settle_attributes(&mut operation);
    operation.name = operation
        .text(Attribute::OperationName)
        .and_then(OperationName::from_name);
    repair_end(&mut operation, closing);
    let closing = closing.as_ref();
    name_span(
        &mut operation,
        closing.is_some_and(|closing| closing.name_is_authors),
        closing.is_some(),
    );
    set_kind(&mut operation, closing.is_some_and(|closing| closing.kind_is_authors));
    agree_on_error(&mut operation);
    if let Some(retries) = closing
        .map(|closing| closing.attempts.saturating_sub(1))
        .filter(|retries| *retries > 0)
    {
        operation.write(own::RETRY_COUNT, i64::from(retries));
    }
    operation
}

/// Renames older spellings, gives values their types and leaves each attribute once.
///
/// Repeated attributes are what `Span::record` makes of a field recorded again, so the last one holds. An older spelling
/// yields to the current name.
fn settle_attributes(operation: &mut Operation) {
    let mut repeated = false;
    let mut written_in_older_spelling = [false; Attribute::COUNT];
    for position in 0..operation.span.attributes.len() {
        let Some(found) = operation.span.attributes.get_mut(position) else {
            break;
        };
        let Some(spelling) = Attribute::from_name(found.key.as_str()) else {
            continue;
        };
        let attribute = spelling.attribute;
        if !spelling.is_current() {
            found.key = Key::from_static_str(attribute.name());
        }
        coerce(&mut found.value, attribute.value_type());
        let Some(older) = written_in_older_spelling.get_mut(attribute as usize) else {
            continue;
        };
        match operation.position(attribute) {
            Some(earlier) => {
                repeated = true;
                let earlier_holds = !spelling.is_current() && !*older;
                strike(
                    &mut operation.span.attributes,
                    if earlier_holds { position } else { earlier },
                );
                if !earlier_holds {
                    *older = !spelling.is_current();
                    operation.place(attribute, position);
                }
            }
            None => {
                *older = !spelling.is_current();
                operation.place(attribute, position);
            }
        }
    }
    if strike_repeated_strangers(&mut operation.span.attributes) || repeated {
        operation
            .span
            .attributes
            .retain(|attribute| !attribute.key.as_str().is_empty());
        for position in 0..operation.span.attributes.len() {
            if let Some(spelling) = operation
                .span
                .attributes
                .get(position)
                .and_then(|found| Attribute::from_name(found.key.as_str()))
            {
                operation.place(spelling.attribute, position);
            }
        }
    }
    if let Some(name) = operation.text(Attribute::ProviderName) {
        let current = provider::current(name);
        if current != name {
            let current = current.to_owned();
            operation.set(Attribute::ProviderName, current);
        }
    }
}

/// Marks an attribute for removal: no attribute has an empty key.
fn strike(attributes: &mut [KeyValue], position: usize) {
    if let Some(attribute) = attributes.get_mut(position) {
        attribute.key = Key::from_static_str("");
    }
}

/// Strikes all but the last of repeated attributes that are not the convention's.
fn strike_repeated_strangers(attributes: &mut [KeyValue]) -> bool {
    let mut struck = false;
    if attributes.len() > FEW {
        let mut last: HashMap<Key, usize> = HashMap::with_capacity(attributes.len());
        for position in 0..attributes.len() {
            let Some(key) = attributes.get(position).map(|attribute| attribute.key.clone()) else {
                break;
            };
            if key.as_str().is_empty() {
                continue;
            }
            if let Some(earlier) = last.insert(key, position) {
                strike(attributes, earlier);
                struck = true;
            }
        }
        return struck;
    }
    // A name's length and ends choose one of 64 marks; only a mark met twice is worth comparing.
    let mut marks = 0_u64;
    for position in 0..attributes.len() {
        let Some((before, [attribute, ..])) = attributes.split_at_mut_checked(position) else {
            break;
        };
        let name = attribute.key.as_str().as_bytes();
        let (Some(first), Some(last)) = (name.first(), name.last_chunk::<2>()) else {
            continue;
        };
        let mixed = name.len().wrapping_mul(31)
            ^ usize::from(*first).wrapping_mul(7)
            ^ usize::from(u16::from_le_bytes(*last)).wrapping_mul(13);
        let mark = 1_u64 << (mixed % 64);
        if marks & mark != 0
            && let Some(earlier) = before.iter_mut().find(|earlier| earlier.key == attribute.key)
        {
            earlier.key = Key::from_static_str("");
            struck = true;
        }
        marks |= mark;
    }
    struck
}

/// Lets the span end when it closed, by the monotonic clock.
///
/// tracing-opentelemetry ends a span at its last exit, which for a stream is before its first chunk; and both ends come
/// from the wall clock, which may be set between them.
fn repair_end(operation: &mut Operation, closing: Option<Closing>) {
    if operation.name.is_none() && !operation.is_model_call() {
        return;
    }
    if let Some(end) = closing.and_then(|closing| operation.span.start_time.checked_add(closing.open_for)) {
        operation.span.end_time = end;
    }
}

/// Names the span `{operation} {target}` where its author left the default.
///
/// Without a note from the layer a name counts as the author's, unless it is the bare operation (rig's are).
fn name_span(operation: &mut Operation, is_authors: bool, layer_saw_it: bool) {
    let Some(name) = operation.name else { return };
    if is_authors || !(layer_saw_it || operation.span.name == name.name()) {
        return;
    }
    let target = name
        .target()
        .and_then(|target| operation.text(target))
        .filter(|target| !target.is_empty());
    operation.span.name = match target {
        Some(target) => Cow::Owned([name.name(), " ", target].concat()),
        None => Cow::Borrowed(name.name()),
    };
}

/// Sets the convention's kind where the author left `INTERNAL`, OpenTelemetry's default.
fn set_kind(operation: &mut Operation, is_authors: bool) {
    let is_client = operation.name.map_or_else(
        || operation.is_model_call(),
        |name| name.kind() == semconv::SpanKind::Client,
    );
    if is_client && !is_authors && operation.span.span_kind == SpanKind::Internal {
        operation.span.span_kind = SpanKind::Client;
    }
}

/// An error is both a status and an `error.type`: whichever is there brings the other.
fn agree_on_error(operation: &mut Operation) {
    let is_error = matches!(operation.span.status, Status::Error { .. });
    match (is_error, operation.has(Attribute::ErrorType)) {
        (false, true) if operation.span.status == Status::Unset => operation.span.status = Status::error(""),
        (true, false) => {
            let exception = operation
                .span
                .events
                .iter()
                .rev()
                .flat_map(|event| &event.attributes)
                .find_map(|attribute| match (attribute.key.as_str(), &attribute.value) {
                    ("exception.type", Value::String(name)) => Some(name.clone()),
                    _ => None,
                });
            match exception {
                Some(name) => operation.set(Attribute::ErrorType, Value::String(name)),
                None => operation.set(Attribute::ErrorType, OTHER),
            }
        }
        _ => {}
    }
}
