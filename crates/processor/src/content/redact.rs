//! Takes secrets out of content, and what a user's own redactor names.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, LazyLock};

use regex::Regex;
use serde_json::Value;

/// What stands where something was taken out.
pub const REDACTED: &str = "[redacted]";

/// Keys and tokens by the forms their issuers give them.
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

/// What follows a word that says that it is a secret; the word stays. It may be the end of a longer one, as in
/// `AWS_SECRET_ACCESS_KEY`.
const NAMED: &str = r#"(?x)
    ( (?-u:\b) (?i-u: [A-Za-z0-9_-]{0,48}
        (?: api[_-]?key | password | passwd | secret | (?:secret|access|private)[_-]?key
          | (?:access|refresh|auth|session|bearer)[_-]?token ) )
      \\?["']? [\t\ ]* [:=] [\t\ ]* \\?["']? )
    [^\t\n\r\ "'\\,;&]{6,512}
"#;

/// What an HTTP request shows who it is from with.
const AUTHORIZATION: &str = r"(?x-u) ( \b (?i:bearer|basic) [\t\ ]+ ) [A-Za-z0-9._~+/=-]{16,}";

/// The password in an address.
const IN_ADDRESS: &str = r"(?x)
    ( (?-u:\b) [A-Za-z][A-Za-z0-9+.-]{1,20} :// [^\t\n\r\ /:@]{0,64} : ) [^\t\n\r\ /@]{1,256} @
";

/// What the names of JSON members end with whose value is a secret, without case, `_` and `-`: `openai_api_key`.
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

/// A longer name is a sentence, and says nothing of its value.
const LONGEST_MEMBER: usize = 96;

/// The patterns, and what stands instead of what they find.
#[expect(clippy::expect_used, reason = "constants, and a test compiles them")]
static PATTERNS: LazyLock<[(Regex, &str); 4]> = LazyLock::new(|| {
    [
        (SECRETS, "[redacted]"),
        (NAMED, "${1}[redacted]"),
        (AUTHORIZATION, "${1}[redacted]"),
        (IN_ADDRESS, "${1}[redacted]@"),
    ]
    .map(|(pattern, instead)| (Regex::new(pattern).expect("a pattern that compiles"), instead))
});

/// Says what of a text is to be taken out: the text without it, or `None` to leave it as it is.
pub type RedactText = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Takes secrets out of texts, and then what the user's own redactor names.
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

    /// The text without what is to be taken out; `None` where nothing is.
    pub(crate) fn text(&self, text: &str) -> Option<String> {
        let without = without_secrets(text);
        let by_user = self.0.as_ref().and_then(|redact| redact(&without));
        by_user.or(match without {
            Cow::Owned(without) => Some(without),
            Cow::Borrowed(_) => None,
        })
    }

    /// Does the same to every text of `value`, but for data in base64, which is no text. Returns whether it took out any.
    pub(crate) fn json(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => {
                let without = self.text(text);
                let is_changed = without.is_some();
                if let Some(without) = without {
                    *text = without;
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
    if name.len() > LONGEST_MEMBER {
        return false;
    }
    let mut plain = name.to_ascii_lowercase();
    plain.retain(|character| !matches!(character, '_' | '-'));
    SECRET_MEMBERS.iter().any(|secret| plain.ends_with(secret))
}

fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut without = Cow::Borrowed(text);
    for (pattern, instead) in &*PATTERNS {
        if let Cow::Owned(replaced) = pattern.replace_all(&without, *instead) {
            without = Cow::Owned(replaced);
        }
    }
    without
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_of_the_known_forms_go() {
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
            let without = without_secrets(&format!("it is {secret} ok")).into_owned();
            assert_eq!(without, "it is [redacted] ok", "{secret}");
        }
    }

    #[test]
    fn what_is_called_a_secret_goes_and_its_name_stays() {
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
            assert_eq!(without_secrets(text), expected);
        }
    }

    #[test]
    fn ordinary_text_stays() {
        for text in [
            "How many tokens has this? Tokens: 1210",
            "see https://example.com:8080/path and mail me@example.com",
            "task-list of sk-eptics",
            "The password is easy to forget.",
            "Basic knowledge of bearer tokens",
        ] {
            assert!(matches!(without_secrets(text), Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn members_by_name_and_texts_anywhere_go_but_data_stays() {
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
    fn a_users_own_redactor_comes_after_the_secrets() {
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
