//! `tracing-genai price`: prices one call or the calls of a table.

mod explanation;
mod flags;
mod table;

use std::{io::Write, path::PathBuf, process::ExitCode, time::SystemTime};

use clap::{ArgGroup, ValueEnum};
use serde_json::json;
use tracing_genai_pricing::{Catalogue, Counts};

use crate::{
    call::ModelCall,
    call_table::Defaults,
    output::{Output, stdout},
    price_source::Source,
    reason, timestamp,
};
use explanation::Explanation;

const AFTER_HELP: &str = "\
The table's columns are found by their names in its first row: case, provider, model, timestamp, input_tokens,
cache_read, cache_write, cache_write_1h, output_tokens, reasoning_tokens, input_audio, output_audio, other_json. The names
of providers and tracers are known too, in any case: prompt_tokens, completion_tokens, cached_tokens, created_at. Only
`model` is required; other columns are named on standard error and not read. An empty cell is not reported, which is not zero. other_json is
{\"price_context\": {\"service_tier\": \"flex\"}, \"usage\": {\"web_searches\": 3}}.

The output has the columns case, status and cost_usd, a row for each row; the cost is an exact decimal, empty if unknown.
A count that is not a non-negative integer makes the row `inconsistent`. Any other unreadable row is `unpriced`; the first
ten are reported on standard error with their line and problem, and all are counted. A cell that a spreadsheet would take for
a formula is written with a ' in front; numbers stay numbers. Control characters in a cell are written escaped, except line
breaks and tabs.

Statuses: priced; estimated (with an assumption or a missing part: see --explain); reported; free (by the catalogue);
unpriced (unknown, never zero); inconsistent (contradictory usage).

Exit codes: 0 if every call was readable, with any status; 1 for an unreadable file or row; 2 for a wrong command line.

Examples:
  tracing-genai price --provider openai --model gpt-4o-2024-08-06 --input-tokens 1200 --output-tokens 350
  tracing-genai price --csv calls.csv --explain > costs.csv";

/// Prices one call from flags, or every call of a table.
#[derive(clap::Args)]
#[command(
    after_help = AFTER_HELP,
    group = ArgGroup::new("what").args(["csv", "model", "request_model"]).required(true).multiple(true)
)]
pub(crate) struct Arguments {
    /// Prices every row of this table instead of one call; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = flags::NAMES)]
    csv: Option<PathBuf>,
    #[command(flatten)]
    call: flags::CallFlags,
    /// The start of the call, or of rows without a timestamp: 2026-11-20T12:00:00Z, or 2026-11-20 for midnight in UTC
    /// [default: now]
    #[arg(long, value_name = "TIME", value_parser = timestamp::parse)]
    at: Option<SystemTime>,
    /// Whether input tokens include cached ones [default: inclusive; exclusive if the table has Anthropic's names]
    #[arg(long, value_enum)]
    counts: Option<CountsChoice>,
    /// Explains the cost: reasons, parts, price, its start, tier, rates, catalogue
    #[arg(long)]
    explain: bool,
    /// Writes JSON with everything of --explain: an object for the call, or one per row of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    source: Source,
}

/// What `input_tokens` includes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CountsChoice {
    /// Cache reads and writes are included, as in the OpenTelemetry conventions
    Inclusive,
    /// Cache reads and writes are added, as Anthropic and Bedrock report them
    Exclusive,
    /// Included, unless they exceed the input: then they are added, and the cost is estimated
    Auto,
}

impl From<CountsChoice> for Counts {
    fn from(choice: CountsChoice) -> Self {
        match choice {
            CountsChoice::Inclusive => Self::Inclusive,
            CountsChoice::Exclusive => Self::Exclusive,
            CountsChoice::Auto => Self::Auto,
        }
    }
}

/// Prints the costs of the calls.
///
/// Fails if a file cannot be opened. Unreadable rows are reported and make the exit code 1.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let catalogue = arguments.source.load()?;
    let mut out = stdout();
    let defaults = Defaults {
        at: arguments.at.unwrap_or_else(SystemTime::now),
        counts: arguments.counts.map(Into::into),
    };
    let code = if let Some(path) = &arguments.csv {
        let form = match (arguments.json, arguments.explain) {
            (true, _) => table::Form::Json,
            (false, true) => table::Form::Explained,
            (false, false) => table::Form::Plain,
        };
        table::price(path, defaults, &catalogue, form, &mut out)?
    } else {
        price_call(arguments, &arguments.call.call(defaults), &catalogue, &mut out)?;
        ExitCode::SUCCESS
    };
    out.flush()?;
    Ok(code)
}

fn price_call(
    arguments: &Arguments,
    call: &ModelCall,
    catalogue: &Catalogue,
    out: &mut Output<impl Write>,
) -> anyhow::Result<()> {
    let cost = call.cost(catalogue);
    if arguments.json {
        let mut object = json!({"status": cost.status.as_str(), "cost_usd": cost.total.map(|usd| usd.to_string())});
        Explanation::new(&cost, call, catalogue).add_to(&mut object);
        out.pretty_json(&object)?;
        return Ok(());
    }
    match cost.total {
        Some(total) => out.line(format_args!("{} {total} USD", cost.status))?,
        None => out.line(format_args!("{} unknown", cost.status))?,
    }
    if arguments.explain {
        Explanation::new(&cost, call, catalogue).write_text(out)?;
    } else {
        for reason in cost.reasons.iter() {
            out.line(format_args!("  {reason}: {}", reason::description(reason)))?;
        }
    }
    Ok(())
}
