//! The patterns of secrets, and their replacements.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// Where a token may start: at a word, after a part of a name, after an escape of JSON, of a URL or of a terminal.
macro_rules! start {
    () => {
        r"\b | _ | (?i:token|key) | \\(?: [abefnrtv0] | u[0-9A-Fa-f]{4} | x[0-9A-Fa-f]{2} ) | %(?:25){0,2}[0-9A-Fa-f]{2} | \[[0-9;]{0,32}m"
    };
}

/// Keys and tokens in the forms of their issuers. `hint.rs` looks for how they start: a new form needs its row there.
const SECRETS: &str = concat!(
    "(?x-u) ( ",
    start!(),
    r" ) (?:
      c?sk-[A-Za-z0-9_-]{16,}                       # OpenAI, Anthropic, OpenRouter, DeepSeek, Cerebras
    | (?:gsk|hf|r8|fw|glsa|npm|pcsk|vck|lsv2_pt|lsv2_sk)_[A-Za-z0-9_]{20,}
        # Groq, Hugging Face, Replicate, Fireworks, Grafana, npm, Pinecone, Vercel, LangSmith
    | (?:jina|dop_v1|api_org)_[A-Za-z0-9]{30,}             # Jina, DigitalOcean, Hugging Face
    | (?:xai|pplx|nvapi|glpat|tvly|GOCSPX)-[A-Za-z0-9_-]{20,}  # xAI, Perplexity, NVIDIA, GitLab, Tavily, Google's OAuth
    | AIza[A-Za-z0-9_-]{20,}                               # Google
    | ya29\.[A-Za-z0-9_-]{20,} | 1//0[A-Za-z0-9_-]{30,}  # Google's OAuth
    | (?:AKIA|ASIA)[A-Z0-9]{16,}                           # AWS
    | ABSK[A-Za-z0-9+/]{40,}={0,2} | bedrock-api-key-[A-Za-z0-9+/=]{16,}   # Bedrock
    | gh[pousr]_[A-Za-z0-9]{36,} | github_pat_[A-Za-z0-9_]{22,}
    | xox[abeoprs]-[A-Za-z0-9-]{10,} | xapp-[A-Za-z0-9-]{20,}  # Slack
    | (?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,} | sk_[A-Za-z0-9]{40,}   # Stripe, ElevenLabs
    | dapi[0-9a-f]{16,}                                   # Databricks
    | SG\.[A-Za-z0-9_-]{16,}(?:\.[A-Za-z0-9_-]*)?        # SendGrid
    | eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]+)?   # JWT
    ) | -----BEGIN\ [A-Z\ ]{0,32}PRIVATE\ KEY-----(?su:.*?)(?:-----END\ [A-Z\ ]{0,32}PRIVATE\ KEY-----|\z)
"
);

/// The name of a secret with the sign and the quotes before its value. The name may end a longer one, as in
/// `AWS_SECRET_ACCESS_KEY`; errors say `Incorrect API key provided: …`.
macro_rules! named {
    ($value:literal) => {
        concat!(
            r#"(?x)
            ( (?-u:\b) (?i-u: [A-Za-z0-9_-]{0,48}
                (?: api[_\ -]?key | subscription[_-]?key | password | passwd | secret | (?:secret|access|private)[_-]?key
                  | (?:access|refresh|auth|session|bearer|security)[_-]?token )
                (?: \ provided )? )
              \\{0,8}["']? [\t\ ]* [:=] [\t\ ]* "#,
            $value
        )
    };
}

/// A value in quotes, which may have blanks.
const NAMED_QUOTED: &str = named!(r#" \\{0,8} " ) (?: [^\n"\\] | \\ [^\n"] ){6} (?: [^\n"\\] | \\ [^\n"] )* "#);

/// A value without quotes, or in single ones.
const NAMED: &str = named!(r#" \\{0,8}["']? ) [^\t\n\r\ "'\\,;&]{6} [^\t\n\r\ "'\\,;&]* "#);

/// Credentials of an HTTP `Authorization` header.
const AUTHORIZATION: &str = concat!(
    "(?x-u) ( (?: ",
    start!(),
    r" ) (?i:bearer|basic) (?: [\t\ ]+ | %20 ) ) [A-Za-z0-9._~+/=-]{16,}"
);

/// The password in a URL.
const PASSWORD: &str = r#"(?x)
    ( (?-u:\b) [A-Za-z][A-Za-z0-9+.-]{1,20} :// [^\t\n\r\ /:@?\#"'<>]* : ) [^\t\n\r\ /?\#"'<>]+ @
"#;

/// A long name in a URL without a password, which is a token; a short one is a user, as in `git@`.
const TOKEN_USER: &str = r#"(?x)
    ( (?-u:\b) [A-Za-z][A-Za-z0-9+.-]{1,20} :// ) [^\t\n\r\ /:@?\#"'<>]{16} [^\t\n\r\ /:@?\#"'<>]* @
"#;

/// The values of a URL's parameters that authenticate the request, such as `?key=`. Signed URLs of the clouds are among
/// them, as in the conventions for `url.full`.
const IN_QUERY: &str = r#"(?x)
    ( [?&] (?i-u: [A-Za-z0-9_.-]{0,32} (?: key | token | secret | signature | credential | password | passwd )
        | sig | auth | code | jwt | AWSAccessKeyId ) = )
    [^\t\n\r\ &\#"'<>\\]+
"#;

/// The whole query and fragment of a URL.
const QUERY: &str = r#"(?x) ( :// [^\t\n\r\ ?\#"'<>()]* [?\#] ) [^\t\n\r\ "'<>()\\]+ "#;

/// The patterns with their replacements.
static PATTERNS: LazyLock<[(Regex, &str); 7]> = LazyLock::new(|| {
    [
        (SECRETS, "${1}[redacted]"),
        (AUTHORIZATION, "${1}[redacted]"),
        (NAMED_QUOTED, "${1}[redacted]"),
        (NAMED, "${1}[redacted]"),
        (PASSWORD, "${1}[redacted]@"),
        (TOKEN_USER, "${1}[redacted]@"),
        (IN_QUERY, "${1}[redacted]"),
    ]
    .map(|(pattern, replacement)| (compiled(pattern), replacement))
});

pub(super) static WHOLE_QUERY: LazyLock<Regex> = LazyLock::new(|| compiled(QUERY));

#[expect(clippy::expect_used, reason = "constants, and a test compiles them")]
fn compiled(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern that compiles")
}

/// `text` after all patterns.
pub(super) fn by_patterns(text: &str) -> Cow<'_, str> {
    let mut redacted = Cow::Borrowed(text);
    for (pattern, replacement) in &*PATTERNS {
        if let Cow::Owned(replaced) = pattern.replace_all(&redacted, *replacement) {
            redacted = Cow::Owned(replaced);
        }
    }
    redacted
}
