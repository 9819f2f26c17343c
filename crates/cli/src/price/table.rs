//! Prices a table row by row.

use std::{io::Write, path::Path, process::ExitCode};

use anyhow::Context;
use serde_json::json;
use tracing_genai_pricing::{Catalogue, Cost, Status};

use super::explanation::{self, Explanation};
use crate::{
    call::ModelCall,
    call_table::{Defaults, call_table},
    input::{input_name, open},
    output::Output,
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
    let table = call_table(open(path)?, defaults).with_context(|| name.clone())?;
    let mut unreadable = Unreadable::default();
    let mut out = Rows::begin(form, out)?;
    for row in table {
        let row = row.with_context(|| name.clone())?;
        match row.call {
            Ok(call) => out.call(&row.case, &call, catalogue)?,
            Err(problem) => {
                out.unreadable(&row.case, &problem)?;
                unreadable.add_line(&name, row.line, problem);
            }
        }
    }
    unreadable.print_count(&name);
    Ok(unreadable.exit_code())
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

    fn call(&mut self, case: &str, call: &ModelCall, catalogue: &Catalogue) -> anyhow::Result<()> {
        let cost = call.cost(catalogue);
        let status = cost.status.as_str();
        let explanation = || Explanation::new(&cost, call, catalogue);
        if self.form == Form::Json {
            let mut object = json!({"case": case, "status": status, "cost_usd": amount(&cost)});
            explanation().add_to(&mut object);
            self.out.json(&object)?;
            return Ok(());
        }
        let amount = amount(&cost).unwrap_or_default();
        let row = [case, status, &amount];
        if self.form == Form::Explained {
            self.out.csv_row(row.into_iter().chain(explanation().cells()))?;
        } else {
            self.out.csv_row(row)?;
        }
        Ok(())
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
