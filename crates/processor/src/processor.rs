//! The span processor that the SDK calls, around the processor that exports.

use std::sync::Arc;
use std::time::{Duration, Instant};

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use crate::export::Delivery;
use crate::stages::Stages;

/// Timeout of a flush: that of the SDK's batch processor.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(5);

/// Default timeout of a shutdown: the SDK's.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Normalises, prices and measures GenAI spans, then forwards every span to the wrapped processor.
///
/// Register only this processor: with two, each gets a copy, and the second would export the unprocessed span. See the
/// [crate's page](crate) for the stages and [`GenAiProcessor::builder`] for the settings.
#[derive(Debug)]
pub struct GenAiProcessor<P> {
    pub(crate) next: Arc<P>,
    pub(crate) stages: Arc<Stages>,
}

impl<P: SpanProcessor + 'static> GenAiProcessor<P> {
    /// Counts of the spans' outcomes.
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

    /// Waits up to 5 seconds, as the SDK's batch processor does, for the spans that ended before.
    fn force_flush(&self) -> OTelSdkResult {
        let has_passed = self.stages.flush(FLUSH_TIMEOUT);
        self.next.force_flush()?;
        if has_passed {
            Ok(())
        } else {
            Err(OTelSdkError::Timeout(FLUSH_TIMEOUT))
        }
    }

    /// Waits for the spans that ended before, at most half of `timeout`: the wrapped processor needs the rest.
    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        let started = Instant::now();
        let has_passed = self.stages.flush(timeout / 2);
        let left = timeout.saturating_sub(started.elapsed());
        self.next.shutdown_with_timeout(left)?;
        if has_passed {
            Ok(())
        } else {
            Err(OTelSdkError::Timeout(timeout))
        }
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.shutdown_with_timeout(SHUTDOWN_TIMEOUT)
    }

    fn set_resource(&mut self, resource: &Resource) {
        // The SDK calls this while it builds the provider, before any span, so there is no other reference.
        if let Some(next) = Arc::get_mut(&mut self.next) {
            next.set_resource(resource);
        }
    }
}
