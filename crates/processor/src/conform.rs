//! Converts messages, instructions and tool definitions of any API to the conventions' JSON.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use tracing_genai_semconv::Attribute;

use crate::content::form::text_of;
use crate::foreign::{conform_message, conform_tool};
use crate::operation::Operation;

/// Converts an element of an attribute's list; returns whether it changed.
type Conform = fn(&mut Value) -> bool;

const LISTS: [(Attribute, Conform); 4] = [
    (Attribute::SystemInstructions, conform_instruction),
    (Attribute::InputMessages, |message| conform_message(message, "user")),
    (Attribute::OutputMessages, |message| {
        conform_message(message, "assistant")
    }),
    (Attribute::ToolDefinitions, conform_tool),
];

/// Converts the lists on the span. Text that is not a list is unchanged; plain text instructions become a list.
pub(crate) fn conform_lists(operation: &mut Operation<'_>) {
    for (attribute, conform) in LISTS {
        let Some(text) = operation.value(attribute).and_then(text_of) else {
            continue;
        };
        let text = &*text;
        let is_instruction = attribute == Attribute::SystemInstructions
            && !text.is_empty()
            && !text.trim_start().starts_with(['[', '{']);
        let conformed = if is_instruction {
            Some(json!([{"type": "text", "content": text}]).to_string())
        } else {
            conformed(text, conform)
        };
        if let Some(conformed) = conformed {
            operation.set(attribute, conformed);
        }
    }
}

/// The list with its elements converted; `None` if none changed. Unchanged elements keep their spacing, order and
/// digits.
fn conformed(text: &str, conform: Conform) -> Option<String> {
    let elements: Vec<&RawValue> = serde_json::from_str(text).ok()?;
    let mut is_changed = false;
    let mut conformed = Vec::with_capacity(elements.len());
    for element in elements {
        let mut value: Value = serde_json::from_str(element.get()).ok()?;
        let has_changed = conform(&mut value);
        is_changed |= has_changed;
        conformed.push(if has_changed {
            value.to_string()
        } else {
            element.get().to_owned()
        });
    }
    is_changed.then(|| ["[", &conformed.join(","), "]"].concat())
}

fn conform_instruction(element: &mut Value) -> bool {
    let Value::String(text) = element else { return false };
    *element = json!({"type": "text", "content": text.as_str()});
    true
}
