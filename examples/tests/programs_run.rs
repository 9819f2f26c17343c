//! The programs run, and send the telemetry that their docs describe.
#![allow(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::{
    io::{BufRead, BufReader},
    process::{Command, Output, Stdio},
};

use tracing_genai_tests::{backends::Backends, recordings, replay::Replay, sink::Sink};

#[test]
fn a_new_service_sends_its_call_with_tokens_and_cost() {
    let provider = Replay::of(recordings::own("openai/chat")).serve();
    let sink = Sink::start();

    let output = new_service(&provider.url(), &sink);

    assert_eq!(String::from_utf8_lossy(&output.stdout), "The Baltic Sea.\n");
    for text in ["chat gpt-4o-mini", "gen_ai.usage.input_tokens", "gen_ai.usage.cost"] {
        assert!(sink.has("/v1/traces", text), "{text}");
    }
    assert!(sink.has("/v1/metrics", "gen_ai.usage.cost"));
}

#[test]
fn a_failed_call_of_a_new_service_has_an_error_on_its_span() {
    let provider = Replay::of(recordings::own("openai/unauthorized")).serve();
    let sink = Sink::start();

    let output = new_service(&provider.url(), &sink);

    assert!(!output.status.success());
    assert!(sink.has("/v1/traces", "error.type"));
    assert!(sink.has("/v1/traces", "401"));
}

#[tokio::test]
async fn an_existing_service_keeps_its_layers_attributes_and_gets_integers_and_cost() {
    let Some(backends) = Backends::start().await else {
        return;
    };
    let endpoint = backends.collector.otlp_grpc().to_owned();
    let run = move || {
        let mut service = Command::new(env!("CARGO_BIN_EXE_existing_service"));
        service.env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint).output()
    };
    let output = tokio::task::spawn_blocking(run).await.expect("no panic");
    let output = output.expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let traces = backends.jaeger.wait_for_traces("existing-service", 1).await;
    let call = traces[0].span("chat gpt-4o-mini");
    assert_eq!(call.tag("span.kind").as_str(), Some("client"));
    assert_eq!(call.tag("gen_ai.usage.input_tokens").as_i64(), Some(1210));
    assert_eq!(call.tag("gen_ai.usage.output_tokens").as_i64(), Some(25));
    // 1,210 × 0.15 + 25 × 0.60 dollars a million; source: genai-prices 0.2.3.
    let cost = call.tag("gen_ai.usage.cost").as_f64().expect("a double");
    assert!((cost / 0.000_196_5 - 1.0).abs() < 1e-12, "{cost}");
    assert!(
        call.find_tag("code.file.path").is_some(),
        "the layer's own options are kept"
    );
    let metrics = r#"gen_ai_usage_cost_USD_count{service_name="existing-service"} == 1"#;
    backends.prometheus.wait_for(metrics).await;
}

#[test]
fn the_help_desk_prints_its_address() {
    let mut service = Command::new(env!("CARGO_BIN_EXE_help_desk_service"))
        .arg("--ctrl-c-only")
        .env("HELP_DESK_ADDRESS", "127.0.0.1:0")
        .env("OPENAI_API_KEY", "sk-test")
        .env("OTEL_SDK_DISABLED", "true")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut line = String::new();
    let output = service.stdout.take().expect("its output");
    BufReader::new(output).read_line(&mut line).expect("a line");
    service.kill().expect("it still runs");
    service.wait().expect("it ends");

    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
}

fn new_service(provider: &str, sink: &Sink) -> Output {
    Command::new(env!("CARGO_BIN_EXE_new_service"))
        .env("OPENAI_BASE_URL", format!("{provider}/v1"))
        .env("OPENAI_API_KEY", "sk-test")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", sink.url())
        .output()
        .expect("the program runs")
}
