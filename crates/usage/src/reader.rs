//! Reads a response in transit, whole or streamed, and parses only relevant parts.

use memchr::memmem;

use crate::api::Api;
use crate::apis::{Gather, gather};
use crate::framing::{Framing, Piece};
use crate::idle::IdleTemplate;
use crate::provider_error::{ProviderError, error_body, exception};
use crate::reading::{ReadError, Reading};
use crate::relevant_keys::RelevantKeys;

/// Reads one response of an API from its bytes: a body, server-sent events, lines of JSON, or AWS's event stream.
///
/// The format is detected from the first byte. Bytes may be split anywhere. Content is not kept, so memory stays small
/// for any length: most events of a stream have only a piece of content and are skipped without parsing; long texts and
/// lists of numbers in a body are truncated in transit.
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

/// The state of the response.
struct Gathering {
    response: Box<dyn Gather>,
    /// `None` parses everything.
    filter: Option<RelevantKeys>,
    /// The first pieces may name the response and its model.
    opened: bool,
    exception: Option<ProviderError>,
    /// The error of the first piece, if it may be only an error.
    bare_error: Option<ProviderError>,
    /// The parse error of the first invalid piece.
    problem: Option<String>,
    pieces: u32,
    skipped: u32,
    /// The number of parsed, lost or otherwise relevant pieces.
    parsed: u32,
    /// Whether the stream has ended.
    is_done: bool,
}

impl ResponseReader {
    /// A reader for one response of `api`.
    pub fn new(api: Api) -> Self {
        let response = gather(api);
        let filter = RelevantKeys::new(&response.event_keys());
        Self::with(response, Some(filter))
    }

    /// A reader that parses every event: the reference for [`new`](Self::new) in tests.
    #[doc(hidden)]
    pub fn parsing_everything(api: Api) -> Self {
        Self::with(gather(api), None)
    }

    fn with(response: Box<dyn Gather>, filter: Option<RelevantKeys>) -> Self {
        Self {
            framing: Framing::default(),
            gathering: Gathering {
                response,
                filter,
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

    /// Reads the next bytes of the response. Returns the number of completed pieces, such as the events of a stream;
    /// comments and incomplete pieces count as 0.
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

    /// Whether the stream has signalled its end, as `OpenAI`'s does by `[DONE]`: clients stop reading there, before the
    /// bytes end.
    pub fn is_done(&self) -> bool {
        self.gathering.is_done
    }

    /// The reading of the response; missing parts of a truncated response are absent.
    pub fn finish(self) -> Reading {
        self.finish_with_problem().0
    }

    /// Like [`finish`](Self::finish), for a response that should be whole.
    ///
    /// # Errors
    ///
    /// [`ReadError::Malformed`] if no part of it was the API's JSON.
    pub(crate) fn finish_whole(self) -> Result<Reading, ReadError> {
        match self.finish_with_problem() {
            (_, Some(problem)) => Err(ReadError::Malformed { problem }),
            (reading, None) => Ok(reading),
        }
    }

    /// Like [`finish`](Self::finish), with the parse error of a response without any valid part.
    pub fn finish_with_problem(self) -> (Reading, Option<String>) {
        let Self {
            framing, mut gathering, ..
        } = self;
        framing.finish(|piece| gathering.take(&piece));
        let problem = (!gathering.opened && gathering.exception.is_none()).then(|| {
            let nothing = || "neither JSON nor an event stream".to_owned();
            gathering.problem.unwrap_or_else(nothing)
        });
        let mut reading = gathering.response.finish();
        reading.skipped_events = gathering.skipped;
        if gathering.exception.is_some() {
            reading.error = gathering.exception;
        } else if reading.error.is_none() && reading.is_empty() {
            reading.error = gathering.bare_error;
        }
        (reading, problem)
    }
}

/// Reads a whole response: its usage, model and finish reasons.
///
/// A body with an error object gives a reading with [`Reading::error`] set, for any status. The collected text of a
/// stream is a body, too.
///
/// # Errors
///
/// [`ReadError::Malformed`] if the body is neither a JSON object nor a stream of them.
pub fn read_body(api: Api, body: &[u8]) -> Result<Reading, ReadError> {
    let mut reader = ResponseReader::new(api);
    reader.push(body);
    reader.finish_whole()
}

impl std::fmt::Debug for ResponseReader {
    /// Omits the content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ResponseReader")
            .field("pieces", &self.gathering.pieces)
            .field("skipped", &self.gathering.skipped)
            .finish_non_exhaustive()
    }
}

impl Gathering {
    fn filters(&self) -> bool {
        self.filter.is_some()
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
                if self.opened
                    && self
                        .filter
                        .as_ref()
                        .is_some_and(|filter| !filter.is_relevant(json, known))
                {
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
                self.problem.get_or_insert_with(|| "truncated or not JSON".to_owned());
                Err(())
            }
        };
        self.parsed = self.parsed.saturating_add(1);
        self.opened |= understood.is_ok();
        self.skipped = self.skipped.saturating_add(u32::from(understood.is_err()));
    }
}
