//! What gathers the bodies and events of a response.

use crate::reading::Reading;

/// Gathers what one response says, from its body or from its events one after another.
pub(crate) trait Gather: Send + Sync {
    /// The keys of events that say something new.
    fn news_keys(&self) -> NewsKeys;

    /// Takes over a body or an event.
    fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error>;

    /// What is known so far; counts may still be missing.
    fn reading(&self) -> &Reading;

    /// What the response said.
    fn finish(self: Box<Self>) -> Reading;
}

/// Takes over a body or an event.
type Read = fn(&mut Reading, &[u8]) -> Result<(), serde_json::Error>;

/// Gathers a response of an API whose bodies and events are read one by one, without a memory of their own.
pub(super) struct Plain {
    reading: Reading,
    news: NewsKeys,
    read: Read,
}

impl Plain {
    pub(super) fn boxed(news: NewsKeys, read: Read) -> Box<dyn Gather> {
        Box::new(Self {
            reading: Reading::default(),
            news,
            read,
        })
    }
}

impl Gather for Plain {
    fn news_keys(&self) -> NewsKeys {
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

/// The keys of an API's events that say something new.
#[derive(Clone, Copy)]
pub(crate) struct NewsKeys {
    /// An event without a value under one of these changes nothing but the response's names.
    pub(crate) telling: &'static [&'static str],
    /// Where the response's id may stand; the first that is no empty text is taken.
    pub(crate) id: &'static [&'static str],
    /// The same for the model.
    pub(crate) model: &'static [&'static str],
}
