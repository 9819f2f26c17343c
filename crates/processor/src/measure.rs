//! Records duration, tokens and cost as metrics, before any sampling.
//!
//! One call is four histogram points, and a point through the SDK's ordinary interface costs the caller some 180 ns, so
//! points are handed to a thread of our own. They wait in a bounded list that is emptied when it fills, at every flush
//! and at every collection; a call that finds it full records its points itself. So none is lost, and a host thread pays
//! for one push.

use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use opentelemetry::metrics::Meter;
use tracing_genai_pricing::Reason;
use tracing_genai_semconv::SpanKind;
use tracing_genai_semconv::profile::Profile;

use crate::instruments::{Instruments, Point};
use crate::operation::Operation;
use crate::series::{Labels, SeriesCache, SeriesId};

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

impl Meters {
    pub(crate) fn new(meter: &Meter, profile: Profile) -> Self {
        Self {
            instruments: Instruments::new(meter, profile),
            series: SeriesCache::default(),
            pending: Mutex::new(Vec::with_capacity(MOST_PENDING)),
            recording: Mutex::new(Vec::with_capacity(MOST_PENDING)),
        }
    }

    /// Records what `operation` adds to the metrics. Returns a model without a price, the first time one is met, and
    /// whether so much waits that it should be recorded.
    pub(crate) fn measure(&self, operation: &Operation<'_>) -> (Option<Reason>, bool) {
        operation
            .unread
            .iter()
            .for_each(|unread| self.instruments.count_unread(unread));
        if operation.is_covered {
            return (None, false);
        }
        let is_model_call = operation.is_model_call() || operation.is_unknown_call();
        let is_client = operation
            .name
            .map_or(is_model_call, |name| name.kind() == SpanKind::Client);
        if !is_client {
            return (None, false);
        }
        let series = self.series.find(&Labels::of(operation, is_model_call));
        let point = Point::of(operation, &self.instruments, series, is_model_call);
        let unpriced = self.first_unpriced(&point);
        (unpriced, self.add(point))
    }

    /// Why the model has no price, if its series had none for the first time. A call that reported no usage says nothing of prices.
    fn first_unpriced(&self, point: &Point) -> Option<Reason> {
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
        Some(reason)
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

#[cfg(feature = "bound-instruments")]
pub(crate) use bound::BoundInstruments;

#[cfg(feature = "bound-instruments")]
mod bound {
    //! The same through the SDK's bound instruments, which need no look-up of attributes.

    use std::sync::OnceLock;

    use opentelemetry::metrics::BoundHistogram;

    use crate::instruments::{Instruments, Point};
    use crate::series::Series;

    /// A series' instruments with its attributes bound to them, each from its first point on: binding alone would export
    /// a series of none, and a cost that is not known would read as one of zero.
    #[derive(Debug, Default)]
    pub(crate) struct BoundInstruments {
        duration: OnceLock<BoundHistogram<f64>>,
        input_tokens: OnceLock<BoundHistogram<u64>>,
        output_tokens: OnceLock<BoundHistogram<u64>>,
        cost: OnceLock<Vec<BoundHistogram<f64>>>,
    }

    impl Point {
        pub(super) fn record_bound(&self, instruments: &Instruments, series: &Series) {
            let Instruments {
                duration, tokens, cost, ..
            } = instruments;
            let bound = &series.bound;
            if instruments.has_published(self) {
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
            }
            self.record_stream(instruments, series);
            if let Some(usd) = self.cost_usd {
                let bind = || cost.iter().map(|cost| cost.bind(&series.common)).collect();
                bound.cost.get_or_init(bind).iter().for_each(|cost| cost.record(usd));
            }
            instruments.record_in_development(self, series);
            instruments.count_unpriced(self, series);
        }
    }
}
