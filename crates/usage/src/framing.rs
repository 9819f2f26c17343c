//! How a response's bytes are divided into pieces of JSON: told by its first byte, whatever its headers say.
//!
//! Errors come as JSON under `text/event-stream`, and event streams without any content type.

mod event_stream;
mod json_values;
mod piece;
mod server_sent_events;

use event_stream::EventStream;
use json_values::JsonValues;
pub(crate) use json_values::KEPT_TEXT;
pub(crate) use piece::Piece;
use server_sent_events::EventSplitter;

/// The bytes of one response, on their way into pieces.
#[derive(Default)]
pub(crate) enum Framing {
    /// Nothing but white space has arrived.
    #[default]
    Unknown,
    /// Lines of `data:`.
    ServerSentEvents(EventSplitter),
    /// JSON values, one after another or in one list: a whole body, lines of JSON, Gemini's streams without `alt=sse`.
    Json(Box<JsonValues>),
    /// AWS's binary messages.
    EventStream(EventStream),
    /// Something else, such as a page of HTML.
    Foreign,
}

impl Framing {
    /// Takes the next bytes and hands on every piece that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8], mut on_piece: impl FnMut(Piece<'_>)) {
        match self {
            Self::ServerSentEvents(events) => events.push(bytes, on_piece),
            Self::Json(values) => values.push(bytes, &mut on_piece),
            Self::EventStream(messages) => messages.push(bytes, on_piece),
            Self::Foreign => {}
            Self::Unknown => {
                // A byte order mark is three bytes, which may arrive apart; none of them is the first of anything else.
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

    /// Whether this is a stream of server-sent events of which nothing has arrived since the last one ended.
    pub(crate) fn is_between_events(&self) -> bool {
        matches!(self, Self::ServerSentEvents(events) if events.is_between_events())
    }

    /// Hands on what is left when the response ends.
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
            // The length of a message, of which the first byte is the highest, stays below 16 MiB.
            0 => Self::EventStream(EventStream::default()),
            // `data`, `event`, `id`, `retry`, and comments.
            b'd' | b'e' | b'i' | b'r' | b':' => Self::ServerSentEvents(EventSplitter::default()),
            _ => Self::Foreign,
        }
    }
}
