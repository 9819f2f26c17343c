//! Redacts secrets in content, and what the user's own redactor finds.

use std::borrow::Cow;
use std::fmt;
use std::mem;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::secrets::{REDACTED, names_secret, redact_error, redact_secrets};

/// A user's redactor: returns the redacted text, or `None` to leave it unchanged.
pub type RedactText = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Redacts secrets, then applies the user's own redactor.
#[derive(Clone, Default)]
pub(crate) struct Redactor(Option<Arc<RedactText>>);

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Redactor").field(&self.0.is_some()).finish()
    }
}

impl Redactor {
    pub(crate) fn new(redact: Arc<RedactText>) -> Self {
        Self(Some(redact))
    }

    /// The redacted text; `None` if nothing changed.
    pub(crate) fn text(&self, text: &str) -> Option<String> {
        self.by_user(redact_secrets(text))
    }

    /// The redacted text of an error, which may quote URLs; `None` if nothing changed.
    pub(crate) fn error(&self, text: &str) -> Option<String> {
        self.by_user(redact_error(text))
    }

    fn by_user(&self, redacted: Cow<'_, str>) -> Option<String> {
        let by_user = self.0.as_ref().and_then(|redact| redact(&redacted));
        by_user.or(match redacted {
            Cow::Owned(redacted) => Some(redacted),
            Cow::Borrowed(_) => None,
        })
    }

    /// Redacts each text of `value` except base64 data; returns whether any changed.
    pub(crate) fn json(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => {
                let redacted = self.text(text);
                let is_changed = redacted.is_some();
                if let Some(redacted) = redacted {
                    *text = redacted;
                }
                is_changed
            }
            Value::Array(items) => {
                let mut is_changed = false;
                for item in items {
                    is_changed |= self.json(item);
                }
                is_changed
            }
            Value::Object(members) => {
                let is_blob = members.get("type").and_then(Value::as_str) == Some("blob");
                let mut is_changed = false;
                for (name, member) in members.iter_mut() {
                    if names_secret(name) && may_hold_value(member) {
                        is_changed |= member.as_str() != Some(REDACTED);
                        *member = REDACTED.into();
                    } else if !(is_blob && name == "content") {
                        is_changed |= self.json(member);
                    }
                }
                is_changed | redact_names(members)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

/// The words of a JSON Schema that describe a value; a tool's definition has them under the names of its parameters.
const SCHEMA: [&str; 12] = [
    "type",
    "title",
    "description",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "nullable",
    "writeOnly",
    "anyOf",
    "$ref",
    "items",
];

/// Whether a member under the name of a secret may hold it: any but `null`, booleans and the schema of a parameter.
fn may_hold_value(member: &Value) -> bool {
    match member {
        Value::Null | Value::Bool(_) => false,
        Value::Object(members) => members.keys().any(|name| !SCHEMA.contains(&name.as_str())),
        Value::Array(items) => !items.is_empty(),
        Value::String(_) | Value::Number(_) => true,
    }
}

/// Redacts secrets in the names of members; returns whether any changed.
fn redact_names(members: &mut Map<String, Value>) -> bool {
    let has_secret = |name: &String| matches!(redact_secrets(name), Cow::Owned(_));
    if !members.keys().any(has_secret) {
        return false;
    }
    let renamed = mem::take(members).into_iter();
    *members = renamed
        .map(|(name, member)| (redact_secrets(&name).into_owned(), member))
        .collect();
    true
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_members_and_texts_are_redacted_but_not_data() {
        let mut value = json!({
            "api_key": "x", "Authorization": "y", "openai_api_key": "z", "db_password": 1, "next_token": "n", "nested": [{"text": "key sk-0123456789abcdefghij"}],
            "part": {"type": "blob", "content": "sk-0123456789abcdefghij"}, "max_tokens": 12, "sk-0123456789abcdefghij": "of a key",
        });
        assert!(Redactor::default().json(&mut value));
        assert_eq!(
            value,
            json!({
                "api_key": "[redacted]", "Authorization": "[redacted]", "openai_api_key": "[redacted]",
                "db_password": "[redacted]", "next_token": "n", "nested": [{"text": "key [redacted]"}],
                "part": {"type": "blob", "content": "sk-0123456789abcdefghij"}, "max_tokens": 12, "[redacted]": "of a key",
            })
        );
    }

    #[test]
    fn the_whole_member_under_the_name_of_a_secret_is_redacted() {
        let mut value = json!({
            "headers": {"Authorization": ["Token abcdef012345"], "Cookie": ["sid=1"], "X-Api-Key": [["abc"], 1], "Accept": ["*"]},
            "secret": {"value": "hunter2xx"}, "password": {"type": "scrypt", "hash": "0a"}, "access_token": {"a": {"b": 1}},
            "private_key": null, "cookie": true,
        });
        assert!(Redactor::default().json(&mut value));
        assert_eq!(
            value,
            json!({
                "headers": {"Authorization": "[redacted]", "Cookie": "[redacted]", "X-Api-Key": "[redacted]", "Accept": ["*"]},
                "secret": "[redacted]", "password": "[redacted]", "access_token": "[redacted]",
                "private_key": null, "cookie": true,
            })
        );
        assert!(!Redactor::default().json(&mut value), "nothing changes again");
    }

    #[test]
    fn schemas_of_secret_parameters_are_kept() {
        let mut value =
            json!({"properties": {"password": {"type": "string", "description": "of the user", "minLength": 8}}});
        assert!(!Redactor::default().json(&mut value));
    }

    #[test]
    fn the_users_redactor_runs_after_the_built_in_one() {
        let own = Redactor::new(Arc::new(|text: &str| {
            text.contains("Alice").then(|| text.replace("Alice", "A."))
        }));
        assert_eq!(
            own.text("Alice has AKIAIOSFODNN7EXAMPLE").as_deref(),
            Some("A. has [redacted]")
        );
        assert_eq!(own.text("Bob"), None);
    }
}
