//! What a metric consists of.

use crate::{Attribute, Requirement};

/// The instrument of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Instrument {
    /// A distribution.
    Histogram,
    /// A monotonic sum.
    Counter,
    /// A current value.
    Gauge,
}

impl Instrument {
    /// The name in reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Histogram => "histogram",
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

/// The origin of a metric's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The published conventions, in wide use today.
    Published,
    /// The conventions in development, with semantic-conventions-genai#374 and #521.
    InDevelopment,
    /// A proposal, or a de facto name of vendors.
    Field,
    /// This project.
    Own,
}

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its instrument.
    pub instrument: Instrument,
    /// Its unit, in UCUM.
    pub unit: &'static str,
    /// Whether its values are integers.
    pub is_whole: bool,
    /// Its description, in a sentence.
    pub about: &'static str,
    /// The upper boundaries of its buckets; empty without buckets, or if the conventions give none.
    pub boundaries: &'static [f64],
    /// The attributes of its points, by requirement level.
    pub attributes: &'static [(Requirement, &'static [Attribute])],
    /// The origin of its name.
    pub origin: Origin,
}
