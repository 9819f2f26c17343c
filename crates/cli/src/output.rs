//! Prints text, JSON and CSV, on standard output and standard error. Nothing else in the command writes there.
//!
//! Text is printed by the line, so that a line break within it can only be one of others, and is escaped like every other
//! control character.

use std::{
    fmt,
    io::{self, BufWriter, Stdout, StdoutLock, Write},
};

use serde::Serialize;

use crate::{
    csv_row,
    escape::{self, cut, shown},
};

/// Limit of a line of text on standard output, in characters.
const MAX_LINE_CHARS: usize = 32 * 1024;

/// Limit of a message on standard error, in characters. Errors of parsers may quote all of their input.
const MAX_MESSAGE_CHARS: usize = 2_000;

/// Writes lines of text, JSON and CSV without control characters.
pub(crate) struct Output<W> {
    out: W,
}

/// Standard output, locked and buffered.
#[expect(clippy::disallowed_methods, reason = "escaped here")]
pub(crate) fn stdout() -> Output<BufWriter<StdoutLock<'static>>> {
    Output::new(BufWriter::new(io::stdout().lock()))
}

/// Standard output, for a command beside which others write to it.
#[expect(clippy::disallowed_methods, reason = "escaped here")]
pub(crate) fn shared_stdout() -> Output<Stdout> {
    Output::new(io::stdout())
}

/// Prints a line on standard error.
pub(crate) fn message(text: fmt::Arguments<'_>) {
    // Where standard error is closed, nothing can be said about it.
    let _ = StderrLines.write_all(text.to_string().as_bytes());
}

/// Standard error for a logger that writes each event at once. An event is a line.
pub(crate) struct StderrLines;

impl Write for StderrLines {
    #[expect(clippy::disallowed_methods, reason = "escaped here")]
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        let line = line(text.trim_end_matches('\n'), MAX_MESSAGE_CHARS);
        io::stderr().lock().write_all(line.as_bytes())?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<W: Write> Output<W> {
    pub(crate) const fn new(out: W) -> Self {
        Self { out }
    }

    /// Writes a line of text.
    pub(crate) fn line(&mut self, text: fmt::Arguments<'_>) -> io::Result<()> {
        self.out.write_all(line(&text.to_string(), MAX_LINE_CHARS).as_bytes())
    }

    /// Writes a line of cells, separated by tabs.
    pub(crate) fn tab_separated(&mut self, cells: &[&str]) -> io::Result<()> {
        let cells: Vec<_> = cells.iter().map(|cell| shown(cell)).collect();
        writeln!(self.out, "{}", cells.join("\t"))
    }

    /// Writes a row of CSV.
    pub(crate) fn csv_row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) -> io::Result<()> {
        self.out.write_all(csv_row::csv_row(cells).as_bytes())
    }

    /// Writes a value as a line of JSON.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(value)?;
        writeln!(self.out, "{}", escape::json(&text))
    }

    /// Writes a value as indented JSON.
    pub(crate) fn pretty_json(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string_pretty(value)?;
        writeln!(self.out, "{}", escape::json(&text))
    }

    pub(crate) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The text as a line.
fn line(text: &str, max_chars: usize) -> String {
    let mut line = shown(&cut(text, max_chars)).into_owned();
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Output<Vec<u8>>) -> io::Result<()>) -> String {
        let mut output = Output::new(Vec::new());
        write(&mut output).unwrap();
        String::from_utf8(output.out).unwrap()
    }

    #[test]
    fn a_line_of_text_is_one_line() {
        let text = written(|out| out.line(format_args!("{}: {}", "a\nb", "\u{1b}[2K\r")));
        assert_eq!(text, "a\\nb: \\u{1b}[2K\\r\n");
    }

    #[test]
    fn tabs_only_separate_cells() {
        assert_eq!(written(|out| out.tab_separated(&["a\tb", "c"])), "a\\tb\tc\n");
    }

    #[test]
    fn a_long_line_is_cut_and_json_is_not() {
        let long = "x".repeat(MAX_LINE_CHARS + 5);
        let text = written(|out| out.line(format_args!("{long}")));
        assert!(text.ends_with("x... (5 more characters)\n"), "{}", text.len());
        assert_eq!(written(|out| out.json(&long)).len(), long.len() + 3);
    }
}
