//! The gaps between a stream's chunks, as its helper records them on the span.

use opentelemetry::{Array, Value};
use tracing_genai_semconv::metric::OPERATION_TIME_PER_OUTPUT_CHUNK;

/// The buckets of the conventions' histogram, with the one above its last boundary.
const BUCKETS: usize = OPERATION_TIME_PER_OUTPUT_CHUNK.boundaries.len() + 1;

/// Maximum number of gaps of one stream that are recorded.
const MAX_GAPS: i64 = 1 << 20;

/// The gaps of one stream: count and sum of each bucket.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gaps(Vec<(u64, f64)>);

impl Gaps {
    pub(crate) fn read(counts: &Value, seconds: &Value) -> Option<Self> {
        let (Value::Array(Array::I64(counts)), Value::Array(Array::F64(seconds))) = (counts, seconds) else {
            return None;
        };
        let are_gaps = counts.len() == BUCKETS
            && seconds.len() == BUCKETS
            && counts.iter().all(|count| (0..=MAX_GAPS).contains(count))
            && counts.iter().sum::<i64>() <= MAX_GAPS
            && seconds.iter().all(|sum| sum.is_finite() && *sum >= 0.0);
        are_gaps.then(|| {
            let counts = counts.iter().map(|count| count.unsigned_abs());
            Self(
                counts
                    .zip(seconds.iter().copied())
                    .filter(|(count, _)| *count > 0)
                    .collect(),
            )
        })
    }

    /// The gaps of each bucket as one run: their number, and the average that stands for each. The count of a bucket is
    /// exact; the sum is too, but for a rounding of each addition, 10⁻¹⁰ of it for the most gaps.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (u64, f64)> + '_ {
        self.0.iter().map(|&(count, sum)| {
            // At most MAX_GAPS, which is exact in a double.
            #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
            let mean = sum / count as f64;
            (count, mean)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: &[i64], seconds: &[f64]) -> Option<Gaps> {
        Gaps::read(
            &Value::Array(Array::I64(counts.to_vec())),
            &Value::Array(Array::F64(seconds.to_vec())),
        )
    }

    #[test]
    fn gaps_keep_their_number_and_sum() {
        let (mut counts, mut seconds) = ([0; BUCKETS], [0.0; BUCKETS]);
        (counts[0], seconds[0]) = (4, 0.02);
        (counts[5], seconds[5]) = (2, 0.5);
        let runs: Vec<_> = of(&counts, &seconds).unwrap().runs().collect();
        assert_eq!(runs, [(4, 0.005), (2, 0.25)]);
    }

    #[test]
    fn invalid_gaps_are_rejected() {
        let (counts, seconds) = ([1; BUCKETS], [0.1; BUCKETS]);
        assert!(of(&counts, &seconds).is_some());
        assert_eq!(of(&counts[1..], &seconds), None);
        assert_eq!(of(&[i64::MAX; BUCKETS], &seconds), None);
        assert_eq!(of(&[-1; BUCKETS], &seconds), None);
        assert_eq!(of(&counts, &[f64::NAN; BUCKETS]), None);
        assert_eq!(Gaps::read(&Value::I64(1), &Value::I64(1)), None);
    }
}
