//! Whether a newer table can be right: what it must still hold, and how far a price may move.

use std::time::SystemTime;

use crate::find::{find_model, provider_of_name};
use crate::layers::base;
use crate::price::{Rate, UnitPrice};
use crate::price_file::{Feed, PriceFileError};
use crate::table::Table;
use crate::time::Moment;

/// A newer table holds at least so many of every hundred providers and models of the one in use: tables grow, and one that
/// shrinks was cut off.
const LEAST_PERCENT: usize = 80;

/// How far the price of a sentinel may move at once.
const MOST_TIMES: u128 = 10;

/// Models that every table prices and half the world calls: where one of them is missing or absurd, the table is wrong.
const SENTINELS: &[(&str, &str)] = &[
    ("anthropic", "claude-haiku-4-5"),
    ("anthropic", "claude-sonnet-4-5"),
    ("aws", "anthropic.claude-sonnet-4-5-20250929-v1:0"),
    ("cohere", "command-r-plus"),
    ("deepseek", "deepseek-chat"),
    ("google", "gemini-2.5-flash"),
    ("google", "gemini-2.5-pro"),
    ("groq", "llama-3.3-70b-versatile"),
    ("mistral", "mistral-large-latest"),
    ("openai", "gpt-4.1"),
    ("openai", "gpt-4o"),
    ("openai", "gpt-4o-mini"),
    ("openai", "text-embedding-3-small"),
];

impl Feed {
    /// Refuses a table that cannot be right, as a refresh does, measured by the one in use: by default the embedded one.
    ///
    /// It must hold at least 80 % of the providers and models, still know some dozen models that everybody calls, and move
    /// none of their prices more than tenfold.
    ///
    /// # Errors
    ///
    /// [`PriceFileError::Implausible`] with what speaks against it.
    pub fn check_plausible(&self, in_use: Option<&Self>) -> Result<(), PriceFileError> {
        let implausible = |reason| PriceFileError::Implausible {
            file: self.name().into(),
            reason,
        };
        let (newer, in_use) = (self.table()?, base(in_use)?);
        check_counts(&newer, &in_use).map_err(implausible)?;
        check_sentinels(&newer, &in_use, Moment::from(SystemTime::now())).map_err(implausible)
    }
}

fn check_counts(newer: &Table, in_use: &Table) -> Result<(), String> {
    let models = |table: &Table| {
        table
            .providers
            .iter()
            .map(|provider| provider.models.len())
            .sum::<usize>()
    };
    let counts = [
        ("providers", newer.providers.len(), in_use.providers.len()),
        ("models", models(newer), models(in_use)),
    ];
    for (what, now, before) in counts {
        if now * 100 < before * LEAST_PERCENT {
            return Err(format!(
                "it has {now} {what} where the one in use has {before}; less than {LEAST_PERCENT} % is taken for a table \
                 that was cut off"
            ));
        }
    }
    Ok(())
}

fn check_sentinels(newer: &Table, in_use: &Table, now: Moment) -> Result<(), String> {
    for &(provider, model) in SENTINELS {
        let Some(before) = prices(in_use, provider, model, now) else {
            continue;
        };
        let Some(after) = prices(newer, provider, model, now) else {
            return Err(format!("it does not know {provider}/{model} any more"));
        };
        for price in before {
            let Some(moved) = after.iter().find(|other| other.unit == price.unit) else {
                continue;
            };
            if is_absurd(price.base, moved.base) {
                return Err(format!(
                    "it moves the price of {provider}/{model} for {} from {} to {} USD, more than {MOST_TIMES} times",
                    price.unit.name(),
                    shown(price),
                    shown(moved)
                ));
            }
        }
        if after.is_empty() {
            return Err(format!("it has no price of {provider}/{model}"));
        }
    }
    Ok(())
}

fn prices<'a>(table: &'a Table, provider: &str, model: &str, now: Moment) -> Option<&'a [UnitPrice]> {
    let found = find_model(table, provider_of_name(table, provider)?, model)?;
    let model = table.line(&found)?;
    let set = model.sets.iter().rev().find(|set| set.is_active(now));
    set.or(model.sets.first()).map(|set| &*set.prices)
}

fn is_absurd(before: Rate, after: Rate) -> bool {
    let (less, more) = (before.0.min(after.0), before.0.max(after.0));
    more > less.saturating_mul(MOST_TIMES)
}

fn shown(price: &UnitPrice) -> String {
    price.base.for_units(price.unit.dimensions().family.per()).to_string()
}
