//! The table against the conventions' own registry: every difference is listed here, with its reason.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test may panic, its helpers too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tracing_genai_semconv::{Attribute, Requirement, SpanKind, SpanType, ValueType};

const MODEL: &str = "semantic-conventions-genai/model";
const REGISTRIES: [&str; 4] = [
    "gen-ai/registry.yaml",
    "openai/registry.yaml",
    "aws-bedrock/registry.yaml",
    "mcp/registry.yaml",
];
const SPANS: [&str; 3] = ["gen-ai/spans.yaml", "mcp/spans.yaml", "mcp/common.yaml"];

/// What the registry names and the table does not, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "gen_ai.usage.cache_creation.input_tokens",
        "renamed by #440 after the snapshot",
    ),
    ("gen_ai.token.type", "an attribute of metrics only"),
    (
        "gen_ai.prompt.variable",
        "a template: the names below it are the user's",
    ),
];

/// How much a type wants an attribute, where it is no more what the snapshot says.
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

/// The folder of the registry, or `None` with a word on standard error; in CI nothing may be left out.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TRACING_GENAI_SEMCONV");
    if folder.is_none() {
        assert!(
            std::env::var_os("CI").is_none(),
            "TRACING_GENAI_SEMCONV must be set in CI"
        );
        eprintln!("left out: TRACING_GENAI_SEMCONV is not set");
    }
    folder.map(Into::into)
}

fn read(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap();
    serde_saphyr::from_str(&text).unwrap()
}

fn items<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> + use<'v> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

/// The name that the table has for one of the snapshot.
fn current(name: &str) -> &str {
    match name {
        "gen_ai.usage.cache_creation.input_tokens" => "gen_ai.usage.cache_write.input_tokens",
        name => name,
    }
}

fn is_left_out(name: &str) -> bool {
    LEFT_OUT.iter().any(|(left_out, _)| *left_out == name)
}

#[test]
fn every_attribute_of_the_registry_is_in_the_table_with_its_type() {
    let Some(folder) = folder() else { return };
    let mut compared = 0;
    for registry in REGISTRIES {
        let registry = read(&folder.join(MODEL).join(registry));
        for attribute in items(&registry, "attributes") {
            let name = attribute["key"].as_str().unwrap();
            if is_left_out(name) {
                continue;
            }
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
    }
    assert!(compared > 60, "only {compared} attributes");
}

#[test]
fn every_word_that_the_registry_knows_of_an_attribute_is_known_and_no_other() {
    let Some(folder) = folder() else { return };
    let mut compared = 0;
    for registry in REGISTRIES {
        let registry = read(&folder.join(MODEL).join(registry));
        for attribute in items(&registry, "attributes") {
            let name = attribute["key"].as_str().unwrap();
            if is_left_out(name) {
                continue;
            }
            let mut expected: Vec<_> = items(&attribute["type"], "members")
                .map(|member| member["value"].as_str().unwrap())
                .collect();
            let mut known = Attribute::from_name(name).unwrap().attribute.known_values().to_vec();
            expected.sort_unstable();
            known.sort_unstable();
            assert_eq!(known, expected, "{name}");
            compared += usize::from(!expected.is_empty());
        }
    }
    assert!(compared >= 7, "only {compared} enums");
}

#[test]
fn every_span_type_of_the_registry_wants_what_the_table_says() {
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

        let mut wanted = BTreeMap::new();
        gather(span, &groups, &mut wanted);
        for (name, level) in &wanted {
            let is_changed = REQUIREMENTS_CHANGED
                .iter()
                .any(|(id, changed, _)| *id == known.id && changed == name);
            if is_changed || (is_left_out(name) && current(name) == *name) {
                continue;
            }
            let attribute = Attribute::from_name(current(name))
                .unwrap_or_else(|| panic!("{name}"))
                .attribute;
            let expected = match (*level, attribute) {
                ("required", _) => Requirement::Required,
                ("conditionally_required", Attribute::ErrorType) => Requirement::OnError,
                ("conditionally_required", Attribute::ServerPort) => Requirement::WithServerAddress,
                ("conditionally_required", _) => Requirement::WhenKnown,
                ("opt_in", _) => Requirement::OptIn,
                _ => Requirement::Recommended,
            };
            assert_eq!(known.requirement(attribute), Some(expected), "{} {name}", known.id);
        }
        // And nothing that the registry does not name.
        for (_, attributes) in known.attributes {
            for attribute in *attributes {
                let is_named = wanted.keys().any(|name| current(name) == attribute.name());
                assert!(is_named, "{} of {}", attribute.name(), known.id);
            }
        }
    }
}

/// The attributes of a span or group by how much they are wanted. A later mention says it anew only where it says it.
fn gather<'v>(of: &'v Value, groups: &BTreeMap<&str, &'v Value>, wanted: &mut BTreeMap<&'v str, &'v str>) {
    for attribute in items(of, "attributes") {
        if let Some(group) = attribute.get("ref_group") {
            gather(groups[group.as_str().unwrap()], groups, wanted);
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
                wanted.insert(name, level);
            }
            None => {
                wanted.entry(name).or_insert("recommended");
            }
        }
    }
}

#[test]
fn what_is_left_out_is_really_in_the_registry() {
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
