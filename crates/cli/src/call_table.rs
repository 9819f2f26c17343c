//! Reads model calls from a CSV table row by row, by column name.

use std::{borrow::Cow, io, time::SystemTime};

use anyhow::{Context, ensure};
use serde_json::{Map, Value};
use tracing_genai_pricing::{Counts, Reasons};
use tracing_genai_semconv::dialect::Side;
use tracing_genai_usage::{Unit, Usage};

use crate::{
    call::{CallRow, ModelCall, PriceContext},
    columns::{Column, Columns},
    csv_records::{CsvRecords, Record, TOO_LARGE, records},
    input::check_start,
    output::message,
    timestamp,
};

/// Defaults for rows without these columns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Defaults {
    pub(crate) at: SystemTime,
    /// What the input includes; `None` to know it from the headings.
    pub(crate) counts: Option<Counts>,
}

/// A table of calls. Holds one row in memory.
pub(crate) struct CallTable<R> {
    records: CsvRecords<R>,
    columns: Columns,
    defaults: Defaults,
    has_time_without_offset: bool,
}

/// Reads the column names from the first row. Fails without a row, without a column `model`, for repeated columns and
/// for UTF-16.
pub(crate) fn call_table<R: io::Read>(source: R, defaults: Defaults) -> anyhow::Result<CallTable<impl io::Read>> {
    let mut records = records(source)?;
    let first = records.next().context("cannot read the column names")?;
    let columns = first.map_or_else(
        || Columns::read([]),
        |first| {
            ensure!(first.is_whole, "the first row, of column names, is {TOO_LARGE}");
            check_start(first.bytes(), "the table")?;
            Columns::read(first.cells())
        },
    )?;
    Ok(CallTable {
        records,
        columns,
        defaults,
        has_time_without_offset: false,
    })
}

/// Reads rows by their columns.
impl Columns {
    /// The cell of that column; `None` if empty.
    fn cell<'a>(&self, record: &Record<'a>, column: Column) -> Option<Cow<'a, str>> {
        record.cell(self.place(column)?).filter(|cell| !cell.is_empty())
    }

    fn row(&self, record: &Record<'_>, defaults: Defaults) -> CallRow {
        let line = record.line;
        let case = match self.cell(record, Column::Case) {
            Some(case) => case.into_owned(),
            None => format!("line {line}"),
        };
        let call = if !record.is_whole {
            Err(format!("the row is {TOO_LARGE}"))
        } else if !record.is_text() {
            Err("not UTF-8; save the table as UTF-8".to_owned())
        } else if record.len() == self.count() {
            self.call(record, defaults)
        } else {
            Err(format!(
                "{} cells under {} columns; quote cells that hold a comma",
                record.len(),
                self.count()
            ))
        };
        CallRow { line, case, call }
    }

    fn call(&self, record: &Record<'_>, defaults: Defaults) -> Result<ModelCall, String> {
        let mut counts = RowCounts::default();
        let mut beside_output = 0_u64;
        for (column, place) in self.iter() {
            let Some(text) = record.cell(place).filter(|cell| !cell.is_empty()) else {
                continue;
            };
            match column {
                Column::Count(unit) => counts.set(unit, parse_count(&text)),
                Column::Beside(unit, side) => {
                    let count = parse_count(&text);
                    counts.set(unit, count);
                    if side == Side::Output {
                        beside_output = beside_output.saturating_add(count.unwrap_or_default());
                    }
                }
                _ => {}
            }
        }
        if counts.usage.get(Unit::OutputTokens).is_some() {
            counts.usage.add(Unit::OutputTokens, beside_output);
        }
        let context = match self.cell(record, Column::OtherJson) {
            Some(text) => counts.read_other(&text)?,
            None => PriceContext::default(),
        };
        let text = |column| self.cell(record, column).map(Cow::into_owned);
        Ok(ModelCall {
            provider: text(Column::Provider).unwrap_or_default(),
            server_address: None,
            response_model: text(Column::Model),
            request_model: text(Column::RequestModel),
            usage: counts.usage,
            started: match self.cell(record, Column::Timestamp) {
                Some(text) => timestamp::parse(&text).map_err(|problem| format!("timestamp: {problem}"))?,
                None => defaults.at,
            },
            context,
            counts: defaults.counts.unwrap_or_else(|| self.counts()),
            has_invalid_count: counts.has_invalid_count,
            known_cost: None,
            reasons: Reasons::NONE,
        })
    }
}

impl<R> CallTable<R> {
    /// The headings of columns that are not read.
    pub(crate) fn columns_not_read(&self) -> &[String] {
        self.columns.not_read()
    }

    /// Whether a row so far had a time without an offset, which is taken as UTC.
    pub(crate) const fn has_time_without_offset(&self) -> bool {
        self.has_time_without_offset
    }
}

impl<R: io::Read> Iterator for CallTable<R> {
    /// A row, or why reading failed.
    type Item = anyhow::Result<CallRow>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.records.next().transpose()?;
        Some(match record {
            Ok(record) => {
                let time = self.columns.cell(&record, Column::Timestamp);
                self.has_time_without_offset |= time.is_some_and(|time| timestamp::is_without_offset(&time));
                Ok(self.columns.row(&record, self.defaults))
            }
            Err(error) => Err(error.into()),
        })
    }
}

/// The counts of a row.
#[derive(Default)]
struct RowCounts {
    usage: Usage,
    has_invalid_count: bool,
}

impl RowCounts {
    /// Sets a count. An invalid one makes the usage inconsistent, which is a valid result and not an error of the
    /// table.
    fn set(&mut self, unit: Unit, count: Option<u64>) {
        match count {
            Some(count) => self.usage.set(unit, count),
            None => self.has_invalid_count = true,
        }
    }

    /// Sets the counts of `{"usage": {"web_searches": 3}, "price_context": {"service_tier": "flex"}}`, and returns the
    /// price context.
    fn read_other(&mut self, text: &str) -> Result<PriceContext, String> {
        let mut other: Map<String, Value> =
            serde_json::from_str(text).map_err(|error| format!("other_json is not a JSON object: {error}"))?;
        match other.remove("usage") {
            None | Some(Value::Null) => {}
            Some(Value::Object(usage)) => {
                for (name, count) in usage {
                    let unit = Unit::from_name(&name).ok_or_else(|| {
                        format!("other_json: no unit is called `{name}`; see `tracing-genai price --help`")
                    })?;
                    if !count.is_null() {
                        self.set(unit, parse_count(&count.to_string()));
                    }
                }
            }
            Some(_) => return Err("other_json: `usage` is not an object of unit and count".to_owned()),
        }
        let context = match other.remove("price_context") {
            None | Some(Value::Null) => PriceContext::default(),
            Some(context) => {
                serde_json::from_value(context).map_err(|error| format!("other_json: price_context: {error}"))?
            }
        };
        match other.keys().next() {
            Some(key) => Err(format!(
                "other_json: unknown key `{key}`; known are `usage` and `price_context`"
            )),
            None => Ok(context),
        }
    }
}

/// Prints the headings of columns that are not read.
pub(crate) fn print_not_read(name: &str, headings: &[String]) {
    if !headings.is_empty() {
        let listed: Vec<_> = headings.iter().map(|heading| format!("`{heading}`")).collect();
        message(format_args!("{name}: columns that are not read: {}", listed.join(", ")));
    }
}

/// Parses a non-negative integer. `12.0` is one, since some programs write every number so.
fn parse_count(text: &str) -> Option<u64> {
    let digits = match text.split_once('.') {
        Some((integer, fraction)) if fraction.bytes().all(|digit| digit == b'0') => integer,
        _ => text,
    };
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn rows(table: &str) -> Vec<CallRow> {
        let defaults = Defaults {
            at: UNIX_EPOCH,
            counts: Some(Counts::Inclusive),
        };
        let table = call_table(table.as_bytes(), defaults).unwrap();
        table.map(Result::unwrap).collect()
    }

    fn call(table: &str) -> ModelCall {
        rows(table).remove(0).call.unwrap()
    }

    #[test]
    fn an_empty_cell_is_absent_and_a_zero_is_a_count() {
        let call = call("model,input_tokens,output_tokens,cache_read\nm,7,,0\n");
        let counts: Vec<_> = call.usage.iter().collect();
        assert_eq!(counts, [(Unit::InputTokens, 7), (Unit::CacheReadTokens, 0)]);
        assert!(!call.has_invalid_count);
    }

    #[test]
    fn columns_are_found_by_name_and_others_are_ignored() {
        let call = call("colour, output_tokens ,model,provider\nred,3,m,p\n");
        assert_eq!((&*call.provider, call.response_model.as_deref()), ("p", Some("m")));
        assert_eq!(call.usage.get(Unit::OutputTokens), Some(3));
        assert_eq!(call.started, UNIX_EPOCH);
    }

    #[test]
    fn invalid_counts_are_rejected_and_integers_with_a_point_are_accepted() {
        for count in ["-1", "1.5", "1e3", "NaN", "many", "99999999999999999999", "-0.0"] {
            assert!(
                call(&format!("model,input_tokens\nm,{count}\n")).has_invalid_count,
                "{count}"
            );
        }
        let whole = call("model,input_tokens\nm,12.00\n");
        assert_eq!(
            (whole.has_invalid_count, whole.usage.get(Unit::InputTokens)),
            (false, Some(12))
        );
    }

    #[test]
    fn unreadable_rows_have_line_and_problem_and_the_next_row_is_read() {
        let rows = rows(
            "case,model,timestamp,other_json\na,m,soon,\nb,m,,{\nc,m\nd,m,,\"{\"\"usage\"\":{\"\"wishes\"\":1}}\"\ne,m,,\n",
        );
        let problems: Vec<_> = rows
            .iter()
            .map(|row| (row.line, row.call.as_ref().err().map_or("", String::as_str)))
            .collect();
        assert!(problems[0].1.contains("`soon` is not a time"), "{problems:?}");
        assert!(problems[1].1.contains("not a JSON object"), "{problems:?}");
        assert!(problems[2].1.contains("2 cells under 4 columns"), "{problems:?}");
        assert!(problems[3].1.contains("no unit is called `wishes`"), "{problems:?}");
        assert_eq!(problems[4], (6, ""));
        assert_eq!(rows[2].case, "c");
    }

    #[test]
    fn a_table_without_one_model_column_is_rejected() {
        let defaults = Defaults {
            at: UNIX_EPOCH,
            counts: Some(Counts::Inclusive),
        };
        for table in ["", "case,provider\n", "model,model\n"] {
            assert!(call_table(table.as_bytes(), defaults).is_err(), "{table:?}");
        }
    }
}
