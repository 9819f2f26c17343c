//! Sets up telemetry from the environment: `init()` and its builder.

use std::fmt;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;

use opentelemetry::propagation::TextMapCompositePropagator;
use opentelemetry::trace::TracerProvider;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::propagation::{BaggagePropagator, TraceContextPropagator};
use opentelemetry_sdk::trace::SpanExporter;
use thiserror::Error;
use tracing::level_filters::LevelFilter;
use tracing::{Metadata, Subscriber};
use tracing_genai_pricing::{Catalogue, Prices};
use tracing_genai_processor::RedactedLogs;
use tracing_genai_processor::content::{ContentCapture, RedactText};
use tracing_genai_semconv::profile::Profile;
use tracing_subscriber::filter::{EnvFilter, FilterFn, filter_fn};
use tracing_subscriber::layer::{Identity, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

use crate::pipeline::{ExporterFactory, Pipeline, factory};
use crate::settings::{Exporter, Propagators, Settings, Warning, resource};
use crate::{Telemetry, layer_with_content, refresh, signal};

/// A layer for any subscriber, returned by [`TelemetryBuilder::build`].
pub type BoxedLayer<S> = Box<dyn Layer<S> + Send + Sync>;

/// Targets of the exporters' transport; exporting its logs and spans would create more of them.
const EXPORTERS_TARGETS: &[&str] = &[
    "h2",
    "hyper",
    "hyper_util",
    "opentelemetry",
    "opentelemetry-otlp",
    "opentelemetry_otlp",
    "opentelemetry_sdk",
    "reqwest",
    "rustls",
    "tonic",
    "tower",
];

/// Why telemetry could not be set up.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InitError {
    /// The process already has a subscriber.
    #[error("a tracing subscriber is set already; use tracing_genai::builder().build() and add its layer to that one")]
    SubscriberAlreadySet,
    /// An exporter could not be built.
    #[error("an OTLP exporter could not be built: {0}")]
    Exporter(#[from] ExporterBuildError),
    /// A setting is malformed, and [`TelemetryBuilder::strict`] makes that an error.
    #[error("malformed settings: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Settings(Vec<Warning>),
    /// The handler of SIGTERM could not be installed.
    #[error("the handler of SIGTERM could not be installed: {0}")]
    Signal(#[source] std::io::Error),
}

/// Sets up tracing for a service without any: console logs by `RUST_LOG`, and traces, metrics and logs over OTLP by the
/// standard `OTEL_*` variables, with every GenAI span normalised, priced and measured.
///
/// Keep the guard until the end of `main`: dropping it sends the remaining telemetry.
///
/// # Errors
/// If the process already has a subscriber, or an exporter cannot be built. A malformed variable is not an error: it is
/// logged, its default is used, and it is listed in [`Telemetry::warnings`].
pub fn init() -> Result<Telemetry, InitError> {
    builder().init()
}

/// Starts from the environment, as [`init`] does, for changes in code.
pub fn builder() -> TelemetryBuilder {
    TelemetryBuilder {
        settings: Settings::from_environment(),
        exporters: Vec::new(),
        prices: Prices::embedded(),
        redact: None,
        is_strict: false,
        flushes_on_sigterm: false,
    }
}

/// Settings of telemetry. They override the environment.
#[must_use = "nothing is set up until init() or build() is called"]
pub struct TelemetryBuilder {
    settings: Settings,
    exporters: Vec<ExporterFactory>,
    prices: Prices,
    redact: Option<Arc<RedactText>>,
    is_strict: bool,
    flushes_on_sigterm: bool,
}

impl TelemetryBuilder {
    /// Makes a malformed setting an error. Default: it is a warning, and the setting's default is used.
    pub fn strict(mut self) -> Self {
        self.is_strict = true;
        self
    }

    /// The service's name. Default: `OTEL_SERVICE_NAME`, or `unknown_service:` with the program's name.
    pub fn service_name(mut self, name: &str) -> Self {
        resource::set(&mut self.settings.resource, "service.name", name.to_owned());
        self
    }

    /// The prices. Default: the embedded catalogue.
    pub fn catalogue(self, catalogue: Arc<Catalogue>) -> Self {
        self.prices(Prices::from(catalogue))
    }

    /// Shared prices, which other code may use or replace. Default: the embedded catalogue's.
    pub fn prices(mut self, prices: Prices) -> Self {
        self.prices = prices;
        self
    }

    /// The file of the user's own prices, which override all others and are read again when they change. Default:
    /// `TRACING_GENAI_PRICE_FILE`, or none. A file that cannot be used, or only in part, is a warning.
    pub fn price_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.settings.prices.file = Some(path.into());
        self
    }

    /// A newer price table, which overrides the embedded one and is read again when it changes: a file's name, or with
    /// the feature `refresh-url` an `http://` or `https://` URL. Default: `TRACING_GENAI_PRICE_FEED`, or none.
    pub fn price_feed(mut self, feed: impl Into<String>) -> Self {
        self.settings.prices.feed = Some(feed.into());
        self
    }

    /// The names of metrics and cost attributes. Default: `TRACING_GENAI_METRIC_NAMES` and `TRACING_GENAI_COST_KEYS`,
    /// or metrics as the conventions published them and `gen_ai.usage.cost`.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.settings.names.profile = profile;
        self
    }

    /// Keeps renamed and rewritten attributes under their old names too. Default: `TRACING_GENAI_KEEP_ORIGINAL_NAMES`,
    /// or only the conventions' names.
    pub fn keep_original_names(mut self) -> Self {
        self.settings.names.keeps_originals = true;
        self
    }

    /// Where content is exported, in the whole process. Default: `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`.
    /// If that is unset too, the helpers record no content, and content of other instrumentations stays on their spans.
    pub fn capture_content(mut self, capture: ContentCapture) -> Self {
        self.settings.content.capture = Some(capture);
        self
    }

    /// Redacts content with `redact`; see
    /// [`GenAiProcessorBuilder::redact`](crate::processor::GenAiProcessorBuilder::redact). Default: only secrets of
    /// known forms.
    pub fn redact(mut self, redact: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.redact = Some(Arc::new(redact));
        self
    }

    /// Maximum bytes of queued spans. Default: `TRACING_GENAI_MAX_QUEUED_BYTES`, or 64 MiB.
    pub fn max_queued_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_queued_bytes = bytes;
        self
    }

    /// Maximum bytes of a content attribute. Default: `TRACING_GENAI_MAX_CONTENT_BYTES`, or 32 KiB.
    pub fn max_content_bytes(mut self, bytes: usize) -> Self {
        self.settings.content.max_bytes = Some(bytes);
        self
    }

    /// An additional exporter of spans, beside that of `OTEL_TRACES_EXPORTER`.
    pub fn span_exporter(mut self, exporter: impl SpanExporter + 'static) -> Self {
        self.exporters.push(factory(exporter));
        self
    }

    /// Exports over OTLP only if a variable names an endpoint. Default: the specification's, which is to export to a
    /// Collector on this machine, whether there is one or not.
    pub fn otlp_only_when_configured(mut self) -> Self {
        let settings = &mut self.settings;
        for exporter in [&mut settings.traces, &mut settings.metrics, &mut settings.logs] {
            if matches!(exporter, Exporter::Otlp(otlp) if !otlp.is_configured) {
                *exporter = Exporter::None;
            }
        }
        self
    }

    /// On SIGTERM, sends the remaining telemetry and then ends the process as SIGTERM does by default.
    ///
    /// For a service that does not handle SIGTERM itself. One that does waits for
    /// [`shutdown_signal`](crate::shutdown_signal) and drops the guard. Default: off, since the process's signals
    /// belong to the service. Unix only.
    pub fn flush_on_sigterm(mut self) -> Self {
        self.flushes_on_sigterm = true;
        self
    }

    /// Sets up the global subscriber, tracer provider, meter provider and propagators.
    pub fn init(self) -> Result<Telemetry, InitError> {
        let propagators = self.settings.propagators;
        let is_disabled = self.settings.is_disabled;
        let (layer, telemetry) = self.build::<Registry>()?;
        let console = tracing_subscriber::fmt::layer()
            .with_ansi(std::io::stderr().is_terminal())
            .with_writer(std::io::stderr)
            .with_filter(console_filter());
        tracing_subscriber::registry()
            .with(layer)
            .with(console)
            .try_init()
            .map_err(|_| InitError::SubscriberAlreadySet)?;
        // OpenTelemetry's own defaults already do nothing.
        if !is_disabled {
            telemetry.set_global();
        }
        set_propagators(propagators);
        for warning in telemetry.warnings() {
            tracing::warn!(target: "tracing_genai", "{warning}");
        }
        Ok(telemetry)
    }

    /// Returns the layer for your own subscriber, and the guard; sets nothing globally.
    ///
    /// The layer is complete: do not add another OpenTelemetry layer.
    pub fn build<S>(self) -> Result<(BoxedLayer<S>, Telemetry), InitError>
    where
        S: Subscriber + for<'lookup> LookupSpan<'lookup> + Send + Sync,
    {
        let Self {
            mut settings,
            exporters,
            prices,
            redact,
            is_strict,
            flushes_on_sigterm,
        } = self;
        let mut warnings = std::mem::take(&mut settings.warnings);
        let is_on_event = settings.content.capture.is_some_and(ContentCapture::is_on_event);
        if is_on_event && settings.logs == Exporter::None && !settings.is_disabled {
            warnings.push(Warning::new(
                "OTEL_LOGS_EXPORTER",
                "none",
                "an exporter, which content on events needs",
                "no events",
            ));
        }
        let prices_before = prices.catalogue();
        let refreshing = if settings.is_disabled {
            None
        } else {
            refresh::start(&settings.prices, &prices, &mut warnings)
        };
        if is_strict && !warnings.is_empty() {
            drop(refreshing);
            prices.replace(prices_before);
            return Err(InitError::Settings(warnings));
        }
        if settings.is_disabled {
            settings.traces = Exporter::None;
            settings.metrics = Exporter::None;
            settings.logs = Exporter::None;
            let pipeline = Pipeline::build(&settings, Vec::new(), &prices, None)?;
            let telemetry = Telemetry::new(pipeline, warnings, None, (prices, None));
            return Ok((Box::new(Identity::new()), telemetry));
        }
        let traces_endpoint = match &settings.traces {
            Exporter::Otlp(otlp) => Some(otlp.endpoint.redacted()),
            Exporter::Console | Exporter::None => None,
        };
        let pipeline = Pipeline::build(&settings, exporters, &prices, redact)?;
        let tracer = pipeline.tracer_provider.tracer("tracing-genai");
        let spans = layer_with_content(tracer, settings.content.policy()).with_filter(telemetry_filter());
        let logs = pipeline
            .logger_provider
            .as_ref()
            .map(|provider| RedactedLogs::new(provider.clone()))
            .map(|provider| OpenTelemetryTracingBridge::new(&provider).with_filter(telemetry_filter()));
        let layer: BoxedLayer<S> = match logs {
            Some(logs) => Box::new(spans.and_then(logs)),
            None => Box::new(spans),
        };
        let telemetry = Telemetry::new(pipeline, warnings, traces_endpoint, (prices, refreshing));
        if flushes_on_sigterm {
            signal::flush_on_sigterm(&telemetry.running()).map_err(InitError::Signal)?;
        }
        Ok((layer, telemetry))
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TelemetryBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

fn set_propagators(propagators: Propagators) {
    let mut chosen: Vec<Box<dyn opentelemetry::propagation::TextMapPropagator + Send + Sync>> = Vec::new();
    if propagators.trace_context {
        chosen.push(Box::new(TraceContextPropagator::new()));
    }
    if propagators.baggage {
        chosen.push(Box::new(BaggagePropagator::new()));
    }
    opentelemetry::global::set_text_map_propagator(TextMapCompositePropagator::new(chosen));
}

/// Passes INFO and above, except the exporters' transport.
fn telemetry_filter() -> FilterFn<impl Fn(&Metadata<'_>) -> bool + Clone> {
    filter_fn(|metadata: &Metadata<'_>| *metadata.level() <= LevelFilter::INFO && !is_exporters(metadata.target()))
        .with_max_level_hint(LevelFilter::INFO)
}

fn is_exporters(target: &str) -> bool {
    EXPORTERS_TARGETS.iter().any(|name| {
        target
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    })
}

/// `RUST_LOG`, or INFO; excludes the exporters' transport and the attempts, which are on their spans, unless it names
/// them.
fn console_filter() -> EnvFilter {
    let chosen = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_default();
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::INFO.into())
        .parse_lossy(&chosen);
    let names = |target: &str| {
        chosen
            .split(',')
            .any(|directive| directive.trim().split(['=', '[']).next() == Some(target))
    };
    EXPORTERS_TARGETS
        .iter()
        .chain(&[crate::attempt::TARGET])
        .filter(|target| !names(target))
        .filter_map(|target| [target, "=off"].concat().parse().ok())
        .fold(filter, EnvFilter::add_directive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_exporters_targets_are_excluded() {
        assert!(is_exporters("h2"));
        assert!(is_exporters("tower::buffer::worker"));
        assert!(!is_exporters("tower_http::trace"));
        assert!(!is_exporters("my_service"));
    }
}
