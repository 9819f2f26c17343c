//! Renames older and foreign attribute names and converts values, leaving each attribute once.

use opentelemetry::{Array, Key, KeyValue, Value};
use tracing_genai_semconv::{self as semconv, Attribute, Meaning, OperationName, Spelling, ValueType, meaning, own};

use crate::coerce::{coerce, has_type, is_above_zero};
use crate::content::form::is_content;
use crate::detached::DetachedAttributes;
use crate::field_bounds::{MARGIN, cut_text, max_bytes};
use crate::foreign;
use crate::older_names::OlderNames;
use crate::operation::Operation;
use crate::repeated::{RepeatedAttributes, mark_removed};
use crate::truncate::whole_words;
use crate::unread::Unread;

/// LangGraph writes the node's name on all spans within it, model calls among them.
const NODE_NAME: &str = "langgraph.node.name";

/// Renames older names, converts values and leaves each attribute once.
///
/// `Span::record` repeats an attribute that is recorded again; the last value applies. A current name takes precedence
/// over older ones. Returns whether attributes of other dialects are still to be read.
pub(crate) fn rename_attributes(operation: &mut Operation<'_>, keeps_originals: bool) -> bool {
    let mut attributes = DetachedAttributes::of(operation.span);
    let mut has_removed = false;
    let mut originals = Vec::new();
    let mut had_older_name = [false; Attribute::COUNT];
    let mut older_names = OlderNames::default();
    let mut repeated = RepeatedAttributes::new(attributes.len());
    let mut has_structures = false;
    operation.found.is_openinference = attributes
        .iter()
        .any(|attribute| attribute.key.as_str().starts_with("openinference."));
    operation.found.tracer = semconv::tracer(operation.span.instrumentation_scope.name(), &operation.span.name);
    for position in 0..attributes.len() {
        let Some((before, [found, ..])) = attributes.split_at_mut_checked(position) else {
            break;
        };
        // An empty name marks an attribute for removal.
        has_removed |= found.key.as_str().is_empty();
        let written = keeps_originals.then(|| found.clone());
        let (meaning, is_of_dialect) = meaning_of(operation, found);
        let is_own = |name: &str| !operation.found.is_openinference && semconv::is_generic(name);
        let spelling = match meaning {
            Some(Meaning::Attribute(spelling)) if spelling.is_current() || !is_own(found.key.as_str()) => spelling,
            meaning => {
                has_structures |= note_other_attribute(operation, meaning, found);
                has_removed |= repeated.remove_earlier(before, found, position);
                continue;
            }
        };
        let attribute = spelling.attribute;
        // Only values under other names are kept as originals.
        let original = written.filter(|written| written.key.as_str() != attribute.name());
        let is_current = spelling.is_current() && !is_of_dialect;
        let mut written_name = None;
        if !spelling.is_current() {
            convert_unit(found);
            written_name = Some(std::mem::replace(
                &mut found.key,
                Key::from_static_str(attribute.name()),
            ));
        }
        let is_blank = is_blank(&found.value, attribute, is_current);
        if !is_blank && let Err(why) = convert(&mut found.value, attribute) {
            operation.unread.add(attribute, why);
        }
        if is_blank || is_unset(&found.value, attribute) {
            originals.extend(original);
            mark_removed(found);
            has_removed = true;
            continue;
        }
        originals.extend(original);
        let Some(older) = had_older_name.get_mut(attribute as usize) else {
            continue;
        };
        if let Some(earlier) = operation.position(attribute) {
            has_removed = true;
            let Some(earlier) = before.get_mut(earlier) else {
                continue;
            };
            // A value repeated by `Span::record` is not a disagreement.
            let is_overridden = !is_current && !*older;
            if (!is_current || *older) && earlier.value != found.value {
                let (dropped, name) = if is_overridden {
                    (&found.value, written_name.as_ref())
                } else {
                    (&earlier.value, older_names.of(attribute))
                };
                note_disagreement(operation, attribute, dropped, name);
            }
            if is_overridden {
                mark_removed(found);
                continue;
            }
            mark_removed(earlier);
        }
        if attribute == Attribute::AgentName {
            // An agent's own span also has its name under another attribute.
            let is_alone = operation.found.is_within_agent || !operation.has(attribute);
            operation.found.is_within_agent =
                is_alone && written_name.as_ref().is_some_and(|name| name.as_str() == NODE_NAME);
        }
        if let Some(name) = written_name.filter(|_| attribute.is_usage()) {
            older_names.keep(attribute, name);
        }
        *older = !is_current;
        operation.set_position(attribute, position);
    }
    operation.found.request_model_is_foreign = had_older_name
        .get(Attribute::RequestModel as usize)
        .is_some_and(|is_older| *is_older);
    operation.found.has_leftovers = !originals.is_empty();
    attributes.append(&mut originals);
    if has_removed {
        attributes.retain(|attribute| !attribute.key.as_str().is_empty());
    }
    operation.span.attributes = attributes.into_attributes();
    if has_removed {
        operation.index_attributes();
    }
    has_structures
}

/// The meaning of an attribute on this span, and whether it is a dialect's operation name, which is then converted.
fn meaning_of(operation: &mut Operation<'_>, found: &mut KeyValue) -> (Option<Meaning>, bool) {
    let mut meaning = meaning(found.key.as_str());
    let is_of_dialect = match meaning {
        Some(Meaning::Kind) => {
            let is_operation = convert_operation(found);
            operation.found.has_unknown_kind |= !is_operation && matches!(found.value, Value::String(_));
            is_operation
        }
        Some(Meaning::Attribute(spelling)) if spelling.attribute == Attribute::OperationName => {
            convert_operation(found)
        }
        _ => false,
    };
    if is_of_dialect {
        meaning = semconv::meaning(Attribute::OperationName.name());
    }
    if meaning.is_none()
        && let Some(attribute) = operation
            .found
            .tracer
            .and_then(|tracer| tracer.unprefixed(found.key.as_str()))
    {
        meaning = Some(Meaning::Attribute(Spelling::of_dialect(attribute)));
    }
    (meaning, is_of_dialect)
}

/// Notes an attribute that has no position on the operation; returns whether it is still to be read.
fn note_other_attribute(operation: &mut Operation<'_>, meaning: Option<Meaning>, found: &mut KeyValue) -> bool {
    match meaning {
        Some(Meaning::Structure(_) | Meaning::Element(_) | Meaning::Dropped) => true,
        Some(meaning) => {
            operation.found.has_total |= matches!(meaning, Meaning::Total);
            false
        }
        None => {
            let name = found.key.as_str();
            let counts_usage = semconv::counts_usage(name);
            let tracer = operation.found.tracer;
            operation.found.has_unknown_counts |=
                counts_usage || tracer.is_some_and(|tracer| tracer.counts_unprefixed(name));
            if name.starts_with(own::USAGE_PREFIX) {
                coerce(&mut found.value, ValueType::Int);
                operation.found.has_own_counts = true;
            }
            counts_usage && foreign::holds_json(&found.value)
        }
    }
}

/// Notes that two names of an attribute disagree. A disagreement about usage makes the cost uncertain, unless the
/// dropped value is zero, which some write for uncounted usage.
fn note_disagreement(operation: &mut Operation<'_>, attribute: Attribute, dropped: &Value, name: Option<&Key>) {
    operation.unread.add(attribute, Unread::Disagreement);
    if attribute.is_usage() && is_above_zero(dropped) {
        operation.unread_usage.add(name.map_or(attribute.name(), Key::as_str));
    }
}

/// Whether the value stands for unknown: OpenLIT's empty text, OpenLLMetry's empty list.
fn is_blank(value: &Value, attribute: Attribute, is_current: bool) -> bool {
    let is_number = matches!(attribute.value_type(), ValueType::Int | ValueType::Double);
    match value {
        Value::String(text) => text.as_str().is_empty() && (!is_current || is_number),
        Value::Array(Array::String(items)) => items.is_empty() && !is_current,
        _ => false,
    }
}

/// Whether the conventions omit the attribute at this value: they have no stream of `false`. OpenLIT writes a negative
/// limit for none.
fn is_unset(value: &Value, attribute: Attribute) -> bool {
    matches!(
        (attribute, value),
        (
            Attribute::RequestStream | Attribute::ConversationCompacted,
            Value::Bool(false)
        ) | (Attribute::RequestMaxTokens, Value::I64(..0))
    )
}

/// Converts a value to the conventions' type and cuts oversized text.
fn convert(value: &mut Value, attribute: Attribute) -> Result<(), Unread> {
    let wanted = attribute.value_type();
    if let Value::String(word) = &*value
        && let Some(current) = semconv::current_word(attribute, word.as_str())
    {
        *value = current.into();
    }
    coerce(value, wanted);
    if !has_type(value, wanted) {
        return Err(Unread::Type);
    }
    match value {
        // What is left above the limit is for the redaction: a secret across the cut is still of its form.
        Value::String(text) if text.as_str().len() > max_bytes(attribute) && !is_content(attribute) => {
            cut_text(text, max_bytes(attribute) + MARGIN, whole_words);
            Err(Unread::Length)
        }
        _ => Ok(()),
    }
}

/// Converts a dialect's double to the conventions' unit: milliseconds to seconds.
fn convert_unit(attribute: &mut KeyValue) {
    let Some(factor) = semconv::unit_factor(attribute.key.as_str()) else {
        return;
    };
    coerce(&mut attribute.value, ValueType::Double);
    if let Value::F64(double) = &mut attribute.value {
        *double *= factor;
    }
}

/// Converts a dialect's kind of span to the operation's name; returns whether it has one.
fn convert_operation(attribute: &mut KeyValue) -> bool {
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
