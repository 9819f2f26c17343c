//! A quick look for how secrets start: most texts on spans are short names, for which the patterns cost too much.

use memchr::memchr2;

/// What a byte may be of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Neither of a word nor of interest.
    Other,
    /// A letter, digit or underscore.
    Word,
    /// One that starts a secret at the start of a word.
    Initial,
    /// `:` or `=`, which names a value.
    Sign,
    /// `?` or `&`, which starts a parameter.
    Parameter,
    /// `-`, which starts a PEM key.
    Dash,
}

/// How secrets start, as the patterns have it; what follows may be anything.
const STARTS: [&str; 38] = [
    "sk-",
    "csk-",
    "rk-",
    "gsk_",
    "hf_",
    "r8_",
    "fw_",
    "glsa_",
    "npm_",
    "pcsk_",
    "jina_",
    "vck_",
    "lsv2_",
    "dop_v1_",
    "api_org_",
    "xai-",
    "pplx-",
    "nvapi-",
    "glpat-",
    "tvly-",
    "GOCSPX-",
    "AIza",
    "ya29.",
    "1//0",
    "AKIA",
    "ASIA",
    "ABSK",
    "bedrock-api-key-",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "xox",
    "xapp-",
    "dapi",
    "SG.",
];

/// More of them, of two letters and case.
const MORE_STARTS: [&str; 3] = ["sk_", "rk_", "eyJ"];

/// The schemes of credentials, in lower case.
const SCHEMES: [&str; 2] = ["bearer", "basic"];

/// The ends of names of secrets before `:` or `=`, in lower case.
const NAMES: [&str; 6] = ["key", "password", "passwd", "secret", "token", "provided"];

/// The fewest bytes of a token: `xoxb-` and ten.
const MIN_TOKEN_BYTES: usize = 15;

static CLASSES: [Class; 256] = classes();

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "runs at compile time"
)]
const fn classes() -> [Class; 256] {
    let mut classes = [Class::Other; 256];
    let mut byte = 0;
    while byte < 256 {
        let letter = byte as u8;
        if letter.is_ascii_alphanumeric() || letter == b'_' {
            classes[byte] = Class::Word;
        }
        byte += 1;
    }
    let mut at = 0;
    while at < STARTS.len() {
        classes[STARTS[at].as_bytes()[0] as usize] = Class::Initial;
        at += 1;
    }
    at = 0;
    while at < MORE_STARTS.len() {
        classes[MORE_STARTS[at].as_bytes()[0] as usize] = Class::Initial;
        at += 1;
    }
    classes[b'B' as usize] = Class::Initial;
    classes[b'b' as usize] = Class::Initial;
    classes[b':' as usize] = Class::Sign;
    classes[b'=' as usize] = Class::Sign;
    classes[b'?' as usize] = Class::Parameter;
    classes[b'&' as usize] = Class::Parameter;
    classes[b'-' as usize] = Class::Dash;
    classes
}

/// Whether `text` may hold a secret. If not, no pattern matches it; if so, one may.
pub(super) fn may_hold_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut is_in_word = false;
    let mut has_parameter = false;
    // Looked for once, since the text may have many addresses.
    let mut has_user_or_query = None;
    for (at, byte) in bytes.iter().enumerate() {
        let class = CLASSES.get(usize::from(*byte)).copied().unwrap_or(Class::Other);
        match class {
            Class::Word => is_in_word = true,
            Class::Initial => {
                if !is_in_word && starts_token(bytes.get(at..).unwrap_or_default()) {
                    return true;
                }
                is_in_word = true;
            }
            Class::Other => is_in_word = false,
            Class::Sign => {
                let (before, after) = bytes.split_at_checked(at).unwrap_or_default();
                let mut holds_more = || memchr2(b'@', b'?', after).is_some();
                let is_address = after.starts_with(b"://") && *has_user_or_query.get_or_insert_with(&mut holds_more);
                if (has_parameter && *byte == b'=') || is_address || names_value(before) {
                    return true;
                }
                is_in_word = false;
            }
            Class::Parameter => {
                has_parameter = true;
                is_in_word = false;
            }
            Class::Dash => {
                if bytes.get(at..).is_some_and(|rest| rest.starts_with(b"-----BEGIN")) {
                    return true;
                }
                is_in_word = false;
            }
        }
    }
    false
}

fn starts_token(rest: &[u8]) -> bool {
    rest.len() >= MIN_TOKEN_BYTES && {
        let mut starts = STARTS.iter().chain(&MORE_STARTS);
        starts.any(|start| rest.starts_with(start.as_bytes())) || starts_credentials(rest)
    }
}

fn starts_credentials(rest: &[u8]) -> bool {
    SCHEMES.iter().any(|scheme| {
        rest.split_at_checked(scheme.len()).is_some_and(|(start, rest)| {
            start.eq_ignore_ascii_case(scheme.as_bytes()) && matches!(rest.first(), Some(b' ' | b'\t'))
        })
    })
}

/// Whether the text before a sign ends with a name of a secret, perhaps in quotes.
fn names_value(before: &[u8]) -> bool {
    let end = before
        .iter()
        .rposition(|byte| !matches!(byte, b'\t' | b' ' | b'"' | b'\'' | b'\\'));
    let Some(name) = end.and_then(|end| before.get(..=end)) else {
        return false;
    };
    NAMES.iter().any(|secret| {
        let start = name.len().checked_sub(secret.len());
        let end = start.and_then(|start| name.get(start..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(secret.as_bytes()))
    })
}
