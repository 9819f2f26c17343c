//! Finds the model that a call means, by the rules of genai-prices 0.2.3 (`data_snapshot.py`, `types.py`).

use std::borrow::Cow;

use crate::names::{self, Translation};
use crate::reason::{Reason, Reasons};
use crate::table::{Model, Provider, Table};
use crate::time::is_date;

/// Longer names are no names: what a stranger can send in must not be searched for at length.
const MAX_NAME_BYTES: usize = 256;

/// A found model, as its place in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) provider: usize,
    pub(crate) model: usize,
    /// Whether the model is another provider's than the call's: then its variants do not apply.
    pub(crate) borrowed: bool,
    /// How sure that is.
    pub(crate) reasons: Reasons,
}

/// What a call says about its model.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) provider: &'a str,
    pub(crate) server_address: Option<&'a str>,
    pub(crate) response_model: Option<&'a str>,
    pub(crate) request_model: Option<&'a str>,
}

/// Finds the model that answered, else the model that was asked for.
pub(crate) fn find(table: &Table, question: &Question<'_>) -> Result<Found, Reason> {
    let is_name = |name: &&str| !name.is_empty() && name.len() <= MAX_NAME_BYTES;
    let models = [question.response_model, question.request_model].map(|model| model.filter(is_name));
    let [response, request] = &models;
    let mut reasons = Reasons::NONE;
    let provider = match find_provider(table, question) {
        Some(provider) => provider,
        None if question.provider.is_empty() => {
            reasons.insert(Reason::ProviderFromModel);
            let by_model = |name: &&str| provider_of_model(table, &name.to_lowercase());
            models
                .iter()
                .flatten()
                .find_map(by_model)
                .ok_or(Reason::UnknownProvider)?
        }
        None => return Err(Reason::UnknownProvider),
    };
    let found = |name: &str| find_model(table, provider, &name.to_lowercase());
    if let Some(found) = response.and_then(found) {
        return Ok(Found { reasons, ..found });
    }
    if response.is_some() && response != request {
        reasons.insert(Reason::RequestModelUsed);
    }
    let found = request.and_then(found).ok_or(Reason::UnknownModel)?;
    Ok(Found { reasons, ..found })
}

/// By the conventions' name, the id, the catalogue's rule for names, and last by the address.
fn find_provider(table: &Table, question: &Question<'_>) -> Option<usize> {
    let place = |holds: &dyn Fn(&Provider) -> bool| table.providers.iter().position(holds);
    if question.provider.len() > MAX_NAME_BYTES {
        return None;
    }
    let name = question.provider.trim().to_lowercase();
    let by_name = match names::translate(&name) {
        Translation::HasNoPrices => return None,
        Translation::Is(id) => place(&|provider| &*provider.id == id),
        Translation::Unknown if name.is_empty() => None,
        Translation::Unknown => place(&|provider| *provider.id == *name)
            .or_else(|| place(&|provider| provider.names.as_ref().is_some_and(|rule| rule.matches(&name)))),
    };
    by_name.or_else(|| {
        let url = format!(
            "https://{}",
            question
                .server_address
                .filter(|host| host.len() <= MAX_NAME_BYTES)?
                .to_lowercase()
        );
        place(&|provider| provider.api.as_ref().and_then(|api| api.is_match(&url)) == Some(true))
    })
}

fn provider_of_model(table: &Table, model: &str) -> Option<usize> {
    let sells = |provider: &Provider| provider.model_names.as_ref().is_some_and(|rule| rule.matches(model));
    table.providers.iter().position(sells)
}

/// As named, and once more with a compact date written out: routers turn `-2025-12-11` into `-20251211`.
fn find_model(table: &Table, provider: usize, name: &str) -> Option<Found> {
    let name = names::without_resource(&table.providers.get(provider)?.id, name);
    find_exact(table, provider, name).or_else(|| match dashed_dates(name) {
        Cow::Borrowed(_) => None,
        Cow::Owned(dashed) => find_exact(table, provider, &dashed),
    })
}

/// The provider's first model whose rule holds, else that of a provider whose models it sells too, one step far.
fn find_exact(table: &Table, provider: usize, name: &str) -> Option<Found> {
    let own = table.providers.get(provider)?;
    let in_provider = |place: usize| {
        let holds = |model: &Model| model.rule.matches(name);
        table.providers.get(place)?.models.iter().position(holds)
    };
    if let Some(model) = in_provider(provider) {
        return Some(Found {
            provider,
            model,
            borrowed: false,
            reasons: Reasons::NONE,
        });
    }
    own.fallback.iter().find_map(|id| {
        let place = table.providers.iter().position(|provider| *provider.id == **id)?;
        let model = in_provider(place)?;
        Some(Found {
            provider: place,
            model,
            borrowed: true,
            reasons: Reasons::NONE,
        })
    })
}

/// `-20251211` before `-`, `:` or the end becomes `-2025-12-11`, if the calendar has that day.
fn dashed_dates(name: &str) -> Cow<'_, str> {
    let mut dashed = String::new();
    let mut rest = name;
    while let Some(dash) = rest.find('-') {
        let (head, tail) = rest.split_at(dash + 1);
        dashed.push_str(head);
        rest = tail;
        if let Some((date, after)) = compact_date(tail) {
            dashed.push_str(&date);
            rest = after;
        }
    }
    dashed.push_str(rest);
    if dashed.len() == name.len() {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(dashed)
    }
}

fn compact_date(text: &str) -> Option<(String, &str)> {
    let (digits, after) = text.split_at_checked(8)?;
    let ends = after.is_empty() || after.starts_with(['-', ':']);
    if !ends || !digits.starts_with("20") || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let (year, month, day) = (digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?);
    is_date(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        .then(|| (format!("{year}-{month}-{day}"), after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_dates_are_written_out_where_the_calendar_has_them() {
        let cases = [
            ("gpt-4o-20240806", "gpt-4o-2024-08-06"),
            ("gpt-4o-20240806-x:20", "gpt-4o-2024-08-06-x:20"),
            ("a-20240806:free", "a-2024-08-06:free"),
            ("a-20240231", "a-20240231"),
            ("a-19990101", "a-19990101"),
            ("a-202408060", "a-202408060"),
            ("20240806", "20240806"),
            ("a-2024080é", "a-2024080é"),
        ];
        for (name, dashed) in cases {
            assert_eq!(dashed_dates(name), dashed);
        }
    }
}
