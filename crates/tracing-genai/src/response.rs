//! Reads the bytes of a response while somebody else passes them on.

use std::fmt::Display;
use std::time::{Duration, Instant};

use tracing_genai_semconv::{Attribute, own};
use tracing_genai_usage::{Api, ResponseReader, Usage};

use crate::Call;
use crate::call::MALFORMED;
use crate::observe::reading;
use crate::outcome::{End, Outcome};
use crate::pace::Pace;

impl Call {
    /// Reads a response of `api` from bytes that pass: for an HTTP client's middleware. The span ends with the response,
    /// also when it is dropped half way.
    ///
    /// ```
    /// use tracing_genai::usage::Api;
    ///
    /// let call = tracing_genai::chat("openai", "gpt-4o").start();
    /// let mut response = call.watch_response(Api::OpenAiChat, 200, false);
    /// response.bytes(br#"{"model":"gpt-4o","usage":{"prompt_tokens":9,"#);
    /// response.bytes(br#""completion_tokens":2}}"#);
    /// response.complete();
    /// ```
    pub fn watch_response(self, api: Api, status: u16, is_stream: bool) -> WatchedResponse {
        if is_stream {
            self.attribute(Attribute::RequestStream.name(), true);
        }
        WatchedResponse {
            watching: Some(Watching {
                call: self,
                reader: ResponseReader::new(api),
                status,
                pace: is_stream.then(Pace::new),
                unread: None,
                told_elsewhere: Usage::new(),
                has_text: true,
                failed: false,
            }),
        }
    }
}

/// A response that is read while its bytes pass; made by [`Call::watch_response`]. Dropped before
/// [`complete`](Self::complete), it is a response that somebody stopped reading.
#[derive(Debug)]
#[must_use = "the call's span ends when this is dropped"]
pub struct WatchedResponse {
    /// Present until the response has ended: with it goes the span.
    watching: Option<Watching>,
}

#[derive(Debug)]
struct Watching {
    call: Call,
    reader: ResponseReader,
    status: u16,
    /// Of a stream.
    pace: Option<Pace>,
    unread: Option<&'static str>,
    /// What was used by the headers or the request.
    told_elsewhere: Usage,
    has_text: bool,
    failed: bool,
}

impl WatchedResponse {
    /// After how long without a chunk a stream is counted as standing still; 5 seconds unless set.
    pub fn stall_after(mut self, gap: Duration) -> Self {
        if let Some(pace) = self.watching.as_mut().and_then(|watching| watching.pace.as_mut()) {
            pace.stall_after = gap;
        }
        self
    }

    /// Takes the next bytes, split anywhere, without any content encoding.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let Some(watching) = &mut self.watching else { return };
        let pieces = watching.reader.push(bytes);
        if pieces > 0
            && let Some(pace) = &mut watching.pace
        {
            pace.chunk(Instant::now(), &watching.call);
        }
    }

    /// What was used by the headers or the request: recorded if the body has no usage and no error.
    pub fn told_elsewhere(&mut self, usage: Usage) {
        if let Some(watching) = &mut self.watching {
            watching.told_elsewhere = usage;
        }
    }

    /// The body carries no usage, as audio: it is not malformed.
    pub fn without_text(&mut self) {
        if let Some(watching) = &mut self.watching {
            watching.has_text = false;
        }
    }

    /// Says that the bytes cannot be read, and why, in a word: `tracing_genai.response.unread`.
    pub fn unreadable(&mut self, why: &'static str) {
        if let Some(watching) = &mut self.watching {
            watching.unread = Some(why);
        }
    }

    /// Records that the response broke off: `error.type`, a word of few values, and what the error says.
    pub fn fail(&mut self, error_type: &str, message: impl Display) {
        if let Some(watching) = &mut self.watching {
            watching.failed = true;
            watching.call.fail(error_type, message);
        }
    }

    /// The response has been read to its end.
    pub fn complete(mut self) {
        self.end(End::Completed);
    }

    fn end(&mut self, end: End) {
        if let Some(watching) = self.watching.take() {
            watching.end(end);
        }
    }
}

impl Drop for WatchedResponse {
    fn drop(&mut self) {
        self.end(End::Cancelled);
    }
}

impl Watching {
    fn end(self, end: End) {
        let Self {
            call,
            reader,
            status,
            pace,
            unread,
            told_elsewhere,
            has_text,
            failed,
        } = self;
        let (mut reading, is_complete) = reading(reader, end == End::Completed && !failed);
        let is_refusal = !(200..300).contains(&status);
        if is_refusal {
            // The status is the error's type; the body says the rest, and nothing was used.
            let message = reading.error.take().map(|error| error.message).unwrap_or_default();
            call.fail(&status.to_string(), message);
        } else {
            if reading.usage.is_empty() && reading.invalid.is_none() && reading.error.is_none() {
                reading.usage = told_elsewhere;
            }
            call.record(&reading);
            let is_malformed = has_text && reading.skipped_events > 0 && end == End::Completed;
            let malformed = is_malformed.then_some(MALFORMED);
            if let Some(why) = unread.or(malformed) {
                call.unread(why);
            }
        }
        let outcome = Outcome::of(&call, is_complete, failed);
        match pace {
            Some(pace) => pace.end(Instant::now(), &call),
            // A plain response that ended as it should has nothing more to say.
            None if outcome == Outcome::Completed || is_refusal => return,
            None => {}
        }
        call.attribute(own::STREAM_OUTCOME, outcome.as_str());
    }
}
