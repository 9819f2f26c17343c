//! `tracing-genai check`: checks spans, metrics and events against the GenAI conventions.

mod listen;
mod report;
mod view;

use std::{
    io::BufReader,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::ValueEnum;
use tracing_genai_semconv::check::Level;

use crate::{
    input::{input_name, open},
    otlp_json::Request,
    output::{message, stdout},
    text_lines::TextLines,
};
use report::Report;

const AFTER_HELP: &str = "\
A violation breaks a MUST of the conventions: a missing required attribute, a wrong type, a deprecated name, contradictory
counts. An improvement breaks a SHOULD. Unknown names and values may be the service's own; an unknown usage count makes the
call's cost an estimate. Only spans with attributes of gen_ai.* or mcp.*, and metrics and events with such names, are checked.

Unreadable lines and requests are reported, counted and skipped.

Exit codes: 0 without findings of the level of --fail-on or worse; 1 with such findings, without GenAI telemetry to check, or
if the file, a line or a request is unreadable; 2 for a wrong command line.

Examples:
  tracing-genai demo && tracing-genai check target/demo.otlp.jsonl
  tracing-genai check --fail-on improvement --json spans.jsonl
  tracing-genai check --listen --for 60";

/// Checks telemetry against the GenAI conventions, by span type, metric and event.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Spans, metrics and logs as OTLP JSON lines; `-` is standard input
    #[arg(required_unless_present = "listen", conflicts_with = "listen")]
    file: Option<PathBuf>,
    /// Receives them over OTLP instead, by gRPC and HTTP on each of these addresses
    #[arg(long, value_name = "ADDRESS", num_args = 0.., default_missing_values = ["127.0.0.1:4317", "127.0.0.1:4318"])]
    listen: Option<Vec<SocketAddr>>,
    /// How long to receive [default: until Ctrl-C or SIGTERM]
    #[arg(long = "for", value_name = "SECONDS", requires = "listen")]
    seconds: Option<u64>,
    /// The lowest level of findings that makes the command fail
    #[arg(long, value_enum, default_value_t = FailOn::Violation)]
    fail_on: FailOn,
    /// Also reports missing recommended attributes, which never make the command fail
    #[arg(long)]
    recommended: bool,
    /// Writes one JSON object with the findings by span type, metric and event
    #[arg(long)]
    json: bool,
}

/// The lowest level of findings that makes the command fail.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// A violated MUST of the conventions
    Violation,
    /// A SHOULD that is not followed
    Improvement,
    /// A name or value unknown to the conventions
    Unknown,
}

impl From<FailOn> for Level {
    fn from(level: FailOn) -> Self {
        match level {
            FailOn::Violation => Self::Violation,
            FailOn::Improvement => Self::Improvement,
            FailOn::Unknown => Self::Unknown,
        }
    }
}

/// Prints the report. Fails if the file cannot be opened or an address cannot be bound. Unreadable lines and requests
/// are reported and make the exit code 1.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let report = match (&arguments.file, &arguments.listen) {
        (Some(file), _) => read(file, arguments.recommended)?,
        (None, Some(addresses)) => listen::listen(addresses, arguments.seconds, arguments.recommended)?,
        (None, None) => bail!("give a file to read, or --listen"),
    };
    let mut out = stdout();
    if arguments.json {
        out.pretty_json(&report.json())?;
    } else {
        report.write_text(&mut out)?;
    }
    out.flush()?;
    if report.is_empty() {
        message(format_args!(
            "nothing was checked: no GenAI span, metric or event was found"
        ));
    }
    let fails = report.is_empty() || report.has(arguments.fail_on.into()) || report.unreadable.count() > 0;
    Ok(if fails { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Checks the lines of a file.
fn read(file: &Path, recommended: bool) -> anyhow::Result<Report> {
    let name = input_name(file);
    let mut report = Report::default();
    let mut lines = TextLines::new(BufReader::new(open(file)?));
    while let Some(line) = lines.next().with_context(|| name.clone())? {
        let text = line.text().map_err(|problem| problem.to_string());
        match text.and_then(Request::parse) {
            Ok(request) => view::check_request(&mut report, &request, recommended),
            Err(problem) => report.unreadable.add_line(&name, line.number, problem),
        }
    }
    report.unreadable.print_count(&name);
    Ok(report)
}
