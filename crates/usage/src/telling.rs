//! Tells the events of a stream that say something new from those that only carry content, without parsing them.

use memchr::memmem::Finder;

/// Keys of which an event must carry one to be worth parsing.
pub(crate) struct TellingKeys(Vec<Finder<'static>>);

impl TellingKeys {
    pub(crate) fn new(keys: &[&'static str]) -> Self {
        Self(keys.iter().map(|key| Finder::new(*key)).collect())
    }

    /// Whether `json` may hold one of the keys with a value other than `null`. May be wrong in favour of parsing, never
    /// against it: quotes inside of strings are escaped, so a key cannot hide.
    pub(crate) fn are_in(&self, json: &[u8]) -> bool {
        self.0.iter().any(|key| {
            let length = key.needle().len();
            key.find_iter(json).any(|place| has_value(json, place, length))
        })
    }
}

/// Whether the word at `place` is a key, and its value is not `null`.
fn has_value(json: &[u8], place: usize, length: usize) -> bool {
    let quoted = place.checked_sub(1).and_then(|before| json.get(before)) == Some(&b'"');
    let after = json.get(place + length..).unwrap_or_default();
    let Some(after) = after.strip_prefix(b"\"").filter(|_| quoted) else {
        return false;
    };
    let Some(value) = after.trim_ascii_start().strip_prefix(b":") else {
        return false;
    };
    !value.trim_ascii_start().starts_with(b"null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_when_it_has_a_value() {
        let keys = TellingKeys::new(&["usage", "error"]);
        for json in [r#"{"usage":{}}"#, r#"{"usage" : 1}"#, r#"{"usage":null,"error":"x"}"#] {
            assert!(keys.are_in(json.as_bytes()), "{json}");
        }
        for json in [
            r#"{"usage":null}"#,
            r#"{"text":"\"usage\":1"}"#,
            r#"{"a":"usage"}"#,
            r#"{"my_usage":1}"#,
            "usage",
        ] {
            assert!(!keys.are_in(json.as_bytes()), "{json}");
        }
    }
}
