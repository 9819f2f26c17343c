//! Writes a comparison as text: a line per call, then totals and assumptions.

use std::io::{self, Write};

use tracing_genai_pricing::{Estimate, ModelId, Reason, Usd};

use super::{
    outcome::{Compared, Outcome},
    tally::{Sums, Tally},
};
use crate::{escape::shown, output::Output, reason};

/// The minimum width of an amount.
const MIN_WIDTH: usize = 14;
const CASE_WIDTH: usize = 24;
const CALLED_WIDTH: usize = 34;
/// Marks a cost of a call that exceeds the model's context window.
const EXCEEDED: char = '!';

pub(super) struct TextReport<'a, W: Write> {
    models: &'a [ModelId],
    out: Output<W>,
    has_line: bool,
}

impl<'a, W: Write> TextReport<'a, W> {
    pub(super) fn begin(models: &'a [ModelId], mut out: Output<W>) -> io::Result<Self> {
        // Without models there is only a ranking.
        if !models.is_empty() {
            let cells = models.iter().map(|model| (name(model), ' '));
            out.line(format_args!("{}", line(["case", "called", "cost USD"], cells)))?;
        }
        Ok(Self {
            models,
            out,
            has_line: false,
        })
    }

    pub(super) fn call(&mut self, compared: &Compared<'_>) -> io::Result<()> {
        if self.models.is_empty() {
            return Ok(());
        }
        self.has_line = true;
        let cost = compared.cost;
        let called = [
            &*truncated(compared.case, CASE_WIDTH),
            &truncated(&compared.call.label(cost), CALLED_WIDTH),
            &amount_or(cost.total, cost.status.as_str()),
        ];
        let cells = self.models.iter().zip(compared.estimates).map(|(model, estimate)| {
            let cell = amount_or(estimate.cost.total, estimate.cost.status.as_str());
            (
                format!("{cell:>width$}", width = name(model).chars().count()),
                mark(estimate),
            )
        });
        self.out.line(format_args!("{}", line(called, cells)))
    }

    pub(super) fn end(mut self, outcome: &Outcome<'_>) -> io::Result<()> {
        if self.has_line {
            self.out.line(format_args!(""))?;
        }
        for (model, tally) in self.models.iter().zip(outcome.tallies) {
            self.total(model, tally, outcome.calls)?;
        }
        if let Some((ranking, tally, limit)) = outcome.ranking {
            let Some(sums) = tally.sums() else {
                self.out
                    .line(format_args!("no ranking: no call has a cost to compare with"))?;
                return self.out.flush();
            };
            self.out.line(format_args!(
                "cheapest for {}, which cost {} USD",
                share(tally.calls, outcome.calls),
                sums.cost
            ))?;
            let ranked = ranking.cheapest(limit);
            if ranked.is_empty() {
                self.out.line(format_args!(
                    "  no model that passes the filters could have served all of them"
                ))?;
            }
            let mut assumptions = Vec::new();
            for (place, ranked) in ranked.iter().enumerate() {
                let model = format!("{}/{}", ranked.entry.provider(), ranked.entry.model());
                let sums = Sums::of(sums.cost, ranked.total);
                let (place, model) = (place + 1, shown(&model));
                self.out
                    .line(format_args!("  {place:>2}  {model:44}  {}", describe(sums)))?;
                assumptions.extend(
                    ranked
                        .reasons
                        .iter()
                        .filter(|reason| !assumptions.contains(reason))
                        .collect::<Vec<_>>(),
                );
            }
            for reason in assumptions {
                self.out
                    .line(format_args!("  assumed: {reason}: {}", reason::description(reason)))?;
            }
        }
        self.out.flush()
    }

    fn total(&mut self, model: &ModelId, tally: &Tally, calls: u64) -> io::Result<()> {
        match tally.sums() {
            Some(sums) => {
                self.out.line(format_args!(
                    "{model}: {} instead of {} USD, over {}",
                    describe(sums),
                    sums.cost,
                    share(tally.calls, calls)
                ))?;
            }
            None => self
                .out
                .line(format_args!("{model}: no call to compare among {}", counted(calls)))?,
        }
        let missing = [
            (tally.without_cost, "without a cost"),
            (tally.without_estimate, "without a cost on this model"),
        ];
        for (calls, what) in missing.into_iter().filter(|(calls, _)| *calls > 0) {
            self.out.line(format_args!("  excluded: {} {what}", counted(calls)))?;
        }
        for (reason, calls) in tally.assumptions() {
            let mark = if *reason == Reason::ContextExceeded {
                format!(" ({EXCEEDED})")
            } else {
                String::new()
            };
            self.out.line(format_args!(
                "  assumed for {}{mark}: {reason}: {}",
                counted(*calls),
                reason::description(*reason)
            ))?;
        }
        self.out.line(format_args!(""))
    }
}

/// A line of a call, and a cell with its mark for each model.
fn line([case, called, cost]: [&str; 3], cells: impl Iterator<Item = (String, char)>) -> String {
    let mut line = format!("{case:CASE_WIDTH$}  {called:CALLED_WIDTH$}  {cost:>MIN_WIDTH$} ");
    for (cell, mark) in cells {
        line.extend(["  ", &*cell]);
        line.push(mark);
    }
    line
}

/// The heading of a model's column, as wide as the column.
fn name(model: &ModelId) -> String {
    format!("{:>MIN_WIDTH$}", shown(&model.to_string()))
}

fn mark(estimate: &Estimate) -> char {
    if estimate.cost.reasons.contains(Reason::ContextExceeded) {
        EXCEEDED
    } else {
        ' '
    }
}

fn amount_or(amount: Option<Usd>, status: &str) -> String {
    amount.map_or_else(|| status.to_owned(), |amount| amount.to_string())
}

/// `0.0123 USD, -0.11 USD (-90.0 %),`
fn describe(sums: Sums) -> String {
    let sign = if sums.difference > Usd::ZERO { "+" } else { "" };
    match sums.percent() {
        Some(percent) => format!("{} USD ({sign}{}, {percent})", sums.estimate, sums.difference),
        None => format!("{} USD ({sign}{})", sums.estimate, sums.difference),
    }
}

/// `83 of 87 calls`, `all 87 calls`.
fn share(calls: u64, of: u64) -> String {
    if calls == of {
        counted(calls)
    } else {
        format!("{calls} of {}", counted(of))
    }
}

fn counted(calls: u64) -> String {
    format!("{calls} call{}", if calls == 1 { "" } else { "s" })
}

/// The text, cut to the width with a final `~`.
fn truncated(text: &str, width: usize) -> String {
    let text = shown(text);
    if text.chars().count() <= width {
        return text.into_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['~']).collect()
}
