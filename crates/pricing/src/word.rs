//! Words of a catalogue: any text, escaped to contain no white space.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Escapes `text` to one word: white space, control characters and `%` as `%20`, the bytes of UTF-8 in hexadecimal.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    escape_also(text, |_| false)
}

/// As [`escape`], and also the characters that match `also`.
pub(crate) fn escape_also(text: &str, also: impl Fn((usize, char)) -> bool) -> Cow<'_, str> {
    let breaks =
        |(place, sign): (usize, char)| sign.is_whitespace() || sign.is_control() || sign == '%' || also((place, sign));
    if !text.char_indices().any(breaks) {
        return Cow::Borrowed(text);
    }
    let mut word = String::with_capacity(text.len() + 8);
    for (place, sign) in text.char_indices() {
        if breaks((place, sign)) {
            for byte in sign.encode_utf8(&mut [0; 4]).bytes() {
                let _ = write!(word, "%{byte:02X}"); // A String takes everything.
            }
        } else {
            word.push(sign);
        }
    }
    Cow::Owned(word)
}

/// The text of a word; `None` if its escapes are not UTF-8.
pub(crate) fn unescape(word: &str) -> Option<Cow<'_, str>> {
    let Some((plain, mut rest)) = word.split_once('%') else {
        return Some(Cow::Borrowed(word));
    };
    let mut bytes = Vec::with_capacity(word.len());
    bytes.extend_from_slice(plain.as_bytes());
    loop {
        let (digits, after) = rest.split_at_checked(2)?;
        // `from_str_radix` accepts a plus or minus.
        let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hex)?);
        let Some((plain, next)) = after.split_once('%') else {
            bytes.extend_from_slice(after.as_bytes());
            return String::from_utf8(bytes).ok().map(Cow::Owned);
        };
        bytes.extend_from_slice(plain.as_bytes());
        rest = next;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_white_space_control_characters_and_percent_signs_are_escaped() {
        assert_eq!(escape("a b\t%\u{a0}\u{7}"), "a%20b%09%25%C2%A0%07");
        assert!(matches!(escape("gpt-4o:free/é|~$^"), Cow::Borrowed(_)));
        assert_eq!(escape_also("a=b=", |(_, sign)| sign == '='), "a%3Db%3D");
        assert_eq!(escape_also("[a[", |(place, _)| place == 0), "%5Ba[");
    }

    #[test]
    fn invalid_escapes_are_rejected() {
        for word in ["%", "a%2", "%zz", "%+1", "%FF", "%C2x", "%é"] {
            assert_eq!(unescape(word), None, "{word}");
        }
        assert_eq!(unescape("%c2%A0x%25"), Some("\u{a0}x%".into()));
    }

    proptest! {
        #[test]
        fn escaped_texts_round_trip(text in "\\PC*|[\\s%\\x00-\\x1f]*|.*") {
            let word = escape(&text);
            prop_assert!(!word.contains(char::is_whitespace), "{word:?}");
            prop_assert_eq!(unescape(&word), Some(Cow::Borrowed(&*text)));
        }
    }
}
