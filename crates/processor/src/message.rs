//! Messages between people, models and tools, as the conventions' JSON has them.

use serde_json::{Map, Value, json};

/// What somebody said: a role and the parts of what was said.
///
/// ```
/// use tracing_genai_processor::message::{Message, Part, to_json};
///
/// let asked = Message::user("Paris?").with(Part::uri("image", "https://example.com/paris.jpg"));
/// let answered = Message::assistant("It is the capital of France.").finish_reason("stop");
/// let written: serde_json::Value = serde_json::from_str(&to_json(&[answered])).unwrap();
/// assert_eq!(written[0]["parts"][0]["content"], "It is the capital of France.");
/// assert_eq!(asked.to_value()["parts"][1]["type"], "uri");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    role: String,
    name: Option<String>,
    parts: Vec<Part>,
    finish_reason: Option<String>,
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

    /// What the user says.
    pub fn user(text: impl Into<String>) -> Self {
        Self::of("user").with(Part::text(text))
    }

    /// What the model answers.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::of("assistant").with(Part::text(text))
    }

    /// What the model is told beforehand, as a part of the conversation. Instructions beside it are
    /// `gen_ai.system_instructions`.
    pub fn system(text: impl Into<String>) -> Self {
        Self::of("system").with(Part::text(text))
    }

    /// What a tool answered to the call of that id.
    pub fn tool(call_id: &str, response: impl Into<Value>) -> Self {
        Self::of("tool").with(Part::tool_call_response(Some(call_id), response))
    }

    /// With one more part.
    #[must_use]
    pub fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// With the name of who speaks.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Why the model ended it: `stop`, `length`, `content_filter`, `tool_call`, or whatever the provider calls it.
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
}

impl Message {
    pub(crate) fn role(&self) -> &str {
        &self.role
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        self.finish_reason.as_deref()
    }

    pub(crate) fn with_all(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        self.parts.extend(parts);
        self
    }

    /// The texts of its parts, where it has only such.
    pub(crate) fn text(&self) -> Option<String> {
        let texts: Option<Vec<_>> = self.parts.iter().map(Part::as_text).collect();
        texts.map(|texts| texts.concat())
    }

    /// A message of the role `thinking` is the model's, and what it says is what it thought.
    pub(crate) fn thinking_as_reasoning(mut self) -> Self {
        if self.role == "thinking" {
            "assistant".clone_into(&mut self.role);
            for part in &mut self.parts {
                if let Some(text) = part.as_text().map(str::to_owned) {
                    *part = Part::reasoning(text);
                }
            }
        }
        self
    }

    pub(crate) fn is_thought_only(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.kind() == Some("reasoning"))
    }

    /// Takes what `next` says into this message.
    pub(crate) fn append(&mut self, next: Self) {
        self.parts.extend(next.parts);
        self.finish_reason = self.finish_reason.take().or(next.finish_reason);
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

    /// What the model thought.
    pub fn reasoning(text: impl Into<String>) -> Self {
        Self(json!({"type": "reasoning", "content": text.into()}))
    }

    /// A model's wish to run a tool. Arguments that are a text of JSON are taken as what they say.
    pub fn tool_call(id: Option<&str>, name: impl Into<String>, arguments: impl Into<Value>) -> Self {
        Self(json!({"type": "tool_call", "id": id, "name": name.into(), "arguments": said(arguments.into())})).compact()
    }

    /// What the tool gave back.
    pub fn tool_call_response(id: Option<&str>, response: impl Into<Value>) -> Self {
        Self(json!({"type": "tool_call_response", "id": id, "response": response.into()})).compact()
    }

    /// An `image`, `video`, `audio` or `document` that stands somewhere else.
    pub fn uri(modality: &str, uri: impl Into<String>) -> Self {
        Self(json!({"type": "uri", "modality": modality, "uri": uri.into()}))
    }

    /// A file that the provider keeps.
    pub fn file(modality: &str, file_id: impl Into<String>) -> Self {
        Self(json!({"type": "file", "modality": modality, "file_id": file_id.into()}))
    }

    /// Data in base64.
    pub fn blob(modality: &str, mime_type: Option<&str>, base64: impl Into<String>) -> Self {
        Self(json!({"type": "blob", "modality": modality, "mime_type": mime_type, "content": base64.into()})).compact()
    }

    /// Anything else: an object with a `type`, which is made `generic` where it has none.
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

    fn kind(&self) -> Option<&str> {
        self.0.get("type").and_then(Value::as_str)
    }

    fn as_text(&self) -> Option<&str> {
        let content = self.0.get("content").and_then(Value::as_str);
        content.filter(|_| self.kind() == Some("text"))
    }

    /// The id of the call that this is, if it is one.
    pub(crate) fn call_id(&self) -> Option<&str> {
        let id = self.0.get("id").and_then(Value::as_str);
        id.filter(|_| self.kind() == Some("tool_call"))
    }

    /// Without what is not known.
    fn compact(mut self) -> Self {
        if let Value::Object(part) = &mut self.0 {
            part.retain(|name, value| !value.is_null() || name == "response");
        }
        self
    }
}

/// A tool that the model may use.
#[derive(Clone, Debug, PartialEq)]
pub struct Tool(Value);

impl Tool {
    /// A function of that name.
    pub fn function(name: impl Into<String>) -> Self {
        Self(json!({"type": "function", "name": name.into()}))
    }

    /// With a description.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        self.with("description", description.into())
    }

    /// With the JSON schema of its parameters.
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

/// A document that was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(Map<String, Value>);

impl Document {
    /// A document of that id.
    pub fn new(id: impl Into<String>) -> Self {
        Self(Map::new()).with("id", id.into())
    }

    /// How well it fits, in the retriever's own measure.
    #[must_use]
    pub fn score(self, score: f64) -> Self {
        self.with("score", score)
    }

    /// What it says.
    #[must_use]
    pub fn content(self, content: impl Into<String>) -> Self {
        self.with("content", content.into())
    }

    /// Anything else of it.
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

/// A list of messages as the text that stands on a span.
pub fn to_json(messages: &[Message]) -> String {
    Value::Array(messages.iter().map(Message::to_value).collect()).to_string()
}

/// What a text of JSON says; any other value is what it is.
pub(crate) fn said(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => serde_json::from_str(text).unwrap_or(value),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_the_conventions() {
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
    fn arguments_that_are_no_json_stay_a_text() {
        let Part(part) = Part::tool_call(None, "f", "{broken");
        assert_eq!(part, json!({"type": "tool_call", "name": "f", "arguments": "{broken"}));
    }
}
