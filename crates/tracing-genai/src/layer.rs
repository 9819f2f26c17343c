//! The layer around the service's own OpenTelemetry layer; it collects data about GenAI spans that only `tracing` has.

use std::sync::{PoisonError, RwLock};

use opentelemetry::trace::{SpanId, TraceContextExt, Tracer};
use tracing::dispatcher::WeakDispatch;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber};
use tracing_genai_processor::closing;
use tracing_genai_processor::content::ContentPolicy;
use tracing_genai_semconv as semconv;
use tracing_opentelemetry::{OpenTelemetryLayer, get_otel_context};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, Filter, Layered};
use tracing_subscriber::registry::LookupSpan;

use crate::attempt;
use crate::last_handle;
use crate::nested::{is_closed_by_child, mark_child_of};
use crate::opened::{Opened, Recorded};
use crate::unsigned::HasUnsigned;

/// A service's OpenTelemetry layer with this crate's below it; made by [`wrap`] and [`layer`].
pub type GenAiLayer<L, S> = Layered<L, Box<dyn Layer<S> + Send + Sync>, S>;

/// Wraps a service's own tracing-opentelemetry layer. The layer's options and `OpenTelemetrySpanExt` keep working.
///
/// Put it in place of that layer: a second `OpenTelemetryLayer` beside the first panics at the first span.
///
/// It ends a GenAI span when its last handle is dropped rather than at its last exit, by the monotonic clock. A
/// longer-lived child does not prolong it: the span then ends at its last exit or at the last record of a GenAI field,
/// whichever is later. It keeps the name and kind that the author chose, and counts [attempts](crate::attempt). The
/// provider's [`GenAiProcessor`](crate::GenAiProcessor) applies this data; without one nothing changes.
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
///
/// Whether the helpers record content is read from `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`, as in the
/// processor; see [`wrap_with_content`] for another policy.
pub fn wrap<L, S>(otel_layer: L) -> GenAiLayer<L, S>
where
    L: Layer<S>,
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    wrap_with_content(otel_layer, ContentPolicy::from_environment())
}

/// [`wrap`] with a content policy for the pipeline: give its [`GenAiProcessor`](crate::GenAiProcessor) the same one.
///
/// ```
/// use tracing_genai::content::{ContentCapture, ContentPolicy};
/// use tracing_subscriber::layer::SubscriberExt;
///
/// let policy = ContentPolicy::exporting(ContentCapture::SpanOnly);
/// let subscriber = tracing_subscriber::registry()
///     .with(tracing_genai::wrap_with_content(tracing_opentelemetry::layer(), policy));
/// # let _ = subscriber;
/// ```
pub fn wrap_with_content<L, S>(otel_layer: L, policy: ContentPolicy) -> GenAiLayer<L, S>
where
    L: Layer<S>,
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    let before = BeforeOpenTelemetry {
        policy,
        ..BeforeOpenTelemetry::default()
    };
    let before: Box<dyn Layer<S> + Send + Sync> = match otel_layer.max_level_hint() {
        Some(_) => Box::new(before.with_filter(PassAll)),
        // No filter needed; one that takes everything still costs a look-up at each callback.
        None => Box::new(before),
    };
    before.and_then(otel_layer)
}

/// A complete layer for a service without one: [`wrap`] over a lean OpenTelemetry layer.
///
/// Lean: without source location, thread, target and busy and idle times, which cost a third of a span's time. For
/// these, call [`wrap`] over your own layer.
pub fn layer<S, T>(tracer: T) -> GenAiLayer<OpenTelemetryLayer<S, T>, S>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    T: Tracer + Send + Sync + 'static,
    T::Span: Send + Sync,
{
    layer_with_content(tracer, ContentPolicy::from_environment())
}

/// [`layer`] with a content policy for the pipeline; see [`wrap_with_content`].
pub fn layer_with_content<S, T>(tracer: T, policy: ContentPolicy) -> GenAiLayer<OpenTelemetryLayer<S, T>, S>
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
    T: Tracer + Send + Sync + 'static,
    T::Span: Send + Sync,
{
    let lean = tracing_opentelemetry::layer()
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_tracer(tracer);
    wrap_with_content(lean, policy)
}

/// The layer that [`wrap`] adds: it runs before the OpenTelemetry layer, which stays the outer one and answers for
/// both.
#[derive(Debug, Default)]
pub(crate) struct BeforeOpenTelemetry {
    dispatch: RwLock<Option<WeakDispatch>>,
    policy: ContentPolicy,
}

/// A filter that passes everything. `Layered` reports a pair as filtered only if both layers are, and only then gives
/// an unfiltered layer beside the pair all levels.
#[derive(Debug)]
struct PassAll;

impl<S> Filter<S> for PassAll {
    fn enabled(&self, _metadata: &Metadata<'_>, _context: &Context<'_, S>) -> bool {
        true
    }

    fn callsite_enabled(&self, _metadata: &'static Metadata<'static>) -> Interest {
        Interest::always()
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        // Only the wrapped layer sets the level.
        Some(LevelFilter::OFF)
    }
}

impl BeforeOpenTelemetry {
    pub(crate) fn content_policy(&self) -> ContentPolicy {
        self.policy
    }

    /// The OpenTelemetry span that the outer layer ends when this one closes; `None` if it was filtered out, not
    /// sampled, or already ended, since no processor would take its note.
    fn open_span(&self, id: &Id) -> Option<SpanId> {
        let registered = self.dispatch.read().unwrap_or_else(PoisonError::into_inner);
        let dispatch = registered.as_ref().and_then(WeakDispatch::upgrade);
        drop(registered);
        let context = match dispatch {
            Some(dispatch) => get_otel_context(id, &dispatch),
            None => tracing::dispatcher::get_default(|dispatch| get_otel_context(id, dispatch)),
        }?;
        let span = context.span();
        span.is_recording().then(|| span.span_context().span_id())
    }
}

/// Whether spans of this callsite are GenAI spans, by their declared fields.
pub(crate) fn is_genai(metadata: &Metadata<'_>) -> bool {
    metadata.fields().iter().any(|field| semconv::is_genai(field.name()))
}

impl<S> Layer<S> for BeforeOpenTelemetry
where
    S: Subscriber + for<'lookup> LookupSpan<'lookup>,
{
    fn on_register_dispatch(&self, dispatch: &Dispatch) {
        *self.dispatch.write().unwrap_or_else(PoisonError::into_inner) = Some(dispatch.downgrade());
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if is_genai(attributes.metadata())
            && let Some(span) = context.span(id)
        {
            let opened = Opened::new(attributes);
            span.extensions_mut().replace(opened);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let recorded = Recorded::read(values);
        // Inside the span its exit comes later.
        let is_last = recorded.is_genai && context.current_span().id() != Some(id);
        if (is_last || recorded.has_unsigned())
            && let Some(span) = context.span(id)
            && let Some(opened) = span.extensions_mut().get_mut::<Opened>()
        {
            if is_last {
                opened.recorded();
            }
            if recorded.has_unsigned() {
                values.record(opened.unsigned());
            }
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() == attempt::TARGET {
            for span in context.event_scope(event).into_iter().flatten() {
                if let Some(opened) = span.extensions_mut().get_mut::<Opened>() {
                    opened.attempt();
                    return;
                }
            }
            return;
        }
        let mut has_unsigned = HasUnsigned::default();
        event.record(&mut has_unsigned);
        if has_unsigned.0
            && let Some(span) = context.event_span(event)
            && let Some(opened) = span.extensions_mut().get_mut::<Opened>()
        {
            event.record(opened.unsigned());
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let opened = span.extensions_mut().remove::<Opened>();
        let is_closed_by_child = opened.is_some() && is_closed_by_child(&id);
        if let Some(parent) = span.parent()
            && parent.extensions().get::<Opened>().is_some()
            && let Some(child) = mark_child_of(&parent.id())
        {
            span.extensions_mut().replace(child);
        }
        let Some(opened) = opened else { return };
        let span_id = last_handle::take_closing(&id).or_else(|| self.open_span(&id));
        let Some(span_id) = span_id else { return };
        let metadata = span.metadata();
        closing::set_note(if is_closed_by_child {
            opened.closing_with_child(span_id, metadata)
        } else {
            opened.closing(span_id, metadata)
        });
    }
}
