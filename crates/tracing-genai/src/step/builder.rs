//! A step's builder, and the step in progress.

use std::fmt::Display;
use std::marker::PhantomData;

use opentelemetry::{Key as Name, Value};
use tracing::Span;
use tracing::instrument::{Instrument, Instrumented};
use tracing_genai_semconv::Attribute;
use tracing_genai_semconv::typed::Key;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::ValueOf;
use crate::call;
use crate::collect::{is_collected_on, is_content_collected};
use crate::ending;
use crate::model_call::{set_attributes, set_content};

/// A type of step, which determines its attributes.
pub trait Kind: kind::Start {}

pub(crate) mod kind {
    use tracing::Span;

    /// Starts the span of a step. As a supertrait outside the public API it seals [`Kind`](super::Kind).
    pub trait Start {
        /// The span with the name, kind and attributes that the conventions require.
        fn start(self) -> Span;
    }
}

/// A step before its start; attributes set here are on the span when samplers see it.
#[derive(Debug)]
#[must_use = "no span exists until start() is called"]
pub struct StepBuilder<K> {
    pub(super) kind: K,
    attributes: Vec<(&'static str, Value)>,
    content: Vec<(&'static str, Value)>,
}

impl<K: Kind> StepBuilder<K> {
    pub(crate) fn new(kind: K) -> Self {
        Self {
            kind,
            attributes: Vec::new(),
            content: Vec::new(),
        }
    }

    /// The end user (`user.id`).
    pub fn user(self, id: &str) -> Self {
        self.with(Attribute::UserId, id.to_owned())
    }

    /// The user's session (`session.id`).
    pub fn session(self, id: &str) -> Self {
        self.with(Attribute::SessionId, id.to_owned())
    }

    /// The conversation (`gen_ai.conversation.id`).
    pub fn conversation(self, id: &str) -> Self {
        self.with(Attribute::ConversationId, id.to_owned())
    }

    /// Sets any other attribute of the conventions.
    pub fn set<T>(self, key: Key<T>, value: impl ValueOf<T>) -> Self {
        self.with(key.attribute(), value.into_value())
    }

    /// Sets an attribute of your own.
    pub fn attribute(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    pub(crate) fn with(self, attribute: Attribute, value: impl Into<Value>) -> Self {
        self.attribute(attribute.name(), value)
    }

    /// The server's address and port (`server.address`, `server.port`).
    pub(crate) fn at(self, address: &str, port: u16) -> Self {
        self.with(Attribute::ServerAddress, address.to_owned())
            .with(Attribute::ServerPort, i64::from(port))
    }

    /// Sets content, if it is captured.
    pub(crate) fn with_content(mut self, attribute: Attribute, content: impl FnOnce() -> String) -> Self {
        if is_content_collected() {
            self.content.push((attribute.name(), content().into()));
        }
        self
    }

    /// Starts the span, as a child of the current one.
    pub fn start(self) -> Step<K> {
        let span = self.kind.start();
        set_attributes(&span, self.attributes);
        set_content(&span, self.content);
        Step {
            span,
            kind: PhantomData,
        }
    }
}

/// A step in progress. It ends when it is dropped.
///
/// It is exported then, even if its [span](Self::span) is still held. Later records on the span are lost.
#[derive(Debug)]
#[must_use = "the step's span ends when this is dropped"]
pub struct Step<K> {
    span: Span,
    kind: PhantomData<fn() -> K>,
}

impl<K: Kind> Step<K> {
    /// The span, for children and further attributes.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Runs `future` inside the span.
    pub fn run<F: Future>(&self, future: F) -> Instrumented<F> {
        future.instrument(self.span.clone())
    }

    /// Runs `work` inside the span, on this thread.
    pub fn in_scope<T>(&self, work: impl FnOnce() -> T) -> T {
        self.span.in_scope(work)
    }

    /// Records that the step failed; see [`Call::fail`](crate::Call::fail).
    pub fn fail(&self, error_type: &str, message: impl Display) {
        call::fail(&self.span, error_type, message);
    }

    /// Records any other attribute of the conventions.
    pub fn set<T>(&self, key: Key<T>, value: impl ValueOf<T>) {
        self.attribute(key.name(), value.into_value());
    }

    /// Records an attribute of your own.
    pub fn attribute(&self, name: impl Into<Name>, value: impl Into<Value>) {
        self.span.set_attribute(name, value);
    }

    /// Records content, if it is captured.
    pub(crate) fn content(&self, attribute: Attribute, content: impl FnOnce() -> String) {
        if is_collected_on(&self.span) {
            self.attribute(attribute.name(), content());
        }
    }
}

impl<K> Drop for Step<K> {
    fn drop(&mut self) {
        ending::end(std::mem::replace(&mut self.span, Span::none()));
    }
}
