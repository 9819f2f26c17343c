//! Reads lists spread over attributes with an index in their names.

use std::collections::BTreeMap;

use opentelemetry::{Array, StringValue, Value as Attributed};
use serde_json::{Map, Value};
use tracing_genai_semconv::Attribute;
use tracing_genai_semconv::dialect::{Field, Indexed};

use super::blocks::media;
use super::chat::{conform_tool, content_parts, default_role, role_of, tool_call};
use super::read::set;
use crate::operation::Operation;
use tracing_genai_message::{Message, Part, parse_json_text};

/// One element: its fields with the index in the element's own lists.
type Element = Vec<(Field, u32, Value)>;

/// The lists by the prefix of their names.
#[derive(Default)]
pub(super) struct Elements(BTreeMap<&'static str, (Attribute, BTreeMap<u32, Element>)>);

impl Elements {
    /// Adds the attribute if it is a field of an element of `list`; returns whether it is.
    pub(super) fn take(&mut self, list: &'static Indexed, name: &str, value: &Attributed) -> bool {
        let Some((number, path)) = name.strip_prefix(list.prefix).and_then(|rest| rest.split_once('.')) else {
            return false;
        };
        let Ok(number) = number.parse() else { return false };
        let field = list
            .fields
            .iter()
            .find_map(|(pattern, field)| Some((*field, matched(pattern, path)?)));
        let Some((field, inner)) = field else { return false };
        let (_, elements) = self.0.entry(list.prefix).or_insert_with(|| (list.of, BTreeMap::new()));
        elements.entry(number).or_default().push((field, inner, json_of(value)));
        true
    }

    /// Writes each list as an attribute, unless the span has that already.
    pub(super) fn write(self, operation: &mut Operation<'_>) {
        for (of, elements) in self.0.into_values() {
            let elements = elements.into_values();
            let list: Vec<Value> = match of {
                Attribute::ToolDefinitions => elements.map(tool).collect(),
                Attribute::RetrievalDocuments => elements.map(document).collect(),
                of => {
                    let messages = merge_reasoning(elements.map(|element| message(of, element)).collect());
                    if of == Attribute::OutputMessages {
                        write_finish_reasons(operation, &messages);
                    }
                    messages.iter().map(Message::to_value).collect()
                }
            };
            if !list.is_empty() {
                set(operation, of, Value::Array(list).to_string());
            }
        }
    }
}

/// The index in `path` if it matches `pattern`; 0 if the pattern has no index.
fn matched(pattern: &str, path: &str) -> Option<u32> {
    let (mut patterns, mut segments) = (pattern.split('.'), path.split('.'));
    let mut number = 0;
    loop {
        match (patterns.next(), segments.next()) {
            (None, None) => return Some(number),
            (Some("*"), Some(segment)) => number = segment.parse().ok()?,
            (Some(pattern), Some(segment)) if pattern == segment => {}
            _ => return None,
        }
    }
}

fn json_of(value: &Attributed) -> Value {
    match value {
        Attributed::Bool(boolean) => (*boolean).into(),
        Attributed::I64(integer) => (*integer).into(),
        Attributed::F64(double) => (*double).into(),
        other => other.as_str().into_owned().into(),
    }
}

fn text_of(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The fields of one tool call or content block.
#[derive(Default)]
struct Inner {
    id: Option<String>,
    name: Option<String>,
    rest: Option<Value>,
}

fn message(of: Attribute, element: Element) -> Message {
    let mut role = None;
    let (mut participant, mut reason, mut responds_to) = (None, None, None);
    let (mut reasoning, mut content, mut refusals) = (Vec::new(), Vec::new(), Vec::new());
    let mut whole_calls = Vec::new();
    let (mut calls, mut blocks) = (BTreeMap::<u32, Inner>::new(), BTreeMap::<u32, Inner>::new());
    for (field, number, value) in element {
        match field {
            Field::Role => role = Some(role_of(&text_of(value)).to_owned()),
            Field::SpeakerName => participant = Some(text_of(value)),
            Field::FinishReason => reason = Some(text_of(value)).filter(|reason| !reason.is_empty()),
            Field::RespondsTo => responds_to = Some(text_of(value)),
            Field::Content | Field::UserContent => content.extend(content_parts(value)),
            Field::Refusal => refusals.push(Part::text(text_of(value))),
            Field::Reasoning => reasoning.push(Part::reasoning(summary(text_of(value)))),
            Field::Calls => {
                let listed = parse_json_text(value);
                whole_calls = listed.as_array().into_iter().flatten().map(tool_call).collect();
            }
            Field::CallId => calls.entry(number).or_default().id = Some(text_of(value)),
            Field::CallName => calls.entry(number).or_default().name = Some(text_of(value)),
            Field::CallArguments => calls.entry(number).or_default().rest = Some(value),
            Field::BlockType => blocks.entry(number).or_default().name = Some(text_of(value)),
            Field::BlockText => blocks.entry(number).or_default().rest = Some(value),
            Field::BlockImage | Field::BlockAudio | Field::BlockVideo | Field::BlockDocument => {
                let block = blocks.entry(number).or_default();
                block.name = Some(modality(field).to_owned());
                block.id = Some(text_of(value));
            }
            _ => {}
        }
    }
    let role = role.unwrap_or_else(|| default_role(of).to_owned());
    let mut message = Message::of(role.as_str());
    if let Some(name) = participant {
        message = message.name(name);
    }
    if let Some(reason) = reason {
        message = message.finish_reason(reason);
    }
    content.extend(blocks.into_values().filter_map(block));
    content.append(&mut refusals);
    // A tool's response is one part.
    if let Some(id) = responds_to {
        let response = Message::of("tool").with_all(content).text().unwrap_or_default();
        return message.with(Part::tool_call_response(Some(&id), response));
    }
    // Anthropic's calls are in the content too.
    let called: Vec<_> = content.iter().filter_map(Part::call_id).map(str::to_owned).collect();
    let calls = calls.into_values().map(|call| {
        Part::tool_call(
            call.id.as_deref(),
            call.name.unwrap_or_default(),
            call.rest.unwrap_or(Value::Null),
        )
    });
    let calls: Vec<_> = calls.chain(whole_calls).collect();
    let further = calls
        .into_iter()
        .filter(|call| call.call_id().is_none_or(|id| !called.iter().any(|known| known == id)));
    message.with_all(reasoning).with_all(content).with_all(further)
}

fn block(block: Inner) -> Option<Part> {
    match (block.name.as_deref(), block.id, block.rest) {
        (Some(modality), Some(place), _) => media(modality, None, &place),
        (Some("reasoning"), None, Some(text)) => Some(Part::reasoning(text_of(text))),
        (_, None, Some(text)) => Some(Part::text(text_of(text))),
        _ => None,
    }
}

const fn modality(field: Field) -> &'static str {
    match field {
        Field::BlockAudio => "audio",
        Field::BlockVideo => "video",
        Field::BlockDocument => "document",
        _ => "image",
    }
}

/// OpenAI's reasoning summary is a list of texts.
fn summary(text: String) -> String {
    let Ok(Value::Array(summaries)) = serde_json::from_str(&text) else {
        return text;
    };
    let texts: Vec<_> = summaries
        .iter()
        .filter_map(|summary| summary.get("text").and_then(Value::as_str))
        .collect();
    if texts.is_empty() { text } else { texts.join("\n") }
}

/// Traceloop writes Anthropic's reasoning as a separate message; it is merged into the next one.
fn merge_reasoning(messages: Vec<Message>) -> Vec<Message> {
    let mut merged: Vec<Message> = Vec::with_capacity(messages.len());
    for message in messages {
        let message = thinking_as_reasoning(message);
        match merged.last_mut() {
            Some(before) if is_reasoning_only(before) && message.role == before.role => {
                before.parts.extend(message.parts);
                before.finish_reason = before.finish_reason.take().or(message.finish_reason);
            }
            _ => merged.push(message),
        }
    }
    merged
}

/// Converts a message of the role `thinking` to an assistant's reasoning.
fn thinking_as_reasoning(mut message: Message) -> Message {
    if message.role == "thinking" {
        "assistant".clone_into(&mut message.role);
        for part in &mut message.parts {
            if let Some(text) = part.as_text().map(str::to_owned) {
                *part = Part::reasoning(text);
            }
        }
    }
    message
}

fn is_reasoning_only(message: &Message) -> bool {
    let mut parts = message.parts.iter();
    !message.parts.is_empty() && parts.all(|part| part.kind() == Some("reasoning"))
}

fn write_finish_reasons(operation: &mut Operation<'_>, messages: &[Message]) {
    let reasons: Vec<_> = messages
        .iter()
        .filter_map(|message| message.finish_reason.as_deref())
        .collect();
    if !reasons.is_empty() {
        let reasons = reasons.into_iter().map(|reason| StringValue::from(reason.to_owned()));
        let reasons = Attributed::Array(Array::String(reasons.collect()));
        set(operation, Attribute::ResponseFinishReasons, reasons);
    }
}

fn tool(element: Element) -> Value {
    let mut members = Map::new();
    for (field, _, value) in element {
        match field {
            Field::ToolName => _ = members.insert("name".to_owned(), value),
            Field::ToolDescription => _ = members.insert("description".to_owned(), value),
            Field::ToolParameters => {
                let schema = parse_json_text(value);
                // `null`: the tool has no parameters.
                if schema != "null" {
                    members.insert("parameters".to_owned(), schema);
                }
            }
            Field::ToolSchema => {
                if let Value::Object(schema) = parse_json_text(value) {
                    schema
                        .into_iter()
                        .for_each(|(name, value)| _ = members.entry(name).or_insert(value));
                }
            }
            _ => {}
        }
    }
    let mut tool = Value::Object(members);
    conform_tool(&mut tool);
    tool
}

fn document(element: Element) -> Value {
    let mut members = Map::new();
    for (field, _, value) in element {
        let (name, value) = match field {
            Field::DocumentId => ("id", Value::String(text_of(value))),
            Field::DocumentScore => ("score", value),
            Field::DocumentContent => ("content", value),
            Field::DocumentMetadata => ("metadata", parse_json_text(value)),
            _ => continue,
        };
        members.insert(name.to_owned(), value);
    }
    members.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_matched_segment_by_segment() {
        assert_eq!(matched("role", "role"), Some(0));
        assert_eq!(matched("tool_calls.*.id", "tool_calls.12.id"), Some(12));
        for (pattern, path) in [
            ("role", "roles"),
            ("role", "role.x"),
            ("tool_calls.*.id", "tool_calls.x.id"),
            ("tool_calls.*.id", "tool_calls.1"),
            ("tool_calls.*.id", "tool_calls.-1.id"),
        ] {
            assert_eq!(matched(pattern, path), None, "{path}");
        }
    }
}
