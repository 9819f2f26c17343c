//! Finds the model of a call by the rules of genai-prices 0.2.3 (`data_snapshot.py`, `types.py`).

use crate::call::CallContext;
use crate::forms::forms;
use crate::found::Found;
use crate::kind::{Kind, Service};
use crate::names;
use crate::reason::Reason;
use crate::region::Region;
use crate::table::{Alias, Model, Provider, Table};

/// The longest name that is searched for: bounds the work for untrusted input.
const MAX_NAME_BYTES: usize = 256;

/// The lookup keys of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) provider: &'a str,
    pub(crate) server_address: Option<&'a str>,
    pub(crate) response_model: Option<&'a str>,
    pub(crate) request_model: Option<&'a str>,
    /// `None` if the call does not set it.
    pub(crate) context: Option<CallContext<'a>>,
}

/// Finds the response's model, else the requested model, and the kind of service.
pub(crate) fn find(table: &Table, question: &Question<'_>) -> Result<Found, Reason> {
    let mut found = find_line(table, question)?;
    let seller = table.providers.get(found.seller());
    if let (Some(seller), Some(model)) = (seller, table.line(&found)) {
        let is_borrowed = found.is_borrowed();
        let service = Service {
            seller: &seller.id,
            is_borrowed,
            region: Region::of(&seller.id, question.provider, &model.id, question.server_address),
            context: question.context.unwrap_or_default(),
        };
        let (kind, reasons) = Kind::of(&service, &model.variants);
        found.kind = kind;
        found.reasons = found.reasons.union(reasons);
    }
    Ok(found)
}

fn find_line(table: &Table, question: &Question<'_>) -> Result<Found, Reason> {
    let is_name = |name: &&str| !name.is_empty() && name.len() <= MAX_NAME_BYTES;
    let names = [question.response_model, question.request_model]
        .map(|model| model.filter(is_name).map(|name| name.trim().to_lowercase()));
    let has_response = question.response_model.is_some_and(|name| !name.is_empty());
    let provider = find_provider(table, question);
    if let Some(found) = by_names(table, provider, &names, has_response) {
        return Ok(found);
    }
    let seller = provider.and_then(|place| table.providers.get(place));
    let is_own = |place: usize, name: &str| match seller {
        // An API that other providers imitate: the model's name may identify the provider.
        Some(seller) if names::is_dialect(&seller.id) => {
            let vendor = table.providers.get(place);
            vendor.is_some_and(|vendor| vendor.id != seller.id && names::is_vendors_own(&vendor.id, name))
        }
        Some(_) => false,
        None => true,
    };
    let given = question.provider.trim().to_lowercase();
    if seller.is_none() && !given.is_empty() && !names::is_gateway(&given) {
        return Err(Reason::UnknownProvider);
    }
    let guess = |name: &String| provider_of_model(table, name).filter(|place| is_own(*place, name));
    let unknown = if seller.is_some() {
        Reason::UnknownModel
    } else {
        Reason::UnknownProvider
    };
    let provider = names.iter().flatten().find_map(guess).ok_or(unknown)?;
    let mut found = by_names(table, Some(provider), &names, has_response).ok_or(Reason::UnknownModel)?;
    found.reasons.insert(Reason::ProviderFromModel);
    Ok(found)
}

/// By the response's model, then by the requested model. A name that is too long is not searched for, but still counts
/// as the response's name.
fn by_names(
    table: &Table,
    provider: Option<usize>,
    [response, request]: &[Option<String>; 2],
    has_response: bool,
) -> Option<Found> {
    let by_name = |name: &Option<String>| {
        let name = name.as_deref()?;
        by_alias(table, provider, name).or_else(|| find_model(table, provider?, name))
    };
    by_name(response).or_else(|| {
        let mut found = by_name(request)?;
        if has_response && response != request {
            found.reasons.insert(Reason::RequestModelUsed);
        }
        Some(found)
    })
}

/// The model of that alias in the user's file, for calls of that provider.
fn by_alias(table: &Table, provider: Option<usize>, name: &str) -> Option<Found> {
    let means = |alias: &Alias| alias.of.is_none_or(|of| provider == Some(of)) && alias.rule.matches(name);
    let place = table.aliases.iter().position(means)?;
    Some(table.aliases.get(place)?.target.by_alias(place))
}

/// By the conventions' name, the id, the catalogue's rule for names, then the address.
fn find_provider(table: &Table, question: &Question<'_>) -> Option<usize> {
    let place = |holds: &dyn Fn(&Provider) -> bool| table.providers.iter().position(holds);
    if question.provider.len() > MAX_NAME_BYTES {
        return None;
    }
    let name = question.provider.trim().to_lowercase();
    let by_name = match provider_of_name(table, &name) {
        None if names::has_no_prices(&name) => return None,
        by_name => by_name,
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

/// The provider of that lower-case name: by the conventions' name, the catalogue's id, or a rule.
pub(crate) fn provider_of_name(table: &Table, name: &str) -> Option<usize> {
    let place = |holds: &dyn Fn(&Provider) -> bool| table.providers.iter().position(holds);
    if let Some(id) = names::translate(name) {
        return place(&|provider| &*provider.id == id);
    }
    let goes_by = |provider: &Provider| provider.names.as_ref().is_some_and(|rule| rule.matches(name));
    place(&|provider| *provider.id == *name)
        .or_else(|| place(&goes_by).filter(|_| !name.is_empty() && !names::has_no_prices(name)))
}

/// By the catalogue's rules, or by a router's prefix.
fn provider_of_model(table: &Table, model: &str) -> Option<usize> {
    let sells = |provider: &Provider| provider.model_names.as_ref().is_some_and(|rule| rule.matches(model));
    let by_rule = table.providers.iter().position(sells);
    by_rule.or_else(|| provider_of_name(table, model.split_once('/')?.0))
}

/// By the name, then by its shorter forms.
pub(crate) fn find_model(table: &Table, seller: usize, name: &str) -> Option<Found> {
    let own = table.providers.get(seller)?;
    let is_own = |prefix: &str| {
        provider_of_name(table, prefix).is_some_and(|place| place == seller || resells(table, place, own))
    };
    forms(&own.id, name, is_own).find_map(|form| find_exact(table, seller, &form))
}

fn resells(table: &Table, place: usize, seller: &Provider) -> bool {
    let lender = table.providers.get(place);
    lender.is_some_and(|lender| seller.fallback.iter().any(|id| **id == *lender.id))
}

/// The provider's first model whose rule matches, else that of a provider whose models it also sells (one level).
fn find_exact(table: &Table, seller: usize, name: &str) -> Option<Found> {
    let in_provider = |place: usize| {
        let holds = |model: &Model| model.rule.matches(name);
        let model = table.providers.get(place)?.models.iter().position(holds)?;
        Found::at(place, model, seller)
    };
    in_provider(seller).or_else(|| {
        let lenders = &table.providers.get(seller)?.fallback;
        lenders.iter().find_map(|id| {
            let place = table.providers.iter().position(|provider| *provider.id == **id)?;
            in_provider(place)
        })
    })
}
