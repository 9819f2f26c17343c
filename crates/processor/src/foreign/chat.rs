//! Converts messages and tool definitions of chat APIs and SDKs to the conventions'.

use opentelemetry::{Array, Value as Attributed};
use serde_json::{Map, Value, json};
use tracing_genai_semconv::Attribute;

use super::blocks::{call, list_of_blocks, parts};
use super::read::{NOT_READ, Read, set};
use crate::operation::Operation;
use crate::unread::Unread;
use tracing_genai_message::{Message, Part, parse_json_text};

/// The role of a message that names none.
pub(super) const fn default_role(of: Attribute) -> &'static str {
    match of {
        Attribute::OutputMessages => "assistant",
        _ => "user",
    }
}

/// A message of one text part.
pub(super) fn text_message(of: Attribute, text: &str) -> Value {
    Message::of(default_role(of)).with(Part::text(text)).to_value()
}

/// Reads messages: a list, an object with a list, or one text.
pub(super) fn read_messages(operation: &mut Operation<'_>, of: Attribute, text: &str) -> Read {
    let trimmed = text.trim_start();
    if !trimmed.starts_with(['[', '{']) {
        set(
            operation,
            of,
            Value::from(vec![text_message(of, &unquoted(text))]).to_string(),
        );
        return Ok(());
    }
    let Ok(value) = serde_json::from_str::<Value>(trimmed) else {
        return Err(Some((of, Unread::Json)));
    };
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) => {
            if let Some(tools) = object.remove("tools")
                && let Value::Array(tools) = tools
            {
                write_tools(operation, tools);
            }
            if let Some(Value::String(system)) = object.remove("system") {
                let instructions = json!([{"type": "text", "content": system}]);
                set(operation, Attribute::SystemInstructions, instructions.to_string());
            }
            match object
                .remove("messages")
                .or_else(|| object.remove("prompt"))
                .or_else(|| object.remove("input"))
            {
                Some(Value::Array(list)) => list,
                Some(Value::String(text)) => vec![text_message(of, &text)],
                Some(_) => return Err(Some((of, Unread::Json))),
                None if object.contains_key("role") => vec![Value::Object(object)],
                None => vec![text_message(of, trimmed)],
            }
        }
        _ => return NOT_READ,
    };
    let role = default_role(of);
    let messages = list.into_iter().map(|mut message| {
        conform_message(&mut message, role);
        message
    });
    set(operation, of, Value::Array(messages.collect()).to_string());
    Ok(())
}

/// The text of a JSON string; other text unchanged.
fn unquoted(text: &str) -> String {
    if text.starts_with('"')
        && let Ok(Value::String(text)) = serde_json::from_str(text)
    {
        return text;
    }
    text.to_owned()
}

/// Converts a message of any API to the conventions' form; returns whether it changed. In a message with `parts`, only
/// wrong member names change.
pub(crate) fn conform_message(message: &mut Value, role: &str) -> bool {
    match message {
        Value::Object(members) if members.get("parts").is_some_and(Value::is_array) => {
            let parts = members.get_mut("parts").and_then(Value::as_array_mut);
            let mut is_changed = false;
            for part in parts.into_iter().flatten() {
                is_changed |= conform_part(part);
            }
            is_changed
        }
        Value::Object(members) => {
            let conformed = convert_chat_message(members, role);
            let is_changed = conformed.is_some();
            if let Some(conformed) = conformed {
                *message = conformed;
            }
            is_changed
        }
        Value::String(text) => {
            *message = Message::of(role).with(Part::text(text.as_str())).to_value();
            true
        }
        _ => false,
    }
}

/// The genai crate writes `result` for the conventions' `response`.
fn conform_part(part: &mut Value) -> bool {
    let Value::Object(part) = part else { return false };
    if part.get("type").and_then(Value::as_str) != Some("tool_call_response") || part.contains_key("response") {
        return false;
    }
    let Some(result) = part.remove("result") else {
        return false;
    };
    part.insert("response".to_owned(), result);
    true
}

/// A message of a chat API: `role` with `content` or `tool_calls`. Other members are kept beside the parts.
fn convert_chat_message(members: &mut Map<String, Value>, role: &str) -> Option<Value> {
    let named = members.remove("role").or_else(|| members.remove("type"));
    let has_content = [
        "content",
        "tool_calls",
        "tool_call_id",
        "text",
        "function_call",
        "refusal",
        "reasoning_content",
    ]
    .iter()
    .any(|name| members.contains_key(*name));
    if !has_content {
        members.extend(named.map(|role| ("role".to_owned(), role)));
        return None;
    }
    let role = role_of(named.as_ref().and_then(Value::as_str).unwrap_or(role)).to_owned();
    let mut take = |name: &str| members.remove(name).filter(|value| !value.is_null());
    let content = take("content").or_else(|| take("text")).unwrap_or(Value::Null);
    let mut message = Message::of(role.as_str());
    let responds_to = take("tool_call_id");
    if let Some(id) = responds_to.as_ref().and_then(Value::as_str) {
        message = message.with(Part::tool_call_response(Some(id), content));
    } else {
        let reasoning = take("reasoning_content")
            .into_iter()
            .filter_map(non_empty_text)
            .map(Part::reasoning);
        let refusal = take("refusal").into_iter().filter_map(non_empty_text).map(Part::text);
        message = message
            .with_all(reasoning)
            .with_all(content_parts(content))
            .with_all(refusal);
    }
    let calls = take("tool_calls");
    let calls = calls.as_ref().and_then(Value::as_array).into_iter().flatten();
    message = message.with_all(calls.map(tool_call));
    if let Some(Value::Object(mut function)) = take("function_call") {
        message = message.with(call(&mut function, &[], &["name"], &["arguments"]));
    }
    let mut message = message.to_value();
    if let Value::Object(conformed) = &mut message {
        let others = std::mem::take(members)
            .into_iter()
            .filter(|(_, value)| !value.is_null());
        others.for_each(|(name, value)| _ = conformed.entry(name).or_insert(value));
    }
    Some(message)
}

fn non_empty_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    }
}

/// The parts of a content: text, blocks, or a text that holds blocks.
pub(super) fn content_parts(content: Value) -> Vec<Part> {
    match content {
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => match list_of_blocks(&text) {
            Some(blocks) => parts(blocks),
            None => vec![Part::text(text)],
        },
        other => parts(other),
    }
}

/// The conventions' name of a role.
pub(super) fn role_of(role: &str) -> &str {
    match role {
        "function" => "tool",
        "agent" | "ai" | "model" => "assistant",
        "human" => "user",
        role => role,
    }
}

/// A tool call in OpenAI's form, flat, or in the Vercel SDK's form.
pub(super) fn tool_call(value: &Value) -> Part {
    let Value::Object(members) = value else {
        return Part::other(value.clone());
    };
    let mut members = members.clone();
    let id = ["id", "toolCallId", "call_id"]
        .iter()
        .find_map(|name| members.get(*name)?.as_str().map(str::to_owned));
    if let Some(Value::Object(function)) = members.remove("function") {
        members.extend(function.into_iter().filter(|(name, _)| name != "id"));
    }
    let name = ["name", "toolName"]
        .iter()
        .find_map(|name| members.get(*name)?.as_str().map(str::to_owned));
    let arguments = ["arguments", "input", "args"]
        .iter()
        .find_map(|name| members.remove(*name));
    Part::tool_call(
        id.as_deref(),
        name.unwrap_or_default(),
        arguments.unwrap_or(Value::Null),
    )
}

/// Reads tool definitions: a JSON list, or a list of JSON texts.
pub(super) fn read_tools(operation: &mut Operation<'_>, value: &Attributed) -> Read {
    let unread = Err(Some((Attribute::ToolDefinitions, Unread::Json)));
    let tools = match value {
        Attributed::Array(Array::String(texts)) => {
            let tools = texts.iter().map(|text| serde_json::from_str(text.as_str()));
            tools.collect::<Result<Vec<Value>, _>>()
        }
        value => serde_json::from_str(&value.as_str()),
    };
    let Ok(tools) = tools else { return unread };
    write_tools(operation, tools);
    Ok(())
}

fn write_tools(operation: &mut Operation<'_>, mut tools: Vec<Value>) {
    for tool in &mut tools {
        conform_tool(tool);
    }
    set(operation, Attribute::ToolDefinitions, Value::Array(tools).to_string());
}

/// Converts a tool definition to the conventions' form: flat, with a type, its schema under `parameters`. Returns
/// whether it changed.
pub(crate) fn conform_tool(tool: &mut Value) -> bool {
    let Value::Object(members) = tool else { return false };
    let mut is_changed = false;
    if let Some(Value::Object(function)) = members.remove("function") {
        members.extend(function);
        is_changed = true;
    }
    for name in ["input_schema", "inputSchema"] {
        if let Some(schema) = members.remove(name) {
            members.entry("parameters").or_insert(schema);
            is_changed = true;
        }
    }
    if !members.contains_key("type") {
        members.insert("type".to_owned(), "function".into());
        is_changed = true;
    }
    if let Some(parameters) = members
        .get_mut("parameters")
        .filter(|parameters| parameters.is_string())
    {
        *parameters = parse_json_text(parameters.take());
        is_changed = true;
    }
    is_changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conformed(mut message: Value) -> Value {
        conform_message(&mut message, "user");
        message
    }

    #[test]
    fn chat_messages_are_converted() {
        for (given, expected) in [
            (
                json!({"role": "user", "content": "hi"}),
                json!({"role": "user", "parts": [{"type": "text", "content": "hi"}]}),
            ),
            (
                json!({"role": "assistant", "content": null, "tool_calls": [
                    {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{\"a\":1}"}}]}),
                json!({"role": "assistant", "parts": [
                    {"type": "tool_call", "id": "c", "name": "f", "arguments": {"a": 1}}]}),
            ),
            (
                json!({"role": "tool", "tool_call_id": "c", "content": "21"}),
                json!({"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "response": "21"}]}),
            ),
            (
                json!({"role": "user", "content": [{"type": "text", "text": "hi"}]}),
                json!({"role": "user", "parts": [{"type": "text", "content": "hi"}]}),
            ),
            (
                json!({"role": "assistant", "content": null, "refusal": "No.", "annotations": [1], "audio": null}),
                json!({"role": "assistant", "parts": [{"type": "text", "content": "No."}], "annotations": [1]}),
            ),
            (
                json!({"role": "assistant", "content": "21", "reasoning_content": "Hm.", "finish_reason": "stop", "name": "Ann"}),
                json!({"role": "assistant", "finish_reason": "stop", "name": "Ann", "parts": [
                    {"type": "reasoning", "content": "Hm."}, {"type": "text", "content": "21"}]}),
            ),
            (
                json!("hi"),
                json!({"role": "user", "parts": [{"type": "text", "content": "hi"}]}),
            ),
        ] {
            assert_eq!(conformed(given.clone()), expected, "{given}");
        }
    }

    #[test]
    fn current_messages_are_unchanged_except_wrong_member_names() {
        let ours = json!({"role": "user", "parts": [{"type": "text", "content": "hi"}], "name": "Ann"});
        assert_eq!(conformed(ours.clone()), ours);
        let genais = json!({"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "result": "21"}]});
        assert_eq!(
            conformed(genais),
            json!({"role": "tool", "parts": [{"type": "tool_call_response", "id": "c", "response": "21"}]})
        );
        for other in [json!(1), json!({"x": 1}), json!(null)] {
            assert_eq!(conformed(other.clone()), other);
        }
    }

    #[test]
    fn tool_definitions_are_flattened_and_typed() {
        for given in [
            json!({"type": "function", "function": {"name": "f", "parameters": {"a": 1}}}),
            json!({"name": "f", "input_schema": {"a": 1}}),
            json!({"name": "f", "inputSchema": {"a": 1}, "type": "function"}),
            json!({"name": "f", "parameters": "{\"a\":1}"}),
        ] {
            let mut tool = given.clone();
            conform_tool(&mut tool);
            assert_eq!(
                tool,
                json!({"type": "function", "name": "f", "parameters": {"a": 1}}),
                "{given}"
            );
        }
    }
}
