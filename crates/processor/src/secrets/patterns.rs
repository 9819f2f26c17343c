//! The patterns of secrets, and their replacements.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Where a token may start: at a word, after a part of a name, after an escape of JSON, of a URL or of a terminal.
macro_rules! start {
    () => {
        r"\b | _ | (?i:token|key) | \\(?: [abefnrtv0] | u[0-9A-Fa-f]{4} | x[0-9A-Fa-f]{2} ) | %(?:25){0,2}[0-9A-Fa-f]{2} | \[[0-9;]{0,32}m"
    };
}

/// What is between a scheme and its credentials.
macro_rules! separator {
    () => {
        r#"(?: [\t\ ]+ | %20 | \+ ) (?: \\{0,8}["'] )?"#
    };
}

/// Keys and tokens in the forms of their issuers. `hint.rs` looks for how they start: a new form needs its row there.
const SECRETS: &str = concat!(
    "(?x-u) ( ",
    start!(),
    r" ) (?:
      # OpenAI, Anthropic, OpenRouter, DeepSeek, Cerebras; a name of a style sheet has neither digit nor capital
      c?sk-(?: [a-z_-]{0,7}[A-Z0-9][A-Za-z0-9_-]{12} | [a-z_-]{8,15}[A-Z0-9][A-Za-z0-9_-]{6} | [a-z_-]{16,}[A-Z0-9] )[A-Za-z0-9_-]*
    | (?:gsk|hf|r8|fw|npm)_[A-Za-z0-9]{20,}              # Groq, Hugging Face, Replicate, Fireworks, npm
    | (?:glsa|pcsk|vck|lsv2_pt|lsv2_sk)_[A-Za-z0-9_]{20,}  # Grafana, Pinecone, Vercel, LangSmith
    | (?:jina|dop_v1|api_org)_[A-Za-z0-9]{30,}             # Jina, DigitalOcean, Hugging Face
    | (?:xai|pplx)-[A-Za-z0-9]{20,}                        # xAI, Perplexity
    | (?:nvapi|glpat|tvly|GOCSPX)-[A-Za-z0-9_-]{20,}       # NVIDIA, GitLab, Tavily, Google's OAuth
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
    | AGE-SECRET-KEY-1[A-Z0-9]{20,}                       # age
    ) | -----BEGIN\ [A-Z\ ]{0,32}PRIVATE\ KEY(?:\ BLOCK)?-----(?su:.*?)(?:-----END\ [A-Z\ ]{0,32}PRIVATE\ KEY(?:\ BLOCK)?-----|\z)
"
);

/// A quote, as it is or in an escape of JSON, of a URL or of HTML.
macro_rules! quote {
    () => {
        r#"(?: \\{0,8}["'] | \\{1,8}u002[27] | %(?:25){0,2}2[27] | &quot; | &\#3[49]; )"#
    };
}

/// A sign between a name and a value, as it is or in an escape.
macro_rules! sign {
    () => {
        r"(?: :?=>? | : | %(?:25){0,2}3[AaDd] | \\{1,8}u003[AaDd] )"
    };
}

/// A name of a secret. It may end a longer one, as in `AWS_SECRET_ACCESS_KEY`; errors say `Incorrect API key provided`.
macro_rules! name {
    () => {
        r"(?i-u: [A-Za-z0-9_-]*
            (?: api[_\ -]?(?:key|token) | subscription[_-]?key | password | passwd | (?-i:[Pp]wd) | secret
              | (?:secret|access|private|account)[_-]?key
              | (?:access|refresh|auth|session|bearer|security|id)[_-]?token )
            (?: \ provided )? )"
    };
}

/// The name of a secret with the sign before its value. `/secret:latest` is an image and its version.
macro_rules! named {
    ($value:expr) => {
        concat!(
            "(?x) ( (?: (?: \\A | [^A-Za-z0-9_/-] ) ",
            name!(),
            quote!(),
            r"? [\t\ ]* ",
            sign!(),
            r" [\t\ ]* | / ",
            name!(),
            r" (?: [\t\ ]* :?=>? [\t\ ]* | ",
            quote!(),
            r"? [\t\ ]* : [\t\ ]+ ) | (?: \A | [^A-Za-z0-9_/-] ) -- ",
            name!(),
            r" [\t\ ]+ )",
            $value
        )
    };
}

/// A value in quotes, which may have blanks; perhaps the first of a list.
const NAMED_QUOTED: &str =
    named!(r#" (?: \[ [\t\ ]* )? \\{0,8} " ) (?: [^\n"\\] | \\ [^\n"] ){6} (?: [^\n"\\] | \\ [^\n"] )* "#);

/// A value without quotes, or in single or escaped ones.
const NAMED: &str = named!(concat!(
    r" (?: (?: \[ [\t\ ]* )? ",
    quote!(),
    r#" )? ) [^\t\n\r\ "'\\;&]{6} [^\t\n\r\ "'\\,;&]* "#
));

/// The value of a header `Authorization`. Words after the first with digits or `=` are parts of it.
const AUTHORIZATION: &str = concat!(
    "(?x) (?: ( (?i-u: authorization ) ",
    quote!(),
    r"? [\t\ ]* ",
    sign!(),
    r" [\t\ ]* (?: \[ [\t\ ]* )? ",
    quote!(),
    r"? (?i-u: bearer | basic | token | bot | api-?key | key ) (?: [\t\ ]+ | %20 | \+ ) ",
    quote!(),
    r#"? ) [^\t\n\r\ "'\\,;&]+ | ( (?i-u: authorization ) "#,
    quote!(),
    r"? [\t\ ]* ",
    sign!(),
    r" [\t\ ]* (?: (?: \[ [\t\ ]* )? ",
    quote!(),
    r#" )? ) [^\t\n\r\ "'\\,;&]{6} [^\t\n\r\ "'\\,;&]*
        (?: (?: [,;] [\t\ ]* | [\t\ ]+ ) [^\t\n\r\ "'\\,;&0-9=]* [0-9=] [^\t\n\r\ "'\\,;&]* )* ) "#,
);

/// The value of a header `Cookie` or `Set-Cookie`.
const COOKIE: &str = concat!(
    "(?x) ( (?i-u: cookie ) ",
    quote!(),
    r"? [\t\ ]* ",
    sign!(),
    r" [\t\ ]* (?: (?: \[ [\t\ ]* )? ",
    quote!(),
    r#" )? ) [^\t\n\r\ "'\\,;&0-9=]* [0-9=] [^\t\n\r\ "'\\;&]* (?: ; \ * [^\t\n\r\ "'\\;&]+ )* "#
);

/// Credentials with their scheme: of `Basic`, which is a common word, those that have a digit or `=`.
const CREDENTIALS: &str = concat!(
    "(?x-u) ( (?: ",
    start!(),
    " ) (?i:bearer) ",
    separator!(),
    r" ) [A-Za-z0-9._~+/=-]{16,} | ( (?: ",
    start!(),
    " ) (?i:basic) ",
    separator!(),
    r" ) (?: [A-Za-z+/_-]{0,3}[0-9=][A-Za-z0-9+/=_-]{12} | [A-Za-z+/_-]{4,7}[0-9=][A-Za-z0-9+/=_-]{8}
          | [A-Za-z+/_-]{8,14}[0-9=][A-Za-z0-9+/=_-]{4} | [A-Za-z+/_-]{15,}[0-9=] ) [A-Za-z0-9+/=_-]*"
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
    ( (?: [?&] (?:amp;)? | \\u0026 | \\u003[Ff] | %(?:25){0,2} (?: 26 | 3[Ff] ) )
      (?: (?i-u: [A-Za-z0-9_.-]{0,32} (?: token | secret | signature | credential | password | passwd )
        | (?: [A-Za-z0-9_.-]{0,32} (?: [_.-] | api|access|secret|account|subscription|client|auth|function ) )? key )
        | sig | auth | code | jwt | AWSAccessKeyId )
      (?: = | %(?:25){0,2} 3[Dd] | \\u003[Dd] ) )
    [^\t\n\r\ &\#"'<>\\]+
"#;

/// The whole query and fragment of a URL.
const QUERY: &str = r#"(?x)
    ( :// [^\t\n\r\ ?\#"'<>()]* [?\#] ) (?: [^\t\n\r\ "'<>()\\] | \\u00 (?: 2[0-689A-Fa-f] | 3[0-9ADFadf] ) )+
"#;

/// The patterns with their replacements.
static PATTERNS: LazyLock<[(Regex, &str); 9]> = LazyLock::new(|| {
    [
        (SECRETS, "${1}[redacted]"),
        (AUTHORIZATION, "${1}${2}[redacted]"),
        (COOKIE, "${1}[redacted]"),
        (CREDENTIALS, "${1}${2}[redacted]"),
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

/// The replacement of a match, or the match itself if its value is redacted already, though cut since.
fn replaced(found: &Captures<'_>, replacement: &str) -> String {
    let whole = found.get(0).map_or("", |whole| whole.as_str());
    let kept: usize = found.iter().skip(1).flatten().map(|group| group.len()).sum();
    if whole.get(kept..).is_some_and(is_redacted) {
        return whole.to_owned();
    }
    let mut text = String::new();
    found.expand(replacement, &mut text);
    text
}

fn is_redacted(value: &str) -> bool {
    "[redacted]".starts_with(value.strip_suffix('…').unwrap_or(value))
}

/// `text` after all patterns.
pub(super) fn by_patterns(text: &str) -> Cow<'_, str> {
    let mut redacted = Cow::Borrowed(text);
    for (pattern, replacement) in &*PATTERNS {
        if let Cow::Owned(replaced) =
            pattern.replace_all(&redacted, |found: &Captures<'_>| replaced(found, replacement))
        {
            redacted = Cow::Owned(replaced);
        }
    }
    redacted
}
