//! A model call in progress, which records its response on its span.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use opentelemetry::trace::Status;
use opentelemetry::{Key as Name, Value};
use tracing::Span;
use tracing::instrument::{Instrument, Instrumented};
use tracing_genai_message::{Message, to_json};
use tracing_genai_pricing::{Usd, reported_cost};
use tracing_genai_processor::inner_calls::InnerCall;
use tracing_genai_semconv::typed::Key;
use tracing_genai_semconv::{Attribute, OTHER, error_type, own};
use tracing_genai_usage::{Api, ProviderError, Reading, Unit, Usage, read_body};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::ValueOf;
use crate::collect::{is_collected_on, may_quote_errors_on};
use crate::enclosing::Enclosing;
use crate::ending;
use crate::short;
use crate::value::{self, texts};

/// A model call, from its request to the end of its response. It ends when it is dropped.
///
/// It is exported and counted then, even if a clone, a task or a longer-lived child still holds its [span](Self::span).
/// What these record on the span afterwards is lost.
///
/// Made by [`chat`](crate::chat) and its siblings. Fields need not be declared; recording a value again replaces it.
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
    /// The span around this call, if the call may cover it.
    enclosing: Mutex<Option<Enclosing>>,
    /// The recorded response, once there is one: a stream may record it with every chunk.
    response: Mutex<Option<Box<RecordedResponse>>>,
}

/// The reading on the span, and the latest one.
#[derive(Debug)]
struct RecordedResponse {
    recorded: Reading,
    latest: Reading,
}

const UNKNOWN: u64 = u64::MAX;

/// The reason of a response that is truncated or not of its API.
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
            response: Mutex::default(),
        }
    }

    /// The span, for children and further attributes.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// The start of the request.
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

    /// Records a response: usage, id, model, finish reasons, tier, the provider's own cost, and an error if it has one.
    ///
    /// A stream may be recorded chunk by chunk: changes after the first are written to the span once, when the call
    /// ends.
    pub fn record(&self, reading: &Reading) {
        let mut response = self.response.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(response) = response.as_mut() {
            response.latest.update_from(reading);
            self.note_usage(&reading.usage);
        } else {
            self.write(reading, &Reading::default());
            *response = Some(Box::new(RecordedResponse {
                recorded: reading.clone(),
                latest: reading.clone(),
            }));
        }
        drop(response);
        self.note_in_enclosing(|call| {
            call.usage(&reading.usage);
            reading.model.iter().for_each(|model| call.response_model(model));
            reading.response_id.iter().for_each(|id| call.response_id(id));
            if reported_cost(reading).is_some() {
                call.cost();
            }
        });
        if let Some(error) = &reading.error {
            self.fail_by_provider(None, Some(error));
        }
    }

    /// Writes the values of `reading` that differ from `recorded` to the span.
    fn write(&self, reading: &Reading, recorded: &Reading) {
        let mut usage = reading.usage;
        for (unit, count) in recorded.usage.iter() {
            if usage.get(unit) == Some(count) {
                usage.clear(unit);
            }
        }
        self.write_usage(&usage);
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
                self.attribute(name, short::name(text).to_owned());
            }
        }
        if reading.unread != recorded.unread {
            self.attribute(own::USAGE_UNREAD, value::texts(reading.unread.iter().cloned()));
        }
        if let Some(field) = reading.invalid.filter(|_| reading.invalid != recorded.invalid) {
            self.attribute(own::USAGE_INVALID, field);
        }
    }

    /// Records a whole response: `body` if `status` is a success, otherwise a failure with the status as `error.type`
    /// and the provider's message.
    ///
    /// A body that is not a response of `api` is not a failure: the usage stays unknown, and
    /// `tracing_genai.response.unread` is set.
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
        let error = reading.ok().and_then(|reading| reading.error);
        self.fail_by_provider(Some(status), error.as_ref());
    }

    /// Records why a response or a part of it could not be read.
    pub(crate) fn unread(&self, why: &'static str) {
        self.attribute(own::RESPONSE_UNREAD, why);
    }

    /// Records the usage as the conventions define it: input includes cached tokens, output includes reasoning.
    pub fn usage(&self, usage: &Usage) {
        self.write_usage(usage);
        self.note_in_enclosing(|call| call.usage(usage));
    }

    fn write_usage(&self, usage: &Usage) {
        self.note_usage(usage);
        for (unit, count) in usage.iter() {
            let count = i64::try_from(count).unwrap_or(i64::MAX);
            match unit.attribute_name() {
                Some(name) => self.attribute(name, count),
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

    /// Notes the requested model that was recorded on the span after its start, for the span that the call may cover.
    pub(crate) fn note_request_model(&self, model: &str) {
        self.note_in_enclosing(|call| call.set_request_model(model));
    }

    /// Records the response's model, which may differ from the requested one.
    pub fn response_model(&self, model: &str) {
        self.text(Attribute::ResponseModel, Some(model));
        self.note_in_enclosing(|call| call.response_model(model));
    }

    /// Records the response's id.
    pub fn response_id(&self, id: &str) {
        self.text(Attribute::ResponseId, Some(id));
        self.note_in_enclosing(|call| call.response_id(id));
    }

    /// Records the finish reason of each choice: `stop`, `length`, `tool_calls`, or the provider's own word.
    pub fn finish_reasons<'a>(&self, reasons: impl IntoIterator<Item = &'a str>) {
        let reasons = texts(reasons.into_iter().map(|reason| short::name(reason).to_owned()));
        self.attribute(Attribute::ResponseFinishReasons.name(), reasons);
    }

    /// Records a cost in USD that the provider reported or that follows from another price; it is kept and marked
    /// `reported`.
    pub fn cost(&self, amount: Usd) {
        self.attribute(Attribute::UsageCost.name(), amount.to_f64());
        self.note_in_enclosing(InnerCall::cost);
    }

    /// Records a failure: `error.type`, a word of low cardinality such as an HTTP status or an error's name, and the
    /// span's status with `message`, of which 1 KiB is exported.
    ///
    /// `error.type` is a metric label: the processor replaces what is neither of
    /// [the known list](crate::semconv::error_type::is_known) nor the name of a type or a word of letters by `_OTHER`.
    /// Where content must not stand on spans (`NO_CONTENT`, `EVENT_ONLY`), nor does `message`.
    pub fn fail(&self, error_type: &str, message: impl Display) {
        self.has_failed.store(true, Ordering::Relaxed);
        self.note_in_enclosing(InnerCall::failed);
        fail(&self.span, error_type, message);
    }

    /// Records a failure that the provider reported: with `status`, or else with its name for the error, if that is
    /// documented. Its text is copied only where content may stand on spans.
    pub(crate) fn fail_by_provider(&self, status: Option<u16>, error: Option<&ProviderError>) {
        let kind = error.map(|error| short::name(&error.kind));
        let known = kind.filter(|kind| error_type::is_known(kind));
        if status.is_none()
            && known.is_none()
            && let Some(kind) = kind
        {
            self.attribute(own::ERROR_TYPE, kind.to_owned());
        }
        let status = status.map(|status| status.to_string());
        let error_type = status.as_deref().or(known).unwrap_or(OTHER);
        let message = error.map_or("", |error| &error.message);
        let message = if may_quote_errors_on(&self.span) {
            message
        } else {
            known.unwrap_or_default()
        };
        self.fail(error_type, message);
    }

    /// Notes what is now known of this call on the span around it, if the call may cover that.
    fn note_in_enclosing(&self, update: impl FnOnce(&mut InnerCall)) {
        let mut enclosing = self.enclosing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(enclosing) = enclosing.as_mut() {
            enclosing.update(update);
            enclosing.note(&self.span);
        }
    }

    /// Records the input messages (`gen_ai.input.messages`), if content is captured.
    pub fn input(&self, messages: &[Message]) {
        self.content(Attribute::InputMessages, || to_json(messages));
    }

    /// Records the output messages (`gen_ai.output.messages`), one per choice, if content is captured.
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

    /// Records an attribute of your own.
    pub fn attribute(&self, name: impl Into<Name>, value: impl Into<Value>) {
        self.span.set_attribute(name, value);
    }

    fn text(&self, attribute: Attribute, value: Option<&str>) {
        if let Some(value) = value {
            self.attribute(attribute.name(), short::name(value).to_owned());
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        let response = self.response.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(response) = response {
            self.write(&response.latest, &response.recorded);
        }
        ending::end(std::mem::replace(&mut self.span, Span::none()));
    }
}

pub(crate) fn fail(span: &Span, error_type: &str, message: impl Display) {
    span.set_attribute(Attribute::ErrorType.name(), short::name(error_type).to_owned());
    span.set_status(Status::error(short::error_text(message)));
}
