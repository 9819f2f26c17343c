//! `tracing-genai demo`: a traced agent with a built-in or a real provider, or recorded exchanges.

mod agent;
mod arguments;
mod attribute;
mod call;
mod client;
mod delivery;
#[cfg(test)]
mod finished_span;
mod help_desk;
mod jsonl;
mod provider;
mod recordings;
mod replay;
mod row;
mod task;
mod total;
mod tree;

use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::{Layer, Registry, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

use crate::output::{StderrLines, shared_stdout};
pub(crate) use arguments::Arguments;
use jsonl::JsonLines;
use task::Task;

/// How long the end of the demo waits for an unresponsive backend.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// Runs the demo and prints its trace.
///
/// Fails for a wrong setting, a file that cannot be read or written, or a real provider without a response. Undelivered
/// spans are counted in the output and are not an error.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let task = Task::prepare(arguments)?;
    let lines_path = arguments.out.clone().map_or_else(jsonl::default_path, Ok)?;
    let lines = JsonLines::create(&lines_path)?;
    let finished = lines.finished();
    let (layer, telemetry) = tracing_genai::builder()
        .service_name("help-desk-demo")
        .span_exporter(lines)
        .otlp_only_when_configured()
        .build::<Registry>()?;
    let console = tracing_subscriber::fmt::layer()
        .without_time()
        // The provider's text is escaped, and colours would be as well.
        .with_ansi(false)
        .with_writer(|| StderrLines)
        .with_filter(filter_fn(is_for_the_console));
    tracing_subscriber::registry().with(layer).with(console).try_init()?;
    for warning in telemetry.warnings() {
        tracing::warn!("{warning}");
    }

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    // Not locked: the console exporters also write to it, until the end of the shutdown.
    let mut out = shared_stdout();
    let outcome = runtime.block_on(task.run(&mut out));
    let endpoint = telemetry.traces_endpoint().map(str::to_owned);
    let counts = telemetry.shutdown(SHUTDOWN_TIMEOUT);

    let spans = finished.take();
    if !spans.is_empty() {
        out.line(format_args!(""))?;
        for line in tree::tree(&spans).lines() {
            out.line(format_args!("{line}"))?;
        }
        out.line(format_args!(""))?;
    }
    out.line(format_args!("OTLP JSON lines: {}", lines_path.display()))?;
    for line in delivery::describe(&counts, endpoint.as_deref()) {
        out.line(format_args!("{line}"))?;
    }
    outcome
}

/// Whether to log an event: problems of telemetry. Those of the agent are in its trace.
fn is_for_the_console(metadata: &Metadata<'_>) -> bool {
    let is_agents = metadata.target().starts_with(agent::TARGET);
    metadata.is_event()
        && *metadata.level() <= Level::WARN
        && metadata.target().starts_with("tracing_genai")
        && !is_agents
}
