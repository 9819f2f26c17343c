//! The interface of response readers.

use crate::reading::Reading;

/// Reads one response, from its body or from its events in order.
pub(crate) trait Gather: Send + Sync {
    /// The keys of relevant events.
    fn event_keys(&self) -> EventKeys;

    /// Reads a body or an event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error>;

    /// The state so far; counts may be missing.
    fn reading(&self) -> &Reading;

    /// The complete reading.
    fn finish(self: Box<Self>) -> Reading;
}

/// Reads a body or an event.
type Read = fn(&mut Reading, &[u8]) -> Result<(), serde_json::Error>;

/// Reads a response of an API whose events need no common state.
pub(super) struct Plain {
    reading: Reading,
    news: EventKeys,
    read: Read,
}

impl Plain {
    pub(super) fn boxed(news: EventKeys, read: Read) -> Box<dyn Gather> {
        Box::new(Self {
            reading: Reading::default(),
            news,
            read,
        })
    }
}

impl Gather for Plain {
    fn event_keys(&self) -> EventKeys {
        self.news
    }

    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        (self.read)(&mut self.reading, json)
    }

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn finish(self: Box<Self>) -> Reading {
        self.reading.finished()
    }
}

/// The keys of an API's relevant events.
#[derive(Clone, Copy)]
pub(crate) struct EventKeys {
    /// An event without a value of one of these keys can only name the response or model.
    pub(crate) relevant: &'static [&'static str],
    /// Keys of the response's id; the first non-empty text is used.
    pub(crate) id: &'static [&'static str],
    /// Keys of the model's name.
    pub(crate) model: &'static [&'static str],
}
