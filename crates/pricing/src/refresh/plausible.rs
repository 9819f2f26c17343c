//! Whether a newer table can be right: what it must still hold, and how far a price may move.

#[cfg(test)]
use std::time::Duration;
use std::time::SystemTime;

use tracing_genai_usage::Unit;

use crate::catalogue::Catalogue;
use crate::find::{find_model, provider_of_name};
use crate::overlay;
use crate::price::Rate;
use crate::price_file::{Feed, PriceFileError};
use crate::table::{Model, Table};
use crate::time::Moment;

/// A newer table holds at least so many of every hundred providers, models and prices of the one in use: tables grow, and one that
/// shrinks was cut off.
const LEAST_PERCENT: usize = 80;

/// What a sentinel does not lose its price for. Searches and storage come and go.
const NEEDED: [Unit; 3] = [Unit::InputTokens, Unit::OutputTokens, Unit::CacheReadTokens];

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
    /// It must hold at least 80 % of the providers, models and prices, and still have the prices of some dozen models that
    /// everybody calls for input, output and cache reads. None of these may be moved more than tenfold, on any day, in any tier, for any kind of service.
    ///
    /// # Errors
    ///
    /// [`PriceFileError::Implausible`] with what speaks against it.
    pub fn check_plausible(&self, in_use: Option<&Self>) -> Result<(), PriceFileError> {
        self.check_against(&Catalogue::embedded().with(in_use, None)?, in_use)
    }

    /// The same, measured by the catalogue in use and the feed that is part of it. A feed may have fewer providers than what
    /// it lies over, and is then as whole as the one before.
    pub(super) fn check_against(&self, in_use: &Catalogue, feed: Option<&Self>) -> Result<(), PriceFileError> {
        let implausible = |reason| PriceFileError::Implausible {
            file: self.name().into(),
            reason,
        };
        // What the overlay adds is in use, too, and lies over the newer table as it does over the one before.
        let laid = |feed: &Self| {
            let mut table = feed.table()?;
            overlay::lay_over_newer(&mut table, &crate::layers::catalogue());
            Ok::<_, PriceFileError>(table)
        };
        let newer = laid(self)?;
        let before = feed.map(laid).transpose()?;
        let before = before.as_ref().unwrap_or(in_use.table());
        check_counts(&newer, before).map_err(implausible)?;
        check_sentinels(&newer, in_use.table(), Moment::from(SystemTime::now())).map_err(implausible)
    }
}

fn check_counts(newer: &Table, in_use: &Table) -> Result<(), String> {
    fn lines(table: &Table) -> impl Iterator<Item = &Model> {
        table.providers.iter().flat_map(|provider| &provider.models)
    }
    let models = |table: &Table| lines(table).count();
    let prices = |table: &Table| {
        let sets = lines(table).flat_map(|model| &model.sets);
        sets.map(|set| set.prices.len()).sum::<usize>()
    };
    let counts = [
        ("providers", newer.providers.len(), in_use.providers.len()),
        ("models", models(newer), models(in_use)),
        ("prices", prices(newer), prices(in_use)),
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
        let Some(before) = line(in_use, provider, model) else {
            continue;
        };
        let Some(after) = line(newer, provider, model) else {
            return Err(format!("it does not know {provider}/{model} any more"));
        };
        check_prices(&format!("{provider}/{model}"), before, after, now)?;
    }
    Ok(())
}

/// Whether each present price still has one, and none that is new, of any day, tier or kind of service, is absurd beside it.
fn check_prices(label: &str, before: &Model, after: &Model, now: Moment) -> Result<(), String> {
    let present = |model: &Model| {
        let set = model.sets.get(model.set_at(now));
        set.map_or(&[][..], |set| &*set.prices).to_vec()
    };
    let after_now = present(after);
    for price in &present(before) {
        let unit = price.unit;
        if NEEDED.contains(&unit) && after_now.iter().all(|other| other.unit != unit) {
            return Err(format!("it has no price of {label} for {} any more", unit.name()));
        }
        // What was there before was right, or is not made worse: prices fall a hundredfold in some years.
        let known = rates(before, unit);
        let mut new = rates(after, unit).into_iter().filter(|rate| !known.contains(rate));
        if let Some(absurd) = new.find(|rate| is_absurd(price.base, *rate)) {
            let per = unit.dimensions().family.per();
            return Err(format!(
                "it moves the price of {label} for {} from {} to {} USD, more than {MOST_TIMES} times",
                unit.name(),
                price.base.for_units(per),
                absurd.for_units(per)
            ));
        }
    }
    Ok(())
}

/// Every rate of the unit, of any day, tier and kind of service.
fn rates(model: &Model, unit: Unit) -> Vec<Rate> {
    let variants = model.variants.iter().map(|variant| &variant.set);
    let prices = model.sets.iter().chain(variants).flat_map(|set| &set.prices);
    let prices = prices.filter(|price| price.unit == unit);
    prices
        .flat_map(|price| price.tiers.iter().map(|&(_, rate)| rate).chain([price.base]))
        .collect()
}

fn line<'a>(table: &'a Table, provider: &str, model: &str) -> Option<&'a Model> {
    let found = find_model(table, provider_of_name(table, provider)?, model)?;
    table.line(&found)
}

fn is_absurd(before: Rate, after: Rate) -> bool {
    let (less, more) = (before.0.min(after.0), before.0.max(after.0));
    more > less.saturating_mul(MOST_TIMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentinel_is_priced_by_the_embedded_table_which_is_plausible_beside_itself() {
        let embedded = Catalogue::embedded().table();
        let now = Moment::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000));
        for (provider, model) in SENTINELS {
            let line = line(embedded, provider, model);
            let line = line.unwrap_or_else(|| panic!("{provider}/{model} is not there"));
            assert!(!line.sets[line.set_at(now)].prices.is_empty(), "{provider}/{model}");
        }
        assert_eq!(check_sentinels(embedded, embedded, now), Ok(()));
    }

    #[test]
    fn a_history_of_falling_prices_is_plausible_beside_itself_and_one_step_on() {
        let table = |sets: &str| {
            let text = format!("tracing-genai catalogue 1\n[openai]\ngpt-4o\t=\t{sets}\n");
            Table::parse(&text).unwrap()
        };
        let now = Moment::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000));
        let check = |before: &str, after: &str| check_sentinels(&table(after), &table(before), now).is_ok();
        let history = "input=10 output=1\t@2025-01-01 input=2 output=1\t@2026-01-01 input=0.4 output=1";
        assert!(check(history, history));
        assert!(check(history, &format!("{history}\t@2026-06-01 input=0.1 output=1")));
        assert!(!check(history, &format!("{history}\t@2026-06-01 input=0.01 output=1")));
        assert!(!check(history, &format!("{history}\t@2099-01-01 input=40 output=1")));
    }
}
