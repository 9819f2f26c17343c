//! Reads a model call from its span without a pipeline, as the processor does.

use std::time::SystemTime;

use opentelemetry::{Array, Value};
use opentelemetry_sdk::trace::SpanData;
use tracing_genai_pricing::{CallContext, Cost, Counts, PriceQuery, Reason, Status};
use tracing_genai_semconv::own;
use tracing_genai_usage::Usage;

use crate::counts::CountsRules;
use crate::normalise::normalise;
use crate::operation::Operation;
use crate::price::{StatedCost, cost_without_price, price_query, stated_cost};
use crate::usage::read_counts;

/// A model call read from its span in any dialect.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SpanCall {
    /// The provider; empty if the span names none.
    pub provider: String,
    /// The host the request went to.
    pub server_address: Option<String>,
    /// The response's model.
    pub response_model: Option<String>,
    /// The requested model.
    pub request_model: Option<String>,
    /// The usage; empty if missing or invalid.
    pub usage: Usage,
    /// What the input includes.
    pub counts: Counts,
    /// When the call started.
    pub started: SystemTime,
    /// The service tier of the response, or of the request.
    pub service_tier: Option<String>,
    /// The speed of the response.
    pub speed: Option<String>,
    /// How the call was processed: `batch`.
    pub processing: Option<String>,
    /// The kind of web search.
    pub search_type: Option<String>,
    /// The requested region of inference.
    pub inference_geo: Option<String>,
    /// The cost if known without a price: stated on the span, or why there is none.
    pub known_cost: Option<Cost>,
    /// The names of usage counts that are not understood; they make a computed cost an estimate.
    pub unread_usage: Vec<String>,
}

impl SpanCall {
    /// The model call of `span`; `None` for any other span, and for a call covered by one within it, which carries the
    /// cost.
    ///
    /// `counts` is what the input includes if it is not known from the span or its scope, as in
    /// [`GenAiProcessorBuilder::counts`](crate::GenAiProcessorBuilder::counts); without it, inconsistent counts are
    /// repaired.
    pub fn read(mut span: SpanData, counts: Option<Counts>) -> Option<Self> {
        let results = Results::of(&span);
        let mut operation = Operation::new(&mut span);
        normalise(&mut operation, None, false);
        if !operation.is_model_call() || results.is_covered {
            return None;
        }
        read_counts(&mut operation);
        let mut rules = CountsRules::default();
        if let Some(counts) = counts {
            rules.set_general(counts);
        }
        // The processor already completed the counts.
        operation.counts = if results.is_processed {
            Counts::Auto
        } else {
            rules.of_call(&mut operation)
        };
        let known_cost = match stated_cost(&operation) {
            StatedCost::Missing => cost_without_price(&operation),
            StatedCost::Invalid => Some(Cost::inconsistent(Reason::InvalidUsage)),
            StatedCost::Valid(amount) => Some(results.with_status(Cost::reported(amount))),
        };
        let call = price_query(&operation);
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

    /// The call as a price query.
    pub fn call(&self) -> PriceQuery<'_> {
        PriceQuery::new(&self.provider, &self.usage, self.started)
            .server_address(self.server_address.as_deref())
            .response_model(self.response_model.as_deref())
            .request_model(self.request_model.as_deref())
            .context(
                CallContext::default()
                    .service_tier(self.service_tier.as_deref())
                    .speed(self.speed.as_deref())
                    .processing(self.processing.as_deref())
                    .search_type(self.search_type.as_deref())
                    .inference_geo(self.inference_geo.as_deref()),
            )
            .counts(self.counts)
    }
}

/// Attributes that a `GenAiProcessor` of any process wrote on the span; the normaliser removes them.
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

    /// The cost with the status and the reasons that were written.
    fn with_status(self, mut cost: Cost) -> Cost {
        cost.status = self.status.unwrap_or(cost.status);
        for reason in self.reasons {
            cost.reasons.insert(reason);
        }
        cost
    }
}
