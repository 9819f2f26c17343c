//! The files of `collector-config/` are accepted by their programs.
#![allow(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::{path::Path, process::Command};

use tracing_genai_tests::{
    backends::{Programs, configuration},
    jaeger::Jaeger,
    prometheus::Prometheus,
};

#[test]
fn the_collector_accepts_its_configuration() {
    let Some(programs) = Programs::find() else { return };
    accepts(&programs.otelcol, &["validate", "--config", &path("otelcol.yaml")]);
}

#[test]
fn promtool_accepts_the_prometheus_configuration() {
    let Some(programs) = Programs::find() else { return };
    accepts(&programs.promtool, &["check", "config", &path("prometheus.yml")]);
}

#[tokio::test]
async fn jaeger_starts_with_its_configuration() {
    let Some(programs) = Programs::find() else { return };
    let jaeger = Jaeger::start(&programs).await;
    assert!(jaeger.services().await.is_empty());
}

#[tokio::test]
async fn prometheus_starts_with_its_configuration_and_runs_a_query() {
    let Some(programs) = Programs::find() else { return };
    let prometheus = Prometheus::start(&programs).await;
    let samples = prometheus.query("1 + 1").await;
    assert_eq!(samples.len(), 1);
    assert!((samples[0].value - 2.0).abs() < f64::EPSILON);
}

fn path(name: &str) -> String {
    configuration(name).to_str().expect("a path in UTF-8").to_owned()
}

fn accepts(program: &Path, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .expect("the program runs");
    let text = [output.stdout, output.stderr].concat();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&text)
    );
}
