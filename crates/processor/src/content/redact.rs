//! Redacts secrets in content, and what the user's own redactor finds.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde_json::Value;

/// The replacement of a redacted text.
pub const REDACTED: &str = "[redacted]";

/// Keys and tokens in the forms of their issuers.
const SECRETS: &str = r"(?x-u)
      \bsk-[A-Za-z0-9_-]{16,}                                # OpenAI, Anthropic, OpenRouter, DeepSeek
    | \b(?:gsk|hf|r8|fw|glsa|npm)_[A-Za-z0-9_]{20,}          # Groq, Hugging Face, Replicate, Fireworks, Grafana, npm
    | \b(?:xai|pplx|nvapi|glpat)-[A-Za-z0-9_-]{20,}          # xAI, Perplexity, NVIDIA, GitLab
    | \bAIza[A-Za-z0-9_-]{35}                                # Google
    | \bya29\.[A-Za-z0-9_-]{20,}                             # Google's OAuth
    | \b(?:AKIA|ASIA)[A-Z0-9]{16}\b                          # AWS
    | \bgh[pousr]_[A-Za-z0-9]{36,} | \bgithub_pat_[A-Za-z0-9_]{22,}
    | \bxox[abeoprs]-[A-Za-z0-9-]{10,}                       # Slack
    | \b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}             # Stripe
    | \beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?   # JWT
    | -----BEGIN\ [A-Z\ ]{0,32}PRIVATE\ KEY-----(?su:.*?)(?:-----END\ [A-Z\ ]{0,32}PRIVATE\ KEY-----|\z)
";

/// The value after a name of a secret, which stays. The name may end a longer one, as in `AWS_SECRET_ACCESS_KEY`.
const NAMED: &str = r#"(?x)
    ( (?-u:\b) (?i-u: [A-Za-z0-9_-]{0,48}
        (?: api[_-]?key | password | passwd | secret | (?:secret|access|private)[_-]?key
          | (?:access|refresh|auth|session|bearer)[_-]?token ) )
      \\?["']? [\t\ ]* [:=] [\t\ ]* \\?["']? )
    [^\t\n\r\ "'\\,;&]{6,512}
"#;

/// Credentials of an HTTP `Authorization` header.
const AUTHORIZATION: &str = r"(?x-u) ( \b (?i:bearer|basic) [\t\ ]+ ) [A-Za-z0-9._~+/=-]{16,}";

/// The password in a URL.
const IN_ADDRESS: &str = r"(?x)
    ( (?-u:\b) [A-Za-z][A-Za-z0-9+.-]{1,20} :// [^\t\n\r\ /:@]{0,64} : ) [^\t\n\r\ /@]{1,256} @
";

/// Endings of the names of JSON members that hold secrets, redacted case, `_` and `-`: `openai_api_key`.
const SECRET_MEMBERS: [&str; 13] = [
    "apikey",
    "authorization",
    "password",
    "passwd",
    "secret",
    "secretkey",
    "accesskey",
    "privatekey",
    "accesstoken",
    "refreshtoken",
    "authtoken",
    "sessiontoken",
    "bearertoken",
];

/// A longer member name is text, not the name of a secret.
const MAX_MEMBER_NAME_BYTES: usize = 96;

/// The patterns with their replacements.
#[expect(clippy::expect_used, reason = "constants, and a test compiles them")]
static PATTERNS: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    [
        (SECRETS, "[redacted]"),
        (NAMED, "${1}[redacted]"),
        (AUTHORIZATION, "${1}[redacted]"),
        (IN_ADDRESS, "${1}[redacted]@"),
    ]
    .map(|(pattern, replacement)| (Regex::new(pattern).expect("a pattern that compiles"), replacement))
});

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
        let redacted = redact_secrets(text);
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
                for (name, member) in members {
                    if is_secret_member(name) && (member.is_string() || member.is_number()) {
                        *member = REDACTED.into();
                        is_changed = true;
                    } else if !(is_blob && name == "content") {
                        is_changed |= self.json(member);
                    }
                }
                is_changed
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
}

fn is_secret_member(name: &str) -> bool {
    if name.len() > MAX_MEMBER_NAME_BYTES {
        return false;
    }
    let mut plain = name.to_ascii_lowercase();
    plain.retain(|character| !matches!(character, '_' | '-'));
    SECRET_MEMBERS.iter().any(|secret| plain.ends_with(secret))
}

fn redact_secrets(text: &str) -> Cow<'_, str> {
    let mut redacted = Cow::Borrowed(text);
    for (pattern, replacement) in &*PATTERNS {
        if let Cow::Owned(replaced) = pattern.replace_all(&redacted, *replacement) {
            redacted = Cow::Owned(replaced);
        }
    }
    redacted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_of_known_forms_are_redacted() {
        let fill = "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0";
        for secret in [
            format!("sk-{fill}"),
            format!("sk-ant-api03-{fill}"),
            format!("gsk_{fill}"),
            format!("ghp_{fill}"),
            format!("xai-{fill}"),
            "AKIAIOSFODNN7EXAMPLE".to_owned(),
            format!("AIza{}", &fill[..35]),
            format!("xoxb-{fill}"),
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl".to_owned(),
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----".to_owned(),
        ] {
            let redacted = redact_secrets(&format!("it is {secret} ok")).into_owned();
            assert_eq!(redacted, "it is [redacted] ok", "{secret}");
        }
    }

    #[test]
    fn values_after_names_of_secrets_are_redacted() {
        for (text, expected) in [
            (
                "Authorization: Bearer abcdef1234567890",
                "Authorization: Bearer [redacted]",
            ),
            ("api_key=abcdef123456&x=1", "api_key=[redacted]&x=1"),
            ("password: 'hunter2hunter'", "password: '[redacted]'"),
            ("DB_PASSWORD=hunter2hunter", "DB_PASSWORD=[redacted]"),
            ("MY_API_KEY=abcdef123456", "MY_API_KEY=[redacted]"),
            (
                "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG",
                "AWS_SECRET_ACCESS_KEY=[redacted]",
            ),
            ("access_token=abcdef123456", "access_token=[redacted]"),
            (
                r#"{\"client_secret\": \"abcdef123456\"}"#,
                r#"{\"client_secret\": \"[redacted]\"}"#,
            ),
            (
                "postgres://app:s3cr3tpw@db:5432/x",
                "postgres://app:[redacted]@db:5432/x",
            ),
        ] {
            assert_eq!(redact_secrets(text), expected);
        }
    }

    #[test]
    fn ordinary_text_is_unchanged() {
        for text in [
            "How many tokens has this? Tokens: 1210",
            "see https://example.com:8080/path and mail me@example.com",
            "task-list of sk-eptics",
            "The password is easy to forget.",
            "Basic knowledge of bearer tokens",
        ] {
            assert!(matches!(redact_secrets(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn json_members_and_texts_are_redacted_but_not_data() {
        let mut value = json!({
            "api_key": "x", "Authorization": "y", "openai_api_key": "z", "db_password": 1, "next_token": "n", "nested": [{"text": "key sk-0123456789abcdefghij"}],
            "part": {"type": "blob", "content": "sk-0123456789abcdefghij"}, "max_tokens": 12,
        });
        assert!(Redactor::default().json(&mut value));
        assert_eq!(
            value,
            json!({
                "api_key": "[redacted]", "Authorization": "[redacted]", "openai_api_key": "[redacted]",
                "db_password": "[redacted]", "next_token": "n", "nested": [{"text": "key [redacted]"}],
                "part": {"type": "blob", "content": "sk-0123456789abcdefghij"}, "max_tokens": 12,
            })
        );
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
