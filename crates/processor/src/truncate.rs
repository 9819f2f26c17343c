//! Cuts a text between its characters.

/// The first `max_bytes` of `text`, or as many as make whole characters.
pub(crate) fn truncated(text: &str, max_bytes: usize) -> &str {
    let end = (0..=max_bytes.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}
