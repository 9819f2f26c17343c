//! Parses AWS's binary event streams: length, headers, payload, checksums.
//!
//! Source: <https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html>, also used by Bedrock. Checksums are
//! left to the client: the bytes are passed on unchanged.

use super::piece::{MAX_PIECE_BYTES, Piece, reuse};

/// The lengths of the message and its headers, and a checksum of both.
const PRELUDE: usize = 12;
/// The checksum of the message.
const CHECKSUM: usize = 4;
/// The type of a text header.
const TEXT: u8 = 7;

/// The incomplete message.
#[derive(Default)]
pub(crate) struct EventStream {
    message: Vec<u8>,
    /// The remaining bytes of a message too long to keep.
    to_skip: usize,
    /// Whether the bytes are not an event stream.
    is_broken: bool,
}

impl EventStream {
    /// Reads the next bytes and emits every completed message.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut on_piece: impl FnMut(Piece<'_>)) {
        while !bytes.is_empty() && !self.is_broken {
            let skipped = self.to_skip.min(bytes.len());
            self.to_skip -= skipped;
            let rest = bytes.get(skipped..).unwrap_or_default();
            let wanted = self.length().unwrap_or(PRELUDE).saturating_sub(self.message.len());
            let (part, rest) = rest.split_at(wanted.min(rest.len()));
            self.message.extend_from_slice(part);
            bytes = rest;
            match self.length() {
                Some(length) if length < PRELUDE + CHECKSUM => {
                    self.is_broken = true;
                    self.message = Vec::new();
                    on_piece(Piece::Lost);
                }
                Some(length) if length > MAX_PIECE_BYTES => {
                    self.to_skip = length - self.message.len();
                    self.message.clear();
                    on_piece(Piece::Lost);
                }
                Some(length) if length == self.message.len() => {
                    on_piece(read(&self.message).unwrap_or(Piece::Lost));
                    self.message = reuse(std::mem::take(&mut self.message));
                }
                _ => {}
            }
        }
    }

    /// Emits a lost piece for an incomplete message.
    pub(crate) fn finish(self, mut on_piece: impl FnMut(Piece<'_>)) {
        if !self.message.is_empty() || self.to_skip > 0 {
            on_piece(Piece::Lost);
        }
    }

    /// The length of the whole message, if its prelude is complete.
    fn length(&self) -> Option<usize> {
        if self.message.len() < PRELUDE {
            return None;
        }
        number(&self.message, 0)
    }
}

/// A big-endian number of four bytes.
fn number(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    let four: [u8; 4] = four.try_into().ok()?;
    usize::try_from(u32::from_be_bytes(four)).ok()
}

fn read(message: &[u8]) -> Option<Piece<'_>> {
    let headers_length = number(message, 4)?;
    let headers = message.get(PRELUDE..PRELUDE.checked_add(headers_length)?)?;
    let payload = message.get(PRELUDE + headers_length..message.len().checked_sub(CHECKSUM)?)?;
    match exception(headers) {
        Some(name) => Some(Piece::Exception(name, payload)),
        None => Some(Piece::Json(payload)),
    }
}

/// The name of the exception, if its text headers mark the message as one.
fn exception(mut headers: &[u8]) -> Option<&str> {
    while let Some((&length, rest)) = headers.split_first() {
        let (name, rest) = rest.split_at_checked(usize::from(length))?;
        let (&kind, rest) = rest.split_first()?;
        // Text headers state their length; other types end the search.
        if kind != TEXT {
            return None;
        }
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (value, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        if name == b":exception-type" || name == b":error-code" {
            return std::str::from_utf8(value).ok();
        }
        headers = rest;
    }
    None
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A message with these headers and payload, its checksums zero.
    pub(in crate::framing) fn message(headers: &[(&str, &str)], payload: &[u8]) -> Vec<u8> {
        let mut block = Vec::new();
        for (name, value) in headers {
            block.push(u8::try_from(name.len()).unwrap());
            block.extend_from_slice(name.as_bytes());
            block.push(TEXT);
            block.extend_from_slice(&u16::try_from(value.len()).unwrap().to_be_bytes());
            block.extend_from_slice(value.as_bytes());
        }
        let length = PRELUDE + block.len() + payload.len() + CHECKSUM;
        let mut message = u32::try_from(length).unwrap().to_be_bytes().to_vec();
        message.extend_from_slice(&u32::try_from(block.len()).unwrap().to_be_bytes());
        message.extend_from_slice(&[0; 4]);
        message.extend_from_slice(&block);
        message.extend_from_slice(payload);
        message.extend_from_slice(&[0; 4]);
        message
    }

    fn pieces(bytes: &[u8], step: usize) -> Vec<String> {
        let mut found = Vec::new();
        let mut stream = EventStream::default();
        let mut collect = |piece: Piece<'_>| {
            found.push(match piece {
                Piece::Json(json) => String::from_utf8_lossy(json).into_owned(),
                Piece::Exception(name, json) => format!("{name}: {}", String::from_utf8_lossy(json)),
                Piece::Lost => "(lost)".to_owned(),
            });
        };
        for chunk in bytes.chunks(step) {
            stream.push(chunk, &mut collect);
        }
        stream.finish(collect);
        found
    }

    #[test]
    fn messages_and_exceptions_are_parsed_from_any_split() {
        let stream = [
            message(
                &[(":event-type", "messageStart"), (":message-type", "event")],
                b"{\"a\":1}",
            ),
            message(&[], b""),
            message(&[(":exception-type", "throttlingException")], b"{\"message\":\"slow\"}"),
        ]
        .concat();
        for step in 1..=stream.len() {
            assert_eq!(
                pieces(&stream, step),
                ["{\"a\":1}", "", "throttlingException: {\"message\":\"slow\"}"],
                "in steps of {step}"
            );
        }
    }

    #[test]
    fn truncated_and_invalid_messages_are_lost() {
        let whole = message(&[], b"{}");
        assert_eq!(pieces(&whole[..whole.len() - 1], 5), ["(lost)"]);
        assert_eq!(pieces(&[0; 40], 7), ["(lost)"]);
    }

    #[test]
    fn a_too_long_message_is_skipped_and_the_next_one_read() {
        let long = message(&[], &vec![b' '; MAX_PIECE_BYTES]);
        let stream = [long, message(&[], b"{}")].concat();
        assert_eq!(pieces(&stream, 1 << 20), ["(lost)", "{}"]);
    }
}
