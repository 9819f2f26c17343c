//! The layer: what only `tracing` knows about a GenAI span, around the service's own OpenTelemetry layer.

use std::time::Instant;

use opentelemetry::trace::Tracer;
use tracing::span::{Attributes, Id};
use tracing::{Event, Metadata, Subscriber};
use tracing_genai_processor::closing::{self, Closing};
use tracing_genai_semconv as semconv;
use tracing_opentelemetry::OpenTelemetryLayer;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, Layered};
use tracing_subscriber::registry::LookupSpan;

use crate::attempt;

/// A service's OpenTelemetry layer with ours around it; made by [`wrap`] and [`layer`].
pub type GenAiLayer<L, S> = Layered<AfterOpenTelemetry, Layered<L, BeforeOpenTelemetry, S>, S>;

/// Wraps a service's own tracing-opentelemetry layer, whose options, and `OpenTelemetrySpanExt`, go on working.
///
/// Put it where that layer was: a second `OpenTelemetryLayer` beside the first panics at the first span.
///
/// It makes a GenAI span end when it closes rather than at its last exit, by the monotonic clock; keeps the span's name
/// and kind where the author chose them; and counts [attempts](crate::attempt). What it learns is taken up by the
/// [`GenAiProcessor`](crate::GenAiProcessor) of the provider; without one it changes nothing.
///
/// ```
/// use opentelemetry::trace::TracerProvider;
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let provider = opentelemetry_sdk::trace::SdkTracerProvider::default();
/// let tracer = provider.tracer("my-service");
/// let subscriber = tracing_subscriber::registry()
///     .with(tracing_genai::wrap(tracing_opentelemetry::layer().with_tracer(tracer)));
/// # let _ = subscriber;
/// ```
pub fn wrap<L, S>(otel_layer: L) -> GenAiLayer<L, S>
where
    L: Layer<S>,
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    BeforeOpenTelemetry::new()
        .and_then(otel_layer)
        .and_then(AfterOpenTelemetry::new())
}

/// A complete layer for a service that has none: [`wrap`] over a lean OpenTelemetry layer.
///
/// Lean means without source location, thread, target and busy and idle times, which cost a third of a span's time. A
/// service that wants them calls [`wrap`] over a layer of its own.
pub fn layer<S, T>(tracer: T) -> GenAiLayer<OpenTelemetryLayer<S, T>, S>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    T: Tracer + Send + Sync + 'static,
    T::Span: Send + Sync,
{
    wrap(
        tracing_opentelemetry::layer()
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false)
            .with_tracer(tracer),
    )
}

/// The part of [`wrap`] that runs before the OpenTelemetry layer.
#[derive(Debug)]
#[non_exhaustive]
pub struct BeforeOpenTelemetry;

/// The part of [`wrap`] that runs after the OpenTelemetry layer.
#[derive(Debug)]
#[non_exhaustive]
pub struct AfterOpenTelemetry;

/// What is kept with an open GenAI span.
struct Opened {
    at: Instant,
    attempts: u32,
}

impl BeforeOpenTelemetry {
    const fn new() -> Self {
        Self
    }
}

impl AfterOpenTelemetry {
    const fn new() -> Self {
        Self
    }
}

/// Whether spans of this callsite are GenAI spans: a span's fields are declared, whenever they are recorded.
fn is_genai(metadata: &Metadata<'_>) -> bool {
    metadata
        .fields()
        .iter()
        .any(|field| field.name().starts_with(semconv::PREFIX))
}

impl<S> Layer<S> for BeforeOpenTelemetry
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if is_genai(attributes.metadata())
            && let Some(span) = context.span(id)
        {
            span.extensions_mut().replace(Opened {
                at: Instant::now(),
                attempts: 0,
            });
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() != attempt::TARGET {
            return;
        }
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(opened) = span.extensions_mut().get_mut::<Opened>() {
                opened.attempts = opened.attempts.saturating_add(1);
                return;
            }
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let metadata = span.metadata();
        if !is_genai(metadata) {
            return;
        }
        if let Some(opened) = span.extensions().get::<Opened>() {
            closing::lay(Closing {
                open_for: opened.at.elapsed(),
                name_is_authors: metadata.fields().field("otel.name").is_some(),
                kind_is_authors: metadata.fields().field("otel.kind").is_some(),
                attempts: opened.attempts,
            });
        }
    }
}

impl<S> Layer<S> for AfterOpenTelemetry
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn on_close(&self, _id: Id, _context: Context<'_, S>) {
        closing::clear();
    }
}
