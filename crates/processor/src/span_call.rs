//! Reads a model call from its span, for those who have spans and no pipeline: as the processor reads it.

use std::time::SystemTime;

use opentelemetry::{Array, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_pricing::{CallContext, Cost, Counts, PriceQuery, Reason, Status};
use tracing_genai_semconv::own;
use tracing_genai_usage::Usage;

use crate::counts::CountsRules;
use crate::normalise::normalise;
use crate::operation::Operation;
use crate::price::{Stated, call, known_without_prices, stated};
use crate::usage::read_counts;

/// A model call as its span tells it, in whatever names.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpanCall {
    /// The provider; empty where the span names none.
    pub provider: String,
    /// The host the request went to.
    pub server_address: Option<String>,
    /// The model that answered.
    pub response_model: Option<String>,
    /// The model that was asked for.
    pub request_model: Option<String>,
    /// What was used; empty where the span says nothing, or something that cannot be.
    pub usage: Usage,
    /// What the input includes.
    pub counts: Counts,
    /// When the call started.
    pub started: SystemTime,
    /// The service tier that served the call, or that it asked for.
    pub service_tier: Option<String>,
    /// The speed that served the call.
    pub speed: Option<String>,
    /// How the call was processed: `batch`.
    pub processing: Option<String>,
    /// The kind of search that the call made.
    pub search_type: Option<String>,
    /// Where the provider was asked to run the model.
    pub inference_geo: Option<String>,
    /// The cost where it is known without a price: what the span states, or why it can have none.
    pub known_cost: Option<Cost>,
    /// The names of numbers that count usage and are not understood: a computed cost is an estimate because of them.
    pub unread_usage: Vec<String>,
}

impl SpanCall {
    /// The model call of `span`; `None` for any other span, and for a call that is covered by the one within it, which is
    /// where the cost is.
    ///
    /// `counts` is what the input includes where neither the span nor its instrumentation is known for it, as in
    /// [`GenAiProcessorBuilder::counts`](crate::GenAiProcessorBuilder::counts); without it what contradicts itself is repaired.
    pub fn read(mut span: SpanData, counts: Option<Counts>) -> Option<Self> {
        let results = Results::of(&span);
        let mut operation = Operation::new(&mut span);
        normalise(&mut operation, None, false);
        if !operation.is_model_call() || operation.is_covered || results.is_covered {
            return None;
        }
        read_counts(&mut operation);
        let mut rules = CountsRules::default();
        if let Some(counts) = counts {
            rules.set_general(counts);
        }
        // The processor made the counts whole.
        operation.counts = if results.is_processed {
            Counts::Auto
        } else {
            rules.of_call(&mut operation)
        };
        let known_cost = match stated(&operation) {
            Stated::Nothing => known_without_prices(&operation),
            Stated::Absurd => Some(Cost::inconsistent(Reason::InvalidUsage)),
            Stated::Amount(amount) => Some(results.with_status(Cost::reported(amount))),
        };
        let call = call(&operation);
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Some(Self {
            provider: call.provider.to_owned(),
            server_address: owned(call.server_address),
            response_model: owned(call.response_model),
            request_model: owned(call.request_model),
            usage: operation.usage,
            counts: operation.counts,
            started: call.started,
            service_tier: owned(call.context.service_tier),
            speed: owned(call.context.speed),
            processing: owned(call.context.processing),
            search_type: owned(call.context.search_type),
            inference_geo: owned(call.context.inference_geo),
            known_cost,
            unread_usage: operation.unread_usage.iter().map(str::to_owned).collect(),
        })
    }

    /// The call as a catalogue wants it.
    pub fn call(&self) -> PriceQuery<'_> {
        PriceQuery {
            provider: &self.provider,
            server_address: self.server_address.as_deref(),
            response_model: self.response_model.as_deref(),
            request_model: self.request_model.as_deref(),
            usage: &self.usage,
            started: self.started,
            context: CallContext {
                service_tier: self.service_tier.as_deref(),
                speed: self.speed.as_deref(),
                processing: self.processing.as_deref(),
                search_type: self.search_type.as_deref(),
                inference_geo: self.inference_geo.as_deref(),
                ..CallContext::default()
            },
            counts: self.counts,
        }
    }
}

/// What a processor of ours wrote on the span, in whatever process; the normaliser removes it.
#[derive(Default)]
struct Results {
    is_processed: bool,
    is_covered: bool,
    status: Option<Status>,
    reasons: Vec<Reason>,
}

impl Results {
    fn of(span: &SpanData) -> Self {
        let mut results = Self::default();
        for attribute in &span.attributes {
            match (attribute.key.as_str(), &attribute.value) {
                (own::COST_STATUS, status) => {
                    let known = [Status::Priced, Status::Estimated, Status::Free];
                    results.is_processed = true;
                    results.status = known.into_iter().find(|known| known.as_str() == status.as_str());
                }
                (own::COST_REASONS, Value::Array(Array::String(names))) => {
                    let is_named = |reason: &Reason| names.iter().any(|name| name.as_str() == reason.as_str());
                    results.reasons = Reason::ALL.iter().copied().filter(is_named).collect();
                }
                (own::COVERED, covered) => results.is_covered = *covered == Value::Bool(true),
                _ => {}
            }
        }
        results
    }

    /// The cost with the status and the reasons that were written beside it.
    fn with_status(self, mut cost: Cost) -> Cost {
        cost.status = self.status.unwrap_or(cost.status);
        for reason in self.reasons {
            cost.reasons.insert(reason);
        }
        cost
    }
}
