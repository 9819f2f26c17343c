//! What a second source knows of prices and the catalogue lacks: units, steps, kinds of service, models, and which units
//! cost the same by their provider's own statement.
//!
//! The overlay only fills: where the catalogue or a newer table has a price, that one holds. Its form is that of
//! `data/README.md`, and every row bears its source and date.

use std::sync::LazyLock;

use crate::choose::MAX_VARIANTS;
use crate::cost::Layer;
use crate::price::{PriceSet, UnitPrice, Variant};
use crate::rule::Rule;
use crate::table::{CatalogueError, Model, Provider, Table};

/// The overlays that come with this crate: what is kept by hand, and the models that only the second source has.
const EMBEDDED: [&str; 2] = [
    include_str!("../data/overlay.txt"),
    include_str!("../data/second_source.txt"),
];

/// The first line of an overlay: its form, and the version of the form.
const FORM: &str = "tracing-genai overlay 1";

/// What stands where a row of a known model has no rule.
const FILLS: &str = "+";

/// A row of the overlay: what it adds to a model, or a model that it adds.
#[derive(Debug)]
pub struct OverlayRow {
    provider: Box<str>,
    models: Models,
    /// What the row says, without its model and source.
    text: Box<str>,
    adds: Model,
    source: Box<str>,
    date: Box<str>,
}

/// What stands where a row's rule would, if it names providers whose models this one sells, too.
const LENT: &str = "fallback";

/// Which models a row is about.
#[derive(Debug)]
enum Models {
    /// The one of that id, which the catalogue has.
    Known,
    /// All of the provider whose id fits the rule, as it is written; `*` is a rule that every id fits.
    Every(Option<Rule>, Box<str>),
    /// One that the catalogue lacks.
    New,
    /// Those of other providers, which this one sells, too.
    Lent(Vec<Box<str>>),
}

impl OverlayRow {
    /// Every row, in the order in which they are laid.
    pub fn all() -> &'static [Self] {
        static ROWS: LazyLock<Vec<OverlayRow>> = LazyLock::new(|| {
            // A test reads the same texts.
            EMBEDDED
                .into_iter()
                .flat_map(|text| parse(text).unwrap_or_default())
                .collect()
        });
        &ROWS
    }

    /// The id of the provider.
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// The id of the model, or the rule that the ids of several fit; `fallback` where it is those of other providers.
    pub fn model(&self) -> &str {
        match &self.models {
            Models::Every(_, rule) => rule,
            Models::Known | Models::New => &self.adds.id,
            Models::Lent(_) => LENT,
        }
    }

    /// Whether it is a model that the catalogue lacks.
    pub const fn is_new_model(&self) -> bool {
        matches!(self.models, Models::New)
    }

    /// What it adds, in the form of `data/README.md`, fields between tabs.
    pub fn adds(&self) -> &str {
        &self.text
    }

    /// Where it comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The day of the source, as `2026-11-12`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// How many prices, statements and models it adds to a catalogue of that text: none where the catalogue has caught up,
    /// and the row can go.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] with the first line of the catalogue that cannot be read.
    pub fn additions_to(catalogue: &str) -> Result<Vec<(&'static Self, usize)>, CatalogueError> {
        let mut table = Table::parse(catalogue)?;
        Ok(Self::all().iter().map(|row| (row, row.lay(&mut table))).collect())
    }

    /// Lays the row over the table, and counts what it adds.
    fn lay(&self, table: &mut Table) -> usize {
        let Some(provider) = table
            .providers
            .iter_mut()
            .find(|provider| *provider.id == *self.provider)
        else {
            return 0;
        };
        if let Models::Lent(lenders) = &self.models {
            let adds = provider.fallback.is_empty();
            if adds {
                provider.fallback.clone_from(lenders);
            }
            return usize::from(adds);
        }
        let fits = |model: &Model| match &self.models {
            Models::Every(None, _) => true,
            Models::Every(Some(rule), _) => rule.matches(&model.id.to_lowercase()),
            _ => model.id == self.adds.id,
        };
        let mut added = 0;
        let mut is_known = false;
        for model in provider.models.iter_mut().filter(|model| fits(model)) {
            is_known = true;
            added += fill(model, &self.adds);
        }
        if !is_known && self.is_new_model() {
            add(provider, self.adds.copy());
            added = 1;
        }
        added
    }
}

/// Lays the embedded overlay over `table`.
pub(crate) fn lay(table: &mut Table) {
    for row in OverlayRow::all() {
        row.lay(table);
    }
}

/// Lays an overlay of that text over `table`.
pub(crate) fn lay_text(table: &mut Table, text: &str) -> Result<(), CatalogueError> {
    for row in parse(text)? {
        row.lay(table);
    }
    Ok(())
}

/// Adds a model, to be asked before those of the catalogue: a broader rule of theirs would take its name.
fn add(provider: &mut Provider, model: Model) {
    let place = provider
        .models
        .iter()
        .take_while(|model| model.layer == Layer::Overlay)
        .count();
    provider.models.insert(place, model);
}

/// Adds to a model what it lacks, and counts that.
fn fill(model: &mut Model, adds: &Model) -> usize {
    let mut added = 0;
    for prices in adds.sets.iter().flat_map(|set| &set.prices) {
        for set in model.sets.iter_mut().filter(|set| !set.is_free) {
            added += usize::from(fill_price(set, prices));
        }
    }
    for variant in &adds.variants {
        added += fill_variant(&mut model.variants, variant);
    }
    added += usize::try_from((adds.equal & !model.equal & !priced(model)).count_ones()).unwrap_or(0);
    model.equal |= adds.equal;
    added
}

/// The units that a model has prices of, as a bit set.
fn priced(model: &Model) -> u64 {
    let prices = model.sets.iter().flat_map(|set| &set.prices);
    prices.fold(0, |units, price| units | 1 << price.unit as u8)
}

/// Adds a price, or steps to one that stands without any and has the same base.
fn fill_price(set: &mut PriceSet, price: &UnitPrice) -> bool {
    match set.prices.iter_mut().find(|known| known.unit == price.unit) {
        None => set.prices.push(price.clone()),
        Some(known) if known.tiers.is_empty() && !price.tiers.is_empty() && known.base == price.base => {
            known.tiers.clone_from(&price.tiers);
        }
        Some(_) => return false,
    }
    true
}

fn fill_variant(variants: &mut Vec<Variant>, adds: &Variant) -> usize {
    let is_same = |known: &Variant| known.when == adds.when && known.seller == adds.seller;
    let place = variants.iter().position(is_same);
    if let Some(known) = place.and_then(|place| variants.get_mut(place)) {
        let prices = adds.set.prices.iter();
        return prices.filter(|price| fill_price(&mut known.set, price)).count();
    }
    if variants.len() >= MAX_VARIANTS {
        return 0;
    }
    variants.push(adds.clone());
    1
}

/// Reads an overlay.
fn parse(text: &str) -> Result<Vec<OverlayRow>, CatalogueError> {
    let mut lines = text.lines().zip(1_usize..);
    if lines.next().is_none_or(|(first, _)| first != FORM) {
        return Err(CatalogueError::UnknownForm);
    }
    let mut provider = "";
    let mut rows = Vec::new();
    for (text, line) in lines.filter(|(text, _)| !text.is_empty() && !text.starts_with('#')) {
        if let Some(id) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            provider = id;
            continue;
        }
        let row = row(provider, text).map_err(|problem| CatalogueError::Line { line, problem })?;
        rows.push(row);
    }
    Ok(rows)
}

/// Reads `id, rule, what it adds, <source, date`, between tabs. The rule is `+` for a model that the catalogue has; for an id
/// of `*` it is that of the ids.
fn row(provider: &str, text: &str) -> Result<OverlayRow, &'static str> {
    let (said, source) = text.split_once("\t<").ok_or("a row ends in its source")?;
    let (source, date) = source.rsplit_once(", ").ok_or("a source has a date")?;
    let mut fields = said.splitn(3, '\t');
    let (Some(id), Some(rule), Some(adds)) = (fields.next(), fields.next(), fields.next()) else {
        return Err("a row has a model, a rule and what it adds");
    };
    let models = match (id, rule) {
        ("*", LENT) => Models::Lent(adds.split(' ').map(Into::into).collect()),
        ("*", "*") => Models::Every(None, rule.into()),
        ("*", _) => Models::Every(Some(Rule::parse(rule, "").ok_or("not a rule")?), rule.into()),
        (_, FILLS) => Models::Known,
        _ => Models::New,
    };
    let of_model = if matches!(models, Models::New) { rule } else { "=" };
    let line = match models {
        Models::Lent(_) => [id, of_model, "-"].join("\t"),
        // A row may add nothing but variants or statements.
        _ if adds.starts_with(['?', '~']) => [id, of_model, "-", adds].join("\t"),
        _ => [id, of_model, adds].join("\t"),
    };
    let mut model = Model::parse(&line)?;
    model.layer = Layer::Overlay;
    Ok(OverlayRow {
        provider: provider.into(),
        models,
        text: adds.into(),
        adds: model,
        source: source.into(),
        date: date.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_overlay_is_read_and_stays_small() {
        for text in EMBEDDED {
            assert!(!parse(text).unwrap().is_empty());
        }
        let bytes = EMBEDDED.map(str::len);
        assert!(bytes[0] <= 24_000 && bytes[1] <= 65_536, "{bytes:?} bytes");
    }

    fn laid(catalogue: &str, overlay: &str) -> (Table, usize) {
        let mut table = Table::parse(&format!("tracing-genai catalogue 1\nsource\tt 1\n[p]\n{catalogue}")).unwrap();
        let rows = parse(&format!("{FORM}\n[p]\n{overlay}")).unwrap();
        let added = rows.iter().map(|row| row.lay(&mut table)).sum();
        (table, added)
    }

    #[test]
    fn what_the_catalogue_has_is_kept() {
        let (table, added) = laid(
            "m\t=\tinput=1\t?processing=batch input=0.5\n",
            "m\t+\tinput=9\t?processing=batch input=9\t<x, 2026-01-01\n",
        );
        assert_eq!(added, 0);
        let model = table.providers[0].models.first().unwrap();
        assert_eq!(model.sets[0].prices, [UnitPrice::parse("input=1").unwrap()]);
        assert_eq!(model.variants[0].set.prices, [UnitPrice::parse("input=0.5").unwrap()]);
    }

    #[test]
    fn what_it_lacks_is_added() {
        let (table, added) = laid(
            "m\t=\tinput=1 output=2\n",
            "m\t+\tcache_read=0.1 input=1>200000:2 output=3>200000:4\t?speed=fast *2\t~input_image\t<x, 2026-01-01\n\
             n\t=n | =n-1\tinput=5\t<x, 2026-01-01\n*\t^m\t~input_video\t<x, 2026-01-01\n",
        );
        // A cached price, steps, a kind of service, a statement; a model; a statement for every model of such an id.
        assert_eq!(added, 6);
        let [new, model] = &table.providers[0].models[..] else {
            panic!()
        };
        assert_eq!((&*new.id, new.layer), ("n", Layer::Overlay));
        let prices: Vec<_> = ["input=1>200000:2", "output=2", "cache_read=0.1"]
            .map(|price| UnitPrice::parse(price).unwrap())
            .into();
        assert_eq!(model.sets[0].prices, prices);
        assert_eq!(model.variants.len(), 1);
        assert_eq!(model.equal.count_ones(), 2);
    }

    #[test]
    fn a_row_without_a_source_is_refused() {
        for row in [
            "m\t+\tinput=1",
            "m\t+\t<x, 2026-01-01",
            "m\t+\tinput=1\t<x",
            "m\t=\tinput=x\t<x, 2026-01-01",
        ] {
            assert!(parse(&format!("{FORM}\n[p]\n{row}\n")).is_err(), "{row}");
        }
    }
}
