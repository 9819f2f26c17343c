//! Reads what other dialects spread over many attributes, or say in JSON of their own.
//!
//! What they say yields to what the span says in the conventions' own names.

mod answer;
mod blocks;
mod chat;
mod elements;
mod parameters;
mod provider_metadata;
mod read;
mod step;
mod usage;
mod usage_counts;
mod usage_values;

use std::borrow::Cow;

use opentelemetry::{Array, KeyValue, StringValue, Value};
use tracing_genai_semconv::dialect::Structure;
use tracing_genai_semconv::{Attribute, Meaning, counts_usage, is_generic, meaning};

use crate::content::form::is_content;
use crate::operation::Operation;
use crate::taken::TakenAttributes;
use answer::Answer;
use elements::Elements;
use read::{NOTHING, Read, set};

pub(crate) use chat::{conform_message, conform_tool};

/// Whether an attribute is another dialect's, and what it holds is more than a name: content, or as long as content.
pub(crate) fn is_foreign(name: &str, is_openinference: bool) -> bool {
    match meaning(name) {
        Some(Meaning::Element(_) | Meaning::Structure(_)) => is_openinference || !is_generic(name),
        Some(Meaning::Attribute(spelling)) => !spelling.is_current() && is_content(spelling.attribute),
        _ => false,
    }
}

/// Whether an attribute of another dialect holds what people wrote or models answered.
pub(crate) fn holds_content(name: &str, is_openinference: bool) -> bool {
    let is_content = match meaning(name) {
        Some(Meaning::Structure(structure)) => structure.is_content(),
        Some(Meaning::Element(_) | Meaning::Attribute(_)) => true,
        _ => false,
    };
    is_content && is_foreign(name, is_openinference)
}

/// Takes apart what the span has of other dialects. What was read goes, unless originals are kept; what could not be read
/// stays as it was, and is counted.
pub(crate) fn read(operation: &mut Operation<'_>, keeps_originals: bool) {
    let is_openinference = operation.found.is_openinference;
    let mut has_leftovers = false;
    let mut attributes = TakenAttributes::of(operation.span);
    let mut apart = Vec::new();
    let mut elements = Elements::default();
    attributes.retain_mut(|attribute| {
        let name = attribute.key.as_str();
        match meaning(name) {
            // What does not go on is gone even where originals are kept: it may be a key.
            Some(Meaning::Dropped) => false,
            Some(Meaning::Element(list)) => {
                let stays = !elements.take(list, name, &attribute.value) || keeps_originals;
                has_leftovers |= stays;
                stays
            }
            Some(Meaning::Structure(structure)) if is_openinference || !is_generic(name) => {
                apart.push((structure, attribute.clone()));
                false
            }
            None if counts_usage(name) && holds_json(&attribute.value) => {
                apart.push((Structure::Usage, attribute.clone()));
                false
            }
            _ => true,
        }
    });
    operation.span.attributes = attributes.into_attributes();
    operation.place_anew();

    // These ask what the others say of the call.
    apart.sort_by_key(|(structure, _)| matches!(structure, Structure::FirstToken | Structure::ProviderMetadata));
    // Before what holds a whole request, in whatever form it was sent.
    elements.write(operation);
    let mut answer = Answer::default();
    let mut back = Vec::new();
    for (structure, attribute) in apart {
        let is_read = take_apart(operation, &mut answer, structure, &attribute);
        if let Err(Some((of, why))) = is_read {
            operation.unread.add(of, why);
        }
        if is_read.is_err() || keeps_originals {
            back.push(attribute);
        }
    }
    answer.write(operation);
    operation.found.has_leftovers |= has_leftovers || !back.is_empty();
    operation.span.attributes.append(&mut back);
}

/// Whether a value is a JSON object or list by its looks.
pub(crate) fn holds_json(value: &Value) -> bool {
    let is_json = |text: &StringValue| text.as_str().trim_start().starts_with(['{', '[']);
    matches!(value, Value::String(text) if is_json(text))
}

fn take_apart(operation: &mut Operation<'_>, answer: &mut Answer, structure: Structure, attribute: &KeyValue) -> Read {
    let value = &attribute.value;
    match structure {
        Structure::Messages(of) => match value {
            Value::Array(Array::String(texts)) => {
                let each = texts.iter().map(|text| chat::text_message(of, text.as_str()));
                set(operation, of, serde_json::Value::Array(each.collect()).to_string());
                Ok(())
            }
            value => chat::read_messages(operation, of, &text(value)),
        },
        Structure::Tools => chat::read_tools(operation, value),
        // An object is the answer's text, as the model wrote it.
        Structure::AnswerText | Structure::AnswerObject => {
            answer.text(&text(value));
            Ok(())
        }
        Structure::AnswerReasoning => {
            answer.reasoning(&text(value));
            Ok(())
        }
        Structure::AnswerToolCalls => answer.tool_calls(&text(value)),
        Structure::Parameters => parameters::read(operation, &text(value)),
        Structure::Input => step::read_input(operation, attribute.key.as_str(), &text(value)),
        Structure::Output => step::read_output(operation, attribute.key.as_str(), &text(value)),
        Structure::Name => step::read_name(operation, &text(value)),
        Structure::ServerUrl => parameters::read_url(operation, &text(value)),
        Structure::JsonOutput => {
            if !text(value).is_empty() {
                set(operation, Attribute::OutputType, "json");
            }
            // A schema says more than that there is one.
            NOTHING
        }
        Structure::AnswerStart => parameters::read_answer_start(operation, &text(value)),
        Structure::FirstToken => parameters::read_first_token(operation, value),
        Structure::Usage => usage::read(operation, attribute.key.as_str(), &text(value)),
        Structure::Cost => usage::read_cost(operation, &text(value)),
        Structure::ProviderMetadata => provider_metadata::read(operation, attribute.key.as_str(), &text(value)),
        _ => NOTHING,
    }
}

fn text(value: &Value) -> Cow<'_, str> {
    value.as_str()
}
