//! Redacts every field of a span that leaves: names, status, attributes, events and links. Content has its own stage.

use std::borrow::Cow;

use opentelemetry::trace::{Event, Link, Status};
use opentelemetry::{Array, Key, KeyValue, StringValue, Value};
use tracing_genai_semconv::{Attribute, error_type, own};

use crate::content::form::CONTENT;
use crate::content::{ContentCapture, ContentRules, Redactor, clean_value, holds_event_content};
use crate::field_bounds::{MAX_ERROR_TEXT_BYTES, MAX_NAME_BYTES, MAX_VALUE_BYTES, cut_name, cut_value, max_bytes};
use crate::operation::Operation;
use crate::secrets::{REDACTED, names_secret, redact_secrets};
use crate::truncate::ellipsed;

/// What the text of an error is kept of where a span must not have content: it may quote the prompt, but these are the
/// words of operating systems and their libraries.
const PLAIN_CAUSES: [&str; 12] = [
    "connection refused",
    "connection reset",
    "connection closed",
    "connection aborted",
    "broken pipe",
    "host unreachable",
    "network unreachable",
    "no route to host",
    "dns error",
    "timed out",
    "unexpected end of file",
    "certificate",
];

/// Redacts the fields of `operation`'s span, and cuts them to their bounds.
///
/// Secrets of known forms are redacted everywhere; the user's redactor is asked about texts, not about names and ids.
/// Where content must not stand on spans, the texts of errors don't either.
pub(crate) fn redact_fields(operation: &mut Operation<'_>, rules: &ContentRules) {
    let has_content = rules.policy.export().is_none_or(ContentCapture::is_on_span);
    let redactor = &rules.redactor;
    if !has_content {
        remove_error_texts(operation);
    }
    // Content under other names has its own, earlier cut.
    let max_bytes = rules.max_bytes.max(MAX_VALUE_BYTES);
    redact_attributes(operation, redactor, max_bytes);
    let is_openinference = operation.found.is_openinference;
    let span = &mut *operation.span;
    redact_name(&mut span.name);
    if let Status::Error { description } = &mut span.status {
        redact_description(description, redactor, has_content);
    }
    for event in &mut span.events.events {
        redact_event(event, rules, has_content, is_openinference);
    }
    span.links.links.iter_mut().for_each(redact_link);
}

/// Redacts a span whose stages panicked, without the user's redactor: texts that it should have seen are removed.
pub(crate) fn remove_unredacted_texts(operation: &mut Operation<'_>) {
    let builtin = Redactor::default();
    let span = &mut *operation.span;
    span.attributes
        .retain(|attribute| !is_error_text(attribute.key.as_str()));
    if let Status::Error { description } = &mut span.status {
        *description = Cow::Borrowed("");
    }
    for event in &mut span.events.events {
        let is_text = |value: &Value| matches!(value, Value::String(_) | Value::Array(Array::String(_)));
        let is_kept = |attribute: &KeyValue| attribute.key.as_str() == EXCEPTION_TYPE || !is_text(&attribute.value);
        event.attributes.retain(is_kept);
        redact_name(&mut event.name);
        event
            .attributes
            .iter_mut()
            .for_each(|attribute| redact_attribute(attribute, &builtin, MAX_VALUE_BYTES));
    }
    span.links.links.iter_mut().for_each(redact_link);
    redact_name(&mut span.name);
    operation.index_attributes();
    redact_attributes(operation, &builtin, MAX_VALUE_BYTES);
}

fn redact_attributes(operation: &mut Operation<'_>, redactor: &Redactor, max_bytes: usize) {
    let content = CONTENT.map(|(attribute, _)| operation.position(attribute));
    let known = operation.known_positions();
    let mut has_long_name = false;
    for (position, attribute) in operation.span.attributes.iter_mut().enumerate() {
        let (is_long, is_list) = match &attribute.value {
            Value::String(text) => (text.as_str().len() > MAX_NAME_BYTES, false),
            value => (false, matches!(value, Value::Array(_))),
        };
        // Content has been redacted and cut.
        if (is_long || is_list) && content.contains(&Some(position)) {
            continue;
        }
        has_long_name |= is_long;
        // The names of known attributes hold and name no secret. Those of costs are this processor's own.
        let is_known = known.unbounded_shr(u32::try_from(position).unwrap_or(u32::MAX)) & 1 == 1
            || attribute.key.as_str().starts_with(own::COST_PREFIX);
        if is_known && !is_error_text(attribute.key.as_str()) {
            redact_value(&mut attribute.value);
            cut_value(&mut attribute.value, max_bytes);
        } else {
            redact_attribute(attribute, redactor, max_bytes);
        }
    }
    if has_long_name {
        cut_names(operation);
    }
}

/// Cuts known attributes that are names.
fn cut_names(operation: &mut Operation<'_>) {
    for attribute in Attribute::ALL {
        let max = max_bytes(*attribute);
        if max < MAX_VALUE_BYTES
            && let Some(position) = operation.position(*attribute)
            && let Some(found) = operation.span.attributes.get_mut(position)
        {
            cut_value(&mut found.value, max);
        }
    }
}

fn redact_attribute(attribute: &mut KeyValue, redactor: &Redactor, max_bytes: usize) {
    let is_secret = names_secret(attribute.key.as_str());
    match &mut attribute.value {
        Value::String(text) if is_secret => *text = REDACTED.into(),
        Value::Array(texts @ Array::String(_)) if is_secret => *texts = Array::String(vec![REDACTED.into()]),
        Value::String(text) => match ErrorText::of(attribute.key.as_str()) {
            Some(of) => redact_error_text(text, redactor, of),
            None => redact_text(text),
        },
        value => redact_value(value),
    }
    cut_value(&mut attribute.value, max_bytes);
    redact_key(&mut attribute.key);
}

fn redact_value(value: &mut Value) {
    match value {
        Value::String(text) => redact_text(text),
        Value::Array(Array::String(texts)) => texts.iter_mut().for_each(redact_text),
        _ => {}
    }
}

fn redact_text(text: &mut StringValue) {
    if let Cow::Owned(redacted) = redact_secrets(text.as_str()) {
        *text = redacted.into();
    }
}

fn redact_key(key: &mut Key) {
    let name = key.as_str();
    if let Cow::Owned(redacted) = redact_secrets(name) {
        *key = Key::from(redacted);
    }
    if key.as_str().len() > MAX_NAME_BYTES {
        let mut name = Cow::Owned(key.as_str().to_owned());
        cut_name(&mut name, MAX_NAME_BYTES);
        *key = Key::from(name.into_owned());
    }
}

fn redact_name(name: &mut Cow<'static, str>) {
    if let Cow::Owned(redacted) = redact_secrets(name) {
        *name = Cow::Owned(redacted);
    }
    cut_name(name, MAX_NAME_BYTES);
}

const EXCEPTION_TYPE: &str = Attribute::ExceptionType.name();

/// The ends of names of an error's message, of the conventions and of Langfuse.
const MESSAGES: [&str; 4] = ["exception.message", "error.message", "error_message", "status_message"];

/// The ends of names of longer texts about an error, or about an answer.
const LONG_TEXTS: [&str; 4] = [
    "exception.stacktrace",
    "error.stack",
    "error.stacktrace",
    "gen_ai.evaluation.explanation",
];

/// A text about an error.
#[derive(Clone, Copy)]
enum ErrorText {
    Message,
    /// A stack trace, or an evaluation's reasons.
    Long,
    /// The value of `error.type` as it came.
    Type,
}

impl ErrorText {
    fn of(name: &str) -> Option<Self> {
        // Fast path: the last letter rules out most names.
        match name.as_bytes().last() {
            Some(b'e') if name == own::ERROR_TYPE => Some(Self::Type),
            Some(b'e' | b'k' | b'n' | b'r') => {
                let ends_with = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
                let is_message = matches!(name, "error" | "err") || ends_with(&MESSAGES);
                is_message
                    .then_some(Self::Message)
                    .or(ends_with(&LONG_TEXTS).then_some(Self::Long))
            }
            _ => None,
        }
    }

    const fn max_bytes(self) -> usize {
        match self {
            Self::Message => MAX_ERROR_TEXT_BYTES,
            Self::Long => MAX_VALUE_BYTES,
            Self::Type => MAX_NAME_BYTES,
        }
    }
}

fn is_error_text(name: &str) -> bool {
    ErrorText::of(name).is_some()
}

fn redact_error_text(text: &mut StringValue, redactor: &Redactor, of: ErrorText) {
    if let Some(redacted) = redacted_error(text.as_str(), redactor, of.max_bytes()) {
        *text = redacted.into();
    }
}

/// The redacted and cut text of an error; `None` if nothing changed.
fn redacted_error(text: &str, redactor: &Redactor, max_bytes: usize) -> Option<String> {
    let redacted = redactor.error(text);
    let text = redacted.as_deref().unwrap_or(text);
    if text.len() > max_bytes {
        return Some(ellipsed(text, max_bytes));
    }
    redacted
}

fn redact_description(description: &mut Cow<'static, str>, redactor: &Redactor, has_content: bool) {
    if !has_content {
        *description = Cow::Borrowed(plain_cause(description));
    } else if let Some(redacted) = redacted_error(description, redactor, MAX_ERROR_TEXT_BYTES) {
        *description = Cow::Owned(redacted);
    }
}

/// What of an error's text may stand where content must not: a known error's word, or a plain cause.
fn plain_cause(text: &str) -> &'static str {
    let lower = text.to_ascii_lowercase();
    let cause = PLAIN_CAUSES.iter().find(|cause| lower.contains(**cause));
    error_type::known(text).or(cause.copied()).unwrap_or_default()
}

/// Removes the texts of errors from a span that must not have content.
fn remove_error_texts(operation: &mut Operation<'_>) {
    let attributes = &mut operation.span.attributes;
    let before = attributes.len();
    attributes.retain(|attribute| !is_removed_text(attribute));
    if attributes.len() < before {
        operation.index_attributes();
    }
}

/// Whether an attribute is an error's text that is more than a word.
fn is_removed_text(attribute: &KeyValue) -> bool {
    let name = attribute.key.as_str();
    let is_text = matches!(attribute.value, Value::String(_) | Value::Array(Array::String(_)));
    is_text && is_error_text(name) && !(name == own::ERROR_TYPE && error_type::is_local_name(&attribute.value.as_str()))
}

fn redact_event(event: &mut Event, rules: &ContentRules, has_content: bool, is_openinference: bool) {
    let is_genai_event = event.name.starts_with("gen_ai.");
    let is_content = |name: &str| holds_event_content(name, is_genai_event, is_openinference);
    redact_name(&mut event.name);
    if !has_content {
        let is_removed = |attribute: &KeyValue| is_removed_text(attribute) || is_content(attribute.key.as_str());
        event.attributes.retain(|attribute| !is_removed(attribute));
    }
    for attribute in &mut event.attributes {
        let name = attribute.key.as_str();
        let is_text = matches!(attribute.value, Value::String(_));
        if is_content(name) {
            clean_value(&mut attribute.value, rules, rules.max_bytes);
        } else if name != EXCEPTION_TYPE && !names_secret(name) && !(is_text && is_error_text(name)) {
            clean_value(&mut attribute.value, rules, MAX_VALUE_BYTES);
        }
        redact_attribute(attribute, &rules.redactor, rules.max_bytes.max(MAX_VALUE_BYTES));
    }
}

fn redact_link(link: &mut Link) {
    for attribute in &mut link.attributes {
        redact_attribute(attribute, &Redactor::default(), MAX_VALUE_BYTES);
    }
}
