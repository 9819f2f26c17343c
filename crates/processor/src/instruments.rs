//! The metric instruments of the chosen names, and the values that one call records.

use opentelemetry::metrics::{Counter, Histogram, Meter};
use opentelemetry::{KeyValue, StringValue, Value};
use tracing_genai_pricing::{Reason, Status, Usd};
use tracing_genai_semconv::metric::{self, Metric, UNKNOWN_MODALITY};
use tracing_genai_semconv::profile::{MetricNames, Profile};
use tracing_genai_semconv::{Attribute, own};
use tracing_genai_usage::{Unit, Usage};

use crate::gaps::Gaps;
use crate::operation::Operation;
use crate::price::is_unknown;
use crate::series::Series;
use crate::unread::Unread;

/// The instruments of calls.
#[derive(Debug)]
pub(crate) struct Instruments {
    published: bool,
    duration: Histogram<f64>,
    tokens: Histogram<u64>,
    /// One for each of the chosen vocabularies.
    cost: Vec<Histogram<f64>>,
    first_chunk: Histogram<f64>,
    output_chunk: Histogram<f64>,
    in_development: Option<InDevelopment>,
    unpriced: Counter<u64>,
    unread: Counter<u64>,
}

/// The instruments of the conventions in development.
#[derive(Debug)]
struct InDevelopment {
    duration: Histogram<f64>,
    input_tokens: Histogram<u64>,
    output_tokens: Histogram<u64>,
    first_chunk: Histogram<f64>,
    output_chunk: Histogram<f64>,
    /// In the order of [`KINDS`].
    by_modality: [Counter<u64>; KINDS.len()],
}

/// A kind of token with its own counter, and its parts by modality.
struct Kind {
    metric: &'static Metric,
    unit: Unit,
    parts: &'static [(Unit, &'static str)],
}

const KINDS: [Kind; 5] = [
    Kind {
        metric: &metric::INFERENCE_INPUT_TOKENS,
        unit: Unit::InputTokens,
        parts: &[
            (Unit::InputTextTokens, "text"),
            (Unit::InputImageTokens, "image"),
            (Unit::InputAudioTokens, "audio"),
        ],
    },
    Kind {
        metric: &metric::INFERENCE_OUTPUT_TOKENS,
        unit: Unit::OutputTokens,
        parts: &[
            (Unit::OutputTextTokens, "text"),
            (Unit::OutputImageTokens, "image"),
            (Unit::OutputAudioTokens, "audio"),
        ],
    },
    Kind {
        metric: &metric::INFERENCE_CACHE_READ_TOKENS,
        unit: Unit::CacheReadTokens,
        parts: &[
            (Unit::CacheTextReadTokens, "text"),
            (Unit::CacheImageReadTokens, "image"),
            (Unit::CacheAudioReadTokens, "audio"),
        ],
    },
    Kind {
        metric: &metric::INFERENCE_CACHE_WRITE_TOKENS,
        unit: Unit::CacheWriteTokens,
        parts: &[],
    },
    Kind {
        metric: &metric::INFERENCE_REASONING_TOKENS,
        unit: Unit::OutputReasoningTokens,
        parts: &[],
    },
];

/// The values that one call records.
#[derive(Debug)]
pub(crate) struct Point<'o> {
    /// Whether the call is an inference, which has its own duration metric in the conventions in development.
    is_inference: bool,
    seconds: Option<f64>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cost_usd: Option<f64>,
    pub(crate) unpriced: Option<(Status, Option<Reason>)>,
    /// Of a stream.
    first_chunk: Option<f64>,
    gaps: Option<&'o Gaps>,
    usage: Option<&'o Usage>,
}

impl Instruments {
    pub(crate) fn new(meter: &Meter, profile: Profile) -> Self {
        let published = profile.has_metrics(MetricNames::Published);
        let in_development = profile.has_metrics(MetricNames::InDevelopment);
        Self {
            published,
            duration: histogram_f64(meter, &metric::OPERATION_DURATION),
            tokens: histogram_u64(meter, &metric::TOKEN_USAGE),
            cost: profile.cost_metrics().map(|cost| histogram_f64(meter, cost)).collect(),
            first_chunk: histogram_f64(meter, &metric::OPERATION_TIME_TO_FIRST_CHUNK),
            output_chunk: histogram_f64(meter, &metric::OPERATION_TIME_PER_OUTPUT_CHUNK),
            in_development: in_development.then(|| InDevelopment {
                duration: histogram_f64(meter, &metric::INFERENCE_DURATION),
                input_tokens: histogram_u64(meter, &metric::INFERENCE_OPERATION_INPUT_TOKENS),
                output_tokens: histogram_u64(meter, &metric::INFERENCE_OPERATION_OUTPUT_TOKENS),
                first_chunk: histogram_f64(meter, &metric::INFERENCE_TIME_TO_FIRST_CHUNK),
                output_chunk: histogram_f64(meter, &metric::INFERENCE_TIME_PER_OUTPUT_CHUNK),
                by_modality: KINDS.map(|kind| counter(meter, kind.metric)),
            }),
            unpriced: counter(meter, &metric::UNPRICED_CALLS),
            unread: counter(meter, &metric::UNREAD_VALUES),
        }
    }

    /// Counts an attribute's value that could not be read.
    pub(crate) fn count_unread(&self, (attribute, why): (Attribute, Unread)) {
        let of = [
            KeyValue::new(own::ATTRIBUTE, attribute.name()),
            KeyValue::new(own::UNREAD_REASON, why.as_str()),
        ];
        self.unread.add(1, &of);
    }

    /// Records a call.
    pub(crate) fn record(&self, point: &Point<'_>, series: &Series) {
        // The conventions in development have metrics of inferences only; other calls are recorded under the published
        // names.
        if self.published || !point.is_inference {
            if let Some(seconds) = point.seconds {
                self.duration.record(seconds, &series.duration);
            }
            if let Some(tokens) = point.input_tokens {
                self.tokens.record(tokens, &series.input_tokens);
            }
            if let Some(tokens) = point.output_tokens {
                self.tokens.record(tokens, &series.output_tokens);
            }
            record_stream(point, series, &self.first_chunk, &self.output_chunk);
        }
        if let Some(instruments) = self.in_development.as_ref().filter(|_| point.is_inference) {
            instruments.record(point, series);
        }
        if let Some(usd) = point.cost_usd {
            for histogram in &self.cost {
                histogram.record(usd, &series.common);
            }
        }
        if let Some((status, reason)) = point.unpriced {
            let mut attributes = series.common.clone();
            attributes.push(KeyValue::new(own::COST_STATUS, status.as_str()));
            if let Some(reason) = reason {
                attributes.push(KeyValue::new(own::COST_REASONS, StringValue::from(reason.as_str())));
            }
            self.unpriced.add(1, &attributes);
        }
    }
}

impl InDevelopment {
    fn record(&self, point: &Point<'_>, series: &Series) {
        if let Some(seconds) = point.seconds {
            self.duration.record(seconds, &series.duration);
        }
        if let Some(tokens) = point.input_tokens {
            self.input_tokens.record(tokens, &series.duration);
        }
        if let Some(tokens) = point.output_tokens {
            self.output_tokens.record(tokens, &series.duration);
        }
        record_stream(point, series, &self.first_chunk, &self.output_chunk);
        let Some(usage) = point.usage else { return };
        for (kind, counter) in KINDS.iter().zip(&self.by_modality) {
            for (modality, tokens) in by_modality(kind, usage) {
                let modality = KeyValue::new(Attribute::TokenModality.name(), modality);
                let attributes: Vec<_> = series.common.iter().cloned().chain([modality]).collect();
                counter.add(tokens, &attributes);
            }
        }
    }
}

/// Records a stream's time to first chunk and its gaps.
fn record_stream(point: &Point<'_>, series: &Series, first_chunk: &Histogram<f64>, output_chunk: &Histogram<f64>) {
    let Some(seconds) = point.first_chunk else { return };
    first_chunk.record(seconds, &series.common);
    if let Some(gaps) = point.gaps {
        record_gaps(gaps, output_chunk, &series.common);
    }
}

/// Records the gaps of a stream in runs. The SDK takes one value at a time; most of a record's 130 ns is the look-up of
/// the attributes, which a bound instrument does once a stream.
#[cfg(feature = "bound-instruments")]
fn record_gaps(gaps: &Gaps, histogram: &Histogram<f64>, attributes: &[KeyValue]) {
    let bound = histogram.bind(attributes);
    for (count, seconds) in gaps.runs() {
        (0..count).for_each(|_| bound.record(seconds));
    }
}

/// Records the gaps of a stream in runs. The SDK takes one value at a time, some 130 ns each.
#[cfg(not(feature = "bound-instruments"))]
fn record_gaps(gaps: &Gaps, histogram: &Histogram<f64>, attributes: &[KeyValue]) {
    for (count, seconds) in gaps.runs() {
        (0..count).for_each(|_| histogram.record(seconds, attributes));
    }
}

/// The tokens of a kind by modality; the rest is `unknown`.
fn by_modality(kind: &Kind, usage: &Usage) -> Vec<(&'static str, u64)> {
    let Some(mut rest) = usage.get(kind.unit) else {
        return Vec::new();
    };
    let mut counts = Vec::with_capacity(kind.parts.len() + 1);
    for (unit, modality) in kind.parts {
        let part = usage.get(*unit).unwrap_or(0).min(rest);
        if part > 0 {
            counts.push((*modality, part));
            rest -= part;
        }
    }
    if rest > 0 {
        counts.push((UNKNOWN_MODALITY, rest));
    }
    counts
}

impl<'o> Point<'o> {
    pub(crate) fn of(operation: &'o Operation<'_>, is_model_call: bool) -> Self {
        let usage = operation.whole_usage();
        let cost = operation.cost.as_ref().filter(|_| is_model_call);
        Self {
            is_inference: is_model_call && operation.name != Some(tracing_genai_semconv::OperationName::Embeddings),
            // If the clock was set back, there is no duration rather than one of zero.
            seconds: operation
                .span
                .end_time
                .duration_since(operation.span.start_time)
                .ok()
                .map(|open| open.as_secs_f64()),
            input_tokens: usage.and_then(|usage| usage.get(Unit::InputTokens)),
            output_tokens: usage.and_then(|usage| usage.get(Unit::OutputTokens)),
            cost_usd: cost.and_then(|cost| cost.total).map(Usd::to_f64),
            unpriced: cost
                .filter(|cost| is_unknown(cost.status))
                .map(|cost| (cost.status, cost.reasons.iter().next())),
            first_chunk: match operation.value(Attribute::ResponseTimeToFirstChunk) {
                Some(Value::F64(seconds)) if is_model_call && !operation.is_covered && *seconds >= 0.0 => {
                    Some(*seconds)
                }
                _ => None,
            },
            gaps: operation.gaps.as_deref().filter(|_| !operation.is_covered),
            usage,
        }
    }
}

fn histogram_f64(meter: &Meter, of: &Metric) -> Histogram<f64> {
    meter
        .f64_histogram(of.name)
        .with_unit(of.unit)
        .with_description(of.about)
        .with_boundaries(of.boundaries.to_vec())
        .build()
}

fn histogram_u64(meter: &Meter, of: &Metric) -> Histogram<u64> {
    meter
        .u64_histogram(of.name)
        .with_unit(of.unit)
        .with_description(of.about)
        .with_boundaries(of.boundaries.to_vec())
        .build()
}

fn counter(meter: &Meter, of: &Metric) -> Counter<u64> {
    meter
        .u64_counter(of.name)
        .with_unit(of.unit)
        .with_description(of.about)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_without_a_modality_are_unknown() {
        let usage = Usage::new()
            .with(Unit::InputTokens, 100)
            .with(Unit::InputAudioTokens, 30)
            .with(Unit::OutputTokens, 7);
        let [input, output, cache_read, ..] = &KINDS;
        assert_eq!(by_modality(input, &usage), [("audio", 30), ("unknown", 70)]);
        assert_eq!(by_modality(output, &usage), [("unknown", 7)]);
        assert_eq!(by_modality(cache_read, &usage), []);
    }

    #[test]
    fn parts_do_not_exceed_their_whole() {
        let usage = Usage::new()
            .with(Unit::InputTokens, 10)
            .with(Unit::InputTextTokens, 8)
            .with(Unit::InputAudioTokens, 8);
        assert_eq!(by_modality(&KINDS[0], &usage), [("text", 8), ("audio", 2)]);
    }
}
