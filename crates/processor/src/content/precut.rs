//! Cuts oversized content to slightly above its limit without parsing it, which bounds the work of later steps.
//!
//! It runs on the thread that ends the span. Its result is still longer than the limit, so that the final cut, after
//! redaction, cuts it and marks it. JSON stays JSON, with fewer elements or shortened strings.

use std::borrow::Cow;

use memchr::{memchr2, memrchr};

use super::form::{Form, KeepFrom};
use crate::truncate::truncated;

/// Bytes kept above the limit, so that what remains after [`whole_words`] is still above it.
const MARGIN: usize = 8_192;

/// Maximum bytes dropped before a cut to end at a blank.
const MAX_WORD: usize = 512;

/// Maximum bytes dropped before a cut that has no blank there, to end at a character that no secret contains.
const MAX_RUN: usize = 4_096;

const CUT: &str = "…";

/// `text` cut to slightly more than `max_bytes`; `None` if it is not longer.
pub(crate) fn precut(text: &str, form: Form, max_bytes: usize) -> Option<String> {
    let limit = max_bytes.saturating_add(MARGIN);
    if text.len() <= limit.saturating_add(MAX_WORD) {
        return None;
    }
    let json = text.trim_ascii();
    let is_list = json.starts_with('[') && json.ends_with(']');
    let cut = match form {
        Form::List(keep) if is_list => elements(json, keep, limit),
        Form::Any if is_list => elements(json, KeepFrom::Start, limit),
        Form::List(_) | Form::Any if json.starts_with(['{', '[']) => shorten_strings(json, limit).into_owned(),
        _ => return Some([whole_words(text, limit), CUT].concat()),
    };
    Some(closed_at(cut, limit.saturating_mul(2)))
}

/// JSON cut to about `limit` bytes after its last complete value, with its open brackets closed.
fn closed_at(mut json: String, limit: usize) -> String {
    if json.len() <= limit {
        return json;
    }
    let bytes = json.as_bytes();
    let mut open = Vec::new();
    // Up to where values are complete, and how many brackets are open there.
    let (mut complete, mut depth) = (0, 0);
    let mut at = 0;
    while let Some(byte) = bytes.get(at).filter(|_| at < limit) {
        at += 1;
        match byte {
            b'"' => at = end_of_string(bytes, at),
            b'{' | b'[' => {
                open.push(if *byte == b'{' { '}' } else { ']' });
                (complete, depth) = (at, open.len());
            }
            b'}' | b']' => {
                open.pop();
                (complete, depth) = (at, open.len());
            }
            b',' => (complete, depth) = (at - 1, open.len()),
            _ => {}
        }
    }
    json.truncate(complete);
    json.extend(open.iter().take(depth).rev());
    json
}

/// The elements of a JSON list up to and including the one that exceeds the limit.
fn elements(list: &str, keep: KeepFrom, limit: usize) -> String {
    let inner = list.get(1..list.len() - 1).unwrap_or_default();
    let kept = match keep {
        KeepFrom::Start => inner.get(..end_of_elements(inner.as_bytes(), limit)),
        KeepFrom::End => inner.get(start_of_elements(inner.as_bytes(), limit)..),
    };
    ["[", &shorten_strings(kept.unwrap_or(inner), limit), "]"].concat()
}

/// The end of the first element that reaches `limit`.
fn end_of_elements(inner: &[u8], limit: usize) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = inner.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(inner, at + 1);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' if depth == 0 && at >= limit => return at,
            _ => {}
        }
        at += 1;
    }
    inner.len()
}

/// The start of the last elements that reach `limit`. Backwards, a quote after an even number of backslashes is the
/// border of a string.
fn start_of_elements(inner: &[u8], limit: usize) -> usize {
    let mut depth = 0_usize;
    let mut end = inner.len();
    while let Some((before, byte)) = inner
        .get(..end)
        .and_then(<[u8]>::split_last)
        .map(|(last, before)| (before, last))
    {
        end -= 1;
        match byte {
            b'"' => end = start_of_string(before),
            b'}' | b']' => depth += 1,
            b'{' | b'[' => depth = depth.saturating_sub(1),
            b',' if depth == 0 && inner.len() - end > limit => return end + 1,
            _ => {}
        }
    }
    0
}

/// The position after the closing quote of the string whose text starts at `start`.
fn end_of_string(json: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(found) = json.get(at..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        if json.get(at + found) == Some(&b'"') {
            return at + found + 1;
        }
        at += found + 2;
    }
    json.len()
}

/// The position of the opening quote of the string that ends after `text`.
fn start_of_string(text: &[u8]) -> usize {
    let mut end = text.len();
    while let Some(quote) = text.get(..end).and_then(|before| memrchr(b'"', before)) {
        let before = text.get(..quote).unwrap_or_default();
        let escapes = before.iter().rev().take_while(|byte| **byte == b'\\').count();
        if escapes % 2 == 0 {
            return quote;
        }
        end = quote;
    }
    0
}

/// JSON with each string cut to `limit` bytes; other bytes are unchanged.
fn shorten_strings(json: &str, limit: usize) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let mut short = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(quote) = bytes.get(at..).and_then(|rest| memchr::memchr(b'"', rest)) {
        let start = at + quote + 1;
        at = end_of_string(bytes, start);
        let string = json.get(start..at.saturating_sub(1)).unwrap_or_default();
        if string.len() > limit {
            short.push_str(json.get(copied..start).unwrap_or_default());
            short.push_str(whole_escapes(whole_words(string, limit)));
            short.push_str(CUT);
            copied = at - 1;
        }
    }
    if copied == 0 {
        return json.into();
    }
    short.push_str(json.get(copied..).unwrap_or_default());
    short.into()
}

/// The start of `text`, cut at a blank, or at a character that secrets of known forms do not contain: the half of a
/// secret would not be recognised.
fn whole_words(text: &str, limit: usize) -> &str {
    let start = truncated(text, limit);
    // In JSON a line ends with `\n`.
    let is_blank = |character: char| character.is_whitespace() || character == '\\';
    let is_in_secrets = |character: char| character.is_ascii_alphanumeric() || "-_.~+/=:@&%".contains(character);
    let before_last = |max: usize, is_border: &dyn Fn(char) -> bool| {
        let kept = truncated(start, start.len().saturating_sub(max)).len();
        let border = start.get(kept..)?.rfind(is_border)?;
        start.get(..kept + border)
    };
    before_last(MAX_WORD, &is_blank)
        .or_else(|| before_last(MAX_RUN, &|character| !is_in_secrets(character)))
        .unwrap_or_else(|| truncated(start, start.len().saturating_sub(MAX_RUN)))
}

/// The start of a JSON string's text without a cut escape.
fn whole_escapes(text: &str) -> &str {
    // `\u` and four digits, or two of these for a surrogate pair.
    let near = text.len().saturating_sub(12);
    let Some(backslash) = text.as_bytes().get(near..).and_then(|end| memrchr(b'\\', end)) else {
        return text;
    };
    let mut start = near + backslash;
    while start > 0 && text.as_bytes().get(start - 1) == Some(&b'\\') {
        start -= 1;
    }
    text.get(..start).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const LIST: Form = Form::List(KeepFrom::End);

    #[test]
    fn content_within_the_limit_is_unchanged() {
        for form in [LIST, Form::Any, Form::Text] {
            assert_eq!(precut(&"x".repeat(4_096), form, 100), None);
        }
    }

    #[test]
    fn the_latest_messages_are_kept_and_the_result_exceeds_the_limit() {
        let messages: Vec<_> = (0..1_000)
            .map(|number| json!({"role": "user", "content": format!("{number} \"x\\ {}", "y".repeat(100))}))
            .collect();
        let cut = precut(&json!(messages).to_string(), LIST, 10_000).unwrap();
        let read: Vec<Value> = serde_json::from_str(&cut).unwrap();
        assert_eq!(read.last(), messages.last());
        assert!((10_001..20_000).contains(&cut.len()), "{}", cut.len());
        let first = precut(&json!(messages).to_string(), Form::List(KeepFrom::Start), 10_000).unwrap();
        let read: Vec<Value> = serde_json::from_str(&first).unwrap();
        assert_eq!(read.first(), messages.first());
        assert!((10_001..20_000).contains(&first.len()), "{}", first.len());
    }

    #[test]
    fn a_secret_is_never_split() {
        let secret = "sk-proj-0123456789abcdefghijklmnop";
        for shift in 0..60 {
            let text = format!("{} {secret} {}", "x".repeat(100 + MARGIN - shift), "y".repeat(9_000));
            let cut = precut(&text, Form::Text, 100).unwrap();
            assert!(!cut.contains("sk-") || cut.contains(secret), "{shift}");
        }
    }

    #[test]
    fn many_short_strings_are_bounded_and_stay_json() {
        let rows: Vec<_> = (0..6_000)
            .map(|number| json!({"user": number, "password": "pw 1", "authorization": "Token 0123"}))
            .collect();
        for form in [LIST, Form::Any] {
            let list = precut(&json!(rows).to_string(), form, 1_000).unwrap();
            assert!(serde_json::from_str::<Vec<Value>>(&list).unwrap().len() > 10);
            let object = precut(&json!({"rows": rows}).to_string(), form, 1_000).unwrap();
            assert_eq!(serde_json::from_str::<Value>(&object).unwrap()["rows"][0]["user"], 0);
            for cut in [list, object] {
                assert!((1_001..2 * (1_000 + MARGIN) + 64).contains(&cut.len()), "{}", cut.len());
            }
        }
    }

    #[test]
    fn a_secret_in_a_list_without_blanks_is_never_split() {
        let secret = "sk-proj-0123456789abcdefghijklmnop";
        let secrets = [secret; 1_000].join(",");
        for max_bytes in 100..200 {
            let cut = precut(&secrets, Form::Text, max_bytes).unwrap();
            let last = cut.trim_end_matches(CUT).rsplit(',').next().unwrap();
            assert_eq!(last, secret, "{max_bytes}");
        }
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            any::<i64>().prop_map(Value::from),
            "[\\PC\"\\\\\n]{0,60}".prop_map(Value::from)
        ];
        leaf.prop_recursive(3, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(".{0,8}", inner, 0..6).prop_map(|map| map.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn borders_of_elements_are_found_from_both_ends(items in prop::collection::vec(any_json(), 1..9), limit in 0_usize..300) {
            let list = Value::from(items.clone()).to_string();
            for keep in [KeepFrom::Start, KeepFrom::End] {
                let read: Vec<Value> = serde_json::from_str(&elements(&list, keep, limit.max(70))).unwrap();
                let same = match keep {
                    KeepFrom::Start => &items[..read.len()],
                    KeepFrom::End => &items[items.len() - read.len()..],
                };
                prop_assert_eq!(read.len(), same.len());
            }
        }

        #[test]
        fn json_closed_at_any_length_is_json(value in any_json(), limit in 1_usize..200) {
            let text = value.to_string();
            let is_container = text.starts_with(['{', '[']);
            let closed = closed_at(text, limit);
            if is_container {
                prop_assert!(serde_json::from_str::<Value>(&closed).is_ok(), "{}", closed);
            }
        }

        #[test]
        fn json_with_shortened_strings_is_json(value in any_json(), limit in 1_usize..40) {
            let text = value.to_string();
            let short = shorten_strings(&text, limit);
            prop_assert!(serde_json::from_str::<Value>(&short).is_ok(), "{}", short);
        }

        #[test]
        fn any_text_is_cut_without_a_panic(text in ".{0,400}", limit in 0_usize..200) {
            shorten_strings(&text, limit);
            elements(&format!("[{text}]"), KeepFrom::End, limit);
            elements(&format!("[{text}]"), KeepFrom::Start, limit);
            prop_assert!(whole_words(&text, limit).len() <= limit);
        }
    }
}
