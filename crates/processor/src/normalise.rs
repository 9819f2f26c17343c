//! Makes a span the convention's: names, types, one value an attribute, the span's own name, kind and status.

use std::borrow::Cow;

use opentelemetry::trace::{SpanKind, Status};
use opentelemetry::{Array, Key, KeyValue, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_semconv::{
    self as semconv, Attribute, Meaning, OTHER, OperationName, Spelling, ValueType, meaning, own, provider,
};

use crate::closing::Closing;
use crate::coerce::{coerce, is_of};
use crate::content;
use crate::foreign;
use crate::operation::Operation;
use crate::strangers::{Strangers, strike};
use crate::unread::Unread;

/// LangGraph puts the node on whatever runs in it, calls of models among them.
const NODE_NAME: &str = "langgraph.node.name";

/// The most bytes of a name, an id, a word: what is longer is a mistake, and would cost its batch.
const MOST_TEXT_BYTES: usize = 64 * 1024;

/// Whether the span carries any attribute of the GenAI conventions, or of a dialect that is read.
pub(crate) fn is_genai(span: &SpanData) -> bool {
    let mut names = span.attributes.iter().map(|attribute| attribute.key.as_str());
    names.any(semconv::is_genai) || is_tracers(span)
}

/// Whether the span carries a name without a prefix that its tracer is known for.
fn is_tracers(span: &SpanData) -> bool {
    let tracer = semconv::tracer(span.instrumentation_scope.name(), &span.name);
    tracer.is_some_and(|tracer| {
        let mut names = span.attributes.iter().map(|attribute| attribute.key.as_str());
        names.any(|name| tracer.unprefixed(name).is_some())
    })
}

/// Whether a processor of ours has seen to the span before.
pub(crate) fn is_seen_to(span: &SpanData) -> bool {
    let mut names = span.attributes.iter().map(|attribute| attribute.key.as_str());
    names.any(|name| name == own::COST_STATUS)
}

/// Rewrites the operation's span into the convention's present form.
pub(crate) fn normalise(operation: &mut Operation<'_>, closing: Option<&Closing>, keeps_originals: bool) {
    let has_structures = settle_attributes(operation, keeps_originals);
    name_operation(operation);
    if has_structures {
        foreign::read(operation, keeps_originals);
        settle_provider(operation);
    }
    repair_end(operation, closing);
    name_span(operation, closing);
    set_kind(operation, closing.is_some_and(|closing| closing.kind_is_authors));
    agree_on_error(operation);
    let Some(closing) = closing else { return };
    unsigned_become_integers(operation, &closing.unsigned_fields);
    let retries = closing.attempts.saturating_sub(1);
    // An agent that sends three requests has not tried one of them again.
    if retries > 0 && operation.is_model_call() {
        operation.write(own::RETRY_COUNT, i64::from(retries));
    }
}

/// Finds which operation it is: as the span says, or else as its name does in a dialect that names spans by it.
fn name_operation(operation: &mut Operation<'_>) {
    operation.name = operation
        .text(Attribute::OperationName)
        .and_then(OperationName::from_name);
    // OpenLLMetry says `completion` of Anthropic's chats, too, but names their spans rightly.
    let is_doubtful = operation.name == Some(OperationName::TextCompletion)
        && operation.text(Attribute::ProviderName) == Some("anthropic");
    let says_nothing = !operation.has(Attribute::OperationName) && !operation.is_none_of_ours;
    if (is_doubtful || says_nothing)
        && let Some(name) = semconv::operation_of_span(&operation.span.name)
    {
        operation.name = Some(name);
        operation.set(Attribute::OperationName, name.name());
    }
}

/// Makes integers again of the service's own unsigned fields, on the span and on its events.
fn unsigned_become_integers(operation: &mut Operation<'_>, names: &[&str]) {
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

/// Renames older spellings, gives values their types and leaves each attribute once.
///
/// Repeated attributes are what `Span::record` makes of a field recorded again, so the last one holds. An older spelling
/// yields to the current name. Returns whether something of other dialects is still to be taken apart.
fn settle_attributes(operation: &mut Operation<'_>, keeps_originals: bool) -> bool {
    let mut attributes = std::mem::take(&mut operation.span.attributes);
    let mut struck = false;
    let mut originals = Vec::new();
    let mut met_in_older_spelling = [false; Attribute::COUNT];
    let mut strangers = Strangers::new(attributes.len());
    let mut has_structures = false;
    operation.is_openinference = attributes
        .iter()
        .any(|attribute| attribute.key.as_str().starts_with("openinference."));
    operation.tracer = semconv::tracer(operation.span.instrumentation_scope.name(), &operation.span.name);
    for position in 0..attributes.len() {
        let Some((before, [found, ..])) = attributes.split_at_mut_checked(position) else {
            break;
        };
        // A name is never empty; one that is marks what was struck.
        struck |= found.key.as_str().is_empty();
        let written = keeps_originals.then(|| found.clone());
        let (meaning, is_of_dialect) = meaning_of(operation, found);
        let is_own = |name: &str| !operation.is_openinference && semconv::is_generic(name);
        let spelling = match meaning {
            Some(Meaning::Attribute(spelling)) if spelling.is_current() || !is_own(found.key.as_str()) => spelling,
            meaning => {
                has_structures |= matches!(
                    meaning,
                    Some(Meaning::Structure(_) | Meaning::Element(_) | Meaning::Dropped)
                );
                if meaning.is_none() {
                    note_count(operation, found);
                }
                struck |= strangers.strike_earlier(before, found, position);
                continue;
            }
        };
        let attribute = spelling.attribute;
        // Under the conventions' own name there is but one value, which is not the one that was rewritten.
        let original = written.filter(|written| written.key.as_str() != attribute.name());
        let is_current = spelling.is_current() && !is_of_dialect;
        if !spelling.is_current() {
            operation.is_within_agent |= found.key.as_str() == NODE_NAME;
            to_the_conventions_unit(found);
            found.key = Key::from_static_str(attribute.name());
        }
        let is_blank = is_blank(&found.value, attribute, is_current);
        if !is_blank && let Err(why) = read(&mut found.value, attribute) {
            operation.unread.add(attribute, why);
        }
        if is_blank || is_unset(&found.value, attribute) {
            originals.extend(original);
            strike(found);
            struck = true;
            continue;
        }
        originals.extend(original);
        let Some(older) = met_in_older_spelling.get_mut(attribute as usize) else {
            continue;
        };
        if let Some(earlier) = operation.position(attribute) {
            struck = true;
            let Some(earlier) = before.get_mut(earlier) else {
                continue;
            };
            // What `Span::record` repeats is no disagreement.
            if (!is_current || *older) && earlier.value != found.value {
                operation.unread.add(attribute, Unread::Disagreement);
            }
            if !is_current && !*older {
                strike(found);
                continue;
            }
            strike(earlier);
        }
        *older = !is_current;
        operation.place(attribute, position);
    }
    operation.request_model_is_foreign = met_in_older_spelling
        .get(Attribute::RequestModel as usize)
        .is_some_and(|is_older| *is_older);
    operation.has_leftovers = !originals.is_empty();
    attributes.append(&mut originals);
    if struck {
        attributes.retain(|attribute| !attribute.key.as_str().is_empty());
    }
    operation.span.attributes = attributes;
    if struck {
        operation.place_anew();
    }
    settle_provider(operation);
    has_structures
}

/// What an attribute means on this span, and whether a dialect says by it which operation the span is; it is made the
/// operation's name then.
fn meaning_of(operation: &mut Operation<'_>, found: &mut KeyValue) -> (Option<Meaning>, bool) {
    let mut meaning = meaning(found.key.as_str());
    let is_of_dialect = match meaning {
        Some(Meaning::Kind) => {
            let is_one = say_operation(found);
            operation.is_none_of_ours |= !is_one && matches!(found.value, Value::String(_));
            is_one
        }
        Some(Meaning::Attribute(spelling)) if spelling.attribute == Attribute::OperationName => say_operation(found),
        _ => false,
    };
    if is_of_dialect {
        meaning = semconv::meaning(Attribute::OperationName.name());
    }
    if meaning.is_none()
        && let Some(attribute) = operation
            .tracer
            .and_then(|tracer| tracer.unprefixed(found.key.as_str()))
    {
        meaning = Some(Meaning::Attribute(Spelling::of_dialect(attribute)));
    }
    (meaning, is_of_dialect)
}

/// Notes an attribute without a meaning that counts usage, under our names or those of others.
fn note_count(operation: &mut Operation<'_>, found: &mut KeyValue) {
    if found.key.as_str().starts_with(own::USAGE_PREFIX) {
        coerce(&mut found.value, ValueType::Int);
        operation.has_own_counts = true;
    }
    operation.has_unknown_counts |= semconv::counts_usage(found.key.as_str());
}

/// Whether a dialect says by it that it does not know: OpenLIT by an empty text, OpenLLMetry by an empty list.
fn is_blank(value: &Value, attribute: Attribute, is_current: bool) -> bool {
    let is_number = matches!(attribute.value_type(), ValueType::Int | ValueType::Double);
    match value {
        Value::String(text) => text.as_str().is_empty() && (!is_current || is_number),
        Value::Array(Array::String(items)) => items.is_empty() && !is_current,
        _ => false,
    }
}

/// Whether the conventions leave the attribute out of a span for which it has this value: they know no stream that is
/// `false`. A limit below zero is OpenLIT's for none.
fn is_unset(value: &Value, attribute: Attribute) -> bool {
    matches!(
        (attribute, value),
        (
            Attribute::RequestStream | Attribute::ConversationCompacted,
            Value::Bool(false)
        ) | (Attribute::RequestMaxTokens, Value::I64(..0))
    )
}

/// Names the provider as the conventions do.
fn settle_provider(operation: &mut Operation<'_>) {
    if let Some(name) = operation.text(Attribute::ProviderName) {
        let current = provider::current(name);
        if current != name {
            let current = current.to_owned();
            operation.set(Attribute::ProviderName, current);
        }
    }
}

/// Gives a value the conventions' type, and a text a length that an attribute can have.
fn read(value: &mut Value, attribute: Attribute) -> Result<(), Unread> {
    let wanted = attribute.value_type();
    if let Value::String(word) = &*value
        && let Some(current) = semconv::current_word(attribute, word.as_str())
    {
        *value = current.into();
    }
    coerce(value, wanted);
    if !is_of(value, wanted) {
        return Err(Unread::Type);
    }
    match value {
        Value::String(text) if text.as_str().len() > MOST_TEXT_BYTES && !content::is_content(attribute) => {
            let start = content::start_of(text.as_str(), MOST_TEXT_BYTES).to_owned();
            *text = start.into();
            Err(Unread::Length)
        }
        _ => Ok(()),
    }
}

/// Gives a double of a dialect the conventions' unit: seconds instead of milliseconds.
fn to_the_conventions_unit(attribute: &mut KeyValue) {
    let Some(factor) = semconv::unit_factor(attribute.key.as_str()) else {
        return;
    };
    coerce(&mut attribute.value, ValueType::Double);
    if let Value::F64(double) = &mut attribute.value {
        *double *= factor;
    }
}

/// Makes the operation of what another dialect says the span is; whether it says one.
fn say_operation(attribute: &mut KeyValue) -> bool {
    let Value::String(kind) = &attribute.value else {
        return false;
    };
    let is_conventions =
        OperationName::from_name(kind.as_str()).is_some() && attribute.key.as_str() == Attribute::OperationName.name();
    if is_conventions {
        return false;
    }
    let Some(operation) = semconv::foreign_operation(attribute.key.as_str(), kind.as_str()) else {
        return false;
    };
    attribute.key = Key::from_static_str(Attribute::OperationName.name());
    attribute.value = Value::from(operation.name());
    true
}

/// Lets the span end when it closed, by the monotonic clock.
///
/// tracing-opentelemetry ends a span at its last exit, which for a stream is before its first chunk; and both ends come
/// from the wall clock, which may be set between them.
fn repair_end(operation: &mut Operation<'_>, closing: Option<&Closing>) {
    if operation.name.is_none() && !operation.is_model_call() {
        return;
    }
    if let Some(end) = closing.and_then(|closing| operation.span.start_time.checked_add(closing.open_for)) {
        operation.span.end_time = end;
    }
}

/// Names the span `{operation} {target}` where its author left the default; one of MCP by its method.
///
/// Without a note from the layer a name counts as the author's, unless it is the bare operation (rig's are).
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

/// Sets the convention's kind where the author left `INTERNAL`, OpenTelemetry's default.
fn set_kind(operation: &mut Operation<'_>, is_authors: bool) {
    let is_client = operation.name.map_or_else(
        || operation.is_model_call(),
        |name| name.kind() == semconv::SpanKind::Client,
    );
    if is_client && !is_authors && operation.span.span_kind == SpanKind::Internal {
        operation.span.span_kind = SpanKind::Client;
    }
}

/// An error is both a status and an `error.type`: whichever is there brings the other.
fn agree_on_error(operation: &mut Operation<'_>) {
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
