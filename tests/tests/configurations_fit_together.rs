//! The files of `collector-config/` are consistent: mounts, variables and docs.
#![allow(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use tracing_genai_tests::backends::configuration;

#[test]
fn every_file_mounted_by_compose_exists() {
    let mut mounted = Vec::new();
    for service in services() {
        let volumes = service["volumes"].as_array().cloned().unwrap_or_default();
        mounted.extend(
            volumes
                .iter()
                .filter_map(|volume| Some(volume.as_str()?.strip_prefix("./")?.to_owned())),
        );
    }

    assert!(mounted.len() >= 4, "{mounted:?}");
    for file in mounted {
        let (name, _) = file.split_once(':').expect("a mount has a container path");
        assert!(configuration(name).is_file(), "{name}");
    }
}

#[test]
fn every_variable_set_by_compose_is_read() {
    let read = variables_read();
    for service in services() {
        let set = service["environment"].as_object().cloned().unwrap_or_default();
        for name in set.keys().filter(|name| !name.starts_with("GF_")) {
            assert!(
                read.contains(name),
                "{name} is set, but read by no configuration; they read {read:?}"
            );
        }
    }
}

#[test]
fn the_readme_documents_exactly_the_variables_that_are_read() {
    let readme = text("README.md");
    let is_ours = |word: &&str| {
        ["OTELCOL_", "JAEGER_", "PROMETHEUS_"]
            .iter()
            .any(|start| word.starts_with(start))
    };
    let documented: BTreeSet<String> = readme.split('`').filter(is_ours).map(str::to_owned).collect();

    assert_eq!(documented, variables_read());
}

#[test]
fn every_variable_has_one_default() {
    let mut seen: Vec<(String, String)> = Vec::new();
    for (name, default) in defaults() {
        let other = seen.iter().find(|(seen, _)| *seen == name);
        assert!(
            other.is_none_or(|(_, other)| *other == default),
            "{name}: {default} and {other:?}"
        );
        seen.push((name, default));
    }
}

fn variables_read() -> BTreeSet<String> {
    defaults().into_iter().map(|(name, _)| name).collect()
}

/// Each `${env:NAME:-default}` of the configurations.
fn defaults() -> Vec<(String, String)> {
    let configurations = text("otelcol.yaml") + &text("jaeger.yaml");
    let references = configurations.split("${env:").skip(1);
    let pair = |reference: &str| {
        let (inside, _) = reference.split_once('}').expect("a reference ends");
        let (name, default) = inside.split_once(":-").expect("a reference has a default");
        (name.to_owned(), default.to_owned())
    };
    references.map(pair).collect()
}

fn services() -> Vec<Value> {
    let compose: Value = serde_saphyr::from_str(&text("compose.yaml")).expect("YAML");
    compose
        .get("services")
        .and_then(Value::as_object)
        .expect("services")
        .values()
        .cloned()
        .collect()
}

fn text(name: &str) -> String {
    fs::read_to_string(configuration(name)).expect("a readable file")
}
