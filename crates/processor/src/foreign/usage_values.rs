//! Values in a JSON object of counts: numbers, labelled lists, and words that the price depends on.

use opentelemetry::Value as Attributed;
use serde_json::Value;
use tracing_genai_semconv::{ValueType, is_count};

use crate::coerce::coerce;

/// A word in a usage object on which the price depends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Factor {
    InferenceGeo,
    Speed,
    ServiceTier,
}

impl Factor {
    pub(super) fn of(path: &str) -> Option<Self> {
        match path {
            "inference_geo" | "inferenceGeo" => Some(Self::InferenceGeo),
            "speed" => Some(Self::Speed),
            "service_tier" | "serviceTier" => Some(Self::ServiceTier),
            _ => None,
        }
    }
}

/// A label and its count: Gemini's per modality, Bedrock's per cache lifetime.
pub(super) fn labelled(item: &Value) -> Option<(String, &Value)> {
    let label = item.get("modality").or_else(|| item.get("ttl"))?;
    let mut keys = ["tokenCount", "token_count", "inputTokens"].iter();
    let count = keys.find_map(|key| item.get(key))?;
    Some((label.as_str()?.to_ascii_lowercase(), count))
}

/// Whether the value contains a number above zero.
pub(super) fn holds_count(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(is_count),
        Value::Array(items) => items.iter().any(holds_count),
        Value::Object(members) => members.values().any(holds_count),
        _ => false,
    }
}

/// A whole number, written as a number or as text.
pub(super) fn count_of(value: &Value) -> Option<i64> {
    let mut count = match value {
        Value::Number(number) => match number.as_i64() {
            Some(count) => return Some(count),
            None => Attributed::F64(number.as_f64()?),
        },
        Value::String(text) => Attributed::from(text.clone()),
        _ => return None,
    };
    coerce(&mut count, ValueType::Int);
    match count {
        Attributed::I64(count) => Some(count),
        _ => None,
    }
}
