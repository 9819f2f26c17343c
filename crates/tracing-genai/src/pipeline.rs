//! Builds the providers of spans, metrics and logs.

use std::sync::Arc;

use opentelemetry::KeyValue;
use opentelemetry_otlp::ExporterBuildError;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::{self, BatchLogProcessor, SdkLoggerProvider};
use opentelemetry_sdk::metrics::{PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::resource::TelemetryResourceDetector;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, SdkTracerProvider, SpanExporter, SpanLimits, SpanProcessor,
};
use tracing_genai_pricing::Prices;
use tracing_genai_processor::content::{EventEmission, RedactText};
use tracing_genai_processor::{
    CountingExporter, Delivery, Discard, FanOut, GenAiProcessor, GenAiProcessorBuilder, MeterUnsampled,
};

use crate::otlp::ExportRuntime;
use crate::settings::{Batch, CountsOf, Exporter, Otlp, Settings};

/// Factor on the attribute limit while a span is open. The SDK drops the last attributes, and usage is recorded last;
/// the processor applies the limit and keeps usage.
const OPEN_SPAN_FACTOR: usize = 16;

/// The three providers with their runtime and counts.
pub(crate) struct Pipeline {
    pub(crate) tracer_provider: SdkTracerProvider,
    pub(crate) meter_provider: SdkMeterProvider,
    pub(crate) logger_provider: Option<SdkLoggerProvider>,
    pub(crate) delivery: Delivery,
    pub(crate) runtime: Option<ExportRuntime>,
}

/// Makes a processor of a user's exporter, given the batch settings and the counts.
pub(crate) type ExporterFactory = Box<dyn FnOnce(&Batch, Option<Delivery>) -> Box<dyn SpanProcessor> + Send>;

/// A factory for `exporter`, which counts only if no other exporter does: a span has one outcome.
pub(crate) fn factory<E: SpanExporter + 'static>(exporter: E) -> ExporterFactory {
    Box::new(|batch, delivery| match delivery {
        Some(delivery) => Box::new(batched(CountingExporter::new(exporter, delivery), batch)),
        // Not counted, but its panics are caught.
        None => Box::new(batched(CountingExporter::new(exporter, Delivery::default()), batch)),
    })
}

impl Pipeline {
    pub(crate) fn build(
        settings: &Settings,
        exporters: Vec<ExporterFactory>,
        prices: &Prices,
        redact: Option<Arc<RedactText>>,
    ) -> Result<Self, ExporterBuildError> {
        let needs_runtime = [&settings.traces, &settings.metrics, &settings.logs]
            .into_iter()
            .any(|exporter| matches!(exporter, Exporter::Otlp(_)));
        let runtime = needs_runtime.then(ExportRuntime::start).transpose()?;
        let runtime_of = |otlp: &Otlp| {
            runtime
                .as_ref()
                .map(|runtime| (runtime, otlp.clone()))
                .ok_or_else(|| ExporterBuildError::InternalFailure(String::new()))
        };
        let resource = resource(&settings.resource);
        let delivery = Delivery::default();

        let meter_provider = {
            let builder = SdkMeterProvider::builder().with_resource(resource.clone());
            match &settings.metrics {
                Exporter::Otlp(otlp) => {
                    let (runtime, otlp) = runtime_of(otlp)?;
                    let exporter = runtime.metric_exporter(&otlp, settings.temporality)?;
                    builder.with_reader(
                        PeriodicReader::builder(exporter)
                            .with_interval(settings.metric_interval)
                            .build(),
                    )
                }
                Exporter::Console => {
                    let exporter = opentelemetry_stdout::MetricExporter::default();
                    builder.with_reader(
                        PeriodicReader::builder(exporter)
                            .with_interval(settings.metric_interval)
                            .build(),
                    )
                }
                Exporter::None => builder,
            }
            .build()
        };

        let logger_provider = match &settings.logs {
            Exporter::Otlp(otlp) => {
                let (runtime, mut otlp) = runtime_of(otlp)?;
                otlp.timeout = otlp.timeout.min(settings.log_batch.export_timeout);
                Some(logger_provider(
                    runtime.log_exporter(&otlp)?,
                    resource.clone(),
                    &settings.log_batch,
                ))
            }
            Exporter::Console => Some(logger_provider(
                opentelemetry_stdout::LogExporter::default(),
                resource.clone(),
                &settings.log_batch,
            )),
            Exporter::None => None,
        };
        let mut next: Vec<Box<dyn SpanProcessor>> = Vec::new();
        match &settings.traces {
            Exporter::Otlp(otlp) => {
                let (runtime, mut otlp) = runtime_of(otlp)?;
                // The SDK's batch processor has no setting for OTEL_BSP_EXPORT_TIMEOUT.
                otlp.timeout = otlp.timeout.min(settings.span_batch.export_timeout);
                let exporter = CountingExporter::new(runtime.span_exporter(&otlp)?, delivery.clone());
                next.push(Box::new(batched(exporter, &settings.span_batch)));
            }
            Exporter::Console => {
                let exporter = CountingExporter::new(opentelemetry_stdout::SpanExporter::default(), delivery.clone());
                next.push(Box::new(batched(exporter, &settings.span_batch)));
            }
            Exporter::None => {}
        }
        for exporter in exporters {
            let counts = next.is_empty().then(|| delivery.clone());
            next.push(exporter(&settings.span_batch, counts));
        }
        if next.is_empty() {
            next.push(Box::new(Discard::new(delivery.clone())));
        }
        let mut processor = GenAiProcessor::builder(FanOut::new(next))
            .meter_provider(&meter_provider)
            .hand_over()
            .prices(prices.clone())
            .delivery(delivery.clone());
        if let Some(logs) = &logger_provider {
            processor = processor.logger_provider(logs);
        }
        if let Some(redact) = redact {
            processor = processor.redact(move |text| redact(text));
        }
        processor = configured(processor, settings);
        let tracer_provider = SdkTracerProvider::builder()
            .with_resource(resource.clone())
            .with_sampler(MeterUnsampled::new(settings.sampler.clone()))
            .with_span_limits(span_limits(settings))
            .with_span_processor(processor.build())
            .build();

        Ok(Self {
            tracer_provider,
            meter_provider,
            logger_provider,
            delivery,
            runtime,
        })
    }
}

/// Applies the settings to the processor.
fn configured(processor: GenAiProcessorBuilder<FanOut>, settings: &Settings) -> GenAiProcessorBuilder<FanOut> {
    let Settings { names, content, .. } = settings;
    let mut processor = processor
        .bounds(settings.limits.bounds)
        .profile(names.profile)
        .content_policy(content.policy())
        .max_queued_bytes(settings.max_queued_bytes);
    if names.keeps_originals {
        processor = processor.keep_original_names();
    }
    if let Some(bytes) = content.max_bytes {
        processor = processor.max_content_bytes(bytes);
    }
    if let Some(emits) = content.emits_event {
        processor = processor.event_emission(if emits {
            EventEmission::Always
        } else {
            EventEmission::Never
        });
    }
    for (of, counts) in &settings.prices.counts {
        processor = match of {
            CountsOf::All => processor.counts(*counts),
            CountsOf::Scope(scope) => processor.counts_of_scope(scope, *counts),
            CountsOf::Provider(provider) => processor.counts_of_provider(provider, *counts),
        };
    }
    processor
}

fn resource(attributes: &[KeyValue]) -> Resource {
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attributes(attributes.iter().cloned())
        .build()
}

fn span_limits(settings: &Settings) -> SpanLimits {
    let limits = &settings.limits;
    let max_attributes = limits
        .bounds
        .max_attributes
        .unwrap_or(usize::MAX)
        .saturating_mul(OPEN_SPAN_FACTOR)
        .max(2_048);
    SpanLimits {
        max_attributes_per_span: u32::try_from(max_attributes).unwrap_or(u32::MAX),
        max_events_per_span: limits.events_per_span,
        max_links_per_span: limits.links_per_span,
        max_attributes_per_event: limits.attributes_per_event,
        max_attributes_per_link: limits.attributes_per_link,
    }
}

fn batched<E: SpanExporter + 'static>(exporter: E, batch: &Batch) -> BatchSpanProcessor {
    let config = BatchConfigBuilder::default()
        .with_max_queue_size(batch.max_queue_size)
        .with_max_export_batch_size(batch.max_export_batch_size)
        .with_scheduled_delay(batch.schedule_delay)
        .build();
    BatchSpanProcessor::builder(exporter).with_batch_config(config).build()
}

fn logger_provider<E: logs::LogExporter + 'static>(
    exporter: E,
    resource: Resource,
    batch: &Batch,
) -> SdkLoggerProvider {
    let config = logs::BatchConfigBuilder::default()
        .with_max_queue_size(batch.max_queue_size)
        .with_max_export_batch_size(batch.max_export_batch_size)
        .with_scheduled_delay(batch.schedule_delay)
        .build();
    SdkLoggerProvider::builder()
        .with_resource(resource)
        .with_log_processor(BatchLogProcessor::builder(exporter).with_batch_config(config).build())
        .build()
}
