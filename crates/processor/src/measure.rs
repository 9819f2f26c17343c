//! Records duration, tokens and cost as metrics, before any sampling.
//!
//! One call is four histogram points, and a point through the SDK's ordinary interface costs the caller some 180 ns, so
//! points are handed to a thread of our own. They wait in a bounded list that is emptied when it fills, at every flush
//! and at every collection; a call that finds it full records its points itself. So none is lost, and a host thread pays
//! for one push.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use opentelemetry::metrics::{Counter, Histogram, Meter};
use opentelemetry::{KeyValue, StringValue};
use tracing_genai_pricing::{Reason, Status};
use tracing_genai_semconv::{Attribute, SpanKind, metric, own};
use tracing_genai_usage::Unit;

use crate::operation::Operation;
use crate::price::is_unknown;
use crate::series::{Labels, Series, SeriesCache, SeriesId};
use crate::usage::Counted;

/// The most calls whose points wait.
const MOST_PENDING: usize = 4_096;

/// Every instrument, and the points that wait for them.
#[derive(Debug)]
pub(crate) struct Meters {
    instruments: Instruments,
    series: SeriesCache,
    pending: Mutex<Vec<Point>>,
    /// Held while points are recorded, so that a flush returns only when those taken before it are in, too.
    recording: Mutex<Vec<Point>>,
}

#[derive(Debug)]
struct Instruments {
    duration: Histogram<f64>,
    tokens: Histogram<u64>,
    cost: Histogram<f64>,
    unpriced: Counter<u64>,
}

/// What one call adds to the metrics.
#[derive(Debug)]
struct Point {
    series: SeriesId,
    seconds: Option<f64>,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
    cost_usd: Option<f64>,
    unpriced: Option<(Status, Option<Reason>)>,
}

/// A model call without a price, met for the first time.
#[derive(Clone, Debug)]
pub(crate) struct Unpriced {
    pub(crate) provider: String,
    pub(crate) model: String,
    pub(crate) reason: Reason,
}

impl Meters {
    pub(crate) fn new(meter: &Meter) -> Self {
        let seconds_or_usd = |of: &metric::Histogram| {
            meter
                .f64_histogram(of.name)
                .with_unit(of.unit)
                .with_description(of.description)
                .with_boundaries(of.boundaries.to_vec())
                .build()
        };
        let tokens = &metric::TOKEN_USAGE;
        Self {
            instruments: Instruments {
                duration: seconds_or_usd(&metric::OPERATION_DURATION),
                tokens: meter
                    .u64_histogram(tokens.name)
                    .with_unit(tokens.unit)
                    .with_description(tokens.description)
                    .with_boundaries(tokens.boundaries.to_vec())
                    .build(),
                cost: seconds_or_usd(&metric::COST),
                unpriced: meter
                    .u64_counter(metric::UNPRICED_CALLS)
                    .with_unit(metric::UNPRICED_CALLS_UNIT)
                    .with_description("Model calls whose cost is not known")
                    .build(),
            },
            series: SeriesCache::default(),
            pending: Mutex::new(Vec::with_capacity(MOST_PENDING)),
            recording: Mutex::new(Vec::with_capacity(MOST_PENDING)),
        }
    }

    /// Records what `operation` adds to the metrics. Returns a model without a price, the first time one is met, and
    /// whether so much waits that it should be recorded.
    pub(crate) fn measure(&self, operation: &Operation<'_>) -> (Option<Unpriced>, bool) {
        let is_model_call = operation.is_model_call() || operation.is_unknown_call();
        let is_client = operation
            .name
            .map_or(is_model_call, |name| name.kind() == SpanKind::Client);
        if !is_client {
            return (None, false);
        }
        let point = Point::of(operation, self.series.find(&Labels::of(operation)), is_model_call);
        let unpriced = self.first_unpriced(&point, operation);
        (unpriced, self.add(point))
    }

    /// The model, if its series had no price for the first time. A call that reported no usage says nothing of prices.
    fn first_unpriced(&self, point: &Point, operation: &Operation<'_>) -> Option<Unpriced> {
        let (_, Some(reason)) = point.unpriced? else {
            return None;
        };
        if matches!(reason, Reason::NoUsage | Reason::MissingInput | Reason::MissingOutput) {
            return None;
        }
        if self
            .series
            .get(&point.series)?
            .unpriced_seen
            .swap(true, Ordering::Relaxed)
        {
            return None;
        }
        let model = operation
            .text(Attribute::ResponseModel)
            .or_else(|| operation.text(Attribute::RequestModel));
        Some(Unpriced {
            provider: operation.text(Attribute::ProviderName).unwrap_or_default().to_owned(),
            model: model.unwrap_or_default().to_owned(),
            reason,
        })
    }

    #[cfg(not(feature = "bound-instruments"))]
    fn add(&self, point: Point) -> bool {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.len() < MOST_PENDING {
            pending.push(point);
            return pending.len() == MOST_PENDING / 2;
        }
        drop(pending);
        if let Some(series) = self.series.get(&point.series) {
            point.record(&self.instruments, &series);
        }
        false
    }

    #[cfg(feature = "bound-instruments")]
    #[expect(clippy::needless_pass_by_value, reason = "the same signature as without the feature")]
    fn add(&self, point: Point) -> bool {
        match (&point.series, self.series.get(&point.series)) {
            (SeriesId::Kept(_), Some(series)) => point.record_bound(&self.instruments, &series),
            // A bound handle is never given back to the SDK, so a series that is not kept gets none.
            (SeriesId::Single(series), _) => point.record(&self.instruments, series),
            (SeriesId::Kept(_), None) => {}
        }
        false
    }

    /// How many calls' points wait.
    pub(crate) fn pending(&self) -> usize {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Records the points that wait.
    pub(crate) fn flush(&self) {
        let mut recording = self.recording.lock().unwrap_or_else(PoisonError::into_inner);
        {
            let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
            std::mem::swap(&mut *pending, &mut *recording);
        }
        // After the points: a series is kept before a point can name it.
        let kept = self.series.kept();
        for point in recording.drain(..) {
            let series = match &point.series {
                SeriesId::Kept(number) => kept.get(*number),
                SeriesId::Single(series) => Some(series),
            };
            if let Some(series) = series {
                point.record(&self.instruments, series);
            }
        }
    }
}

impl Point {
    fn of(operation: &Operation<'_>, series: SeriesId, is_model_call: bool) -> Self {
        let usage = (operation.counted == Counted::Believably).then_some(&operation.usage);
        let cost = operation.cost.as_ref().filter(|_| is_model_call);
        Self {
            series,
            // A clock that was set back between start and end leaves no duration, which is not one of zero.
            seconds: operation
                .span
                .end_time
                .duration_since(operation.span.start_time)
                .ok()
                .map(|open| open.as_secs_f64()),
            input_tokens: usage.and_then(|usage| usage.get(Unit::InputTokens)),
            output_tokens: usage.and_then(|usage| usage.get(Unit::OutputTokens)),
            cost_usd: cost.and_then(|cost| cost.total).map(tracing_genai_pricing::Usd::to_f64),
            unpriced: cost
                .filter(|cost| is_unknown(cost.status))
                .map(|cost| (cost.status, cost.reasons.iter().next())),
        }
    }

    fn record(&self, instruments: &Instruments, series: &Series) {
        if let Some(seconds) = self.seconds {
            instruments.duration.record(seconds, &series.duration);
        }
        if let Some(tokens) = self.input_tokens {
            instruments.tokens.record(tokens, &series.input_tokens);
        }
        if let Some(tokens) = self.output_tokens {
            instruments.tokens.record(tokens, &series.output_tokens);
        }
        if let Some(usd) = self.cost_usd {
            instruments.cost.record(usd, &series.common);
        }
        self.count_unpriced(instruments, series);
    }

    fn count_unpriced(&self, instruments: &Instruments, series: &Series) {
        let Some((status, reason)) = self.unpriced else { return };
        let mut attributes = series.common.clone();
        attributes.push(KeyValue::new(own::COST_STATUS, status.as_str()));
        if let Some(reason) = reason {
            attributes.push(KeyValue::new(own::COST_REASONS, StringValue::from(reason.as_str())));
        }
        instruments.unpriced.add(1, &attributes);
    }
}

#[cfg(feature = "bound-instruments")]
pub(crate) use bound::BoundInstruments;

#[cfg(feature = "bound-instruments")]
mod bound {
    //! The same through the SDK's bound instruments, which need no look-up of attributes.

    use std::sync::OnceLock;

    use opentelemetry::metrics::BoundHistogram;

    use super::{Instruments, Point};
    use crate::series::Series;

    /// A series' instruments with its attributes bound to them, each from its first point on: binding alone would export
    /// a series of none, and a cost that is not known would read as one of zero.
    #[derive(Debug, Default)]
    pub(crate) struct BoundInstruments {
        duration: OnceLock<BoundHistogram<f64>>,
        input_tokens: OnceLock<BoundHistogram<u64>>,
        output_tokens: OnceLock<BoundHistogram<u64>>,
        cost: OnceLock<BoundHistogram<f64>>,
    }

    impl Point {
        pub(super) fn record_bound(&self, instruments: &Instruments, series: &Series) {
            let Instruments {
                duration, tokens, cost, ..
            } = instruments;
            let bound = &series.bound;
            if let Some(seconds) = self.seconds {
                let bound = bound.duration.get_or_init(|| duration.bind(&series.duration));
                bound.record(seconds);
            }
            if let Some(count) = self.input_tokens {
                let bound = bound.input_tokens.get_or_init(|| tokens.bind(&series.input_tokens));
                bound.record(count);
            }
            if let Some(count) = self.output_tokens {
                let bound = bound.output_tokens.get_or_init(|| tokens.bind(&series.output_tokens));
                bound.record(count);
            }
            if let Some(usd) = self.cost_usd {
                bound.cost.get_or_init(|| cost.bind(&series.common)).record(usd);
            }
            self.count_unpriced(instruments, series);
        }
    }
}
