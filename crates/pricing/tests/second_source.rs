//! Our catalogue and a second source, LiteLLM's table: every model of the providers that both list costs the same, or
//! differs for a reason that is listed, or is not known to us.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A test may panic, its helpers too.

mod calendar;
mod litellm;
mod shared_data;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use litellm::differences::{DIFFERENCES, Difference};
use litellm::{Model, Probe, Special};
use tracing_genai_pricing::{Call, Catalogue, Cost, Counts, Entry, Reason, Usd};
use tracing_genai_usage::Unit;

/// A Friday soon after both tables were published, at an hour of `DeepSeek`'s peak price, which is LiteLLM's standard.
const DAY: &str = "2026-11-20";
const HOUR: u64 = 2;

/// How many of a hundred models may be unknown to us.
const MOST_UNKNOWN: usize = 10;

/// What a comparison came to.
#[derive(Debug, Default)]
struct Findings<'a> {
    equal: usize,
    different: usize,
    unknown: Vec<&'a Model>,
    /// The models that each difference explains.
    explained: Vec<Vec<&'a str>>,
    unexplained: Vec<String>,
    /// What has a price in the second source only, and of how many models that we know.
    only_theirs: BTreeMap<String, usize>,
}

#[test]
fn every_model_costs_the_same_or_differs_for_a_listed_reason_or_is_unknown() {
    let Some(path) = shared_data::path("TRACING_GENAI_SECOND_PRICES") else {
        return;
    };
    let models = litellm::read(&path, DAY);
    let findings = compare(&models.listed);
    print(&models, &findings);
    assert!(findings.unexplained.is_empty(), "{}", findings.unexplained.join("\n"));
    let unused = DIFFERENCES
        .iter()
        .zip(&findings.explained)
        .filter(|(_, models)| models.is_empty());
    let unused: Vec<_> = unused.map(|(difference, _)| difference.why).collect();
    assert!(unused.is_empty(), "differences that there are no more: {unused:?}");
    let unknown = findings.unknown.len();
    assert!(
        unknown * 100 < models.listed.len() * MOST_UNKNOWN,
        "{unknown} of {} models are unknown",
        models.listed.len()
    );
}

fn compare(models: &[Model]) -> Findings<'_> {
    let mut findings = Findings {
        explained: vec![Vec::new(); DIFFERENCES.len()],
        ..Findings::default()
    };
    for model in models {
        let probes = Probe::of(model);
        if cost(model, &probes[0]).matched.is_none() {
            findings.unknown.push(model);
            continue;
        }
        let mut reasons = BTreeSet::new();
        let mut unexplained = Vec::new();
        for probe in &probes {
            let ours = cost(model, probe);
            let amount = ours.total.unwrap_or(Usd::ZERO);
            if amount == probe.expected {
                continue;
            }
            if let Some(lacks) = lacks(model, probe, &ours) {
                *findings.only_theirs.entry(lacks).or_default() += 1;
                continue;
            }
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
            findings.explained[*place].push(&model.key);
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

/// What of the call has no price of its own in our table, if anything.
fn lacks(model: &Model, probe: &Probe, ours: &Cost) -> Option<String> {
    let matched = ours.matched.as_ref()?;
    let lacks = match probe.special {
        Special::Nothing => false,
        Special::LongInput => matched.tier_start.is_none(),
        Special::Service(_) => ours.reasons.contains(Reason::UnknownVariant),
        Special::Unit(unit) => {
            // By id, not by its name: a line's id need not be a name that its rule knows.
            let is_matched =
                |entry: &Entry<'_>| *entry.provider() == matched.provider && *entry.model() == matched.model;
            let entry = Catalogue::embedded().entries().find(is_matched);
            let prices = entry.map(|entry| entry.rates(matched, started())).unwrap_or_default();
            let is_it =
                |priced: Unit| priced == unit || (unit == Unit::CacheWrite5mTokens && priced == Unit::CacheWriteTokens);
            !prices.iter().any(|price| is_it(price.unit))
        }
    };
    lacks.then(|| format!("{} {:?}", model.provider, probe.special))
}

fn cost(model: &Model, probe: &Probe) -> Cost {
    Catalogue::embedded().cost(&Call {
        provider: model.provider,
        server_address: None,
        response_model: None,
        request_model: Some(&model.name),
        usage: &probe.usage,
        started: started(),
        context: probe.context,
        counts: Counts::Inclusive,
    })
}

fn started() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(calendar::midnight(DAY) + HOUR * 3_600)
}

fn print(models: &litellm::Models, findings: &Findings<'_>) {
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
        println!("{models:5} have a price in LiteLLM only: {lacks}");
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
