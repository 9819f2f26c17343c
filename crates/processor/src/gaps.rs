//! Takes what only the metrics need of a stream off its span, and what a call says of the one around it.

use opentelemetry::{Array, Value};
use tracing_genai_semconv::metric::OPERATION_TIME_PER_OUTPUT_CHUNK;
use tracing_genai_semconv::{Attribute, OperationName, own};

use crate::operation::Operation;

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
    while let Some(mark) = operation.take_own(own::COVERED_PREFIX) {
        let covering = mark.key.as_str().strip_prefix(own::COVERED_PREFIX).unwrap_or_default();
        operation.is_covered |= is_covered_by(operation, covering);
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

/// Whether the operation is the call that `covering` names, an operation and the models that were asked for and answered,
/// seen from further out.
fn is_covered_by(operation: &Operation<'_>, covering: &str) -> bool {
    let mut parts = covering.splitn(3, ' ');
    let mut part = || parts.next().unwrap_or_default();
    let (name, request, response) = (part(), part(), part());
    let is_embedding = |name: Option<OperationName>| name == Some(OperationName::Embeddings);
    if !operation.is_model_call() || is_embedding(operation.name) != is_embedding(OperationName::from_name(name)) {
        return false;
    }
    let known = [
        operation.text(Attribute::RequestModel),
        operation.text(Attribute::ResponseModel),
    ];
    known
        .into_iter()
        .flatten()
        .any(|known| [request, response].iter().any(|model| is_same_model(known, model)))
}

/// Whether two names are of one model: equal, but for what stands before a slash in one of them, as `models/`, or for the
/// version of the one that answered.
fn is_same_model(one: &str, other: &str) -> bool {
    let last = |name: &str| {
        name.rsplit_once('/')
            .map_or(name.to_owned(), |(_, last)| last.to_owned())
    };
    let (one, other) = (last(one), last(other));
    let is_version = |whole: &str, of: &str| {
        let version = whole.strip_prefix(of).and_then(|rest| rest.strip_prefix(['-', '@']));
        version.is_some_and(|version| version.starts_with(|first: char| first.is_ascii_digit()))
    };
    !one.is_empty() && !other.is_empty() && (one == other || is_version(&one, &other) || is_version(&other, &one))
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
    fn a_model_is_the_same_by_its_last_name_and_in_any_version() {
        for (one, other) in [
            ("gpt-4o", "gpt-4o"),
            ("models/gemini-2.5-flash", "gemini-2.5-flash"),
            ("gpt-4o", "gpt-4o-2024-08-06"),
            ("openai/gpt-4o-2024-08-06", "gpt-4o"),
        ] {
            assert!(is_same_model(one, other), "{one}, {other}");
        }
        for (one, other) in [("gpt-4o", "gpt-4o-mini"), ("gpt-4o", ""), ("", ""), ("o", "gpt-4o")] {
            assert!(!is_same_model(one, other), "{one}, {other}");
        }
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
