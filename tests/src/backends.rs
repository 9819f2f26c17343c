//! The real backends: a Collector that sends traces to Jaeger and metrics to Prometheus.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};

use tokio::sync::Mutex;

use crate::{
    cache::{self, Program},
    collector::Collector,
    jaeger::Jaeger,
    prometheus::Prometheus,
    shared_data::{REQUIRE, is_required},
};

/// A connected, empty Collector, Jaeger and Prometheus.
///
/// Every test starts its own, in one to three seconds, and sees only its own spans.
#[derive(Debug)]
pub struct Backends {
    /// Receives the services' telemetry.
    pub collector: Collector,
    /// Stores traces.
    pub jaeger: Jaeger,
    /// Stores metrics.
    pub prometheus: Prometheus,
}

impl Backends {
    /// Starts all three; `None`, and a line that says so, when they were not built on this machine.
    ///
    /// # Panics
    /// When they were not built although they are required, or when one does not start.
    pub async fn start() -> Option<Self> {
        let programs = Programs::find()?;
        let (jaeger, prometheus) = tokio::join!(Jaeger::start(&programs), Prometheus::start(&programs));
        let collector = Collector::start(&programs, &jaeger, &prometheus).await;
        Some(Self {
            collector,
            jaeger,
            prometheus,
        })
    }

    /// As [`start`](Self::start), shared by concurrent tests of a program that distinguish their spans by service or
    /// trace; ends with the last of them.
    ///
    /// # Panics
    /// As [`start`](Self::start).
    pub async fn shared() -> Option<Arc<Self>> {
        static SHARED: Mutex<Weak<Backends>> = Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        if let Some(running) = shared.upgrade() {
            return Some(running);
        }
        let started = Arc::new(Self::start().await?);
        *shared = Arc::downgrade(&started);
        Some(started)
    }
}

/// The programs `cargo xtask backends` has built.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The OpenTelemetry Collector.
    pub otelcol: PathBuf,
    /// Jaeger, version 2.
    pub jaeger: PathBuf,
    /// Prometheus.
    pub prometheus: PathBuf,
    /// Prometheus' tool for configurations, rules and queries.
    pub promtool: PathBuf,
}

impl Programs {
    /// Finds them in the cache; `None`, and a line that says so, when one is missing.
    ///
    /// # Panics
    /// When one is missing and `TRACING_GENAI_REQUIRE` lists `backends`.
    pub fn find() -> Option<Self> {
        let Some(folder) = cache::folder() else {
            leave_out("there is no cache folder; set TRACING_GENAI_BACKENDS or HOME");
            return None;
        };
        let path = |program: Program| folder.join(program.file_name());
        if let Some(missing) = Program::ALL.into_iter().find(|program| !path(*program).is_file()) {
            let (name, version) = (missing.name(), missing.version());
            leave_out(&format!(
                "{name} {version} is not in {}; `cargo xtask backends` builds it",
                folder.display()
            ));
            return None;
        }
        Some(Self {
            otelcol: path(Program::Otelcol),
            jaeger: path(Program::Jaeger),
            prometheus: path(Program::Prometheus),
            promtool: path(Program::Promtool),
        })
    }
}

/// Says that the running test leaves out what a backend is needed for, even though it passes.
///
/// # Panics
/// When `TRACING_GENAI_REQUIRE` lists `backends`.
pub fn leave_out(reason: &str) {
    assert!(!is_required("backends"), "{REQUIRE} lists backends, but {reason}");
    say_left_out(reason);
}

/// Writes a line that is visible although the test passes; the test runner captures `println!` and `eprintln!`.
pub(crate) fn say_left_out(reason: &str) {
    let thread = std::thread::current();
    let test = thread.name().unwrap_or("a test");
    let line = format!("left out: {test}: {reason}\n");
    // One write, since other tests also print. A closed standard error is ignored.
    let _ = io::stderr().write_all(line.as_bytes());
}

/// A file of `collector-config/`.
pub fn configuration(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .join("collector-config")
        .join(name)
}
