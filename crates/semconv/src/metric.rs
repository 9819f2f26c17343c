//! The metrics: names, instruments, units, bucket boundaries and attributes.

mod definition;
mod table;

use crate::{Attribute, Requirement};

pub use definition::{Instrument, Metric, Origin};
pub use table::*;

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

    /// The requirement level of the attribute; `None` if it is not listed.
    pub fn requirement(&self, attribute: Attribute) -> Option<Requirement> {
        crate::span_type::requirement(self.attributes, attribute)
    }
}

/// The value of `gen_ai.token.modality` if the provider does not report it.
pub const UNKNOWN_MODALITY: &str = "unknown";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boundaries_are_ascending() {
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
    fn metric_names_are_unique() {
        for metric in Metric::ALL {
            assert_eq!(Metric::from_name(metric.name), Some(metric), "{}", metric.name);
        }
    }
}
