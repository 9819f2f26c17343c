//! The stages in order, and their settings; run by the processor's thread or by the thread that ends the span.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock, Weak};
use std::time::Duration;

use opentelemetry::metrics::Meter;
use opentelemetry_sdk::trace::{SpanData, SpanProcessor};
use tracing_genai_pricing::{Cost, Prices, Reason};
use tracing_genai_semconv::Attribute;
use tracing_genai_semconv::profile::Profile;

use crate::bound::{SpanBounds, bound};
use crate::closing;
use crate::content::{self, ContentRules, clean_content, export_content};
use crate::counts::CountsRules;
use crate::detached::restore_after_panic;
use crate::ended_span::{EndedSpan, size};
use crate::error_types::ErrorTypes;
use crate::export::Delivery;
use crate::field_bounds::precut_fields;
use crate::forward::{forward, forwarded};
use crate::inner_calls::InnerCalls;
use crate::measure::Meters;
use crate::normalise::{is_genai, normalise, read_normalised};
use crate::operation::Operation;
use crate::price::price;
use crate::queue::{Queue, Wake};
use crate::redact::{redact_fields, remove_unredacted_texts};
use crate::scope::scope;
use crate::secrets::redact_secrets;
use crate::self_metrics;
use crate::usage::read_usage;
use crate::warnings::Warnings;
use crate::worker::{Work, Worker};

/// The settings and shared state of all stages.
#[derive(Debug)]
pub(crate) struct Stages {
    pub(crate) prices: Prices,
    pub(crate) counts: CountsRules,
    pub(crate) profile: Profile,
    /// Whether originals of renamed attributes are kept.
    pub(crate) keeps_originals: bool,
    pub(crate) error_types: ErrorTypes,
    pub(crate) content: ContentRules,
    pub(crate) bounds: SpanBounds,
    pub(crate) delivery: Delivery,
    pub(crate) queue: Queue<EndedSpan>,
    pub(crate) warnings: Warnings,
    pub(crate) meters: OnceLock<Meters>,
    /// The wrapped processor; set at the first span, since the SDK may set its resource until then.
    pub(crate) next: OnceLock<Arc<dyn SpanProcessor>>,
    pub(crate) worker: OnceLock<Worker>,
    /// For the worker, which must not keep the stages alive.
    pub(crate) weak_self: Weak<Stages>,
}

impl Stages {
    /// Queues a GenAI span that ended on this thread; forwards other spans.
    pub(crate) fn span_ended(&self, mut span: SpanData) {
        self.delivery.span_ended();
        if !is_genai(&span) {
            self.bound_and_forward(span, false);
            return;
        }
        // Only a span of that size can have content above the limit, or a large field.
        let mut bytes = size(&span);
        if bytes > self.content.max_bytes {
            content::precut_content(&mut span, &self.content);
            precut_fields(&mut span, self.content.max_bytes);
            bytes = size(&span);
        }
        let id = span.span_context.span_id();
        let closing = closing::take(id);
        let within = closing.as_ref().and_then(|closing| closing.inner_calls.as_deref());
        bytes += within.map_or(0, InnerCalls::size);
        let ended = EndedSpan {
            span,
            closing,
            forwarded: forwarded(id),
        };
        // Without hand-over this thread processes the span.
        if self.queue.is_off() {
            return self.process(ended);
        }
        self.queue
            .push(ended, bytes, |wake| self.wake(wake), |ended| self.process(ended));
    }

    /// Waits until earlier spans were forwarded; false if that took longer than `timeout`. Logs queued warnings.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        let has_passed = Processing::is_of(self.address()) || self.queue.wait(Duration::ZERO) || {
            let worker = self.worker();
            if worker.has_thread() {
                worker.wake_now();
            } else {
                self.queue.process_all(|ended| self.process(ended));
            }
            self.queue.wait(timeout)
        };
        self.warnings.log();
        has_passed
    }

    fn process(&self, mut ended: EndedSpan) {
        let _processing = Processing::start(self.address());
        let forwarded = ended.forwarded;
        let is_processed = forwarded.is_some();
        let mut operation = Operation::new(&mut ended.span);
        // Each part is guarded separately: this may run inside the host's drop of a span, where a panic could abort the
        // process, and a panicking redactor must not keep the call out of the metrics.
        let within = ended
            .closing
            .as_ref()
            .and_then(|closing| closing.inner_calls.as_deref());
        let is_read = self.guarded(|| {
            if let Some(forwarded) = forwarded {
                return read_normalised(&mut operation, forwarded.is_openinference);
            }
            normalise(&mut operation, ended.closing.as_ref(), self.keeps_originals);
            read_usage(&mut operation, &self.counts, within, &self.prices);
            price(&mut operation, &self.prices, self.profile);
        });
        if !is_read {
            restore_after_panic(operation.span);
            operation.index_attributes();
        }
        if !is_processed {
            self.guarded(|| self.error_types.limit(&mut operation));
        }
        let is_redacted = is_read
            && self.guarded(|| {
                clean_content(&mut operation, &self.content);
                redact_fields(&mut operation, &self.content);
                export_content(&mut operation, &self.content);
            });
        if !is_redacted {
            content::remove_unredacted(&mut operation);
            self.guarded(|| remove_unredacted_texts(&mut operation));
        }
        if is_read && !is_processed {
            self.guarded(|| self.measure(&operation));
        }
        let is_openinference = operation.found.is_openinference;
        self.bound_and_forward(ended.span, is_openinference);
    }

    fn wake(&self, wake: Wake) {
        match wake {
            Wake::Soon => self.worker().wake(),
            Wake::Now => self.worker().wake_now(),
        }
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Runs a stage; false if it panicked, which is counted.
    fn guarded(&self, stage: impl FnOnce()) -> bool {
        let has_ended = catch_unwind(AssertUnwindSafe(stage)).is_ok();
        if !has_ended {
            self.delivery.stage_panicked();
        }
        has_ended
    }

    /// Records the operation's metrics and queues warnings.
    fn measure(&self, operation: &Operation<'_>) {
        let Some(meters) = self.meters() else { return };
        let mut has_new_warning = meters.measure(operation).is_some_and(|reason| {
            let model = operation.text(Attribute::ResponseModel);
            let model = model
                .or_else(|| operation.text(Attribute::RequestModel))
                .unwrap_or_default();
            self.warnings.unpriced(provider_of(operation), model, reason)
        });
        has_new_warning |= self.warn_of_unread(operation);
        if has_new_warning {
            self.worker().wake();
        }
    }

    /// Queues a warning for each unread count that makes the cost uncertain; returns whether any is new.
    fn warn_of_unread(&self, operation: &Operation<'_>) -> bool {
        let has_unread = |cost: &Cost| cost.reasons.contains(Reason::UnreadUsage);
        if !operation.cost.as_ref().is_some_and(has_unread) {
            return false;
        }
        operation.unread_usage.iter().fold(false, |has_new_warning, field| {
            // The name is the provider's.
            has_new_warning
                | self
                    .warnings
                    .unread_usage(provider_of(operation), &redact_secrets(field))
        })
    }

    fn bound_and_forward(&self, mut span: SpanData, is_openinference: bool) {
        self.guarded(|| bound(&mut span, &self.bounds));
        if let Some(next) = self.next.get() {
            forward(span, is_openinference, next.as_ref(), &self.delivery);
        }
    }

    fn worker(&self) -> &Worker {
        self.worker.get_or_init(|| Worker::start(Weak::clone(&self.weak_self)))
    }

    /// The meters; from the global provider unless one was set.
    fn meters(&self) -> Option<&Meters> {
        if self.meters.get().is_none() {
            self.set_up_meters(&opentelemetry::global::meter_with_scope(scope()));
        }
        self.meters.get()
    }

    /// Builds the instruments once. No lock of this crate is held meanwhile: the SDK's may be held by a collection for
    /// as long as the callbacks of the user's instruments run.
    pub(crate) fn set_up_meters(&self, meter: &Meter) {
        if self.meters.set(Meters::new(meter, self.profile)).is_ok() {
            self_metrics::register(meter, &self.delivery, &self.prices);
        }
    }
}

thread_local! {
    /// The addresses of the processors that are processing a span on this thread, the innermost last.
    static PROCESSING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Marks that a processor is processing a span on this thread: a flush by the user's code must not wait for itself.
struct Processing;

impl Processing {
    fn start(processor: usize) -> Self {
        let _ = PROCESSING.try_with(|processing| processing.borrow_mut().push(processor));
        Self
    }

    fn is_of(processor: usize) -> bool {
        let is_of = PROCESSING.try_with(|processing| processing.borrow().contains(&processor));
        is_of.unwrap_or_default()
    }
}

impl Drop for Processing {
    fn drop(&mut self) {
        let _ = PROCESSING.try_with(|processing| processing.borrow_mut().pop());
    }
}

impl Work for Stages {
    fn is_waiting(&self) -> bool {
        !self.queue.is_empty() || self.warnings.has_queued()
    }

    fn work(&self) {
        self.queue.process_all(|ended| self.process(ended));
        self.warnings.log();
    }
}

fn provider_of<'o>(operation: &'o Operation<'_>) -> &'o str {
    operation.text(Attribute::ProviderName).unwrap_or_default()
}
