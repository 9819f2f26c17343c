//! The stages in their order, and what they need; used by the host's threads and by our own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use opentelemetry::metrics::Meter;
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_sdk::trace::{SpanData, SpanProcessor};
use tracing_genai_pricing::{Cost, Prices, Reason};
use tracing_genai_semconv::profile::Profile;
use tracing_genai_semconv::{Attribute, metric, own};

use crate::bound::bound;
use crate::catalogue_metrics;
use crate::closing::{self, Closing};
use crate::content::{ContentRules, take_off_unseen, treat};
use crate::counts::CountsRules;
use crate::gaps::take_gaps;
use crate::handover::{Ended, Handover};
use crate::measure::Meters;
use crate::normalise::{is_genai, is_seen_to, normalise};
use crate::operation::Operation;
use crate::price::price;
use crate::usage::count;
use crate::warnings::Warnings;
use crate::worker::Worker;
use crate::{Delivery, SpanBounds};

/// Everything a span meets on its way.
#[derive(Debug)]
pub(crate) struct Stages {
    pub(crate) prices: Prices,
    pub(crate) counts: CountsRules,
    pub(crate) profile: Profile,
    /// Whether what was renamed stays beside its new name.
    pub(crate) keeps_originals: bool,
    pub(crate) content: ContentRules,
    pub(crate) bounds: SpanBounds,
    pub(crate) delivery: Delivery,
    pub(crate) handover: Option<Handover>,
    pub(crate) warnings: Warnings,
    pub(crate) meters: OnceLock<Meters>,
    /// The processor that exports; known here from the first span on, since until then it may still be given a resource.
    pub(crate) next: OnceLock<Arc<dyn SpanProcessor>>,
    pub(crate) worker: OnceLock<Worker>,
}

impl Stages {
    /// Passes on a span that ended on this thread: now, or by the thread that takes such work off the host's.
    pub(crate) fn span_ended(self: &Arc<Self>, span: SpanData) {
        self.delivery.span_ended();
        if !is_genai(&span) {
            self.finish(span);
            return;
        }
        let closing = closing::take(span.span_context.span_id());
        let ended = Ended { span, closing };
        let refused = match &self.handover {
            Some(handover) => handover.push(ended, || self.worker().wake()),
            None => Some(ended),
        };
        // A full queue loses nothing: the span is seen to at once, as it would be without one.
        if let Some(ended) = refused {
            self.finish(self.see_to(ended));
        }
    }

    /// Does what waits to be done, on whatever thread asks.
    pub(crate) fn drain(self: &Arc<Self>) {
        self.bring_in();
        if let Some(handover) = &self.handover {
            handover.go_on(|span| self.finish(span));
        }
    }

    /// Brings what waits into the metrics, and leaves it to others to let the spans go on.
    fn bring_in(self: &Arc<Self>) {
        if let Some(handover) = &self.handover {
            handover.see_to(|ended| self.see_to(ended));
        }
        if let Some(meters) = self.meters.get() {
            meters.flush();
        }
    }

    /// Whether anything waits.
    pub(crate) fn has_work(&self) -> bool {
        self.handover.as_ref().is_some_and(Handover::has_work)
            || self.meters.get().is_some_and(|meters| meters.pending() > 0)
            || self.warnings.wait()
    }

    /// Does what waits, and says what is to be said. Not to be called within `on_end`, which must not log.
    pub(crate) fn settle(self: &Arc<Self>) {
        self.drain();
        self.warnings.log();
    }

    fn see_to(self: &Arc<Self>, ended: Ended) -> SpanData {
        let Ended { mut span, closing } = ended;
        // This may run inside the host's drop of a span, where a panic of ours could abort the process. The span goes on
        // as far as it got.
        if catch_unwind(AssertUnwindSafe(|| self.enrich(&mut span, closing.as_ref()))).is_err() {
            take_off_unseen(&mut span);
            self.delivery.stage_panicked();
        }
        span
    }

    fn enrich(self: &Arc<Self>, span: &mut SpanData, closing: Option<&Closing>) {
        // Another of our processors priced and counted it: once is enough.
        if is_seen_to(span) {
            return;
        }
        let mut operation = Operation::new(span);
        normalise(&mut operation, closing, self.keeps_originals);
        take_gaps(&mut operation);
        if !operation.is_covered {
            count(&mut operation);
            price(&mut operation, &self.prices, &self.counts, self.profile);
        }
        treat(&mut operation, &self.content);
        let Some(meters) = self.meters() else { return };
        let (unpriced, is_time_to_record) = meters.measure(&operation);
        let mut has_news = unpriced.is_some_and(|reason| {
            let model = operation.text(Attribute::ResponseModel);
            let model = model
                .or_else(|| operation.text(Attribute::RequestModel))
                .unwrap_or_default();
            self.warnings.unpriced(provider_of(&operation), model, reason)
        });
        has_news |= self.warn_of_unread(&operation);
        if has_news || is_time_to_record {
            self.worker().wake();
        }
    }

    /// Keeps a warning for each number of the usage that makes the cost uncertain; whether any is new.
    fn warn_of_unread(&self, operation: &Operation<'_>) -> bool {
        let is_doubted = |cost: &Cost| cost.reasons.contains(Reason::UnreadUsage);
        if !operation.cost.as_ref().is_some_and(is_doubted) {
            return false;
        }
        operation.unread_usage.iter().fold(false, |has_news, field| {
            has_news | self.warnings.unread_usage(provider_of(operation), field)
        })
    }

    fn finish(&self, mut span: SpanData) {
        // The SDK's batch processor would export what is only recorded.
        if !span.span_context.is_sampled() {
            return self.delivery.span_not_sampled();
        }
        // The processor that exports is the host's choice; its panic must not end our thread or leave a drop.
        let went_on = catch_unwind(AssertUnwindSafe(|| {
            bound(&mut span, &self.bounds);
            if let Some(next) = self.next.get() {
                next.on_end(span);
            }
        }));
        if went_on.is_err() {
            self.delivery.stage_panicked();
        }
    }

    fn worker(self: &Arc<Self>) -> &Worker {
        self.worker.get_or_init(|| Worker::start(Arc::downgrade(self)))
    }

    /// The meters, made from the global provider if none was given and none was made yet.
    fn meters(self: &Arc<Self>) -> Option<&Meters> {
        if self.meters.get().is_none() {
            self.set_up_meters(&opentelemetry::global::meter_with_scope(scope()));
        }
        self.meters.get()
    }

    pub(crate) fn set_up_meters(self: &Arc<Self>, meter: &Meter) {
        if self.meters.set(Meters::new(meter, self.profile)).is_err() {
            return;
        }
        // A collection calls this first, and so sees every call that ended before it.
        let stages = Arc::downgrade(self);
        meter
            .u64_observable_counter(metric::SPANS.name)
            .with_unit(metric::SPANS.unit)
            .with_description(metric::SPANS.about)
            .with_callback(move |observer| {
                let Some(stages) = stages.upgrade() else { return };
                // The SDK holds a lock here that whatever a span goes on to may need, so none goes on.
                if stages.handover.as_ref().is_none_or(Handover::has_room_for_ready) {
                    stages.bring_in();
                }
                if stages.handover.is_some() {
                    stages.worker().wake();
                }
                for (outcome, count) in stages.delivery.counts().growing() {
                    if count > 0 {
                        observer.observe(count, &[KeyValue::new(own::SPAN_OUTCOME, outcome)]);
                    }
                }
            })
            .build();
        catalogue_metrics::register(meter, &self.prices);
    }
}

fn provider_of<'o>(operation: &'o Operation<'_>) -> &'o str {
    operation.text(Attribute::ProviderName).unwrap_or_default()
}

pub(crate) fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("tracing-genai")
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
}
