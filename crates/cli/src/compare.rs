//! `tracing-genai compare`: what the same calls would have cost on other models.

mod csv_report;
mod json_report;
mod tally;
mod text_report;

use std::{
    io::{self, BufReader, BufWriter, Write},
    path::PathBuf,
    process::ExitCode,
    time::SystemTime,
};

use anyhow::Context;
use clap::{ArgGroup, ValueEnum};
use tracing_genai::pricing::{Catalogue, Cost, Entry, Estimate, ModelId, Ranking};

use crate::{
    call::{CallRow, ModelCall},
    call_table::{CallTable, Defaults, open, shown},
    moment,
    otlp_calls::OtlpCalls,
    price::CountsChoice,
    price_source::Source,
};
use tally::Tally;

const AFTER_HELP: &str = "\
The estimate for another model takes the same token counts, at that model's prices of the moment when the call started.
What it assumes is said with it: that model would count other tokens; cached tokens are charged at its price for them, or
as ordinary input where it has none; a context window that the call would exceed is named. The totals are over the calls
that have a cost on both sides.

A table's columns are those of `tracing-genai price --csv`. OTLP JSON lines are what `tracing-genai demo` or the
Collector's file exporter writes; of their spans, the model calls are compared, and a cost that a span has is kept.

Exit codes: 0 when every call was read; 1 when a file, a row or a line could not be read, or a model or provider is not
known; 2 when the command line is wrong.

Examples:
  tracing-genai compare --csv calls.csv --with openai/gpt-4o-mini --with anthropic/claude-haiku-4-5
  tracing-genai compare --otlp target/demo.otlp.jsonl --cheapest 5 --among openai --among anthropic --min-context 200000";

/// Says what the calls of a file would have cost on other models: per call and in total, and which would be cheapest.
#[derive(clap::Args)]
#[command(
    after_help = AFTER_HELP,
    group = ArgGroup::new("calls").args(["csv", "otlp"]).required(true),
    group = ArgGroup::new("others").args(["with", "cheapest"]).required(true).multiple(true)
)]
pub(crate) struct Arguments {
    /// The calls, as a table; `-` is standard input
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// The calls, as OTLP JSON lines; `-` is standard input
    #[arg(long, value_name = "FILE")]
    otlp: Option<PathBuf>,
    /// A model to compare with, such as `openai/gpt-4o-mini`; may be repeated
    #[arg(long, value_name = "PROVIDER/MODEL")]
    with: Vec<ModelId>,
    /// How many of the cheapest models to name
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    cheapest: Option<u64>,
    #[command(flatten)]
    filter: Filter,
    /// When the calls that do not say so started [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<SystemTime>,
    /// Whether input tokens include the cached ones [default: of a table inclusive; of spans as the processor reads them]
    #[arg(long, value_enum)]
    counts: Option<CountsChoice>,
    /// How to write it: amounts are exact decimals in each
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    source: Source,
}

/// Routers sell a model cheaper under an id that ends so, and answer when they have time.
/// Source: genai-prices 0.2.3, provider `openrouter`.
const BATCH_SUFFIX: &str = ":batch";

/// Which models may be among the cheapest.
#[derive(clap::Args)]
struct Filter {
    /// Only models of this provider of the catalogue; may be repeated
    #[arg(long, value_name = "PROVIDER", requires = "cheapest")]
    among: Vec<String>,
    /// Only models whose id contains this; without it, none that a router sells for batches only
    #[arg(long, value_name = "TEXT", requires = "cheapest")]
    named: Option<String>,
    /// Only models known to take and give at least so many tokens in a call
    #[arg(long, value_name = "TOKENS", requires = "cheapest")]
    min_context: Option<u64>,
    /// Models that cost nothing too
    #[arg(long, requires = "cheapest")]
    include_free: bool,
    /// Models that their provider means to take away too
    #[arg(long, requires = "cheapest")]
    include_deprecated: bool,
}

/// How a comparison is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Columns to read
    Text,
    /// A row a call and model, then a row `total` a model, then a row `cheapest` a candidate
    Csv,
    /// An object a call, then one with the totals
    Json,
}

/// A call, what it cost, and what it would have cost.
struct Compared<'a> {
    case: &'a str,
    call: &'a ModelCall,
    cost: &'a Cost,
    /// In the order of the models.
    estimates: &'a [Estimate],
}

/// What all the calls come to.
struct Outcome<'a> {
    calls: u64,
    /// In the order of the models.
    tallies: &'a [Tally],
    /// The candidates, where they were asked for, and what the calls that all of them were measured by cost.
    ranking: Option<(&'a Ranking<'a>, &'a Tally, usize)>,
}

impl Filter {
    fn lets_through(&self, entry: &Entry<'_>) -> bool {
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

    /// Refuses a provider that the catalogue does not have: a slip of the pen would only make the ranking empty.
    fn check(&self, catalogue: &Catalogue) -> anyhow::Result<()> {
        for name in &self.among {
            let is_known = catalogue.providers().any(|id| name.eq_ignore_ascii_case(id));
            anyhow::ensure!(
                is_known,
                "--among {name}: no provider of the catalogue; `tracing-genai catalog list` shows them"
            );
        }
        Ok(())
    }
}

/// Prints the comparison.
///
/// Fails when a file cannot be read or a model is not known; calls that cannot be read are told, and make the exit code 1.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let catalogue = arguments.source.load()?;
    for model in &arguments.with {
        let known = catalogue.entry(model);
        anyhow::ensure!(
            known.is_some(),
            "--with {model}: the catalogue has no such model; `tracing-genai catalog list` shows them"
        );
    }
    arguments.filter.check(&catalogue)?;
    let mut tallies: Vec<_> = arguments.with.iter().map(|_| Tally::default()).collect();
    let mut ranking = arguments.cheapest.map(|most| {
        (
            catalogue.candidates(|entry| arguments.filter.lets_through(entry)),
            Tally::default(),
            most,
        )
    });
    let (rows, shown) = rows(arguments)?;
    let mut report = Report::begin(arguments, BufWriter::new(io::stdout().lock()))?;
    let (mut calls, mut code) = (0, ExitCode::SUCCESS);
    for row in rows {
        let row = row.with_context(|| shown.clone())?;
        calls += 1;
        let call = match row.call {
            Ok(call) => call,
            Err(problem) => {
                code = ExitCode::FAILURE;
                eprintln!("{shown}: line {}: {problem}", row.line);
                continue;
            }
        };
        let cost = call.cost(&catalogue);
        let estimates: Vec<_> = arguments
            .with
            .iter()
            .map(|model| call.cost_on(&catalogue, model))
            .collect();
        for (tally, estimate) in tallies.iter_mut().zip(&estimates) {
            tally.add(&cost, &estimate.cost);
        }
        if let (Some((ranking, tally, _)), Some(_), false) = (&mut ranking, cost.total, call.is_absurd)
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
            .map(|(ranking, tally, most)| (ranking, tally, usize::try_from(*most).unwrap_or(usize::MAX))),
    })?;
    Ok(code)
}

type Rows = Box<dyn Iterator<Item = anyhow::Result<CallRow>>>;

/// The calls, and what to call their file.
fn rows(arguments: &Arguments) -> anyhow::Result<(Rows, String)> {
    let at = arguments.at.unwrap_or_else(SystemTime::now);
    let path = arguments.csv.as_ref().or(arguments.otlp.as_ref());
    let path = path.context("name the calls with --csv or --otlp")?;
    let source = open(path)?;
    let shown = shown(path);
    let rows: Rows = if arguments.csv.is_some() {
        let counts = arguments.counts.unwrap_or(CountsChoice::Inclusive).into();
        Box::new(CallTable::new(source, Defaults { at, counts }).with_context(|| shown.clone())?)
    } else {
        let counts = arguments.counts.map(Into::into);
        Box::new(OtlpCalls::new(BufReader::new(source), at, counts))
    };
    Ok((rows, shown))
}

/// What is written, in one of the forms.
enum Report<'a, W: Write> {
    Text(text_report::TextReport<'a, W>),
    Csv(Box<csv_report::CsvReport<'a, W>>),
    Json(json_report::JsonReport<'a, W>),
}

impl<'a, W: Write> Report<'a, W> {
    fn begin(arguments: &'a Arguments, out: W) -> io::Result<Self> {
        let models = &arguments.with;
        Ok(match arguments.format {
            Format::Text => Self::Text(text_report::TextReport::begin(models, out)?),
            Format::Csv => Self::Csv(Box::new(csv_report::CsvReport::begin(models, out)?)),
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
