//! The guard of telemetry; its drop sends what remains.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use opentelemetry_sdk::logs::SdkLoggerProvider;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_genai_pricing::{Prices, Refreshing};
use tracing_genai_processor::{Delivery, DeliveryCounts};

use crate::otlp::ExportRuntime;
use crate::pipeline::Pipeline;
use crate::settings::Warning;

/// Timeout of a drop.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// Maximum timeout of a shutdown: an `Instant` has a limited range.
const MAX_TIMEOUT: Duration = Duration::from_secs(3_600);

/// Keeps telemetry running; drop it last, at the end of `main`. Its drop waits up to 5 s for the remaining telemetry to
/// be sent.
#[must_use = "telemetry ends when this is dropped; keep it until the end of main"]
pub struct Telemetry {
    running: Arc<Running>,
    warnings: Vec<Warning>,
    traces_endpoint: Option<String>,
    prices: Prices,
    _refreshing: Option<Refreshing>,
}

/// The running providers, shared with the thread that waits for a signal.
pub(crate) struct Running {
    tracer_provider: SdkTracerProvider,
    meter_provider: SdkMeterProvider,
    logger_provider: Option<SdkLoggerProvider>,
    delivery: Delivery,
    phase: Mutex<Phase>,
}

enum Phase {
    /// With the exporters' runtime, if any, which ends with this phase.
    Running {
        _runtime: Option<ExportRuntime>,
    },
    Over,
}

impl Telemetry {
    pub(crate) fn new(
        pipeline: Pipeline,
        warnings: Vec<Warning>,
        traces_endpoint: Option<String>,
        (prices, refreshing): (Prices, Option<Refreshing>),
    ) -> Self {
        let Pipeline {
            tracer_provider,
            meter_provider,
            logger_provider,
            delivery,
            runtime,
        } = pipeline;
        let phase = Mutex::new(Phase::Running { _runtime: runtime });
        Self {
            running: Arc::new(Running {
                tracer_provider,
                meter_provider,
                logger_provider,
                delivery,
                phase,
            }),
            warnings,
            traces_endpoint,
            prices,
            _refreshing: refreshing,
        }
    }

    /// The prices in use; use them to replace prices and to read the refresh counts.
    pub const fn prices(&self) -> &Prices {
        &self.prices
    }

    /// The malformed settings.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The OTLP endpoint of spans without credentials; `None` if they are not exported over OTLP.
    pub fn traces_endpoint(&self) -> Option<&str> {
        self.traces_endpoint.as_deref()
    }

    /// The counts of spans so far.
    pub fn delivery(&self) -> DeliveryCounts {
        self.running.delivery.counts()
    }

    /// The tracer provider, for spans made without `tracing`.
    pub fn tracer_provider(&self) -> &SdkTracerProvider {
        &self.running.tracer_provider
    }

    /// The meter provider, for the service's own metrics.
    pub fn meter_provider(&self) -> &SdkMeterProvider {
        &self.running.meter_provider
    }

    /// Sets the providers as OpenTelemetry's global ones, as [`init`](crate::init) does.
    pub fn set_global(&self) {
        opentelemetry::global::set_tracer_provider(self.running.tracer_provider.clone());
        opentelemetry::global::set_meter_provider(self.running.meter_provider.clone());
    }

    /// Sends the remaining telemetry within `timeout` and ends it. Unsent spans are in the counts.
    pub fn shutdown(self, timeout: Duration) -> DeliveryCounts {
        self.running.shutdown(timeout);
        self.running.delivery.counts()
    }

    pub(crate) fn running(&self) -> Arc<Running> {
        Arc::clone(&self.running)
    }
}

impl Running {
    /// Ends the three signals; none can use all of the others' time. A second call waits for the first and does
    /// nothing.
    pub(crate) fn shutdown(&self, timeout: Duration) {
        let mut phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        if let Phase::Over = *phase {
            return;
        }
        self.end(timeout);
        *phase = Phase::Over;
        drop(phase);
        let lost = self.delivery.counts().lost();
        if lost > 0 {
            tracing::warn!(target: "tracing_genai", lost, "telemetry ended with undelivered spans; check the exporter, or allow a longer shutdown timeout");
        }
    }

    /// Some of the SDK's shutdowns ignore their timeout, so each runs on a thread with a timed wait. Logs and metrics
    /// end last, to include the last spans, but start at half the time at the latest.
    fn end(&self, timeout: Duration) {
        let timeout = timeout.min(MAX_TIMEOUT);
        let deadline = Instant::now() + timeout;
        let mut others = Vec::new();
        let traces = self.tracer_provider.clone();
        let traces = run_on_thread(move || drop(traces.shutdown_with_timeout(timeout)));
        if let Some(traces) = traces
            && traces.recv_timeout(timeout / 2).is_err()
        {
            others.push(traces);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if let Some(logs) = self.logger_provider.clone() {
            others.extend(run_on_thread(move || drop(logs.shutdown_with_timeout(left))));
        }
        let metrics = self.meter_provider.clone();
        others.extend(run_on_thread(move || drop(metrics.shutdown_with_timeout(left))));
        for other in others {
            let left = deadline.saturating_duration_since(Instant::now());
            // A shutdown that has not ended by then continues on its thread.
            let _ = other.recv_timeout(left);
        }
    }
}

/// Runs `end` on a new thread; the receiver is notified when it ends. If no thread can be started, the signal's
/// remaining telemetry is lost.
fn run_on_thread(end: impl FnOnce() + Send + 'static) -> Option<mpsc::Receiver<()>> {
    let (done, ended) = mpsc::channel();
    let thread = thread::Builder::new().name("tracing-genai-shutdown".to_owned());
    let ending = move || {
        end();
        // The receiver is gone after the timeout.
        let _ = done.send(());
    };
    thread.spawn(ending).is_ok().then_some(ended)
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
