//! Shortens names and error texts before they are copied: a response or an error may have megabytes of them.
//!
//! The processor cuts them to their bounds, after it has redacted them: what is kept above those is for secrets across
//! the cut.

use std::fmt::{self, Display, Write};

/// Bytes of a name: the processor's 256, and a margin.
const MAX_NAME_BYTES: usize = 256 + 1_024;

/// Bytes of an error's text: the processor's 1 KiB, and a margin.
const MAX_ERROR_BYTES: usize = 2 * 1_024;

/// The start of a name: of a model, a tool, a word of a provider.
pub(crate) fn name(text: &str) -> &str {
    start(text, MAX_NAME_BYTES)
}

/// The start of an error's text. Its `Display` is stopped there, so that a long text is never held.
pub(crate) fn error_text(error: impl Display) -> String {
    let mut text = Text(String::new());
    // An error is the end of the text.
    let _ = write!(text, "{error}");
    text.0
}

struct Text(String);

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let fitting = start(part, MAX_ERROR_BYTES - self.0.len());
        self.0.push_str(fitting);
        if fitting.len() < part.len() {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}

/// The start of `text` of at most `max_bytes`, cut between characters.
fn start(text: &str, max_bytes: usize) -> &str {
    let end = (0..=max_bytes.min(text.len()))
        .rev()
        .find(|end| text.is_char_boundary(*end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_whole_and_long_ones_end_between_characters() {
        assert_eq!(error_text("connection refused"), "connection refused");
        let long = ["é".repeat(MAX_ERROR_BYTES / 2 - 1), "x".to_owned(), "é".repeat(9)].concat();
        assert_eq!(error_text(&long).len(), MAX_ERROR_BYTES - 1);
        assert_eq!(name(&long).len(), MAX_NAME_BYTES);
    }

    #[test]
    fn a_text_of_megabytes_is_never_held() {
        struct Endless;

        impl Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                loop {
                    f.write_str("no end ")?;
                }
            }
        }

        let allocated = allocation_counter::measure(|| assert_eq!(error_text(Endless).len(), MAX_ERROR_BYTES));
        assert!(allocated.bytes_max < 8 * 1_024, "{allocated:?}");
    }
}
