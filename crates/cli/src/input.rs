//! Opens the files of others, and recognises their encoding.

use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
};

use anyhow::Context;

/// The mark that some programs write at the beginning of a text in UTF-8.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What to do about a text that is UTF-16.
pub(crate) const UTF_16: &str = "is UTF-16; save it as UTF-8";

/// What to do about a text that is UTF-32.
pub(crate) const UTF_32: &str = "is UTF-32; save it as UTF-8";

/// Opens a file, or standard input for `-`.
pub(crate) fn open(path: &Path) -> anyhow::Result<Box<dyn Read>> {
    if path == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path)
        .with_context(|| format!("cannot read {}; name a file, or - for standard input", path.display()))?;
    Ok(Box::new(file))
}

/// The name of the input in messages.
pub(crate) fn input_name(path: &Path) -> String {
    if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// The source without a byte order mark.
pub(crate) fn without_byte_order_mark<R: Read>(mut source: R) -> io::Result<impl Read> {
    let mut head = Vec::new();
    source
        .by_ref()
        .take(BYTE_ORDER_MARK.len() as u64)
        .read_to_end(&mut head)?;
    if head == BYTE_ORDER_MARK {
        head.clear();
    }
    Ok(Cursor::new(head).chain(source))
}

/// Whether a text is UTF-32, by its byte order mark, which begins as that of UTF-16.
pub(crate) fn is_utf_32(text: &[u8]) -> bool {
    text.starts_with(&[0xFF, 0xFE, 0, 0]) || text.starts_with(&[0, 0, 0xFE, 0xFF])
}

/// Fails for a text in UTF-16 or UTF-32, called `name`.
pub(crate) fn check_start(text: &[u8], name: &str) -> anyhow::Result<()> {
    anyhow::ensure!(!is_utf_32(text), "{name} {UTF_32}");
    anyhow::ensure!(!is_utf_16(text), "{name} {UTF_16}");
    Ok(())
}

/// Whether a text is UTF-16, by its byte order mark, or by the zero bytes of two characters of ASCII.
pub(crate) fn is_utf_16(text: &[u8]) -> bool {
    let is_ascii = |byte: u8| matches!(byte, b' '..=b'~');
    match *text {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [first, 0, second, 0, ..] | [0, first, 0, second, ..] => is_ascii(first) && is_ascii(second),
        _ => false,
    }
}

/// Fails for a file in UTF-16 or UTF-32. Says nothing about a file that cannot be read.
pub(crate) fn check_encoding(path: &Path) -> anyhow::Result<()> {
    let mut head = Vec::new();
    match File::open(path).and_then(|file| file.take(4).read_to_end(&mut head)) {
        Ok(_) => check_start(&head, &path.display().to_string()),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf_16_is_recognised_with_and_without_a_mark() {
        for text in ["\u{feff}", "\u{feff}{}", "{\"a\"", "case,"] {
            assert!(is_utf_16(&utf_16(text, u16::to_le_bytes)), "{text:?}");
            assert!(is_utf_16(&utf_16(text, u16::to_be_bytes)), "{text:?}");
        }
        for other in [
            &b""[..],
            b"{",
            b"{}",
            b"\xEF\xBB\xBF{",
            b"\0\0\0\x9B",
            b"\0\x01\0\x02",
            b"a\0b",
            "é".as_bytes(),
        ] {
            assert!(!is_utf_16(other), "{other:?}");
        }
    }

    #[test]
    fn utf_32_is_told_from_utf_16_by_its_mark() {
        let utf_32 = |bytes: fn(u32) -> [u8; 4]| {
            "\u{feff}{}"
                .chars()
                .flat_map(|c| bytes(u32::from(c)))
                .collect::<Vec<_>>()
        };
        for text in [utf_32(u32::to_le_bytes), utf_32(u32::to_be_bytes)] {
            let error = check_start(&text, "a.json").unwrap_err();
            assert_eq!(error.to_string(), "a.json is UTF-32; save it as UTF-8");
        }
        let error = check_start(&utf_16("\u{feff}{}", u16::to_le_bytes), "a.json").unwrap_err();
        assert_eq!(error.to_string(), "a.json is UTF-16; save it as UTF-8");
        assert!(check_start(b"\0\0\0{", "a message of an event stream").is_ok());
    }

    #[test]
    fn only_a_byte_order_mark_at_the_beginning_is_left_out() {
        let read = |bytes: &[u8]| {
            let mut text = Vec::new();
            without_byte_order_mark(bytes).unwrap().read_to_end(&mut text).unwrap();
            text
        };
        assert_eq!(read(b"\xEF\xBB\xBFab"), b"ab");
        assert_eq!(read(b"a\xEF\xBB\xBF"), b"a\xEF\xBB\xBF");
        assert_eq!(read(b"\xEF"), b"\xEF");
        assert_eq!(read(b""), b"");
    }
}
