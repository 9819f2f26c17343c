//! Prices of a second source that the catalogue lacks: units, tiers, kinds of service, models, and units of equal price
//! by their provider's own statement.
//!
//! The overlay only fills gaps: prices of the catalogue or a newer table take precedence. Its form is that of
//! `data/README.md`; every row has a source and date.

mod fill;

use std::sync::LazyLock;

use crate::cost::Layer;
use crate::rule::Rule;
use crate::table::{CatalogueError, Model, Provider, Table};
use crate::time::Moment;
use fill::{Base, fill};

/// The embedded overlays: the hand-written one, and the models that only the second source has.
const EMBEDDED: [&str; 2] = [
    include_str!("../data/overlay.txt"),
    include_str!("../data/second_source.txt"),
];

/// The first line of an overlay: its form and version.
const FORM: &str = "tracing-genai overlay 1";

/// The rule field of a row for an existing model.
const FILLS: &str = "+";

/// A row of the overlay: an addition to a model, or a new model.
#[derive(Debug)]
pub struct OverlayRow {
    provider: Box<str>,
    models: Models,
    /// The row's content, without its model and source.
    text: Box<str>,
    adds: Model,
    source: Box<str>,
    date: Box<str>,
    /// The beginning of that day.
    day: Moment,
}

/// The rule field of a row that lists providers whose models are also sold.
const LENT: &str = "fallback";

/// The models of a row.
#[derive(Debug)]
enum Models {
    /// An existing model, by id.
    Known,
    /// All models of the provider with a matching id; the rule as written, `*` for every id.
    Every(Option<Rule>, Box<str>),
    /// A new model. It may precede the line of that id, whose rule also matches its name.
    New(Option<Box<str>>),
    /// Models of other providers, which this one also sells.
    Lent(Vec<Box<str>>),
}

impl OverlayRow {
    /// All rows, in the order of their application.
    pub fn all() -> &'static [Self] {
        static ROWS: LazyLock<Vec<OverlayRow>> = LazyLock::new(|| {
            // A test parses the same texts.
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

    /// The id of the model, or the rule for several ids; `fallback` for those of other providers.
    pub fn model(&self) -> &str {
        match &self.models {
            Models::Every(_, rule) => rule,
            Models::Known | Models::New(_) => &self.adds.id,
            Models::Lent(_) => LENT,
        }
    }

    /// Whether it is a new model.
    pub const fn is_new_model(&self) -> bool {
        matches!(self.models, Models::New(_))
    }

    /// The addition in the form of `data/README.md`, with tabs between fields.
    pub fn adds(&self) -> &str {
        &self.text
    }

    /// The source of the row.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The date of the source, such as `2026-11-12`.
    pub fn date(&self) -> &str {
        &self.date
    }

    /// The number of prices, statements and models that each row adds to a catalogue of that text; rows with 0 are
    /// obsolete.
    ///
    /// # Errors
    ///
    /// [`CatalogueError`] with the first invalid line of the catalogue.
    pub fn additions_to(catalogue: &str) -> Result<Vec<(&'static Self, usize)>, CatalogueError> {
        let mut table = Table::parse(catalogue)?;
        let added = apply_rows(&mut table, Self::all(), None);
        Ok(Self::all().iter().zip(added).collect())
    }

    /// Whether the table has neither a price nor a line for the model: a newer table may have added one. If the row
    /// precedes a certain line, that line may match it, as in the `catalogue` that the row was made for.
    fn is_lacking(&self, table: &Table, catalogue: Option<&Table>) -> bool {
        let (Models::New(broader), Some(provider)) = (&self.models, provider(table, &self.provider)) else {
            return false;
        };
        let taken_by = |name: &str| provider.models.iter().find(|line| line.rule.matches(name));
        self.adds.rule.names().filter_map(taken_by).all(|line| {
            let unchanged = |catalogue| Some(self::provider(catalogue, &self.provider)?.line(&line.id)?.equals(line));
            broader.as_deref() == Some(&*line.id)
                && catalogue.is_none_or(|catalogue| unchanged(catalogue) == Some(true))
        })
    }

    /// The input and output prices that its token prices belong to: its own, or the model's on the row's date.
    fn base(&self, model: &Model, catalogue: Option<&Table>) -> Base {
        let (Models::Known | Models::Every(..)) = self.models else {
            return Base::of(&self.adds, self.day);
        };
        let line = catalogue.and_then(|catalogue| provider(catalogue, &self.provider)?.line(&model.id));
        Base::of(line.unwrap_or(model), self.day)
    }

    fn fits(&self, model: &Model) -> bool {
        match &self.models {
            Models::Every(None, _) => true,
            Models::Every(Some(rule), _) => rule.matches(&model.id.to_lowercase()),
            _ => model.id == self.adds.id,
        }
    }

    /// Applies the row to the table; returns the number of additions.
    fn apply(&self, table: &mut Table, catalogue: Option<&Table>, is_lacking: bool) -> usize {
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
        let mut added = 0;
        let mut is_known = false;
        for model in provider.models.iter_mut().filter(|model| self.fits(model)) {
            is_known = true;
            let base = self.base(model, catalogue);
            added += fill(model, &self.adds, base);
        }
        if !is_known && is_lacking {
            add(provider, self.adds.copy());
            added = 1;
        }
        added
    }
}

/// Applies the embedded overlay to the embedded catalogue, which has none of its new models (tested).
pub(crate) fn apply(catalogue: &mut Table) {
    for row in OverlayRow::all() {
        row.apply(catalogue, None, row.is_new_model());
    }
}

/// Applies the embedded overlay to a newer table. `catalogue` is the one that the overlay was made for.
pub(crate) fn apply_to_newer(table: &mut Table, catalogue: &Table) {
    apply_rows(table, OverlayRow::all(), Some(catalogue));
}

/// Applies an overlay of that text to `table`, the catalogue that it was made for.
pub(crate) fn apply_text(table: &mut Table, text: &str) -> Result<(), CatalogueError> {
    apply_rows(table, &parse(text)?, None);
    Ok(())
}

/// Applies the rows to the table; returns the number of additions of each.
fn apply_rows(table: &mut Table, rows: &[OverlayRow], catalogue: Option<&Table>) -> Vec<usize> {
    // Decided by the table without any row.
    let lacking: Vec<bool> = rows.iter().map(|row| row.is_lacking(table, catalogue)).collect();
    let rows = rows.iter().zip(lacking);
    rows.map(|(row, is_lacking)| row.apply(table, catalogue, is_lacking))
        .collect()
}

fn provider<'a>(table: &'a Table, id: &str) -> Option<&'a Provider> {
    table.providers.iter().find(|provider| *provider.id == *id)
}

/// Adds a model before those of the catalogue, whose broader rules could match its name.
fn add(provider: &mut Provider, model: Model) {
    let place = provider
        .models
        .iter()
        .take_while(|model| model.layer == Layer::Overlay)
        .count();
    provider.models.insert(place, model);
}

/// Parses an overlay.
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

/// Parses `id, rule, addition, <source, date`, between tabs. The rule is `+` for a model of the catalogue; for an id of
/// `*` it matches the ids.
fn row(provider: &str, text: &str) -> Result<OverlayRow, &'static str> {
    let (content, source) = text.split_once("\t<").ok_or("a row needs a source at its end")?;
    let (source, date) = source.rsplit_once(", ").ok_or("a source needs a date")?;
    let mut fields = content.splitn(3, '\t');
    let (Some(id), Some(rule), Some(adds)) = (fields.next(), fields.next(), fields.next()) else {
        return Err("a row needs a model, a rule and an addition");
    };
    let day = Moment::parse(date).ok_or("a source needs a date")?;
    let (adds, broader) = match adds.rsplit_once("\t!") {
        Some((adds, broader)) => (adds, Some(broader.into())),
        None => (adds, None),
    };
    let models = match (id, rule) {
        ("*", LENT) => Models::Lent(adds.split(' ').map(Into::into).collect()),
        ("*", "*") => Models::Every(None, rule.into()),
        ("*", _) => Models::Every(Some(Rule::parse(rule, "").ok_or("not a rule")?), rule.into()),
        (_, FILLS) => Models::Known,
        _ => Models::New(broader),
    };
    let of_model = if matches!(models, Models::New(_)) { rule } else { "=" };
    let line = match models {
        Models::Lent(_) => [id, of_model, "-"].join("\t"),
        // A row may consist of variants or statements only.
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
        day,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::price::{UnitPrice, Variant};

    #[test]
    fn the_embedded_overlay_is_valid_and_small() {
        for text in EMBEDDED {
            assert!(!parse(text).unwrap().is_empty());
        }
        let bytes = EMBEDDED.map(str::len);
        assert!(bytes[0] <= 24_000 && bytes[1] <= 65_536, "{bytes:?} bytes");
    }

    fn applied(catalogue: &str, overlay: &str) -> (Table, usize) {
        let mut table = Table::parse(&format!("tracing-genai catalogue 1\nsource\tt 1\n[p]\n{catalogue}")).unwrap();
        let rows = parse(&format!("{FORM}\n[p]\n{overlay}")).unwrap();
        let added = apply_rows(&mut table, &rows, None).iter().sum();
        (table, added)
    }

    #[test]
    fn existing_prices_are_kept() {
        let (table, added) = applied(
            "m\t=\tinput=1\t?processing=batch input=0.5\n",
            "m\t+\tinput=9\t?processing=batch input=9\t<x, 2026-01-01\n",
        );
        assert_eq!(added, 0);
        let model = table.providers[0].models.first().unwrap();
        assert_eq!(model.sets[0].prices, [UnitPrice::parse("input=1").unwrap()]);
        assert_eq!(model.variants[0].set.prices, [UnitPrice::parse("input=0.5").unwrap()]);
    }

    #[test]
    fn missing_prices_are_added() {
        let (table, added) = applied(
            "m\t=\tinput=1 output=2\n",
            "m\t+\tcache_read=0.1 input=1>200000:2 output=3>200000:4\t?speed=fast *2\t~input_image\t<x, 2026-01-01\n\
             n\t=n | =n-1\tinput=5\t<x, 2026-01-01\n*\t^m\t~input_video\t<x, 2026-01-01\n",
        );
        // A cached price, tiers, a kind of service, a statement; a model; a statement for every model of such an id.
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
    fn new_models_are_missing_from_the_catalogue() {
        let catalogue = crate::layers::catalogue();
        let taken = OverlayRow::all()
            .iter()
            .filter(|row| row.is_new_model() && !row.is_lacking(&catalogue, None));
        let taken: Vec<_> = taken.map(|row| format!("{}/{}", row.provider, row.model())).collect();
        assert!(taken.is_empty(), "the catalogue has them: {taken:?}");
    }

    #[test]
    fn a_rows_variants_reach_every_matching_model() {
        let table = crate::layers::embedded();
        let mut missing = Vec::new();
        for row in OverlayRow::all() {
            let models = provider(&table, &row.provider).map_or(&[][..], |provider| &provider.models);
            for model in models
                .iter()
                .filter(|model| row.fits(model) && model.layer == Layer::Embedded)
            {
                let has = |adds: &Variant| {
                    let mut variants = model.variants.iter();
                    variants.any(|known| known.when == adds.when && known.seller == adds.seller)
                };
                let lacking = row.adds.variants.iter().filter(|adds| !has(adds));
                missing.extend(lacking.map(|adds| format!("{}/{} ?{}", row.provider, model.id, adds.name)));
            }
        }
        assert!(
            missing.is_empty(),
            "no room for variants, raise MAX_VARIANTS: {missing:#?}"
        );
    }

    #[test]
    fn a_row_without_a_source_is_rejected() {
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
