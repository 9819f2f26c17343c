//! Error texts without credentials: clients quote whole URLs, and some providers take the API key in the query.

use std::fmt::{self, Display, Write};

/// Maximum bytes that are read of an error: its call keeps less.
const MAX_BYTES: usize = 8 * 1_024;

/// The start of an error's text.
struct Start(String);

impl Write for Start {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let room = MAX_BYTES - self.0.len();
        let end = (0..=room.min(part.len())).rev().find(|end| part.is_char_boundary(*end));
        let fitting = end.and_then(|end| part.get(..end)).unwrap_or_default();
        self.0.push_str(fitting);
        if fitting.len() < part.len() {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}

/// The text of `error`, with query, fragment and user info removed from URLs.
pub(crate) fn error_text(error: impl Display) -> String {
    let mut text = Start(String::new());
    let is_cut = write!(text, "{error}").is_err();
    let mut text = text.0;
    // The half of a secret would not be recognised.
    if is_cut && let Some(last_blank) = text.rfind(char::is_whitespace) {
        text.truncate(last_blank);
    }
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("://") {
        safe.push_str(before);
        safe.push_str("://");
        let is_end = |letter: char| letter.is_whitespace() || matches!(letter, ')' | '"' | '\'' | '>' | ']');
        let (url, end) = after.split_at(after.find(is_end).unwrap_or(after.len()));
        let url = url.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = url.split_at(url.find('/').unwrap_or(url.len()));
        safe.push_str(authority.rsplit_once('@').map_or(authority, |(_, host)| host));
        safe.push_str(path);
        rest = end;
    }
    safe.push_str(rest);
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut() {
        assert_eq!(error_text("é".repeat(1 << 20)).len(), MAX_BYTES);
        let text = ["word ".repeat(2_000), "end".to_owned()].concat();
        let kept = error_text(&text);
        assert!(kept.ends_with("word") && (MAX_BYTES - 10..MAX_BYTES).contains(&kept.len()));
        assert_eq!(error_text("a short text"), "a short text");
    }

    #[test]
    fn query_and_user_are_removed_from_urls() {
        let cases = [
            (
                "error sending request for url (https://u:p@host/v1/m:generate?alt=sse&key=SECRET): refused",
                "error sending request for url (https://host/v1/m:generate): refused",
            ),
            ("https://host?key=SECRET", "https://host"),
            ("no URL at all?", "no URL at all?"),
            ("a://b?c d://e#f", "a://b d://e"),
        ];
        for (text, expected) in cases {
            assert_eq!(error_text(text), expected);
        }
    }
}
