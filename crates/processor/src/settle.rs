//! Renames older spellings and gives values their types: each attribute stands once, under its current name.

use opentelemetry::{Array, Key, KeyValue, Value};
use tracing_genai_semconv::{self as semconv, Attribute, Meaning, OperationName, Spelling, ValueType, meaning, own};

use crate::coerce::{coerce, is_above_zero, is_of};
use crate::content::form::is_content;
use crate::foreign;
use crate::operation::Operation;
use crate::spellings::Spellings;
use crate::strangers::{Strangers, strike};
use crate::taken::TakenAttributes;
use crate::truncate::truncated;
use crate::unread::Unread;

/// The most bytes of a name, an id, a word: what is longer is a mistake, and would cost its batch.
const MOST_TEXT_BYTES: usize = 64 * 1024;

/// LangGraph puts the node on whatever runs in it, calls of models among them.
const NODE_NAME: &str = "langgraph.node.name";

/// Renames older spellings, gives values their types and leaves each attribute once.
///
/// Repeated attributes are what `Span::record` makes of a field recorded again, so the last one holds. An older spelling
/// yields to the current name. Returns whether something of other dialects is still to be taken apart.
pub(crate) fn settle_attributes(operation: &mut Operation<'_>, keeps_originals: bool) -> bool {
    let mut attributes = TakenAttributes::of(operation.span);
    let mut struck = false;
    let mut originals = Vec::new();
    let mut met_in_older_spelling = [false; Attribute::COUNT];
    let mut spellings = Spellings::default();
    let mut strangers = Strangers::new(attributes.len());
    let mut has_structures = false;
    operation.found.is_openinference = attributes
        .iter()
        .any(|attribute| attribute.key.as_str().starts_with("openinference."));
    operation.found.tracer = semconv::tracer(operation.span.instrumentation_scope.name(), &operation.span.name);
    for position in 0..attributes.len() {
        let Some((before, [found, ..])) = attributes.split_at_mut_checked(position) else {
            break;
        };
        // A name is never empty; one that is marks what was struck.
        struck |= found.key.as_str().is_empty();
        let written = keeps_originals.then(|| found.clone());
        let (meaning, is_of_dialect) = meaning_of(operation, found);
        let is_own = |name: &str| !operation.found.is_openinference && semconv::is_generic(name);
        let spelling = match meaning {
            Some(Meaning::Attribute(spelling)) if spelling.is_current() || !is_own(found.key.as_str()) => spelling,
            meaning => {
                has_structures |= note_stranger(operation, meaning, found);
                struck |= strangers.strike_earlier(before, found, position);
                continue;
            }
        };
        let attribute = spelling.attribute;
        // Under the conventions' own name there is but one value, which is not the one that was rewritten.
        let original = written.filter(|written| written.key.as_str() != attribute.name());
        let is_current = spelling.is_current() && !is_of_dialect;
        let mut spelled = None;
        if !spelling.is_current() {
            to_the_conventions_unit(found);
            spelled = Some(std::mem::replace(
                &mut found.key,
                Key::from_static_str(attribute.name()),
            ));
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
            let yields = !is_current && !*older;
            if (!is_current || *older) && earlier.value != found.value {
                let (loser, name) = if yields {
                    (&found.value, spelled.as_ref())
                } else {
                    (&earlier.value, spellings.of(attribute))
                };
                note_disagreement(operation, attribute, loser, name);
            }
            if yields {
                strike(found);
                continue;
            }
            strike(earlier);
        }
        if attribute == Attribute::AgentName {
            // An agent's span has its name from elsewhere, too.
            let is_alone = operation.found.is_within_agent || !operation.has(attribute);
            operation.found.is_within_agent =
                is_alone && spelled.as_ref().is_some_and(|name| name.as_str() == NODE_NAME);
        }
        if let Some(name) = spelled.filter(|_| attribute.is_usage()) {
            spellings.keep(attribute, name);
        }
        *older = !is_current;
        operation.place(attribute, position);
    }
    operation.found.request_model_is_foreign = met_in_older_spelling
        .get(Attribute::RequestModel as usize)
        .is_some_and(|is_older| *is_older);
    operation.found.has_leftovers = !originals.is_empty();
    attributes.append(&mut originals);
    if struck {
        attributes.retain(|attribute| !attribute.key.as_str().is_empty());
    }
    operation.span.attributes = attributes.into_attributes();
    if struck {
        operation.place_anew();
    }
    has_structures
}

/// What an attribute means on this span, and whether a dialect says by it which operation the span is; it is made the
/// operation's name then.
fn meaning_of(operation: &mut Operation<'_>, found: &mut KeyValue) -> (Option<Meaning>, bool) {
    let mut meaning = meaning(found.key.as_str());
    let is_of_dialect = match meaning {
        Some(Meaning::Kind) => {
            let is_one = say_operation(found);
            operation.found.is_none_of_ours |= !is_one && matches!(found.value, Value::String(_));
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
            .found
            .tracer
            .and_then(|tracer| tracer.unprefixed(found.key.as_str()))
    {
        meaning = Some(Meaning::Attribute(Spelling::of_dialect(attribute)));
    }
    (meaning, is_of_dialect)
}

/// Notes what an attribute without a place on the operation counts; whether it is to be taken apart.
fn note_stranger(operation: &mut Operation<'_>, meaning: Option<Meaning>, found: &mut KeyValue) -> bool {
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

/// Notes that another spelling says something else than the one that holds. What counts usage makes the cost uncertain,
/// unless it says zero, as is written of what is not counted.
fn note_disagreement(operation: &mut Operation<'_>, attribute: Attribute, loser: &Value, name: Option<&Key>) {
    operation.unread.add(attribute, Unread::Disagreement);
    if attribute.is_usage() && is_above_zero(loser) {
        operation.unread_usage.add(name.map_or(attribute.name(), Key::as_str));
    }
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
        Value::String(text) if text.as_str().len() > MOST_TEXT_BYTES && !is_content(attribute) => {
            let start = truncated(text.as_str(), MOST_TEXT_BYTES).to_owned();
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
