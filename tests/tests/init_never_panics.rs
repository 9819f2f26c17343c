//! `init()` under difficult conditions: called twice, with malformed variables, disabled.
#![allow(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::time::Duration;

use tracing_genai::{
    InitError, TelemetryBuilder,
    usage::{Unit, Usage},
};
use tracing_genai_tests::{
    child::{self, Child, Ended},
    sink::Sink,
};

/// Each variable with a malformed value.
const MALFORMED: [(&str, &str); 16] = [
    ("OTEL_SDK_DISABLED", "perhaps"),
    ("OTEL_PROPAGATORS", "b3"),
    ("OTEL_TRACES_EXPORTER", "zipkin"),
    ("OTEL_TRACES_SAMPLER", "sometimes"),
    ("OTEL_TRACES_SAMPLER_ARG", "2"),
    ("OTEL_BSP_MAX_QUEUE_SIZE", "many"),
    ("OTEL_BSP_SCHEDULE_DELAY", "-1"),
    ("OTEL_BLRP_SCHEDULE_DELAY", "later"),
    ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "1.5"),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", "carrier-pigeon"),
    ("OTEL_EXPORTER_OTLP_TIMEOUT", "soon"),
    ("OTEL_EXPORTER_OTLP_COMPRESSION", "brotli"),
    ("OTEL_EXPORTER_OTLP_HEADERS", "no-value"),
    ("OTEL_RESOURCE_ATTRIBUTES", "team"),
    ("OTEL_METRIC_EXPORT_INTERVAL", "1m"),
    ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "eternal"),
];

#[test]
fn a_second_init_is_an_error_and_the_first_keeps_working() {
    let sink = Sink::start();
    let ended = run("init twice", &[("OTEL_EXPORTER_OTLP_ENDPOINT", &sink.url())]);

    assert!(ended.status.success(), "{}", ended.log);
    assert_eq!(ended.lines, ["a tracing subscriber is set already", "exported 1 of 1"]);
    assert!(sink.has("/v1/traces", "chat gpt-4o-mini"));
}

#[test]
fn malformed_variables_are_warnings_with_defaults() {
    let sink = Sink::start();
    let traces = format!("{}/v1/traces", sink.url());
    // The endpoint is valid, so that the export with defaults is visible.
    let mut variables = MALFORMED.to_vec();
    variables.push(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &traces));
    let ended = run("init", &variables);

    assert!(ended.status.success(), "{}", ended.log);
    let (sent, warned) = ended.lines.split_last().expect("something");
    assert_eq!(warned.len(), MALFORMED.len(), "{warned:?}");
    for (variable, _) in MALFORMED {
        assert!(warned.iter().any(|warned| warned == variable), "{variable}: {warned:?}");
        assert!(
            ended.log.contains(variable),
            "{variable} is not in the log: {}",
            ended.log
        );
    }
    assert_eq!(sent, "exported 1 of 1");
    assert!(sink.has("/v1/traces", "chat gpt-4o-mini"));
}

#[test]
fn strict_makes_malformed_variables_an_error_with_their_names() {
    let ended = run("init strictly", &MALFORMED);

    assert!(ended.status.success(), "{}", ended.log);
    let [error] = ended.lines.as_slice() else {
        panic!("{:?}", ended.lines)
    };
    for (variable, _) in MALFORMED {
        assert!(error.contains(variable), "{variable}: {error}");
    }
}

#[test]
fn strict_accepts_valid_variables() {
    let sink = Sink::start();
    let ended = run("init strictly", &[("OTEL_EXPORTER_OTLP_ENDPOINT", &sink.url())]);

    assert_eq!(ended.lines, ["exported 1 of 1"], "{}", ended.log);
}

#[test]
fn a_disabled_sdk_exports_nothing() {
    let sink = Sink::start();
    let ended = run(
        "init",
        &[
            ("OTEL_SDK_DISABLED", "true"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &sink.url()),
        ],
    );

    assert!(ended.status.success(), "{}", ended.log);
    assert_eq!(ended.lines, ["exported 0 of 0"]);
    assert!(sink.paths().is_empty(), "{:?}", sink.paths());
}

#[test]
fn the_console_exporter_writes_spans_to_standard_output() {
    let sink = Sink::start();
    let ended = run(
        "init",
        &[
            ("OTEL_TRACES_EXPORTER", "console"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &sink.url()),
        ],
    );

    assert!(ended.status.success(), "{}", ended.log);
    assert!(ended.output.contains("chat gpt-4o-mini"), "{}", ended.output);
    assert!(ended.output.contains("gen_ai.usage.cost"), "{}", ended.output);
    assert!(!sink.has("/v1/traces", "chat gpt-4o-mini"));
}

#[test]
fn the_exporter_none_exports_metrics_only() {
    let sink = Sink::start();
    let ended = run(
        "init",
        &[
            ("OTEL_TRACES_EXPORTER", "none"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &sink.url()),
        ],
    );

    assert!(ended.status.success(), "{}", ended.log);
    assert!(!ended.output.contains("chat gpt-4o-mini"), "{}", ended.output);
    assert!(!sink.paths().contains(&"/v1/traces".to_owned()), "{:?}", sink.paths());
    assert!(sink.has("/v1/metrics", "gen_ai.usage.cost"), "{:?}", sink.paths());
}

fn run(role: &str, variables: &[(&str, &str)]) -> Ended {
    Child::of("role", role)
        .with(variables.iter().copied())
        .start()
        .wait(Duration::from_mins(1))
}

#[test]
#[ignore = "a process that the other tests start"]
fn role() {
    match child::role().as_deref() {
        Some("init") => run_service(tracing_genai::builder()),
        Some("init strictly") => run_service(tracing_genai::builder().strict()),
        Some("init twice") => {
            let first = tracing_genai::init().expect("a process without a subscriber");
            let second = tracing_genai::init();
            assert!(matches!(second, Err(InitError::SubscriberAlreadySet)), "{second:?}");
            child::report("a tracing subscriber is set already");
            drop(second);
            call();
            let counts = first.shutdown(Duration::from_secs(5));
            child::report(&format!("exported {} of {}", counts.exported, counts.ended));
        }
        _ => {}
    }
}

fn run_service(builder: TelemetryBuilder) {
    let telemetry = match builder.init() {
        Ok(telemetry) => telemetry,
        Err(error) => return child::report(&error.to_string()),
    };
    for warning in telemetry.warnings() {
        child::report(warning.variable());
    }
    call();
    let counts = telemetry.shutdown(Duration::from_secs(5));
    child::report(&format!("exported {} of {}", counts.exported, counts.ended));
}

fn call() {
    let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
    call.usage(&Usage::new().with(Unit::InputTokens, 10).with(Unit::OutputTokens, 5));
}
