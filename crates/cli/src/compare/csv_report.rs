//! Writes a comparison as CSV, a row per call and model.

use std::io::{self, Write};

use tracing_genai_pricing::{ModelId, Reason, Reasons, Usd};

use super::{
    outcome::{Compared, Outcome},
    tally::Sums,
};
use crate::output::Output;

const COLUMNS: [&str; 8] = [
    "case",
    "model",
    "calls",
    "status",
    "cost_usd",
    "called_usd",
    "difference_usd",
    "assumptions",
];

pub(super) struct CsvReport<'a, W: Write> {
    models: &'a [ModelId],
    out: Output<W>,
}

impl<'a, W: Write> CsvReport<'a, W> {
    pub(super) fn begin(models: &'a [ModelId], mut out: Output<W>) -> io::Result<Self> {
        out.csv_row(COLUMNS)?;
        Ok(Self { models, out })
    }

    pub(super) fn call(&mut self, compared: &Compared<'_>) -> io::Result<()> {
        for (model, estimate) in self.models.iter().zip(compared.estimates) {
            let row = [
                compared.case,
                &model.to_string(),
                "1",
                estimate.cost.status.as_str(),
                &text(estimate.cost.total),
                &text(compared.cost.total),
                &text(compared.difference(estimate)),
                &reason_names(estimate.cost.reasons),
            ];
            self.out.csv_row(row)?;
        }
        Ok(())
    }

    pub(super) fn end(mut self, outcome: &Outcome<'_>) -> io::Result<()> {
        for (model, tally) in self.models.iter().zip(outcome.tallies) {
            let assumptions: Vec<_> = tally.assumptions().iter().map(|(reason, _)| reason.as_str()).collect();
            let row = [
                "total",
                &model.to_string(),
                &tally.calls.to_string(),
                tally.status().as_str(),
            ];
            self.sums(row, tally.sums(), &assumptions.join(";"))?;
        }
        if let Some((ranking, tally, limit)) = outcome.ranking {
            for ranked in ranking.cheapest(limit) {
                let model = format!("{}/{}", ranked.entry.provider(), ranked.entry.model());
                let row = ["cheapest", &model, &tally.calls.to_string(), "estimated"];
                let sums = tally.sums().map(|sums| Sums::of(sums.cost, ranked.total));
                self.sums(row, sums, &reason_names(ranked.reasons))?;
            }
        }
        self.out.flush()
    }

    fn sums(&mut self, row: [&str; 4], sums: Option<Sums>, assumptions: &str) -> io::Result<()> {
        let amounts = [
            text(sums.map(|sums| sums.estimate)),
            text(sums.map(|sums| sums.cost)),
            text(sums.map(|sums| sums.difference)),
        ];
        let amounts = amounts.iter().map(String::as_str);
        let row = row.into_iter().chain(amounts).chain([assumptions]);
        self.out.csv_row(row)
    }
}

fn text(amount: Option<Usd>) -> String {
    amount.map_or_else(String::new, |amount| amount.to_string())
}

fn reason_names(reasons: Reasons) -> String {
    reasons.iter().map(Reason::as_str).collect::<Vec<_>>().join(";")
}
