//! A model call from flags, a table row or a span, and its cost.

use std::{collections::BTreeMap, time::SystemTime};

use serde::Deserialize;
use serde_json::Value;
use tracing_genai_pricing::{CallContext, Catalogue, Cost, Counts, Estimate, ModelId, PriceQuery, Reason, Reasons};
use tracing_genai_semconv::provider;
use tracing_genai_usage::{Reading, Usage};

/// A model call with owned data.
#[derive(Debug)]
pub(crate) struct ModelCall {
    /// Empty if unknown.
    pub(crate) provider: String,
    pub(crate) server_address: Option<String>,
    pub(crate) response_model: Option<String>,
    pub(crate) request_model: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) started: SystemTime,
    pub(crate) context: PriceContext,
    pub(crate) counts: Counts,
    /// Whether a count is not a non-negative integer. Such a call has no cost.
    pub(crate) has_invalid_count: bool,
    /// The cost that is already known.
    pub(crate) known_cost: Option<Cost>,
    /// Reasons beyond the catalogue's, such as unknown usage counts.
    pub(crate) reasons: Reasons,
}

/// A call in a file.
pub(crate) struct CallRow {
    /// Its first line, from 1.
    pub(crate) line: u64,
    /// Its name in the file.
    pub(crate) case: String,
    /// The call, or why it is unreadable.
    pub(crate) call: Result<ModelCall, String>,
}

/// Conditions that change the price of a model.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
pub(crate) struct PriceContext {
    /// The service tier that served the call: `default`, `flex`, `priority`, `batch`
    #[arg(long, value_name = "TIER")]
    service_tier: Option<String>,
    /// How the call was processed: `batch`
    #[arg(long, value_name = "WAY")]
    processing: Option<String>,
    /// The speed that served the call: `fast`
    #[arg(long, value_name = "SPEED")]
    speed: Option<String>,
    /// The route of the call, if the provider has several: `mistral/eu`
    #[arg(long, value_name = "ROUTE")]
    route: Option<String>,
    /// The search type of the call: `web`
    #[arg(long, value_name = "TYPE")]
    search_type: Option<String>,
    /// The requested inference geography: `us` (Anthropic)
    #[arg(long, value_name = "GEO")]
    inference_geo: Option<String>,
    /// Conditions that no price in the catalogue depends on.
    #[arg(skip)]
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
}

impl PriceContext {
    /// An owned copy of the context.
    pub(crate) fn of(context: &CallContext<'_>) -> Self {
        let owned = |text: Option<&str>| text.map(str::to_owned);
        Self {
            service_tier: owned(context.service_tier),
            processing: owned(context.processing),
            speed: owned(context.speed),
            route: owned(context.route),
            search_type: owned(context.search_type),
            inference_geo: owned(context.inference_geo),
            ..Self::default()
        }
    }

    /// The context reported by a response.
    pub(crate) fn of_response(reading: &Reading) -> Self {
        Self::of(
            &CallContext::default()
                .service_tier(reading.service_tier.as_deref())
                .processing(reading.processing.as_deref())
                .speed(reading.speed.as_deref())
                .search_type(reading.search_type.as_deref())
                .inference_geo(reading.inference_geo.as_deref()),
        )
    }

    fn context(&self) -> CallContext<'_> {
        CallContext::default()
            .service_tier(self.service_tier.as_deref())
            .processing(self.processing.as_deref())
            .speed(self.speed.as_deref())
            .route(self.route.as_deref())
            .search_type(self.search_type.as_deref())
            .inference_geo(self.inference_geo.as_deref())
    }
}

/// The reasons that unknown usage counts add to a cost.
pub(crate) fn unread_reasons<T>(unread: &[T]) -> Reasons {
    if unread.is_empty() {
        Reasons::NONE
    } else {
        Reasons::of(Reason::UnreadUsage)
    }
}

impl ModelCall {
    /// The call for the catalogue.
    pub(crate) fn call(&self) -> PriceQuery<'_> {
        // Frameworks use names of their own.
        PriceQuery::new(provider::current(&self.provider), &self.usage, self.started)
            .server_address(self.server_address.as_deref())
            .response_model(self.response_model.as_deref())
            .request_model(self.request_model.as_deref())
            .context(self.context.context())
            .counts(self.counts)
    }

    /// The call's own cost, or else the catalogue's.
    pub(crate) fn cost(&self, catalogue: &Catalogue) -> Cost {
        if self.has_invalid_count {
            return Cost::inconsistent(Reason::InvalidUsage);
        }
        let known = self.known_cost.clone();
        let mut cost = known.unwrap_or_else(|| catalogue.cost(&self.call()));
        self.add_reasons(&mut cost);
        cost
    }

    /// The cost of the call on another model.
    pub(crate) fn cost_on(&self, catalogue: &Catalogue, model: &ModelId) -> Estimate {
        let mut estimate = catalogue.cost_on(&self.call(), model);
        if self.has_invalid_count {
            estimate.cost = Cost::inconsistent(Reason::InvalidUsage);
        }
        self.add_reasons(&mut estimate.cost);
        estimate
    }

    /// The model's name in the catalogue, or else in the call.
    pub(crate) fn label(&self, cost: &Cost) -> String {
        if let Some(matched) = &cost.matched {
            return matched.label.to_string();
        }
        let model = self.response_model.as_deref().or(self.request_model.as_deref());
        format!("{}/{}", self.provider, model.unwrap_or_default())
    }

    /// Adds the reasons beyond the catalogue's: an unknown context, and unknown usage counts.
    fn add_reasons(&self, cost: &mut Cost) {
        let has_unknown_context = self.context.unknown.values().any(|value| !value.is_null());
        if has_unknown_context && cost.total.is_some() {
            cost.add_reason(Reason::UnknownVariant);
        }
        self.reasons.iter().for_each(|reason| cost.add_reason(reason));
    }
}
