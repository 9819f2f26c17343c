//! Reads other dialects' attributes that are spread over many names or hold JSON of their own.
//!
//! Attributes under the conventions' own names take precedence.

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
use crate::detached::DetachedAttributes;
use crate::operation::Operation;
use answer::Answer;
use elements::Elements;
use read::{NOT_READ, Read, set};

pub(crate) use chat::{conform_message, conform_tool};

/// Whether an attribute is another dialect's and may hold content, or text as long as content.
pub(crate) fn is_foreign(name: &str, is_openinference: bool) -> bool {
    match meaning(name) {
        Some(Meaning::Element(_) | Meaning::Structure(_)) => is_openinference || !is_generic(name),
        Some(Meaning::Attribute(spelling)) => !spelling.is_current() && is_content(spelling.attribute),
        _ => false,
    }
}

/// Whether an attribute of another dialect holds content.
pub(crate) fn holds_content(name: &str, is_openinference: bool) -> bool {
    let is_content = match meaning(name) {
        Some(Meaning::Structure(structure)) => structure.is_content(),
        Some(Meaning::Element(_) | Meaning::Attribute(_)) => true,
        _ => false,
    };
    is_content && is_foreign(name, is_openinference)
}

/// Reads the span's attributes of other dialects. Attributes that were read are removed, unless originals are kept.
/// Attributes that could not be read stay and are counted.
pub(crate) fn read(operation: &mut Operation<'_>, keeps_originals: bool) {
    let is_openinference = operation.found.is_openinference;
    let mut has_leftovers = false;
    let mut attributes = DetachedAttributes::of(operation.span);
    let mut structures = Vec::new();
    let mut elements = Elements::default();
    attributes.retain_mut(|attribute| {
        let name = attribute.key.as_str();
        match meaning(name) {
            // Removed even if originals are kept: it may be a key.
            Some(Meaning::Dropped) => false,
            Some(Meaning::Element(list)) => {
                let stays = !elements.take(list, name, &attribute.value) || keeps_originals;
                has_leftovers |= stays;
                stays
            }
            Some(Meaning::Structure(structure)) if is_openinference || !is_generic(name) => {
                structures.push((structure, attribute.clone()));
                false
            }
            None if counts_usage(name) && holds_json(&attribute.value) => {
                structures.push((Structure::Usage, attribute.clone()));
                false
            }
            _ => true,
        }
    });
    operation.span.attributes = attributes.into_attributes();
    operation.index_attributes();

    // These depend on what the others set.
    structures.sort_by_key(|(structure, _)| matches!(structure, Structure::FirstToken | Structure::ProviderMetadata));
    // Elements take precedence over attributes that hold a whole request.
    elements.write(operation);
    let mut answer = Answer::default();
    let mut kept = Vec::new();
    for (structure, attribute) in structures {
        let is_read = read_value(operation, &mut answer, structure, &attribute);
        if let Err(Some((of, why))) = is_read {
            operation.unread.add(of, why);
        }
        if is_read.is_err() || keeps_originals {
            kept.push(attribute);
        }
    }
    answer.write(operation);
    operation.found.has_leftovers |= has_leftovers || !kept.is_empty();
    operation.span.attributes.append(&mut kept);
}

/// Whether a value starts like a JSON object or list.
pub(crate) fn holds_json(value: &Value) -> bool {
    let is_json = |text: &StringValue| text.as_str().trim_start().starts_with(['{', '[']);
    matches!(value, Value::String(text) if is_json(text))
}

fn read_value(operation: &mut Operation<'_>, answer: &mut Answer, structure: Structure, attribute: &KeyValue) -> Read {
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
        // An object is the response's text.
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
            // The schema itself is not read.
            NOT_READ
        }
        Structure::AnswerStart => parameters::read_answer_start(operation, &text(value)),
        Structure::FirstToken => parameters::read_first_token(operation, value),
        Structure::Usage => usage::read(operation, attribute.key.as_str(), &text(value)),
        Structure::Cost => usage::read_cost(operation, &text(value)),
        Structure::ProviderMetadata => provider_metadata::read(operation, attribute.key.as_str(), &text(value)),
        _ => NOT_READ,
    }
}

fn text(value: &Value) -> Cow<'_, str> {
    value.as_str()
}
