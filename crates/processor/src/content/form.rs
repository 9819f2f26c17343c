//! The attributes that hold content, and in which form.

use std::borrow::Cow;

use opentelemetry::{Array, Value};
use serde_json::Value as Json;
use tracing_genai_semconv::Attribute;

use crate::message::said;

/// Which elements of a list are given up last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeepFrom {
    /// The first: the list begins with what matters.
    Start,
    /// The last: the latest messages of a conversation matter most.
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

/// The form of `attribute`, where it holds content.
pub(crate) fn form_of(attribute: Attribute) -> Option<Form> {
    let found = CONTENT.iter().find(|(content, _)| *content == attribute);
    found.map(|(_, form)| *form)
}

/// Whether the attribute is one of those that go where the content policy says.
pub(crate) fn is_content(attribute: Attribute) -> bool {
    form_of(attribute).is_some()
}

/// The text of a value; a list of texts is one of JSON.
pub(crate) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Array(Array::String(texts)) => {
            let texts = texts.iter().map(|text| said(text.as_str().into()));
            Some(Json::Array(texts.collect()).to_string().into())
        }
        // Numbers and booleans are not content.
        _ => None,
    }
}
