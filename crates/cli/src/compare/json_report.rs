//! Writes a comparison as JSON, an object per call and one at the end. Amounts are exact decimals in text, null if
//! unknown.

use std::io::{self, Write};

use serde_json::{Map, Value, json};
use tracing_genai_pricing::{ModelId, Reason, Usd};

use super::{
    outcome::{Compared, Outcome},
    tally::Sums,
};
use crate::output::Output;

pub(super) struct JsonReport<'a, W: Write> {
    models: &'a [ModelId],
    out: Output<W>,
}

impl<'a, W: Write> JsonReport<'a, W> {
    pub(super) fn begin(models: &'a [ModelId], out: Output<W>) -> Self {
        Self { models, out }
    }

    pub(super) fn call(&mut self, compared: &Compared<'_>) -> io::Result<()> {
        let estimates = self.models.iter().zip(compared.estimates).map(|(model, estimate)| {
            let cost = &estimate.cost;
            json!({
                "model": model.to_string(),
                "status": cost.status.as_str(),
                "cost_usd": text(cost.total),
                "difference_usd": text(compared.difference(estimate)),
                "assumptions": cost.reasons.iter().map(Reason::as_str).collect::<Vec<_>>(),
                "tokens": estimate.tokens,
                "context_window": estimate.context_window,
            })
        });
        let object = json!({
            "case": compared.case,
            "called": compared.call.label(compared.cost),
            "status": compared.cost.status.as_str(),
            "cost_usd": text(compared.cost.total),
            "reasons": compared.cost.reasons.iter().map(Reason::as_str).collect::<Vec<_>>(),
            "estimates": estimates.collect::<Vec<_>>(),
        });
        self.out.json(&object)
    }

    pub(super) fn end(mut self, outcome: &Outcome<'_>) -> io::Result<()> {
        let totals = self.models.iter().zip(outcome.tallies).map(|(model, tally)| {
            let assumptions = tally.assumptions().iter();
            let assumptions: Map<String, Value> = assumptions
                .map(|(reason, calls)| (reason.as_str().to_owned(), (*calls).into()))
                .collect();
            let mut total = json!({
                "model": model.to_string(),
                "calls": tally.calls,
                "calls_without_cost": tally.without_cost,
                "calls_without_estimate": tally.without_estimate,
                "status": tally.status().as_str(),
                "assumptions": assumptions,
            });
            add_sums(&mut total, tally.sums());
            total
        });
        let mut end = json!({"calls": outcome.calls, "totals": totals.collect::<Vec<_>>()});
        if let Some((ranking, tally, limit)) = outcome.ranking {
            let ranked = ranking.cheapest(limit).into_iter().map(|ranked| {
                let mut object = json!({
                    "model": format!("{}/{}", ranked.entry.provider(), ranked.entry.model()),
                    "context_window": ranked.entry.context_window(),
                    "assumptions": ranked.reasons.iter().map(Reason::as_str).collect::<Vec<_>>(),
                });
                add_sums(&mut object, tally.sums().map(|sums| Sums::of(sums.cost, ranked.total)));
                object
            });
            let models: Vec<_> = ranked.collect();
            insert(&mut end, "cheapest", json!({"calls": tally.calls, "models": models}));
        }
        self.out.json(&end)?;
        self.out.flush()
    }
}

fn add_sums(object: &mut Value, sums: Option<Sums>) {
    insert(object, "cost_usd", text(sums.map(|sums| sums.estimate)));
    insert(object, "called_usd", text(sums.map(|sums| sums.cost)));
    insert(object, "difference_usd", text(sums.map(|sums| sums.difference)));
}

fn insert(object: &mut Value, name: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(name.to_owned(), value);
    }
}

fn text(amount: Option<Usd>) -> Value {
    amount.map_or(Value::Null, |amount| amount.to_string().into())
}
