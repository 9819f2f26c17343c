//! `tracing-genai check`: whether spans are what the GenAI conventions say.

mod report;

use std::{
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::Context;
use clap::ValueEnum;
use tracing_genai::semconv::{
    SpanKind,
    check::{Level, Problem, Shape, SpanView, check},
};

use crate::{
    call_table::{open, shown},
    otlp_json::{self, AnyValue, Span},
};
use report::Report;

const AFTER_HELP: &str = "\
A violation is a must of the conventions that is not so: a required attribute that is missing, a value of another type, an old
name, a count that contradicts another. An improvement is a should. What the conventions do not know, a name or a word, may be
somebody's own. Only spans with attributes of gen_ai.* or mcp.* are checked.

Exit codes: 0 when nothing was found of the level of --fail-on or worse; 1 when something was, or when a file or a line could
not be read; 2 when the command line is wrong.

Examples:
  tracing-genai demo && tracing-genai check target/demo.otlp.jsonl
  tracing-genai check --fail-on improvement --json spans.jsonl";

/// Checks OTLP JSON lines against the GenAI conventions, by type of span.
#[derive(clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The spans, as OTLP JSON lines; `-` is standard input
    file: PathBuf,
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

/// Prints what was found. Fails when the file cannot be read; lines that cannot be are told, and make the exit code 1.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let shown = shown(&arguments.file);
    let mut report = Report::default();
    let mut is_readable = true;
    for (line, number) in BufReader::new(open(&arguments.file)?).lines().zip(1_u64..) {
        let line = line.with_context(|| shown.clone())?;
        if line.trim().is_empty() {
            continue;
        }
        match otlp_json::spans(&line) {
            Ok(spans) => spans
                .iter()
                .for_each(|span| take(&mut report, span, arguments.recommended)),
            Err(problem) => {
                is_readable = false;
                eprintln!("{shown}: line {number}: {problem}");
            }
        }
    }
    let mut out = BufWriter::new(io::stdout().lock());
    if arguments.json {
        writeln!(out, "{:#}", report.json())?;
    } else {
        write!(out, "{}", report.text())?;
    }
    out.flush()?;
    let fails = report.has(arguments.fail_on.into());
    Ok(if is_readable && !fails {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn take(report: &mut Report, span: &Span, tells_of_recommended: bool) {
    let attributes: Vec<_> = span
        .attributes
        .iter()
        .map(|attribute| (&*attribute.key, shape(&attribute.value)))
        .collect();
    let view = SpanView {
        name: &span.name,
        kind: kind(span),
        is_error: is(&span.status.code, 2, "STATUS_CODE_ERROR"),
        attributes: &attributes,
    };
    match check(&view) {
        Some(mut checked) => {
            checked
                .findings
                .retain(|finding| tells_of_recommended || finding.problem != Problem::NotRecorded);
            report.add(&span.id, &checked);
        }
        None => report.add_other(),
    }
}

fn kind(span: &Span) -> Option<SpanKind> {
    let kinds = [
        (1, "SPAN_KIND_INTERNAL", SpanKind::Internal),
        (2, "SPAN_KIND_SERVER", SpanKind::Server),
        (3, "SPAN_KIND_CLIENT", SpanKind::Client),
    ];
    let found = kinds
        .into_iter()
        .find(|(number, name, _)| is(&span.kind, *number, name));
    found.map(|(_, _, kind)| kind)
}

/// Whether an enum has that value, as its number or its name.
fn is(value: &serde_json::Value, number: u64, name: &str) -> bool {
    value.as_u64() == Some(number) || value.as_str() == Some(name)
}

fn shape(value: &AnyValue) -> Shape<'_> {
    let integer = || value.integer.as_i64().or_else(|| value.integer.as_str()?.parse().ok());
    if let Some(text) = &value.text {
        Shape::Text(text)
    } else if let Some(integer) = integer() {
        Shape::Int(integer)
    } else if !value.double.is_null() {
        Shape::Double
    } else if value.boolean.is_some() {
        Shape::Bool
    } else if value
        .array
        .as_ref()
        .is_some_and(|array| array.values.iter().all(|value| value.text.is_some()))
    {
        Shape::TextArray
    } else {
        Shape::Other
    }
}
