//! The cheapest models for given calls.

use crate::call::PriceQuery;
use crate::catalogue::Catalogue;
use crate::comparison::RepairedUsage;
use crate::cost::Cost;
use crate::entry::Entry;
use crate::find::find_model;
use crate::found::Found;
use crate::reason::{Reason, Reasons};
use crate::usd::Usd;

/// Candidate models with the total cost of the same calls on each.
///
/// Keeps one sum per model, regardless of the number of calls.
///
/// ```
/// use std::time::SystemTime;
/// use tracing_genai_pricing::{Catalogue, PriceQuery};
/// use tracing_genai_usage::{Unit, Usage};
///
/// let usage = Usage::new().with(Unit::InputTokens, 1_200).with(Unit::OutputTokens, 350);
/// let call = PriceQuery::new("openai", &usage, SystemTime::now())
///     .response_model("gpt-4o");
/// let mut ranking = Catalogue::embedded().candidates(|entry| {
///     **entry.provider() == *"anthropic" && !entry.is_deprecated() && entry.context_window() >= Some(200_000)
/// });
/// ranking.add(&call);
/// let cheapest = ranking.cheapest(3);
/// assert_eq!(cheapest.len(), 3);
/// assert!(cheapest.windows(2).all(|pair| pair[0].total <= pair[1].total));
/// ```
#[derive(Debug)]
pub struct Ranking<'c> {
    catalogue: &'c Catalogue,
    candidates: Vec<Candidate<'c>>,
    calls: u64,
}

#[derive(Debug)]
struct Candidate<'c> {
    entry: Entry<'c>,
    line: Found,
    total: Usd,
    reasons: Reasons,
}

/// A model and the cost of the calls on it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Ranked<'c> {
    /// The model.
    pub entry: Entry<'c>,
    /// The total cost of all calls.
    pub total: Usd,
    /// The assumptions of all calls; see [`Catalogue::cost_on`].
    pub reasons: Reasons,
}

/// Reasons that exclude a model: it could not serve the call, or a used unit has no price there.
const NOT_COMPARABLE: [Reason; 2] = [Reason::ContextExceeded, Reason::UnitWithoutPrice];

impl Catalogue {
    /// The models of the catalogue that pass `filter`, to be ranked by the cost of calls on them.
    ///
    /// Includes free models unless the filter excludes [`Entry::is_free`]. Models that a cloud resells at their maker's
    /// price are listed once, at their maker.
    pub fn candidates(&self, filter: impl Fn(&Entry<'_>) -> bool) -> Ranking<'_> {
        let candidates = self
            .lines()
            .filter(|(line, entry)| self.is_reachable(*line, entry) && filter(entry));
        Ranking {
            catalogue: self,
            candidates: candidates
                .map(|(line, entry)| Candidate {
                    entry,
                    line,
                    total: Usd::ZERO,
                    reasons: Reasons::NONE,
                })
                .collect(),
            calls: 0,
        }
    }

    /// Whether a call with the model's id is priced by that line, and not by another of the same id: a user's line may
    /// accompany the catalogue's.
    fn is_reachable(&self, line: Found, entry: &Entry<'_>) -> bool {
        let models = self
            .table()
            .providers
            .get(line.provider())
            .map_or(&[][..], |own| &*own.models);
        let is_double = models.iter().filter(|model| model.id == *entry.model()).count() > 1;
        if !is_double {
            return true;
        }
        let found = find_model(self.table(), line.provider(), &entry.model().to_lowercase());
        found.is_none_or(|found| {
            found.model() == line.model() || self.table().line(&found).is_none_or(|model| model.id != *entry.model())
        })
    }
}

impl<'c> Ranking<'c> {
    /// Adds a call, and removes the models that could not have served it: its context window is exceeded, or a used
    /// unit has no price there.
    ///
    /// Returns whether the call was added; calls with missing or contradictory usage are not.
    pub fn add(&mut self, call: &PriceQuery<'_>) -> bool {
        let settled = RepairedUsage::of(call);
        let settled_call = settled.call(call);
        if call.usage.is_empty() || settled.contradicts_itself() {
            return false;
        }
        let catalogue = self.catalogue;
        self.candidates.retain_mut(|candidate| {
            let cost = catalogue.cost_of_line(&settled_call, candidate.line);
            let estimate = settled.estimate(cost, candidate.entry.context_window(), false);
            candidate.take(&estimate.cost)
        });
        self.calls += 1;
        true
    }

    /// The number of calls in the ranking.
    pub const fn calls(&self) -> u64 {
        self.calls
    }

    /// The `most` cheapest models for all calls, cheapest first; ties are ordered by provider and id. Empty before the
    /// first call.
    pub fn cheapest(&self, most: usize) -> Vec<Ranked<'c>> {
        if self.calls == 0 {
            return Vec::new();
        }
        let mut ranked: Vec<_> = self.candidates.iter().collect();
        ranked.sort_by_key(|candidate| (candidate.total, candidate.entry.provider(), candidate.entry.model()));
        let ranked = ranked.into_iter().take(most);
        ranked
            .map(|candidate| Ranked {
                entry: candidate.entry,
                total: candidate.total,
                reasons: candidate.reasons,
            })
            .collect()
    }
}

impl Candidate<'_> {
    /// Adds a cost; returns whether the model remains a candidate.
    fn take(&mut self, cost: &Cost) -> bool {
        if NOT_COMPARABLE.iter().any(|reason| cost.reasons.contains(*reason)) {
            return false;
        }
        let sum = cost.total.and_then(|cost| self.total.checked_add(cost));
        self.reasons = self.reasons.union(cost.reasons);
        match sum {
            Some(sum) => {
                self.total = sum;
                true
            }
            None => false,
        }
    }
}
