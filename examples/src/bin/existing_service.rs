//! A service with its own provider and tracing-opentelemetry layer: two lines change, both marked.
//!
//! The exporters read `OTEL_EXPORTER_OTLP_ENDPOINT`, as before.

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{MetricExporter, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::{BatchSpanProcessor, SdkTracerProvider};
use tracing_genai::GenAiProcessor;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let resource = Resource::builder().with_service_name("existing-service").build();
    let meter_provider = SdkMeterProvider::builder()
        .with_resource(resource.clone())
        .with_periodic_exporter(MetricExporter::builder().with_tonic().build()?)
        .build();
    let batch = BatchSpanProcessor::builder(SpanExporter::builder().with_tonic().build()?).build();
    let provider = SdkTracerProvider::builder()
        .with_resource(resource)
        // Was: .with_span_processor(batch)
        .with_span_processor(
            GenAiProcessor::builder(batch)
                .meter_provider(&meter_provider)
                .hand_over()
                .build(),
        )
        .build();
    let opentelemetry = tracing_opentelemetry::layer().with_tracer(provider.tracer("existing-service"));
    tracing_subscriber::registry()
        .with(EnvFilter::builder().parse_lossy("info,h2=off,hyper=off,tonic=off"))
        .with(tracing_subscriber::fmt::layer())
        // Was: .with(opentelemetry)
        .with(tracing_genai::wrap(opentelemetry))
        .init();

    ask_model();

    provider.shutdown()?;
    meter_provider.shutdown()?;
    Ok(())
}

/// A model call, traced as before; unsigned counts are now exported as integers, with the cost.
#[tracing::instrument(
    name = "ask_model",
    fields(
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = "openai",
        gen_ai.request.model = "gpt-4o-mini",
        gen_ai.usage.input_tokens,
        gen_ai.usage.output_tokens,
    )
)]
fn ask_model() {
    let span = tracing::Span::current();
    span.record("gen_ai.usage.input_tokens", 1210_u64);
    span.record("gen_ai.usage.output_tokens", 25_u64);
}
