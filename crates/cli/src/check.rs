//! `tracing-genai check`: whether spans, metrics and events are what the GenAI conventions say.

mod listen;
mod report;
mod view;

use std::{
    io::{self, BufRead, BufReader, BufWriter, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, bail};
use clap::ValueEnum;
use tracing_genai::semconv::check::Level;

use crate::{
    call_table::{open, shown},
    otlp_json::Request,
};
use report::Report;

const AFTER_HELP: &str = "\
A violation is a must of the conventions that is not so: a required attribute that is missing, a value of another type, an old
name, a count that contradicts another. An improvement is a should. What the conventions do not know, a name or a word, may be
somebody's own; a number that counts usage and is not understood makes the call's cost an estimate. Only spans with attributes
of gen_ai.* or mcp.*, and metrics and events of such names, are checked.

Exit codes: 0 when nothing was found of the level of --fail-on or worse; 1 when something was, when nothing of GenAI's was
there to check, or when a file or a line could not be read; 2 when the command line is wrong.

Examples:
  tracing-genai demo && tracing-genai check target/demo.otlp.jsonl
  tracing-genai check --fail-on improvement --json spans.jsonl
  tracing-genai check --listen --for 60";

/// Checks telemetry against the GenAI conventions, by type of span, metric and event.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// Spans, metrics and logs, as OTLP JSON lines; `-` is standard input
    #[arg(required_unless_present = "listen", conflicts_with = "listen")]
    file: Option<PathBuf>,
    /// Receives them over OTLP instead, on these addresses, each by gRPC and HTTP
    #[arg(long, value_name = "ADDRESS", num_args = 0.., default_missing_values = ["127.0.0.1:4317", "127.0.0.1:4318"])]
    listen: Option<Vec<SocketAddr>>,
    /// How long to receive; without it, until an interrupt (Ctrl-C) or SIGTERM
    #[arg(long = "for", value_name = "SECONDS", requires = "listen")]
    seconds: Option<u64>,
    /// What makes the command fail, and all that is worse
    #[arg(long, value_enum, default_value_t = FailOn::Violation)]
    fail_on: FailOn,
    /// Tells of recommended attributes that are not there, too; they are never a reason to fail
    #[arg(long)]
    recommended: bool,
    /// Writes JSON: one object with the findings by type of span
    #[arg(long)]
    json: bool,
}

/// From which level on a finding makes the command fail.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// A must of the conventions that is not so
    Violation,
    /// A should that is not so
    Improvement,
    /// A name or a word that the conventions do not know
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

/// Prints what was found. Fails when the file cannot be read or nothing can listen; what cannot be read is told, and makes the
/// exit code 1.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (report, is_readable) = match (&arguments.file, &arguments.listen) {
        (Some(file), _) => read(file, arguments.recommended)?,
        (None, Some(addresses)) => listen::listen(addresses, arguments.seconds, arguments.recommended)?,
        (None, None) => bail!("give a file to read, or --listen"),
    };
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.json {
        writeln!(out, "{:#}", report.json())?;
    } else {
        write!(out, "{}", report.text())?;
    }
    out.flush()?;
    if report.is_empty() {
        eprintln!("nothing was checked: there was no span, metric or event of GenAI's");
    }
    let fails = report.is_empty() || report.has(arguments.fail_on.into());
    Ok(if is_readable && !fails {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Checks the lines of a file; whether all of them could be read.
fn read(file: &Path, tells_of_recommended: bool) -> anyhow::Result<(Report, bool)> {
    let shown = shown(file);
    let mut report = Report::default();
    let mut is_readable = true;
    for (line, number) in BufReader::new(open(file)?).lines().zip(1_u64..) {
        let line = line.with_context(|| shown.clone())?;
        if line.trim().is_empty() {
            continue;
        }
        match Request::parse(&line) {
            Ok(request) => view::take(&mut report, &request, tells_of_recommended),
            Err(problem) => {
                is_readable = false;
                eprintln!("{shown}: line {number}: {problem}");
            }
        }
    }
    Ok((report, is_readable))
}
