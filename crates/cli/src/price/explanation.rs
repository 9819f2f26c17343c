//! Explains a cost: the same facts as text, columns and JSON.

use std::io::{self, Write};

use serde_json::Value;
use tracing_genai_pricing::{Catalogue, Cost, ListedPrice, Reason, Usd};

use crate::{call::ModelCall, output::Output, reason};

/// The names of the facts: columns of an explained table, keys in JSON.
pub(crate) const NAMES: [&str; 17] = [
    "reasons",
    "input_usd",
    "cache_read_usd",
    "cache_write_usd",
    "output_usd",
    "other_usd",
    "provider",
    "model",
    "layer",
    "effective",
    "tier_start",
    "variant",
    "alias",
    "multiplier",
    "rates",
    "catalogue",
    "catalogue_sha256",
];

/// The facts, in the order of [`NAMES`]; `None` for those that do not apply.
pub(crate) struct Explanation<'c> {
    cost: &'c Cost,
    facts: [Option<String>; NAMES.len()],
}

impl<'c> Explanation<'c> {
    /// Explains `cost`, the cost of `call` in `catalogue`.
    pub(crate) fn new(cost: &'c Cost, call: &ModelCall, catalogue: &Catalogue) -> Self {
        let (parts, usd) = (cost.parts, |part: Option<Usd>| part.map(|usd| usd.to_string()));
        let matched = cost.matched.as_deref();
        let owned = |text: &str| text.to_owned();
        let edition = cost.edition();
        let reasons: Vec<_> = cost.reasons.iter().map(Reason::as_str).collect();
        let facts = [
            (!reasons.is_empty()).then(|| reasons.join(";")),
            usd(parts.input),
            usd(parts.cache_read),
            usd(parts.cache_write),
            usd(parts.output),
            usd(parts.other),
            matched.map(|matched| owned(&matched.provider)),
            matched.map(|matched| owned(&matched.model)),
            matched.map(|matched| owned(matched.layer.as_str())),
            matched.and_then(|matched| matched.effective.as_deref().map(owned)),
            matched.and_then(|matched| matched.tier_start.map(|start| start.to_string())),
            matched.and_then(|matched| matched.variant.as_deref().map(owned)),
            cost.alias.as_deref().map(owned),
            cost.multiplier.as_deref().map(owned),
            rates(cost, call, catalogue),
            edition.map(|edition| owned(&edition.version)),
            edition.map(|edition| owned(&edition.hash)),
        ];
        Self { cost, facts }
    }

    /// The facts as cells of a table; empty if one does not apply.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().map(|fact| fact.as_deref().unwrap_or_default())
    }

    /// Writes the facts that apply, one per line, with descriptions of the reasons.
    pub(crate) fn write_text(&self, out: &mut Output<impl Write>) -> io::Result<()> {
        for reason in self.cost.reasons.iter() {
            out.line(format_args!(
                "  {:<17} {reason}: {}",
                "reason",
                reason::description(reason)
            ))?;
        }
        for (name, fact) in NAMES.iter().zip(&self.facts).skip(1) {
            if let Some(fact) = fact {
                out.line(format_args!("  {name:<17} {fact}"))?;
            }
        }
        Ok(())
    }

    /// Adds the facts to a JSON object as texts, amounts as exact decimals; null if one does not apply.
    pub(crate) fn add_to(self, object: &mut Value) {
        let Some(object) = object.as_object_mut() else { return };
        let reasons = self.cost.reasons.iter().map(Reason::as_str);
        object.insert("reasons".to_owned(), reasons.collect());
        for (name, fact) in NAMES.iter().zip(self.facts).skip(1) {
            object.insert((*name).to_owned(), fact.into());
        }
    }
}

/// The prices that applied to the call: `input_tokens 2.5 per 1000000; ...`.
fn rates(cost: &Cost, call: &ModelCall, catalogue: &Catalogue) -> Option<String> {
    let matched = cost.matched.as_deref()?;
    let mut entries = catalogue.entries();
    let entry = entries.find(|entry| {
        entry.model() == &matched.model && entry.provider() == &matched.provider && entry.layer() == matched.layer
    })?;
    let rate = |price: &ListedPrice<'_>| format!("{} {} per {}", price.unit.name(), price.base, price.per);
    let rates: Vec<_> = entry.rates(matched, call.started).iter().map(rate).collect();
    (!rates.is_empty()).then(|| rates.join("; "))
}
