//! The cost of the same usage on another model, with the assumptions made.

use std::sync::Arc;

use tracing_genai_usage::{MAX_COUNT, Unit, Usage};

use crate::call::{Counts, PriceQuery};
use crate::catalogue::Catalogue;
use crate::cost::{Cost, Matched, Status};
use crate::model_id::ModelId;
use crate::reason::{Reason, Reasons};

/// The cost of a call on another model.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Estimate {
    /// The cost, with the assumptions as reasons. It is [`Status::Estimated`] unless the other model is the same one,
    /// free, or unknown.
    pub cost: Cost,
    /// The context window of the other model in tokens, if known.
    pub context_window: Option<u64>,
    /// The tokens of the call, input plus output.
    pub tokens: u64,
}

impl Catalogue {
    /// The cost of `call` on another model: the same counts at that model's prices when the call started.
    ///
    /// The reasons of the cost name the assumptions:
    ///
    /// - [`Reason::SameTokensAssumed`]: each model has its own tokenizer, so its counts would differ.
    /// - [`Reason::CacheAssumed`]: cached tokens are charged as cached there too, at that model's price for them.
    /// - [`Reason::CacheChargedAsInput`]: that model has no such price, so cached tokens are charged as ordinary input.
    /// - [`Reason::ContextExceeded`]: the call exceeds that model's context window.
    /// - Uncertainties of the other model's prices, such as [`Reason::UnknownVariant`] for a service tier.
    ///
    /// A call with missing or contradictory usage has no cost on any model. A cost reported by the provider is ignored:
    /// it does not apply to other models.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use tracing_genai_pricing::{Catalogue, PriceQuery, Reason, Status};
    /// use tracing_genai_usage::{MAX_COUNT, Unit, Usage};
    ///
    /// let usage = Usage::new().with(Unit::InputTokens, 1_200).with(Unit::OutputTokens, 350);
    /// let call = PriceQuery::new("openai", &usage, SystemTime::now())
    ///     .response_model("gpt-4o-2024-08-06")
    ///     .request_model("gpt-4o");
    /// let estimate = Catalogue::embedded().cost_on(&call, &"openai/gpt-4o-mini".parse()?);
    /// assert_eq!(estimate.cost.total.map(|total| total.to_string()).as_deref(), Some("0.00039"));
    /// assert_eq!(estimate.cost.status, Status::Estimated);
    /// assert!(estimate.cost.reasons.contains(Reason::SameTokensAssumed));
    /// # Ok::<(), tracing_genai_pricing::ParseModelIdError>(())
    /// ```
    pub fn cost_on(&self, call: &PriceQuery<'_>, other: &ModelId) -> Estimate {
        let settled = RepairedUsage::of(call);
        let moved = PriceQuery {
            provider: other.provider(),
            server_address: None,
            response_model: Some(other.model()),
            request_model: None,
            ..settled.call(call)
        };
        let cost = self.cost(&moved);
        let own = self.cost(call).matched;
        let is_same = |matched: &Arc<Matched>| own.is_some_and(|own| own.label == matched.label);
        let is_same = cost.matched.as_ref().is_some_and(is_same);
        let window = self.entry(other).and_then(|entry| entry.context_window());
        settled.estimate(cost, window, is_same)
    }
}

/// A call's usage after repairs, the same for every compared model.
pub(crate) struct RepairedUsage {
    usage: Usage,
    counts: Counts,
    /// The repairs made, each of which makes every cost an estimate.
    repairs: Reasons,
}

impl RepairedUsage {
    pub(crate) fn of(call: &PriceQuery<'_>) -> Self {
        let mut usage = *call.usage;
        let whole = call.counts.whole_input(&usage);
        if let Some(whole) = whole {
            usage.set(Unit::InputTokens, whole);
        }
        let whole_output = call.counts.whole_output(&usage);
        if let Some(whole) = whole_output {
            usage.set(Unit::OutputTokens, whole);
        }
        let contradicts_itself = contradicts_itself(&usage);
        let mut repairs = Reasons::NONE;
        if whole.is_some() && call.counts == Counts::Auto {
            repairs.insert(Reason::InputExcludedCache);
        }
        if whole_output.is_some() {
            repairs.insert(Reason::OutputExcludedReasoning);
        }
        Self {
            usage,
            // An estimate allows assumptions, but contradictory usage stays invalid.
            counts: if contradicts_itself {
                Counts::Inclusive
            } else {
                Counts::Auto
            },
            repairs,
        }
    }

    /// Whether the usage is contradictory, so that no model has a cost for it.
    pub(crate) fn contradicts_itself(&self) -> bool {
        self.counts == Counts::Inclusive
    }

    /// The call with the repaired usage.
    pub(crate) fn call<'a>(&'a self, call: &PriceQuery<'a>) -> PriceQuery<'a> {
        PriceQuery {
            usage: &self.usage,
            counts: self.counts,
            ..*call
        }
    }

    /// Adds the assumptions to `cost`, which is another model's unless `is_same`.
    pub(crate) fn estimate(&self, mut cost: Cost, context_window: Option<u64>, is_same: bool) -> Estimate {
        let count = |unit| self.usage.get(unit).unwrap_or(0);
        let tokens = count(Unit::InputTokens).saturating_add(count(Unit::OutputTokens));
        if matches!(cost.status, Status::Priced | Status::Estimated | Status::Free) {
            cost.reasons = cost.reasons.union(self.repairs);
            if !is_same {
                self.assume(&mut cost);
            }
            if context_window.is_some_and(|window| tokens > window) && !is_same {
                cost.reasons.insert(Reason::ContextExceeded);
            }
            if cost.status == Status::Priced && !cost.reasons.is_empty() {
                cost.status = Status::Estimated;
            }
        }
        Estimate {
            cost,
            context_window,
            tokens,
        }
    }

    fn assume(&self, cost: &mut Cost) {
        if cost.status == Status::Free {
            return;
        }
        cost.reasons.insert(Reason::SameTokensAssumed);
        let parts = [
            (Unit::CacheReadTokens, cost.parts.cache_read),
            (Unit::CacheWriteTokens, cost.parts.cache_write),
        ];
        for (unit, part) in parts {
            if self.usage.get(unit).is_some_and(|cached| cached > 0) {
                cost.reasons.insert(match part {
                    Some(_) => Reason::CacheAssumed,
                    None => Reason::CacheChargedAsInput,
                });
            }
        }
    }
}

/// Whether a part of the usage exceeds its whole, or a count exceeds the maximum: then no model has a cost.
fn contradicts_itself(usage: &Usage) -> bool {
    let exceeds = |part: Unit, count: u64| {
        let inner = part.dimensions();
        usage
            .iter()
            .any(|(whole, most)| count > most && whole != part && inner.is_within(&whole.dimensions()))
    };
    Counts::Auto.whole_input(usage).is_some()
        || usage
            .iter()
            .any(|(unit, count)| count > MAX_COUNT || exceeds(unit, count))
}

impl Estimate {
    /// Whether the call exceeds the other model's context window.
    pub fn exceeds_context(&self) -> bool {
        self.context_window.is_some_and(|window| self.tokens > window)
    }
}
