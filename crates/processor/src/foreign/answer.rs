//! Joins a response's text, reasoning and tool calls from several attributes into one message.

use serde_json::Value;
use tracing_genai_semconv::Attribute;

use super::chat::tool_call;
use super::read::{Read, set};
use crate::operation::Operation;
use crate::unread::Unread;
use tracing_genai_message::{Message, Part, to_json};

#[derive(Default)]
pub(super) struct Answer {
    reasoning: Option<Part>,
    text: Option<Part>,
    calls: Vec<Part>,
}

impl Answer {
    pub(super) fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.text = Some(Part::text(text));
        }
    }

    pub(super) fn reasoning(&mut self, text: &str) {
        if !text.is_empty() {
            self.reasoning = Some(Part::reasoning(text));
        }
    }

    pub(super) fn tool_calls(&mut self, text: &str) -> Read {
        match serde_json::from_str(text) {
            Ok(Value::Array(calls)) => {
                self.calls = calls.iter().map(tool_call).collect();
                Ok(())
            }
            _ => Err(Some((Attribute::OutputMessages, Unread::Json))),
        }
    }

    pub(super) fn write(self, operation: &mut Operation<'_>) {
        let Self { reasoning, text, calls } = self;
        let parts: Vec<_> = reasoning.into_iter().chain(text).chain(calls).collect();
        if !parts.is_empty() {
            let message = Message::of("assistant").with_all(parts);
            set(operation, Attribute::OutputMessages, to_json(&[message]));
        }
    }
}
