//! The help desk of the examples as a child process, with a replayed provider and the real Collector.
#![allow(dead_code, unreachable_pub, reason = "not every test uses all of it")]

use std::time::Duration;

use tracing_genai_examples::help_desk::{self, Shutdown};
use tracing_genai_tests::{
    backends::Backends,
    child::{self, Child, Ended, RunningChild},
    replay::{Replay, ReplayServer},
};

/// The id of the caller's span, which is not exported.
pub const CALLER: &str = "00f067aa0ba902b7";

/// A running help desk.
pub struct HelpDesk {
    child: RunningChild,
    pub url: String,
    pub provider: ReplayServer,
}

impl HelpDesk {
    /// Starts one that exports every tenth of a second.
    pub fn start(backends: &Backends, name: &str, provider: Replay) -> Self {
        let soon = [
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "100"),
        ];
        Self::start_with(backends, name, provider, "any signal", &soon)
    }

    /// Starts one that exports only at its shutdown.
    pub fn start_with_export_at_shutdown(backends: &Backends, name: &str, provider: Replay, role: &str) -> Self {
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

    /// Sends a request in the caller's trace `trace_id`.
    pub async fn post(&self, path: &str, trace_id: &str) -> reqwest::Response {
        reqwest::Client::new()
            .post(format!("{}{path}", self.url))
            .header("traceparent", format!("00-{trace_id}-{CALLER}-01"))
            .body("Where is my order 1042?")
            .send()
            .await
            .expect("a response")
    }

    /// Sends SIGTERM, and waits for its end.
    pub fn terminate(self) -> Ended {
        self.child.terminate();
        self.child.wait(Duration::from_secs(30))
    }
}

/// Runs the role of the child: `any signal` or `ctrl-c only`.
pub fn run_role() {
    let shutdown = match child::role().as_deref() {
        Some("any signal") => Shutdown::AnySignal,
        Some("ctrl-c only") => Shutdown::CtrlCOnly,
        _ => return,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let served = runtime.expect("a runtime").block_on(help_desk::run(shutdown));
    served.expect("a graceful shutdown");
}
