//! Reads the registry of the conventions, if it is available.

#[path = "../../../xtask/src/shared_data.rs"]
mod shared_data;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tracing_genai_semconv::{Attribute, Requirement};

pub(crate) const MODEL: &str = "semantic-conventions-genai/model";

/// The folder of the registry, where its variable is set.
pub(crate) fn folder() -> Option<PathBuf> {
    shared_data::path("TRACING_GENAI_SEMCONV")
}

pub(crate) fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

pub(crate) fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The table's name for a name of the snapshot.
pub(crate) fn current(name: &str) -> &str {
    match name {
        "gen_ai.usage.cache_creation.input_tokens" => "gen_ai.usage.cache_write.input_tokens",
        name => name,
    }
}

/// The attributes of a span or group with their requirement levels. A later mention without a level keeps the earlier
/// one.
pub(crate) fn gather<'v>(of: &'v Value, groups: &BTreeMap<&str, &'v Value>, expected: &mut BTreeMap<&'v str, &'v str>) {
    for attribute in items(of, "attributes") {
        if let Some(group) = attribute.get("ref_group") {
            gather(groups[group.as_str().unwrap()], groups, expected);
            continue;
        }
        let name = attribute["ref"].as_str().unwrap();
        let level = match attribute.get("requirement_level") {
            None => None,
            Some(Value::String(level)) => Some(&**level),
            Some(level) => level
                .as_object()
                .and_then(|level| level.keys().next())
                .map(String::as_str),
        };
        match level {
            Some(level) => {
                expected.insert(name, level);
            }
            None => {
                expected.entry(name).or_insert("recommended");
            }
        }
    }
}

/// The table's requirement for a level of the registry.
pub(crate) fn requirement(level: &str, attribute: Attribute) -> Requirement {
    match (level, attribute) {
        ("required", _) => Requirement::Required,
        ("conditionally_required", Attribute::ErrorType) => Requirement::OnError,
        ("conditionally_required", Attribute::ServerPort) => Requirement::WithServerAddress,
        ("conditionally_required", _) => Requirement::WhenKnown,
        ("opt_in", _) => Requirement::OptIn,
        _ => Requirement::Recommended,
    }
}
