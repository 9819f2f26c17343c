//! Reads the records of a CSV file, of bounded size, whatever their bytes are.

use std::{
    borrow::Cow,
    io::{self, BufRead, BufReader, Read},
    str,
};

use csv_core::ReadRecordResult;

use crate::input::without_byte_order_mark;

/// Limit of a record's cells together.
const MAX_RECORD_BYTES: usize = 16 << 20;

/// Limit of a record's number of cells.
const MAX_CELLS: usize = 1 << 14;

/// What a record beyond the limits is.
pub(crate) const TOO_LARGE: &str = "larger than 16 MiB or 16,384 cells; a quote may lack its end";

/// The records of a file that are not empty. Holds one in memory.
pub(crate) struct CsvRecords<R> {
    source: BufReader<R>,
    parser: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    max_bytes: usize,
}

/// A record of a file.
#[derive(Clone, Copy)]
pub(crate) struct Record<'a> {
    /// Its first line, from 1.
    pub(crate) line: u64,
    cells: &'a [u8],
    ends: &'a [usize],
    /// Whether the record is within the limits. It has no cells if it is not.
    pub(crate) is_whole: bool,
}

/// The records of `source`, without a byte order mark.
pub(crate) fn records<R: Read>(source: R) -> io::Result<CsvRecords<impl Read>> {
    Ok(CsvRecords {
        source: BufReader::new(without_byte_order_mark(source)?),
        parser: csv_core::Reader::new(),
        cells: Vec::new(),
        ends: Vec::new(),
        max_bytes: MAX_RECORD_BYTES,
    })
}

impl<R: Read> CsvRecords<R> {
    /// The next record, `None` at the end. A record beyond the limits is skipped without being held in memory.
    pub(crate) fn next(&mut self) -> io::Result<Option<Record<'_>>> {
        self.skip_blank_lines()?;
        let line = self.parser.line();
        let (mut length, mut count, mut is_whole) = (0, 0, true);
        loop {
            let input = match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                input => input?,
            };
            let output = self.cells.get_mut(length..).unwrap_or_default();
            let ends = self.ends.get_mut(count..).unwrap_or_default();
            let (result, read, written, ended) = self.parser.read_record(input, output, ends);
            self.source.consume(read);
            length += written;
            count += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.cells.len() <= self.max_bytes => {
                    // The parser asks for a byte more than it writes.
                    grow(&mut self.cells, self.max_bytes + 1);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < MAX_CELLS => grow(&mut self.ends, MAX_CELLS),
                // The rest is read into the same place.
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (length, count, is_whole) = (0, 0, false);
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
            }
        }
        is_whole &= length <= self.max_bytes;
        if !is_whole {
            (length, count) = (0, 0);
        }
        Ok(Some(Record {
            line,
            cells: self.cells.get(..length).unwrap_or_default(),
            ends: self.ends.get(..count).unwrap_or_default(),
            is_whole,
        }))
    }

    /// Skips line breaks before a record, so that it begins at its own line.
    fn skip_blank_lines(&mut self) -> io::Result<()> {
        loop {
            let breaks = match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                input => input?.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')),
            };
            let (length, lines) = breaks.fold((0, 0), |(length, lines), byte| {
                (length + 1, lines + u64::from(*byte == b'\n'))
            });
            if length == 0 {
                return Ok(());
            }
            self.source.consume(length);
            self.parser.set_line(self.parser.line() + lines);
        }
    }
}

impl<'a> Record<'a> {
    /// The number of cells.
    pub(crate) const fn len(&self) -> usize {
        self.ends.len()
    }

    /// All cells together.
    pub(crate) const fn bytes(&self) -> &'a [u8] {
        self.cells
    }

    /// The cells without white space around them. What is not UTF-8 in them is replaced.
    pub(crate) fn cells(self) -> impl Iterator<Item = Cow<'a, str>> {
        (0..self.len()).filter_map(move |place| self.cell(place))
    }

    /// The cell at a place.
    pub(crate) fn cell(&self, place: usize) -> Option<Cow<'a, str>> {
        let end = *self.ends.get(place)?;
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before));
        let bytes = self.cells.get(start.copied().unwrap_or(0)..end)?;
        Some(match str::from_utf8(bytes) {
            Ok(text) => Cow::Borrowed(text.trim()),
            Err(_) => Cow::Owned(String::from_utf8_lossy(bytes).trim().to_owned()),
        })
    }

    /// Whether all cells are UTF-8.
    pub(crate) fn is_text(&self) -> bool {
        str::from_utf8(self.cells).is_ok()
    }
}

/// Doubles a buffer, up to the limit.
fn grow<T: Clone + Default>(buffer: &mut Vec<T>, limit: usize) {
    let length = (buffer.len() * 2).clamp(64, limit);
    buffer.reserve_exact(length - buffer.len());
    buffer.resize(length, T::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line and cells of each record; no cells for one beyond the limits.
    fn read(text: impl AsRef<[u8]>, max_bytes: usize) -> Vec<(u64, Vec<String>)> {
        let mut records = records(text.as_ref()).unwrap();
        records.max_bytes = max_bytes;
        let mut all = Vec::new();
        while let Some(record) = records.next().unwrap() {
            assert_eq!(record.is_whole, record.len() > 0);
            all.push((record.line, record.cells().map(Cow::into_owned).collect()));
        }
        all
    }

    fn cells(cells: &[&str]) -> Vec<String> {
        cells.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn records_have_the_line_they_begin_in() {
        let found = read("\u{feff}a,b\r\n\n\n\"1\n2\", 3 \r\r4,\"5\"\"\"", 1_000);
        assert_eq!(
            found,
            [
                (1, cells(&["a", "b"])),
                (4, cells(&["1\n2", "3"])),
                (5, cells(&["4", "5\""]))
            ]
        );
    }

    #[test]
    fn records_are_those_of_the_csv_crate() {
        for text in [
            "a,b\n1,2",
            "a,b\n\"1,\n\"\"x\"y,2\n,\n",
            "a\n\"",
            "a,\"b",
            "\n\n",
            "",
            "a\r\n\r\nb\r\n",
        ] {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .trim(csv::Trim::All)
                .from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> = reader
                .records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            let found: Vec<_> = read(text, 1_000).into_iter().map(|(_, cells)| cells).collect();
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_record_beyond_a_limit_is_skipped_and_the_next_is_read() {
        let long = format!("a,b\n\"{}\",x\n1,2\n", "\n".repeat(100_000));
        // The quote ends in line 100,002.
        let expected = [(1, cells(&["a", "b"])), (2, vec![]), (100_003, cells(&["1", "2"]))];
        assert_eq!(read(&long, 4_096), expected);

        let wide = format!("a,b\n{}\n1,2\n", ",".repeat(MAX_CELLS + 7));
        assert_eq!(read(&wide, 1 << 20)[1..], [(2, vec![]), (3, cells(&["1", "2"]))]);
    }

    #[test]
    fn a_record_of_the_limits_size_is_read() {
        for bytes in 60..70 {
            let text = format!("{}\nx\n", "a".repeat(bytes));
            let is_read = !read(&text, 64)[0].1.is_empty();
            assert_eq!(is_read, bytes <= 64, "{bytes}");
            assert_eq!(read(&text, 64)[1], (2, cells(&["x"])));
        }
    }

    #[test]
    fn a_record_beyond_the_limit_is_not_held() {
        let text = [b"\"".as_slice(), &vec![b'x'; 1 << 20]].concat();
        let mut records = records(text.as_slice()).unwrap();
        records.max_bytes = 1 << 12;
        assert!(!records.next().unwrap().unwrap().is_whole);
        assert!(
            records.cells.capacity() <= (1 << 12) + 1,
            "{}",
            records.cells.capacity()
        );
    }
}
