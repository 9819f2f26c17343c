//! The stages in their order, and what they need; run by the processor's thread, or by the thread that ended the span.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use opentelemetry::metrics::Meter;
use opentelemetry_sdk::trace::{SpanData, SpanProcessor};
use tracing_genai_pricing::{Cost, Prices, Reason};
use tracing_genai_semconv::Attribute;
use tracing_genai_semconv::profile::Profile;

use crate::bound::SpanBounds;
use crate::bound::bound;
use crate::closing;
use crate::content::{self, ContentRules, apply_content_policy};
use crate::counts::CountsRules;
use crate::ended::Ended;
use crate::export::Delivery;
use crate::forward::{forward, is_forwarded};
use crate::measure::Meters;
use crate::normalise::{is_genai, normalise};
use crate::operation::Operation;
use crate::price::price;
use crate::queue::Queue;
use crate::scope::scope;
use crate::self_metrics;
use crate::taken::put_back_rescued;
use crate::usage::read_usage;
use crate::warnings::Warnings;
use crate::worker::{Work, Worker};

/// Everything a span needs on its way.
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
    pub(crate) queue: Queue<Ended>,
    pub(crate) warnings: Warnings,
    pub(crate) meters: OnceLock<Meters>,
    /// The processor that exports; known here from the first span on, since until then it may still be given a resource.
    pub(crate) next: OnceLock<Arc<dyn SpanProcessor>>,
    pub(crate) worker: OnceLock<Worker>,
    /// For the worker, which must not keep the stages.
    pub(crate) itself: Weak<Stages>,
}

thread_local! {
    /// Whether this thread is processing a span: a user's code may flush from there, and would wait for itself.
    static IS_PROCESSING: Cell<bool> = const { Cell::new(false) };
}

impl Stages {
    /// Queues a GenAI span that ended on this thread; forwards any other.
    pub(crate) fn span_ended(&self, mut span: SpanData) {
        self.delivery.span_ended();
        if !is_genai(&span) {
            self.bound_and_forward(span);
            return;
        }
        content::cut_to_budget(&mut span, &self.content);
        let id = span.span_context.span_id();
        let ended = Ended {
            span,
            closing: closing::take(id),
            is_processed: is_forwarded(id),
        };
        // Without hand-over the same process runs here, and no span waits.
        if self.queue.is_off() {
            return self.process(ended);
        }
        let bytes = ended.size();
        self.queue
            .push(ended, bytes, || self.worker().wake(), |ended| self.process(ended));
    }

    /// Waits until what ended before has been forwarded; false if that took longer than `timeout`. Logs the warnings
    /// that wait.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        let is_own = IS_PROCESSING.try_with(Cell::get).unwrap_or_default();
        let has_passed = is_own || self.queue.wait(Duration::ZERO) || {
            let worker = self.worker();
            if worker.runs() {
                worker.wake_now();
            } else {
                self.queue.process_all(|ended| self.process(ended));
            }
            self.queue.wait(timeout)
        };
        self.warnings.log();
        has_passed
    }

    fn process(&self, mut ended: Ended) {
        let was_processing = IS_PROCESSING.try_with(|is_processing| is_processing.replace(true));
        let is_processed = ended.is_processed;
        let mut operation = Operation::new(&mut ended.span);
        // Each part is guarded by itself: this may run inside the host's drop of a span, where a panic could abort the
        // process, and a redactor that panics must not leave the call out of the metrics.
        let is_read = self.guarded(|| {
            if is_processed {
                return operation.place_anew();
            }
            normalise(&mut operation, ended.closing.as_ref(), self.keeps_originals);
            read_usage(&mut operation, &self.counts);
            price(&mut operation, &self.prices, self.profile);
        });
        if !is_read {
            put_back_rescued(operation.span);
        }
        if !is_read || !self.guarded(|| apply_content_policy(&mut operation, &self.content)) {
            content::remove_unredacted(&mut operation);
        }
        if is_read && !is_processed {
            self.guarded(|| self.measure(&operation));
        }
        self.bound_and_forward(ended.span);
        if let Ok(was_processing) = was_processing {
            let _ = IS_PROCESSING.try_with(|is_processing| is_processing.set(was_processing));
        }
    }

    /// Runs a stage; false, and counted, if it panicked.
    fn guarded(&self, stage: impl FnOnce()) -> bool {
        let has_ended = catch_unwind(AssertUnwindSafe(stage)).is_ok();
        if !has_ended {
            self.delivery.stage_panicked();
        }
        has_ended
    }

    /// Records the operation's metrics, and keeps warnings of what they cannot say.
    fn measure(&self, operation: &Operation<'_>) {
        let Some(meters) = self.meters() else { return };
        let mut has_news = meters.measure(operation).is_some_and(|reason| {
            let model = operation.text(Attribute::ResponseModel);
            let model = model
                .or_else(|| operation.text(Attribute::RequestModel))
                .unwrap_or_default();
            self.warnings.unpriced(provider_of(operation), model, reason)
        });
        has_news |= self.warn_of_unread(operation);
        if has_news {
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

    fn bound_and_forward(&self, mut span: SpanData) {
        self.guarded(|| bound(&mut span, &self.bounds));
        if let Some(next) = self.next.get() {
            forward(span, next.as_ref(), &self.delivery);
        }
    }

    fn worker(&self) -> &Worker {
        self.worker.get_or_init(|| Worker::start(Weak::clone(&self.itself)))
    }

    /// The meters, made from the global provider if none was given and none was made yet.
    fn meters(&self) -> Option<&Meters> {
        if self.meters.get().is_none() {
            self.set_up_meters(&opentelemetry::global::meter_with_scope(scope()));
        }
        self.meters.get()
    }

    /// Builds the instruments, unless they were. No lock of ours is held meanwhile: the SDK's own may be taken by a
    /// collection, which lasts as long as the callbacks of the user's instruments.
    pub(crate) fn set_up_meters(&self, meter: &Meter) {
        if self.meters.set(Meters::new(meter, self.profile)).is_ok() {
            self_metrics::register(meter, &self.delivery, &self.prices);
        }
    }
}

impl Work for Stages {
    fn is_waiting(&self) -> bool {
        !self.queue.is_empty() || self.warnings.wait()
    }

    fn work(&self) {
        self.queue.process_all(|ended| self.process(ended));
        self.warnings.log();
    }
}

fn provider_of<'o>(operation: &'o Operation<'_>) -> &'o str {
    operation.text(Attribute::ProviderName).unwrap_or_default()
}
