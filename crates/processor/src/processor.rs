//! The span processor itself: what the SDK calls, around the processor that exports.

use std::sync::Arc;
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use crate::Delivery;
use crate::builder::GenAiProcessorBuilder;
use crate::stages::Stages;

/// Normalises, prices and measures GenAI spans, then hands every span to the processor it wraps.
///
/// Register only this one: a provider with two processors gives each a copy, and the second would export the span as it
/// was. See the [crate's page](crate) for what it does and [`GenAiProcessor::builder`] for its settings.
#[derive(Debug)]
pub struct GenAiProcessor<P> {
    pub(crate) next: Arc<P>,
    pub(crate) stages: Arc<Stages>,
}

impl<P: SpanProcessor + 'static> GenAiProcessor<P> {
    /// Starts building a processor around `next`, usually a batch processor.
    pub fn builder(next: P) -> GenAiProcessorBuilder<P> {
        GenAiProcessorBuilder::new(next)
    }

    /// Counts of what became of the spans.
    pub fn delivery(&self) -> Delivery {
        self.stages.delivery.clone()
    }
}

#[deny(clippy::missing_trait_methods)]
impl<P: SpanProcessor + 'static> SpanProcessor for GenAiProcessor<P> {
    fn on_start(&self, span: &mut Span, parent: &Context) {
        self.next.on_start(span, parent);
    }

    fn on_end(&self, span: SpanData) {
        self.stages
            .next
            .get_or_init(|| Arc::clone(&self.next) as Arc<dyn SpanProcessor>);
        self.stages.span_ended(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.stages.settle();
        self.next.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.stages.settle();
        self.next.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.stages.settle();
        self.next.shutdown()
    }

    fn set_resource(&mut self, resource: &Resource) {
        // The SDK sets it while it builds the provider, before any span; nobody else has the processor yet.
        if let Some(next) = Arc::get_mut(&mut self.next) {
            next.set_resource(resource);
        }
    }
}
