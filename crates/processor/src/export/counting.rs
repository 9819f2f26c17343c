//! Wraps an exporter: counts its outcomes and catches its panics.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

use super::delivery::Delivery;

/// A span exporter whose outcomes are counted in a [`Delivery`].
///
/// A panic in the exporter would end the SDK's batch thread and lose all later spans; here it is one failed batch.
#[derive(Debug)]
pub struct CountingExporter<E> {
    exporter: E,
    delivery: Delivery,
    is_failing: AtomicBool,
}

impl<E: SpanExporter> CountingExporter<E> {
    /// Counts the outcomes of `exporter` in `delivery`.
    pub fn new(exporter: E, delivery: Delivery) -> Self {
        Self {
            exporter,
            delivery,
            is_failing: AtomicBool::new(false),
        }
    }
}

#[deny(clippy::missing_trait_methods)]
impl<E: SpanExporter> SpanExporter for CountingExporter<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len() as u64;
        // The future is created inside `catch_unwind`: an exporter may panic before its first await.
        let exported = AssertUnwindSafe(async { self.exporter.export(batch).await })
            .catch_unwind()
            .await;
        let result = exported.unwrap_or_else(|_| {
            Err(OTelSdkError::InternalFailure(
                "the span exporter panicked; its batch is lost".to_owned(),
            ))
        });
        // Logged at the first failure and at the first success after it.
        match &result {
            Ok(()) => {
                self.delivery.spans_exported(count);
                if self.is_failing.swap(false, Ordering::Relaxed) {
                    let failed = self.delivery.counts().failed;
                    tracing::info!(target: "tracing_genai", failed, "spans are delivered again");
                }
            }
            Err(error) => {
                self.delivery.spans_failed(count);
                if !self.is_failing.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        target: "tracing_genai", %error, spans = count,
                        "spans cannot be delivered; they are dropped and counted as failed until export succeeds; check the receiver"
                    );
                }
            }
        }
        result
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn shutdown(&self) -> OTelSdkResult {
        self.exporter.shutdown()
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}
