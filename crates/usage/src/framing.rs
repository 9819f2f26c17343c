//! Splits a response's bytes into pieces of JSON. The format is detected from the first byte, not from headers.
//!
//! Errors may be JSON under `text/event-stream`, and event streams may lack a content type.

mod event_stream;
mod json_values;
mod piece;
mod server_sent_events;

use event_stream::EventStream;
use json_values::JsonValues;
pub(crate) use piece::Piece;
use server_sent_events::EventSplitter;

/// The framing of one response.
#[derive(Default)]
pub(crate) enum Framing {
    /// Only white space so far.
    #[default]
    Unknown,
    /// Server-sent events.
    ServerSentEvents(EventSplitter),
    /// JSON values, in sequence or in one list: a whole body, lines of JSON, Gemini's streams without `alt=sse`.
    Json(Box<JsonValues>),
    /// AWS's binary messages.
    EventStream(EventStream),
    /// Another format, such as HTML.
    Foreign,
}

impl Framing {
    /// Reads the next bytes and emits every completed piece.
    pub(crate) fn push(&mut self, bytes: &[u8], mut on_piece: impl FnMut(Piece<'_>)) {
        match self {
            Self::ServerSentEvents(events) => events.push(bytes, on_piece),
            Self::Json(values) => values.push(bytes, &mut on_piece),
            Self::EventStream(messages) => messages.push(bytes, on_piece),
            Self::Foreign => {}
            Self::Unknown => {
                // A byte order mark is three bytes, which may arrive separately; no other format begins with them.
                let is_nothing = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, 0xEF | 0xBB | 0xBF);
                let Some(first) = bytes.iter().position(|byte| !is_nothing(byte)) else {
                    return;
                };
                let bytes = bytes.get(first..).unwrap_or_default();
                *self = Self::starting_with(bytes.first().copied().unwrap_or_default());
                if matches!(self, Self::Foreign) {
                    on_piece(Piece::Lost);
                }
                self.push(bytes, on_piece);
            }
        }
    }

    /// Whether this is a stream of server-sent events, between two events.
    pub(crate) fn is_between_events(&self) -> bool {
        matches!(self, Self::ServerSentEvents(events) if events.is_between_events())
    }

    /// Emits the rest when the response ends.
    pub(crate) fn finish(self, mut on_piece: impl FnMut(Piece<'_>)) {
        match self {
            Self::ServerSentEvents(events) => events.finish(on_piece),
            Self::Json(values) => values.finish(&mut on_piece),
            Self::EventStream(messages) => messages.finish(on_piece),
            Self::Unknown | Self::Foreign => {}
        }
    }

    fn starting_with(byte: u8) -> Self {
        match byte {
            b'{' | b'[' => Self::Json(Box::default()),
            // The first byte is the highest of the message's length, which is below 16 MiB.
            0 => Self::EventStream(EventStream::default()),
            // `data`, `event`, `id`, `retry`, and comments.
            b'd' | b'e' | b'i' | b'r' | b':' => Self::ServerSentEvents(EventSplitter::default()),
            _ => Self::Foreign,
        }
    }
}
