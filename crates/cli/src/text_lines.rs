//! Reads the lines of a file, of bounded length, whatever their bytes are.

use std::{
    io::{self, BufRead},
    str,
};

use memchr::memchr;

use crate::input::{BYTE_ORDER_MARK, UTF_16, UTF_32, is_utf_16, is_utf_32};

/// Limit of a line.
const MAX_LINE_BYTES: usize = 64 << 20;

/// The lines of a file that are not blank. Holds one line in memory.
pub(crate) struct TextLines<R> {
    source: R,
    number: u64,
    line: Vec<u8>,
    max_bytes: usize,
}

/// A line of a file.
pub(crate) struct Line<'a> {
    /// Its place in the file, from 1.
    pub(crate) number: u64,
    bytes: Result<&'a [u8], LineError>,
}

/// Why a line is unreadable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LineError {
    /// The line was skipped.
    #[error("longer than {} bytes", .0)]
    TooLong(usize),
    /// The line is not UTF-8.
    #[error("not UTF-8 at byte {}", .0)]
    NotUtf8(usize),
    /// The line has the zero bytes or the mark of UTF-16.
    #[error("the text {UTF_16}")]
    Utf16,
    /// The line has the mark of UTF-32.
    #[error("the text {UTF_32}")]
    Utf32,
}

impl<R: BufRead> TextLines<R> {
    pub(crate) const fn new(source: R) -> Self {
        Self {
            source,
            number: 0,
            line: Vec::new(),
            max_bytes: MAX_LINE_BYTES,
        }
    }

    /// The next line that is not blank, without byte order mark and line break; `None` at the end.
    ///
    /// A line that is too long is skipped without being held in memory.
    pub(crate) fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            let Some(is_whole) = self.read_line()? else {
                return Ok(None);
            };
            self.number += 1;
            if !is_whole || !is_blank(&self.line) {
                let number = self.number;
                let bytes = if is_whole {
                    Ok(without_mark(&self.line))
                } else {
                    Err(LineError::TooLong(self.max_bytes))
                };
                return Ok(Some(Line { number, bytes }));
            }
        }
    }

    /// Reads to the end of the line. `None` at the end of the file, else whether the line is within the limit.
    fn read_line(&mut self) -> io::Result<Option<bool>> {
        self.line.clear();
        let (mut has_begun, mut is_whole) = (false, true);
        loop {
            let chunk = match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                chunk => chunk?,
            };
            if chunk.is_empty() {
                return Ok(has_begun.then_some(is_whole));
            }
            has_begun = true;
            let (length, ends) = match memchr(b'\n', chunk) {
                Some(place) => (place, true),
                None => (chunk.len(), false),
            };
            is_whole &= self.line.len() + length <= self.max_bytes;
            if is_whole {
                self.line.extend_from_slice(chunk.get(..length).unwrap_or_default());
            }
            self.source.consume(length + usize::from(ends));
            if ends {
                return Ok(Some(is_whole));
            }
        }
    }
}

impl<'a> Line<'a> {
    /// The bytes of the line, if it is within the limit and not UTF-16.
    pub(crate) fn bytes(&self) -> Result<&'a [u8], LineError> {
        let bytes = self.bytes?;
        if is_utf_32(bytes) {
            Err(LineError::Utf32)
        } else if is_utf_16(bytes) {
            Err(LineError::Utf16)
        } else {
            Ok(bytes)
        }
    }

    /// The text of the line.
    pub(crate) fn text(&self) -> Result<&'a str, LineError> {
        str::from_utf8(self.bytes()?).map_err(|error| LineError::NotUtf8(error.valid_up_to() + 1))
    }
}

/// A line may begin with a mark where files were joined.
fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
}

/// Whether the line is empty or white space. A blank line of UTF-16 has up to two zero bytes.
fn is_blank(line: &[u8]) -> bool {
    let mut zeros = 0;
    without_mark(line).iter().all(|byte| {
        zeros += usize::from(*byte == 0);
        byte.is_ascii_whitespace() || (*byte == 0 && zeros <= 2)
    })
}

#[cfg(test)]
mod tests {
    use std::io::{BufReader, Cursor, Read};

    use super::*;

    /// The number and text of each line, read with buffers of every small size.
    fn lines(bytes: &[u8], max_bytes: usize) -> Vec<(u64, Result<String, LineError>)> {
        let read = |capacity| {
            let mut lines = TextLines::new(BufReader::with_capacity(capacity, bytes));
            lines.max_bytes = max_bytes;
            let mut all = Vec::new();
            while let Some(line) = lines.next().unwrap() {
                all.push((line.number, line.text().map(str::to_owned)));
            }
            all
        };
        let all = read(1);
        for capacity in 2..9 {
            assert_eq!(read(capacity), all);
        }
        all
    }

    #[test]
    fn lines_that_cannot_be_read_are_skipped_and_the_rest_is_read() {
        let found = lines(b"a\n\xE9t\xE9\n\r\n  \nlonger\nb\r\nc", 5);
        let expected = [
            (1, Ok("a".into())),
            (2, Err(LineError::NotUtf8(1))),
            (5, Err(LineError::TooLong(5))),
            (6, Ok("b\r".into())),
            (7, Ok("c".into())),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn a_line_of_the_limits_length_is_read() {
        assert_eq!(lines(b"12345\n123456\n12345", 5)[0], (1, Ok("12345".into())));
        assert_eq!(lines(b"12345\n123456\n12345", 5)[1], (2, Err(LineError::TooLong(5))));
        assert_eq!(lines(b"12345\n123456\n12345", 5)[2], (3, Ok("12345".into())));
    }

    #[test]
    fn byte_order_marks_are_left_out_where_files_were_joined() {
        let found = lines("\u{feff}a\nb\n\u{feff}c\n\u{feff}\n".as_bytes(), 9);
        assert_eq!(found, [(1, Ok("a".into())), (2, Ok("b".into())), (3, Ok("c".into()))]);
    }

    #[test]
    fn utf_16_is_named_for_each_of_its_lines() {
        for (mark, bytes) in [
            ("\u{feff}", u16::to_le_bytes as fn(u16) -> [u8; 2]),
            ("", u16::to_be_bytes),
        ] {
            let utf_16: Vec<u8> = format!("{mark}{{\"a\"\r\n{{\"b\"\r\n")
                .encode_utf16()
                .flat_map(bytes)
                .collect();
            let found = lines(&utf_16, 99);
            assert_eq!(
                found,
                [(1, Err(LineError::Utf16)), (2, Err(LineError::Utf16))],
                "{mark:?}"
            );
        }
    }

    #[test]
    fn utf_32_is_named_on_its_first_line() {
        let utf_32: Vec<u8> = "\u{feff}{}".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        assert_eq!(lines(&utf_32, 99), [(1, Err(LineError::Utf32))]);
    }

    #[test]
    fn a_line_of_zeros_is_not_blank() {
        let found = lines(b"\0\r\0\n\0\0\0\n", 9);
        assert_eq!(found, [(2, Ok("\0\0\0".into()))]);
    }

    #[test]
    fn a_line_that_is_too_long_is_not_held() {
        let long = io::repeat(b'x').take(1 << 20);
        let mut lines = TextLines::new(BufReader::new(long.chain(Cursor::new("\nnext\n"))));
        lines.max_bytes = 1 << 14;
        assert!(lines.next().unwrap().unwrap().text().is_err());
        assert_eq!(lines.next().unwrap().unwrap().text(), Ok("next"));
        assert!(lines.line.capacity() <= 1 << 15, "{}", lines.line.capacity());
    }
}
