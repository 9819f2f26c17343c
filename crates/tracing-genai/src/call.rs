//! A model call in progress: what its response says goes on its span.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use opentelemetry::trace::Status;
use opentelemetry::{Key as Name, Value};
use tracing::Span;
use tracing::instrument::{Instrument, Instrumented};
use tracing_genai_pricing::{Usd, reported_cost};
use tracing_genai_processor::UNIT_ATTRIBUTES;
use tracing_genai_processor::message::{Message, to_json};
use tracing_genai_semconv::typed::Key;
use tracing_genai_semconv::{Attribute, own};
use tracing_genai_usage::{Api, Reading, Unit, Usage, read_body};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::ValueOf;
use crate::collect::is_collected_on;
use crate::enclosing::Enclosing;
use crate::ending;
use crate::value::{self, texts};

/// A call of a model, from its request to the end of its response. It ends when it is dropped.
///
/// It is exported and counted then, whatever else still holds its [span](Self::span): a clone, a task, a child that lives
/// longer. What these record on the span afterwards is lost.
///
/// Made by [`chat`](crate::chat) and its siblings. Nothing recorded here needs a declared field, and recording the same
/// thing again replaces it.
#[derive(Debug)]
#[must_use = "the call's span ends when this is dropped"]
pub struct Call {
    span: Span,
    started: Instant,
    is_openai: bool,
    has_usage: AtomicBool,
    has_failed: AtomicBool,
    /// [`UNKNOWN`] until it is recorded.
    output_tokens: AtomicU64,
    /// The call around this one, until this one has covered it.
    enclosing: Mutex<Option<Enclosing>>,
    /// What was recorded of the response, once it was: a stream may tell it with every chunk.
    said: Mutex<Option<Box<Said>>>,
}

/// What stands on the span, and what has been said since.
#[derive(Debug)]
struct Said {
    recorded: Reading,
    latest: Reading,
}

const UNKNOWN: u64 = u64::MAX;

/// Why a response is unread that is none of its API, or breaks off.
pub(crate) const MALFORMED: &str = "malformed";

impl Call {
    pub(crate) fn new(span: Span, is_openai: bool, enclosing: Option<Enclosing>) -> Self {
        Self {
            span,
            started: Instant::now(),
            is_openai,
            has_usage: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
            output_tokens: AtomicU64::new(UNKNOWN),
            enclosing: Mutex::new(enclosing),
            said: Mutex::default(),
        }
    }

    /// The span, to make children of it or add to it.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// When the request was issued.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    pub(crate) fn has_usage(&self) -> bool {
        self.has_usage.load(Ordering::Relaxed)
    }

    pub(crate) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }

    pub(crate) fn output_tokens(&self) -> Option<u64> {
        Some(self.output_tokens.load(Ordering::Relaxed)).filter(|tokens| *tokens != UNKNOWN)
    }

    /// Runs `future` inside the span.
    pub fn run<F: Future>(&self, future: F) -> Instrumented<F> {
        future.instrument(self.span.clone())
    }

    /// Runs `work` inside the span, on this thread.
    pub fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
    }

    /// Records what was read from a response: usage, id, model, finish reasons, tier, the provider's own price, and its
    /// error if it answered with one.
    ///
    /// A stream may be recorded chunk by chunk: what changes after the first is put on the span once, when the call ends.
    pub fn record(&self, reading: &Reading) {
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(said) = said.as_mut() {
            said.latest.update_from(reading);
            self.note_usage(&reading.usage);
        } else {
            self.put(reading, &Reading::default());
            *said = Some(Box::new(Said {
                recorded: reading.clone(),
                latest: reading.clone(),
            }));
        }
        drop(said);
        if !reading.usage.is_empty() {
            self.cover_enclosing(reading.model.as_deref());
        }
        if let Some(error) = &reading.error {
            self.fail(&error.kind, &error.message);
        }
    }

    /// Puts on the span what `reading` says otherwise than `recorded`.
    fn put(&self, reading: &Reading, recorded: &Reading) {
        let mut usage = reading.usage;
        for (unit, count) in recorded.usage.iter() {
            if usage.get(unit) == Some(count) {
                usage.clear(unit);
            }
        }
        self.put_usage(&usage);
        let tier = if self.is_openai {
            Attribute::OpenaiResponseServiceTier
        } else {
            Attribute::ResponseServiceTier
        };
        let texts = [
            (Attribute::ResponseId, &reading.response_id, &recorded.response_id),
            (Attribute::ResponseModel, &reading.model, &recorded.model),
            (tier, &reading.service_tier, &recorded.service_tier),
            (Attribute::ResponseSpeed, &reading.speed, &recorded.speed),
        ];
        for (attribute, text, recorded) in texts {
            if text != recorded {
                self.text(attribute, text.as_deref());
            }
        }
        if reading.finish_reasons != recorded.finish_reasons {
            self.finish_reasons(reading.finish_reasons.iter().map(String::as_str));
        }
        let cost = reported_cost(reading);
        if cost != reported_cost(recorded)
            && let Some(cost) = cost
        {
            self.cost(cost);
        }
        let own = [
            (own::USAGE_PROCESSING, &reading.processing, &recorded.processing),
            (
                own::USAGE_INFERENCE_GEO,
                &reading.inference_geo,
                &recorded.inference_geo,
            ),
            (own::USAGE_SEARCH_TYPE, &reading.search_type, &recorded.search_type),
        ];
        for (name, text, recorded) in own {
            let is_special = |text: &&str| !matches!(*text, "global" | "not_available");
            if text != recorded
                && let Some(text) = text.as_deref().filter(is_special)
            {
                self.attribute(name, text.to_owned());
            }
        }
        if reading.unread != recorded.unread {
            self.attribute(own::USAGE_UNREAD, value::texts(reading.unread.iter().cloned()));
        }
        if let Some(field) = reading.invalid.filter(|_| reading.invalid != recorded.invalid) {
            self.attribute(own::USAGE_INVALID, field);
        }
    }

    /// Records a whole response: what `body` says where `status` is a success, and otherwise the failure, with the
    /// status as `error.type` and the provider's own message.
    ///
    /// A body that is not a response of `api` makes the call no failure: what it used stays unknown, and
    /// `tracing_genai.response.unread` says so.
    ///
    /// ```
    /// use tracing_genai::usage::Api;
    ///
    /// let call = tracing_genai::chat("openai", "gpt-4o").start();
    /// call.respond(Api::OpenAiChat, 429, br#"{"error":{"message":"Slow down","type":"requests"}}"#);
    /// ```
    pub fn respond(&self, api: Api, status: u16, body: &[u8]) {
        let reading = read_body(api, body);
        if (200..300).contains(&status) {
            match &reading {
                Ok(reading) => self.record(reading),
                Err(_) => self.unread(MALFORMED),
            }
            return;
        }
        let message = reading
            .ok()
            .and_then(|reading| reading.error)
            .map(|error| error.message);
        self.fail(&status.to_string(), message.unwrap_or_default());
    }

    /// Records why a response, or a part of it, could not be read.
    pub(crate) fn unread(&self, why: &'static str) {
        self.attribute(own::RESPONSE_UNREAD, why);
    }

    /// Records what was used, in the convention's meaning: input includes cached tokens, output includes reasoning.
    pub fn usage(&self, usage: &Usage) {
        self.put_usage(usage);
        if !usage.is_empty() {
            self.cover_enclosing(None);
        }
    }

    fn put_usage(&self, usage: &Usage) {
        self.note_usage(usage);
        for (unit, count) in usage.iter() {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            match UNIT_ATTRIBUTES.iter().find(|(named, _)| *named == unit) {
                Some((_, attribute)) => self.attribute(attribute.name(), count),
                None => self.attribute([own::USAGE_PREFIX, unit.name()].concat(), count),
            }
        }
    }

    fn note_usage(&self, usage: &Usage) {
        if !usage.is_empty() {
            self.has_usage.store(true, Ordering::Relaxed);
        }
        if let Some(tokens) = usage.get(Unit::OutputTokens) {
            self.output_tokens.store(tokens, Ordering::Relaxed);
        }
    }

    /// Records the model that answered, which may be another than was asked for.
    pub fn response_model(&self, model: &str) {
        self.text(Attribute::ResponseModel, Some(model));
    }

    /// Records the response's id.
    pub fn response_id(&self, id: &str) {
        self.text(Attribute::ResponseId, Some(id));
    }

    /// Records why each choice ended: `stop`, `length`, `tool_calls`, whatever the provider calls it.
    pub fn finish_reasons<'a>(&self, reasons: impl IntoIterator<Item = &'a str>) {
        let reasons = texts(reasons.into_iter().map(str::to_owned));
        self.attribute(Attribute::ResponseFinishReasons.name(), reasons);
    }

    /// States the cost, where the provider reported it or another price holds: it is kept, and marked `reported`.
    pub fn cost(&self, amount: Usd) {
        self.attribute(Attribute::UsageCost.name(), amount.to_f64());
    }

    /// Records that the call failed: `error.type`, a word of few values such as an HTTP status or an error's name, and
    /// the span's status with `message`.
    pub fn fail(&self, error_type: &str, message: impl Display) {
        self.has_failed.store(true, Ordering::Relaxed);
        self.cover_enclosing(None);
        fail(&self.span, error_type, message);
    }

    /// Covers the call around this one, if that is wanted and was not done.
    fn cover_enclosing(&self, response_model: Option<&str>) {
        let mut enclosing = self.enclosing.lock().unwrap_or_else(PoisonError::into_inner);
        enclosing.take_if(|found| found.cover(&self.span, response_model));
    }

    /// Records what the model was given (`gen_ai.input.messages`), where content is captured.
    pub fn input(&self, messages: &[Message]) {
        self.content(Attribute::InputMessages, || to_json(messages));
    }

    /// Records what the model answered (`gen_ai.output.messages`), one message an answer, where content is captured.
    pub fn output(&self, messages: &[Message]) {
        self.content(Attribute::OutputMessages, || to_json(messages));
    }

    fn content(&self, attribute: Attribute, content: impl FnOnce() -> String) {
        if is_collected_on(&self.span) {
            self.attribute(attribute.name(), content());
        }
    }

    /// Records any other attribute of the conventions.
    pub fn set<T>(&self, key: Key<T>, value: impl ValueOf<T>) {
        self.attribute(key.name(), value.into_value());
    }

    /// Records any attribute of one's own.
    pub fn attribute(&self, name: impl Into<Name>, value: impl Into<Value>) {
        self.span.set_attribute(name, value);
    }

    fn text(&self, attribute: Attribute, value: Option<&str>) {
        if let Some(value) = value {
            self.attribute(attribute.name(), value.to_owned());
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let said = self.said.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(said) = said {
            self.put(&said.latest, &said.recorded);
        }
        ending::end(std::mem::replace(&mut self.span, Span::none()));
    }
}

pub(crate) fn fail(span: &Span, error_type: &str, message: impl Display) {
    span.set_attribute(Attribute::ErrorType.name(), error_type.to_owned());
    span.set_status(Status::error(message.to_string()));
}
