//! Compares our catalogue with a second source, LiteLLM's table: every model of the providers in both has the same
//! cost, differs for a listed reason, or is unknown to us.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::ensure;
use tracing_genai_pricing::{Catalogue, Cost, Counts, Entry, PriceQuery, Reason};
use tracing_genai_usage::Unit;

use super::differences::{DIFFERENCES, Difference};
use super::model::Model;
use super::models::Models;
use super::probes::{Probe, Special};

/// The day of the comparison, a Friday soon after both tables were published.
pub(crate) const DAY: &str = "2026-11-20";

/// 02:00 UTC of that day: an hour of `DeepSeek`'s peak price, which is LiteLLM's standard.
const STARTED: Duration = Duration::from_secs(1_795_140_000);

/// The maximum percentage of models unknown to us.
const MOST_UNKNOWN: usize = 1;

/// Prices that only LiteLLM has, with the number of our models; their other charges are compared. A growing number is a
/// price that we lost.
const ONLY_THEIRS: &[(&str, usize)] = &[
    ("aws Service(Batch)", 67),
    ("aws Service(Flex)", 42),
    ("aws Service(Priority)", 42),
    ("azure Service(Batch)", 104),
    ("azure Service(Flex)", 17),
    ("azure Service(Priority)", 82),
    ("azure Unit(CacheReadTokens)", 6),
    ("azure Unit(CacheWrite5mTokens)", 4),
    ("azure Unit(OutputAudioTokens)", 1),
    ("databricks Service(Priority)", 5),
    ("deepseek Unit(CacheReadTokens)", 1),
    ("fireworks Service(Priority)", 21),
    ("gcp.vertex_ai Service(Batch)", 36),
    ("gcp.vertex_ai Service(Flex)", 25),
    ("gcp.vertex_ai Service(Priority)", 29),
    ("google Service(Batch)", 5),
    ("google Service(Flex)", 21),
    ("google Service(Priority)", 21),
    ("openai Service(Batch)", 7),
    ("openai Unit(CacheWrite5mTokens)", 1),
    ("openai Unit(OutputAudioTokens)", 1),
    ("x-ai LongInput", 2),
    ("x-ai Service(Batch)", 1),
    ("x-ai Unit(InputImageTokens)", 2),
];

/// The result of a comparison.
#[derive(Debug, Default)]
pub(crate) struct Findings<'a> {
    equal: usize,
    different: usize,
    unknown: Vec<&'a Model>,
    /// The models explained by each difference.
    explained: Vec<Vec<&'a str>>,
    unexplained: Vec<String>,
    /// Prices that only the second source has, with the number of our models.
    only_theirs: BTreeMap<String, usize>,
}

/// Compares the cost of calls of each model by LiteLLM's prices and by ours.
pub(crate) fn compare<'a>(catalogue: &Catalogue, models: &'a [Model]) -> Findings<'a> {
    let mut findings = Findings {
        explained: vec![Vec::new(); DIFFERENCES.len()],
        ..Findings::default()
    };
    for model in models {
        let probes = Probe::of(model);
        if !is_known(catalogue, model) {
            findings.unknown.push(model);
            continue;
        }
        let mut reasons = BTreeSet::new();
        let mut unexplained = Vec::new();
        for probe in &probes {
            let ours = cost(catalogue, model, probe);
            if ours.total == Some(probe.expected) {
                continue;
            }
            if let Some(lacks) = lacks(catalogue, model, probe, &ours) {
                *findings.only_theirs.entry(lacks).or_default() += 1;
                continue;
            }
            let Some(amount) = ours.total else {
                unexplained.push(format!(
                    "{} ({:?}): no cost: {:?}",
                    model.key, probe.special, ours.reasons
                ));
                continue;
            };
            let explains = |difference: &Difference| difference.explains(model, probe, amount);
            match DIFFERENCES.iter().position(explains) {
                Some(place) => drop(reasons.insert(place)),
                None => unexplained.push(format!(
                    "{} ({:?}): {} in LiteLLM, {amount} by {}",
                    model.key,
                    probe.special,
                    probe.expected,
                    ours.matched
                        .map_or_else(|| "nothing".into(), |matched| matched.label.to_string()),
                )),
            }
        }
        for place in &reasons {
            if let Some(explained) = findings.explained.get_mut(*place) {
                explained.push(&model.key);
            }
        }
        if reasons.is_empty() && unexplained.is_empty() {
            findings.equal += 1;
        } else {
            findings.different += 1;
        }
        findings.unexplained.extend(unexplained);
    }
    findings
}

/// The part of the call without a price of its own in our table, if any.
fn lacks(catalogue: &Catalogue, model: &Model, probe: &Probe, ours: &Cost) -> Option<String> {
    let matched = ours.matched.as_ref()?;
    let lacks = match probe.special {
        Special::Nothing => false,
        Special::LongInput => matched.tier_start.is_none(),
        Special::Service(_) => ours.reasons.contains(Reason::UnknownVariant),
        Special::Unit(unit) => {
            // By id, not by name: a line's rule need not match its id.
            let is_matched =
                |entry: &Entry<'_>| *entry.provider() == matched.provider && *entry.model() == matched.model;
            let entry = catalogue.entries().find(is_matched);
            let prices = entry.map(|entry| entry.rates(matched, started())).unwrap_or_default();
            let is_it =
                |priced: Unit| priced == unit || (unit == Unit::CacheWrite5mTokens && priced == Unit::CacheWriteTokens);
            !prices.iter().any(|price| is_it(price.unit))
        }
    };
    lacks.then(|| format!("{} {:?}", model.provider, probe.special))
}

/// Whether our table has a price for a call of the model.
pub(crate) fn is_known(catalogue: &Catalogue, model: &Model) -> bool {
    let probes = Probe::of(model);
    probes
        .first()
        .is_some_and(|plain| cost(catalogue, model, plain).matched.is_some())
}

fn cost(catalogue: &Catalogue, model: &Model, probe: &Probe) -> Cost {
    catalogue.cost(
        &PriceQuery::new(model.provider, &probe.usage, started())
            .request_model(model.name.as_str())
            .context(probe.context)
            .counts(Counts::Inclusive),
    )
}

fn started() -> SystemTime {
    UNIX_EPOCH + STARTED
}

/// Fails if a difference has no reason, a reason is obsolete, or too many models are unknown.
pub(crate) fn check(models: &Models, findings: &Findings<'_>) -> anyhow::Result<()> {
    ensure!(findings.unexplained.is_empty(), "{}", findings.unexplained.join("\n"));
    let unused = DIFFERENCES
        .iter()
        .zip(&findings.explained)
        .filter(|(_, models)| models.is_empty());
    let unused: Vec<_> = unused.map(|(difference, _)| difference.why).collect();
    ensure!(unused.is_empty(), "obsolete differences: {unused:?}");
    let only_theirs: Vec<_> = findings
        .only_theirs
        .iter()
        .map(|(lacks, models)| (&**lacks, *models))
        .collect();
    ensure!(
        only_theirs == ONLY_THEIRS,
        "other prices are only in LiteLLM: {only_theirs:#?}"
    );
    let (unknown, all) = (findings.unknown.len(), models.listed.len());
    ensure!(
        unknown * 100 < all * MOST_UNKNOWN,
        "{unknown} of {all} models are unknown"
    );
    Ok(())
}

/// Prints the agreement, differences and gaps of both tables.
pub(crate) fn print(models: &Models, findings: &Findings<'_>) {
    println!(
        "of {} models: {} cost the same, {} differ for a listed reason, {} are unknown",
        models.listed.len(),
        findings.equal,
        findings.different,
        findings.unknown.len()
    );
    for (difference, models) in DIFFERENCES.iter().zip(&findings.explained) {
        println!("{:5} differ: {}: {}", models.len(), difference.why, models.join(" "));
    }
    for (lacks, models) in &findings.only_theirs {
        println!("{models:5} have a price only in LiteLLM: {lacks}");
    }
    for (reason, models) in &models.left_out {
        println!("{models:5} left out: {reason}");
    }
    let mut unknown: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for model in &findings.unknown {
        unknown.entry(model.provider).or_default().push(&model.name);
    }
    for (provider, names) in unknown {
        println!("{:5} unknown of {provider}: {}", names.len(), names.join(" "));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared_data;

    #[test]
    fn every_model_costs_the_same_or_differs_for_a_listed_reason_or_is_unknown() {
        let Some(path) = shared_data::path("TRACING_GENAI_SECOND_PRICES") else {
            return;
        };
        let models = crate::litellm::read(&std::fs::read_to_string(path).unwrap(), DAY).unwrap();
        let findings = compare(Catalogue::embedded(), &models.listed);
        print(&models, &findings);
        check(&models, &findings).unwrap();
    }
}
