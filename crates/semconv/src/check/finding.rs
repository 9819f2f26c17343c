//! What a check finds.

use std::fmt;

/// The severity of a finding, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Level {
    /// A MUST of the conventions is violated; a reader of the span may miss or misread something.
    Violation,
    /// A SHOULD of the conventions is not followed.
    Improvement,
    /// A name or value that the conventions do not define; it may be the service's own.
    Unknown,
}

impl Level {
    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Violation => "violation",
            Self::Improvement => "improvement",
            Self::Unknown => "unknown",
        }
    }
}

/// A finding about an attribute, or about the span, metric or event itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Finding<'a> {
    /// Its severity.
    pub level: Level,
    /// What is wrong.
    pub problem: Problem,
    /// The attribute's name, as on the span or as required; empty for the span, metric or event itself.
    pub name: &'a str,
}

impl<'a> Finding<'a> {
    pub(super) const fn new(problem: Problem, name: &'a str) -> Self {
        Self {
            level: problem.level(),
            problem,
            name,
        }
    }
}

/// A difference from the conventions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Problem {
    /// A required attribute is missing.
    Missing,
    /// An attribute required on errors is missing.
    MissingOnError,
    /// An attribute required with `server.address` is missing.
    MissingBesideAddress,
    /// A recommended attribute is missing.
    NotRecorded,
    /// The value has the wrong type.
    WrongType,
    /// A count is negative.
    NegativeCount,
    /// A part, such as cached tokens, exceeds its whole.
    LargerThanWhole,
    /// The attribute is repeated.
    Repeated,
    /// The name is deprecated or from a framework.
    OldSpelling,
    /// The value is not one of the attribute's known values.
    UnknownWord,
    /// The conventions have no such attribute.
    UnknownName,
    /// A usage count has an unknown name and is not read.
    UnreadUsage,
    /// The span has the wrong kind for its type.
    Kind,
    /// The span's name is not its operation and target.
    SpanName,
    /// The conventions have no span type for the operation.
    UnknownOperation,
    /// The text is not JSON of the attribute's form.
    MalformedJson,
    /// The metric has the wrong instrument.
    WrongInstrument,
    /// The metric has the wrong unit.
    WrongUnit,
    /// The metric has other buckets than the conventions.
    Buckets,
    /// The conventions have no such metric.
    UnknownMetric,
    /// The conventions have no such event.
    UnknownEvent,
}

impl Problem {
    /// A phrase that follows the attribute's name in reports.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Missing => "is required but missing",
            Self::MissingOnError => "is required on errors but missing",
            Self::MissingBesideAddress => "is required with `server.address` but missing",
            Self::NotRecorded => "is recommended but missing",
            Self::WrongType => "has the wrong type",
            Self::NegativeCount => "is negative",
            Self::LargerThanWhole => "is larger than its whole",
            Self::Repeated => "is repeated",
            Self::OldSpelling => "is a deprecated or foreign name of another attribute",
            Self::UnknownWord => "has a value unknown to the conventions",
            Self::UnknownName => "is unknown to the conventions",
            Self::UnreadUsage => "is an unknown usage count; a computed cost lacks it",
            Self::Kind => "the span has another kind than in the conventions",
            Self::SpanName => "the span has another name than in the conventions",
            Self::UnknownOperation => "is an unknown operation",
            Self::MalformedJson => "is not JSON of the attribute's form",
            Self::WrongInstrument => "the metric has another instrument than in the conventions",
            Self::WrongUnit => "the metric has another unit than in the conventions",
            Self::Buckets => "the metric has other buckets than in the conventions",
            Self::UnknownMetric => "the metric is unknown to the conventions",
            Self::UnknownEvent => "the event is unknown to the conventions",
        }
    }

    const fn level(self) -> Level {
        match self {
            Self::Missing
            | Self::MissingOnError
            | Self::MissingBesideAddress
            | Self::WrongType
            | Self::NegativeCount
            | Self::LargerThanWhole
            | Self::Repeated
            | Self::OldSpelling
            | Self::MalformedJson
            | Self::WrongInstrument
            | Self::WrongUnit => Level::Violation,
            Self::NotRecorded | Self::Kind | Self::SpanName | Self::Buckets => Level::Improvement,
            Self::UnknownWord
            | Self::UnknownName
            | Self::UnreadUsage
            | Self::UnknownOperation
            | Self::UnknownMetric
            | Self::UnknownEvent => Level::Unknown,
        }
    }
}

impl fmt::Display for Finding<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            return f.write_str(self.problem.words());
        }
        write!(f, "{} {}", self.name, self.problem.words())
    }
}
