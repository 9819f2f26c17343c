//! Holds content to a number of bytes: on the borders of messages, and still JSON afterwards.

use serde_json::Value;
use serde_json::value::RawValue;

use super::form::{Form, KeepFrom};
use super::precut::precut;
use super::redact::Redactor;
use crate::truncate::truncated;

/// What stands where a text was cut.
const CUT: &str = "…";

/// Content that went through the redactor and fits.
#[derive(Debug, PartialEq)]
pub(crate) struct Fitted {
    pub(crate) text: String,
    pub(crate) is_cut: bool,
}

/// A JSON list without what is to be redacted, in at most `most` bytes. `None` where `text` is no JSON list.
///
/// Elements beyond the budget go whole. Where not even one fits, its texts are shortened until it does.
pub(crate) fn list(text: &str, most: usize, keep: KeepFrom, redactor: &Redactor) -> Option<Fitted> {
    let short = precut(text, Form::List(keep), most);
    let elements: Vec<&RawValue> = serde_json::from_str(short.as_deref().unwrap_or(text)).ok()?;
    let mut kept: Vec<String> = Vec::new();
    // The brackets; each element brings its comma.
    let mut left = most.saturating_sub(2);
    let mut is_full = false;
    let mut candidates: Box<dyn Iterator<Item = &&RawValue>> = match keep {
        KeepFrom::Start => Box::new(elements.iter()),
        KeepFrom::End => Box::new(elements.iter().rev()),
    };
    for element in &mut candidates {
        let mut value: Value = serde_json::from_str(element.get()).ok()?;
        // What needs no change keeps its own spacing, order and digits.
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
    Some(Fitted { text, is_cut })
}

/// Any other content: JSON stays JSON, a text is cut between characters.
pub(crate) fn any(text: &str, most: usize, redactor: &Redactor) -> Fitted {
    let short = precut(text, Form::Any, most);
    let text = short.as_deref().unwrap_or(text);
    let Some(mut value) = parsed(text) else {
        return plain(text, most, redactor);
    };
    // What needs no change keeps its own spacing and order.
    if !redactor.json(&mut value) && text.len() <= most {
        return Fitted {
            text: text.to_owned(),
            is_cut: false,
        };
    }
    let whole = value.to_string();
    if whole.len() <= most {
        return Fitted {
            text: whole,
            is_cut: short.is_some(),
        };
    }
    Fitted {
        text: shortened(value, most).unwrap_or_else(|| quoted(&whole, most)),
        is_cut: true,
    }
}

/// The start of a text as a JSON text of at most `most` bytes.
fn quoted(text: &str, most: usize) -> String {
    let mut length = most;
    loop {
        let quoted = Value::from(cut(text, length)).to_string();
        if quoted.len() <= most {
            return quoted;
        }
        if length == 0 {
            // Not even two quotes have room.
            return String::new();
        }
        length /= 2;
    }
}

/// A text without what is to be redacted, cut between characters.
pub(crate) fn plain(text: &str, most: usize, redactor: &Redactor) -> Fitted {
    let short = precut(text, Form::Text, most);
    let text = short.as_deref().unwrap_or(text);
    let redacted = redactor.text(text).unwrap_or_else(|| text.to_owned());
    let is_cut = short.is_some() || redacted.len() > most;
    Fitted {
        text: if is_cut { cut(&redacted, most) } else { redacted },
        is_cut,
    }
}

/// An object or list; a text that reads as a number is still a text.
fn parsed(text: &str) -> Option<Value> {
    text.trim_start()
        .starts_with(['{', '['])
        .then(|| serde_json::from_str(text).ok())
        .flatten()
}

/// The value as JSON of at most `most` bytes, its texts shortened. `None` where it has too many members, however short
/// they are.
fn shortened(mut value: Value, most: usize) -> Option<String> {
    let mut longest = most;
    while longest > 0 {
        longest /= 2;
        shorten(&mut value, longest);
        let text = value.to_string();
        if text.len() <= most {
            return Some(text);
        }
    }
    None
}

fn shorten(value: &mut Value, longest: usize) {
    match value {
        Value::String(text) => {
            if text.len() > longest {
                *text = cut(text, longest);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shorten(item, longest)),
        Value::Object(members) => {
            let is_blob = members.get("type").and_then(Value::as_str) == Some("blob");
            for (name, member) in members {
                match member {
                    // Half of base64 is no data; and what a part is stays readable.
                    Value::String(data) if is_blob && name == "content" && data.len() > longest => data.clear(),
                    Value::String(word) if matches!(name.as_str(), "type" | "role") && word.len() <= 64 => {}
                    member => shorten(member, longest),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn cut(text: &str, most: usize) -> String {
    if most < CUT.len() {
        return String::new();
    }
    [truncated(text, most - CUT.len()), CUT].concat()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{Fitted, KeepFrom, Redactor, Value, list, parsed, plain};

    fn fit(text: &str, most: usize, keep: KeepFrom) -> Fitted {
        list(text, most, keep, &Redactor::default()).unwrap()
    }

    #[test]
    fn what_fits_stays_and_the_oldest_messages_go_first() {
        let all = r#"[{"a":1},{"b":2},{"c":3}]"#;
        assert_eq!(fit(all, 100, KeepFrom::End).text, all);
        assert!(!fit(all, 100, KeepFrom::End).is_cut);
        let cut = fit(all, 20, KeepFrom::End);
        assert_eq!((cut.text.as_str(), cut.is_cut), (r#"[{"b":2},{"c":3}]"#, true));
        assert_eq!(fit(all, 20, KeepFrom::Start).text, r#"[{"a":1},{"b":2}]"#);
    }

    #[test]
    fn one_message_that_is_too_long_keeps_its_form_and_the_start_of_its_text() {
        let long = json!([{"role": "user", "parts": [{"type": "text", "content": "x".repeat(1000)}]}]).to_string();
        let cut = fit(&long, 200, KeepFrom::End);
        let read: Value = serde_json::from_str(&cut.text).unwrap();
        assert_eq!(read[0]["role"], "user");
        let content = read[0]["parts"][0]["content"].as_str().unwrap();
        assert!(content.starts_with("xxx") && content.ends_with('…'), "{content}");
    }

    #[test]
    fn what_is_no_list_is_said_to_be_none() {
        for text in ["", "hello", "{}", "[1, 2", r#"["a" "b"]"#] {
            assert_eq!(list(text, 100, KeepFrom::End, &Redactor::default()), None, "{text}");
        }
    }

    #[test]
    fn a_secret_across_the_cut_does_not_stay_in_half() {
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
        fn a_list_fits_and_is_json_whatever_was_in_it(
            elements in prop::collection::vec(any_json(), 0..12), most in 2_usize..400, from_end in any::<bool>(),
        ) {
            let keep = if from_end { KeepFrom::End } else { KeepFrom::Start };
            let fitted = fit(&Value::from(elements.clone()).to_string(), most, keep);
            prop_assert!(fitted.text.len() <= most, "{} > {most}", fitted.text.len());
            let read: Vec<Value> = serde_json::from_str(&fitted.text).unwrap();
            prop_assert!(read.len() <= elements.len());
            if !fitted.is_cut {
                prop_assert_eq!(read.len(), elements.len());
            }
        }

        #[test]
        fn fitting_twice_changes_nothing_more(elements in prop::collection::vec(any_json(), 0..8), most in 2_usize..300) {
            let once = fit(&Value::from(elements).to_string(), most, KeepFrom::End);
            let twice = fit(&once.text, most, KeepFrom::End);
            prop_assert_eq!(twice, Fitted { is_cut: false, ..once });
        }

        #[test]
        fn any_content_fits_and_stays_json_where_it_was(value in any_json(), most in 2_usize..200) {
            let text = value.to_string();
            let fitted = super::any(&text, most, &Redactor::default());
            prop_assert!(fitted.text.len() <= most);
            if parsed(&text).is_some() && !fitted.text.is_empty() {
                prop_assert!(serde_json::from_str::<Value>(&fitted.text).is_ok(), "{}", fitted.text);
            }
        }

        #[test]
        fn texts_are_cut_between_characters(text in ".{0,300}", most in 0_usize..200) {
            prop_assert!(plain(&text, most, &Redactor::default()).text.len() <= most);
        }
    }
}
