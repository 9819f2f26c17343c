//! The attributes that hold content, and in which form.

use std::borrow::Cow;

use opentelemetry::{Array, Value};
use serde_json::Value as Json;
use tracing_genai_semconv::Attribute;

use tracing_genai_message::parse_json_text;

/// Which elements of a list are kept when it is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeepFrom {
    /// The first elements.
    Start,
    /// The last elements: the latest messages of a conversation.
    End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A JSON list.
    List(KeepFrom),
    /// JSON or a text.
    Any,
    Text,
}

pub(crate) const CONTENT: [(Attribute, Form); 10] = [
    (Attribute::SystemInstructions, Form::List(KeepFrom::Start)),
    (Attribute::InputMessages, Form::List(KeepFrom::End)),
    (Attribute::OutputMessages, Form::List(KeepFrom::Start)),
    (Attribute::ToolDefinitions, Form::List(KeepFrom::Start)),
    (Attribute::RetrievalDocuments, Form::List(KeepFrom::Start)),
    (Attribute::MemoryRecords, Form::List(KeepFrom::Start)),
    (Attribute::ToolCallArguments, Form::Any),
    (Attribute::ToolCallResult, Form::Any),
    (Attribute::RetrievalQueryText, Form::Text),
    (Attribute::MemoryQueryText, Form::Text),
];

/// The form of `attribute`; `None` if it holds no content.
pub(crate) fn form_of(attribute: Attribute) -> Option<Form> {
    let found = CONTENT.iter().find(|(content, _)| *content == attribute);
    found.map(|(_, form)| *form)
}

/// Whether the content policy applies to the attribute.
pub(crate) fn is_content(attribute: Attribute) -> bool {
    form_of(attribute).is_some()
}

/// The text of a value; a list of texts as a JSON list.
pub(crate) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Array(Array::String(texts)) => {
            let texts = texts.iter().map(|text| parse_json_text(text.as_str().into()));
            Some(Json::Array(texts.collect()).to_string().into())
        }
        // Numbers and booleans are not content.
        _ => None,
    }
}
