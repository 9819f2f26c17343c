//! Writes a comparison as text: a line per call, then totals and assumptions.

use std::io::{self, Write};

use tracing_genai::pricing::{Estimate, ModelId, Reason, Usd};

use super::{
    outcome::{Compared, Outcome},
    tally::{Sums, Tally},
};
use crate::reason;

/// The minimum width of an amount.
const MIN_WIDTH: usize = 14;
const CASE_WIDTH: usize = 24;
const CALLED_WIDTH: usize = 34;
/// Marks a cost of a call that exceeds the model's context window.
const EXCEEDED: char = '!';

pub(super) struct TextReport<'a, W: Write> {
    models: &'a [ModelId],
    out: W,
    has_line: bool,
}

impl<'a, W: Write> TextReport<'a, W> {
    pub(super) fn begin(models: &'a [ModelId], mut out: W) -> io::Result<Self> {
        // Without models there is only a ranking.
        if !models.is_empty() {
            write!(
                out,
                "{:CASE_WIDTH$}  {:CALLED_WIDTH$}  {:>MIN_WIDTH$} ",
                "case", "called", "cost USD"
            )?;
            for model in models {
                write!(out, "  {:>width$} ", model.to_string(), width = width(model))?;
            }
            writeln!(out)?;
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
        write!(
            self.out,
            "{:CASE_WIDTH$}  {:CALLED_WIDTH$}  {:>MIN_WIDTH$} ",
            truncated(compared.case, CASE_WIDTH),
            truncated(&compared.call.label(cost), CALLED_WIDTH),
            amount_or(cost.total, cost.status.as_str()),
        )?;
        for (model, estimate) in self.models.iter().zip(compared.estimates) {
            let cell = amount_or(estimate.cost.total, estimate.cost.status.as_str());
            write!(self.out, "  {cell:>width$}{}", mark(estimate), width = width(model))?;
        }
        writeln!(self.out)
    }

    pub(super) fn end(mut self, outcome: &Outcome<'_>) -> io::Result<()> {
        if self.has_line {
            writeln!(self.out)?;
        }
        for (model, tally) in self.models.iter().zip(outcome.tallies) {
            self.total(model, tally, outcome.calls)?;
        }
        if let Some((ranking, tally, limit)) = outcome.ranking {
            let Some(sums) = tally.sums() else {
                writeln!(self.out, "no ranking: no call has a cost to compare with")?;
                return self.out.flush();
            };
            writeln!(
                self.out,
                "cheapest for {}, which cost {} USD",
                share(tally.calls, outcome.calls),
                sums.cost
            )?;
            let ranked = ranking.cheapest(limit);
            if ranked.is_empty() {
                writeln!(
                    self.out,
                    "  no model that passes the filters could have served all of them"
                )?;
            }
            let mut assumptions = Vec::new();
            for (place, ranked) in ranked.iter().enumerate() {
                let model = format!("{}/{}", ranked.entry.provider(), ranked.entry.model());
                let sums = Sums::of(sums.cost, ranked.total);
                writeln!(self.out, "  {:>2}  {model:44}  {}", place + 1, describe(sums))?;
                assumptions.extend(
                    ranked
                        .reasons
                        .iter()
                        .filter(|reason| !assumptions.contains(reason))
                        .collect::<Vec<_>>(),
                );
            }
            for reason in assumptions {
                writeln!(self.out, "  assumed: {reason}: {}", reason::description(reason))?;
            }
        }
        self.out.flush()
    }

    fn total(&mut self, model: &ModelId, tally: &Tally, calls: u64) -> io::Result<()> {
        match tally.sums() {
            Some(sums) => {
                writeln!(
                    self.out,
                    "{model}: {} instead of {} USD, over {}",
                    describe(sums),
                    sums.cost,
                    share(tally.calls, calls)
                )?;
            }
            None => writeln!(self.out, "{model}: no call to compare among {}", counted(calls))?,
        }
        let missing = [
            (tally.without_cost, "without a cost"),
            (tally.without_estimate, "without a cost on this model"),
        ];
        for (calls, what) in missing.into_iter().filter(|(calls, _)| *calls > 0) {
            writeln!(self.out, "  excluded: {} {what}", counted(calls))?;
        }
        for (reason, calls) in tally.assumptions() {
            let mark = if *reason == Reason::ContextExceeded {
                format!(" ({EXCEEDED})")
            } else {
                String::new()
            };
            writeln!(
                self.out,
                "  assumed for {}{mark}: {reason}: {}",
                counted(*calls),
                reason::description(*reason)
            )?;
        }
        writeln!(self.out)
    }
}

fn width(model: &ModelId) -> usize {
    model.to_string().chars().count().max(MIN_WIDTH)
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
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['~']).collect()
}
