//! Combines the layers: the embedded catalogue, a newer table, the user's file.

use std::sync::Arc;

use crate::cost::{Edition, Layer};
use crate::document::Flaw;
use crate::find::{find_model, provider_of_name};
use crate::found::Found;
use crate::names;
use crate::overlay;
use crate::price::{PriceSet, UnitPrice};
use crate::price_file::{Feed, PriceFileError};
use crate::rule::Rule;
use crate::table::{Alias, Model, Multiplier, Provider, Table};
use crate::user_file::{OwnAlias, OwnFactor, OwnFix, OwnModel, OwnProvider, UserFile};

/// The prices in this crate; see `data/README.md`.
const EMBEDDED: &str = include_str!("../data/catalogue.txt");

/// The embedded catalogue without its overlay.
pub(crate) fn catalogue() -> Table {
    // A test parses the same text. If it were invalid, calls would be unpriced instead of the host panicking.
    Table::parse(EMBEDDED).unwrap_or_default()
}

/// The embedded table.
pub(crate) fn embedded() -> Table {
    let mut table = catalogue();
    overlay::apply(&mut table);
    table
}

/// `lowest`, overlaid by a newer table and the user's file. `is_embedded` is whether the embedded table has a provider
/// of that id.
pub(crate) fn layered(
    lowest: &Table,
    is_embedded: fn(&str) -> bool,
    feed: Option<&Feed>,
    user_file: Option<&UserFile>,
) -> Result<Table, PriceFileError> {
    let mut table = lowest.copy();
    if let Some(feed) = feed {
        apply_feed(&mut table, feed.table()?);
        // Fills gaps of the newer table where it agrees with the catalogue that the overlay was made for.
        overlay::apply_to_newer(&mut table, &catalogue());
    }
    if let Some(file) = user_file {
        apply_user_file(&mut table, is_embedded, file).map_err(|flaw| file.flawed(flaw))?;
    }
    Ok(table)
}

/// Replaces the providers of `table` by those of a newer table.
///
/// Providers are replaced whole, because rules of two tables must not mix: a rule that was narrowed because it matched
/// another model would persist in the older table.
fn apply_feed(table: &mut Table, newer: Table) {
    for mut provider in newer.providers {
        for model in &mut provider.models {
            model.layer = Layer::Refreshed;
        }
        match table.providers.iter_mut().find(|older| older.id == provider.id) {
            Some(older) => *older = provider,
            None => table.providers.push(provider),
        }
    }
    table.edition = newer.edition;
}

/// Applies the user's file to `table`.
fn apply_user_file(table: &mut Table, is_embedded: fn(&str) -> bool, file: &UserFile) -> Result<(), Flaw> {
    for own in file.providers.iter().rev() {
        let provider = own_provider(own, is_embedded)?;
        // A provider added by a newer table is replaced: it must not disable the user's prices.
        table.providers.retain(|known| known.id != provider.id);
        // Placed first: the user's rule for a name precedes the catalogue's.
        table.providers.insert(0, provider);
    }
    for own in &file.providers {
        let provider = table.providers.iter().find(|provider| *provider.id == *own.id);
        for lender in provider.iter().flat_map(|provider| &provider.fallback) {
            if provider_of_id(table, lender).is_none() {
                return Err(unknown_provider(own.line, lender));
            }
        }
    }
    // Models placed first are matched first.
    for own in file.models.iter().rev() {
        add_model(table, own)?;
    }
    for fix in &file.fixed {
        fix_prices(table, fix)?;
    }
    for alias in &file.aliases {
        let alias = resolve_alias(table, alias)?;
        table.aliases.push(alias);
    }
    for factor in &file.factors {
        let multiplier = resolve_factor(table, factor)?;
        table.multipliers.push(multiplier);
    }
    // A multiplier of a model precedes one of its provider.
    table.multipliers.sort_by_key(|multiplier| multiplier.line.is_none());
    table.edition = Arc::new(Edition {
        version: [&*table.edition.version, " + ", &file.name].concat().into(),
        hash: file.hash_over(&table.edition.hash).into(),
    });
    Ok(())
}

/// The provider of that line of the user's file.
fn own_provider(own: &OwnProvider, is_embedded: fn(&str) -> bool) -> Result<Provider, Flaw> {
    if let Some(id) = names::translate(&own.id).filter(|id| **id != *own.id) {
        let problem = format!("`{}` is a name of the provider `{id}`; choose another id", own.id);
        return Err(Flaw::new(own.line, problem));
    }
    if is_embedded(&own.id) {
        let problem = format!(
            "the catalogue already has a provider `{}`; remove it from `[[providers]]`",
            own.id
        );
        return Err(Flaw::new(own.line, problem));
    }
    let mut provider = Provider::parse(&own.header).map_err(|problem| Flaw::new(own.line, problem))?;
    for lender in &mut provider.fallback {
        if let Some(id) = names::translate(&lender.to_lowercase()) {
            *lender = id.into();
        }
    }
    Ok(provider)
}

fn add_model(table: &mut Table, own: &OwnModel) -> Result<(), Flaw> {
    let mut model = Model::parse(&own.text).map_err(|problem| Flaw::new(own.line, problem))?;
    model.layer = Layer::User;
    model.is_own = true;
    let name = own.provider.to_lowercase();
    let place = provider_of_id(table, &name).unwrap_or_else(|| {
        let mut provider = Provider::named(&name);
        // Names that the catalogue's rules match, such as `my-openai-proxy`, keep their models.
        let known = provider_of_name(table, &name).and_then(|place| table.providers.get(place));
        provider.fallback.extend(known.map(|known| known.id.as_ref().into()));
        // Placed first, as its models are.
        table.providers.insert(0, provider);
        0
    });
    if let Some(provider) = table.providers.get_mut(place) {
        provider.models.insert(0, model);
    }
    Ok(())
}

/// Replaces some prices of a model, for every date and every kind of call.
fn fix_prices(table: &mut Table, fix: &OwnFix) -> Result<(), Flaw> {
    let found = resolve(table, fix.line, &fix.provider, &fix.model)?;
    let Some(mut model) = table.line(&found).map(Model::copy) else {
        return Ok(());
    };
    model.layer = Layer::User;
    let mut set = PriceSet::parse(&fix.prices).map_err(|problem| Flaw::new(fix.line, problem))?;
    for price in &mut set.prices {
        price.is_own = true;
    }
    if set.is_free {
        model.is_own = true;
        model.variants.clear();
        model.sets = vec![set];
    } else {
        for of in &mut model.sets {
            of.fix(&set.prices);
        }
        for variant in &mut model.variants {
            let is_fixed = |price: &UnitPrice| set.prices.iter().any(|fixed| fixed.unit == price.unit);
            variant.set.prices.retain(|price| !is_fixed(price));
        }
    }
    let Some(seller) = table.providers.get_mut(found.seller()) else {
        return Ok(());
    };
    if found.is_borrowed() {
        // The seller's variants are unknown. Placed last, the line matches only that model's names.
        model
            .variants
            .retain(|variant| variant.seller.as_deref() == Some(&*seller.id));
        for variant in &mut model.variants {
            variant.seller = None;
        }
        seller.models.push(model);
    } else if let Some(line) = seller.models.get_mut(found.model()) {
        *line = model;
    }
    Ok(())
}

fn resolve_alias(table: &Table, alias: &OwnAlias) -> Result<Alias, Flaw> {
    let of = alias.provider.as_ref().map(|name| provider(table, alias.line, name));
    Ok(Alias {
        of: of.transpose()?,
        rule: Rule::parse(&alias.rule, "").ok_or_else(|| Flaw::new(alias.line, "not a rule"))?,
        name: alias.name.as_str().into(),
        target: resolve(table, alias.line, &alias.target.0, &alias.target.1)?,
    })
}

fn resolve_factor(table: &Table, factor: &OwnFactor) -> Result<Multiplier, Flaw> {
    let seller = provider(table, factor.line, &factor.provider)?;
    let line = match &factor.model {
        Some(model) => {
            let found = resolve(table, factor.line, &factor.provider, model)?;
            Some((found.provider(), found.model()))
        }
        None => None,
    };
    let is_same = |other: &Multiplier| other.seller == seller && other.line == line;
    if table.multipliers.iter().any(is_same) {
        return Err(Flaw::new(
            factor.line,
            "duplicate multiplier of the same prices; keep one",
        ));
    }
    Ok(Multiplier {
        seller,
        line,
        factor: factor.factor,
        text: factor.text.as_str().into(),
    })
}

fn provider(table: &Table, line: usize, name: &str) -> Result<usize, Flaw> {
    provider_of_id(table, &name.to_lowercase()).ok_or_else(|| unknown_provider(line, name))
}

/// The provider of that id or conventions name, without the catalogue's rules: the file's `my-openai-proxy` must not
/// become OpenAI's.
fn provider_of_id(table: &Table, name: &str) -> Option<usize> {
    let id = names::translate(name).unwrap_or(name);
    table.providers.iter().position(|provider| *provider.id == *id)
}

fn unknown_provider(line: usize, name: &str) -> Flaw {
    let problem = format!("unknown provider `{name}`; see `tracing-genai catalog list --providers`");
    Flaw::new(line, problem)
}

fn resolve(table: &Table, line: usize, seller: &str, model: &str) -> Result<Found, Flaw> {
    let seller_place = provider(table, line, seller)?;
    find_model(table, seller_place, &model.to_lowercase()).ok_or_else(|| {
        let problem = format!("`{seller}` has no model `{model}`; see `tracing-genai catalog list`");
        Flaw::new(line, problem)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_text_adds_at_most_300_kilobytes_to_a_binary() {
        assert!(EMBEDDED.len() <= 300_000, "{} bytes", EMBEDDED.len());
    }
}
