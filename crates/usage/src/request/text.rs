//! Finds the end of a JSON text.

use memchr::memchr2;

use super::work::Work;

/// The work of beginning a text, and of an escape in it.
const WORK_OF_TEXT: usize = 4;
const WORK_OF_ESCAPE: usize = 4;
/// The bytes at the beginning of a text that are searched in words.
const SHORT_TEXT: usize = 16;

/// Reads on in a text; returns the number of bytes read, and whether its closing quote was the last of them.
#[inline]
pub(super) fn text_end(rest: &[u8], is_escaped: &mut bool, work: &mut Work) -> (usize, bool) {
    let window = work.window(rest);
    work.spend(WORK_OF_TEXT);
    // The byte after a backslash is not a quote.
    let mut at = usize::from(std::mem::take(is_escaped)).min(window.len());
    while let Some(tail) = window.get(at..).filter(|tail| !tail.is_empty()) {
        let Some(found) = find_quote_or_backslash(tail) else {
            work.spend_text(tail.len());
            return (window.len(), false);
        };
        work.spend_text(found);
        at += found + 1;
        if tail.get(found) == Some(&b'"') {
            return (at, true);
        }
        work.spend(WORK_OF_ESCAPE);
        if at == window.len() || work.is_used_up() {
            *is_escaped = true;
            return (at, false);
        }
        at += 1;
    }
    (at, false)
}

/// The place of the first quote or backslash. Words of eight bytes are faster than `memchr` for a short text, such as most
/// names and many values.
fn find_quote_or_backslash(text: &[u8]) -> Option<usize> {
    let mut at = 0;
    while at < SHORT_TEXT
        && let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk)
    {
        let word = u64::from_le_bytes(*word);
        let found = zero_bytes(word ^ (ONES * u64::from(b'"'))) | zero_bytes(word ^ (ONES * u64::from(b'\\')));
        if found != 0 {
            return Some(at + (found.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    memchr2(b'"', b'\\', text.get(at..)?).map(|found| at + found)
}

/// A word of eight bytes that are 1.
const ONES: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each byte that is zero; bits above the lowest of them may be wrong.
const fn zero_bytes(word: u64) -> u64 {
    word.wrapping_sub(ONES) & !word & (ONES << 7)
}
