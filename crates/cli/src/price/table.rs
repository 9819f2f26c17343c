//! Prices a table row by row.

use std::{fmt, io::Write, path::Path, process::ExitCode};

use anyhow::Context;
use serde_json::json;
use tracing_genai_pricing::{Catalogue, Cost, Status, Usd};

use super::explanation::{self, Explanation};
use crate::{
    call::ModelCall,
    call_table::{Defaults, call_table, print_not_read},
    input::{input_name, open},
    output::{Output, message},
    unreadable::Unreadable,
};

/// The output for each row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `case,status,cost_usd`.
    Plain,
    /// The same with a column for each fact of the explanation.
    Explained,
    /// A JSON object with all of them.
    Json,
}

/// Prices the rows of the table at `path`, each as it is read.
///
/// The output has one row for each row of input. An unreadable row is `unpriced` and reported on standard error, and
/// the exit code is 1.
pub(super) fn price(
    path: &Path,
    defaults: Defaults,
    catalogue: &Catalogue,
    form: Form,
    out: &mut Output<impl Write>,
) -> anyhow::Result<ExitCode> {
    let name = input_name(path);
    let mut table = call_table(open(path)?, defaults).with_context(|| name.clone())?;
    print_not_read(&name, table.columns_not_read());
    let mut unreadable = Unreadable::default();
    let mut out = Rows::begin(form, out)?;
    let mut total = Total::default();
    for row in table.by_ref() {
        let row = row.with_context(|| name.clone())?;
        match row.call {
            Ok(call) => total.add(&out.call(&row.case, &call, catalogue)?),
            Err(problem) => {
                total.without_cost += 1;
                out.unreadable(&row.case, &problem)?;
                unreadable.add_line(&name, row.line, problem);
            }
        }
    }
    unreadable.print_count(&name);
    if table.has_time_without_offset() {
        message(format_args!("{name}: times without an offset are taken as UTC"));
    }
    message(format_args!("{name}: {total}"));
    Ok(unreadable.exit_code())
}

/// The total of the rows, and how many have no cost.
#[derive(Default)]
struct Total {
    /// `None` if it is above what an amount holds.
    cost: Option<Usd>,
    with_cost: u64,
    without_cost: u64,
}

impl Total {
    fn add(&mut self, cost: &Cost) {
        let Some(cost) = cost.total else {
            self.without_cost += 1;
            return;
        };
        let so_far = if self.with_cost == 0 {
            Some(Usd::ZERO)
        } else {
            self.cost
        };
        self.cost = so_far.and_then(|so_far| so_far.checked_add(cost));
        self.with_cost += 1;
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.with_cost, self.cost) {
            (0, _) => write!(f, "no row has a cost")?,
            (rows, Some(cost)) => write!(f, "total {cost} USD over {rows} {}", noun(rows))?,
            (rows, None) => write!(f, "the total of {rows} {} is too large", noun(rows))?,
        }
        match self.without_cost {
            0 => Ok(()),
            rows => write!(f, "; {rows} {} without a cost, not in the total", noun(rows)),
        }
    }
}

const fn noun(rows: u64) -> &'static str {
    if rows == 1 { "row" } else { "rows" }
}

/// The output rows.
struct Rows<'o, W> {
    form: Form,
    out: &'o mut Output<W>,
}

impl<'o, W: Write> Rows<'o, W> {
    fn begin(form: Form, out: &'o mut Output<W>) -> anyhow::Result<Self> {
        let columns = ["case", "status", "cost_usd"];
        match form {
            Form::Plain => out.csv_row(columns)?,
            Form::Explained => out.csv_row(columns.into_iter().chain(explanation::NAMES))?,
            Form::Json => {}
        }
        Ok(Self { form, out })
    }

    fn call(&mut self, case: &str, call: &ModelCall, catalogue: &Catalogue) -> anyhow::Result<Cost> {
        let cost = call.cost(catalogue);
        let status = cost.status.as_str();
        let explanation = || Explanation::new(&cost, call, catalogue);
        if self.form == Form::Json {
            let mut object = json!({"case": case, "status": status, "cost_usd": amount(&cost)});
            explanation().add_to(&mut object);
            self.out.json(&object)?;
            return Ok(cost);
        }
        let amount = amount(&cost).unwrap_or_default();
        let row = [case, status, &amount];
        if self.form == Form::Explained {
            self.out.csv_row(row.into_iter().chain(explanation().cells()))?;
        } else {
            self.out.csv_row(row)?;
        }
        Ok(cost)
    }

    fn unreadable(&mut self, case: &str, problem: &str) -> anyhow::Result<()> {
        let status = Status::Unpriced.as_str();
        let row = [case, status, ""].into_iter();
        match self.form {
            Form::Plain => self.out.csv_row(row)?,
            Form::Explained => self.out.csv_row(row.chain(explanation::NAMES.map(|_| "")))?,
            Form::Json => self.out.json(&json!({
                "case": case, "status": status, "cost_usd": null, "problem": problem,
            }))?,
        }
        Ok(())
    }
}

fn amount(cost: &Cost) -> Option<String> {
    cost.total.map(|usd| usd.to_string())
}
