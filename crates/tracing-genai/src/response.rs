//! Reads the bytes of a response that other code forwards.

use std::fmt::Display;
use std::time::{Duration, Instant};

use tracing_genai_semconv::{Attribute, own};
use tracing_genai_usage::{Api, ResponseReader, Usage};

use crate::Call;
use crate::call::MALFORMED;
use crate::chunk_timing::ChunkTiming;
use crate::observe::reading;
use crate::outcome::{End, Outcome};

impl Call {
    /// Reads a response of `api` from forwarded bytes: for an HTTP client's middleware. The span ends with the
    /// response, also if that is dropped early.
    ///
    /// ```
    /// use tracing_genai::usage::Api;
    ///
    /// let call = tracing_genai::chat("openai", "gpt-4o").start();
    /// let mut response = call.watch_response(Api::OpenAiChat, 200);
    /// response.bytes(br#"{"model":"gpt-4o","usage":{"prompt_tokens":9,"#);
    /// response.bytes(br#""completion_tokens":2}}"#);
    /// response.complete();
    /// ```
    pub fn watch_response(self, api: Api, status: u16) -> WatchedResponse {
        self.watch(api, status, None)
    }

    /// [`watch_response`](Self::watch_response) of a stream: times of chunks are recorded too.
    pub fn watch_stream(self, api: Api, status: u16) -> WatchedResponse {
        self.attribute(Attribute::RequestStream.name(), true);
        self.watch(api, status, Some(ChunkTiming::new()))
    }

    fn watch(self, api: Api, status: u16, timing: Option<ChunkTiming>) -> WatchedResponse {
        WatchedResponse {
            watching: Some(Watching {
                call: self,
                reader: ResponseReader::new(api),
                status,
                timing,
                unread: None,
                fallback_usage: Usage::new(),
                has_text: true,
                failed: false,
            }),
        }
    }
}

/// A response that is read while its bytes are forwarded; made by [`Call::watch_response`]. Dropped before
/// [`complete`](Self::complete), it counts as cancelled.
#[derive(Debug)]
#[must_use = "the call's span ends when this is dropped"]
pub struct WatchedResponse {
    /// Present until the response has ended; its drop ends the span.
    watching: Option<Watching>,
}

#[derive(Debug)]
struct Watching {
    call: Call,
    reader: ResponseReader,
    status: u16,
    /// Present for streams.
    timing: Option<ChunkTiming>,
    unread: Option<&'static str>,
    /// The usage from the headers or the request.
    fallback_usage: Usage,
    has_text: bool,
    failed: bool,
}

impl WatchedResponse {
    /// The time without a chunk that counts as a stall. Default: 5 seconds.
    pub fn stall_after(mut self, gap: Duration) -> Self {
        if let Some(timing) = self.watching.as_mut().and_then(|watching| watching.timing.as_mut()) {
            timing.stall_after = gap;
        }
        self
    }

    /// Reads the next bytes, split anywhere, without content encoding.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let Some(watching) = &mut self.watching else { return };
        let pieces = watching.reader.push(bytes);
        if pieces > 0
            && let Some(timing) = &mut watching.timing
        {
            timing.chunk(Instant::now(), &watching.call);
        }
    }

    /// Notes the requested model that was recorded on the span after its start, for the span that the call may cover.
    pub fn note_request_model(&mut self, model: &str) {
        if let Some(watching) = &self.watching {
            watching.call.note_request_model(model);
        }
    }

    /// Sets usage from the headers or the request, which is recorded if the body has neither usage nor error.
    pub fn set_fallback_usage(&mut self, usage: Usage) {
        if let Some(watching) = &mut self.watching {
            watching.fallback_usage = usage;
        }
    }

    /// Marks the body as without usage, such as audio: it does not count as malformed.
    pub fn skip_body(&mut self) {
        if let Some(watching) = &mut self.watching {
            watching.has_text = false;
        }
    }

    /// Records why the bytes cannot be read, in one word: `tracing_genai.response.unread`.
    pub fn unreadable(&mut self, why: &'static str) {
        if let Some(watching) = &mut self.watching {
            watching.unread = Some(why);
        }
    }

    /// Records that the response broke off: `error.type`, a word of low cardinality, and the error's message.
    pub fn fail(&mut self, error_type: &str, message: impl Display) {
        if let Some(watching) = &mut self.watching {
            watching.failed = true;
            watching.call.fail(error_type, message);
        }
    }

    /// Ends the response, which was read to its end.
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
            timing,
            unread,
            fallback_usage,
            has_text,
            failed,
        } = self;
        let (mut reading, response_end) = reading(reader, if failed { End::Cancelled } else { end });
        let is_refusal = !(200..300).contains(&status);
        if is_refusal {
            // The status is the error's type; the body has the message, and no usage counts.
            call.fail_by_provider(Some(status), reading.error.take().as_ref());
        } else {
            if reading.usage.is_empty() && reading.invalid.is_none() && reading.error.is_none() {
                reading.usage = fallback_usage;
            }
            call.record(&reading);
            let is_malformed = has_text && reading.skipped_events > 0 && end == End::Completed;
            let malformed = is_malformed.then_some(MALFORMED);
            if let Some(why) = unread.or(malformed) {
                call.unread(why);
            }
        }
        let outcome = Outcome::of(&call, response_end, failed);
        match timing {
            Some(timing) => timing.end(Instant::now(), &call),
            // A successful response without a stream has no outcome attribute.
            None if outcome == Outcome::Completed || is_refusal => return,
            None => {}
        }
        call.attribute(own::STREAM_OUTCOME, outcome.as_str());
    }
}
