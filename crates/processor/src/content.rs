//! Content of messages, tools and documents: redacted, cut to a size limit, exported by policy.

mod capture;
mod event;
pub(crate) mod form;
mod limit;
mod precut;
mod redact;

use opentelemetry::{Array, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_semconv::dialect::Structure;
use tracing_genai_semconv::{Attribute, Meaning, is_generic, meaning, own};

use crate::foreign;
use crate::operation::Operation;
use crate::unread::Unread;
use form::{CONTENT, Form, form_of, is_content, text_of};
use limit::LimitedText;
use precut::precut;

pub use crate::secrets::REDACTED;
pub use capture::{CAPTURE_VARIABLE, ContentCapture, ContentPolicy, EventEmission};
pub(crate) use event::EmitEvent;
pub use redact::RedactText;
pub(crate) use redact::Redactor;

/// Settings of the content stage.
#[derive(Debug)]
pub(crate) struct ContentRules {
    pub(crate) policy: ContentPolicy,
    pub(crate) redactor: Redactor,
    /// Maximum bytes of one attribute.
    pub(crate) max_bytes: usize,
    pub(crate) emission: EventEmission,
    pub(crate) event: Option<EmitEvent>,
}

/// Default maximum bytes of one attribute.
const DEFAULT_MAX_BYTES: usize = 32 * 1024;

impl Default for ContentRules {
    fn default() -> Self {
        Self {
            policy: ContentPolicy::from_environment(),
            redactor: Redactor::default(),
            max_bytes: DEFAULT_MAX_BYTES,
            emission: EventEmission::default(),
            event: None,
        }
    }
}

/// Cuts content far above its limit, which bounds the queue's memory and the work of redaction.
pub(crate) fn precut_content(span: &mut SpanData, rules: &ContentRules) {
    let mut cut = Vec::new();
    let is_long = |attribute: &KeyValue| match &attribute.value {
        Value::String(text) => text.as_str().len() > rules.max_bytes,
        Value::Array(Array::String(texts)) => {
            let lengths = texts.iter().map(|text| text.as_str().len());
            lengths.sum::<usize>() > rules.max_bytes
        }
        _ => false,
    };
    if !span.attributes.iter().any(is_long) && span.events.events.is_empty() {
        return;
    }
    let is_openinference = span
        .attributes
        .iter()
        .any(|attribute| attribute.key.as_str().starts_with("openinference."));
    for attribute in span.attributes.iter_mut().filter(|attribute| is_long(attribute)) {
        if let Some(name) = precut_attribute(attribute, is_openinference, rules) {
            cut.push(StringValue::from(name));
        }
    }
    if !cut.is_empty() {
        note_cut(span, cut);
    }
    for event in &mut span.events.events {
        let is_genai_event = event.name.starts_with("gen_ai.");
        for attribute in event.attributes.iter_mut().filter(|attribute| is_long(attribute)) {
            if !precut_event_attribute(attribute, is_genai_event, rules) {
                precut_attribute(attribute, false, rules);
            }
        }
    }
}

/// Notes names of cut attributes on the span, beside those that another processor of ours noted.
fn note_cut(span: &mut SpanData, mut cut: Vec<StringValue>) {
    let mut attributes = span.attributes.iter_mut();
    match attributes.find(|attribute| attribute.key.as_str() == own::CONTENT_CUT) {
        Some(KeyValue {
            value: Value::Array(Array::String(names)),
            ..
        }) => {
            cut.retain(|name| !names.contains(name));
            names.append(&mut cut);
        }
        Some(other) => other.value = Value::Array(Array::String(cut)),
        None => span
            .attributes
            .push(KeyValue::new(own::CONTENT_CUT, Value::Array(Array::String(cut)))),
    }
}

/// Cuts an attribute that holds content on a GenAI event alone; whether it is one.
fn precut_event_attribute(attribute: &mut KeyValue, is_genai_event: bool, rules: &ContentRules) -> bool {
    let is_content = is_genai_event && is_event_content(attribute.key.as_str());
    if is_content {
        precut_value(&mut attribute.value, Form::Any, rules);
    }
    is_content
}

/// Whether an attribute of a GenAI event with this name holds content.
fn is_event_content(name: &str) -> bool {
    matches!(name, "content" | "message" | "tool_calls" | "gen_ai.event.content")
}

/// Cuts the attribute if it is content above the limit; returns the name to note as cut.
fn precut_attribute(attribute: &mut KeyValue, is_openinference: bool, rules: &ContentRules) -> Option<String> {
    let name = attribute.key.as_str();
    let (of, form) = match meaning(name) {
        // Such names may be a service's own.
        Some(_) if !is_openinference && is_generic(name) => return None,
        Some(Meaning::Attribute(spelling)) => (spelling.attribute.name(), form_of(spelling.attribute)?),
        Some(Meaning::Structure(Structure::Messages(of))) => (of.name(), form_of(of)?),
        Some(Meaning::Structure(structure)) if structure.is_content() => (name, Form::Any),
        Some(Meaning::Element(list)) => (list.of.name(), Form::Any),
        _ => return None,
    };
    let of = of.to_owned();
    precut_value(&mut attribute.value, form, rules).then_some(of)
}

/// Cuts a text, or a list of texts, which becomes one of JSON; whether it was too long.
fn precut_value(value: &mut Value, form: Form, rules: &ContentRules) -> bool {
    let short = text_of(value).and_then(|text| precut(&text, form, rules.max_bytes));
    let is_cut = short.is_some();
    if let Some(short) = short {
        *value = Value::from(short);
    }
    is_cut
}

/// Redacts and cuts the operation's content, and removes what `rules` export nowhere.
pub(crate) fn clean_content(operation: &mut Operation<'_>, rules: &ContentRules) {
    let capture = rules.policy.export();
    if has_content(operation) {
        if capture == Some(ContentCapture::NoContent) {
            remove_content(operation);
        } else {
            clean(operation, rules);
        }
    }
    if operation.found.has_leftovers {
        clean_leftovers(operation, rules, capture.is_none_or(ContentCapture::is_on_span));
    }
}

/// Emits the operation's event, and removes content from its span, by `rules`.
pub(crate) fn export_content(operation: &mut Operation<'_>, rules: &ContentRules) {
    let capture = rules.policy.export();
    let is_on_event = capture.is_some_and(ContentCapture::is_on_event);
    if let Some(event) = &rules.event
        && match rules.emission {
            EventEmission::WithContent => is_on_event,
            EventEmission::Always => true,
            EventEmission::Never => false,
        }
        && operation.is_model_call()
    {
        event.emit(operation, is_on_event);
    }
    if capture.is_some_and(|capture| !capture.is_on_span()) && has_content(operation) {
        remove_content(operation);
    }
}

fn has_content(operation: &Operation<'_>) -> bool {
    CONTENT.iter().any(|(attribute, _)| operation.has(*attribute))
}

/// Removes all content of a span whose stages panicked: unredacted content must not be exported.
pub(crate) fn remove_unredacted(operation: &mut Operation<'_>) {
    let is_unredacted = |attribute: &KeyValue| {
        let name = attribute.key.as_str();
        let spelling = Attribute::from_name(name);
        spelling.is_some_and(|spelling| is_content(spelling.attribute)) || foreign::is_foreign(name, true)
    };
    let span = &mut *operation.span;
    span.attributes.retain(|attribute| !is_unredacted(attribute));
    for event in &mut span.events.events {
        let is_genai_event = event.name.starts_with("gen_ai.");
        event
            .attributes
            .retain(|attribute| !is_genai_event && !is_unredacted(attribute));
    }
    operation.index_attributes();
}

fn remove_content(operation: &mut Operation<'_>) {
    for (attribute, _) in CONTENT {
        operation.remove(attribute);
    }
    operation.take_own(own::CONTENT_CUT);
}

fn clean(operation: &mut Operation<'_>, rules: &ContentRules) {
    let mut cut = match operation.take_own(own::CONTENT_CUT).map(|cut| cut.value) {
        Some(Value::Array(Array::String(names))) => names,
        _ => Vec::new(),
    };
    for (attribute, form) in CONTENT {
        let Some(text) = operation.value(attribute).and_then(text_of) else {
            continue;
        };
        let text = &*text;
        let limited = match form {
            Form::List(keep) => limit::list(text, rules.max_bytes, keep, &rules.redactor),
            Form::Any => Some(limit::any(text, rules.max_bytes, &rules.redactor)),
            Form::Text => Some(limit::plain(text, rules.max_bytes, &rules.redactor)),
        };
        let is_read = limited.is_some();
        let LimitedText { text, is_cut } =
            limited.unwrap_or_else(|| limit::plain(text, rules.max_bytes, &rules.redactor));
        if !is_read {
            operation.unread.add(attribute, Unread::Json);
        }
        if is_cut && !cut.iter().any(|name| name.as_str() == attribute.name()) {
            cut.push(StringValue::from(attribute.name()));
        }
        operation.set(attribute, text);
    }
    cut.retain(|name| operation.has_name(name.as_str()));
    if !cut.is_empty() {
        operation.write(own::CONTENT_CUT, Value::Array(Array::String(cut)));
    }
}

/// Redacts and cuts attributes that stay in another dialect's form.
fn clean_leftovers(operation: &mut Operation<'_>, rules: &ContentRules, stays: bool) {
    let is_openinference = operation.found.is_openinference;
    let is_leftover = |attribute: &KeyValue| foreign::is_foreign(attribute.key.as_str(), is_openinference);
    if !stays {
        let holds_content = |attribute: &KeyValue| foreign::holds_content(attribute.key.as_str(), is_openinference);
        operation.span.attributes.retain(|attribute| !holds_content(attribute));
        operation.index_attributes();
    }
    let attributes = operation.span.attributes.iter_mut();
    for attribute in attributes.filter(|attribute| is_leftover(attribute)) {
        clean_value(&mut attribute.value, rules, rules.max_bytes);
    }
}

/// Whether an attribute of an event holds content: the conventions before 1.37, OpenLIT until 1.36.
pub(crate) fn holds_event_content(name: &str, is_genai_event: bool, is_openinference: bool) -> bool {
    let is_current = Attribute::from_name(name).is_some_and(|spelling| is_content(spelling.attribute));
    is_current || foreign::holds_content(name, is_openinference) || (is_genai_event && is_event_content(name))
}

/// Redacts a text or a list of texts, and cuts each to `max_bytes`.
pub(crate) fn clean_value(value: &mut Value, rules: &ContentRules, max_bytes: usize) {
    let clean = |text: &mut StringValue| {
        let limited = limit::any(text.as_str(), max_bytes, &rules.redactor);
        if limited.text != text.as_str() {
            *text = limited.text.into();
        }
    };
    match value {
        Value::String(text) => clean(text),
        Value::Array(Array::String(texts)) => texts.iter_mut().for_each(clean),
        _ => {}
    }
}
