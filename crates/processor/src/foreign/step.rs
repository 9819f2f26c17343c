//! Reads a span's input and output, whose meaning depends on the operation.

use serde_json::{Map, Value};
use tracing_genai_semconv::{Attribute, OperationName};

use super::chat::read_messages;
use super::read::{NOT_READ, Read, set};
use crate::operation::Operation;

/// Prefix of Traceloop's names; its inputs and outputs are wrapped in an object.
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
                Ok(Value::Object(object)) => object.get("query").and_then(Value::as_str).map(str::to_owned),
                Ok(Value::String(query)) => Some(query),
                _ => Some(text.to_owned()),
            };
            let Some(query) = query else { return NOT_READ };
            set(operation, Attribute::RetrievalQueryText, query);
            Ok(())
        }
        _ => read_conversation(operation, Attribute::InputMessages, text),
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
                Ok(Value::Object(mut object)) => match object.remove("documents") {
                    Some(Value::Array(documents)) => Some(documents),
                    _ => None,
                },
                _ => None,
            };
            let Some(documents) = listed else { return NOT_READ };
            let documents = documents.into_iter().map(document).collect();
            set(
                operation,
                Attribute::RetrievalDocuments,
                Value::Array(documents).to_string(),
            );
            Ok(())
        }
        _ => read_conversation(operation, Attribute::OutputMessages, text),
    }
}

/// Reads messages of an operation that has them. For agents and workflows only JSON in the form of messages is read.
fn read_conversation(operation: &mut Operation<'_>, of: Attribute, text: &str) -> Read {
    let Some(name) = operation.name else { return NOT_READ };
    let has_messages = matches!(
        name,
        OperationName::Chat | OperationName::GenerateContent | OperationName::TextCompletion
    );
    let is_agent = matches!(name, OperationName::InvokeAgent | OperationName::InvokeWorkflow);
    if has_messages || (is_agent && is_chat(text)) {
        return read_messages(operation, of, text);
    }
    NOT_READ
}

/// Whether `text` is plain text, a message, or a list of messages.
fn is_chat(text: &str) -> bool {
    let is_message = |value: &Value| value.get("role").is_some();
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(list)) => !list.is_empty() && list.iter().all(is_message),
        Ok(Value::Object(object)) => match object.get("messages") {
            Some(Value::Array(list)) => list.iter().all(is_message),
            _ => object.contains_key("role"),
        },
        Ok(Value::String(_)) => true,
        Ok(_) => false,
        Err(_) => !text.trim_start().starts_with(['{', '[']) && !text.is_empty(),
    }
}

/// The first non-empty member of `names`.
fn unwrapped(text: &str, names: &[&str]) -> Option<String> {
    let Ok(Value::Object(object)) = serde_json::from_str(text) else {
        return None;
    };
    let is_non_empty = |value: &&Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
        _ => true,
    };
    let member = names.iter().find_map(|name| object.get(*name).filter(is_non_empty))?;
    Some(match member {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    })
}

/// A document; `page_content` (LangChain) becomes `content`.
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
        _ => return NOT_READ,
    };
    if name.is_empty() {
        return NOT_READ;
    }
    set(operation, of, name.to_owned());
    Ok(())
}
