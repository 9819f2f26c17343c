//! The genai-prices table as its JSON states it, the numbers kept as text.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
pub(super) struct Table {
    pub(super) units: BTreeMap<String, UnitRow>,
    pub(super) providers: Vec<Provider>,
}

#[derive(Deserialize)]
pub(super) struct UnitRow {
    pub(super) price_key: String,
}

#[derive(Deserialize)]
pub(super) struct Provider {
    pub(super) id: String,
    pub(super) api_pattern: Option<String>,
    #[serde(rename = "provider_match")]
    pub(super) names: Option<Rule>,
    #[serde(rename = "model_match")]
    pub(super) model_names: Option<Rule>,
    #[serde(default, rename = "fallback_model_providers")]
    pub(super) fallback: Vec<String>,
    pub(super) models: Vec<Model>,
}

#[derive(Deserialize)]
pub(super) struct Model {
    pub(super) id: String,
    #[serde(rename = "match")]
    pub(super) rule: Rule,
    pub(super) prices: Box<RawValue>,
    #[serde(default, rename = "price_variants")]
    pub(super) variants: Vec<Variant>,
    pub(super) context_window: Option<u64>,
    #[serde(default)]
    pub(super) deprecated: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Rule {
    Equals(String),
    StartsWith(String),
    EndsWith(String),
    Contains(String),
    Regex(String),
    Or(Vec<Rule>),
    And(Vec<Rule>),
}

#[derive(Deserialize)]
pub(super) struct Conditional {
    pub(super) constraint: Option<Constraint>,
    pub(super) prices: BTreeMap<String, Box<RawValue>>,
}

#[derive(Deserialize)]
pub(super) struct Variant {
    pub(super) when: BTreeMap<String, String>,
    pub(super) constraint: Option<Constraint>,
    pub(super) prices: BTreeMap<String, Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Constraint {
    Date { start_date: String },
    Daily { start_time: String, end_time: String },
}

#[derive(Deserialize)]
pub(super) struct Tiered {
    pub(super) base: Box<RawValue>,
    pub(super) tiers: Vec<Tier>,
}

#[derive(Deserialize)]
pub(super) struct Tier {
    pub(super) start: u64,
    pub(super) price: Box<RawValue>,
}
