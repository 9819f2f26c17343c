//! What a metered stream's items say: nothing, what the caller reads from them, or what a provider's events say.

use std::any::type_name;
use std::fmt::{self, Display};

use tracing_genai_usage::{Api, Reading, ResponseReader, Unit};

use crate::Call;
use crate::call::MALFORMED;

/// Reads the items of a metered stream.
pub trait Observe<T> {
    /// Reads `item`, and records on `call` what it says.
    fn item(&mut self, item: &T, call: &Call) -> Observed;

    /// The stream has ended, or whoever read it has stopped before (then it is not `is_complete`). Returns whether it has
    /// said all the same all that it had to say.
    fn end(&mut self, call: &Call, is_complete: bool) -> bool;
}

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Observed {
    /// A piece of the response.
    Chunk,
    /// Less than a piece of it: the beginning of one, or nothing but a comment.
    Part,
    /// The end of it, before its time.
    Failure,
}

/// Counts items, whatever they are.
#[derive(Debug)]
pub struct Items;

impl<T> Observe<T> for Items {
    fn item(&mut self, _item: &T, _call: &Call) -> Observed {
        Observed::Chunk
    }

    fn end(&mut self, _call: &Call, is_complete: bool) -> bool {
        is_complete
    }
}

/// Shows chunks to a function, and records errors.
pub struct Results<R>(pub(crate) R);

impl<R> fmt::Debug for Results<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Results").finish_non_exhaustive()
    }
}

impl<T, E: Display, R: FnMut(&T, &Call)> Observe<Result<T, E>> for Results<R> {
    fn item(&mut self, item: &Result<T, E>, call: &Call) -> Observed {
        match item {
            Ok(chunk) => {
                (self.0)(chunk, call);
                Observed::Chunk
            }
            Err(error) => failure(error, call),
        }
    }

    fn end(&mut self, _call: &Call, is_complete: bool) -> bool {
        is_complete
    }
}

/// Reads a provider's bytes.
pub struct Events {
    reader: Option<ResponseReader>,
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Events {
    pub(crate) fn new(api: Api) -> Self {
        Self {
            reader: Some(ResponseReader::new(api)),
        }
    }
}

impl<B: AsRef<[u8]>, E: Display> Observe<Result<B, E>> for Events {
    fn item(&mut self, item: &Result<B, E>, call: &Call) -> Observed {
        let pieces = match (item, &mut self.reader) {
            (Ok(bytes), Some(reader)) => reader.push(bytes.as_ref()),
            (Ok(_), None) => 0,
            (Err(error), _) => return failure(error, call),
        };
        if pieces > 0 { Observed::Chunk } else { Observed::Part }
    }

    fn end(&mut self, call: &Call, is_complete: bool) -> bool {
        let Some(reader) = self.reader.take() else {
            return is_complete;
        };
        let was_read_to_its_end = is_complete;
        let (reading, is_complete) = reading(reader, is_complete);
        call.record(&reading);
        if was_read_to_its_end && reading.skipped_events > 0 {
            call.unread(MALFORMED);
        }
        is_complete
    }
}

/// What a response said, and whether that is all it had to say, though it may not have been read to its end.
pub(crate) fn reading(reader: ResponseReader, is_complete: bool) -> (Reading, bool) {
    let is_done = reader.is_done();
    let (mut reading, problem) = reader.finish_with_problem();
    if problem.is_some() {
        reading.skipped_events = reading.skipped_events.max(1);
    }
    let is_complete = is_complete || is_done || reading.is_complete();
    // Anthropic's first event counts the output so far, which is no count of the output: the last event brings that, with
    // the reason for the end.
    if !is_complete && reading.finish_reasons.is_empty() {
        reading.usage.clear(Unit::OutputTokens);
    }
    (reading, is_complete)
}

fn failure<E: Display>(error: &E, call: &Call) -> Observed {
    call.fail(type_name::<E>(), error);
    Observed::Failure
}
