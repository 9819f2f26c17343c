//! Tells the events of a stream that say something new from those that only carry content, without parsing them.

use memchr::memmem::Finder;
use memchr::{memchr, memmem};

use crate::apis::NewsKeys;
use crate::reading::Reading;

/// The keys of which an event must carry one to be worth parsing.
pub(crate) struct TellingKeys {
    telling: Vec<Finder<'static>>,
    /// Told while nothing is known under them.
    id: Vec<Finder<'static>>,
    model: Vec<Finder<'static>>,
}

impl TellingKeys {
    pub(crate) fn new(keys: &NewsKeys) -> Self {
        let finders = |keys: &[&'static str]| keys.iter().map(|key| Finder::new(*key)).collect();
        Self {
            telling: finders(keys.telling),
            id: finders(keys.id),
            model: finders(keys.model),
        }
    }

    /// Whether `json` may say something that `known` does not hold: whether it has one of the keys with a value other than
    /// `null`. May be wrong in favour of parsing, never against it.
    pub(crate) fn tell(&self, json: &[u8], known: &Reading) -> bool {
        let mut telling = self.telling.iter();
        telling.any(|key| has(json, key))
            || (known.response_id.is_none() && self.id.iter().any(|key| has(json, key)))
            || (known.model.is_none() && self.model.iter().any(|key| has(json, key)))
            || may_escape_a_key(json)
    }
}

/// Whether `json` has this key with a value. Quotes inside of texts are escaped, so a key cannot hide among content.
fn has(json: &[u8], key: &Finder<'_>) -> bool {
    let length = key.needle().len();
    key.find_iter(json).any(|place| has_value(json, place, length))
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

/// Whether `json` holds an escape of a letter, as a key could be written, and never is.
fn may_escape_a_key(json: &[u8]) -> bool {
    memchr(b'\\', json).is_some()
        && memmem::find_iter(json, br"\u00").any(|place| matches!(json.get(place + 4), Some(b'2'..=b'7')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tell(json: &str, known: &Reading) -> bool {
        let keys = TellingKeys::new(&NewsKeys {
            telling: &["usage", "error"],
            id: &["id"],
            model: &["model"],
        });
        keys.tell(json.as_bytes(), known)
    }

    #[test]
    fn a_key_tells_when_it_has_a_value() {
        for json in [
            r#"{"usage":{}}"#,
            r#"{"usage" : 1}"#,
            r#"{"usage":null,"error":"x"}"#,
            r#"{"\u0075sage":1}"#,
        ] {
            assert!(tell(json, &Reading::default()), "{json}");
        }
        for json in [
            r#"{"usage":null}"#,
            r#"{"text":"\"usage\":1"}"#,
            r#"{"text":"a\nb\u0007\u00e9"}"#,
            r#"{"a":"usage"}"#,
            r#"{"my_usage":1}"#,
            "usage",
        ] {
            assert!(!tell(json, &Reading::default()), "{json}");
        }
    }

    #[test]
    fn a_name_tells_until_it_is_known() {
        let json = r#"{"id":"a","model":"m"}"#;
        let mut known = Reading::default();
        assert!(tell(json, &known));
        known.model = Some("m".to_owned());
        assert!(tell(json, &known));
        known.response_id = Some("a".to_owned());
        assert!(!tell(json, &known));
    }
}
