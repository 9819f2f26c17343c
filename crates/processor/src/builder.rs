//! Builds a [`GenAiProcessor`].

use std::sync::{Arc, OnceLock};

use opentelemetry::InstrumentationScope;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::trace::SpanProcessor;
use tracing_genai_pricing::Catalogue;

use crate::measure::Meters;
use crate::price::Prices;
use crate::worker::Worker;
use crate::{Delivery, GenAiProcessor, SpanBounds};

/// Settings of a [`GenAiProcessor`]; every one has a default.
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct GenAiProcessorBuilder<P> {
    next: P,
    meter: Option<Meter>,
    catalogue: Option<Arc<Catalogue>>,
    bounds: SpanBounds,
    delivery: Delivery,
}

impl<P: SpanProcessor> GenAiProcessorBuilder<P> {
    pub(crate) fn new(next: P) -> Self {
        Self {
            next,
            meter: None,
            catalogue: None,
            bounds: SpanBounds::default(),
            delivery: Delivery::default(),
        }
    }

    /// Where the metrics go. Default: OpenTelemetry's global meter provider as it is at the first GenAI span, since one
    /// taken earlier would be a no-op for ever.
    pub fn meter_provider(mut self, provider: &impl MeterProvider) -> Self {
        self.meter = Some(provider.meter_with_scope(scope()));
        self
    }

    /// The prices. Default: the embedded catalogue.
    pub fn catalogue(mut self, catalogue: Arc<Catalogue>) -> Self {
        self.catalogue = Some(catalogue);
        self
    }

    /// How much of a span goes on. Default: all that the provider's own limits let through.
    pub const fn bounds(mut self, bounds: SpanBounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Where spans are counted. Default: counts of its own; share one with a [`CountingExporter`](crate::CountingExporter)
    /// to know what was delivered.
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// The processor, to be registered instead of the one it wraps.
    pub fn build(self) -> GenAiProcessor<P> {
        let meters = Arc::new(OnceLock::new());
        if let Some(meter) = &self.meter {
            set_up(&meters, meter);
        }
        GenAiProcessor {
            next: self.next,
            prices: self.catalogue.map_or_else(Prices::embedded, Prices::given),
            bounds: self.bounds,
            delivery: self.delivery,
            worker: Worker::start(Arc::clone(&meters)),
            meters,
        }
    }
}

/// The meters, made from the global provider if none was given and none was made yet.
pub(crate) fn meters(meters: &Arc<OnceLock<Meters>>) -> Option<&Meters> {
    if meters.get().is_none() {
        set_up(meters, &opentelemetry::global::meter_with_scope(scope()));
    }
    meters.get()
}

fn set_up(meters: &Arc<OnceLock<Meters>>, meter: &Meter) {
    if meters.set(Meters::new(meter)).is_err() {
        return;
    }
    // A collection calls this first, and so sees every call that ended before it.
    let observed = Arc::downgrade(meters);
    meter
        .u64_observable_gauge("tracing_genai.measurements.pending")
        .with_unit("{call}")
        .with_description("Model calls that ended but are not in the metrics yet; read after they were brought in")
        .with_callback(move |observer| {
            if let Some(meters) = observed.upgrade()
                && let Some(meters) = meters.get()
            {
                meters.flush();
                observer.observe(meters.pending() as u64, &[]);
            }
        })
        .build();
}

fn scope() -> InstrumentationScope {
    InstrumentationScope::builder("tracing-genai")
        .with_version(env!("CARGO_PKG_VERSION"))
        .build()
}
