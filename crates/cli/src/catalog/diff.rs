//! `tracing-genai catalog diff`: the changes that a price file would make.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    path::PathBuf,
};

use serde_json::json;
use tracing_genai_pricing::{Catalogue, Entry, ListedPrice};

use super::entry_text;
use crate::{
    output::{Output, stdout},
    price_source::{PriceFile, Source, print_warnings},
};

/// Lines begin with `+` for an added model, `-` for a removed one, and `~` for one with changed prices. Aliases and
/// multipliers of a user's price file are not shown.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The file: genai-prices JSON, catalogue text, or a user's price file
    file: PathBuf,
    /// Writes one JSON object per changed model
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    source: Source,
}

/// Provider, model id, and whether an entry of another layer is found by that id.
type Name<'a> = (&'a str, &'a str, bool);

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let (mut feed, mut user_file) = arguments.source.read()?;
    let before = Catalogue::layered(feed.as_ref(), user_file.as_ref())?;
    let file = PriceFile::read(&arguments.file)?;
    let is_user_file = matches!(file, PriceFile::User(_));
    match file {
        PriceFile::Table(newer) => feed = Some(newer),
        PriceFile::User(newer) => user_file = Some(newer),
    }
    print_warnings(feed.as_ref(), user_file.as_ref());
    let after = Catalogue::layered(feed.as_ref(), user_file.as_ref())?;
    let mut out = stdout();
    let (old, new) = (by_name(&before), by_name(&after));
    let mut counts = [0_usize; 3];
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for name in names {
        let (place, sign) = match (old.get(name), new.get(name)) {
            (None, Some(_)) => (0, '+'),
            (Some(_), None) => (1, '-'),
            (Some(old), Some(new)) if prices(old) != prices(new) => (2, '~'),
            _ => continue,
        };
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
        let (old, new) = (old.get(name), new.get(name));
        if arguments.json {
            let object = json!({"before": old.map(entry_text::json), "after": new.map(entry_text::json)});
            out.json(&object)?;
        } else {
            write_model(sign, *name, old, new, &mut out)?;
        }
    }
    if !arguments.json {
        let [added, removed, changed] = counts;
        out.line(format_args!(
            "{} to {}: {added} models added, {removed} removed, {changed} changed",
            before.version(),
            after.version()
        ))?;
        if is_user_file {
            out.line(format_args!(
                "aliases and multipliers are not shown; see `catalog show PROVIDER/MODEL`"
            ))?;
        }
    }
    out.flush()?;
    Ok(())
}

fn by_name(catalogue: &Catalogue) -> BTreeMap<Name<'_>, Entry<'_>> {
    let mut by_name = BTreeMap::new();
    for entry in catalogue.entries() {
        let (provider, model) = (&**entry.provider(), &**entry.model());
        let found = format!("{provider}/{model}")
            .parse()
            .ok()
            .and_then(|id| catalogue.entry(&id));
        // A user's entry and the catalogue's may have the same id; one of them is then found by other names only.
        let is_hidden = found.is_some_and(|found| found.model() == entry.model() && found.layer() != entry.layer());
        by_name.entry((provider, model, is_hidden)).or_insert(entry);
    }
    by_name
}

/// The prices by unit and condition.
fn prices(entry: &Entry<'_>) -> BTreeMap<(String, String), String> {
    let key = |price: &ListedPrice<'_>| (entry_text::unit(price), entry_text::condition(price));
    entry
        .prices()
        .map(|price| (key(&price), entry_text::amount(&price)))
        .collect()
}

fn write_model(
    sign: char,
    (provider, model, _): Name<'_>,
    old: Option<&Entry<'_>>,
    new: Option<&Entry<'_>>,
    out: &mut Output<impl Write>,
) -> io::Result<()> {
    out.line(format_args!("{sign} {provider}/{model}"))?;
    let none = BTreeMap::new();
    let (old, new) = (old.map(prices), new.map(prices));
    let is_both = old.is_some() && new.is_some();
    let (old, new) = (old.as_ref().unwrap_or(&none), new.as_ref().unwrap_or(&none));
    let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    for key in keys {
        let (before, after) = (old.get(key), new.get(key));
        if is_both && before == after {
            continue;
        }
        let (unit, condition) = key;
        let change = match (before, after) {
            (Some(before), Some(after)) => format!("{before} to {after} USD"),
            (Some(before), None) if is_both => format!("{before} USD to none"),
            (None, Some(after)) if is_both => format!("none to {after} USD"),
            (Some(one), None) | (None, Some(one)) => format!("{one} USD"),
            (None, None) => continue,
        };
        let line = format!("    {unit:<36} {change}  {condition}");
        out.line(format_args!("{}", line.trim_end()))?;
    }
    Ok(())
}
