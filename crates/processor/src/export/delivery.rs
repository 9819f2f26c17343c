//! Counts what became of every span, so that no loss is silent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Where the counts are kept; processor and exporter share one.
#[derive(Clone, Debug, Default)]
pub struct Delivery(Arc<Counters>);

/// The number of the next [`Delivery`] of the process.
static NEXT: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
struct Counters {
    /// Distinguishes the counts from those of other processors in their metrics.
    number: u64,
    is_observed: AtomicBool,
    ended: AtomicU64,
    unsampled: AtomicU64,
    discarded: AtomicU64,
    panicked: AtomicU64,
    exported: AtomicU64,
    failed: AtomicU64,
}

impl Default for Counters {
    fn default() -> Self {
        Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            is_observed: AtomicBool::default(),
            ended: AtomicU64::default(),
            unsampled: AtomicU64::default(),
            discarded: AtomicU64::default(),
            panicked: AtomicU64::default(),
            exported: AtomicU64::default(),
            failed: AtomicU64::default(),
        }
    }
}

/// The counts at one moment: `ended = unsampled + discarded + exported + failed + undelivered`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryCounts {
    /// Spans that ended.
    pub ended: u64,
    /// Spans that were counted but not sampled, and so not to be exported.
    pub unsampled: u64,
    /// Spans for which no exporter is set up.
    pub discarded: u64,
    /// Panics in a stage, after which the span went on unfinished, or in the processor behind them, after which it did not;
    /// these spans are among the others.
    pub panicked: u64,
    /// Spans the exporter reported as delivered.
    pub exported: u64,
    /// Spans the exporter could not deliver.
    pub failed: u64,
    /// Spans still queued, or dropped because the queue was full: before shutdown the two look alike, after it nothing is
    /// queued any more and all of these were dropped.
    pub undelivered: u64,
}

impl DeliveryCounts {
    /// How many spans had each outcome, under the name it has as a metric's `tracing_genai.span.outcome`. A span has one
    /// outcome at most.
    pub(crate) const fn outcomes(&self) -> [(&'static str, u64); 4] {
        [
            ("unsampled", self.unsampled),
            ("discarded", self.discarded),
            ("exported", self.exported),
            ("failed", self.failed),
        ]
    }

    /// Spans that were to be exported and were not: failed, dropped or still queued.
    pub const fn lost(&self) -> u64 {
        self.failed + self.undelivered
    }
}

impl Delivery {
    /// Reads the counts.
    pub fn counts(&self) -> DeliveryCounts {
        // Outcomes are read before endings, so that a span in between never makes the sum exceed its whole.
        let unsampled = self.0.unsampled.load(Ordering::Acquire);
        let discarded = self.0.discarded.load(Ordering::Acquire);
        let panicked = self.0.panicked.load(Ordering::Acquire);
        let exported = self.0.exported.load(Ordering::Acquire);
        let failed = self.0.failed.load(Ordering::Acquire);
        let ended = self.0.ended.load(Ordering::Acquire);
        let settled = unsampled + discarded + exported + failed;
        DeliveryCounts {
            ended,
            unsampled,
            discarded,
            panicked,
            exported,
            failed,
            undelivered: ended.saturating_sub(settled),
        }
    }

    /// The name of the component in its metrics, as OpenTelemetry's SDK metrics have it: `otel.component.name`.
    pub(crate) fn component_name(&self) -> String {
        format!("tracing_genai_span_processor/{}", self.0.number)
    }

    /// Whether no metrics observed the counts before this call. Where processors share counts, one of them is enough.
    pub(crate) fn observe_once(&self) -> bool {
        !self.0.is_observed.swap(true, Ordering::AcqRel)
    }

    pub(crate) fn span_ended(&self) {
        self.0.ended.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn span_not_sampled(&self) {
        self.0.unsampled.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn span_discarded(&self) {
        self.0.discarded.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn stage_panicked(&self) {
        self.0.panicked.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn spans_exported(&self, count: u64) {
        self.0.exported.fetch_add(count, Ordering::Release);
    }

    pub(crate) fn spans_failed(&self, count: u64) {
        self.0.failed.fetch_add(count, Ordering::Release);
    }
}
