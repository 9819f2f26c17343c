//! The help desk of the examples as a process of its own, between a replayed provider and the real Collector.
#![allow(dead_code, unreachable_pub, reason = "each test takes from it what it needs")]

use std::time::Duration;

use tracing_genai_examples::help_desk::{self, Ending};
use tracing_genai_tests::{
    backends::Backends,
    child::{self, Child, Ended, RunningChild},
    replay::{Replay, Replaying},
};

/// The id of the caller's own span, which it does not export.
pub const CALLER: &str = "00f067aa0ba902b7";

/// A help desk that serves.
pub struct HelpDesk {
    child: RunningChild,
    pub url: String,
    pub provider: Replaying,
}

impl HelpDesk {
    /// Starts one that sends what it has every tenth of a second.
    pub fn start(backends: &Backends, name: &str, provider: Replay) -> Self {
        let soon = [
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
        ];
        Self::start_with(backends, name, provider, "any signal", &soon)
    }

    /// Starts one that sends nothing before its end.
    pub fn start_that_sends_at_its_end(backends: &Backends, name: &str, provider: Replay, role: &str) -> Self {
        let late = [
            ("OTEL_BSP_SCHEDULE_DELAY", "3600000"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "3600000"),
        ];
        Self::start_with(backends, name, provider, role, &late)
    }

    fn start_with(backends: &Backends, name: &str, provider: Replay, role: &str, more: &[(&str, &str)]) -> Self {
        let provider = provider.serve();
        let base = format!("{}/v1", provider.url());
        let mut child = Child::of("role", role)
            .with([
                ("OPENAI_BASE_URL", base.as_str()),
                ("OPENAI_API_KEY", "sk-test"),
                ("HELP_DESK_ADDRESS", "127.0.0.1:0"),
                ("OTEL_SERVICE_NAME", name),
                ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
                ("OTEL_EXPORTER_OTLP_ENDPOINT", backends.collector.otlp_grpc()),
            ])
            .with(more.iter().copied())
            .start();
        let url = child.wait_for_line("listening on ");
        Self { child, url, provider }
    }

    /// Sends a request as a part of the caller's trace `trace_id`.
    pub async fn post(&self, path: &str, trace_id: &str) -> reqwest::Response {
        reqwest::Client::new()
            .post(format!("{}{path}", self.url))
            .header("traceparent", format!("00-{trace_id}-{CALLER}-01"))
            .body("Where is my order 1042?")
            .send()
            .await
            .expect("an answer")
    }

    /// Sends it SIGTERM, and waits for its end.
    pub fn terminate(self) -> Ended {
        self.child.terminate();
        self.child.wait(Duration::from_secs(30))
    }
}

/// What the child does: `any signal` or `ctrl-c only`.
pub fn play() {
    let ending = match child::role().as_deref() {
        Some("any signal") => Ending::AnySignal,
        Some("ctrl-c only") => Ending::CtrlCOnly,
        _ => return,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let served = runtime.expect("a runtime").block_on(help_desk::run(ending));
    served.expect("a service that ends well");
}
