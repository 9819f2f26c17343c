//! Takes what only the metrics need of a stream off its span, and what a call says of the one around it.

use opentelemetry::{Array, Value};
use tracing_genai_semconv::metric::OPERATION_TIME_PER_OUTPUT_CHUNK;
use tracing_genai_semconv::{Attribute, OperationName, own};

use crate::operation::Operation;
use crate::same_model::is_same_model;

/// The buckets of the conventions' histogram, and the one above them.
const BUCKETS: usize = OPERATION_TIME_PER_OUTPUT_CHUNK.boundaries.len() + 1;

/// The most gaps of one stream that become points: more chunks than any answer has.
const MOST_GAPS: i64 = 1 << 20;

/// The gaps between the chunks of one stream, by the bucket they fall into.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Gaps(Vec<(u64, f64)>);

/// Reads the gaps of a stream, and whether the call is covered by one within it.
pub(crate) fn take_gaps(operation: &mut Operation<'_>) {
    let is_ours = |name: &str| name.starts_with(own::PREFIX);
    let mut names = operation.span.attributes.iter().map(|attribute| attribute.key.as_str());
    if !names.any(is_ours) {
        return;
    }
    while let Some(mark) = operation.take_own(own::COVERING) {
        operation.is_covered |= covers(&mark.value, operation);
    }
    if operation.is_covered {
        operation.write(own::COVERED, true);
    }
    if operation.has(Attribute::ResponseTimeToFirstChunk) {
        let counts = operation.take_own(own::STREAM_GAP_COUNTS);
        let seconds = operation.take_own(own::STREAM_GAP_SECONDS);
        operation.gaps = counts
            .zip(seconds)
            .and_then(|(counts, seconds)| Gaps::read(&counts.value, &seconds.value))
            .map(Box::new);
    }
}

/// Whether one of the calls in `covering` is the operation, seen from further out. Each is three texts: its operation and
/// the models that were asked for and answered.
fn covers(covering: &Value, operation: &Operation<'_>) -> bool {
    let Value::Array(Array::String(texts)) = covering else {
        return false;
    };
    texts.chunks_exact(3).any(|call| match call {
        [name, request, response] => is_covered_by(operation, name.as_str(), [request.as_str(), response.as_str()]),
        _ => false,
    })
}

fn is_covered_by(operation: &Operation<'_>, name: &str, models: [&str; 2]) -> bool {
    let is_embedding = |name: Option<OperationName>| name == Some(OperationName::Embeddings);
    if !operation.is_model_call() || is_embedding(operation.name) != is_embedding(OperationName::from_name(name)) {
        return false;
    }
    let known = [
        operation.text(Attribute::RequestModel),
        operation.text(Attribute::ResponseModel),
    ];
    let mut known = known.into_iter().flatten();
    known.any(|known| models.iter().any(|model| is_same_model(known, model)))
}

impl Gaps {
    fn read(counts: &Value, seconds: &Value) -> Option<Self> {
        let (Value::Array(Array::I64(counts)), Value::Array(Array::F64(seconds))) = (counts, seconds) else {
            return None;
        };
        let are_gaps = counts.len() == BUCKETS
            && seconds.len() == BUCKETS
            && counts.iter().all(|count| (0..=MOST_GAPS).contains(count))
            && counts.iter().sum::<i64>() <= MOST_GAPS
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

    /// Every gap, as long as those of its bucket are on an average: their number in each bucket and their sum are exact.
    pub(crate) fn seconds(&self) -> impl Iterator<Item = f64> + '_ {
        self.0.iter().flat_map(|&(count, sum)| {
            // No more than MOST_GAPS, which a double holds exactly.
            #[expect(clippy::cast_precision_loss, reason = "small whole numbers")]
            let mean = sum / count as f64;
            (0..count).map(move |_| mean)
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
        let gaps: Vec<f64> = of(&counts, &seconds).unwrap().seconds().collect();
        assert_eq!(gaps, [0.005, 0.005, 0.005, 0.005, 0.25, 0.25]);
    }

    #[test]
    fn what_is_no_gaps_makes_no_points() {
        let (counts, seconds) = ([1; BUCKETS], [0.1; BUCKETS]);
        assert!(of(&counts, &seconds).is_some());
        assert_eq!(of(&counts[1..], &seconds), None);
        assert_eq!(of(&[i64::MAX; BUCKETS], &seconds), None);
        assert_eq!(of(&[-1; BUCKETS], &seconds), None);
        assert_eq!(of(&counts, &[f64::NAN; BUCKETS]), None);
        assert_eq!(Gaps::read(&Value::I64(1), &Value::I64(1)), None);
    }
}
