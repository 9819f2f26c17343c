//! Prices one response, and lists the attributes of its span.

use std::time::SystemTime;

use serde_json::{Map, Value, json};
use tracing_genai_pricing::{Catalogue, Cost, Counts, Reason, Sides, missing_side, reported_cost};
use tracing_genai_semconv::{Attribute, own};
use tracing_genai_usage::{Api, Reading, Usage};

use crate::call::{ModelCall, PriceContext, unread_reasons};

/// Prices responses.
pub(super) struct Pricing<'a> {
    pub(super) provider: &'a str,
    pub(super) server_address: Option<&'a str>,
    pub(super) started: SystemTime,
    pub(super) catalogue: &'a Catalogue,
}

impl Pricing<'_> {
    /// The cost of a response to a request for `request_model`.
    pub(super) fn cost(&self, api: Api, reading: &Reading, request_model: Option<&str>) -> Cost {
        let known = if reading.invalid.is_some() {
            Some(Cost::inconsistent(Reason::InvalidUsage))
        } else if let Some(reported) = reported_cost(reading) {
            Some(Cost::reported(reported))
        } else if reading.usage.is_empty() {
            Some(Cost::unpriced(Reason::NoUsage))
        } else {
            let model = reading.model.as_deref().or(request_model);
            let embeds = matches!(api, Api::OpenAiEmbeddings | Api::VertexPredict)
                || model.is_some_and(|model| model.contains("embed"));
            missing_side(&reading.usage, if embeds { Sides::Input } else { Sides::Both }).map(Cost::unpriced)
        };
        let call = ModelCall {
            provider: self.provider.to_owned(),
            server_address: self.server_address.map(str::to_owned),
            response_model: reading.model.clone(),
            request_model: request_model.map(str::to_owned),
            usage: reading.usage,
            started: self.started,
            context: PriceContext::of_response(reading),
            counts: Counts::Inclusive,
            has_invalid_count: false,
            known_cost: known,
            reasons: unread_reasons(&reading.unread),
        };
        call.cost(self.catalogue)
    }
}

/// The attributes of a response's span.
pub(super) fn attributes(provider: &str, reading: &Reading, cost: &Cost) -> Map<String, Value> {
    let mut attributes = Map::new();
    let mut set = |name: &str, value: Value| {
        attributes.insert(name.to_owned(), value);
    };
    set(Attribute::ProviderName.name(), json!(provider));
    let tier = match provider {
        "openai" | "azure" | "azure.ai.openai" => Attribute::OpenaiResponseServiceTier,
        _ => Attribute::ResponseServiceTier,
    };
    let texts = [
        (Attribute::ResponseModel.name(), &reading.model),
        (Attribute::ResponseId.name(), &reading.response_id),
        (tier.name(), &reading.service_tier),
        (Attribute::ResponseSpeed.name(), &reading.speed),
        (own::USAGE_PROCESSING, &reading.processing),
        (own::USAGE_SEARCH_TYPE, &reading.search_type),
        (own::USAGE_INFERENCE_GEO, &reading.inference_geo),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            set(name, json!(text));
        }
    }
    if !reading.finish_reasons.is_empty() {
        set(Attribute::ResponseFinishReasons.name(), json!(reading.finish_reasons));
    }
    for (name, count) in counts(&reading.usage) {
        set(&name, json!(count));
    }
    if let Some(field) = reading.invalid {
        set(own::USAGE_INVALID, json!(field));
    }
    if !reading.unread.is_empty() {
        set(own::USAGE_UNREAD, json!(reading.unread));
    }
    if let Some(error) = &reading.error {
        set(Attribute::ErrorType.name(), json!(error.kind));
        set("error.message", json!(error.message));
    }
    if reading.skipped_events > 0 {
        set(own::RESPONSE_UNREAD, json!("malformed"));
    }
    if let Some(total) = cost.total {
        set(Attribute::UsageCost.name(), json!(total.to_f64()));
    }
    set(own::COST_STATUS, json!(cost.status.as_str()));
    let reasons: Vec<_> = cost.reasons.iter().map(Reason::as_str).collect();
    if !reasons.is_empty() {
        set(own::COST_REASONS, json!(reasons));
    }
    if let Some(matched) = &cost.matched {
        set(own::COST_MODEL, json!(&*matched.label));
    }
    attributes
}

/// The counts by attribute name.
pub(super) fn counts(usage: &Usage) -> impl Iterator<Item = (String, u64)> + '_ {
    usage.iter().map(|(unit, count)| {
        let name = unit
            .attribute_name()
            .map_or_else(|| [own::USAGE_PREFIX, unit.name()].concat(), str::to_owned);
        (name, count)
    })
}
