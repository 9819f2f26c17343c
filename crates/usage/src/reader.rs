//! Reads a response while it passes, whole or streamed, and parses only what says something new.

use memchr::memmem;

use crate::api::Api;
use crate::apis::{Gather, gather};
use crate::framing::{Framing, Piece};
use crate::idle::IdleTemplate;
use crate::provider_error::{ProviderError, error_body, exception};
use crate::reading::{ReadError, Reading};
use crate::telling_keys::TellingKeys;

/// Reads one response of an API from its bytes: a body, server-sent events, lines of JSON, or AWS's event stream.
///
/// Which of them it is shows in the first byte. Bytes may be cut anywhere. Nothing is kept of content that has gone by,
/// so that memory stays small however long the response: most events of a stream carry only a piece of content, and are
/// recognised without parsing; long texts and lists of numbers in a body are cut short as they pass.
///
/// ```
/// use tracing_genai_usage::{Api, ResponseReader, Unit};
///
/// let mut reader = ResponseReader::new(Api::OpenAiChat);
/// reader.push(b"data: {\"model\":\"gpt-4o\",\"choices\":[{\"delta\":{\"content\":\"Hi\"}}],\"usage\":null}\n\nda");
/// reader.push(b"ta: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n");
/// let reading = reader.finish();
/// assert_eq!(reading.model.as_deref(), Some("gpt-4o"));
/// assert_eq!(reading.usage.get(Unit::OutputTokens), Some(2));
/// ```
pub struct ResponseReader {
    framing: Framing,
    gathering: Gathering,
    idle: IdleTemplate,
}

/// What is known so far of the response.
struct Gathering {
    response: Box<dyn Gather>,
    /// `None` parses everything.
    telling: Option<TellingKeys>,
    /// The first pieces name the response and its model, whatever else they carry.
    opened: bool,
    exception: Option<ProviderError>,
    /// What the first piece is, if it may be nothing but an error.
    bare_error: Option<ProviderError>,
    /// What was wrong with the first piece that could not be read.
    problem: Option<String>,
    pieces: u32,
    skipped: u32,
    /// How many pieces were parsed, lost or otherwise of note.
    parsed: u32,
    /// Whether the stream has said that it is over.
    is_done: bool,
}

impl ResponseReader {
    /// A reader for one response of `api`.
    pub fn new(api: Api) -> Self {
        let response = gather(api);
        let telling = TellingKeys::new(&response.news_keys());
        Self::with(response, Some(telling))
    }

    /// A reader that parses every event: what [`new`](Self::new) is proved against.
    #[doc(hidden)]
    pub fn parsing_everything(api: Api) -> Self {
        Self::with(gather(api), None)
    }

    fn with(response: Box<dyn Gather>, telling: Option<TellingKeys>) -> Self {
        Self {
            framing: Framing::default(),
            gathering: Gathering {
                response,
                telling,
                opened: false,
                exception: None,
                bare_error: None,
                problem: None,
                pieces: 0,
                skipped: 0,
                parsed: 0,
                is_done: false,
            },
            idle: IdleTemplate::default(),
        }
    }

    /// Takes the next bytes of the response. Returns how many pieces of it, such as the events of a stream, they completed:
    /// none where they are only a comment or a part of a piece.
    pub fn push(&mut self, mut bytes: &[u8]) -> u32 {
        let Self {
            framing,
            gathering,
            idle,
        } = self;
        let before = gathering.pieces;
        while gathering.filters() && framing.is_between_events() && !bytes.is_empty() {
            if let Some(length) = idle.matched(bytes) {
                gathering.pieces = gathering.pieces.saturating_add(1);
                bytes = bytes.get(length..).unwrap_or_default();
                continue;
            }
            let Some(end) = memmem::find(bytes, b"\n\n") else { break };
            let (event, rest) = bytes.split_at(end + 2);
            let parsed = gathering.parsed;
            framing.push(event, |piece| gathering.take(&piece));
            if gathering.parsed == parsed && framing.is_between_events() {
                idle.learn(event);
            }
            bytes = rest;
        }
        framing.push(bytes, |piece| gathering.take(&piece));
        gathering.pieces.saturating_sub(before)
    }

    /// Whether the stream has said that it is over, as `OpenAI`'s does by `[DONE]`: clients stop reading there, before the
    /// bytes end.
    pub fn is_done(&self) -> bool {
        self.gathering.is_done
    }

    /// What the response said, also when it was cut off: then what it had not said is absent.
    pub fn finish(self) -> Reading {
        self.finish_with_problem().0
    }

    /// Like [`finish`](Self::finish), for a response that should have been whole.
    ///
    /// # Errors
    ///
    /// [`ReadError::Malformed`] when nothing in it was the API's JSON.
    pub(crate) fn finish_whole(self) -> Result<Reading, ReadError> {
        match self.finish_with_problem() {
            (_, Some(problem)) => Err(ReadError::Malformed { problem }),
            (reading, None) => Ok(reading),
        }
    }

    /// Like [`finish`](Self::finish), with what is wrong with a response of which nothing could be read.
    pub fn finish_with_problem(self) -> (Reading, Option<String>) {
        let Self {
            framing, mut gathering, ..
        } = self;
        framing.finish(|piece| gathering.take(&piece));
        let problem = (!gathering.opened && gathering.exception.is_none()).then(|| {
            let nothing = || "it is no JSON, and no stream of events".to_owned();
            gathering.problem.unwrap_or_else(nothing)
        });
        let mut reading = gathering.response.finish();
        reading.skipped_events = gathering.skipped;
        if gathering.exception.is_some() {
            reading.error = gathering.exception;
        } else if reading.error.is_none() && reading.says_nothing() {
            reading.error = gathering.bare_error;
        }
        (reading, problem)
    }
}

/// Reads a whole response: what it used, which model answered, how it ended.
///
/// A body that holds an error object is a reading with [`Reading::error`] set, whatever its status was. A stream that was
/// gathered before it is read is a body, too.
///
/// # Errors
///
/// [`ReadError::Malformed`] when the body is not a JSON object, nor a stream of them.
pub fn read_body(api: Api, body: &[u8]) -> Result<Reading, ReadError> {
    let mut reader = ResponseReader::new(api);
    reader.push(body);
    reader.finish_whole()
}

impl std::fmt::Debug for ResponseReader {
    /// Says nothing of the content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseReader")
            .field("pieces", &self.gathering.pieces)
            .field("skipped", &self.gathering.skipped)
            .finish_non_exhaustive()
    }
}

impl Gathering {
    fn filters(&self) -> bool {
        self.telling.is_some()
    }

    fn take(&mut self, piece: &Piece<'_>) {
        let understood = match piece {
            Piece::Json(b"[DONE]") => {
                self.is_done = true;
                self.parsed = self.parsed.saturating_add(1);
                return;
            }
            Piece::Json(json) => {
                self.pieces = self.pieces.saturating_add(1);
                let known = self.response.reading();
                if self.opened && self.telling.as_ref().is_some_and(|keys| !keys.tell(json, known)) {
                    return;
                }
                if !self.opened {
                    self.bare_error = error_body(json);
                }
                self.response.read(json).map_err(|error| {
                    self.problem.get_or_insert_with(|| error.to_string());
                })
            }
            Piece::Exception(name, json) => {
                self.exception = Some(exception(name, json));
                return;
            }
            Piece::Lost => {
                self.problem
                    .get_or_insert_with(|| "it ends before its JSON does, or is none".to_owned());
                Err(())
            }
        };
        self.parsed = self.parsed.saturating_add(1);
        self.opened |= understood.is_ok();
        self.skipped = self.skipped.saturating_add(u32::from(understood.is_err()));
    }
}
