//! Cuts a text between characters.

/// The end of a text that was cut.
const CUT: &str = "…";

/// Maximum bytes of a word that is dropped at a cut.
const MAX_WORD_BYTES: usize = 1_024;

/// The start of `text` of at most `max_bytes`, cut between characters.
pub(crate) fn truncated(text: &str, max_bytes: usize) -> &str {
    let end = (0..=max_bytes.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// The start of `text` of at most `max_bytes` without its last word, if the cut is in that: what is redacted later may
/// bring the cut within the bound, and the half of a secret would not be recognised. A word of more than 1 KiB is cut.
pub fn whole_words(text: &str, max_bytes: usize) -> &str {
    let start = truncated(text, max_bytes);
    if start.len() == text.len() {
        return text;
    }
    let is_border = |character: char| !character.is_ascii_alphanumeric() && !"-_.~+/=:@&%".contains(character);
    let last = start.char_indices().rev();
    let mut last = last.take_while(|(at, _)| start.len() - at <= MAX_WORD_BYTES);
    let border = last.find(|(_, character)| is_border(*character));
    border
        .and_then(|(at, character)| start.get(..at + character.len_utf8()))
        .unwrap_or(start)
}

/// The start of `text` of at most `max_bytes` with an ellipsis.
pub(crate) fn ellipsed(text: &str, max_bytes: usize) -> String {
    if max_bytes < CUT.len() {
        return String::new();
    }
    [truncated(text, max_bytes - CUT.len()), CUT].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_ends_with_a_whole_word() {
        let long = "x".repeat(2_000);
        for (text, max_bytes, expected) in [
            ("one two", 7, "one two"),
            ("one two", 6, "one "),
            ("one two", 4, "one "),
            ("one two", 3, "one"),
            ("key=\"sk-proj\"", 10, "key=\""),
            ("ééé", 5, "éé"),
            ("ésk-proj", 5, "é"),
            (&long, 1_500, &long[..1_500]),
            ("", 0, ""),
        ] {
            assert_eq!(whole_words(text, max_bytes), expected, "{text} {max_bytes}");
        }
    }
}
