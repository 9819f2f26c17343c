//! Shortens names and error texts before they are copied: a response or an error may have megabytes of them.
//!
//! The processor cuts them to their bounds, after it has redacted them: what is kept above those is for secrets across
//! the cut. The last word is dropped if it is cut, since redaction may bring its half within the bound.

use std::fmt::{self, Display, Write};

use tracing_genai_processor::whole_words;

/// Bytes of a name: the processor's 256, and a margin.
const MAX_NAME_BYTES: usize = 256 + 1_024;

/// Bytes of an error's text: the processor's 1 KiB, and a margin.
const MAX_ERROR_BYTES: usize = 2 * 1_024;

/// Bytes of the longest character: so many more are read to see whether the text is longer.
const CHARACTER: usize = 4;

/// The start of a name: of a model, a tool, a word of a provider.
pub(crate) fn name(text: &str) -> &str {
    whole_words(text, MAX_NAME_BYTES)
}

/// The start of an error's text. Its `Display` is stopped there, so that a long text is never held.
pub(crate) fn error_text(error: impl Display) -> String {
    let mut text = Text(String::new());
    // An error is the end of the text. One byte more than is kept shows that it was cut.
    let _ = write!(text, "{error}");
    let kept = whole_words(&text.0, MAX_ERROR_BYTES).len();
    text.0.truncate(kept);
    text.0
}

struct Text(String);

impl Write for Text {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        let left = (MAX_ERROR_BYTES + CHARACTER).saturating_sub(self.0.len());
        let end = part.char_indices().map(|(at, _)| at).chain([part.len()]);
        let fitting = end.take_while(|at| *at <= left).last();
        let fitting = fitting.and_then(|end| part.get(..end)).unwrap_or_default();
        self.0.push_str(fitting);
        if fitting.len() < part.len() {
            Err(fmt::Error)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_are_whole_and_long_ones_end_with_a_whole_word() {
        assert_eq!(error_text("connection refused"), "connection refused");
        let long = ["é".repeat(MAX_ERROR_BYTES / 2 - 1), "x".to_owned(), "é".repeat(9)].concat();
        assert_eq!(error_text(&long).len(), MAX_ERROR_BYTES - 2);
        assert_eq!(name(&long).len(), MAX_NAME_BYTES);
    }

    #[test]
    fn half_a_word_is_dropped_at_the_cut() {
        for before in MAX_NAME_BYTES - 28..MAX_NAME_BYTES {
            let text = ["x".repeat(before - 1), " sk-proj-A1b2C3d4E5f6G7h8I9j0 ".to_owned()].concat();
            let name = name(&text);
            assert!(!name.contains("sk-") || name.ends_with("j0"), "{before}: {name}");
        }
        for before in MAX_ERROR_BYTES - 28..MAX_ERROR_BYTES {
            let text = ["x".repeat(before - 1), " sk-proj-A1b2C3d4E5f6G7h8I9j0 ".to_owned()].concat();
            let kept = error_text(&text);
            assert!(!kept.contains("sk-") || kept.ends_with("j0"), "{before}: {kept}");
        }
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

        let allocated = allocation_counter::measure(|| {
            let text = error_text(Endless);
            assert!(
                text.len() > MAX_ERROR_BYTES - 8 && text.ends_with("no "),
                "{}",
                text.len()
            );
        });
        assert!(allocated.bytes_max < 8 * 1_024, "{allocated:?}");
    }
}
