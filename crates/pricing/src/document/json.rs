//! Parses JSON into the document model, level by level.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::node::{Flaw, Lines, MAX_DEPTH, Node, Value, clipped};

/// Parses JSON.
///
/// # Errors
///
/// [`Flaw`] for invalid JSON, a duplicate key in a table, and nesting deeper than 64 values.
pub(crate) fn json(text: &str) -> Result<Node<'_>, Flaw> {
    let reader = Reader {
        start: text.as_ptr() as usize,
        lines: Lines::of(text),
    };
    let root: &RawValue =
        serde_json::from_str(text).map_err(|error| Flaw::new(error.line().max(1), message(&error)))?;
    reader.node(root, MAX_DEPTH)
}

struct Reader {
    /// The address of the text: every raw value is a slice of it, so its address gives its line.
    start: usize,
    lines: Lines,
}

/// A key or a text: a slice of the input unless it contains escapes.
#[derive(Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// The entries of an object in their order, duplicates included.
struct Object<'a>(Vec<(Text<'a>, &'a RawValue)>);

impl Reader {
    fn node<'a>(&self, raw: &'a RawValue, depth: usize) -> Result<Node<'a>, Flaw> {
        let text = raw.get();
        let line = self.lines.at((text.as_ptr() as usize).wrapping_sub(self.start));
        let deeper = || {
            depth
                .checked_sub(1)
                .ok_or_else(|| Flaw::new(line, format!("nested deeper than {MAX_DEPTH} values")))
        };
        let value = match text.bytes().next() {
            Some(b'{') => self.table(read(text, line)?, deeper()?)?,
            Some(b'[') => {
                let depth = deeper()?;
                let values: Vec<&RawValue> = read(text, line)?;
                let nodes = values.into_iter().map(|value| self.node(value, depth));
                Value::List(nodes.collect::<Result<_, _>>()?)
            }
            Some(b'"') => Value::Text(read::<Text<'_>>(text, line)?.0),
            Some(b't' | b'f') => Value::Bool(read(text, line)?),
            Some(b'n') => Value::Null,
            _ => Value::Number(text.into()),
        };
        Ok(Node { line, value })
    }

    fn table<'a>(&self, object: Object<'a>, depth: usize) -> Result<Value<'a>, Flaw> {
        let mut keys = HashSet::with_capacity(object.0.len());
        for (Text(key), value) in &object.0 {
            if !keys.insert(&**key) {
                let line = self.lines.at((value.get().as_ptr() as usize).wrapping_sub(self.start));
                return Err(Flaw::new(line, format!("duplicate key `{}`", clipped(key))));
            }
        }
        drop(keys);
        let entries = object.0.into_iter();
        let entries = entries.map(|(Text(key), value)| Ok((key, self.node(value, depth)?)));
        Ok(Value::Table(entries.collect::<Result<_, _>>()?))
    }
}

/// Parses one value, valid JSON except possibly for its escapes.
fn read<'a, T: Deserialize<'a>>(text: &'a str, line: usize) -> Result<T, Flaw> {
    serde_json::from_str(text).map_err(|error| Flaw::new(line + error.line().saturating_sub(1), message(&error)))
}

/// The error message without its position, which is relative to the value.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let problem = text.rfind(" at line ").and_then(|end| text.get(..end));
    format!("not JSON: {}", problem.unwrap_or(&text))
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Object(entries))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text_and_values_their_line() {
        let node = json("\n {\"a\": [1.50,\n -1e-7, 123456789012345678901234567890],\n\"b\":\ntrue}").unwrap();
        let number = |line, text: &'static str| Node {
            line,
            value: Value::Number(text.into()),
        };
        assert_eq!(node.line, 2);
        let [(a, numbers), (b, truth)] = node.table().unwrap() else {
            panic!("{node:?}")
        };
        assert_eq!((&**a, &**b, truth.line, truth.bool()), ("a", "b", 5, Ok(true)));
        assert_eq!(
            numbers.list().unwrap(),
            [
                number(2, "1.50"),
                number(3, "-1e-7"),
                number(3, "123456789012345678901234567890")
            ]
        );
    }

    #[test]
    fn texts_without_escapes_are_slices_of_the_input() {
        let node = json(r#"{"plain": "caf\u00e9 \"x\"", "k\tey": "é"}"#).unwrap();
        let [(plain, first), (key, second)] = node.table().unwrap() else {
            panic!("{node:?}")
        };
        assert!(matches!(plain, Cow::Borrowed("plain")));
        assert_eq!(first.text(), Ok("café \"x\""));
        assert_eq!(key, "k\tey");
        assert!(matches!(&second.value, Value::Text(Cow::Borrowed("é"))));
    }

    #[test]
    fn a_duplicate_key_is_rejected_with_its_line() {
        let flaw = json("{\"a\": 1,\n\"b\": {\"c\": 1,\n\"\\u0063\": 2}}").unwrap_err();
        assert_eq!(flaw.to_string(), "line 3: duplicate key `c`");
    }

    #[test]
    fn invalid_json_is_rejected_with_its_line() {
        for (text, line) in [
            ("", 1),
            ("{\"a\":\n1,}", 2),
            ("[1,\n\n2", 3),
            ("[01]", 1),
            ("[NaN]", 1),
            ("[\n\"\\ud800\"]", 2),
            ("{\n\"a\": {\n\"\\ud800\": 1}}", 3),
            ("1\n2", 2),
        ] {
            let flaw = json(text).unwrap_err();
            assert_eq!(flaw.line, line, "{text:?}: {flaw}");
            assert!(flaw.problem.starts_with("not JSON: "), "{flaw}");
            assert!(!flaw.problem.contains("column"), "{flaw}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(json(&nested(MAX_DEPTH)).is_ok());
        for depth in [MAX_DEPTH + 1, 20_000] {
            let flaw = json(&nested(depth)).unwrap_err();
            assert_eq!(flaw.to_string(), "line 1: nested deeper than 64 values");
        }
    }
}
