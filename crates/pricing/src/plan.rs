//! The prices of one model for one kind of call, arranged so that a cost is a few multiplications.

use std::sync::{Arc, OnceLock};

use tracing_genai_usage::Unit;

use crate::broader::Doubts;
use crate::cost::{Edition, Matched};
use crate::reason::Reasons;

/// The maximum of priced units per model; the largest model of genai-prices 0.2.3 has 11.
pub(crate) const MAX_ROWS: usize = 24;

/// The part of a cost that a unit belongs to, in the order of the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Input,
    CacheRead,
    CacheWrite,
    Output,
    Other,
}

/// The prices for one kind of call.
#[derive(Debug)]
pub(crate) struct Plan {
    /// More specific units first, so that a unit's remainder is known at its row.
    pub(crate) rows: Box<[Row]>,
    /// By ascending start; the first applies to any input. Empty if a rate does not fit or there are too many rows: the
    /// model is then unpriced.
    pub(crate) tiers: Box<[Tier]>,
    /// The divisor of a sum of rates that gives femto-dollars.
    pub(crate) divisor: u128,
    /// Bit set of the units that some row prices, itself or with others.
    pub(crate) covered: u64,
    /// Units that count the same tokens by different criteria, with the unit of their overlap.
    pub(crate) joins: Box<[(Unit, Unit, Unit)]>,
    /// Bit set of the units with a price above zero.
    pub(crate) charged: u64,
    /// Bit set of the rows with a price fixed by the user, which multipliers do not change.
    pub(crate) own: u64,
    /// Whether a cache write's price depends on its lifetime.
    pub(crate) charges_by_ttl: bool,
    /// Whether every price is a stated zero.
    pub(crate) free: bool,
    /// The minimum of billed seconds.
    pub(crate) minimum_seconds: Option<u64>,
    /// Uncertainties if some units were used, and all of these units as a bit set.
    pub(crate) doubts: Doubts,
    pub(crate) doubtful: u64,
}

/// A priced unit.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) unit: Unit,
    pub(crate) part: Part,
    /// The rows of units that count a portion of this one, as a bit set; all precede it.
    pub(crate) within: u64,
    /// Bit set of this unit and all that count a portion of it, priced or not.
    pub(crate) concerns: u64,
}

/// The rates of a tier.
#[derive(Debug)]
pub(crate) struct Tier {
    /// The tier applies to an input larger than this; `None` for the base.
    pub(crate) start: Option<u64>,
    /// One for each row, in the plan's order and scale.
    pub(crate) rates: Box<[u64]>,
    pub(crate) matched: Arc<Matched>,
    /// The uncertainties of the rates.
    pub(crate) reasons: Reasons,
}

/// The provider and model of a plan.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    pub(crate) provider: &'a Arc<str>,
    pub(crate) edition: &'a Arc<Edition>,
}

impl Plan {
    /// The tier for that input: the highest that begins below it.
    pub(crate) fn tier(&self, input: u64) -> Option<&Tier> {
        self.tiers
            .iter()
            .rev()
            .find(|tier| tier.start.is_none_or(|start| input > start))
    }
}

/// The plans of one model, built on demand.
#[derive(Debug)]
pub(crate) struct Plans {
    /// By price set, then by the set of variants that apply; few are ever needed.
    slots: Box<[OnceLock<Box<Plan>>]>,
}

impl Plans {
    /// Creates that many empty slots.
    pub(crate) fn new(slots: usize) -> Self {
        Self {
            slots: (0..slots).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The slot at that index.
    pub(crate) fn slot(&self, place: usize) -> Option<&OnceLock<Box<Plan>>> {
        self.slots.get(place)
    }
}
