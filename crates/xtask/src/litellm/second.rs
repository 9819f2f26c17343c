//! Generates `data/second_source.txt`: the models that only LiteLLM has, in the form of an overlay.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use regex_lite::Regex;
use tracing_genai_pricing::Catalogue;

use super::compare::is_known;
use super::model::Model;
use super::models::Models;
use super::units::{Service, prices};

/// The first lines of the text.
const HEAD: &str = "tracing-genai overlay 1\n\
    # Models that the catalogue lacks and the second source has, made by `cargo xtask catalogue --second`; see README.md.\n";

/// The maximum size of the text: it is part of every binary.
const MAX_BYTES: usize = 64 * 1024;

/// The minimum of models with the same price that share a row.
const MANY: usize = 5;

/// Keys whose price contradicts the source itself, by a factor of 20 or more.
const MISTAKES: &[(&str, &str)] = &[
    (
        "embed-multilingual-light-v3.0",
        "a thousand times the price of its siblings",
    ),
    (
        "vertex_ai/mistral-nemo@2407",
        "twenty times the price of mistral-nemo@latest",
    ),
    (
        "fireworks_ai/accounts/fireworks/models/minimax-m1-80k",
        "a model of 456b at the price of 4b",
    ),
];

/// LiteLLM's class for models of unknown size too: a name with a size above 4b is excluded.
const SMALLEST_CLASS: &str = "fireworks-ai-up-to-4b";
const SIZES: &str = r"(?:^|[-/x])(\d+)(?:p\d+)?b(?:-|$)";
const MOST_IN_SMALLEST_CLASS: u32 = 4;

/// Models that always search.
const SEARCHES: &str = "-search-(?:api|preview)";

/// The model's name without region, vendor path and version.
const STEM: &str = r"^(?:(?:us|eu|apac|ap|au|jp|global)\.)?(?:.*/)?(?P<stem>[^/@]+)(?:@.*)?$";

/// The source of the prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    /// Such as `1.109.1`.
    pub(crate) version: String,
    /// Such as `2026-11-12`.
    pub(crate) date: String,
}

/// The text and its statistics.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) text: String,
    pub(crate) models: usize,
    pub(crate) rows: usize,
    /// The services omitted to limit the size.
    pub(crate) without: Vec<Service>,
    /// The number of omitted models by reason.
    pub(crate) left_out: BTreeMap<&'static str, usize>,
}

/// Models by provider id and name, each with its keys, the most general first.
type Chosen<'a> = BTreeMap<(&'static str, String), Vec<&'a Model>>;

/// A row: the models of one provider that have the same prices.
struct Row {
    id: String,
    /// The names that match it, in lower case.
    names: Vec<String>,
    adds: String,
}

/// Generates the text from LiteLLM's table, the catalogue, and the hand-written overlay.
pub(crate) fn make(table: &str, source: &Source, catalogue: &str, overlay: &str) -> anyhow::Result<Made> {
    let models = super::models::read(table, &source.date)?;
    let known = Catalogue::parse_with_overlays(catalogue, &[overlay])?;
    let mut left_out = models.left_out.clone();
    let chosen = choose(&models, &known, &mut left_out)?;
    // Kinds of service are dropped before models.
    for kept in (0..=Service::ALL.len()).rev() {
        let (services, without) = Service::ALL.split_at(kept);
        let rows = rows(&models.classes, &chosen, services)?;
        let text = text(&rows, source)?;
        if text.len() <= MAX_BYTES {
            check(&text, &chosen, catalogue, overlay)?;
            return Ok(Made {
                text,
                models: chosen.len(),
                rows: rows.values().map(Vec::len).sum(),
                without: without.to_vec(),
                left_out,
            });
        }
    }
    anyhow::bail!("more than {MAX_BYTES} bytes; lower MANY or leave out a provider")
}

/// The models missing from `known`, by provider id and name.
fn choose<'a>(
    models: &'a Models,
    known: &Catalogue,
    left_out: &mut BTreeMap<&'static str, usize>,
) -> anyhow::Result<Chosen<'a>> {
    let (sizes, searches) = (Regex::new(SIZES)?, Regex::new(SEARCHES)?);
    let smallest = models.classes.iter().find(|class| class.key == SMALLEST_CLASS);
    let smallest = smallest.map(|class| (class.provider, prices(class, None)));
    let mut chosen = Chosen::new();
    let mut contradicted = BTreeSet::new();
    for model in models.listed.iter().filter(|model| !is_known(known, model)) {
        let is_larger = |size: &str| size.parse::<u32>().is_ok_and(|size| size > MOST_IN_SMALLEST_CLASS);
        let says_more = || {
            sizes
                .captures_iter(&model.name)
                .any(|size| size.get(1).is_some_and(|size| is_larger(size.as_str())))
        };
        let has_line = || {
            let mut lines = known.entries();
            lines.any(|line| &**line.provider() == provider_id(model) && line.model().eq_ignore_ascii_case(&model.name))
        };
        let reason = if has_line() {
            // Added to a model, the fee would be charged on every API of the provider.
            Some("given away on another API of the provider, by the catalogue's line without a price")
        } else if MISTAKES.iter().any(|(key, _)| *key == model.key) {
            Some("unknown to us, and the price contradicts the source itself")
        } else if model.place.starts_with("us-gov") {
            Some("unknown to us, and the price is that of GovCloud only")
        } else if searches.is_match(&model.name) {
            Some("unknown to us, and every call has a search fee: needs a hand-written row")
        } else if model.fields().any(|field| field == "off_peak_pricing") {
            Some("unknown to us, and the price depends on the hour")
        } else if smallest == Some((model.provider, prices(model, None))) && says_more() {
            Some("unknown to us, and priced by a size that is not the model's")
        } else {
            None
        };
        if let Some(reason) = reason {
            *left_out.entry(reason).or_default() += 1;
            continue;
        }
        let place = (provider_id(model), model.name.to_lowercase());
        let keys: &mut Vec<&Model> = chosen.entry(place.clone()).or_default();
        // Regions have separate prices; keys without a region have one price.
        let of_no_place = keys.iter().filter(|key| rank(key).0 == 0 && rank(model).0 == 0);
        if of_no_place.into_iter().any(|key| contradict(model, key)) {
            contradicted.insert(place);
        }
        keys.push(model);
        keys.sort_by_key(|key| rank(key));
    }
    if !contradicted.is_empty() {
        left_out.insert(
            "unknown to us, and priced in two ways under one name",
            contradicted.len(),
        );
    }
    chosen.retain(|place, _| !contradicted.contains(place));
    Ok(chosen)
}

/// The provider's id in the catalogue.
fn provider_id(model: &Model) -> &'static str {
    match model.provider {
        "gcp.vertex_ai" => "google",
        provider => provider,
    }
}

/// The order of keys of one name: without a region, for all regions, then the region of genai-prices' prices.
fn rank(model: &Model) -> (usize, &str) {
    let place = match model.place.trim_end_matches('/') {
        "" => 0,
        "global" | "global-standard" => 1,
        "us-east-1" => 2,
        place if place.starts_with("us") => 3,
        _ => 4,
    };
    (place, &model.key)
}

/// Whether a unit has two prices.
fn contradict(one: &Model, other: &Model) -> bool {
    let (one, other) = (prices(one, None), prices(other, None));
    let name = |price: &str| price.split_once('=').map(|(name, _)| name.to_owned());
    let differ = |price: &str| {
        other
            .split(' ')
            .any(|known| known != price && name(known) == name(price))
    };
    one.split(' ').any(differ)
}

/// The rows by provider id.
fn rows(
    classes: &[Model],
    chosen: &Chosen<'_>,
    services: &[Service],
) -> anyhow::Result<BTreeMap<&'static str, Vec<Row>>> {
    let stem = Regex::new(STEM)?;
    let mut by_prices: BTreeMap<(&'static str, String), Vec<&str>> = BTreeMap::new();
    for ((provider, name), keys) in chosen {
        by_prices
            .entry((provider, adds(keys, services)))
            .or_default()
            .push(name);
    }
    let mut rows: BTreeMap<_, Vec<Row>> = BTreeMap::new();
    for ((provider, adds), names) in by_prices {
        let class = |class: &&Model| provider_id(class) == provider && prices(class, None) == adds;
        let class = classes.iter().find(class).filter(|_| names.len() >= MANY);
        let mut by_stem: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for name in &names {
            let stem = stem
                .captures(name)
                .and_then(|it| it.name("stem"))
                .map_or(*name, |stem| stem.as_str());
            // Many models of one price share one row.
            let of = if names.len() >= MANY { "" } else { stem };
            by_stem.entry(of).or_default().push((*name).to_owned());
        }
        for mut names in by_stem.into_values() {
            names.sort_by_key(|name| (name.len(), name.clone()));
            let id = match class {
                Some(class) => class.key.clone(),
                None => names.first().cloned().context("a row has names")?,
            };
            names.sort();
            let adds = adds.clone();
            rows.entry(provider).or_default().push(Row { id, names, adds });
        }
    }
    for rows in rows.values_mut() {
        rows.sort_by(|one, other| one.id.cmp(&other.id));
    }
    Ok(rows)
}

/// The content of a row: the prices of the first key, and those of each kind of service of a key without a region.
fn adds(keys: &[&Model], services: &[Service]) -> String {
    let mut text = keys.first().map(|key| prices(key, None)).unwrap_or_default();
    for &service in services {
        let of_service = |(place, key): (usize, &&Model)| {
            let prices = prices(key, Some(service));
            let is_general = place == 0 || rank(key).0 == 0;
            (is_general && !prices.is_empty()).then_some(prices)
        };
        if let Some(prices) = keys.iter().enumerate().find_map(of_service) {
            // Writing to a String cannot fail.
            let _ = write!(text, "\t?{} {prices}", service.condition());
        }
    }
    if let Some(uplift) = keys.iter().find_map(|key| key.uplift()) {
        let _ = write!(text, "\t?region=regional *{uplift}");
    }
    if let Some(uplift) = keys.iter().find_map(|key| key.uplift_in_us()) {
        let _ = write!(text, "\t?inference_geo=us *{uplift}");
    }
    text
}

fn text(rows: &BTreeMap<&'static str, Vec<Row>>, source: &Source) -> anyhow::Result<String> {
    let mut text = HEAD.to_owned();
    for (provider, rows) in rows {
        writeln!(text, "[{provider}]")?;
        for Row { id, names, adds } in rows {
            let is_plain = |name: &String| !name.contains([' ', '\t', '\\', '%']) && !name.starts_with(['*', '[', '#']);
            ensure!(names.iter().all(is_plain), "a name that has to be escaped: {names:?}");
            let others = names.iter().filter(|name| *name != id).map(|name| format!("={name}"));
            let own = names.contains(id).then(|| "=".to_owned());
            let rule = own.into_iter().chain(others).collect::<Vec<_>>().join(" | ");
            writeln!(
                text,
                "{id}\t{rule}\t{adds}\t<LiteLLM {}, {}",
                source.version, source.date
            )?;
        }
    }
    Ok(text)
}

/// Checks that every model is found with the text: an id of another model in the catalogue would add the prices there.
fn check(text: &str, chosen: &Chosen<'_>, catalogue: &str, overlay: &str) -> anyhow::Result<()> {
    let with = Catalogue::parse_with_overlays(catalogue, &[overlay, text])?;
    let mut unknown = chosen
        .values()
        .flatten()
        .filter(|model| !is_known(&with, model))
        .peekable();
    ensure!(
        unknown.peek().is_none(),
        "still unknown: {:?}",
        unknown.map(|model| &model.key).collect::<Vec<_>>()
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data;

    #[test]
    fn the_committed_rows_match_the_second_source() {
        let Some(path) = shared_data::path("TRACING_GENAI_SECOND_PRICES") else {
            return;
        };
        let committed = crate::catalogue::second_text(None).unwrap();
        let source = crate::catalogue::source_of(&path, None, &committed).unwrap();
        let table = std::fs::read_to_string(path).unwrap();
        let read = |file: &str| std::fs::read_to_string(crate::catalogue::data(file)).unwrap();
        for (key, _) in MISTAKES {
            assert!(table.contains(&format!("\"{key}\"")), "{key} is no longer in the table");
        }
        let made = make(&table, &source, &read("catalogue.txt"), &read("overlay.txt")).unwrap();
        assert!(
            made.text == committed,
            "run `cargo xtask catalogue --second` and commit its output"
        );
    }

    const CATALOGUE: &str =
        "tracing-genai catalogue 1\nsource\tt 1\n[novita]\nknown\t=\tinput=1\n[fireworks]\n[aws]\n[openai]\n";

    fn rows(table: &str) -> Vec<String> {
        let source = Source {
            version: "1".to_owned(),
            date: "2026-11-12".to_owned(),
        };
        let made = make(table, &source, CATALOGUE, "tracing-genai overlay 1\n").unwrap();
        let rows = made.text.lines().filter(|line| line.contains('\t'));
        rows.map(|row| row.strip_suffix("\t<LiteLLM 1, 2026-11-12").unwrap().to_owned())
            .collect()
    }

    #[test]
    fn only_models_missing_from_the_catalogue_have_a_row() {
        let rows = rows(
            r#"{
            "novita/known": {"litellm_provider": "novita", "input_cost_per_token": 2e-6},
            "novita/New": {"litellm_provider": "novita", "input_cost_per_token": 2e-6, "output_cost_per_token": 0.0,
                "input_cost_per_token_above_200k_tokens": 4e-6, "input_cost_per_token_batches": 1e-6},
            "novita/free": {"litellm_provider": "novita", "input_cost_per_token": 0.0},
            "novita/old": {"litellm_provider": "novita", "input_cost_per_token": 2e-6, "deprecation_date": "2026-11-11"},
            "gpt-9-search-api-2026-01-01": {"litellm_provider": "openai", "input_cost_per_token": 2e-6},
            "gpt-9-search": {"litellm_provider": "openai", "input_cost_per_token": 2e-6,
                "regional_processing_uplift_multiplier_us": 1.1, "regional_processing_uplift_multiplier_eu": 1.1},
            "gpt-9": {"litellm_provider": "openai", "input_cost_per_token": 2e-6,
                "regional_processing_uplift_multiplier_us": 1.1, "regional_processing_uplift_multiplier_eu": 1.2,
                "provider_specific_entry": {"us": 1.1}},
            "unheard/of": {"litellm_provider": "unheard", "input_cost_per_token": 2e-6}
            }"#,
        );
        assert_eq!(
            rows,
            [
                "new\t=\tinput=2>200000:4\t?processing=batch input=1",
                // Different factors per region have no common factor; models that always search are kept by hand.
                "gpt-9\t=\tinput=2\t?inference_geo=us *1.1",
                "gpt-9-search\t=\tinput=2\t?region=regional *1.1",
            ]
        );
    }

    #[test]
    fn one_model_has_one_row_for_all_regions() {
        let rows = rows(
            r#"{
            "bedrock/eu-west-1/x.m": {"litellm_provider": "bedrock", "input_cost_per_token": 3e-6},
            "bedrock/us-east-1/x.m": {"litellm_provider": "bedrock", "input_cost_per_token": 2e-6},
            "us.x.m": {"litellm_provider": "bedrock", "input_cost_per_token": 2e-6},
            "us.x.n": {"litellm_provider": "bedrock", "input_cost_per_token": 2e-6},
            "bedrock/us-gov-west-1/x.o": {"litellm_provider": "bedrock", "input_cost_per_token": 2e-6}
            }"#,
        );
        assert_eq!(rows, ["us.x.n\t=\tinput=2", "x.m\t= | =us.x.m\tinput=2"]);
    }

    #[test]
    fn many_models_of_one_price_share_a_row() {
        let models = (1..=9).map(|place| {
            format!(r#""fireworks_ai/m{place}-{place}b": {{"litellm_provider": "fireworks_ai", "input_cost_per_token": 1e-7}}"#)
        });
        let models = models.chain((5..=8).map(|place| {
            format!(r#""fireworks_ai/n{place}": {{"litellm_provider": "fireworks_ai", "input_cost_per_token": 1e-7}}"#)
        }));
        let rows = rows(&format!(
            r#"{{"fireworks-ai-up-to-4b": {{"litellm_provider": "fireworks_ai", "input_cost_per_token": 1e-7}}, {}}}"#,
            models.collect::<Vec<_>>().join(",")
        ));
        // Models above 4b are excluded.
        assert_eq!(
            rows,
            ["fireworks-ai-up-to-4b\t=m1-1b | =m2-2b | =m3-3b | =m4-4b | =n5 | =n6 | =n7 | =n8\tinput=0.1"]
        );
    }
}
