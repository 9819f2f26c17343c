//! `tracing-genai demo`: a traced agent on a built-in provider, a real one, or recorded exchanges.

mod agent;
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

use std::{
    io::{self, IsTerminal, Write},
    num::NonZeroUsize,
    path::PathBuf,
    time::Duration,
};

use clap::builder::NonEmptyStringValueParser;
use reqwest::Url;
use tracing::{Level, Metadata};
use tracing_subscriber::{Layer, Registry, filter::filter_fn, layer::SubscriberExt, util::SubscriberInitExt};

use jsonl::JsonLines;
use task::Task;

/// How long the end of the demo may wait for a backend that does not answer.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(3);

/// Runs the demo. `OTEL_EXPORTER_OTLP_ENDPOINT` sends the same spans to a backend.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The OpenAI-compatible provider to ask instead of the built-in one, such as `https://api.openai.com/v1`
    #[arg(long, value_name = "URL", conflicts_with = "recordings")]
    base_url: Option<Url>,
    /// The provider's name on the spans (`gen_ai.provider.name`). Prices go by it: a local server named `openai` costs
    /// what OpenAI asks for a model of that name; named otherwise, such as `ollama`, it has no price
    #[arg(
        long,
        value_name = "NAME",
        default_value = "openai",
        requires = "base_url",
        value_parser = NonEmptyStringValueParser::new()
    )]
    provider: String,
    /// The environment variable that holds the provider's API key
    #[arg(long, value_name = "NAME", requires = "base_url")]
    api_key_env: Option<String>,
    /// The model that is asked about the question
    #[arg(long, default_value = "gpt-4o-mini", conflicts_with = "recordings")]
    model: String,
    /// Plays the recorded exchanges beneath this folder instead of running the agent
    #[arg(long, value_name = "DIR")]
    recordings: Option<PathBuf>,
    /// The most recorded calls to play, 1 or more
    #[arg(long, value_name = "N", requires = "recordings")]
    limit: Option<NonZeroUsize>,
    /// Where the trace goes as OTLP JSON lines [default: target/demo.otlp.jsonl, or a temporary file]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the demo and prints its trace.
///
/// Fails when a setting is wrong, a file cannot be read or written, or a real provider does not answer; spans that
/// could not be delivered are counted in the output and are no failure.
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
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr)
        .with_filter(filter_fn(is_for_the_console));
    tracing_subscriber::registry().with(layer).with(console).try_init()?;
    for warning in telemetry.warnings() {
        tracing::warn!("{warning}");
    }

    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    // Not locked beyond a write: the console exporters write to it too, the last time in the shutdown.
    let mut out = io::stdout();
    let outcome = runtime.block_on(task.run(&mut out));
    let endpoint = telemetry.traces_endpoint().map(str::to_owned);
    let counts = telemetry.shutdown(SHUTDOWN_TIMEOUT);

    let spans = finished.take();
    if !spans.is_empty() {
        writeln!(out, "\n{}", tree::tree(&spans))?;
    }
    writeln!(out, "OTLP JSON lines: {}", lines_path.display())?;
    writeln!(out, "{}", delivery::sentences(&counts, endpoint.as_deref()))?;
    outcome
}

/// What goes wrong with telemetry. What goes wrong in the agent is in its trace.
fn is_for_the_console(metadata: &Metadata<'_>) -> bool {
    let is_agents = metadata.target().starts_with(agent::TARGET);
    metadata.is_event()
        && *metadata.level() <= Level::WARN
        && metadata.target().starts_with("tracing_genai")
        && !is_agents
}
