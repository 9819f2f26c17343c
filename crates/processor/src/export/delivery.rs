//! Counts the outcome of each span, so that losses are visible.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The counts of spans; processor and exporter share one.
#[derive(Clone, Debug, Default)]
pub struct Delivery(Arc<Counters>);

/// The number of the process's next [`Delivery`].
static NEXT_NUMBER: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
struct Counters {
    /// Identifies the processor in its metrics.
    number: u64,
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
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
            ended: AtomicU64::default(),
            unsampled: AtomicU64::default(),
            discarded: AtomicU64::default(),
            panicked: AtomicU64::default(),
            exported: AtomicU64::default(),
            failed: AtomicU64::default(),
        }
    }
}

/// The counts at one time: `ended = unsampled + discarded + exported + failed + undelivered`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeliveryCounts {
    /// Spans that ended.
    pub ended: u64,
    /// Recorded spans that were not sampled and so are not exported.
    pub unsampled: u64,
    /// Spans without an exporter.
    pub discarded: u64,
    /// Panics in a stage, after which the span is forwarded unfinished, or in the next processor, after which it is
    /// lost. These spans are also in the other counts.
    pub panicked: u64,
    /// Spans the exporter reported as delivered.
    pub exported: u64,
    /// Spans the exporter could not deliver.
    pub failed: u64,
    /// Spans still queued, or dropped because the queue was full. After shutdown none is queued: all of these were
    /// dropped.
    pub undelivered: u64,
}

impl DeliveryCounts {
    /// The number of spans by outcome, a value of the metrics' `tracing_genai.span.outcome`. A span has at most one
    /// outcome.
    pub(crate) const fn outcomes(&self) -> [(&'static str, u64); 4] {
        [
            ("unsampled", self.unsampled),
            ("discarded", self.discarded),
            ("exported", self.exported),
            ("failed", self.failed),
        ]
    }

    /// Sampled spans that were not exported: failed, dropped or still queued.
    pub const fn lost(&self) -> u64 {
        self.failed + self.undelivered
    }
}

impl Delivery {
    /// Reads the counts.
    pub fn counts(&self) -> DeliveryCounts {
        // Outcomes are read before `ended`, so that their sum never exceeds it.
        let unsampled = self.0.unsampled.load(Ordering::Acquire);
        let discarded = self.0.discarded.load(Ordering::Acquire);
        let panicked = self.0.panicked.load(Ordering::Acquire);
        let exported = self.0.exported.load(Ordering::Acquire);
        let failed = self.0.failed.load(Ordering::Acquire);
        let ended = self.0.ended.load(Ordering::Acquire);
        let finished = unsampled + discarded + exported + failed;
        DeliveryCounts {
            ended,
            unsampled,
            discarded,
            panicked,
            exported,
            failed,
            undelivered: ended.saturating_sub(finished),
        }
    }

    /// The processor's `otel.component.name`, in the form of OpenTelemetry's SDK metrics.
    pub(crate) fn component_name(&self) -> String {
        format!("tracing_genai_span_processor/{}", self.0.number)
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
