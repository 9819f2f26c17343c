//! Converts a model of the table to a catalogue line.

use std::fmt::Write as _;

use super::alternatives;
use super::refusal::Refusal;
use crate::decimal::decimal;
use crate::document::{Fields, Flaw, Node, Value, clipped};
use crate::kind::{MAX_SETS, MAX_VARIANTS};
use crate::price::ContextKey;
use crate::price_key::unit_of_price_key;
use crate::time::Constraint;
use crate::word::{escape, escape_also};

/// A model's line and the notes of its conversion.
pub(crate) struct ModelLine<'n> {
    pub(crate) text: String,
    /// The number of prices in it.
    pub(super) prices: usize,
    /// Prices rounded because their last digits are float noise.
    pub(super) snapped: Vec<String>,
    /// Prices of unknown units, omitted from the line.
    pub(crate) unknown_keys: Vec<(&'n str, usize)>,
    /// The first unknown key in its prices: allowed in a newer table, rejected in a user's file.
    pub(crate) unknown: Option<Flaw>,
    id: &'n str,
}

impl<'n> ModelLine<'n> {
    /// The line of the model of that id.
    pub(crate) fn of(id: &'n str, model: &'n Node<'_>) -> Result<Self, Refusal> {
        let mut fields = model.fields()?;
        let rule = match fields.optional("match") {
            Some(rule) => alternatives::text(rule, id)?,
            None => "=".to_owned(),
        };
        // An id that begins so would parse as a provider's line, or as no line.
        let word = escape_also(id, |(place, sign)| place == 0 && matches!(sign, '[' | '#'));
        let mut line = Self {
            text: format!("{word}\t{rule}"),
            prices: 0,
            snapped: Vec::new(),
            unknown_keys: Vec::new(),
            unknown: None,
            id,
        };
        if fields
            .optional("free")
            .is_some_and(|free| free.value == Value::Bool(true))
        {
            line.text.push_str("\tfree");
        } else {
            line.sets(fields.required("prices")?)?;
        }
        let variants = fields.optional("price_variants").map_or(Ok(&[][..]), Node::list)?;
        if variants.len() > MAX_VARIANTS {
            return Err(Refusal::Part(format!("it has more than {MAX_VARIANTS} variants")));
        }
        for variant in variants {
            line.variant(variant)?;
        }
        if let Some(tokens) = fields.optional("context_window") {
            let _ = write!(line.text, "\t#{}", tokens.whole_number()?); // A String takes everything.
        }
        if fields.optional("deprecated").map_or(Ok(false), Node::bool)? {
            line.text.push_str("\t#deprecated");
        }
        Ok(line)
    }

    /// The words of a table of prices only.
    pub(crate) fn words(prices: &'n Node<'_>) -> Result<Self, Refusal> {
        let mut line = Self {
            text: String::new(),
            prices: 0,
            snapped: Vec::new(),
            unknown_keys: Vec::new(),
            unknown: None,
            id: "",
        };
        line.prices(prices)?;
        Ok(line)
    }

    /// One set of prices, or several with constraints.
    fn sets(&mut self, prices: &'n Node<'_>) -> Result<(), Refusal> {
        let Value::List(sets) = &prices.value else {
            self.text.push('\t');
            return self.prices(prices);
        };
        if sets.is_empty() {
            return Err(prices.flaw("the list of prices is empty").into());
        }
        if sets.len() > MAX_SETS {
            return Err(Refusal::Part(format!("it has more than {MAX_SETS} sets of prices")));
        }
        for set in sets {
            let mut fields = set.fields()?;
            self.text.push('\t');
            self.constraint(fields.optional("constraint"))?;
            self.prices(fields.required("prices")?)?;
            self.note_unknown(fields);
        }
        Ok(())
    }

    fn variant(&mut self, variant: &'n Node<'_>) -> Result<(), Refusal> {
        let mut fields = variant.fields()?;
        let when = fields.required("when")?;
        let mut conditions = Vec::new();
        for (key, value) in when.table()? {
            if ContextKey::parse(key) == ContextKey::Other {
                let known = "known keys: `service_tier`, `processing`, `speed`, `route`, `search_type`";
                let problem = format!("unknown key `{}`; {known}", clipped(key));
                self.unknown.get_or_insert(value.flaw(problem));
            }
            let word = |text: &str| escape_also(text, |(_, sign)| matches!(sign, '=' | '&')).into_owned();
            conditions.push(format!("{}={}", word(key), word(value.text()?)));
        }
        if conditions.is_empty() {
            return Err(when.flaw("a variant without a condition").into());
        }
        conditions.sort_unstable();
        self.text.extend(["\t?", &conditions.join("&"), " "]);
        self.constraint(fields.optional("constraint"))?;
        self.prices(fields.required("prices")?)?;
        self.note_unknown(fields);
        Ok(())
    }

    fn note_unknown(&mut self, fields: Fields<'_, '_>) {
        if let Err(flaw) = fields.reject_unknown() {
            self.unknown.get_or_insert(flaw);
        }
    }

    /// `@2026-03-13 ` or `@01:00:00Z-04:00:00Z `.
    fn constraint(&mut self, constraint: Option<&Node<'_>>) -> Result<(), Refusal> {
        let Some(node) = constraint else { return Ok(()) };
        let mut fields = node.fields()?;
        let mut text = |key| fields.optional(key).map(Node::text).transpose();
        let when = match (text("start_date")?, text("start_time")?, text("end_time")?) {
            (Some(day), None, None) => day.to_owned(),
            (None, Some(start), Some(end)) => format!("{start}-{end}"),
            _ => return Err(Refusal::Part("unknown kind of constraint on its prices".to_owned())),
        };
        if Constraint::parse(&when).is_none() {
            return Err(node
                .flaw(format!("`{}` is neither a day nor a daily window", clipped(&when)))
                .into());
        }
        self.note_unknown(fields);
        self.text.extend(["@", &when, " "]);
        Ok(())
    }

    /// `input=3>200000:6 output=15`; `-` for no prices.
    fn prices(&mut self, prices: &'n Node<'_>) -> Result<(), Refusal> {
        let mut entries: Vec<_> = prices.table()?.iter().map(|(key, price)| (&**key, price)).collect();
        entries.sort_unstable_by_key(|(key, _)| *key);
        let mut words = Vec::new();
        for (key, price) in entries {
            if price.value == Value::Null {
                continue;
            }
            let Some(unit) = unit_of_price_key(key) else {
                self.unknown_keys.push((key, price.line));
                continue;
            };
            let name = unit.name();
            words.push([name.strip_suffix("_tokens").unwrap_or(name), "=", &self.price(price)?].concat());
            self.prices += 1;
        }
        let words = if words.is_empty() {
            "-".to_owned()
        } else {
            words.join(" ")
        };
        self.text.push_str(&words);
        Ok(())
    }

    /// A price, or a base and tiers.
    fn price(&mut self, price: &Node<'_>) -> Result<String, Flaw> {
        if !matches!(price.value, Value::Table(_)) {
            return self.decimal(price);
        }
        let mut fields = price.fields()?;
        let mut word = self.decimal(fields.required("base")?)?;
        let mut tiers = Vec::new();
        for tier in fields.required("tiers")?.list()? {
            let mut fields = tier.fields()?;
            let start = fields.required("start")?.whole_number()?;
            tiers.push((start, self.decimal(fields.required("price")?)?));
            self.note_unknown(fields);
        }
        self.note_unknown(fields);
        tiers.sort_by_key(|&(start, _)| start);
        if tiers
            .windows(2)
            .any(|pair| matches!(pair, [(one, _), (two, _)] if one == two))
        {
            return Err(price.flaw("two tiers begin at the same input"));
        }
        for (start, price) in tiers {
            let _ = write!(word, ">{start}:{price}"); // A String takes everything.
        }
        Ok(word)
    }

    fn decimal(&mut self, price: &Node<'_>) -> Result<String, Flaw> {
        let text = match &price.value {
            Value::Text(text) => text,
            _ => price.number()?,
        };
        let read = decimal(text).map_err(|problem| price.flaw(format!("the price `{}` {problem}", clipped(text))))?;
        if read.snapped {
            self.snapped.push(format!("{}: {text} is {}", self.id, read.text));
        }
        Ok(read.text)
    }
}

/// The id as shown in errors.
pub(super) fn shown(id: &str) -> String {
    escape(&clipped(id)).into_owned()
}
