//! Prices a table row by row.

use std::{
    io::{self, Write},
    path::Path,
    process::ExitCode,
};

use anyhow::Context;
use serde_json::json;
use tracing_genai::pricing::{Catalogue, Cost, Status};

use super::explanation::{self, Explanation};
use crate::{
    call::ModelCall,
    call_table::{self, CallTable, Defaults},
    csv_output::into_io_error,
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
    out: &mut impl Write,
) -> anyhow::Result<ExitCode> {
    let name = call_table::input_name(path);
    let table = CallTable::new(call_table::open(path)?, defaults).with_context(|| name.clone())?;
    let mut code = ExitCode::SUCCESS;
    let mut out = Rows::begin(form, out)?;
    for row in table {
        let row = row.with_context(|| name.clone())?;
        match row.call {
            Ok(call) => out.call(&row.case, &call, catalogue)?,
            Err(problem) => {
                code = ExitCode::FAILURE;
                eprintln!("{name}: line {}: {problem}", row.line);
                out.unreadable(&row.case, &problem)?;
            }
        }
    }
    out.end()?;
    Ok(code)
}

/// The output rows.
enum Rows<'o, W: Write> {
    Csv {
        explained: bool,
        writer: Box<csv::Writer<&'o mut W>>,
    },
    Json(&'o mut W),
}

impl<'o, W: Write> Rows<'o, W> {
    fn begin(form: Form, out: &'o mut W) -> anyhow::Result<Self> {
        if form == Form::Json {
            return Ok(Self::Json(out));
        }
        let explained = form == Form::Explained;
        let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(out);
        let facts = explanation::NAMES.iter().copied();
        let columns = ["case", "status", "cost_usd"]
            .into_iter()
            .chain(facts.filter(|_| explained));
        writer.write_record(columns).map_err(into_io_error)?;
        Ok(Self::Csv {
            explained,
            writer: Box::new(writer),
        })
    }

    fn call(&mut self, case: &str, call: &ModelCall, catalogue: &Catalogue) -> anyhow::Result<()> {
        let cost = call.cost(catalogue);
        match self {
            Self::Csv { explained, writer } => {
                let amount = amount(&cost).unwrap_or_default();
                let row = [case, cost.status.as_str(), &amount];
                if *explained {
                    let explanation = Explanation::new(&cost, call, catalogue);
                    writer.write_record(row.into_iter().chain(explanation.cells()))
                } else {
                    writer.write_record(row)
                }
                .map_err(into_io_error)?;
            }
            Self::Json(out) => {
                let mut object = json!({"case": case, "status": cost.status.as_str(), "cost_usd": amount(&cost)});
                Explanation::new(&cost, call, catalogue).add_to(&mut object);
                writeln!(out, "{object}")?;
            }
        }
        Ok(())
    }

    fn unreadable(&mut self, case: &str, problem: &str) -> anyhow::Result<()> {
        let status = Status::Unpriced.as_str();
        match self {
            Self::Csv { explained, writer } => {
                let blanks = explanation::NAMES.iter().map(|_| "").filter(|_| *explained);
                writer
                    .write_record([case, status, ""].into_iter().chain(blanks))
                    .map_err(into_io_error)?;
            }
            Self::Json(out) => {
                let object = json!({"case": case, "status": status, "cost_usd": null, "problem": problem});
                writeln!(out, "{object}")?;
            }
        }
        Ok(())
    }

    fn end(self) -> io::Result<()> {
        match self {
            Self::Csv { mut writer, .. } => writer.flush(),
            Self::Json(_) => Ok(()),
        }
    }
}

fn amount(cost: &Cost) -> Option<String> {
    cost.total.map(|usd| usd.to_string())
}
