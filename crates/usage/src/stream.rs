//! Reads a streamed response while it passes, and parses only the events that say something new.

use crate::api::Api;
use crate::body::Response;
use crate::reading::Reading;
use crate::sse::{Event, EventSplitter};
use crate::telling::TellingKeys;

/// Reads a response that arrives as server-sent events.
///
/// Bytes may be cut anywhere. Most events carry only a piece of content; they are recognised without parsing.
///
/// ```
/// use tracing_genai_usage::{Api, StreamReader, Unit};
///
/// let mut stream = StreamReader::new(Api::OpenAiChat);
/// stream.push(b"data: {\"model\":\"gpt-4o\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}\n\nda");
/// stream.push(b"ta: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n");
/// let reading = stream.finish();
/// assert_eq!(reading.model.as_deref(), Some("gpt-4o"));
/// assert_eq!(reading.usage.get(Unit::OutputTokens), Some(2));
/// ```
pub struct StreamReader {
    events: EventSplitter,
    gathering: Gathering,
}

/// What is known so far of the response.
struct Gathering {
    response: Response,
    telling: TellingKeys,
    /// The first events name the response and its model, whatever else they carry.
    opened: bool,
    skipped_events: u32,
}

impl StreamReader {
    /// A reader for one response of `api`.
    pub fn new(api: Api) -> Self {
        let response = Response::new(api);
        let telling = TellingKeys::new(response.telling_keys());
        Self {
            events: EventSplitter::default(),
            gathering: Gathering {
                response,
                telling,
                opened: false,
                skipped_events: 0,
            },
        }
    }

    /// Takes the next bytes of the response. Nothing is kept of content that has gone by.
    pub fn push(&mut self, bytes: &[u8]) {
        let Self { events, gathering } = self;
        events.push(bytes, |event| gathering.take(&event));
    }

    /// What the response said, also when it was cut off: then what it had not said is absent.
    pub fn finish(self) -> Reading {
        let Self { events, mut gathering } = self;
        events.finish(|event| gathering.take(&event));
        let mut reading = gathering.response.finish();
        reading.skipped_events = gathering.skipped_events;
        reading
    }
}

impl std::fmt::Debug for StreamReader {
    /// Says nothing of the content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let skipped = &self.gathering.skipped_events;
        f.debug_struct("StreamReader")
            .field("skipped_events", skipped)
            .finish_non_exhaustive()
    }
}

impl Gathering {
    fn take(&mut self, event: &Event<'_>) {
        let understood = match event {
            Event::Data(b"[DONE]") => return,
            Event::Data(data) if self.opened && !self.telling.are_in(data) => return,
            Event::Data(data) => self.response.read(data).is_ok(),
            Event::TooLong => false,
        };
        self.opened |= understood;
        self.skipped_events = self.skipped_events.saturating_add(u32::from(!understood));
    }
}
