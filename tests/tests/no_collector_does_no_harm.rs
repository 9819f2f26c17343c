//! A service whose Collector is away, or never answers, works and ends as it would without telemetry, and knows what was
//! not delivered.
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

/// What `init()` and `shutdown()` promise for the end.
const END: Duration = Duration::from_secs(5);

/// What a busy machine may add to it, start of the process included.
const SLACK: Duration = Duration::from_secs(10);

const CALLS: u64 = 3;

#[test]
fn nobody_listens_over_grpc() {
    loses_its_spans_and_says_so("grpc", &nobody());
}

#[test]
fn nobody_listens_over_http() {
    loses_its_spans_and_says_so("http/protobuf", &nobody());
}

#[test]
fn no_answer_comes_over_grpc() {
    let silent = Silent::listen();
    loses_its_spans_and_says_so("grpc", &silent.url());
}

#[test]
fn no_answer_comes_over_http() {
    let silent = Silent::listen();
    loses_its_spans_and_says_so("http/protobuf", &silent.url());
}

#[test]
fn a_main_that_panics_still_sends_its_spans() {
    for runtime in ["current", "multi"] {
        let sink = Sink::start();
        let service = start(&format!("panic in {runtime}"), "http/protobuf", &sink.url());
        let ended = service.wait(Duration::from_mins(1));

        assert!(!ended.status.success());
        assert!(ended.log.contains("the service's own mistake"), "{}", ended.log);
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

/// In both kinds of runtime, at the same time.
fn loses_its_spans_and_says_so(protocol: &str, endpoint: &str) {
    let started = Instant::now();
    let services = ["current", "multi"].map(|runtime| start(runtime, protocol, endpoint));
    for service in services {
        let ended = service.wait(Duration::from_mins(1));
        let took = started.elapsed();

        assert!(ended.status.success(), "{}", ended.log);
        assert!(took < END + SLACK, "{took:?}");
        let [ended_spans, exported, lost, end_ms] = counts(&ended);
        assert_eq!((ended_spans, exported, lost), (CALLS, 0, CALLS));
        assert!(
            Duration::from_millis(end_ms) < END + Duration::from_secs(3),
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
    let said = ended.said.first().expect("counts");
    let counts: Vec<u64> = said.split(' ').map(|count| count.parse().expect("a count")).collect();
    counts.try_into().expect("four counts")
}

/// An endpoint that refuses connections.
fn nobody() -> String {
    format!("http://{}", free_address())
}

/// An endpoint that takes connections and never answers: they wait in the listener's backlog.
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
        assert!(!panics, "the service's own mistake");
        let work_done = Instant::now();
        let counts = telemetry.shutdown(END);
        let end = work_done.elapsed().as_millis();
        child::say(&format!("{} {} {} {end}", counts.ended, counts.exported, counts.lost()));
    });
}

fn runtime(kind: &str) -> Runtime {
    let mut builder = match kind {
        "current" => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.enable_all().build().expect("a runtime")
}
