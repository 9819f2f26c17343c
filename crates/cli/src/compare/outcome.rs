//! The results of a comparison, which the reports write.

use tracing_genai_pricing::{Cost, Estimate, Ranking, Usd};

use super::tally::{Tally, difference};
use crate::call::ModelCall;

/// A call, its cost and the estimates.
pub(super) struct Compared<'a> {
    pub(super) case: &'a str,
    pub(super) call: &'a ModelCall,
    pub(super) cost: &'a Cost,
    /// In the order of the models.
    pub(super) estimates: &'a [Estimate],
}

/// The result over all calls.
pub(super) struct Outcome<'a> {
    pub(super) calls: u64,
    /// In the order of the models.
    pub(super) tallies: &'a [Tally],
    /// With `--cheapest`: the ranking, the cost of the calls in it, and how many models to list.
    pub(super) ranking: Option<(&'a Ranking<'a>, &'a Tally, usize)>,
}

impl Compared<'_> {
    /// The estimate minus the cost; `None` unless both are known.
    pub(super) fn difference(&self, estimate: &Estimate) -> Option<Usd> {
        Some(difference(self.cost.total?, estimate.cost.total?))
    }
}
