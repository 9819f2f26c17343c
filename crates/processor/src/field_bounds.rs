//! The bounds of a span's fields other than content, which hold without any setting.

use std::borrow::Cow;

use opentelemetry::trace::Status;
use opentelemetry::{Array, Key, KeyValue, StringValue, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_semconv::Attribute;

use crate::truncate::{truncated, whole_words};

/// Maximum bytes of the span's name, an event's name, and an attribute's key.
pub(crate) const MAX_NAME_BYTES: usize = 256;

/// Maximum bytes of a status description and of an exception's message.
pub(crate) const MAX_ERROR_TEXT_BYTES: usize = 1_024;

/// Maximum bytes of an attribute other than content, of a span, an event or a link; an oversized one could lose its whole
/// batch.
pub(crate) const MAX_VALUE_BYTES: usize = 64 * 1_024;

/// Maximum items of an array.
const MAX_ITEMS: usize = 8_192;

/// Bytes kept above a limit until secrets are redacted: one across the cut is still of its form.
pub(crate) const MARGIN: usize = 1_024;

/// Maximum bytes of a known text attribute: models, tools and the like are names, which may become labels.
pub(crate) const fn max_bytes(attribute: Attribute) -> usize {
    match attribute {
        Attribute::OperationName
        | Attribute::ProviderName
        | Attribute::RequestModel
        | Attribute::ResponseModel
        | Attribute::OutputType
        | Attribute::AgentName
        | Attribute::AgentVersion
        | Attribute::WorkflowName
        | Attribute::ToolName
        | Attribute::ToolType
        | Attribute::PromptName
        | Attribute::PromptVersion
        | Attribute::EvaluationName
        | Attribute::EvaluationScoreLabel
        | Attribute::OpenaiApiType
        | Attribute::OpenaiRequestServiceTier
        | Attribute::OpenaiResponseServiceTier
        | Attribute::ResponseServiceTier
        | Attribute::ResponseSpeed
        | Attribute::McpMethodName
        | Attribute::RpcResponseStatusCode
        | Attribute::ErrorType
        | Attribute::ExceptionType
        | Attribute::ServerAddress
        | Attribute::ClientAddress => MAX_NAME_BYTES,
        Attribute::ExceptionMessage => MAX_ERROR_TEXT_BYTES,
        _ => MAX_VALUE_BYTES,
    }
}

/// Cuts the fields of a span that waits to somewhat above their bounds, which bounds the memory of the queue. Content
/// of at most `max_content_bytes` has had its own cut, to less than twice that and a margin.
pub(crate) fn precut_fields(span: &mut SpanData, max_content_bytes: usize) {
    let max_bytes = MAX_VALUE_BYTES.max(max_content_bytes.saturating_add(16 * MARGIN));
    precut_name(&mut span.name, MAX_NAME_BYTES + MARGIN);
    if let Status::Error { description } = &mut span.status {
        precut_name(description, MAX_ERROR_TEXT_BYTES + MARGIN);
    }
    for attribute in &mut span.attributes {
        precut_attribute(attribute, max_bytes);
    }
    for event in &mut span.events.events {
        precut_name(&mut event.name, MAX_NAME_BYTES + MARGIN);
        for attribute in &mut event.attributes {
            precut_attribute(attribute, max_bytes);
        }
    }
    for link in &mut span.links.links {
        for attribute in &mut link.attributes {
            precut_attribute(attribute, MAX_VALUE_BYTES);
        }
    }
}

fn precut_attribute(attribute: &mut KeyValue, max_bytes: usize) {
    let name = attribute.key.as_str();
    if name.len() > MAX_NAME_BYTES + MARGIN {
        attribute.key = Key::from(whole_words(name, MAX_NAME_BYTES + MARGIN).to_owned());
    }
    let max_bytes = max_bytes.saturating_mul(2);
    match &mut attribute.value {
        Value::Array(Array::String(texts)) => cut_texts(texts, max_bytes, whole_words),
        Value::String(text) => cut_text(text, max_bytes, whole_words),
        other => cut_value(other, max_bytes),
    }
}

/// Cuts a name or a description that is redacted later after a word.
fn precut_name(name: &mut Cow<'static, str>, max_bytes: usize) {
    if name.len() > max_bytes {
        *name = Cow::Owned(whole_words(name, max_bytes).to_owned());
    }
}

/// Cuts a name between characters.
pub(crate) fn cut_name(name: &mut Cow<'static, str>, max_bytes: usize) {
    if name.len() > max_bytes {
        *name = Cow::Owned(truncated(name, max_bytes).to_owned());
    }
}

/// Cuts a text between characters, and a list after the items that fit.
pub(crate) fn cut_value(value: &mut Value, max_bytes: usize) {
    match value {
        Value::String(text) => cut_text(text, max_bytes, truncated),
        Value::Array(Array::String(texts)) => cut_texts(texts, max_bytes, truncated),
        Value::Array(Array::I64(items)) => cut_items(items),
        Value::Array(Array::F64(items)) => cut_items(items),
        Value::Array(Array::Bool(items)) => cut_items(items),
        _ => {}
    }
}

/// The start of a text of at most so many bytes.
pub(crate) type Cut = fn(&str, usize) -> &str;

pub(crate) fn cut_text(text: &mut StringValue, max_bytes: usize, cut: Cut) {
    if text.as_str().len() > max_bytes {
        *text = cut(text.as_str(), max_bytes).to_owned().into();
    }
}

fn cut_texts(texts: &mut Vec<StringValue>, max_bytes: usize, cut: Cut) {
    cut_items(texts);
    let mut left = max_bytes;
    let mut fitting = 0;
    for text in texts.iter_mut() {
        let is_cut = text.as_str().len() > left;
        cut_text(text, left, cut);
        left -= text.as_str().len();
        fitting += 1;
        if is_cut || left == 0 {
            break;
        }
    }
    if fitting < texts.len() {
        texts.truncate(fitting);
        texts.shrink_to_fit();
    }
}

fn cut_items<T>(items: &mut Vec<T>) {
    if items.len() > MAX_ITEMS {
        items.truncate(MAX_ITEMS);
        items.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(value: &Value) -> Vec<&str> {
        match value {
            Value::Array(Array::String(texts)) => texts.iter().map(StringValue::as_str).collect(),
            other => vec![match other {
                Value::String(text) => text.as_str(),
                _ => "",
            }],
        }
    }

    #[test]
    fn a_list_keeps_the_items_that_fit() {
        let list =
            |items: &[&'static str]| Value::Array(Array::String(items.iter().map(|item| (*item).into()).collect()));
        for (items, max_bytes, expected) in [
            (vec!["ab", "cd"], 4, vec!["ab", "cd"]),
            (vec!["ab", "cd"], 3, vec!["ab", "c"]),
            (vec!["ab", "éé"], 3, vec!["ab", ""]),
            (vec!["", "", "a"], 1, vec!["", "", "a"]),
            (vec![], 1, vec![]),
        ] {
            let mut value = list(&items);
            cut_value(&mut value, max_bytes);
            assert_eq!(texts(&value), expected, "{items:?}");
        }
        let mut many = Value::Array(Array::I64(vec![0; MAX_ITEMS + 1]));
        cut_value(&mut many, 1);
        assert_eq!(many, Value::Array(Array::I64(vec![0; MAX_ITEMS])));
    }
}
