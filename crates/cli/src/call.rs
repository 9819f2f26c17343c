//! A model call as flags, a table's row or a span tell it, and what it cost.

use std::{collections::BTreeMap, time::SystemTime};

use serde::Deserialize;
use serde_json::Value;
use tracing_genai::{
    pricing::{Call, Catalogue, Context, Cost, Counts, Estimate, ModelId, Reason, Reasons},
    semconv::provider,
    usage::{Reading, Usage},
};

/// A model call that owns what it says.
#[derive(Debug)]
pub(crate) struct ModelCall {
    /// Empty when it is not told.
    pub(crate) provider: String,
    pub(crate) server_address: Option<String>,
    pub(crate) response_model: Option<String>,
    pub(crate) request_model: Option<String>,
    pub(crate) usage: Usage,
    pub(crate) started: SystemTime,
    pub(crate) context: PriceContext,
    pub(crate) counts: Counts,
    /// Whether a count is negative, no whole number or no number at all: then no cost can be told.
    pub(crate) is_absurd: bool,
    /// What it is already said to have cost.
    pub(crate) stated: Option<Cost>,
    /// What makes its cost uncertain and is not in the catalogue's reach, such as usage that is not understood.
    pub(crate) doubts: Reasons,
}

/// A call of a file.
pub(crate) struct CallRow {
    /// Where it begins, from 1.
    pub(crate) line: u64,
    /// What the file calls it.
    pub(crate) case: String,
    /// The call, or why there is none to be read.
    pub(crate) call: Result<ModelCall, String>,
}

/// What changes the price of the same model.
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
    /// The way the call took where a provider sells several: `mistral/eu`
    #[arg(long, value_name = "ROUTE")]
    route: Option<String>,
    /// The kind of search that the call made: `web`
    #[arg(long, value_name = "TYPE")]
    search_type: Option<String>,
    /// Where the provider was asked to run the model: `us` (Anthropic)
    #[arg(long, value_name = "GEO")]
    inference_geo: Option<String>,
    /// What no price of the catalogue depends on.
    #[arg(skip)]
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

impl PriceContext {
    /// The same context, as its own.
    pub(crate) fn of(context: &Context<'_>) -> Self {
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

    /// What a response says of the service it was given.
    pub(crate) fn of_response(reading: &Reading) -> Self {
        Self::of(&Context {
            service_tier: reading.service_tier.as_deref(),
            processing: reading.processing.as_deref(),
            speed: reading.speed.as_deref(),
            search_type: reading.search_type.as_deref(),
            inference_geo: reading.inference_geo.as_deref(),
            ..Context::default()
        })
    }

    fn context(&self) -> Context<'_> {
        Context {
            service_tier: self.service_tier.as_deref(),
            processing: self.processing.as_deref(),
            speed: self.speed.as_deref(),
            route: self.route.as_deref(),
            search_type: self.search_type.as_deref(),
            inference_geo: self.inference_geo.as_deref(),
        }
    }
}

/// What usage that is not understood makes of a cost.
pub(crate) fn doubts_of<T>(unread: &[T]) -> Reasons {
    if unread.is_empty() {
        Reasons::NONE
    } else {
        Reasons::of(Reason::UnreadUsage)
    }
}

impl ModelCall {
    /// The call as the catalogue wants it.
    pub(crate) fn call(&self) -> Call<'_> {
        Call {
            // Frameworks have names of their own for it.
            provider: provider::current(&self.provider),
            server_address: self.server_address.as_deref(),
            response_model: self.response_model.as_deref(),
            request_model: self.request_model.as_deref(),
            usage: &self.usage,
            started: self.started,
            context: self.context.context(),
            counts: self.counts,
        }
    }

    /// What the call cost, by what it says itself or by the catalogue.
    pub(crate) fn cost(&self, catalogue: &Catalogue) -> Cost {
        if self.is_absurd {
            return Cost::inconsistent(Reason::InvalidUsage);
        }
        if let Some(cost) = &self.stated {
            let mut cost = cost.clone();
            self.doubts.iter().for_each(|reason| cost.doubt(reason));
            return cost;
        }
        let mut cost = catalogue.cost(&self.call());
        self.doubt(&mut cost);
        cost
    }

    /// What the call would have cost on another model.
    pub(crate) fn cost_on(&self, catalogue: &Catalogue, model: &ModelId) -> Estimate {
        let mut estimate = catalogue.cost_on(&self.call(), model);
        if self.is_absurd {
            estimate.cost = Cost::inconsistent(Reason::InvalidUsage);
        }
        self.doubt(&mut estimate.cost);
        estimate
    }

    /// The model by the name of the catalogue, or else as the call names it.
    pub(crate) fn label(&self, cost: &Cost) -> String {
        if let Some(matched) = &cost.matched {
            return matched.label.to_string();
        }
        let model = self.response_model.as_deref().or(self.request_model.as_deref());
        format!("{}/{}", self.provider, model.unwrap_or_default())
    }

    /// Adds the doubts that the catalogue cannot have: a context without a price, and usage that is not understood.
    fn doubt(&self, cost: &mut Cost) {
        let is_standard_taken = self.context.others.values().any(|value| !value.is_null());
        if is_standard_taken && cost.total.is_some() {
            cost.doubt(Reason::UnknownVariant);
        }
        self.doubts.iter().for_each(|reason| cost.doubt(reason));
    }
}
