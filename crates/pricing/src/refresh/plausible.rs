//! Plausibility of a newer table: its minimum content and the maximum price changes.

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

/// A newer table has at least this percentage of the providers, models and prices in use: tables grow, so a much
/// smaller one is truncated.
const LEAST_PERCENT: usize = 80;

/// The units whose price a sentinel must keep. Prices of searches and storage come and go.
const NEEDED: [Unit; 3] = [Unit::InputTokens, Unit::OutputTokens, Unit::CacheReadTokens];

/// The maximum factor between the old and new price of a sentinel.
const MOST_TIMES: u128 = 10;

/// Widely used models in every table: a table without one, or with an implausible price of one, is wrong.
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
    /// Rejects implausible tables, as a refresh does, compared to the one in use: by default the embedded one.
    ///
    /// A plausible table has at least 80 % of the providers, models and prices, and prices for input, output and cache
    /// reads of about a dozen widely used models. None of these may change more than tenfold, on any day, in any tier,
    /// for any kind of service.
    ///
    /// # Errors
    ///
    /// [`PriceFileError::Implausible`] with the reason.
    pub fn check_plausible(&self, in_use: Option<&Self>) -> Result<(), PriceFileError> {
        self.check_against(&Catalogue::embedded().with(in_use, None)?, in_use)
    }

    /// The same, compared to the catalogue in use and its feed: a feed may have fewer providers than the catalogue
    /// beneath it, and is then compared to the previous feed.
    pub(super) fn check_against(&self, in_use: &Catalogue, feed: Option<&Self>) -> Result<(), PriceFileError> {
        let implausible = |reason| PriceFileError::Implausible {
            file: self.name().into(),
            reason,
        };
        // The overlay's additions are in use too, and apply to the newer table as well.
        let applied = |feed: &Self| {
            let mut table = feed.table()?;
            overlay::apply_to_newer(&mut table, &crate::layers::catalogue());
            Ok::<_, PriceFileError>(table)
        };
        let newer = applied(self)?;
        let before = feed.map(applied).transpose()?;
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
            return Err(format!("it no longer has the model {provider}/{model}"));
        };
        check_prices(&format!("{provider}/{model}"), before, after, now)?;
    }
    Ok(())
}

/// Rejects a missing price, and a new price of any day, tier or kind of service that is implausible beside the old
/// ones.
fn check_prices(label: &str, before: &Model, after: &Model, now: Moment) -> Result<(), String> {
    let present = |model: &Model| {
        let set = model.sets.get(model.set_at(now));
        set.map_or(&[][..], |set| &*set.prices).to_vec()
    };
    let after_now = present(after);
    for price in &present(before) {
        let unit = price.unit;
        if NEEDED.contains(&unit) && after_now.iter().all(|other| other.unit != unit) {
            return Err(format!("it no longer has a price of {label} for {}", unit.name()));
        }
        // Old prices stay acceptable: some fell a hundredfold over the years.
        let known = rates(before, unit);
        let mut new = rates(after, unit).into_iter().filter(|rate| !known.contains(rate));
        if let Some(implausible) = new.find(|rate| is_implausible(price.base, *rate)) {
            let per = unit.dimensions().family.per();
            return Err(format!(
                "it changes the price of {label} for {} from {} to {} USD, by more than {MOST_TIMES} times",
                unit.name(),
                price.base.for_units(per),
                implausible.for_units(per)
            ));
        }
    }
    Ok(())
}

/// All rates of the unit, of any day, tier and kind of service.
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

fn is_implausible(before: Rate, after: Rate) -> bool {
    let (less, more) = (before.0.min(after.0), before.0.max(after.0));
    more > less.saturating_mul(MOST_TIMES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_prices_all_sentinels_and_is_plausible() {
        let embedded = Catalogue::embedded().table();
        let now = Moment::from(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_176_000));
        for (provider, model) in SENTINELS {
            let line = line(embedded, provider, model);
            let line = line.unwrap_or_else(|| panic!("{provider}/{model} is missing"));
            assert!(!line.sets[line.set_at(now)].prices.is_empty(), "{provider}/{model}");
        }
        assert_eq!(check_sentinels(embedded, embedded, now), Ok(()));
    }

    #[test]
    fn a_history_of_falling_prices_and_its_continuation_are_plausible() {
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
