//! `tracing-genai catalog list`: models with their prices, one per line.

use std::{
    fmt::Write as _,
    io::{self, Write},
    time::SystemTime,
};

use serde_json::json;
use tracing_genai_pricing::{Catalogue, Entry, Layer, ListedPrice, OverlayRow};
use tracing_genai_usage::Unit;

use super::entry_text;
use crate::{
    escape::shown,
    output::{Output, stdout},
    price_source::Source,
};

/// The units with a column, per million.
const COLUMNS: [(&str, Unit); 4] = [
    ("input", Unit::InputTokens),
    ("cache read", Unit::CacheReadTokens),
    ("cache write", Unit::CacheWriteTokens),
    ("output", Unit::OutputTokens),
];
const MODEL_WIDTH: usize = 52;
const PRICE_WIDTH: usize = 11;

/// Prices in USD per million tokens, in their first tier.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Only models of this provider; may be repeated
    #[arg(long, value_name = "PROVIDER")]
    provider: Vec<String>,
    /// Only models whose id contains this text
    #[arg(long, value_name = "TEXT")]
    named: Option<String>,
    /// Lists the providers with their number of models
    #[arg(long, conflicts_with_all = ["provider", "named", "json"])]
    providers: bool,
    /// Lists the rows of the overlay, each with its source and date
    #[arg(long, conflicts_with = "providers")]
    overlay: bool,
    /// Writes one JSON object per model, with all its prices
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    source: Source,
}

impl Arguments {
    /// Whether the filters accept the model.
    fn accepts(&self, provider: &str, model: &str) -> bool {
        let is = |name: &String| name.eq_ignore_ascii_case(provider);
        (self.provider.is_empty() || self.provider.iter().any(is))
            && self.named.as_ref().is_none_or(|text| model.contains(&**text))
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let catalogue = arguments.source.load()?;
    let mut out = stdout();
    match (arguments.providers, arguments.overlay) {
        (true, _) => write_providers(&catalogue, &mut out)?,
        (false, true) => write_overlay(arguments, &mut out)?,
        (false, false) => write_models(arguments, &catalogue, &mut out)?,
    }
    out.flush()?;
    Ok(())
}

fn write_models(arguments: &Arguments, catalogue: &Catalogue, out: &mut Output<impl Write>) -> io::Result<()> {
    let (mut models, mut in_overlay) = (0_usize, 0_usize);
    for entry in catalogue
        .entries()
        .filter(|entry| arguments.accepts(entry.provider(), entry.model()))
    {
        if arguments.json {
            out.json(&entry_text::json(&entry))?;
        } else {
            if models + in_overlay == 0 {
                write_header(out)?;
            }
            write_line(&entry, out)?;
        }
        if entry.layer() == Layer::Overlay {
            in_overlay += 1;
        } else {
            models += 1;
        }
    }
    if !arguments.json {
        let mut end = format!("{models} models of {}", catalogue.version());
        if in_overlay > 0 {
            let _ = write!(end, ", {in_overlay} of the overlay");
        }
        out.line(format_args!("{end}"))?;
    }
    Ok(())
}

/// Writes each row of the overlay as a line of tab-separated model, addition, source and date, or as a JSON object.
fn write_overlay(arguments: &Arguments, out: &mut Output<impl Write>) -> io::Result<()> {
    let mut rows = 0_usize;
    let is_accepted = |row: &&OverlayRow| arguments.accepts(row.provider(), row.model());
    for row in OverlayRow::all().iter().filter(is_accepted) {
        if arguments.json {
            let object = json!({
                "provider": row.provider(),
                "model": row.model(),
                "is_new_model": row.is_new_model(),
                "adds": row.adds(),
                "source": row.source(),
                "date": row.date(),
            });
            out.json(&object)?;
        } else {
            let model = format!("{}/{}", row.provider(), row.model());
            let adds = row.adds().replace('\t', " ");
            out.tab_separated(&[&model, &adds, row.source(), row.date()])?;
        }
        rows += 1;
    }
    if !arguments.json {
        out.line(format_args!("{rows} rows of the overlay"))?;
    }
    Ok(())
}

fn write_providers(catalogue: &Catalogue, out: &mut Output<impl Write>) -> io::Result<()> {
    for id in catalogue.providers() {
        let models = catalogue.entries().filter(|entry| entry.provider() == id).count();
        out.line(format_args!("{:24} {models:>5} models", shown(id)))?;
    }
    Ok(())
}

fn write_header(out: &mut Output<impl Write>) -> io::Result<()> {
    let mut line = format!("{:MODEL_WIDTH$} {:>9}", "model", "context");
    for (name, _) in COLUMNS {
        // Writing to a String cannot fail.
        let _ = write!(line, " {name:>PRICE_WIDTH$}");
    }
    out.line(format_args!("{line}"))
}

fn write_line(entry: &Entry<'_>, out: &mut Output<impl Write>) -> io::Result<()> {
    let context = entry
        .context_window()
        .map_or_else(String::new, |tokens| tokens.to_string());
    let model = format!("{}/{}", entry.provider(), entry.model());
    let mut line = format!("{:MODEL_WIDTH$} {context:>9}", shown(&model));
    let prices = entry.standard_prices(SystemTime::now());
    let price_of = |unit| prices.iter().find(|price| price.unit == unit);
    for (_, unit) in COLUMNS {
        let price = price_of(unit).map_or_else(|| "-".to_owned(), |price| price.base.to_string());
        let _ = write!(line, " {price:>PRICE_WIDTH$}");
    }
    let mut notes = Vec::new();
    if entry.is_free() {
        notes.push("free".to_owned());
    }
    if entry.is_deprecated() {
        notes.push("deprecated".to_owned());
    }
    if prices.iter().any(|price| !price.tiers.is_empty()) {
        notes.push("tiers".to_owned());
    }
    let is_other = |price: &&ListedPrice<'_>| COLUMNS.iter().all(|(_, unit)| *unit != price.unit);
    let others = prices.iter().filter(is_other);
    notes.extend(others.map(|price| format!("{} {}", entry_text::unit(price), price.base)));
    if !notes.is_empty() {
        let _ = write!(line, "  {}", notes.join(", "));
    }
    out.line(format_args!("{line}"))
}
