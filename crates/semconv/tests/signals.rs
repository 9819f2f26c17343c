//! Compares the tables of metrics and events with the conventions' registry and its later changes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::float_cmp, clippy::panic)] // A test may panic, its helpers too.

mod conventions;

use std::collections::BTreeMap;
use std::path::Path;

use conventions::{MODEL, current, folder, gather, items, read, requirement};
use serde_json::Value;
use tracing_genai_semconv::event::Event;
use tracing_genai_semconv::metric::{Instrument, Metric, Origin};
use tracing_genai_semconv::{Attribute, Requirement};

/// Attributes of metrics and events that are not in the table, and why.
const LEFT_OUT: &[(&str, &str)] = &[(
    "gen_ai.prompt.variable",
    "a template: the names below it are the user's",
)];

/// Metrics added after the snapshot that are not in the table, and why.
const NOT_TAKEN: &[(&str, &str)] = &[
    (
        "gen_ai.client.embeddings.duration",
        "open: embeddings are not split yet",
    ),
    (
        "gen_ai.client.embeddings.operation.input_tokens",
        "open: embeddings are not split yet",
    ),
    ("gen_ai.invocation.duration", "open: #571"),
];

/// Files with groups that the registry's metrics and events refer to.
const GROUPS: [&str; 5] = [
    "gen-ai/metrics.yaml",
    "gen-ai/spans.yaml",
    "gen-ai/events.yaml",
    "mcp/metrics.yaml",
    "mcp/common.yaml",
];

fn files(folder: &Path) -> Vec<Value> {
    GROUPS.iter().map(|file| read(&folder.join(MODEL).join(file))).collect()
}

/// The attributes of a metric or an event of the registry; an event may refer to a span's.
fn expected<'v>(of: &'v Value, files: &'v [Value]) -> BTreeMap<&'v str, &'v str> {
    let mut groups: BTreeMap<_, _> = files
        .iter()
        .flat_map(|file| items(file, "attribute_groups"))
        .map(|group| (group["id"].as_str().unwrap(), group))
        .collect();
    let spans = files.iter().flat_map(|file| items(file, "spans"));
    let names: Vec<_> = spans
        .map(|span| (["span.", span["type"].as_str().unwrap()].concat(), span))
        .collect();
    for (name, span) in &names {
        groups.insert(name, span);
    }
    let mut expected = BTreeMap::new();
    gather(of, &groups, &mut expected);
    expected
}

fn compare(
    name: &str,
    expected: &BTreeMap<&str, &str>,
    known: &[(Requirement, &[Attribute])],
    of: impl Fn(Attribute) -> Option<Requirement>,
) {
    for (attribute, level) in expected {
        if LEFT_OUT.iter().any(|(left_out, _)| left_out == attribute) {
            continue;
        }
        let attribute = Attribute::from_name(current(attribute))
            .unwrap_or_else(|| panic!("{attribute}"))
            .attribute;
        let mut expected = requirement(level, attribute);
        // In MCP, the port is recommended with the address.
        if name.starts_with("mcp.") && attribute == Attribute::ServerPort {
            expected = Requirement::Recommended;
        }
        assert_eq!(of(attribute), Some(expected), "{name} {}", attribute.name());
    }
    for attribute in known.iter().flat_map(|(_, attributes)| *attributes) {
        let is_named = expected.keys().any(|named| current(named) == attribute.name());
        assert!(is_named, "{} of {name}", attribute.name());
    }
}

#[test]
fn every_metric_of_the_registry_is_in_the_table() {
    let Some(folder) = folder() else { return };
    let files = files(&folder);
    let buckets = read(&folder.join("metric-buckets.yaml"));
    let mut compared = 0;
    for metric in files.iter().flat_map(|file| items(file, "metrics")) {
        let name = metric["name"].as_str().unwrap();
        let known = Metric::from_name(name).unwrap_or_else(|| panic!("{name} is not in the table"));
        assert_eq!(known.origin, Origin::Published, "{name}");
        assert_eq!(metric["unit"], known.unit, "{name}");
        assert_eq!(metric["instrument"], known.instrument.as_str(), "{name}");
        if let Some(kind) = metric.pointer("/annotations/code_generation/metric_value_type") {
            assert_eq!(kind, if known.is_whole { "int" } else { "double" }, "{name}");
        }
        let edges: Vec<f64> = items(&buckets["buckets"], name)
            .map(|edge| edge.as_f64().unwrap())
            .collect();
        assert_eq!(known.boundaries, edges, "{name}");
        compare(name, &expected(metric, &files), known.attributes, |attribute| {
            known.requirement(attribute)
        });
        compared += 1;
    }
    let published = Metric::ALL
        .iter()
        .filter(|metric| metric.origin == Origin::Published)
        .count();
    assert_eq!(compared, published);
}

#[test]
fn every_event_of_the_registry_is_in_the_table() {
    let Some(folder) = folder() else { return };
    let files = files(&folder);
    let events: Vec<_> = files.iter().flat_map(|file| items(file, "events")).collect();
    assert_eq!(events.len(), Event::ALL.len());
    for event in events {
        let name = event["name"].as_str().unwrap();
        let known = Event::from_name(name).unwrap_or_else(|| panic!("{name} is not in the table"));
        compare(name, &expected(event, &files), known.attributes, |attribute| {
            known.requirement(attribute)
        });
    }
}

#[test]
fn changes_after_the_snapshot_are_in_the_table_or_left_out_for_a_reason() {
    let Some(folder) = folder() else { return };
    let overlay = read(&folder.join("overlay-after-snapshot.yaml"));
    let mut compared = 0;
    for metric in items(&overlay, "metrics_added") {
        let name = metric["name"].as_str().unwrap();
        if NOT_TAKEN.iter().any(|(not_taken, _)| *not_taken == name) {
            continue;
        }
        let known = Metric::from_name(name).unwrap_or_else(|| panic!("{name}"));
        assert_ne!(known.origin, Origin::Published, "{name}");
        assert_eq!(metric["instrument"], known.instrument.as_str(), "{name}");
        if let Some(unit) = metric.get("unit") {
            assert_eq!(unit, known.unit, "{name}");
        }
        if let Some(required) = metric.get("requires") {
            let attribute = Attribute::from_name(required.as_str().unwrap()).unwrap().attribute;
            assert_eq!(known.requirement(attribute), Some(Requirement::Required), "{name}");
        }
        compared += 1;
    }
    for rename in items(&overlay, "metric_renames") {
        let name = rename["to"].as_str().unwrap();
        if NOT_TAKEN.iter().any(|(not_taken, _)| *not_taken == name) {
            continue;
        }
        let known = Metric::from_name(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(known.origin, Origin::InDevelopment, "{name}");
        assert_eq!(known.instrument, Instrument::Histogram, "{name}");
        compared += 1;
    }
    for attribute in items(&overlay, "attributes_added") {
        if attribute["evidence"] != "merged" {
            continue;
        }
        let name = attribute["key"].as_str().unwrap();
        assert!(
            Attribute::from_name(name).is_some_and(tracing_genai_semconv::Spelling::is_current),
            "{name}"
        );
        compared += 1;
    }
    assert!(compared >= 20, "only {compared}");
}
