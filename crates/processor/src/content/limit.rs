//! Cuts content to a size limit at message borders, keeping it JSON.

use serde_json::Value;
use serde_json::value::RawValue;

use super::form::{Form, KeepFrom};
use super::precut::precut;
use super::redact::Redactor;
use crate::truncate::ellipsed as cut;

/// Redacted content within the size limit.
#[derive(Debug, PartialEq)]
pub(crate) struct LimitedText {
    pub(crate) text: String,
    pub(crate) is_cut: bool,
}

/// A redacted JSON list of at most `max_bytes` bytes; `None` if `text` is not a JSON list.
///
/// Elements above the limit are dropped whole. If the first does not fit, its texts are shortened.
pub(crate) fn list(text: &str, max_bytes: usize, keep: KeepFrom, redactor: &Redactor) -> Option<LimitedText> {
    let short = precut(text, Form::List(keep), max_bytes);
    let elements: Vec<&RawValue> = serde_json::from_str(short.as_deref().unwrap_or(text)).ok()?;
    let mut kept: Vec<String> = Vec::new();
    // Two bytes for the brackets; each element adds its comma.
    let mut left = max_bytes.saturating_sub(2);
    let mut is_full = false;
    let mut candidates: Box<dyn Iterator<Item = &&RawValue>> = match keep {
        KeepFrom::Start => Box::new(elements.iter()),
        KeepFrom::End => Box::new(elements.iter().rev()),
    };
    for element in &mut candidates {
        let mut value: Value = serde_json::from_str(element.get()).ok()?;
        // Unchanged elements keep their spacing, order and digits.
        let mut element = if redactor.json(&mut value) {
            value.to_string()
        } else {
            element.get().to_owned()
        };
        let comma = usize::from(!kept.is_empty());
        if element.len() + comma > left {
            is_full = true;
            if !kept.is_empty() {
                break;
            }
            match shortened(value, left) {
                Some(short) => element = short,
                None => break,
            }
        }
        left = left.saturating_sub(element.len() + comma);
        kept.push(element);
        if is_full {
            break;
        }
    }
    let is_cut = short.is_some() || is_full || kept.len() < elements.len();
    if keep == KeepFrom::End {
        kept.reverse();
    }
    let text = ["[", &kept.join(","), "]"].concat();
    Some(LimitedText { text, is_cut })
}

/// Redacts and cuts content that is JSON or text: JSON stays JSON, text is cut between characters.
pub(crate) fn any(text: &str, max_bytes: usize, redactor: &Redactor) -> LimitedText {
    let short = precut(text, Form::Any, max_bytes);
    let text = short.as_deref().unwrap_or(text);
    let Some(mut value) = parsed(text) else {
        return plain(text, max_bytes, redactor);
    };
    // Unchanged JSON keeps its spacing and order.
    if !redactor.json(&mut value) && text.len() <= max_bytes {
        return LimitedText {
            text: text.to_owned(),
            is_cut: false,
        };
    }
    let whole = value.to_string();
    if whole.len() <= max_bytes {
        return LimitedText {
            text: whole,
            is_cut: short.is_some(),
        };
    }
    LimitedText {
        text: shortened(value, max_bytes).unwrap_or_else(|| quoted(&whole, max_bytes)),
        is_cut: true,
    }
}

/// The start of a text as a JSON text of at most `max_bytes` bytes.
fn quoted(text: &str, max_bytes: usize) -> String {
    let mut length = max_bytes;
    loop {
        let quoted = Value::from(cut(text, length)).to_string();
        if quoted.len() <= max_bytes {
            return quoted;
        }
        if length == 0 {
            // No room for two quotes.
            return String::new();
        }
        length /= 2;
    }
}

/// Redacts a text and cuts it between characters.
pub(crate) fn plain(text: &str, max_bytes: usize, redactor: &Redactor) -> LimitedText {
    let short = precut(text, Form::Text, max_bytes);
    let text = short.as_deref().unwrap_or(text);
    let redacted = redactor.text(text).unwrap_or_else(|| text.to_owned());
    let is_cut = short.is_some() || redacted.len() > max_bytes;
    LimitedText {
        text: if is_cut { cut(&redacted, max_bytes) } else { redacted },
        is_cut,
    }
}

/// The text's JSON object or list; a number stays text.
fn parsed(text: &str) -> Option<Value> {
    text.trim_start()
        .starts_with(['{', '['])
        .then(|| serde_json::from_str(text).ok())
        .flatten()
}

/// The value as JSON of at most `max_bytes` bytes, with its texts shortened; `None` if it has too many members.
fn shortened(mut value: Value, max_bytes: usize) -> Option<String> {
    let mut max_text_bytes = max_bytes;
    while max_text_bytes > 0 {
        max_text_bytes /= 2;
        shorten(&mut value, max_text_bytes);
        let text = value.to_string();
        if text.len() <= max_bytes {
            return Some(text);
        }
    }
    None
}

fn shorten(value: &mut Value, max_text_bytes: usize) {
    match value {
        Value::String(text) => {
            if text.len() > max_text_bytes {
                *text = cut(text, max_text_bytes);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, max_text_bytes)),
        Value::Object(members) => {
            let is_blob = members.get("type").and_then(Value::as_str) == Some("blob");
            for (name, member) in members {
                match member {
                    // Cut base64 is useless, so it is removed; `type` and `role` stay readable.
                    Value::String(data) if is_blob && name == "content" && data.len() > max_text_bytes => data.clear(),
                    Value::String(word) if matches!(name.as_str(), "type" | "role") && word.len() <= 64 => {}
                    member => shorten(member, max_text_bytes),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{KeepFrom, LimitedText, Redactor, Value, list, parsed, plain};

    fn fit(text: &str, max_bytes: usize, keep: KeepFrom) -> LimitedText {
        list(text, max_bytes, keep, &Redactor::default()).unwrap()
    }

    #[test]
    fn the_oldest_messages_are_dropped_first() {
        let all = r#"[{"a":1},{"b":2},{"c":3}]"#;
        assert_eq!(fit(all, 100, KeepFrom::End).text, all);
        assert!(!fit(all, 100, KeepFrom::End).is_cut);
        let cut = fit(all, 20, KeepFrom::End);
        assert_eq!((cut.text.as_str(), cut.is_cut), (r#"[{"b":2},{"c":3}]"#, true));
        assert_eq!(fit(all, 20, KeepFrom::Start).text, r#"[{"a":1},{"b":2}]"#);
    }

    #[test]
    fn a_single_oversized_message_keeps_its_form_and_start() {
        let long = json!([{"role": "user", "parts": [{"type": "text", "content": "x".repeat(1000)}]}]).to_string();
        let cut = fit(&long, 200, KeepFrom::End);
        let read: Value = serde_json::from_str(&cut.text).unwrap();
        assert_eq!(read[0]["role"], "user");
        let content = read[0]["parts"][0]["content"].as_str().unwrap();
        assert!(content.starts_with("xxx") && content.ends_with('…'), "{content}");
    }

    #[test]
    fn other_text_is_not_a_list() {
        for text in ["", "hello", "{}", "[1, 2", r#"["a" "b"]"#] {
            assert_eq!(list(text, 100, KeepFrom::End, &Redactor::default()), None, "{text}");
        }
    }

    #[test]
    fn a_secret_across_the_cut_is_redacted() {
        let text = ["x".repeat(90), " sk-0123456789abcdefghij0123456789".to_owned()].concat();
        let cut = plain(&text, 100, &Redactor::default());
        assert!(!cut.text.contains("sk-"), "{}", cut.text);
        assert!(cut.text.len() <= 100);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,60}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(".{0,8}", inner, 0..8).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_list_fits_and_stays_json(
            elements in prop::collection::vec(any_json(), 0..12), max_bytes in 2_usize..400, from_end in any::<bool>(),
        ) {
            let keep = if from_end { KeepFrom::End } else { KeepFrom::Start };
            let limited = fit(&Value::from(elements.clone()).to_string(), max_bytes, keep);
            prop_assert!(limited.text.len() <= max_bytes, "{} > {max_bytes}", limited.text.len());
            let read: Vec<Value> = serde_json::from_str(&limited.text).unwrap();
            prop_assert!(read.len() <= elements.len());
            if !limited.is_cut {
                prop_assert_eq!(read.len(), elements.len());
            }
        }

        #[test]
        fn limiting_is_idempotent(elements in prop::collection::vec(any_json(), 0..8), max_bytes in 2_usize..300) {
            let once = fit(&Value::from(elements).to_string(), max_bytes, KeepFrom::End);
            let twice = fit(&once.text, max_bytes, KeepFrom::End);
            prop_assert_eq!(twice, LimitedText { is_cut: false, ..once });
        }

        #[test]
        fn any_content_fits_and_json_stays_json(value in any_json(), max_bytes in 2_usize..200) {
            let text = value.to_string();
            let limited = super::any(&text, max_bytes, &Redactor::default());
            prop_assert!(limited.text.len() <= max_bytes);
            if parsed(&text).is_some() && !limited.text.is_empty() {
                prop_assert!(serde_json::from_str::<Value>(&limited.text).is_ok(), "{}", limited.text);
            }
        }

        #[test]
        fn texts_are_cut_between_characters(text in ".{0,300}", max_bytes in 0_usize..200) {
            prop_assert!(plain(&text, max_bytes, &Redactor::default()).text.len() <= max_bytes);
        }
    }
}
