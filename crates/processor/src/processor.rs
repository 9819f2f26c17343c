//! The span processor itself: the stages in their order, around the processor that exports.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use crate::bound::bound;
use crate::builder::{self, GenAiProcessorBuilder};
use crate::closing;
use crate::measure::Meters;
use crate::normalise::{is_genai, normalise};
use crate::price::{Prices, price};
use crate::usage::count;
use crate::worker::Worker;
use crate::{Delivery, SpanBounds};

/// Normalises, prices and measures GenAI spans, then hands every span to the processor it wraps.
///
/// Register only this one: a provider with two processors gives each a copy, and the second would export the span as it
/// was. See the [crate's page](crate) for what it does and [`GenAiProcessor::builder`] for its settings.
#[derive(Debug)]
pub struct GenAiProcessor<P> {
    pub(crate) next: P,
    pub(crate) prices: Prices,
    pub(crate) bounds: SpanBounds,
    pub(crate) delivery: Delivery,
    pub(crate) meters: Arc<OnceLock<Meters>>,
    pub(crate) worker: Worker,
}

impl<P: SpanProcessor> GenAiProcessor<P> {
    /// Starts building a processor around `next`, usually a batch processor.
    pub fn builder(next: P) -> GenAiProcessorBuilder<P> {
        GenAiProcessorBuilder::new(next)
    }

    /// Counts of what became of the spans.
    pub fn delivery(&self) -> Delivery {
        self.delivery.clone()
    }

    fn enrich(&self, span: SpanData) -> SpanData {
        let mut operation = normalise(span, closing::take());
        count(&mut operation);
        price(&mut operation, &self.prices);
        if let Some(meters) = builder::meters(&self.meters)
            && let Some(unpriced) = meters.measure(&operation, self.worker.waker())
        {
            self.worker.warn(unpriced);
        }
        operation.span
    }
}

#[deny(clippy::missing_trait_methods)]
impl<P: SpanProcessor> SpanProcessor for GenAiProcessor<P> {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        self.next.on_start(span, parent);
    }

    fn on_end(&self, span: SpanData) {
        self.delivery.span_ended();
        let span = if is_genai(&span) {
            // This runs inside the host's drop of a span: a panic of ours there could abort the process.
            match catch_unwind(AssertUnwindSafe(|| self.enrich(span))) {
                Ok(span) => span,
                Err(_) => return self.delivery.span_lost_to_panic(),
            }
        } else {
            span
        };
        // The SDK's batch processor would export what is only recorded.
        if !span.span_context.is_sampled() {
            return self.delivery.span_not_sampled();
        }
        let mut span = span;
        bound(&mut span, &self.bounds);
        self.next.on_end(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.worker.flush();
        self.next.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.worker.flush();
        self.next.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.worker.flush();
        self.next.shutdown()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.next.set_resource(resource);
    }
}
