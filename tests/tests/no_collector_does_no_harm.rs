//! A service with an unreachable or unresponsive Collector works and shuts down normally, and counts undelivered spans.
#![allow(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::{
    net::TcpListener,
    time::{Duration, Instant},
};

use tokio::runtime::{Builder, Runtime};
use tracing_genai::usage::{Unit, Usage};
use tracing_genai_tests::{
    child::{self, Child, Ended, RunningChild},
    process::free_address,
    sink::Sink,
};

/// The shutdown timeout.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// The tolerance for a busy machine, including the start of the process.
const SLACK: Duration = Duration::from_secs(10);

const CALLS: u64 = 3;

#[test]
fn an_unreachable_collector_over_grpc_loses_spans_in_time() {
    assert_counted_loss("grpc", &closed_endpoint());
}

#[test]
fn an_unreachable_collector_over_http_loses_spans_in_time() {
    assert_counted_loss("http/protobuf", &closed_endpoint());
}

#[test]
fn an_unresponsive_collector_over_grpc_loses_spans_in_time() {
    let silent = Silent::listen();
    assert_counted_loss("grpc", &silent.url());
}

#[test]
fn an_unresponsive_collector_over_http_loses_spans_in_time() {
    let silent = Silent::listen();
    assert_counted_loss("http/protobuf", &silent.url());
}

#[test]
fn a_panicking_main_still_exports_its_spans() {
    for runtime in ["current", "multi"] {
        let sink = Sink::start();
        let service = start(&format!("panic in {runtime}"), "http/protobuf", &sink.url());
        let ended = service.wait(Duration::from_mins(1));

        assert!(!ended.status.success());
        assert!(ended.log.contains("a panic of the service"), "{}", ended.log);
        assert!(
            sink.has("/v1/traces", "chat gpt-4o-mini"),
            "{runtime}: {:?}",
            sink.paths()
        );
        assert!(
            sink.has("/v1/metrics", "gen_ai.usage.cost"),
            "{runtime}: {:?}",
            sink.paths()
        );
    }
}

/// In both kinds of runtime, concurrently.
fn assert_counted_loss(protocol: &str, endpoint: &str) {
    let started = Instant::now();
    let services = ["current", "multi"].map(|runtime| start(runtime, protocol, endpoint));
    for service in services {
        let ended = service.wait(Duration::from_mins(1));
        let took = started.elapsed();

        assert!(ended.status.success(), "{}", ended.log);
        assert!(took < SHUTDOWN_TIMEOUT + SLACK, "{took:?}");
        let [ended_spans, exported, lost, end_ms] = counts(&ended);
        assert_eq!((ended_spans, exported, lost), (CALLS, 0, CALLS));
        assert!(
            Duration::from_millis(end_ms) < SHUTDOWN_TIMEOUT + Duration::from_secs(3),
            "{end_ms} ms"
        );
    }
}

fn start(role: &str, protocol: &str, endpoint: &str) -> RunningChild {
    Child::of("role", role)
        .with([
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
        ])
        .start()
}

fn counts(ended: &Ended) -> [u64; 4] {
    let line = ended.lines.first().expect("counts");
    let counts: Vec<u64> = line.split(' ').map(|count| count.parse().expect("a count")).collect();
    counts.try_into().expect("four counts")
}

/// An endpoint that refuses connections.
fn closed_endpoint() -> String {
    format!("http://{}", free_address())
}

/// An endpoint that accepts connections without responding: they wait in the listener's backlog.
struct Silent(TcpListener);

impl Silent {
    fn listen() -> Self {
        Self(TcpListener::bind("127.0.0.1:0").expect("a free port"))
    }

    fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().expect("an address"))
    }
}

#[test]
#[ignore = "a process that the other tests start"]
fn role() {
    let Some(role) = child::role() else { return };
    let (panics, runtime) = match role.strip_prefix("panic in ") {
        Some(runtime) => (true, runtime),
        None => (false, role.as_str()),
    };
    self::runtime(runtime).block_on(async {
        let telemetry = tracing_genai::init().expect("a process without a subscriber");
        for _ in 0..CALLS {
            let call = tracing_genai::chat("openai", "gpt-4o-mini").start();
            call.usage(&Usage::new().with(Unit::InputTokens, 10).with(Unit::OutputTokens, 5));
        }
        assert!(!panics, "a panic of the service");
        let work_done = Instant::now();
        let counts = telemetry.shutdown(SHUTDOWN_TIMEOUT);
        let end = work_done.elapsed().as_millis();
        child::report(&format!("{} {} {} {end}", counts.ended, counts.exported, counts.lost()));
    });
}

fn runtime(kind: &str) -> Runtime {
    let mut builder = match kind {
        "current" => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.enable_all().build().expect("a runtime")
}
