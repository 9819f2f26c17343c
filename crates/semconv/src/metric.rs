//! The metrics: names, instruments, units, bucket edges, and which attributes stand on their points.

mod table;

use crate::{Attribute, Requirement};

pub use table::*;

/// What a metric is recorded with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Instrument {
    /// A distribution.
    Histogram,
    /// A sum that only grows.
    Counter,
    /// A value of this moment.
    Gauge,
}

impl Instrument {
    /// The name to show.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Histogram => "histogram",
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

/// Who a metric's name is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// The conventions as they were published, and as most emit them today.
    Published,
    /// The conventions as they are being written, after semantic-conventions-genai#374 and #521.
    InDevelopment,
    /// A proposal, or what vendors agreed on without the conventions.
    Field,
    /// The bridge itself.
    Own,
}

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it is recorded with.
    pub instrument: Instrument,
    /// Its unit, as UCUM writes it.
    pub unit: &'static str,
    /// Whether its values are whole numbers.
    pub is_whole: bool,
    /// What it measures, in a sentence.
    pub about: &'static str,
    /// The upper edges of its buckets; none where it has none, or the conventions give none.
    pub boundaries: &'static [f64],
    /// The attributes of its points, by how much they are wanted.
    pub attributes: &'static [(Requirement, &'static [Attribute])],
    /// Who its name is from.
    pub origin: Origin,
}

impl Metric {
    /// The metric of that name.
    ///
    /// ```
    /// use tracing_genai_semconv::metric::Metric;
    ///
    /// let tokens = Metric::from_name("gen_ai.client.token.usage").unwrap();
    /// assert_eq!(tokens.unit, "{token}");
    /// ```
    pub fn from_name(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|metric| metric.name == name)
    }

    /// How much its points want the attribute; `None` where they are not known to have it.
    pub fn requirement(&self, attribute: Attribute) -> Option<Requirement> {
        crate::span_type::requirement(self.attributes, attribute)
    }
}

/// The word of `gen_ai.token.modality` for tokens of which the provider does not say.
pub const UNKNOWN_MODALITY: &str = "unknown";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_rise() {
        for metric in Metric::ALL {
            assert!(
                metric.boundaries.is_sorted_by(|low, high| low < high),
                "{}",
                metric.name
            );
        }
    }

    #[test]
    fn only_histograms_have_buckets() {
        for metric in Metric::ALL {
            assert!(
                metric.boundaries.is_empty() || metric.instrument == Instrument::Histogram,
                "{}",
                metric.name
            );
        }
    }

    #[test]
    fn no_name_stands_twice() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_name(metric.name), Some(metric), "{}", metric.name);
        }
    }
}
