//! Records duration, tokens and cost as metrics, before any sampling.
//!
//! One call is four histogram points, and a point through the SDK's ordinary interface costs the caller some 180 ns, so
//! points are handed to a thread of our own. They wait in a bounded list that is emptied when it fills, at every flush
//! and at every collection; a call that finds it full records its points itself. So none is lost, and a host thread pays
//! for one push.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use opentelemetry::metrics::{Counter, Histogram, Meter};
use opentelemetry::{KeyValue, StringValue};
use tracing_genai_pricing::{Reason, Status};
use tracing_genai_semconv::{Attribute, SpanKind, metric, own};
use tracing_genai_usage::Unit;

use crate::operation::Operation;
use crate::price::is_unknown;
use crate::series::{Labels, Series, SeriesCache};
use crate::usage::Counted;
use crate::worker::Waker;

/// The most calls whose points wait.
const MOST_PENDING: usize = 2_048;

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
    series: Arc<Series>,
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

    /// Records what `operation` adds to the metrics; returns a model without a price, the first time one is met.
    pub(crate) fn measure(&self, operation: &Operation, worker: &Waker) -> Option<Unpriced> {
        let is_model_call = operation.is_model_call();
        let is_client = operation
            .name
            .map_or(is_model_call, |name| name.kind() == SpanKind::Client);
        if !is_client {
            return None;
        }
        let point = Point::of(operation, self.series.find(&Labels::of(operation)), is_model_call);
        let unpriced = point.first_unpriced(operation);
        self.add(point, worker);
        unpriced
    }

    #[cfg(not(feature = "bound-instruments"))]
    fn add(&self, point: Point, worker: &Waker) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        if pending.len() < MOST_PENDING {
            pending.push(point);
            let is_half_full = pending.len() == MOST_PENDING / 2;
            drop(pending);
            if is_half_full {
                worker.wake();
            }
        } else {
            drop(pending);
            point.record(&self.instruments);
        }
    }

    #[cfg(feature = "bound-instruments")]
    #[expect(clippy::needless_pass_by_value, reason = "the same signature as without the feature")]
    fn add(&self, point: Point, _worker: &Waker) {
        point.record_bound(&self.instruments);
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
        for point in recording.drain(..) {
            point.record(&self.instruments);
        }
    }
}

impl Point {
    fn of(operation: &Operation, series: Arc<Series>, is_model_call: bool) -> Self {
        let usage = match &operation.usage {
            Counted::Usage(usage) => Some(usage),
            Counted::Nothing | Counted::Inconsistent => None,
        };
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

    /// The model, if its series had no price for the first time. A call that reported no usage says nothing of prices.
    fn first_unpriced(&self, operation: &Operation) -> Option<Unpriced> {
        let (_, Some(reason)) = self.unpriced? else { return None };
        if matches!(reason, Reason::NoUsage | Reason::MissingInput | Reason::MissingOutput)
            || self.series.unpriced_seen.swap(true, Ordering::Relaxed)
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

    fn record(&self, instruments: &Instruments) {
        if let Some(seconds) = self.seconds {
            instruments.duration.record(seconds, &self.series.duration);
        }
        if let Some(tokens) = self.input_tokens {
            instruments.tokens.record(tokens, &self.series.input_tokens);
        }
        if let Some(tokens) = self.output_tokens {
            instruments.tokens.record(tokens, &self.series.output_tokens);
        }
        if let Some(usd) = self.cost_usd {
            instruments.cost.record(usd, &self.series.common);
        }
        self.count_unpriced(instruments);
    }

    fn count_unpriced(&self, instruments: &Instruments) {
        let Some((status, reason)) = self.unpriced else { return };
        let mut attributes = self.series.common.clone();
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

    use opentelemetry::metrics::BoundHistogram;

    use super::{Instruments, Point};
    use crate::series::Series;

    /// A series' instruments with its attributes bound to them.
    #[derive(Debug)]
    pub(crate) struct BoundInstruments {
        duration: BoundHistogram<f64>,
        input_tokens: BoundHistogram<u64>,
        output_tokens: BoundHistogram<u64>,
        cost: BoundHistogram<f64>,
    }

    impl BoundInstruments {
        fn new(instruments: &Instruments, series: &Series) -> Self {
            Self {
                duration: instruments.duration.bind(&series.duration),
                input_tokens: instruments.tokens.bind(&series.input_tokens),
                output_tokens: instruments.tokens.bind(&series.output_tokens),
                cost: instruments.cost.bind(&series.common),
            }
        }
    }

    impl Point {
        pub(super) fn record_bound(&self, instruments: &Instruments) {
            // A bound handle is never given back to the SDK, so only series that are kept get one.
            if !self.series.is_kept {
                return self.record(instruments);
            }
            let bound = self
                .series
                .bound
                .get_or_init(|| BoundInstruments::new(instruments, &self.series));
            if let Some(seconds) = self.seconds {
                bound.duration.record(seconds);
            }
            if let Some(tokens) = self.input_tokens {
                bound.input_tokens.record(tokens);
            }
            if let Some(tokens) = self.output_tokens {
                bound.output_tokens.record(tokens);
            }
            if let Some(usd) = self.cost_usd {
                bound.cost.record(usd);
            }
            self.count_unpriced(instruments);
        }
    }
}
