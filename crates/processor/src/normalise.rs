//! Converts a span to the conventions: names, types, one value per attribute, the span's name, kind and status.

use std::borrow::Cow;

use opentelemetry::Value;
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_semconv::{self as semconv, Attribute, OTHER, OperationName, ValueType, own, provider};

use crate::closing::Closing;
use crate::coerce::coerce;
use crate::conform::conform_lists;
use crate::foreign;
use crate::helper_attributes::take_helper_attributes;
use crate::operation::Operation;
use crate::rename::rename_attributes;

/// Whether the span has any attribute of the GenAI conventions or of a known dialect.
pub(crate) fn is_genai(span: &SpanData) -> bool {
    let mut names = span.attributes.iter().map(|attribute| attribute.key.as_str());
    names.any(semconv::is_genai) || has_unprefixed_name(span)
}

/// Whether the span has an unprefixed attribute of its tracer's dialect.
fn has_unprefixed_name(span: &SpanData) -> bool {
    let tracer = semconv::tracer(span.instrumentation_scope.name(), &span.name);
    tracer.is_some_and(|tracer| {
        let mut names = span.attributes.iter().map(|attribute| attribute.key.as_str());
        names.any(|name| tracer.unprefixed(name).is_some())
    })
}

/// Converts the operation's span to the current conventions.
pub(crate) fn normalise(operation: &mut Operation<'_>, closing: Option<&Closing>, keeps_originals: bool) {
    let has_structures = rename_attributes(operation, keeps_originals);
    rename_provider(operation);
    set_operation(operation);
    if has_structures {
        foreign::read(operation, keeps_originals);
        rename_provider(operation);
    }
    conform_lists(operation);
    take_helper_attributes(operation);
    set_end(operation, closing);
    name_span(operation, closing);
    set_kind(operation, closing.is_some_and(|closing| closing.has_explicit_kind));
    complete_error(operation);
    let Some(closing) = closing else { return };
    convert_unsigned(operation, &closing.unsigned_fields);
    let retries = closing.attempts.saturating_sub(1);
    // An agent's requests are not retries.
    if retries > 0 && operation.is_model_call() {
        operation.write(own::RETRY_COUNT, i64::from(retries));
    }
}

/// Reads a span that another processor of ours normalised, which may have kept original names.
pub(crate) fn read_normalised(operation: &mut Operation<'_>, is_openinference: bool) {
    operation.index_attributes();
    operation.name = operation
        .text(Attribute::OperationName)
        .and_then(OperationName::from_name);
    operation.found.has_leftovers = true;
    operation.found.is_openinference = is_openinference;
}

/// Sets the operation's name from its attribute, or from the span's name in dialects that name spans by it.
fn set_operation(operation: &mut Operation<'_>) {
    operation.name = operation
        .text(Attribute::OperationName)
        .and_then(OperationName::from_name);
    // OpenLLMetry writes `completion` for Anthropic's chats too, but names their spans correctly.
    let is_doubtful = operation.name == Some(OperationName::TextCompletion)
        && operation.text(Attribute::ProviderName) == Some("anthropic");
    let is_unnamed = !operation.has(Attribute::OperationName) && !operation.found.has_unknown_kind;
    if (is_doubtful || is_unnamed)
        && let Some(name) = semconv::operation_of_span(&operation.span.name)
    {
        operation.name = Some(name);
        operation.set(Attribute::OperationName, name.name());
    }
}

/// Converts the service's own unsigned fields back to integers, on the span and on its events.
fn convert_unsigned(operation: &mut Operation<'_>, names: &[&str]) {
    if names.is_empty() {
        return;
    }
    let span = &mut *operation.span;
    let of_events = span.events.events.iter_mut().flat_map(|event| &mut event.attributes);
    for attribute in span.attributes.iter_mut().chain(of_events) {
        if names.contains(&attribute.key.as_str()) {
            coerce(&mut attribute.value, ValueType::Int);
        }
    }
}

/// Sets the conventions' name of the provider.
fn rename_provider(operation: &mut Operation<'_>) {
    if let Some(name) = operation.text(Attribute::ProviderName) {
        let current = provider::current(name);
        if current != name {
            let current = current.to_owned();
            operation.set(Attribute::ProviderName, current);
        }
    }
}

/// Sets the span's end from the layer's note, by the monotonic clock.
///
/// tracing-opentelemetry ends a span at its last exit, for a stream before its first chunk, and takes both times from
/// the wall clock, which may be set in between.
fn set_end(operation: &mut Operation<'_>, closing: Option<&Closing>) {
    if operation.name.is_none() && !operation.is_model_call() {
        return;
    }
    let span = &mut *operation.span;
    let lasted = closing.map(|closing| closing.lasted(span.end_time));
    if let Some(end) = lasted.and_then(|lasted| span.start_time.checked_add(lasted)) {
        span.end_time = end;
    }
}

/// Names the span `{operation} {target}` unless its author chose a name; MCP spans by their method.
///
/// Without a note from the layer, any name but the bare operation (rig's) counts as the author's.
fn name_span(operation: &mut Operation<'_>, closing: Option<&Closing>) {
    let method = operation.text(Attribute::McpMethodName);
    let Some(name) = method.or(operation.name.map(OperationName::name)) else {
        return;
    };
    let is_default = operation.span.name == closing.map_or(name, |closing| closing.default_name);
    if !is_default {
        return;
    }
    let text = |attribute| operation.text(attribute).filter(|text| !text.is_empty());
    let target = if method.is_some() {
        text(Attribute::ToolName).or_else(|| text(Attribute::PromptName))
    } else {
        operation.name.and_then(OperationName::target).and_then(text)
    };
    operation.span.name = match (target, operation.name) {
        (Some(target), _) => Cow::Owned([name, " ", target].concat()),
        (None, Some(known)) if method.is_none() => Cow::Borrowed(known.name()),
        (None, _) => Cow::Owned(name.to_owned()),
    };
}

/// Sets the conventions' kind if the kind is `INTERNAL`, OpenTelemetry's default.
fn set_kind(operation: &mut Operation<'_>, is_authors: bool) {
    let is_client = operation.name.map_or_else(
        || operation.is_model_call(),
        |name| name.kind() == semconv::SpanKind::Client,
    );
    if is_client && !is_authors && operation.span.span_kind == SpanKind::Internal {
        operation.span.span_kind = SpanKind::Client;
    }
}

/// Completes an error, which has both a status and an `error.type`.
fn complete_error(operation: &mut Operation<'_>) {
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
