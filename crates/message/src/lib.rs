//! Messages between users, models and tools, tool definitions and documents, in the JSON of OpenTelemetry's GenAI
//! conventions.

use serde_json::{Map, Value, json};

/// A message: a role and parts.
///
/// ```
/// use tracing_genai_message::{Message, Part, to_json};
///
/// let asked = Message::user("Paris?").with(Part::uri("image", "https://example.com/paris.jpg"));
/// let answered = Message::assistant("It is the capital of France.").finish_reason("stop");
/// let written: serde_json::Value = serde_json::from_str(&to_json(&[answered])).unwrap();
/// assert_eq!(written[0]["parts"][0]["content"], "It is the capital of France.");
/// assert_eq!(asked.to_value()["parts"][1]["type"], "uri");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Message {
    /// The role.
    pub role: String,
    /// The participant's name.
    pub name: Option<String>,
    /// The parts, in order.
    pub parts: Vec<Part>,
    /// The finish reason, of a model's message.
    pub finish_reason: Option<String>,
}

impl Message {
    /// A message of any role; the conventions know `system`, `user`, `assistant` and `tool`.
    pub fn of(role: impl Into<String>) -> Self {
        Self {
            role: role.into(),
            name: None,
            parts: Vec::new(),
            finish_reason: None,
        }
    }

    /// A user's message of one text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::of("user").with(Part::text(text))
    }

    /// A model's message of one text.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::of("assistant").with(Part::text(text))
    }

    /// A system message within the conversation. Instructions apart from it are `gen_ai.system_instructions`.
    pub fn system(text: impl Into<String>) -> Self {
        Self::of("system").with(Part::text(text))
    }

    /// A tool's response to the call `call_id`.
    pub fn tool(call_id: &str, response: impl Into<Value>) -> Self {
        Self::of("tool").with(Part::tool_call_response(Some(call_id), response))
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// Adds parts.
    #[must_use]
    pub fn with_all(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.parts.extend(parts);
        self
    }

    /// Sets the participant's name.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets the finish reason: `stop`, `length`, `content_filter`, `tool_call`, or the provider's own word.
    #[must_use]
    pub fn finish_reason(mut self, reason: impl Into<String>) -> Self {
        self.finish_reason = Some(reason.into());
        self
    }

    /// The conventions' JSON of it.
    pub fn to_value(&self) -> Value {
        let parts = self.parts.iter().map(|part| part.0.clone()).collect::<Vec<_>>();
        let mut message = Map::new();
        message.insert("role".into(), self.role.as_str().into());
        message.insert("parts".into(), parts.into());
        if let Some(name) = &self.name {
            message.insert("name".into(), name.as_str().into());
        }
        if let Some(reason) = &self.finish_reason {
            message.insert("finish_reason".into(), reason.as_str().into());
        }
        message.into()
    }

    /// The joined text; `None` if any part is not text.
    pub fn text(&self) -> Option<String> {
        let texts: Option<Vec<_>> = self.parts.iter().map(Part::as_text).collect();
        texts.map(|texts| texts.concat())
    }
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq)]
pub struct Part(Value);

impl Part {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self(json!({"type": "text", "content": text.into()}))
    }

    /// The model's reasoning.
    pub fn reasoning(text: impl Into<String>) -> Self {
        Self(json!({"type": "reasoning", "content": text.into()}))
    }

    /// A model's request to run a tool. Arguments in JSON text are parsed.
    pub fn tool_call(id: Option<&str>, name: impl Into<String>, arguments: impl Into<Value>) -> Self {
        let arguments = parse_json_text(arguments.into());
        Self(json!({"type": "tool_call", "id": id, "name": name.into(), "arguments": arguments})).compact()
    }

    /// A tool's response.
    pub fn tool_call_response(id: Option<&str>, response: impl Into<Value>) -> Self {
        Self(json!({"type": "tool_call_response", "id": id, "response": response.into()})).compact()
    }

    /// An `image`, `video`, `audio` or `document` at a URI.
    pub fn uri(modality: &str, uri: impl Into<String>) -> Self {
        Self(json!({"type": "uri", "modality": modality, "uri": uri.into()}))
    }

    /// A file stored at the provider.
    pub fn file(modality: &str, file_id: impl Into<String>) -> Self {
        Self(json!({"type": "file", "modality": modality, "file_id": file_id.into()}))
    }

    /// Data in base64.
    pub fn blob(modality: &str, mime_type: Option<&str>, base64: impl Into<String>) -> Self {
        Self(json!({"type": "blob", "modality": modality, "mime_type": mime_type, "content": base64.into()})).compact()
    }

    /// Any other part: an object with a `type`, by default `generic`.
    pub fn other(value: impl Into<Value>) -> Self {
        let mut value = value.into();
        if !value.is_object() {
            value = json!({"type": "generic", "content": value});
        }
        if let Value::Object(part) = &mut value
            && !part.get("type").is_some_and(Value::is_string)
        {
            part.insert("type".into(), "generic".into());
        }
        Self(value)
    }

    /// The type: `text`, `tool_call` and so on.
    pub fn kind(&self) -> Option<&str> {
        self.0.get("type").and_then(Value::as_str)
    }

    /// The text, if the part is one.
    pub fn as_text(&self) -> Option<&str> {
        let content = self.0.get("content").and_then(Value::as_str);
        content.filter(|_| self.kind() == Some("text"))
    }

    /// The id, if the part is a tool call.
    pub fn call_id(&self) -> Option<&str> {
        let id = self.0.get("id").and_then(Value::as_str);
        id.filter(|_| self.kind() == Some("tool_call"))
    }

    /// Removes null members.
    fn compact(mut self) -> Self {
        if let Value::Object(part) = &mut self.0 {
            part.retain(|name, value| !value.is_null() || name == "response");
        }
        self
    }
}

/// The definition of a tool that the model may call.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolDefinition(Value);

impl ToolDefinition {
    /// A function `name`.
    pub fn function(name: impl Into<String>) -> Self {
        Self(json!({"type": "function", "name": name.into()}))
    }

    /// Sets the description.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        self.with("description", description.into())
    }

    /// Sets the JSON schema of the parameters.
    #[must_use]
    pub fn parameters(self, schema: impl Into<Value>) -> Self {
        self.with("parameters", schema)
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        if let Value::Object(tool) = &mut self.0 {
            tool.insert(name.to_owned(), value.into());
        }
        self
    }

    /// The conventions' JSON of it.
    pub fn to_value(&self) -> Value {
        self.0.clone()
    }
}

/// A retrieved document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(Map<String, Value>);

impl Document {
    /// A document with the id `id`.
    pub fn new(id: impl Into<String>) -> Self {
        Self(Map::new()).with("id", id.into())
    }

    /// Sets the relevance score, in the retriever's unit.
    #[must_use]
    pub fn score(self, score: f64) -> Self {
        self.with("score", score)
    }

    /// Sets the text.
    #[must_use]
    pub fn content(self, content: impl Into<String>) -> Self {
        self.with("content", content.into())
    }

    /// Sets any other member.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), value.into());
        self
    }

    /// The conventions' JSON of it.
    pub fn to_value(&self) -> Value {
        self.0.clone().into()
    }
}

/// The JSON text of a list of messages, as an attribute's value.
pub fn to_json(messages: &[Message]) -> String {
    Value::Array(messages.iter().map(Message::to_value).collect()).to_string()
}

/// Parses a text that holds a JSON object or list; other values are unchanged.
pub fn parse_json_text(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_conventions_json() {
        let message = Message::of("assistant")
            .with(Part::reasoning("Hm."))
            .with(Part::tool_call(Some("c1"), "weather", r#"{"city":"Paris"}"#))
            .with(Part::blob("image", Some("image/png"), "aGk="));
        assert_eq!(
            message.to_value(),
            json!({"role": "assistant", "parts": [
                {"type": "reasoning", "content": "Hm."},
                {"type": "tool_call", "id": "c1", "name": "weather", "arguments": {"city": "Paris"}},
                {"type": "blob", "modality": "image", "mime_type": "image/png", "content": "aGk="},
            ]})
        );
        assert_eq!(
            Message::tool("c1", "rain").to_value(),
            json!({"role": "tool", "parts": [{"type": "tool_call_response", "id": "c1", "response": "rain"}]})
        );
    }

    #[test]
    fn malformed_arguments_stay_text() {
        let Part(part) = Part::tool_call(None, "f", "{broken");
        assert_eq!(part, json!({"type": "tool_call", "name": "f", "arguments": "{broken"}));
    }
}
