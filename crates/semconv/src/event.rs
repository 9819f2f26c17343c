//! The events: log records with a name.

use crate::Attribute::{
    ErrorType, EvaluationExplanation, EvaluationName, EvaluationScoreLabel, EvaluationScoreValue, ExceptionMessage,
    ExceptionStacktrace, ExceptionType, ResponseId,
};
use crate::Requirement::{OnError, Recommended, Required, WhenKnown};
use crate::{Attribute, Requirement, SpanType};

/// An event of the conventions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Event {
    /// Its name.
    pub name: &'static str,
    /// Its description, in a sentence.
    pub about: &'static str,
    /// Its attributes, by requirement level.
    pub attributes: &'static [(Requirement, &'static [Attribute])],
}

/// Input and output of a model call, recorded apart from its span.
pub const INFERENCE_DETAILS: Event = Event {
    name: "gen_ai.client.inference.operation.details",
    about: "Input and output of a model call, recorded apart from its span.",
    attributes: SpanType::INFERENCE.attributes,
};

/// The result of an evaluation.
pub const EVALUATION_RESULT: Event = Event {
    name: "gen_ai.evaluation.result",
    about: "The result of an evaluation.",
    attributes: &[
        (Required, &[EvaluationName]),
        (OnError, &[ErrorType]),
        (WhenKnown, &[EvaluationScoreValue, EvaluationScoreLabel]),
        (Recommended, &[EvaluationExplanation, ResponseId]),
    ],
};

/// An operation failed.
pub const OPERATION_EXCEPTION: Event = Event {
    name: "gen_ai.client.operation.exception",
    about: "An operation failed.",
    attributes: &[
        (WhenKnown, &[ExceptionType, ExceptionMessage]),
        (Recommended, &[ExceptionStacktrace]),
    ],
};

impl Event {
    /// Every event of the conventions.
    pub const ALL: &[Self] = &[INFERENCE_DETAILS, EVALUATION_RESULT, OPERATION_EXCEPTION];

    /// The event of that name.
    ///
    /// ```
    /// use tracing_genai_semconv::event::Event;
    ///
    /// assert!(Event::from_name("gen_ai.evaluation.result").is_some());
    /// ```
    pub fn from_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|event| event.name == name)
    }

    /// The requirement level of the attribute; `None` if the conventions do not list it.
    pub fn requirement(&self, attribute: Attribute) -> Option<Requirement> {
        crate::span_type::requirement(self.attributes, attribute)
    }
}
