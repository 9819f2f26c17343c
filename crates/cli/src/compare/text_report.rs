//! Writes a comparison to be read: a line a call, then what it comes to and what that assumes.

use std::io::{self, Write};

use tracing_genai::pricing::{Estimate, ModelId, Reason, Usd};

use super::{
    Compared, Outcome,
    tally::{Sums, Tally},
};
use crate::reason;

/// An amount with all its digits: `0.000000000000001`, and the mark of a context that would be exceeded.
const LEAST_WIDTH: usize = 14;
const CASE_WIDTH: usize = 24;
const CALLED_WIDTH: usize = 34;
/// Stands behind a cost of a call that would not have fitted.
const EXCEEDS: char = '!';

pub(super) struct TextReport<'a, W: Write> {
    models: &'a [ModelId],
    out: W,
    has_line: bool,
}

impl<'a, W: Write> TextReport<'a, W> {
    pub(super) fn begin(models: &'a [ModelId], mut out: W) -> io::Result<Self> {
        // Without models there is a ranking only, and a line a call would say nothing new.
        if !models.is_empty() {
            write!(
                out,
                "{:CASE_WIDTH$}  {:CALLED_WIDTH$}  {:>LEAST_WIDTH$} ",
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
            "{:CASE_WIDTH$}  {:CALLED_WIDTH$}  {:>LEAST_WIDTH$} ",
            clipped(compared.case, CASE_WIDTH),
            clipped(&compared.call.label(cost), CALLED_WIDTH),
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
        if let Some((ranking, tally, most)) = outcome.ranking {
            let Some(sums) = tally.sums() else {
                writeln!(self.out, "no ranking: no call has a cost to measure other models by")?;
                return self.out.flush();
            };
            writeln!(
                self.out,
                "cheapest for {}, which cost {} USD",
                over(tally.calls, outcome.calls),
                sums.cost
            )?;
            let ranked = ranking.cheapest(most);
            if ranked.is_empty() {
                writeln!(
                    self.out,
                    "  no model that the filter lets through could have served them all"
                )?;
            }
            let mut assumed = Vec::new();
            for (place, ranked) in ranked.iter().enumerate() {
                let model = format!("{}/{}", ranked.entry.provider(), ranked.entry.model());
                let sums = Sums::of(sums.cost, ranked.total);
                writeln!(self.out, "  {:>2}  {model:44}  {}", place + 1, in_words(sums))?;
                assumed.extend(
                    ranked
                        .reasons
                        .iter()
                        .filter(|reason| !assumed.contains(reason))
                        .collect::<Vec<_>>(),
                );
            }
            for reason in assumed {
                writeln!(self.out, "  assumed: {reason}: {}", reason::words(reason))?;
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
                    in_words(sums),
                    sums.cost,
                    over(tally.calls, calls)
                )?;
            }
            None => writeln!(self.out, "{model}: nothing to compare among {}", counted(calls))?,
        }
        let missing = [
            (tally.without_cost, "without a cost of its own"),
            (tally.without_estimate, "without a cost on this model"),
        ];
        for (calls, what) in missing.into_iter().filter(|(calls, _)| *calls > 0) {
            writeln!(self.out, "  left out: {} {what}", counted(calls))?;
        }
        for (reason, calls) in tally.assumed() {
            let mark = if *reason == Reason::ContextExceeded {
                format!(" ({EXCEEDS})")
            } else {
                String::new()
            };
            writeln!(
                self.out,
                "  assumed of {}{mark}: {reason}: {}",
                counted(*calls),
                reason::words(*reason)
            )?;
        }
        writeln!(self.out)
    }
}

fn width(model: &ModelId) -> usize {
    model.to_string().chars().count().max(LEAST_WIDTH)
}

fn mark(estimate: &Estimate) -> char {
    if estimate.cost.reasons.contains(Reason::ContextExceeded) {
        EXCEEDS
    } else {
        ' '
    }
}

fn amount_or(amount: Option<Usd>, status: &str) -> String {
    amount.map_or_else(|| status.to_owned(), |amount| amount.to_string())
}

/// `0.0123 USD, -0.11 USD (-90.0 %),`
fn in_words(sums: Sums) -> String {
    let sign = if sums.difference > Usd::ZERO { "+" } else { "" };
    match sums.percent() {
        Some(percent) => format!("{} USD ({sign}{}, {percent})", sums.estimate, sums.difference),
        None => format!("{} USD ({sign}{})", sums.estimate, sums.difference),
    }
}

/// `83 of 87 calls`, `all 87 calls`.
fn over(calls: u64, of: u64) -> String {
    if calls == of {
        counted(calls)
    } else {
        format!("{calls} of {}", counted(of))
    }
}

fn counted(calls: u64) -> String {
    format!("{calls} call{}", if calls == 1 { "" } else { "s" })
}

/// The text, its end in a dot where it is too wide.
fn clipped(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width.saturating_sub(1)).chain(['~']).collect()
}
