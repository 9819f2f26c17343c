//! `tracing-genai compare`: estimates the cost of calls on other models.

mod csv_report;
mod json_report;
mod outcome;
mod tally;
mod text_report;

use std::{
    io::{self, BufReader, Write},
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use anyhow::Context;
use clap::{ArgGroup, ValueEnum};
use tracing_genai_pricing::{Catalogue, Entry, ModelId};

use crate::{
    call::CallRow,
    call_table::{Defaults, call_table, print_not_read},
    input::{input_name, open},
    otlp_calls::OtlpCalls,
    output::{Output, message, stdout},
    price::CountsChoice,
    price_source::Source,
    timestamp,
    unreadable::Unreadable,
};
use outcome::{Compared, Outcome};
use tally::Tally;

const AFTER_HELP: &str = "\
The estimate for another model uses the same token counts, at that model's prices at the start of the call. Its assumptions
are listed: that model would count other tokens; cached tokens are charged at its price for them, or as input without one;
the call may exceed its context window. The totals are over the calls with a cost on both sides.

A table has the columns of `tracing-genai price --csv`. OTLP JSON lines are written by `tracing-genai demo` or the
Collector's file exporter; the model calls among their spans are compared, with the cost on the span, if any.

An unreadable row or line is reported, counted and excluded.

Exit codes: 0 if every call was readable; 1 for a file without calls, an unreadable file, row or line, or an unknown
model or provider; 2 for a wrong command line.

Examples:
  tracing-genai compare --csv calls.csv --with openai/gpt-4o-mini --with anthropic/claude-haiku-4-5
  tracing-genai compare --otlp target/demo.otlp.jsonl --cheapest 5 --among openai --among anthropic --min-context 200000";

/// Estimates the cost of calls on other models: per call, in total, and for the cheapest models.
#[derive(clap::Args)]
#[command(
    after_help = AFTER_HELP,
    group = ArgGroup::new("calls").args(["csv", "otlp"]).required(true),
    group = ArgGroup::new("others").args(["with", "cheapest"]).required(true).multiple(true)
)]
pub(crate) struct Arguments {
    /// The calls as a CSV table; `-` is standard input
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// The calls as OTLP JSON lines; `-` is standard input
    #[arg(long, value_name = "FILE")]
    otlp: Option<PathBuf>,
    /// A model to compare with, such as `openai/gpt-4o-mini`; may be repeated
    #[arg(long, value_name = "PROVIDER/MODEL")]
    with: Vec<ModelId>,
    /// Lists the N cheapest models
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    cheapest: Option<u64>,
    #[command(flatten)]
    filter: Filter,
    /// The start of calls without a timestamp [default: now]
    #[arg(long, value_name = "TIME", value_parser = timestamp::parse)]
    at: Option<SystemTime>,
    /// Whether input tokens include cached ones [default: inclusive for a table; as in the processor for spans]
    #[arg(long, value_enum)]
    counts: Option<CountsChoice>,
    /// The output format; amounts are exact decimals in each
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    source: Source,
}

/// The suffix of models that routers sell cheaper, with delayed responses. Source: genai-prices 0.2.3, provider
/// `openrouter`.
const BATCH_SUFFIX: &str = ":batch";

/// Filters for the cheapest models.
#[derive(clap::Args)]
struct Filter {
    /// Only models of this provider; may be repeated
    #[arg(long, value_name = "PROVIDER", requires = "cheapest")]
    among: Vec<String>,
    /// Only models whose id contains this text [default: all but a router's batch models]
    #[arg(long, value_name = "TEXT", requires = "cheapest")]
    named: Option<String>,
    /// Only models with a known context window of at least so many tokens
    #[arg(long, value_name = "TOKENS", requires = "cheapest")]
    min_context: Option<u64>,
    /// Also free models
    #[arg(long, requires = "cheapest")]
    include_free: bool,
    /// Also deprecated models
    #[arg(long, requires = "cheapest")]
    include_deprecated: bool,
}

/// The output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Aligned columns
    Text,
    /// A row per call and model, then a row `total` per model, then a row `cheapest` per candidate
    Csv,
    /// An object per call, then one with the totals
    Json,
}

impl Filter {
    fn accepts(&self, entry: &Entry<'_>) -> bool {
        let is = |name: &String| name.eq_ignore_ascii_case(entry.provider());
        (self.among.is_empty() || self.among.iter().any(is))
            && self.named.as_ref().is_none_or(|text| entry.model().contains(&**text))
            && self
                .min_context
                .is_none_or(|least| entry.context_window() >= Some(least))
            && (self.include_free || !entry.is_free())
            && (self.named.is_some() || !entry.model().ends_with(BATCH_SUFFIX))
            && (self.include_deprecated || !entry.is_deprecated())
    }

    /// Rejects an unknown provider; a typo would only make the ranking empty.
    fn check(&self, catalogue: &Catalogue) -> anyhow::Result<()> {
        for name in &self.among {
            let is_known = catalogue.providers().any(|id| name.eq_ignore_ascii_case(id));
            anyhow::ensure!(
                is_known,
                "--among {name}: no such provider; `tracing-genai catalog list --providers` lists them"
            );
        }
        Ok(())
    }
}

/// Prints the comparison.
///
/// Fails if a file cannot be opened or a model is unknown. Unreadable calls are reported and make the exit code 1.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let catalogue = arguments.source.load()?;
    for model in &arguments.with {
        let known = catalogue.entry(model);
        anyhow::ensure!(
            known.is_some(),
            "--with {model}: no such model; `tracing-genai catalog list` lists them"
        );
    }
    arguments.filter.check(&catalogue)?;
    let mut tallies: Vec<_> = arguments.with.iter().map(|_| Tally::default()).collect();
    let mut ranking = arguments.cheapest.map(|limit| {
        (
            catalogue.candidates(|entry| arguments.filter.accepts(entry)),
            Tally::default(),
            limit,
        )
    });
    let (rows, name) = rows(arguments)?;
    let mut report = Report::begin(arguments, stdout())?;
    let (mut calls, mut unreadable) = (0, Unreadable::default());
    for row in rows {
        let row = row.with_context(|| name.clone())?;
        let call = match row.call {
            Ok(call) => call,
            Err(problem) => {
                unreadable.add_line(&name, row.line, problem);
                continue;
            }
        };
        calls += 1;
        let cost = call.cost(&catalogue);
        let estimates: Vec<_> = arguments
            .with
            .iter()
            .map(|model| call.cost_on(&catalogue, model))
            .collect();
        for (tally, estimate) in tallies.iter_mut().zip(&estimates) {
            tally.add(&cost, &estimate.cost);
        }
        if let (Some((ranking, tally, _)), Some(_), false) = (&mut ranking, cost.total, call.has_invalid_count)
            && ranking.add(&call.call())
        {
            tally.add(&cost, &cost);
        }
        report.call(&Compared {
            case: &row.case,
            call: &call,
            cost: &cost,
            estimates: &estimates,
        })?;
    }
    report.end(&Outcome {
        calls,
        tallies: &tallies,
        ranking: ranking
            .as_ref()
            .map(|(ranking, tally, limit)| (ranking, tally, usize::try_from(*limit).unwrap_or(usize::MAX))),
    })?;
    unreadable.print_count(&name);
    if calls == 0 {
        message(format_args!("nothing was compared: no model call was found"));
        return Ok(ExitCode::FAILURE);
    }
    Ok(unreadable.exit_code())
}

type Rows = Box<dyn Iterator<Item = anyhow::Result<CallRow>>>;

/// The calls, and the name of their file.
fn rows(arguments: &Arguments) -> anyhow::Result<(Rows, String)> {
    let at = arguments.at.unwrap_or_else(SystemTime::now);
    let path = arguments.csv.as_ref().or(arguments.otlp.as_ref());
    let path = path.context("use --csv or --otlp")?;
    let source = open(path)?;
    let name = input_name(path);
    let rows: Rows = if arguments.csv.is_some() {
        let counts = arguments.counts.map(Into::into);
        let table = call_table(source, Defaults { at, counts }).with_context(|| name.clone())?;
        print_not_read(&name, table.columns_not_read());
        Box::new(table)
    } else {
        let counts = arguments.counts.map(Into::into);
        Box::new(OtlpCalls::new(BufReader::new(source), at, counts))
    };
    Ok((rows, name))
}

/// The report in one of the formats.
enum Report<'a, W: Write> {
    Text(text_report::TextReport<'a, W>),
    Csv(csv_report::CsvReport<'a, W>),
    Json(json_report::JsonReport<'a, W>),
}

impl<'a, W: Write> Report<'a, W> {
    fn begin(arguments: &'a Arguments, out: Output<W>) -> io::Result<Self> {
        let models = &arguments.with;
        Ok(match arguments.format {
            Format::Text => Self::Text(text_report::TextReport::begin(models, out)?),
            Format::Csv => Self::Csv(csv_report::CsvReport::begin(models, out)?),
            Format::Json => Self::Json(json_report::JsonReport::begin(models, out)),
        })
    }

    fn call(&mut self, compared: &Compared<'_>) -> io::Result<()> {
        match self {
            Self::Text(report) => report.call(compared),
            Self::Csv(report) => report.call(compared),
            Self::Json(report) => report.call(compared),
        }
    }

    fn end(self, outcome: &Outcome<'_>) -> io::Result<()> {
        match self {
            Self::Text(report) => report.end(outcome),
            Self::Csv(report) => report.end(outcome),
            Self::Json(report) => report.end(outcome),
        }
    }
}
