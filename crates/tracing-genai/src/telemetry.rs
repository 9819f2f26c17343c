//! The guard: as long as it lives, telemetry flows; when it is dropped, what is left is sent.

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

/// How long a drop waits for what is left to be sent.
const DROP_TIMEOUT: Duration = Duration::from_secs(5);

/// No longer is any shutdown waited for: a clock cannot count for ever.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(3_600);

/// Keeps telemetry flowing; drop it last, at the end of `main`. Dropping waits up to 5 s for what is left to be sent.
#[must_use = "telemetry ends when this is dropped; keep it until the end of main"]
pub struct Telemetry {
    running: Arc<Running>,
    warnings: Vec<Warning>,
    traces_endpoint: Option<String>,
    prices: Prices,
    _refreshing: Option<Refreshing>,
}

/// What runs, shared with the thread that waits for a signal.
pub(crate) struct Running {
    tracer_provider: SdkTracerProvider,
    meter_provider: SdkMeterProvider,
    logger_provider: Option<SdkLoggerProvider>,
    delivery: Delivery,
    phase: Mutex<Phase>,
}

enum Phase {
    /// With the exporters' runtime, where there is one: it ends with the phase.
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

    /// The prices in use: what became of their refreshing, and the way to replace them.
    pub const fn prices(&self) -> &Prices {
        &self.prices
    }

    /// The settings that could not be used as they were given.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Where spans are sent over OTLP, as the settings came out and without credentials; `None` where they are not.
    pub fn traces_endpoint(&self) -> Option<&str> {
        self.traces_endpoint.as_deref()
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
    /// Ends the three signals, none of which can take all of the others' time. A second call waits for the first, and
    /// does nothing.
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
            tracing::warn!(target: "tracing_genai", lost, "telemetry ended with spans that were not delivered");
        }
    }

    /// Some of the SDK's own shutdowns take no notice of a timeout, so each runs on a thread that is waited for no longer
    /// than that. Logs and metrics come last, so that they tell of the last spans, but never later than at half the time.
    fn end(&self, timeout: Duration) {
        let timeout = timeout.min(LONGEST_TIMEOUT);
        let deadline = Instant::now() + timeout;
        let mut others = Vec::new();
        let traces = self.tracer_provider.clone();
        let traces = beside(move || drop(traces.shutdown_with_timeout(timeout)));
        if let Some(traces) = traces
            && traces.recv_timeout(timeout / 2).is_err()
        {
            others.push(traces);
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if let Some(logs) = self.logger_provider.clone() {
            others.extend(beside(move || drop(logs.shutdown_with_timeout(left))));
        }
        let metrics = self.meter_provider.clone();
        others.extend(beside(move || drop(metrics.shutdown_with_timeout(left))));
        for other in others {
            let left = deadline.saturating_duration_since(Instant::now());
            // What has not ended by then is left to its thread.
            let _ = other.recv_timeout(left);
        }
    }
}

/// Runs `end` on a thread of its own; what is returned hears when it is done. A host that can have no more threads loses
/// what that signal still had.
fn beside(end: impl FnOnce() + Send + 'static) -> Option<mpsc::Receiver<()>> {
    let (done, ended) = mpsc::channel();
    let thread = thread::Builder::new().name("tracing-genai-shutdown".to_owned());
    let ending = move || {
        end();
        // Nobody listens any more where the time was up.
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
