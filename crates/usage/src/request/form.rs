//! Finds the field `model` of a multipart form, from bytes split anywhere. Only the heads of parts are looked at: a file
//! or another field may hold any text.

use memchr::memchr;

use super::work::Work;

/// The longest head of a part that is read; a part with a longer one is skipped.
const MAX_HEAD_BYTES: usize = 2048;
/// The longest model, with the delimiter around it. A longer one stays unknown.
const MAX_KEPT_BYTES: usize = 1024;
/// The longest boundary by RFC 2046.
const MAX_BOUNDARY_BYTES: usize = 70;
/// The most spaces after a boundary.
const MAX_PADDING_BYTES: usize = 64;

/// The work of a search for a carriage return.
const WORK_OF_SEARCH: usize = 8;
/// The work of a line of a head.
const WORK_OF_LINE: usize = 16;

/// The reading of one form.
#[derive(Clone)]
pub(super) struct ModelField {
    /// The line break, two hyphens and the boundary.
    delimiter: Vec<u8>,
    state: State,
    /// How many bytes of the delimiter were just read.
    matched: usize,
    /// The head, value, or end of a boundary's line that is read.
    kept: Vec<u8>,
    value: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Before the first part, or in one that is skipped.
    Skipped,
    /// In the model.
    Value,
    /// After a boundary, before its line's end.
    Boundary,
    Head,
    /// After the model or the form, or of no form.
    Over,
}

impl ModelField {
    /// The form of a body of this `content-type`; `None` for other bodies.
    pub(super) fn of(content_type: &str) -> Option<Self> {
        let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
            return None;
        }
        let boundary = parameter(parameters.as_bytes(), "boundary").unwrap_or_default();
        let is_usable = (1..=MAX_BOUNDARY_BYTES).contains(&boundary.len()) && !boundary.contains(&b'\r');
        Some(Self {
            delimiter: [b"\r\n--", boundary].concat(),
            state: if is_usable { State::Skipped } else { State::Over },
            // The first boundary has no line break before it.
            matched: 2,
            kept: Vec::new(),
            value: None,
        })
    }

    /// Whether further bytes are ignored.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Over
    }

    /// Reads on until the work is used up; returns the number of bytes read.
    pub(super) fn read(&mut self, bytes: &[u8], work: &mut Work) -> usize {
        let mut at = 0;
        while at < bytes.len() && !work.is_used_up() {
            let rest = bytes.get(at..).unwrap_or_default();
            at += match self.state {
                State::Skipped | State::Value => self.content(rest, work),
                State::Boundary => self.boundary(rest, work),
                State::Head => self.head(rest, work),
                State::Over => rest.len(),
            };
        }
        at
    }

    pub(super) fn value(self) -> Option<String> {
        self.value
    }

    /// Reads on to the end of a delimiter, or of what can begin one. Only its first byte is a carriage return, so that
    /// a mismatch need not look back.
    fn content(&mut self, rest: &[u8], work: &mut Work) -> usize {
        work.spend(WORK_OF_SEARCH);
        let mut window = work.window(rest);
        if self.state == State::Value {
            let room = (MAX_KEPT_BYTES + 1).saturating_sub(self.kept.len());
            window = window.get(..room).unwrap_or(window);
        }
        let mut at = 0;
        while let Some(expected) = self.delimiter.get(self.matched)
            && window.get(at) == Some(expected)
        {
            self.matched += 1;
            at += 1;
        }
        let is_delimited = self.matched == self.delimiter.len();
        if !is_delimited && let Some(mismatched) = window.get(at..).filter(|rest| !rest.is_empty()) {
            at += memchr(b'\r', mismatched).unwrap_or(mismatched.len());
            self.matched = 0;
        }
        work.spend_text(at);
        if self.state == State::Value {
            self.kept.extend_from_slice(window.get(..at).unwrap_or_default());
            if self.kept.len() > MAX_KEPT_BYTES {
                self.go(State::Over);
                return at;
            }
        }
        if is_delimited {
            self.end_content();
        }
        at
    }

    /// Takes the model, if that was read, and goes on with the boundary's line.
    fn end_content(&mut self) {
        if self.state == State::Value {
            let length = self.kept.len().saturating_sub(self.delimiter.len());
            let value = self.kept.get(..length).map(std::str::from_utf8);
            let value = value.and_then(Result::ok).unwrap_or_default().trim();
            self.value = Some(value.to_owned()).filter(|value| !value.is_empty());
        }
        self.go(State::Boundary);
    }

    fn boundary(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let (read, is_whole) = self.line(rest, MAX_PADDING_BYTES, work);
        let is_last = self.kept.starts_with(b"--");
        if is_last || (is_whole && self.kept.trim_ascii().is_empty()) {
            let is_over = is_last || self.value.is_some();
            self.go(if is_over { State::Over } else { State::Head });
        } else if is_whole || self.kept.len() > MAX_PADDING_BYTES {
            // The boundary is the beginning of another text, so that the content went on.
            if self.value.take().is_some() {
                self.go(State::Over);
            } else {
                self.skip();
            }
        }
        read
    }

    fn head(&mut self, rest: &[u8], work: &mut Work) -> usize {
        let (read, is_line) = self.line(rest, MAX_HEAD_BYTES, work);
        if is_line && (self.kept == b"\r\n" || self.kept.ends_with(b"\n\r\n")) {
            work.spend(2 * self.kept.len());
            if is_model(&self.kept) {
                self.go(State::Value);
                // The head's line break is the delimiter's too, if the value is empty.
                self.kept.extend_from_slice(b"\r\n");
                self.matched = 2;
            } else {
                self.skip();
            }
        } else if self.kept.len() > MAX_HEAD_BYTES {
            self.skip();
        }
        read
    }

    /// Skips up to the next delimiter, which may have begun in the kept bytes.
    fn skip(&mut self) {
        let matched = match self.kept.as_slice() {
            [.., b'\r', b'\n'] => 2,
            [.., b'\r'] => 1,
            _ => 0,
        };
        self.go(State::Skipped);
        self.matched = matched;
    }

    fn go(&mut self, state: State) {
        self.state = state;
        self.matched = 0;
        self.kept.clear();
    }

    /// Keeps the bytes up to a line's end, and one more than `most` at most; returns their number, and whether the
    /// line ended.
    fn line(&mut self, rest: &[u8], most: usize, work: &mut Work) -> (usize, bool) {
        work.spend(WORK_OF_LINE);
        let room = (most + 1).saturating_sub(self.kept.len());
        let window = rest.get(..room).unwrap_or(rest);
        let end = memchr(b'\n', window);
        let line = window.get(..end.map_or(window.len(), |end| end + 1)).unwrap_or(window);
        self.kept.extend_from_slice(line);
        work.spend_text(line.len());
        (line.len(), end.is_some())
    }
}

/// Whether a part with this head is the field `model`, and no file.
fn is_model(head: &[u8]) -> bool {
    let disposition = head.split(|byte| *byte == b'\n').find_map(|line| {
        let colon = memchr(b':', line)?;
        let (name, value) = line.split_at_checked(colon)?;
        let is_disposition = name.trim_ascii().eq_ignore_ascii_case(b"content-disposition");
        value.get(1..).filter(|_| is_disposition)
    });
    let Some(disposition) = disposition else {
        return false;
    };
    let end = memchr(b';', disposition).unwrap_or(disposition.len());
    let (kind, parameters) = disposition.split_at_checked(end).unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(b"form-data")
        && parameter(parameters, "name") == Some(b"model".as_slice())
        && parameter(parameters, "filename").is_none()
        && parameter(parameters, "filename*").is_none()
}

/// The value of the parameter `name` of a header such as `; name="a"; filename=b`, without its quotes.
fn parameter<'header>(mut parameters: &'header [u8], name: &str) -> Option<&'header [u8]> {
    loop {
        let is_between = |byte: &u8| *byte == b';' || byte.is_ascii_whitespace();
        let start = parameters.iter().position(|byte| !is_between(byte))?;
        parameters = parameters.get(start..)?;
        let end = parameters.iter().position(|byte| matches!(byte, b'=' | b';'));
        let (given, rest) = parameters.split_at_checked(end.unwrap_or(parameters.len()))?;
        let Some(rest) = rest.strip_prefix(b"=") else {
            parameters = rest;
            continue;
        };
        let (value, rest) = value(rest.trim_ascii_start());
        if given.trim_ascii().eq_ignore_ascii_case(name.as_bytes()) {
            return Some(value);
        }
        parameters = rest;
    }
}

/// The value at the beginning of `text`, and what follows. A quote without an end has the rest.
fn value(text: &[u8]) -> (&[u8], &[u8]) {
    let Some(quoted) = text.strip_prefix(b"\"") else {
        let end = memchr(b';', text).unwrap_or(text.len());
        let (value, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
        return (value.trim_ascii(), rest);
    };
    let mut is_escaped = false;
    let end = quoted.iter().position(|byte| {
        let is_end = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        is_end
    });
    let (value, rest) = quoted
        .split_at_checked(end.unwrap_or(quoted.len()))
        .unwrap_or((quoted, &[]));
    (value, rest.get(1..).unwrap_or_default())
}
