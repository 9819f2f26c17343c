//! How a cost came about: the same facts as text, as columns and as JSON.

use std::fmt::Write as _;

use serde_json::Value;
use tracing_genai::pricing::{Catalogue, Cost, ListedPrice, Reason};

use crate::call::ModelCall;
use crate::reason;

/// The names of the facts, which are the columns of an explained table and the keys in JSON.
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
    /// Says how `cost` came about, which is what `call` cost by `catalogue`.
    pub(crate) fn new(cost: &'c Cost, call: &ModelCall, catalogue: &Catalogue) -> Self {
        let parts = cost.parts;
        let [input, cache_read, cache_write, output, other] = [
            parts.input,
            parts.cache_read,
            parts.cache_write,
            parts.output,
            parts.other,
        ]
        .map(|part| part.map(|usd| usd.to_string()));
        let matched = cost.matched.as_deref();
        let owned = |text: &str| text.to_owned();
        let edition = cost.edition();
        let reasons: Vec<_> = cost.reasons.iter().map(Reason::as_str).collect();
        let facts = [
            (!reasons.is_empty()).then(|| reasons.join(";")),
            input,
            cache_read,
            cache_write,
            output,
            other,
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

    /// The facts as the cells of a table; empty where one does not apply.
    pub(crate) fn cells(&self) -> impl Iterator<Item = &str> {
        self.facts.iter().map(|fact| fact.as_deref().unwrap_or_default())
    }

    /// The facts that apply, a line each, the reasons in words.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        for reason in self.cost.reasons.iter() {
            let _ = writeln!(text, "  {:<17} {reason}: {}", "because", reason::words(reason));
        }
        for (name, fact) in NAMES.iter().zip(&self.facts).skip(1) {
            if let Some(fact) = fact {
                let _ = writeln!(text, "  {name:<17} {fact}");
            }
        }
        text
    }

    /// Adds the facts to a JSON object: texts, amounts as exact decimals in text; null where one does not apply.
    pub(crate) fn add_to(self, object: &mut Value) {
        let Some(object) = object.as_object_mut() else { return };
        let reasons = self.cost.reasons.iter().map(Reason::as_str);
        object.insert("reasons".to_owned(), reasons.collect());
        for (name, fact) in NAMES.iter().zip(self.facts).skip(1) {
            object.insert((*name).to_owned(), fact.into());
        }
    }
}

/// The prices that held for the call: `input_tokens 2.5 per 1000000; ...`.
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
