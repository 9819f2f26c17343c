//! Makes one message of an answer whose text, thoughts and calls of tools stand apart.

use serde_json::Value;
use tracing_genai_semconv::Attribute;

use super::chat::tool_call;
use super::read::{Read, set};
use crate::message::{Message, Part, to_json};
use crate::operation::Operation;
use crate::unread::Unread;

#[derive(Default)]
pub(super) struct Answer {
    reasoning: Option<Part>,
    said: Option<Part>,
    calls: Vec<Part>,
}

impl Answer {
    pub(super) fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.said = Some(Part::text(text));
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
        let Self { reasoning, said, calls } = self;
        let parts: Vec<_> = reasoning.into_iter().chain(said).chain(calls).collect();
        if !parts.is_empty() {
            let message = Message::of("assistant").with_all(parts);
            set(operation, Attribute::OutputMessages, to_json(&[message]));
        }
    }
}
