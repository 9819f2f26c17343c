//! What people wrote and models answered: redacted, held to a budget, and put where the user wants it.

mod capture;
mod event;
mod fit;
mod redact;

use std::borrow::Cow;

use opentelemetry::{Array, KeyValue, StringValue, Value};
use serde_json::{Value as Json, json};
use tracing_genai_semconv::{Attribute, own};

use crate::foreign;
use crate::message::said;
use crate::operation::Operation;
use crate::unread::Unread;
use fit::{Fitted, KeepFrom};

pub use capture::{CAPTURE_VARIABLE, ContentCapture, capture, is_captured, set_capture};
pub(crate) use event::EmitEvent;
pub(crate) use fit::start_of;
pub(crate) use redact::Redactor;
pub use redact::{REDACTED, RedactText};

/// The attributes that carry content, and what their text is.
const CONTENT: [(Attribute, Form); 10] = [
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

#[derive(Clone, Copy, Debug)]
enum Form {
    /// A JSON list.
    List(KeepFrom),
    /// JSON or a text.
    Any,
    Text,
}

/// How content is treated.
#[derive(Debug)]
pub(crate) struct ContentRules {
    pub(crate) redactor: Redactor,
    /// The most bytes of one attribute.
    pub(crate) max_bytes: usize,
    /// Whether every model call has an event, or none; by default those whose content goes on one.
    pub(crate) emits_event: Option<bool>,
    pub(crate) event: Option<EmitEvent>,
}

/// The most bytes of one attribute, unless the user chose.
const DEFAULT_MAX_BYTES: usize = 32 * 1024;

impl Default for ContentRules {
    fn default() -> Self {
        Self {
            redactor: Redactor::default(),
            max_bytes: DEFAULT_MAX_BYTES,
            emits_event: None,
            event: None,
        }
    }
}

/// Treats the operation's content by the rules.
pub(crate) fn treat(operation: &mut Operation<'_>, rules: &ContentRules) {
    let has_content = CONTENT.iter().any(|(attribute, _)| operation.has(*attribute));
    let capture = capture();
    if has_content {
        if capture == Some(ContentCapture::NoContent) {
            take_off(operation);
        } else {
            clean(operation, rules);
        }
    }
    if operation.has_leftovers {
        clean_leftovers(operation, rules, capture.is_none_or(ContentCapture::is_on_span));
    }
    if !operation.span.events.events.is_empty() {
        clean_events(operation, rules, capture.is_none_or(ContentCapture::is_on_span));
    }
    let is_on_event = capture.is_some_and(ContentCapture::is_on_event);
    if let Some(event) = &rules.event
        && rules.emits_event.unwrap_or(is_on_event)
        && operation.is_model_call()
    {
        event.emit(operation, is_on_event);
    }
    if has_content && capture.is_some_and(|capture| !capture.is_on_span()) {
        take_off(operation);
    }
}

/// Takes all content off a span whose stages did not end well: what was not redacted must not go on.
pub(crate) fn take_off_unseen(span: &mut opentelemetry_sdk::trace::SpanData) {
    let is_unseen = |attribute: &KeyValue| {
        let name = attribute.key.as_str();
        let spelling = Attribute::from_name(name);
        spelling.is_some_and(|spelling| is_content(spelling.attribute)) || foreign::is_foreign(name, true)
    };
    span.attributes.retain(|attribute| !is_unseen(attribute));
    for event in &mut span.events.events {
        let is_genais = event.name.starts_with("gen_ai.");
        event.attributes.retain(|attribute| !is_genais && !is_unseen(attribute));
    }
}

/// Whether the attribute is one of those that go where [`capture`] says.
pub(crate) fn is_content(attribute: Attribute) -> bool {
    CONTENT.iter().any(|(content, _)| *content == attribute)
}

fn take_off(operation: &mut Operation<'_>) {
    for (attribute, _) in CONTENT {
        operation.remove(attribute);
    }
}

fn clean(operation: &mut Operation<'_>, rules: &ContentRules) {
    let mut cut = Vec::new();
    for (attribute, form) in CONTENT {
        let Some(text) = operation.value(attribute).and_then(text_of) else {
            continue;
        };
        let text = &*text;
        let fitted = match form {
            Form::List(keep) => read_list(attribute, text, rules, keep),
            Form::Any => Some(fit::any(text, rules.max_bytes, &rules.redactor)),
            Form::Text => Some(fit::plain(text, rules.max_bytes, &rules.redactor)),
        };
        let is_read = fitted.is_some();
        let Fitted { text, is_cut } = fitted.unwrap_or_else(|| fit::plain(text, rules.max_bytes, &rules.redactor));
        if !is_read {
            operation.unread.add(attribute, Unread::Json);
        }
        if is_cut {
            cut.push(StringValue::from(attribute.name()));
        }
        operation.set(attribute, text);
    }
    if !cut.is_empty() {
        operation.write(own::CONTENT_CUT, Value::Array(Array::String(cut)));
    }
}

/// The text of a value; a list of texts is one of JSON.
fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.as_str().into()),
        Value::Array(Array::String(texts)) => {
            let texts = texts.iter().map(|text| said(text.as_str().into()));
            Some(Json::Array(texts.collect()).to_string().into())
        }
        // A number or a truth tells nobody anything.
        _ => None,
    }
}

/// Treats what stays in another dialect's form: it goes on as it was, but for secrets and what exceeds the budget.
fn clean_leftovers(operation: &mut Operation<'_>, rules: &ContentRules, stays: bool) {
    let is_openinference = operation.is_openinference;
    let is_leftover = |attribute: &KeyValue| foreign::is_foreign(attribute.key.as_str(), is_openinference);
    if !stays {
        let holds_content = |attribute: &KeyValue| foreign::holds_content(attribute.key.as_str(), is_openinference);
        operation.span.attributes.retain(|attribute| !holds_content(attribute));
        operation.place_anew();
    }
    let attributes = operation.span.attributes.iter_mut();
    for attribute in attributes.filter(|attribute| is_leftover(attribute)) {
        clean_value(&mut attribute.value, rules);
    }
}

/// Treats content on the span's events, where the conventions had it before 1.37 and OpenLIT until 1.36.
fn clean_events(operation: &mut Operation<'_>, rules: &ContentRules, stays: bool) {
    for event in &mut operation.span.events.events {
        let is_genais = event.name.starts_with("gen_ai.");
        let is_content = |attribute: &KeyValue| {
            let name = attribute.key.as_str();
            let is_current = Attribute::from_name(name).is_some_and(|spelling| is_content(spelling.attribute));
            is_current
                || foreign::holds_content(name, false)
                || (is_genais && matches!(name, "content" | "message" | "tool_calls" | "gen_ai.event.content"))
        };
        if stays {
            let attributes = event.attributes.iter_mut();
            for attribute in attributes.filter(|attribute| is_content(attribute)) {
                clean_value(&mut attribute.value, rules);
            }
        } else {
            event.attributes.retain(|attribute| !is_content(attribute));
        }
    }
}

fn clean_value(value: &mut Value, rules: &ContentRules) {
    let clean = |text: &mut StringValue| {
        let fitted = fit::any(text.as_str(), rules.max_bytes, &rules.redactor);
        if fitted.text != text.as_str() {
            *text = fitted.text.into();
        }
    };
    match value {
        Value::String(text) => clean(text),
        Value::Array(Array::String(texts)) => texts.iter_mut().for_each(clean),
        _ => {}
    }
}

/// A list of the attribute's, in the conventions' form. Instructions may be a text alone.
fn read_list(attribute: Attribute, text: &str, rules: &ContentRules, keep: KeepFrom) -> Option<Fitted> {
    let conform = |element: &mut Json| match attribute {
        Attribute::InputMessages => foreign::conform_message(element, "user"),
        Attribute::OutputMessages => foreign::conform_message(element, "assistant"),
        Attribute::ToolDefinitions => foreign::conform_tool(element),
        Attribute::SystemInstructions => conform_instruction(element),
        _ => false,
    };
    let is_text = attribute == Attribute::SystemInstructions && !text.trim_start().starts_with(['[', '{']);
    if is_text && !text.is_empty() {
        let list = Json::Array(vec![text.into()]).to_string();
        return fit::list(&list, rules.max_bytes, keep, conform, &rules.redactor);
    }
    fit::list(text, rules.max_bytes, keep, conform, &rules.redactor)
}

fn conform_instruction(element: &mut Json) -> bool {
    let Json::String(text) = element else { return false };
    *element = json!({"type": "text", "content": text.as_str()});
    true
}
