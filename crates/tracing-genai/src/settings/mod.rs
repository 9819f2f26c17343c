//! Settings from the environment, by OpenTelemetry's standard variables.
//!
//! A malformed value is a warning and its default is used, as the OpenTelemetry specification requires; an empty one
//! counts as unset. Source: specification/configuration/sdk-environment-variables.md,
//! specification/protocol/exporter.md.

mod names;
mod otlp;
mod prices;
mod reader;
pub(crate) mod resource;

use std::ops::RangeInclusive;
use std::time::Duration;

use opentelemetry::KeyValue;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::trace::Sampler;
use tracing_genai_processor::SpanBounds;

pub(crate) use names::{ContentSettings, NameSettings};
pub(crate) use otlp::{Otlp, Protocol, Signal};
#[cfg(not(feature = "refresh-url"))]
pub(crate) use prices::redact_feed;
pub(crate) use prices::{CountsOf, FEED_VARIABLE, FILE_VARIABLE, PriceSettings};
use reader::Reader;
pub use reader::Warning;

/// All settings that `init()` reads from the environment.
#[derive(Debug)]
pub(crate) struct Settings {
    /// `OTEL_SDK_DISABLED`.
    pub(crate) is_disabled: bool,
    /// `OTEL_SERVICE_NAME`, `OTEL_RESOURCE_ATTRIBUTES`.
    pub(crate) resource: Vec<KeyValue>,
    /// `OTEL_PROPAGATORS`.
    pub(crate) propagators: Propagators,
    pub(crate) traces: Exporter,
    pub(crate) metrics: Exporter,
    pub(crate) logs: Exporter,
    /// `OTEL_TRACES_SAMPLER`, `OTEL_TRACES_SAMPLER_ARG`.
    pub(crate) sampler: Sampler,
    /// `OTEL_BSP_*`.
    pub(crate) span_batch: Batch,
    /// `OTEL_BLRP_*`.
    pub(crate) log_batch: Batch,
    pub(crate) limits: Limits,
    /// `TRACING_GENAI_MAX_QUEUED_BYTES`.
    pub(crate) max_queued_bytes: usize,
    /// `OTEL_METRIC_EXPORT_INTERVAL`.
    pub(crate) metric_interval: Duration,
    /// `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE`.
    pub(crate) temporality: Temporality,
    /// `TRACING_GENAI_PRICE_*`, `TRACING_GENAI_COUNTS`.
    pub(crate) prices: PriceSettings,
    pub(crate) names: NameSettings,
    pub(crate) content: ContentSettings,
    pub(crate) warnings: Vec<Warning>,
}

/// The exporter of one signal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Exporter {
    Otlp(Otlp),
    Console,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Propagators {
    pub(crate) trace_context: bool,
    pub(crate) baggage: bool,
}

/// Settings of a batch processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Batch {
    pub(crate) max_queue_size: usize,
    pub(crate) max_export_batch_size: usize,
    pub(crate) schedule_delay: Duration,
    pub(crate) export_timeout: Duration,
}

/// `OTEL_SPAN_*_LIMIT` and related variables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) bounds: SpanBounds,
    pub(crate) events_per_span: u32,
    pub(crate) links_per_span: u32,
    pub(crate) attributes_per_event: u32,
    pub(crate) attributes_per_link: u32,
}

/// Allowed values; with less, nearly every span would be processed on the thread that ends it.
const QUEUED_BYTES: RangeInclusive<usize> = (1 << 20)..=usize::MAX;

impl Settings {
    /// Reads the process's environment.
    pub(crate) fn from_environment() -> Self {
        Self::read(&|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// Reads any other set of variables.
    pub(crate) fn read(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let mut reader = Reader::new(variable);
        let read = &mut reader;
        Self {
            is_disabled: read.boolean("OTEL_SDK_DISABLED").unwrap_or(false),
            resource: resource::read(read),
            propagators: propagators(read),
            traces: exporter(read, Signal::Traces),
            metrics: exporter(read, Signal::Metrics),
            logs: exporter(read, Signal::Logs),
            sampler: sampler(read),
            span_batch: batch(read, "OTEL_BSP", Duration::from_secs(5)),
            log_batch: batch(read, "OTEL_BLRP", Duration::from_secs(1)),
            limits: limits(read),
            max_queued_bytes: read.count("TRACING_GENAI_MAX_QUEUED_BYTES", 64 << 20, QUEUED_BYTES),
            metric_interval: read.milliseconds("OTEL_METRIC_EXPORT_INTERVAL", Duration::from_secs(60), MIN_DELAY),
            temporality: temporality(read),
            prices: prices::read(read),
            names: names::read_names(read),
            content: names::read_content(read),
            warnings: reader.warnings,
        }
    }
}

fn exporter(read: &mut Reader<'_>, signal: Signal) -> Exporter {
    let otlp = otlp::read(read, signal);
    let variable = signal.variable("OTEL_", "_EXPORTER");
    match read.choice(&variable, "otlp", &["otlp", "console", "none"]) {
        "console" => Exporter::Console,
        "none" => Exporter::None,
        _ => Exporter::Otlp(otlp),
    }
}

fn propagators(read: &mut Reader<'_>) -> Propagators {
    const BOTH: Propagators = Propagators {
        trace_context: true,
        baggage: true,
    };
    let variable = "OTEL_PROPAGATORS";
    let Some(list) = read.text(variable) else { return BOTH };
    let mut propagators = Propagators {
        trace_context: false,
        baggage: false,
    };
    for name in list.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match name.to_ascii_lowercase().as_str() {
            "tracecontext" => propagators.trace_context = true,
            "baggage" => propagators.baggage = true,
            "none" => {
                return Propagators {
                    trace_context: false,
                    baggage: false,
                };
            }
            _ => {
                read.warn(
                    variable,
                    &list,
                    "a list of tracecontext and baggage, or none",
                    "tracecontext,baggage",
                );
                return BOTH;
            }
        }
    }
    propagators
}

fn sampler(read: &mut Reader<'_>) -> Sampler {
    const NAMES: &[&str] = &[
        "parentbased_always_on",
        "always_on",
        "always_off",
        "traceidratio",
        "parentbased_always_off",
        "parentbased_traceidratio",
    ];
    let ratio = read.ratio("OTEL_TRACES_SAMPLER_ARG", 1.0);
    match read.choice("OTEL_TRACES_SAMPLER", "parentbased_always_on", NAMES) {
        "always_on" => Sampler::AlwaysOn,
        "always_off" => Sampler::AlwaysOff,
        "traceidratio" => Sampler::TraceIdRatioBased(ratio),
        "parentbased_always_off" => Sampler::ParentBased(Box::new(Sampler::AlwaysOff)),
        "parentbased_traceidratio" => Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(ratio))),
        _ => Sampler::ParentBased(Box::new(Sampler::AlwaysOn)),
    }
}

/// Maximum queued spans or log records: a queue allocates for all of them at once.
const MAX_QUEUE_LENGTH: usize = 1 << 20;

/// Minimum delay; a shorter one would keep a thread busy.
const MIN_DELAY: Duration = Duration::from_millis(1);

fn batch(read: &mut Reader<'_>, prefix: &str, schedule_delay: Duration) -> Batch {
    let named = |name: &str| [prefix, "_", name].concat();
    let max_queue_size = read.count(&named("MAX_QUEUE_SIZE"), 2_048, 1..=MAX_QUEUE_LENGTH);
    let batch_variable = named("MAX_EXPORT_BATCH_SIZE");
    let mut max_export_batch_size = read.count(&batch_variable, 512.min(max_queue_size), 1..=MAX_QUEUE_LENGTH);
    if max_export_batch_size > max_queue_size {
        let max = max_queue_size.to_string();
        read.warn(
            &batch_variable,
            &max_export_batch_size.to_string(),
            "at most the queue's size",
            &max,
        );
        max_export_batch_size = max_queue_size;
    }
    Batch {
        max_queue_size,
        max_export_batch_size,
        schedule_delay: read.milliseconds(&named("SCHEDULE_DELAY"), schedule_delay, MIN_DELAY),
        export_timeout: read.milliseconds(&named("EXPORT_TIMEOUT"), Duration::from_secs(30), MIN_DELAY),
    }
}

fn limits(read: &mut Reader<'_>) -> Limits {
    const DEFAULT: usize = 128;
    const ANY: RangeInclusive<usize> = 0..=usize::MAX;
    let general = read.count("OTEL_ATTRIBUTE_COUNT_LIMIT", DEFAULT, ANY);
    let general_length = read.count("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", usize::MAX, ANY);
    let length = read.count("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", general_length, ANY);
    let mut count = |name: &str, default: usize| u32::try_from(read.count(name, default, ANY)).unwrap_or(u32::MAX);
    Limits {
        events_per_span: count("OTEL_SPAN_EVENT_COUNT_LIMIT", DEFAULT),
        links_per_span: count("OTEL_SPAN_LINK_COUNT_LIMIT", DEFAULT),
        attributes_per_event: count("OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT", general),
        attributes_per_link: count("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", general),
        bounds: SpanBounds::default()
            .max_attributes(read.count("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", general, ANY))
            .max_value_characters((length != usize::MAX).then_some(length)),
    }
}

fn temporality(read: &mut Reader<'_>) -> Temporality {
    let variable = "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE";
    match read.choice(variable, "cumulative", &["cumulative", "delta", "lowmemory"]) {
        "delta" => Temporality::Delta,
        "lowmemory" => Temporality::LowMemory,
        _ => Temporality::Cumulative,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Settings {
        Settings::read(&|name| {
            variables
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_empty_environment_means_the_specifications_defaults() {
        let settings = settings(&[]);
        assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
        assert!(!settings.is_disabled);
        assert_eq!(
            settings.propagators,
            Propagators {
                trace_context: true,
                baggage: true
            }
        );
        assert_eq!(settings.span_batch.max_queue_size, 2_048);
        assert_eq!(settings.span_batch.max_export_batch_size, 512);
        assert_eq!(settings.limits.bounds.max_attributes, Some(128));
        let Exporter::Otlp(otlp) = settings.traces else {
            panic!("otlp is the default")
        };
        assert_eq!(otlp.protocol, Protocol::HttpProtobuf);
        assert_eq!(otlp.endpoint.url, "http://localhost:4318/v1/traces");
        assert_eq!(otlp.timeout, Duration::from_secs(10));
    }

    #[test]
    fn an_empty_value_counts_as_absent() {
        let settings = settings(&[
            ("OTEL_BSP_MAX_QUEUE_SIZE", ""),
            ("OTEL_TRACES_EXPORTER", ""),
            ("OTEL_SDK_DISABLED", ""),
        ]);
        assert!(settings.warnings.is_empty(), "{:?}", settings.warnings);
        assert!(matches!(settings.traces, Exporter::Otlp(_)));
    }

    #[test]
    fn every_malformed_value_is_a_warning_and_its_default_is_used() {
        let malformed = [
            ("OTEL_SDK_DISABLED", "perhaps"),
            ("OTEL_PROPAGATORS", "b3"),
            ("OTEL_TRACES_EXPORTER", "zipkin"),
            ("OTEL_TRACES_SAMPLER", "sometimes"),
            ("OTEL_TRACES_SAMPLER_ARG", "2"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "many"),
            ("OTEL_BSP_SCHEDULE_DELAY", "-1"),
            ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "1.5"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier-pigeon"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "brotli"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "not a url"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "no-value"),
            ("OTEL_RESOURCE_ATTRIBUTES", "team"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "1m"),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "eternal"),
        ];
        let settings = settings(&malformed);
        for (variable, _) in malformed {
            let about: Vec<_> = settings
                .warnings
                .iter()
                .filter(|warning| warning.variable() == variable)
                .collect();
            assert_eq!(about.len(), 1, "{variable}: {:?}", settings.warnings);
            let text = about[0].to_string();
            assert!(text.starts_with(variable) && text.contains("using"), "{text}");
        }
        let defaults = Settings::read(&|_| None);
        assert_eq!(settings.span_batch, defaults.span_batch);
        assert_eq!(settings.limits, defaults.limits);
        // A malformed endpoint still counts as configured.
        let (Exporter::Otlp(traces), Exporter::Otlp(expected)) = (settings.traces, defaults.traces) else {
            panic!("otlp is the default")
        };
        assert!(traces.is_configured);
        assert_eq!(
            Otlp {
                is_configured: false,
                ..traces
            },
            expected
        );
    }

    #[test]
    fn numbers_out_of_range_are_malformed() {
        let out_of_range = [
            ("OTEL_BSP_MAX_QUEUE_SIZE", "18446744073709551615"),
            ("OTEL_BLRP_MAX_QUEUE_SIZE", "99999999999"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0"),
            ("OTEL_BSP_SCHEDULE_DELAY", "0"),
            ("OTEL_BSP_EXPORT_TIMEOUT", "0"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
        ];
        let settings = settings(&out_of_range);
        for (variable, _) in out_of_range {
            assert!(
                settings.warnings.iter().any(|warning| warning.variable() == variable),
                "{variable}"
            );
        }
        let defaults = Settings::read(&|_| None);
        assert_eq!(
            (settings.span_batch, settings.log_batch),
            (defaults.span_batch, defaults.log_batch)
        );
        assert_eq!(
            (settings.traces, settings.metric_interval),
            (defaults.traces, defaults.metric_interval)
        );
    }

    #[test]
    fn a_signals_own_variable_overrides_the_general_one() {
        let settings = settings(&[
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/base/"),
            (
                "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT",
                "http://metrics:9090/api/v1/otlp/v1/metrics",
            ),
            ("OTEL_EXPORTER_OTLP_LOGS_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "250"),
        ]);
        let (Exporter::Otlp(traces), Exporter::Otlp(metrics), Exporter::Otlp(logs)) =
            (settings.traces, settings.metrics, settings.logs)
        else {
            panic!("otlp is the default")
        };
        assert_eq!(traces.endpoint.url, "http://collector:4318/base/v1/traces");
        assert_eq!(traces.timeout, Duration::from_millis(250));
        assert_eq!(metrics.endpoint.url, "http://metrics:9090/api/v1/otlp/v1/metrics");
        assert_eq!(
            (logs.protocol, logs.endpoint.url.as_str()),
            (Protocol::Grpc, "http://collector:4318/base/")
        );
    }

    #[test]
    fn secrets_in_headers_are_not_shown() {
        let settings = settings(&[("OTEL_EXPORTER_OTLP_HEADERS", "sk-live-canary")]);
        assert_eq!(settings.warnings.len(), 1);
        assert!(!format!("{:?} {}", settings.warnings, settings.warnings[0]).contains("canary"));
    }

    #[test]
    fn a_batch_size_is_limited_to_the_queue_size() {
        let settings = settings(&[
            ("OTEL_BSP_MAX_QUEUE_SIZE", "100"),
            ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "200"),
        ]);
        assert_eq!(settings.span_batch.max_export_batch_size, 100);
        assert_eq!(settings.warnings.len(), 1);
    }
}
