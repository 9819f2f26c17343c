//! The prices of one model for one kind of call, laid out so that a cost is a few multiplications.

use std::sync::{Arc, OnceLock};

use tracing_genai_usage::Unit;

use crate::broader::Doubts;
use crate::cost::{Edition, Matched};
use crate::reason::Reasons;

/// Units that one model may price; the richest of genai-prices 0.2.3 prices 11.
pub(crate) const MAX_ROWS: usize = 24;

/// Where a unit's cost belongs, in the order of the parts of a cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Input,
    CacheRead,
    CacheWrite,
    Output,
    Other,
}

/// The prices that hold for one kind of call.
#[derive(Debug)]
pub(crate) struct Plan {
    /// More specific units first, so that a unit's remainder is known once its row is reached.
    pub(crate) rows: Box<[Row]>,
    /// By ascending start; the first holds for any input. Empty if a rate does not fit or there are too many rows, which
    /// leaves the model unpriced.
    pub(crate) tiers: Box<[Tier]>,
    /// What a sum of rates is divided by to give femto-dollars.
    pub(crate) divisor: u128,
    /// Bit set of the units that some row prices, itself or with others.
    pub(crate) covered: u64,
    /// Units that count the same tokens from two sides, and the unit that counts what both do.
    pub(crate) joins: Box<[(Unit, Unit, Unit)]>,
    /// Bit set of the units whose own price is above zero.
    pub(crate) charged: u64,
    /// Bit set of the rows whose price the user fixed, which a multiplier of the provider does not touch.
    pub(crate) own: u64,
    /// Whether a cache write's price depends on its lifetime.
    pub(crate) charges_by_ttl: bool,
    /// Whether every price is a stated zero.
    pub(crate) free: bool,
    /// Seconds that are billed at least.
    pub(crate) minimum_seconds: Option<u64>,
    /// What is uncertain where some units were used, and all of these units as a bit set.
    pub(crate) doubts: Doubts,
    pub(crate) doubtful: u64,
}

/// A priced unit.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) unit: Unit,
    pub(crate) part: Part,
    /// The rows of units that count a portion of this one, as a bit set; all stand before it.
    pub(crate) within: u64,
    /// Bit set of this unit and all that count a portion of it, priced or not.
    pub(crate) concerns: u64,
}

/// The rates of a tier.
#[derive(Debug)]
pub(crate) struct Tier {
    /// The tier holds for an input larger than this; the base, which holds anyway, has none.
    pub(crate) start: Option<u64>,
    /// One for each row, in the plan's order and scale.
    pub(crate) rates: Box<[u64]>,
    pub(crate) matched: Arc<Matched>,
    /// What is uncertain about the rates.
    pub(crate) reasons: Reasons,
}

/// Whose model it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'a> {
    pub(crate) provider: &'a Arc<str>,
    pub(crate) edition: &'a Arc<Edition>,
}

impl Plan {
    /// The tier of that input: the highest that begins below it.
    pub(crate) fn tier(&self, input: u64) -> Option<&Tier> {
        self.tiers
            .iter()
            .rev()
            .find(|tier| tier.start.is_none_or(|start| input > start))
    }
}

/// The plans of one model, made as they are needed.
#[derive(Debug)]
pub(crate) struct Plans {
    /// By price set, and within it by the set of variants that apply; few of them are ever needed.
    slots: Box<[OnceLock<Box<Plan>>]>,
}

impl Plans {
    /// So many slots, all empty.
    pub(crate) fn new(slots: usize) -> Self {
        Self {
            slots: (0..slots).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The slot at that place.
    pub(crate) fn slot(&self, place: usize) -> Option<&OnceLock<Box<Plan>>> {
        self.slots.get(place)
    }
}
