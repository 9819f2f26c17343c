//! The guard: as long as it lives, telemetry flows; when it is dropped, what is left is sent.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_genai_processor::{Delivery, DeliveryCounts};

use crate::otlp::ExportRuntime;
use crate::pipeline::Pipeline;
use crate::settings::Warning;

/// How long a drop waits for what is left to be sent.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// Keeps telemetry flowing; drop it last, at the end of `main`. Dropping waits up to 5 s for what is left to be sent.
#[must_use = "telemetry ends when this is dropped; keep it until the end of main"]
pub struct Telemetry {
    running: Arc<Running>,
    warnings: Vec<Warning>,
}

/// What runs, shared with the thread that waits for a signal.
pub(crate) struct Running {
    tracer_provider: SdkTracerProvider,
    meter_provider: SdkMeterProvider,
    logger_provider: Option<SdkLoggerProvider>,
    delivery: Delivery,
    /// Taken at shutdown, after which it is absent.
    runtime: Mutex<Option<ExportRuntime>>,
}

impl Telemetry {
    pub(crate) fn new(pipeline: Pipeline, warnings: Vec<Warning>) -> Self {
        let Pipeline {
            tracer_provider,
            meter_provider,
            logger_provider,
            delivery,
            runtime,
        } = pipeline;
        let runtime = Mutex::new(runtime);
        Self {
            running: Arc::new(Running {
                tracer_provider,
                meter_provider,
                logger_provider,
                delivery,
                runtime,
            }),
            warnings,
        }
    }

    /// The settings that could not be used as they were given.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What became of the spans so far.
    pub fn delivery(&self) -> DeliveryCounts {
        self.running.delivery.counts()
    }

    /// The provider of tracers, for spans made without `tracing`.
    pub fn tracer_provider(&self) -> &SdkTracerProvider {
        &self.running.tracer_provider
    }

    /// The provider of meters, for metrics of the service's own.
    pub fn meter_provider(&self) -> &SdkMeterProvider {
        &self.running.meter_provider
    }

    /// Makes the providers OpenTelemetry's global ones, as [`init`](crate::init) does.
    pub fn set_global(&self) {
        opentelemetry::global::set_tracer_provider(self.running.tracer_provider.clone());
        opentelemetry::global::set_meter_provider(self.running.meter_provider.clone());
    }

    /// Sends what is left, for at most `timeout`, and ends telemetry. What could not be sent is in the counts.
    pub fn shutdown(self, timeout: Duration) -> DeliveryCounts {
        self.running.shutdown(timeout);
        self.running.delivery.counts()
    }

    pub(crate) fn running(&self) -> Arc<Running> {
        Arc::clone(&self.running)
    }
}

impl Running {
    /// Ends the three signals side by side, so that one that hangs does not take the others' time. The second call does
    /// nothing.
    pub(crate) fn shutdown(&self, timeout: Duration) {
        let Some(runtime) = self.runtime.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            // Without OTLP there is no runtime; the providers see to it themselves that a second shutdown is nothing.
            self.end(timeout);
            return;
        };
        self.end(timeout);
        drop(runtime);
    }

    fn end(&self, timeout: Duration) {
        let traces = || drop(self.tracer_provider.shutdown_with_timeout(timeout));
        let metrics = || drop(self.meter_provider.shutdown_with_timeout(timeout));
        let logs = || {
            drop(
                self.logger_provider
                    .as_ref()
                    .map(|provider| provider.shutdown_with_timeout(timeout)),
            )
        };
        thread::scope(|scope| {
            let beside = [
                thread::Builder::new().spawn_scoped(scope, metrics).is_ok(),
                thread::Builder::new().spawn_scoped(scope, logs).is_ok(),
            ];
            traces();
            // A host that can have no more threads gets them one after the other.
            if !beside[0] {
                metrics();
            }
            if !beside[1] {
                logs();
            }
        });
    }
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        self.running.shutdown(DROP_TIMEOUT);
    }
}

impl fmt::Debug for Telemetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Telemetry")
            .field("warnings", &self.warnings)
            .field("delivery", &self.delivery())
            .finish_non_exhaustive()
    }
}
