//! Builds a [`GenAiProcessor`].

use std::sync::{Arc, OnceLock, Weak};

use opentelemetry::logs::LoggerProvider;
use opentelemetry::metrics::{Meter, MeterProvider};
use opentelemetry_sdk::trace::{BatchConfig, BatchSpanProcessor, SpanExporter, SpanProcessor};
use tracing_genai_pricing::{Catalogue, Counts, Prices};
use tracing_genai_semconv::profile::Profile;

use crate::bound::SpanBounds;
use crate::content::{ContentPolicy, ContentRules, EmitEvent, EventEmission, Redactor};
use crate::counts::CountsRules;
use crate::error_types::ErrorTypes;
use crate::export::{CountingExporter, Delivery};
use crate::processor::GenAiProcessor;
use crate::queue::{MAX_BYTES, MAX_ITEMS, Queue};
use crate::scope::scope;
use crate::stages::Stages;
use crate::warnings::Warnings;

/// Settings of a [`GenAiProcessor`]; each has a default.
#[derive(Debug)]
#[must_use = "a builder does nothing until build() is called"]
pub struct GenAiProcessorBuilder<P> {
    next: P,
    meter: Option<Meter>,
    prices: Option<Prices>,
    counts: CountsRules,
    profile: Profile,
    keeps_originals: bool,
    content: ContentRules,
    bounds: SpanBounds,
    delivery: Delivery,
    hands_over: bool,
    max_queued_bytes: usize,
}

impl<P: SpanProcessor + 'static> GenAiProcessor<P> {
    /// Starts building a processor around `next`, usually a batch processor.
    pub fn builder(next: P) -> GenAiProcessorBuilder<P> {
        GenAiProcessorBuilder {
            next,
            meter: None,
            prices: None,
            counts: CountsRules::default(),
            profile: Profile::default(),
            keeps_originals: false,
            content: ContentRules::default(),
            bounds: SpanBounds::default(),
            delivery: Delivery::default(),
            hands_over: false,
            max_queued_bytes: MAX_BYTES,
        }
    }
}

impl GenAiProcessor<BatchSpanProcessor> {
    /// Starts building a processor that exports through `exporter`, in batches with the SDK's defaults.
    ///
    /// The outcomes of spans are counted. A panic of the exporter is one failed batch; it would end the SDK's batch
    /// thread. [`Delivery`] reads the counts.
    ///
    /// ```
    /// use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider};
    /// use tracing_genai_processor::GenAiProcessor;
    ///
    /// let processor = GenAiProcessor::exporting(InMemorySpanExporter::default()).hand_over().build();
    /// let delivery = processor.delivery();
    /// let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    /// provider.shutdown().unwrap();
    /// assert_eq!(delivery.counts().lost(), 0);
    /// ```
    pub fn exporting<E: SpanExporter + 'static>(exporter: E) -> GenAiProcessorBuilder<BatchSpanProcessor> {
        Self::exporting_with(exporter, BatchConfig::default())
    }

    /// [`exporting`](Self::exporting) with the given batch settings.
    pub fn exporting_with<E: SpanExporter + 'static>(
        exporter: E,
        config: BatchConfig,
    ) -> GenAiProcessorBuilder<BatchSpanProcessor> {
        let delivery = Delivery::default();
        let counting = CountingExporter::new(exporter, delivery.clone());
        let batch = BatchSpanProcessor::builder(counting).with_batch_config(config).build();
        GenAiProcessor::builder(batch).delivery(delivery)
    }
}

impl<P: SpanProcessor + 'static> GenAiProcessorBuilder<P> {
    /// The provider of the metrics. Default: OpenTelemetry's global meter provider as of the first GenAI span; one
    /// taken earlier would stay a no-op.
    pub fn meter_provider(mut self, provider: &impl MeterProvider) -> Self {
        self.meter = Some(provider.meter_with_scope(scope()));
        self
    }

    /// The prices. Default: the embedded catalogue.
    pub fn catalogue(self, catalogue: Arc<Catalogue>) -> Self {
        self.prices(Prices::from(catalogue))
    }

    /// Prices that can be replaced or refreshed while the processor uses them. Default: the embedded catalogue.
    pub fn prices(mut self, prices: Prices) -> Self {
        self.prices = Some(prices);
        self
    }

    /// What `gen_ai.usage.input_tokens` includes, unless set for the scope or the provider. Default: [`Counts::Auto`]:
    /// cached tokens that exceed the input are added to it, and the cost is `estimated`.
    pub fn counts(mut self, counts: Counts) -> Self {
        self.counts.set_general(counts);
        self
    }

    /// The same for the spans of one instrumentation scope, by its name; it overrides the provider's. Default: none.
    pub fn counts_of_scope(mut self, scope: &str, counts: Counts) -> Self {
        self.counts.set_scope(scope, counts);
        self
    }

    /// The same for the calls of one provider, by its `gen_ai.provider.name`. Default: none.
    pub fn counts_of_provider(mut self, provider: &str, counts: Counts) -> Self {
        self.counts.set_provider(provider, counts);
        self
    }

    /// The names of metrics and cost attributes. Default: metrics as the conventions published them, and
    /// `gen_ai.usage.cost`.
    ///
    /// ```
    /// use tracing_genai_processor::GenAiProcessor;
    /// use tracing_genai_semconv::profile::{MetricNames, Profile};
    /// # use tracing_genai_processor::{Delivery, Discard};
    /// # let exporting = Discard::new(Delivery::default());
    ///
    /// let profile = Profile::default().with_metric_names(&[MetricNames::InDevelopment]);
    /// let processor = GenAiProcessor::builder(exporting).profile(profile).build();
    /// ```
    pub const fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Keeps renamed and rewritten attributes under their old names too, for dashboards that still read those. Default:
    /// only the conventions' names are exported.
    pub const fn keep_original_names(mut self) -> Self {
        self.keeps_originals = true;
        self
    }

    /// Where content is exported. Default: [`ContentPolicy::from_environment`] when the builder is made.
    ///
    /// The layer takes the same policy and decides whether the helpers of `tracing-genai` record content.
    pub const fn content_policy(mut self, policy: ContentPolicy) -> Self {
        self.content.policy = policy;
        self
    }

    /// Redacts texts with `redact`: it gets each text and returns its replacement, or `None` to keep it. Default:
    /// only keys, tokens and passwords of known forms are redacted, which also happens before `redact` is called.
    ///
    /// Texts are content, the description of the status, attributes of events, and messages and stack traces of
    /// exceptions. Names and ids, such as those of models, users and spans, are not given to `redact`; secrets of known
    /// forms are redacted in them.
    ///
    /// If `redact` panics, all content of the span is removed, and the texts of its errors and events.
    ///
    /// ```
    /// use tracing_genai_processor::GenAiProcessor;
    /// # use tracing_genai_processor::{Delivery, Discard};
    /// # let exporting = Discard::new(Delivery::default());
    ///
    /// let processor = GenAiProcessor::builder(exporting)
    ///     .redact(|text| text.contains("IBAN").then(|| "[an account]".to_owned()))
    ///     .build();
    /// ```
    pub fn redact(mut self, redact: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        self.content.redactor = Redactor::new(Arc::new(redact));
        self
    }

    /// Maximum bytes of a content attribute. Lists lose whole messages, the oldest of a conversation first, and stay
    /// JSON. Default: 32 KiB.
    pub const fn max_content_bytes(mut self, bytes: usize) -> Self {
        self.content.max_bytes = bytes;
        self
    }

    /// The provider that emits events. Default: none; content that is exported on events only is then lost.
    pub fn logger_provider<L>(mut self, provider: &L) -> Self
    where
        L: LoggerProvider,
        L::Logger: Send + Sync + 'static,
    {
        self.content.event = Some(EmitEvent::through(provider));
        self
    }

    /// When model calls emit an event `gen_ai.client.inference.operation.details`. Default: if
    /// [`content_policy`](Self::content_policy) exports content on events.
    pub const fn event_emission(mut self, emission: EventEmission) -> Self {
        self.content.emission = emission;
        self
    }

    /// Limits of a span's attributes. Default: the SDK provider's own limits, and the bounds of [`SpanBounds`].
    pub const fn bounds(mut self, bounds: SpanBounds) -> Self {
        self.bounds = bounds;
        self
    }

    /// Where spans are counted. Default: counts of its own. To know what was delivered without
    /// [`GenAiProcessor::exporting`], share them with a [`CountingExporter`].
    pub fn delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// Processes GenAI spans on a thread of the processor. Default: the thread that ends the span processes it.
    ///
    /// The ending thread then only pushes to a queue, some tens of nanoseconds. A span reaches the next processor and
    /// the metrics up to 20 ms later; flush and shutdown wait for it. When the queue holds 2,048 spans or
    /// [`max_queued_bytes`](Self::max_queued_bytes), the ending thread processes the oldest span itself; no span is
    /// lost.
    pub const fn hand_over(mut self) -> Self {
        self.hands_over = true;
        self
    }

    /// Maximum bytes of queued spans with [`hand_over`](Self::hand_over). Default: 64 MiB.
    pub const fn max_queued_bytes(mut self, bytes: usize) -> Self {
        self.max_queued_bytes = bytes;
        self
    }

    /// Builds the processor; register it instead of the wrapped one.
    pub fn build(mut self) -> GenAiProcessor<P> {
        // A character has at least one byte: content within this limit is not cut again inside its JSON.
        if let Some(most) = self.bounds.max_value_characters {
            self.content.max_bytes = self.content.max_bytes.min(most);
        }
        let stages = Arc::new_cyclic(|weak_self| Stages {
            prices: self.prices.unwrap_or_default(),
            counts: self.counts,
            profile: self.profile,
            keeps_originals: self.keeps_originals,
            error_types: ErrorTypes::default(),
            content: self.content,
            bounds: self.bounds,
            delivery: self.delivery,
            queue: Queue::new(if self.hands_over { MAX_ITEMS } else { 0 }, self.max_queued_bytes),
            warnings: Warnings::default(),
            meters: OnceLock::new(),
            next: OnceLock::new(),
            worker: OnceLock::new(),
            weak_self: Weak::clone(weak_self),
        });
        if let Some(meter) = &self.meter {
            stages.set_up_meters(meter);
        }
        GenAiProcessor {
            next: Arc::new(self.next),
            stages,
        }
    }
}
