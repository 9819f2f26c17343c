//! A model call in progress: what its response says goes on its span.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

use opentelemetry::trace::{Status, TraceContextExt};
use opentelemetry::{Context, Key as Name, KeyValue, Value};
use tracing::Span;
use tracing::instrument::{Instrument, Instrumented};
use tracing_genai_pricing::{Usd, reported_cost};
use tracing_genai_processor::UNIT_ATTRIBUTES;
use tracing_genai_processor::content::is_captured;
use tracing_genai_processor::message::{Message, to_json};
use tracing_genai_semconv::typed::Key;
use tracing_genai_semconv::{Attribute, own};
use tracing_genai_usage::{Api, Reading, Unit, Usage, read_body};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::ValueOf;
use crate::value::texts;

/// A call of a model, from its request to the end of its response. Its span ends when it is dropped.
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
    /// The call around this one, if this one covers it, and the mark that says so.
    enclosing: Option<(Context, String)>,
}

const UNKNOWN: u64 = u64::MAX;

/// Why a response is unread that is none of its API, or breaks off.
pub(crate) const MALFORMED: &str = "malformed";

impl Call {
    pub(crate) fn new(span: Span, is_openai: bool, enclosing: Option<(Context, String)>) -> Self {
        Self {
            span,
            started: Instant::now(),
            is_openai,
            has_usage: AtomicBool::new(false),
            has_failed: AtomicBool::new(false),
            output_tokens: AtomicU64::new(UNKNOWN),
            enclosing,
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
    pub fn record(&self, reading: &Reading) {
        self.usage(&reading.usage);
        self.text(Attribute::ResponseId, reading.response_id.as_deref());
        self.text(Attribute::ResponseModel, reading.model.as_deref());
        let tier = if self.is_openai {
            Attribute::OpenaiResponseServiceTier
        } else {
            Attribute::ResponseServiceTier
        };
        self.text(tier, reading.service_tier.as_deref());
        self.text(Attribute::ResponseSpeed, reading.speed.as_deref());
        if !reading.finish_reasons.is_empty() {
            self.finish_reasons(reading.finish_reasons.iter().map(String::as_str));
        }
        if let Some(cost) = reported_cost(reading) {
            self.cost(cost);
        }
        if let Some(field) = reading.invalid {
            self.attribute(own::USAGE_INVALID, field);
        }
        if let Some(error) = &reading.error {
            self.fail(&error.kind, &error.message);
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
        if !usage.is_empty() {
            self.has_usage.store(true, Ordering::Relaxed);
            self.cover_enclosing();
        }
        if let Some(tokens) = usage.get(Unit::OutputTokens) {
            self.output_tokens.store(tokens, Ordering::Relaxed);
        }
        for (unit, count) in usage.iter() {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            match UNIT_ATTRIBUTES.iter().find(|(named, _)| *named == unit) {
                Some((_, attribute)) => self.attribute(attribute.name(), count),
                None => self.attribute([own::USAGE_PREFIX, unit.name()].concat(), count),
            }
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
        self.cover_enclosing();
        fail(&self.span, error_type, message);
    }

    fn cover_enclosing(&self) {
        if let Some((enclosing, mark)) = &self.enclosing {
            enclosing.span().set_attribute(KeyValue::new(mark.clone(), true));
        }
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
        if is_captured() {
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

pub(crate) fn fail(span: &Span, error_type: &str, message: impl Display) {
    span.set_attribute(Attribute::ErrorType.name(), error_type.to_owned());
    span.set_status(Status::error(message.to_string()));
}
