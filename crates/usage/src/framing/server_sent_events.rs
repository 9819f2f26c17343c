//! Parses server-sent events from bytes split at any position.
//!
//! Source: <https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream>.

use memchr::memchr;

use super::piece::{MAX_PIECE_BYTES, Piece, reuse};

/// The incomplete part of an event stream.
#[derive(Default)]
pub(crate) struct EventSplitter {
    /// The beginning of an incomplete line.
    line: Vec<u8>,
    line_too_long: bool,
    /// The data of an incomplete event.
    data: Vec<u8>,
    state: EventState,
    started: bool,
}

/// The state of an event.
#[derive(Default)]
enum EventState {
    #[default]
    Empty,
    HasData,
    TooLong,
}

impl EventSplitter {
    /// Reads the next bytes and emits every completed event.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut on_piece: impl FnMut(Piece<'_>)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (head, rest) = bytes.split_at(end);
            bytes = rest.get(1..).unwrap_or_default();
            if self.line.is_empty() && !self.line_too_long {
                self.line_ended(head, &mut on_piece);
            } else {
                self.keep(head);
                let line = std::mem::take(&mut self.line);
                if std::mem::take(&mut self.line_too_long) {
                    self.state = EventState::TooLong;
                } else {
                    self.line_ended(&line, &mut on_piece);
                }
                self.line = reuse(line);
            }
        }
        self.keep(bytes);
    }

    /// Whether no byte has arrived since the last event.
    pub(crate) fn is_between_events(&self) -> bool {
        self.started && self.line.is_empty() && !self.line_too_long && matches!(self.state, EventState::Empty)
    }

    /// Emits the rest at the end of the stream: the last event may lack its blank line.
    pub(crate) fn finish(mut self, mut on_piece: impl FnMut(Piece<'_>)) {
        self.push(b"\n\n", &mut on_piece);
    }

    /// Keeps the beginning of a line up to the limit.
    fn keep(&mut self, part: &[u8]) {
        if self.line.len() + part.len() > MAX_PIECE_BYTES {
            self.line_too_long = true;
        }
        if self.line_too_long {
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(part);
        }
    }

    fn line_ended(&mut self, line: &[u8], on_piece: &mut impl FnMut(Piece<'_>)) {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let line = if self.started {
            line
        } else {
            line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)
        };
        self.started = true;
        if line.is_empty() {
            self.event_ended(on_piece);
        } else if let Some(value) = line.strip_prefix(b"data:") {
            self.add_data(value.strip_prefix(b" ").unwrap_or(value));
        } else if line == b"data" {
            self.add_data(b"");
        }
    }

    fn add_data(&mut self, value: &[u8]) {
        if self.data.len() + value.len() >= MAX_PIECE_BYTES {
            self.state = EventState::TooLong;
            self.data = Vec::new();
        }
        match self.state {
            EventState::TooLong => return,
            EventState::HasData => self.data.push(b'\n'),
            EventState::Empty => self.state = EventState::HasData,
        }
        self.data.extend_from_slice(value);
    }

    fn event_ended(&mut self, on_piece: &mut impl FnMut(Piece<'_>)) {
        match std::mem::take(&mut self.state) {
            EventState::Empty => return,
            EventState::HasData => on_piece(Piece::Json(&self.data)),
            EventState::TooLong => on_piece(Piece::Lost),
        }
        self.data = reuse(std::mem::take(&mut self.data));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The marker of an event that was too long.
    const TOO_LONG: &str = "(too long)";

    fn events(chunks: &[&[u8]]) -> Vec<String> {
        let mut found = Vec::new();
        let mut collect = |event: Piece<'_>| {
            found.push(match event {
                Piece::Json(data) => String::from_utf8_lossy(data).into_owned(),
                Piece::Lost | Piece::Exception(..) => TOO_LONG.to_owned(),
            });
        };
        let mut splitter = EventSplitter::default();
        for chunk in chunks {
            splitter.push(chunk, &mut collect);
        }
        splitter.finish(collect);
        found
    }

    #[test]
    fn lines_may_end_in_lf_or_crlf() {
        assert_eq!(events(&[b"data: a\n\ndata: b\r\n\r\n"]), ["a", "b"]);
    }

    #[test]
    fn several_data_lines_make_one_event() {
        assert_eq!(events(&[b"data: {\ndata:  1\ndata\ndata:}\n\n"]), ["{\n 1\n\n}"]);
    }

    #[test]
    fn comments_and_other_fields_are_not_data() {
        assert_eq!(events(&[b": ping\n\nevent: x\nid: 1\nretry: 9\n\ndata: y\n\n"]), ["y"]);
    }

    #[test]
    fn a_byte_order_mark_is_skipped() {
        assert_eq!(events(&[b"\xEF\xBB\xBFdata: a\n\n"]), ["a"]);
    }

    #[test]
    fn the_last_event_may_lack_its_blank_line() {
        assert_eq!(events(&[b"data: a\n\ndata: b"]), ["a", "b"]);
    }

    #[test]
    fn a_too_long_event_is_skipped_and_the_next_one_read() {
        let megabyte = vec![b'x'; 1024 * 1024];
        let mut chunks: Vec<&[u8]> = vec![b"data: "];
        chunks.extend(std::iter::repeat_n(megabyte.as_slice(), 20));
        chunks.push(b"\n\ndata: next\n\n");
        assert_eq!(events(&chunks), [TOO_LONG, "next"]);
    }

    #[test]
    fn many_data_lines_cannot_grow_an_event_beyond_the_limit() {
        let line = [b"data: ".as_slice(), &vec![b'x'; 1024 * 1024], b"\n"].concat();
        let mut chunks: Vec<&[u8]> = std::iter::repeat_n(line.as_slice(), 20).collect();
        chunks.push(b"\ndata: next\n\n");
        assert_eq!(events(&chunks), [TOO_LONG, "next"]);
    }
}
