//! A quick look for how secrets start: most texts on spans are short names, for which the patterns cost too much.

use memchr::memchr2;

/// What a byte may be of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Neither of a word nor of interest. So is `_`, since a token may start within a name.
    Other,
    /// A letter or digit.
    Word,
    /// One that starts a secret at the start of a word.
    Initial,
    /// `:` or `=`, which names a value.
    Sign,
    /// `?` or `&`, which starts a parameter.
    Parameter,
    /// `-`, which starts a PEM key or an option of a command.
    Dash,
    /// `\\`, `%` or `[`, which starts an escape; a word may start after it.
    Escape,
}

/// The first letters of tokens, and of the schemes of credentials.
const INITIALS: &[u8] = b"1ABGSabBcdefghjlnprstvxy";

/// The schemes of credentials, in lower case.
const SCHEMES: [&str; 2] = ["bearer", "basic"];

/// The ends of names of secrets before a sign, in lower case.
const NAMES: [&[u8]; 9] = [
    b"key",
    b"password",
    b"passwd",
    b"pwd",
    b"secret",
    b"token",
    b"provided",
    b"authorization",
    b"cookie",
];

/// Quotes in escapes.
const QUOTES: [&[u8]; 11] = [
    b"u0022", b"u0027", b"%22", b"%27", b"%2522", b"%2527", b"%252522", b"%252527", b"&quot;", b"&#34;", b"&#39;",
];

/// The fewest bytes of a token: `xoxb-` and ten.
const MIN_TOKEN_BYTES: usize = 15;

/// The fewest bytes of any match: `?sig=x`.
const MIN_BYTES: usize = 6;

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
        if letter.is_ascii_alphanumeric() {
            classes[byte] = Class::Word;
        }
        byte += 1;
    }
    let mut at = 0;
    while at < INITIALS.len() {
        classes[INITIALS[at] as usize] = Class::Initial;
        at += 1;
    }
    classes[b':' as usize] = Class::Sign;
    classes[b'=' as usize] = Class::Sign;
    classes[b'?' as usize] = Class::Parameter;
    classes[b'&' as usize] = Class::Parameter;
    classes[b'-' as usize] = Class::Dash;
    classes[b'\\' as usize] = Class::Escape;
    classes[b'%' as usize] = Class::Escape;
    classes[b'[' as usize] = Class::Escape;
    classes
}

/// Whether `text` may hold a secret. If not, no pattern matches it; if so, one may.
pub(super) fn may_hold_secret(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < MIN_BYTES {
        return false;
    }
    let mut is_in_word = false;
    let mut has_parameter = false;
    // Looked for once, since the text may have many addresses.
    let mut has_user_or_query = None;
    for (at, byte) in bytes.iter().enumerate() {
        let class = CLASSES.get(usize::from(*byte)).copied().unwrap_or(Class::Other);
        match class {
            Class::Word => is_in_word = true,
            Class::Initial => {
                let may_start = !is_in_word || follows_name(bytes, at);
                if may_start && starts_token(bytes.get(at..).unwrap_or_default()) {
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
            Class::Escape => {
                let (before, rest) = bytes.split_at_checked(at).unwrap_or_default();
                let rest = rest.get(1..).unwrap_or_default();
                if starts_token_after(*byte, rest) {
                    return true;
                }
                match escaped(*byte, rest) {
                    Some(b'&' | b'?') => has_parameter = true,
                    Some(b'=' | b':') if has_parameter || names_value(before) => return true,
                    _ => {}
                }
                is_in_word = false;
            }
            Class::Dash => {
                let rest = bytes.get(at..).unwrap_or_default();
                let is_option =
                    matches!(rest, [_, b'-', letter, ..] if letter.is_ascii_alphanumeric() || *letter == b'_');
                if is_option || rest.starts_with(b"-----BEGIN") {
                    return true;
                }
                is_in_word = false;
            }
        }
    }
    false
}

/// Whether the text before may end with `token` or `key`, by its last letter.
fn follows_name(bytes: &[u8], at: usize) -> bool {
    let last = at.checked_sub(1).and_then(|last| bytes.get(last));
    matches!(last, Some(b'n' | b'N' | b'y' | b'Y'))
}

/// Whether a token may start after an escape whose first byte is `sign`.
fn starts_token_after(sign: u8, rest: &[u8]) -> bool {
    let starts_at = |at: usize| rest.get(at..).is_some_and(starts_token);
    match (sign, rest) {
        (b'[', _) => {
            let is_color = |byte: &u8| byte.is_ascii_digit() || *byte == b';';
            let digits = rest.iter().take_while(|byte| is_color(byte)).count();
            rest.get(digits) == Some(&b'm') && starts_at(digits + 1)
        }
        (b'%', [b'2', b'5', b'2', b'5', ..]) => starts_at(2) || starts_at(4) || starts_at(6),
        (b'%', [b'2', b'5', ..]) => starts_at(2) || starts_at(4),
        (b'%', _) => starts_at(2),
        (_, [b'u', ..]) => starts_at(1) || starts_at(5),
        (_, [b'x', ..]) => starts_at(1) || starts_at(3),
        _ => starts_at(1),
    }
}

/// Whether a word starts like a token or like credentials. A pattern compiles to a look at few bytes.
fn starts_token(rest: &[u8]) -> bool {
    rest.len() >= MIN_TOKEN_BYTES
        && match rest {
            [b's', b'k', b'-', ..]
            | [b's' | b'r', b'k', b'_', ..]
            | [b'c', b's', b'k', b'-', ..]
            | [b'g', b's', b'k', b'_', ..]
            | [b'h', b'f', b'_', ..]
            | [b'r', b'8', b'_', ..]
            | [b'f', b'w', b'_', ..]
            | [b'n', b'p', b'm', b'_', ..]
            | [b'p', b'c', b's', b'k', b'_', ..]
            | [b'v', b'c', b'k', b'_', ..]
            | [b'x', b'a', b'i', b'-', ..]
            | [b'y', b'a', b'2', b'9', b'.', ..]
            | [b'1', b'/', b'/', b'0', ..]
            | [b'A', b'I', b'z', b'a', ..]
            | [b'A', b'K' | b'S', b'I', b'A', ..]
            | [b'A', b'B', b'S', b'K', ..]
            | [b'A', b'G', b'E', b'-', ..]
            | [b'g', b'h', b'p' | b'o' | b'u' | b's' | b'r', b'_', ..]
            | [b'x', b'o', b'x', ..]
            | [b'x', b'a', b'p', b'p', b'-', ..]
            | [b'd', b'a', b'p', b'i', ..]
            | [b'S', b'G', b'.', ..]
            | [b'e', b'y', b'J', ..]
            | [b'G', b'O', b'C', b'S', b'P', b'X', b'-', ..]
            | [b'g', b'l', b's', b'a', b'_', ..]
            | [b'g', b'l', b'p', b'a', b't', b'-', ..]
            | [b't', b'v', b'l', b'y', b'-', ..]
            | [b'j', b'i', b'n', b'a', b'_', ..]
            | [b'p', b'p', b'l', b'x', b'-', ..] => true,
            [b'l', ..] => rest.starts_with(b"lsv2_"),
            [b'd', b'o', ..] => rest.starts_with(b"dop_v1_"),
            [b'a', b'p', ..] => rest.starts_with(b"api_org_"),
            [b'n', b'v', ..] => rest.starts_with(b"nvapi-"),
            [b'g', b'i', ..] => rest.starts_with(b"github_pat_"),
            [b'b', b'e', b'd', ..] => rest.starts_with(b"bedrock-api-key-"),
            [b'b' | b'B', ..] => starts_credentials(rest),
            _ => false,
        }
}

fn starts_credentials(rest: &[u8]) -> bool {
    SCHEMES.iter().any(|scheme| {
        rest.split_at_checked(scheme.len()).is_some_and(|(start, rest)| {
            start.eq_ignore_ascii_case(scheme.as_bytes()) && matches!(rest.first(), Some(b' ' | b'\t' | b'%' | b'+'))
        })
    })
}

/// The byte that an escape of JSON or of a URL is of, perhaps escaped more than once.
fn escaped(sign: u8, rest: &[u8]) -> Option<u8> {
    let digits = if sign == b'%' {
        let inner = rest.strip_prefix(b"25").unwrap_or(rest);
        inner.strip_prefix(b"25").unwrap_or(inner)
    } else {
        rest.strip_prefix(b"u00")?
    };
    let digit = |at: usize| digits.get(at).and_then(|digit| char::from(*digit).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Whether the text before a sign ends with a name of a secret, perhaps in quotes.
fn names_value(before: &[u8]) -> bool {
    let mut name = before;
    loop {
        let end = name
            .iter()
            .rposition(|byte| !matches!(byte, b'\t' | b' ' | b'"' | b'\'' | b'\\'));
        name = end.and_then(|end| name.get(..=end)).unwrap_or_default();
        let last = name.last().copied().unwrap_or_default();
        if !matches!(last, b'2' | b'7' | b';') {
            break;
        }
        let Some(shorter) = QUOTES.iter().find_map(|quote| name.strip_suffix(*quote)) else {
            return false;
        };
        name = shorter;
    }
    let last = name.last().map(|byte| byte | 0x20);
    matches!(last, Some(b'y' | b'd' | b't' | b'n' | b'e'))
        && NAMES.iter().any(|secret| {
            let start = name.len().checked_sub(secret.len());
            let end = start.and_then(|start| name.get(start..));
            end.is_some_and(|end| end.eq_ignore_ascii_case(secret))
        })
}
