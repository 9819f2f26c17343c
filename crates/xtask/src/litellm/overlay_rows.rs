//! Tests that a row of the overlay which names LiteLLM as its source says what LiteLLM's table says.
//!
//! Such a source names keys, `LiteLLM 1.109.1: key, key; remark`; a row whose source begins with a page is that page's. What
//! a row adds is compared unit by unit with what each of the keys says, so that the row changes or goes when the table does.

use std::collections::BTreeMap;

use tracing_genai_pricing::{Catalogue, ModelId, OverlayRow, Usd};
use tracing_genai_usage::Unit;

use super::model::{Model, every_model};
use super::units::{Service, prices};
use crate::shared_data;

/// The fee of a search at the size of context that a call has unless it says otherwise.
const SEARCH_FEE: &str = "search_context_cost_per_query";
const SEARCH_SIZE: &str = "search_context_size_medium";

#[test]
fn every_row_from_litellm_says_what_the_keys_that_it_names_say() {
    let Some(path) = shared_data::path("TRACING_GENAI_SECOND_PRICES") else {
        return;
    };
    let version = crate::catalogue::version_in_name(&path, "litellm-").unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    let models = every_model(&text).unwrap();
    let models: BTreeMap<_, _> = models.iter().map(|model| (&*model.key, model)).collect();
    let mut wrong = Vec::new();
    let mut rows = 0;
    for row in by_hand() {
        rows += 1;
        let Some(keys) = row.source().strip_prefix(&format!("LiteLLM {version}: ")) else {
            wrong.push(format!("{}: names no keys of LiteLLM {version}", named(row)));
            continue;
        };
        let keys = keys.split(';').next().unwrap_or_default();
        for key in keys.split(", ") {
            if row.model() == "fallback" {
                // Models of others at their makers' prices, which the comparison of all models checks one by one.
                if !models.keys().any(|known| known.starts_with(key)) {
                    wrong.push(format!("{}: LiteLLM has no {key}", named(row)));
                }
                continue;
            }
            match models.get(key) {
                Some(model) => {
                    let untrue = untrue(row, model).into_iter();
                    wrong.extend(untrue.map(|said| format!("{} by {key}: {said}", named(row))));
                }
                None => wrong.push(format!("{}: LiteLLM has no {key}", named(row))),
            }
        }
    }
    let by_hand = std::fs::read_to_string(crate::catalogue::data("overlay.txt")).unwrap();
    assert_eq!(rows, by_hand.matches("\t<LiteLLM").count(), "a row without keys");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The rows of `overlay.txt` whose source is LiteLLM; those of `second_source.txt` name no keys and are made again by a
/// test of their own.
fn by_hand() -> impl Iterator<Item = &'static OverlayRow> {
    let rows = OverlayRow::all().iter();
    rows.filter(|row| row.source().starts_with("LiteLLM") && row.source().contains(':'))
}

fn named(row: &OverlayRow) -> String {
    format!("{}/{}", row.provider(), row.model())
}

/// What the row says otherwise than the table says it of that model.
fn untrue(row: &OverlayRow, model: &Model) -> Vec<String> {
    row.adds()
        .split('\t')
        .flat_map(|field| untrue_in(field, row, model))
        .collect()
}

fn untrue_in(field: &str, row: &OverlayRow, model: &Model) -> Vec<String> {
    // The context window and the broader line are the catalogue's.
    if field.starts_with(['#', '!']) {
        return Vec::new();
    }
    if let Some(units) = field.strip_prefix('~') {
        let untrue = units.split(' ').filter(|unit| !is_equal(unit, row, model));
        return untrue.map(|unit| format!("{unit} has a price of its own")).collect();
    }
    let (service, words) = match field.strip_prefix('?').map(|variant| variant.split_once(' ').unwrap()) {
        Some(("region=regional", factor)) => {
            let uplift = model.uplift().map(|uplift| format!("*{uplift}"));
            return if uplift.as_deref() == Some(factor) {
                Vec::new()
            } else {
                vec![format!("{factor} is {uplift:?}")]
            };
        }
        Some((condition, words)) if condition.starts_with("seller=") || condition.starts_with("search_type=") => {
            (None, words)
        }
        Some((condition, words)) => (Some(Service::of(condition).unwrap()), words),
        None => (None, field),
    };
    let mut said = prices(model, service);
    if let Some(fee) = search_fee(model) {
        said.push_str(&fee);
    }
    let said: Vec<_> = said.split(' ').collect();
    let untrue = words.split(' ').filter(|word| !said.contains(word));
    untrue.map(|word| format!("{word} is not in {said:?}")).collect()
}

/// Whether the table prices the unit as our catalogue prices the whole of which it is a part.
fn is_equal(unit: &str, row: &OverlayRow, model: &Model) -> bool {
    let whole = if unit.starts_with("output") {
        Unit::OutputTokens
    } else {
        Unit::InputTokens
    };
    let id: ModelId = format!("{}/{}", row.provider(), row.model()).parse().unwrap();
    let entry = Catalogue::embedded().entry(&id).unwrap();
    let price = entry
        .prices()
        .find(|price| price.unit == whole && price.variant.is_none());
    let expected = price.map(|price| format!("{unit}={}", price.base));
    let said = prices(model, None);
    said.split(' ')
        .any(|word| word.split('>').next().map(str::to_owned) == expected)
}

/// The fee for a thousand searches, and for as many calls of a model that searches at each.
fn search_fee(model: &Model) -> Option<String> {
    let fees: BTreeMap<&str, &serde_json::value::RawValue> = serde_json::from_str(model.text(SEARCH_FEE)?).unwrap();
    let fee = Usd::parse_rounded(fees.get(SEARCH_SIZE)?.get()).unwrap();
    let thousand = Usd::from_femto_usd(fee.femto_usd() * 1_000);
    Some(format!(" requests={thousand} web_searches={thousand}"))
}
