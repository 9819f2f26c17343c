//! Compares the tables with the conventions' registry; differences are listed here, with reasons.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod conventions;

use std::collections::BTreeMap;
use std::path::Path;

use conventions::{MODEL, current, folder, gather, items, read, requirement};
use serde_json::Value;
use tracing_genai_semconv::{Attribute, SpanKind, SpanType, ValueType};

const REGISTRIES: [&str; 4] = [
    "gen-ai/registry.yaml",
    "openai/registry.yaml",
    "aws-bedrock/registry.yaml",
    "mcp/registry.yaml",
];
const SPANS: [&str; 3] = ["gen-ai/spans.yaml", "mcp/spans.yaml", "mcp/common.yaml"];

/// Attributes of the registry that are not in the table, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "gen_ai.usage.cache_creation.input_tokens",
        "renamed by #440 after the snapshot",
    ),
    (
        "gen_ai.prompt.variable",
        "a template: the names below it are the user's",
    ),
];

/// Requirement levels that changed after the snapshot.
const REQUIREMENTS_CHANGED: &[(&str, &str, &str)] = &[
    (
        "gen_ai.invoke_agent.internal",
        "gen_ai.usage.cache_creation.input_tokens",
        "#469: an agent's own span carries totals only",
    ),
    (
        "gen_ai.invoke_agent.internal",
        "gen_ai.usage.cache_read.input_tokens",
        "#469: an agent's own span carries totals only",
    ),
];

fn is_left_out(name: &str) -> bool {
    LEFT_OUT.iter().any(|(left_out, _)| *left_out == name)
}

/// The attributes of the registries, without those left out.
fn attributes(folder: &Path) -> Vec<Value> {
    let registries = REGISTRIES.map(|registry| read(&folder.join(MODEL).join(registry)));
    let all = registries.iter().flat_map(|registry| items(registry, "attributes"));
    all.filter(|attribute| !is_left_out(attribute["key"].as_str().unwrap()))
        .cloned()
        .collect()
}

#[test]
fn every_attribute_of_the_registry_is_in_the_table_with_its_type() {
    let Some(folder) = folder() else { return };
    let mut compared = 0;
    for attribute in attributes(&folder) {
        let name = attribute["key"].as_str().unwrap();
        let known = Attribute::from_name(name).unwrap_or_else(|| panic!("{name} is not in the table"));
        assert!(known.is_current(), "{name} is an old spelling");
        let expected = match attribute["type"].as_str() {
            Some("int") => ValueType::Int,
            Some("double") => ValueType::Double,
            Some("boolean") => ValueType::Bool,
            Some("string[]") => ValueType::TextArray,
            Some("any") => ValueType::Json,
            // An enum's members are texts.
            Some("string") | None => ValueType::Text,
            Some(other) => panic!("{name} has the unknown type {other}"),
        };
        assert_eq!(known.attribute.value_type(), expected, "{name}");
        compared += 1;
    }
    assert!(compared > 60, "only {compared} attributes");
}

#[test]
fn known_values_are_those_of_the_registry() {
    let Some(folder) = folder() else { return };
    let mut compared = 0;
    for attribute in attributes(&folder) {
        let name = attribute["key"].as_str().unwrap();
        let mut expected: Vec<_> = items(&attribute["type"], "members")
            .map(|member| member["value"].as_str().unwrap())
            .collect();
        let mut known = Attribute::from_name(name).unwrap().attribute.known_values().to_vec();
        expected.sort_unstable();
        known.sort_unstable();
        assert_eq!(known, expected, "{name}");
        compared += usize::from(!expected.is_empty());
    }
    assert!(compared >= 7, "only {compared} enums");
}

#[test]
fn every_span_type_of_the_registry_is_in_the_table_with_its_requirements() {
    let Some(folder) = folder() else { return };
    let files = SPANS.map(|file| read(&folder.join(MODEL).join(file)));
    let groups: BTreeMap<_, _> = files
        .iter()
        .flat_map(|file| items(file, "attribute_groups"))
        .map(|group| (group["id"].as_str().unwrap(), group))
        .collect();
    let spans: Vec<_> = files.iter().flat_map(|file| items(file, "spans")).collect();
    assert_eq!(spans.len(), SpanType::ALL.len());
    for (span, known) in spans.iter().zip(SpanType::ALL) {
        assert_eq!(span["type"], known.id);
        let kind = match known.kind {
            SpanKind::Client => "client",
            SpanKind::Internal => "internal",
            SpanKind::Server => "server",
            _ => unreachable!(),
        };
        assert_eq!(span["kind"], kind, "{}", known.id);

        let mut expected = BTreeMap::new();
        gather(span, &groups, &mut expected);
        for (name, level) in &expected {
            let is_changed = REQUIREMENTS_CHANGED
                .iter()
                .any(|(id, changed, _)| *id == known.id && changed == name);
            if is_changed || (is_left_out(name) && current(name) == *name) {
                continue;
            }
            let attribute = Attribute::from_name(current(name))
                .unwrap_or_else(|| panic!("{name}"))
                .attribute;
            let expected = requirement(level, attribute);
            assert_eq!(known.requirement(attribute), Some(expected), "{} {name}", known.id);
        }
        // The table has no other attributes.
        for (_, attributes) in known.attributes {
            for attribute in *attributes {
                let is_named = expected.keys().any(|name| current(name) == attribute.name());
                assert!(is_named, "{} of {}", attribute.name(), known.id);
            }
        }
    }
}

#[test]
fn attributes_left_out_are_in_the_registry() {
    let Some(folder) = folder() else { return };
    let registries = REGISTRIES.map(|registry| read(&folder.join(MODEL).join(registry)));
    let names: Vec<_> = registries
        .iter()
        .flat_map(|registry| items(registry, "attributes"))
        .map(|attribute| attribute["key"].as_str().unwrap())
        .collect();
    for (name, reason) in LEFT_OUT {
        assert!(names.contains(name), "{name} ({reason}) is not left out any more");
    }
}
