//! Cuts a text between characters.

/// The end of a text that was cut.
const CUT: &str = "…";

/// The start of `text` of at most `max_bytes`, cut between characters.
pub(crate) fn truncated(text: &str, max_bytes: usize) -> &str {
    let end = (0..=max_bytes.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

/// The start of `text` of at most `max_bytes` with an ellipsis.
pub(crate) fn ellipsed(text: &str, max_bytes: usize) -> String {
    if max_bytes < CUT.len() {
        return String::new();
    }
    [truncated(text, max_bytes - CUT.len()), CUT].concat()
}
