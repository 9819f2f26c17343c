//! Redacts every field of a span that leaves: names, status, attributes, events and links. Content has its own stage.

use std::borrow::Cow;

use opentelemetry::trace::{Event, Link, SpanContext, Status, TraceState};
use opentelemetry::{Array, Key, KeyValue, StringValue, Value};
use tracing_genai_semconv::{Attribute, own};

use crate::content::form::CONTENT;
use crate::content::{ContentCapture, ContentRules, Redactor, clean_value, holds_event_content};
use crate::distinct_keys::change_each;
use crate::error_text::{ErrorText, is_error_text, plain_cause, redacted_error, remove_texts, remove_texts_with_types};
use crate::field_bounds::{MAX_ERROR_TEXT_BYTES, MAX_NAME_BYTES, MAX_VALUE_BYTES, cut_name, cut_value, max_bytes};
use crate::operation::Operation;
use crate::secrets::{REDACTED, names_secret, redact_secrets};
use crate::truncate::truncated;

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
    redact_trace_state(&mut span.span_context);
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
    remove_texts_with_types(&mut span.attributes);
    if let Status::Error { description } = &mut span.status {
        *description = Cow::Borrowed("");
    }
    for event in &mut span.events.events {
        let is_text = |value: &Value| matches!(value, Value::String(_) | Value::Array(Array::String(_)));
        let is_kept = |attribute: &KeyValue| attribute.key.as_str() == EXCEPTION_TYPE || !is_text(&attribute.value);
        event.attributes.retain(is_kept);
        redact_name(&mut event.name);
        change_each(&mut event.attributes, |_, attribute| {
            redact_attribute(attribute, &builtin, MAX_VALUE_BYTES)
        });
    }
    span.links.links.iter_mut().for_each(redact_link);
    redact_trace_state(&mut span.span_context);
    redact_name(&mut span.name);
    operation.index_attributes();
    redact_attributes(operation, &builtin, MAX_VALUE_BYTES);
}

fn redact_attributes(operation: &mut Operation<'_>, redactor: &Redactor, max_bytes: usize) {
    let content = CONTENT.map(|(attribute, _)| operation.position(attribute));
    let known = operation.known_positions();
    let mut has_long_name = false;
    change_each(&mut operation.span.attributes, |position, attribute| {
        let (is_long, is_list) = match &attribute.value {
            Value::String(text) => (text.as_str().len() > MAX_NAME_BYTES, false),
            value => (false, matches!(value, Value::Array(_))),
        };
        // Content has been redacted and cut.
        if (is_long || is_list) && content.contains(&Some(position)) {
            return false;
        }
        has_long_name |= is_long;
        // The names of known attributes hold and name no secret. Those of costs are this processor's own.
        let is_known = known.unbounded_shr(u32::try_from(position).unwrap_or(u32::MAX)) & 1 == 1
            || attribute.key.as_str().starts_with(own::COST_PREFIX);
        if is_known && !is_error_text(attribute.key.as_str()) {
            redact_value(&mut attribute.value);
            cut_value(&mut attribute.value, max_bytes);
            false
        } else {
            redact_attribute(attribute, redactor, max_bytes)
        }
    });
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

/// Redacts and cuts an attribute; returns whether its key changed.
fn redact_attribute(attribute: &mut KeyValue, redactor: &Redactor, max_bytes: usize) -> bool {
    let name = attribute.key.as_str();
    match &mut attribute.value {
        value @ (Value::String(_) | Value::I64(_) | Value::F64(_)) if names_secret(name) => *value = REDACTED.into(),
        Value::Array(texts @ Array::String(_)) if names_secret(name) => *texts = Array::String(vec![REDACTED.into()]),
        value => match ErrorText::of(name) {
            Some(of) => of.redact(value, redactor),
            None => redact_value(value),
        },
    }
    cut_value(&mut attribute.value, max_bytes);
    redact_key(&mut attribute.key)
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

/// Redacts and cuts a key; returns whether it changed.
fn redact_key(key: &mut Key) -> bool {
    let redacted = redact_secrets(key.as_str());
    let kept = truncated(&redacted, MAX_NAME_BYTES);
    if kept.len() == key.as_str().len() && matches!(redacted, Cow::Borrowed(_)) {
        return false;
    }
    let kept = Key::from(kept.to_owned());
    *key = kept;
    true
}

fn redact_name(name: &mut Cow<'static, str>) {
    if let Cow::Owned(redacted) = redact_secrets(name) {
        *name = Cow::Owned(redacted);
    }
    cut_name(name, MAX_NAME_BYTES);
}

const EXCEPTION_TYPE: &str = Attribute::ExceptionType.name();

fn redact_description(description: &mut Cow<'static, str>, redactor: &Redactor, has_content: bool) {
    if !has_content {
        *description = Cow::Borrowed(plain_cause(description));
    } else if let Some(redacted) = redacted_error(description, redactor, MAX_ERROR_TEXT_BYTES) {
        *description = Cow::Owned(redacted);
    }
}

/// Removes the texts of errors from a span that must not have content.
fn remove_error_texts(operation: &mut Operation<'_>) {
    let attributes = &mut operation.span.attributes;
    if remove_texts(attributes) {
        operation.index_attributes();
    }
}

fn redact_event(event: &mut Event, rules: &ContentRules, has_content: bool, is_openinference: bool) {
    let is_genai_event = event.name.starts_with("gen_ai.");
    let is_content = |name: &str| holds_event_content(name, is_genai_event, is_openinference);
    redact_name(&mut event.name);
    if !has_content {
        remove_texts(&mut event.attributes);
        event.attributes.retain(|attribute| !is_content(attribute.key.as_str()));
    }
    change_each(&mut event.attributes, |_, attribute| {
        let name = attribute.key.as_str();
        if is_content(name) {
            clean_value(&mut attribute.value, rules, rules.max_bytes);
        } else if name != EXCEPTION_TYPE && !names_secret(name) && !is_error_text(name) {
            clean_value(&mut attribute.value, rules, MAX_VALUE_BYTES);
        }
        redact_attribute(attribute, &rules.redactor, rules.max_bytes.max(MAX_VALUE_BYTES))
    });
}

fn redact_link(link: &mut Link) {
    redact_trace_state(&mut link.span_context);
    change_each(&mut link.attributes, |_, attribute| {
        redact_attribute(attribute, &Redactor::default(), MAX_VALUE_BYTES)
    });
}

/// Redacts the trace state of a span that is exported, which a remote parent may have sent. What is propagated is not
/// this copy.
fn redact_trace_state(context: &mut SpanContext) {
    if *context.trace_state() == TraceState::NONE {
        return;
    }
    let header = context.trace_state().header();
    let has_secret = |(name, value): &(&str, &str)| {
        names_secret(name) || redact_secrets(value) != *value || redact_secrets(name) != *name
    };
    let members = || header.split(',').filter_map(|member| member.split_once('='));
    if !members().any(|member| has_secret(&member)) && redact_secrets(&header) == header {
        return;
    }
    let kept = members().filter(|member| !has_secret(member));
    let kept = TraceState::from_key_value(kept).ok();
    // A name and a value that are a secret only together.
    let kept = kept.filter(|kept| redact_secrets(&kept.header()) == kept.header());
    *context = SpanContext::new(
        context.trace_id(),
        context.span_id(),
        context.trace_flags(),
        context.is_remote(),
        kept.unwrap_or_default(),
    );
}
