//! Records a call's duration, tokens and cost as metrics, before any sampling.

use std::sync::atomic::Ordering;

use opentelemetry::metrics::Meter;
use tracing_genai_pricing::Reason;
use tracing_genai_semconv::SpanKind;
use tracing_genai_semconv::profile::Profile;

use crate::instruments::{Instruments, Point};
use crate::operation::Operation;
use crate::series::{Labels, SeriesCache};

/// The instruments, and the series with points.
#[derive(Debug)]
pub(crate) struct Meters {
    instruments: Instruments,
    series: SeriesCache,
}

impl Meters {
    pub(crate) fn new(meter: &Meter, profile: Profile) -> Self {
        Self {
            instruments: Instruments::new(meter, profile),
            series: SeriesCache::default(),
        }
    }

    /// Records the metrics of `operation`. Returns why its model has no price, once per series.
    pub(crate) fn measure(&self, operation: &Operation<'_>) -> Option<Reason> {
        operation
            .unread
            .iter()
            .for_each(|unread| self.instruments.count_unread(unread));
        // A failure that is not of the calls within is counted, without their chunks.
        if operation.is_covered && !operation.has_failed_alone {
            return None;
        }
        let is_model_call = operation.is_model_call() || operation.is_unknown_call();
        let is_client = operation
            .name
            .map_or(is_model_call, |name| name.kind() == SpanKind::Client);
        if !is_client {
            return None;
        }
        let series = self.series.find(&Labels::of(operation, is_model_call));
        let point = Point::of(operation, is_model_call);
        self.instruments.record(&point, &series);
        // Missing usage is not a missing price.
        let reason = point.unpriced?.1?;
        let is_of_usage = matches!(reason, Reason::NoUsage | Reason::MissingInput | Reason::MissingOutput);
        (!is_of_usage && !series.unpriced_seen.swap(true, Ordering::Relaxed)).then_some(reason)
    }
}
