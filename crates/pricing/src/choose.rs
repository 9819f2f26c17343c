//! Chooses which of a model's prices hold for a call: by its time, and by the kind of service it got.

use std::time::SystemTime;

use crate::kind::{Kind, MAX_VARIANTS};
use crate::plan::{Owner, Plan, Plans};
use crate::planning::plan;
use crate::reason::Reasons;
use crate::table::Model;
use crate::time::Moment;

impl Model {
    /// The plan for a call of that kind that started then, and what is uncertain about it.
    pub(crate) fn plan(&self, owner: Owner<'_>, started: SystemTime, kind: &Kind) -> (Option<&Plan>, Reasons) {
        // What day it is need not be known where nothing depends on it.
        let set = if self.sets.len() > 1 {
            self.set_at(Moment::from(started))
        } else {
            0
        };
        let (variants, reasons) = kind.applying(&self.variants, started);
        let bits = self.variants.len().min(MAX_VARIANTS);
        let plans = self.plans.get_or_init(|| Plans::new(self.sets.len() << bits));
        let slot = plans.slot((set << bits) | variants);
        (
            slot.map(|slot| &**slot.get_or_init(|| Box::new(plan(self, owner, set, variants)))),
            reasons,
        )
    }
}
