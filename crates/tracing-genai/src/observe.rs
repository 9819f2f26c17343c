//! Reads a metered stream's items: as opaque items, through the caller's function, or as a provider's events.

use std::any::type_name;
use std::fmt::{self, Display};

use tracing_genai_usage::{Api, Reading, ResponseReader, Unit};

use crate::Call;
use crate::call::MALFORMED;
use crate::outcome::End;

/// Reads the items `T` of a metered stream: [`Items`], [`Results`] or [`Events`].
pub trait Observe<T>: Read<T> {}

impl<T, O: Read<T>> Observe<T> for O {}

/// The methods of [`Observe`], which other crates cannot implement.
pub trait Read<T> {
    /// Reads `item` and records it on `call`.
    fn item(&mut self, item: &T, call: &Call) -> Observed;

    /// Called when the stream has ended, or was dropped before its end; returns how the response ended.
    fn end(&mut self, call: &Call, end: End) -> End;
}

/// The kind of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed {
    /// A piece of the response.
    Chunk,
    /// An incomplete piece, or only a comment.
    Part,
    /// An error, which ends the response early.
    Failure,
}

/// Counts items without reading them.
#[derive(Debug)]
pub struct Items;

impl<T> Read<T> for Items {
    fn item(&mut self, _item: &T, _call: &Call) -> Observed {
        Observed::Chunk
    }

    fn end(&mut self, _call: &Call, end: End) -> End {
        end
    }
}

/// Passes chunks to a function and records errors.
pub struct Results<R>(pub(crate) R);

impl<R> fmt::Debug for Results<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Results").finish_non_exhaustive()
    }
}

impl<T, E: Display, R: FnMut(&T, &Call)> Read<Result<T, E>> for Results<R> {
    fn item(&mut self, item: &Result<T, E>, call: &Call) -> Observed {
        match item {
            Ok(chunk) => {
                (self.0)(chunk, call);
                Observed::Chunk
            }
            Err(error) => failure(error, call),
        }
    }

    fn end(&mut self, _call: &Call, end: End) -> End {
        end
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

impl<B: AsRef<[u8]>, E: Display> Read<Result<B, E>> for Events {
    fn item(&mut self, item: &Result<B, E>, call: &Call) -> Observed {
        let pieces = match (item, &mut self.reader) {
            (Ok(bytes), Some(reader)) => reader.push(bytes.as_ref()),
            (Ok(_), None) => 0,
            (Err(error), _) => return failure(error, call),
        };
        if pieces > 0 { Observed::Chunk } else { Observed::Part }
    }

    fn end(&mut self, call: &Call, end: End) -> End {
        let Some(reader) = self.reader.take() else {
            return end;
        };
        let (reading, response_end) = reading(reader, end);
        call.record(&reading);
        if end == End::Completed && reading.skipped_events > 0 {
            call.unread(MALFORMED);
        }
        response_end
    }
}

/// The response's reading, and how the response ended: it may be complete although it was not read to its end.
pub(crate) fn reading(reader: ResponseReader, end: End) -> (Reading, End) {
    let is_done = reader.is_done();
    let (mut reading, problem) = reader.finish_with_problem();
    if problem.is_some() {
        reading.skipped_events = reading.skipped_events.max(1);
    }
    let is_complete = end == End::Completed || is_done || reading.is_complete();
    // Anthropic's first event has a preliminary output count; the final one comes with the finish reason.
    if !is_complete && reading.finish_reasons.is_empty() {
        reading.usage.clear(Unit::OutputTokens);
    }
    let end = if is_complete { End::Completed } else { End::Cancelled };
    (reading, end)
}

fn failure<E: Display>(error: &E, call: &Call) -> Observed {
    call.fail(type_name::<E>(), error);
    Observed::Failure
}
