//! A span processor without an exporter: counts spans and drops them.

use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};

use super::delivery::Delivery;

/// Drops each span and counts it as `discarded`. Wrap it in a [`GenAiProcessor`](crate::GenAiProcessor) that records
/// metrics but exports no spans.
#[derive(Clone, Debug)]
pub struct Discard(Delivery);

impl Discard {
    /// Counts in `delivery`; pass the processor's own.
    pub const fn new(delivery: Delivery) -> Self {
        Self(delivery)
    }
}

#[deny(clippy::missing_trait_methods)]
impl SpanProcessor for Discard {
    fn on_start(&self, _span: &mut Span, _parent: &Context) {}

    fn on_end(&self, _span: SpanData) {
        self.0.span_discarded();
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown(&self) -> OTelSdkResult {
        Ok(())
    }

    fn set_resource(&mut self, _resource: &Resource) {}
}
