//! Shows the text of others: control characters escaped, long text cut.

use std::{borrow::Cow, fmt::Write};

/// The text on one line: control characters, line breaks included, as `\n` or `\u{1b}`.
///
/// A terminal obeys control characters: they overwrite lines, change the window's title, or make text read backwards.
/// Backslashes stay, so that paths of Windows remain readable. Escaped text is not changed a second time.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        push_shown(&mut shown, character);
    }
    Cow::Owned(shown)
}

/// Adds the character, escaped if necessary.
pub(crate) fn push_shown(text: &mut String, character: char) {
    if is_escaped(character) {
        text.extend(character.escape_default());
    } else {
        text.push(character);
    }
}

/// The text with at most so many characters; the number of those left out follows.
pub(crate) fn cut(text: &str, max_chars: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max_chars) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let (start, rest) = text.split_at(end);
            Cow::Owned(format!("{start}... ({} more characters)", rest.chars().count()))
        }
    }
}

/// Serialised JSON with all control characters escaped. Its value is the same. Line breaks of its layout stay.
///
/// Serialisers only escape those below U+0020.
pub(crate) fn json(text: &str) -> Cow<'_, str> {
    let is_in_string = |character: char| character != '\n' && is_escaped(character);
    if !text.contains(is_in_string) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_in_string(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// Whether a character is a command to the terminal, or changes what a reader sees without being visible: C0, DEL, C1,
/// line and paragraph separators, directions of bidirectional text, invisible characters such as soft hyphens, and tags.
///
/// Joiners (U+200C, U+200D) and variation selectors stay; emoji and several scripts need them.
pub(crate) const fn is_escaped(character: char) -> bool {
    matches!(
        character,
        '\0'..='\u{1f}'
            | '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn control_characters_are_shown_escaped_and_other_text_as_it_is() {
        assert_eq!(shown("a\u{1b}[31mb"), "a\\u{1b}[31mb");
        assert_eq!(shown("1\r2\n3\t4\0"), "1\\r2\\n3\\t4\\u{0}");
        assert_eq!(
            shown("\u{9b}\u{7f}\u{202e}\u{2066}\u{2028}"),
            "\\u{9b}\\u{7f}\\u{202e}\\u{2066}\\u{2028}"
        );
        assert_eq!(
            shown("gpt\u{ad}-4\u{180e}o\u{200b}\u{feff}\u{e0041}"),
            "gpt\\u{ad}-4\\u{180e}o\\u{200b}\\u{feff}\\u{e0041}"
        );
        for plain in [
            "",
            "gpt-4o",
            "\u{2764}\u{fe0f}",
            "C:\\new",
            "Grüße 日本語 👩\u{200d}🚀 \u{a0}",
        ] {
            assert!(matches!(shown(plain), Cow::Borrowed(same) if same == plain), "{plain}");
        }
    }

    #[test]
    fn long_text_is_cut_with_the_number_of_characters_left_out() {
        assert_eq!(cut("ééé", 3), "ééé");
        assert_eq!(cut("ééééé", 3), "ééé... (2 more characters)");
    }

    #[test]
    fn json_keeps_its_value_and_layout() {
        let value = serde_json::json!({"a\u{9b}": "\u{7f}\u{202e}\u{e0041}\n", "b": [1]});
        for text in [format!("{value}"), format!("{value:#}")] {
            let escaped = json(&text);
            assert!(!escaped.contains(|each| each != '\n' && is_escaped(each)), "{escaped}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value);
            assert_eq!(escaped.lines().count(), text.lines().count());
        }
    }

    proptest! {
        #[test]
        fn shown_text_has_no_control_characters_and_is_not_changed_again(text in any::<String>()) {
            let once = shown(&text).into_owned();
            prop_assert!(!once.contains(char::is_control), "{once:?}");
            prop_assert!(!once.contains(is_escaped), "{once:?}");
            prop_assert_eq!(&*shown(&once), &*once);
        }
    }
}
