//! Reads what went into a span and came out of it, which means something else of each operation.

use serde_json::{Map, Value};
use tracing_genai_semconv::{Attribute, OperationName};

use super::chat::read_messages;
use super::read::{NOTHING, Read, set};
use crate::operation::Operation;

/// What Traceloop's names begin with, whose inputs and outputs have something around them.
const WRAPPED: &str = "traceloop.";

pub(super) fn read_input(operation: &mut Operation<'_>, name: &str, text: &str) -> Read {
    let is_wrapped = name.starts_with(WRAPPED);
    match operation.name {
        Some(OperationName::ExecuteTool) => {
            let arguments = if is_wrapped {
                unwrapped(text, &["inputs", "kwargs", "args", "input_str"])
            } else {
                None
            };
            set(
                operation,
                Attribute::ToolCallArguments,
                arguments.unwrap_or_else(|| text.to_owned()),
            );
            Ok(())
        }
        Some(OperationName::Retrieval) => {
            let query = match serde_json::from_str(text) {
                Ok(Value::Object(around)) => around.get("query").and_then(Value::as_str).map(str::to_owned),
                Ok(Value::String(query)) => Some(query),
                _ => Some(text.to_owned()),
            };
            let Some(query) = query else { return NOTHING };
            set(operation, Attribute::RetrievalQueryText, query);
            Ok(())
        }
        _ => read_talk(operation, Attribute::InputMessages, text),
    }
}

pub(super) fn read_output(operation: &mut Operation<'_>, name: &str, text: &str) -> Read {
    match operation.name {
        Some(OperationName::ExecuteTool) => {
            let is_wrapped = name.starts_with(WRAPPED);
            let result = if is_wrapped { unwrapped(text, &["output"]) } else { None };
            set(
                operation,
                Attribute::ToolCallResult,
                result.unwrap_or_else(|| text.to_owned()),
            );
            Ok(())
        }
        Some(OperationName::Retrieval) => {
            let listed = match serde_json::from_str(text) {
                Ok(Value::Array(documents)) => Some(documents),
                Ok(Value::Object(mut around)) => match around.remove("documents") {
                    Some(Value::Array(documents)) => Some(documents),
                    _ => None,
                },
                _ => None,
            };
            let Some(documents) = listed else { return NOTHING };
            let documents = documents.into_iter().map(document).collect();
            set(
                operation,
                Attribute::RetrievalDocuments,
                Value::Array(documents).to_string(),
            );
            Ok(())
        }
        _ => read_talk(operation, Attribute::OutputMessages, text),
    }
}

/// Messages, of an operation that has them. The JSON of an agent or a workflow that is none of a chat is its own.
fn read_talk(operation: &mut Operation<'_>, of: Attribute, text: &str) -> Read {
    let Some(name) = operation.name else { return NOTHING };
    let is_talk = matches!(
        name,
        OperationName::Chat | OperationName::GenerateContent | OperationName::TextCompletion
    );
    let is_around = matches!(name, OperationName::InvokeAgent | OperationName::InvokeWorkflow);
    if is_talk || (is_around && is_chat(text)) {
        return read_messages(operation, of, text);
    }
    NOTHING
}

/// Whether it is a text, a message, or a list of messages.
fn is_chat(text: &str) -> bool {
    let is_message = |value: &Value| value.get("role").is_some();
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(list)) => !list.is_empty() && list.iter().all(is_message),
        Ok(Value::Object(around)) => match around.get("messages") {
            Some(Value::Array(list)) => list.iter().all(is_message),
            _ => around.contains_key("role"),
        },
        Ok(Value::String(_)) => true,
        Ok(_) => false,
        Err(_) => !text.trim_start().starts_with(['{', '[']) && !text.is_empty(),
    }
}

/// The first of the members that says something.
fn unwrapped(text: &str, names: &[&str]) -> Option<String> {
    let Ok(Value::Object(around)) = serde_json::from_str(text) else {
        return None;
    };
    let says = |value: &&Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    let member = names.iter().find_map(|name| around.get(*name).filter(says))?;
    Some(match member {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// Some call a document's text `page_content`.
fn document(value: Value) -> Value {
    let Value::Object(mut document) = value else {
        return Value::Object(Map::from_iter([("content".to_owned(), value)]));
    };
    if let Some(content) = document.remove("page_content") {
        document.entry("content").or_insert(content);
    }
    document.into()
}

pub(super) fn read_name(operation: &mut Operation<'_>, name: &str) -> Read {
    let of = match operation.name {
        Some(OperationName::InvokeWorkflow) => Attribute::WorkflowName,
        Some(OperationName::InvokeAgent | OperationName::CreateAgent | OperationName::Plan) => Attribute::AgentName,
        Some(OperationName::ExecuteTool) => Attribute::ToolName,
        _ => return NOTHING,
    };
    if name.is_empty() {
        return NOTHING;
    }
    set(operation, of, name.to_owned());
    Ok(())
}
