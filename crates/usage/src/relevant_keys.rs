//! Detects the relevant events of a stream without parsing them.

use memchr::memmem::Finder;
use memchr::{memchr, memmem};

use crate::apis::EventKeys;
use crate::reading::Reading;

/// The keys of relevant events.
pub(crate) struct RelevantKeys {
    relevant: Vec<Finder<'static>>,
    /// Relevant until the name is known.
    id: Vec<Finder<'static>>,
    model: Vec<Finder<'static>>,
}

impl RelevantKeys {
    pub(crate) fn new(keys: &EventKeys) -> Self {
        let finders = |keys: &[&'static str]| keys.iter().map(|key| Finder::new(*key)).collect();
        Self {
            relevant: finders(keys.relevant),
            id: finders(keys.id),
            model: finders(keys.model),
        }
    }

    /// Whether `json` may have new information: one of the keys with a value other than `null`. False positives are
    /// possible, false negatives are not.
    pub(crate) fn is_relevant(&self, json: &[u8], known: &Reading) -> bool {
        let mut relevant = self.relevant.iter();
        relevant.any(|key| has(json, key))
            || (known.response_id.is_none() && self.id.iter().any(|key| has(json, key)))
            || (known.model.is_none() && self.model.iter().any(|key| has(json, key)))
            || may_escape_a_key(json)
    }
}

/// Whether `json` has this key with a value. Quotes inside texts are escaped, so content cannot match.
fn has(json: &[u8], key: &Finder<'_>) -> bool {
    let length = key.needle().len();
    key.find_iter(json).any(|place| has_value(json, place, length))
}

/// Whether the word at `place` is a key with a value other than `null`.
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

/// Whether `json` has an escaped letter: a key could be written so.
fn may_escape_a_key(json: &[u8]) -> bool {
    memchr(b'\\', json).is_some()
        && memmem::find_iter(json, br"\u00").any(|place| matches!(json.get(place + 4), Some(b'2'..=b'7')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_relevant(json: &str, known: &Reading) -> bool {
        let keys = RelevantKeys::new(&EventKeys {
            relevant: &["usage", "error"],
            id: &["id"],
            model: &["model"],
        });
        keys.is_relevant(json.as_bytes(), known)
    }

    #[test]
    fn a_key_with_a_value_is_relevant() {
        for json in [
            r#"{"usage":{}}"#,
            r#"{"usage" : 1}"#,
            r#"{"usage":null,"error":"x"}"#,
            r#"{"\u0075sage":1}"#,
        ] {
            assert!(is_relevant(json, &Reading::default()), "{json}");
        }
        for json in [
            r#"{"usage":null}"#,
            r#"{"text":"\"usage\":1"}"#,
            r#"{"text":"a\nb\u0007\u00e9"}"#,
            r#"{"a":"usage"}"#,
            r#"{"my_usage":1}"#,
            "usage",
        ] {
            assert!(!is_relevant(json, &Reading::default()), "{json}");
        }
    }

    #[test]
    fn a_name_is_relevant_until_it_is_known() {
        let json = r#"{"id":"a","model":"m"}"#;
        let mut known = Reading::default();
        assert!(is_relevant(json, &known));
        known.model = Some("m".to_owned());
        assert!(is_relevant(json, &known));
        known.response_id = Some("a".to_owned());
        assert!(!is_relevant(json, &known));
    }
}
