//! Chooses which of a model's prices hold for a call: by its time, and by the kind of service it got.

use std::sync::OnceLock;

use crate::call::Context;
use crate::plan::{Owner, Plan};
use crate::price::{ContextKey, Variant};
use crate::reason::{Reason, Reasons};
use crate::table::Model;
use crate::time::Moment;

/// Variants of one model that can be told apart; the rest are ignored. The largest model of genai-prices 0.2.3 has 6.
const MAX_VARIANTS: usize = 6;

/// Values of a context that mean the standard price. Sources: OpenAI's and Anthropic's `service_tier`, Groq's
/// `on_demand`, Anthropic's `speed`. `auto` only asks: what it led to is unknown until a response says otherwise.
const STANDARD: &[&str] = &[
    "",
    "auto",
    "default",
    "standard",
    "standard_only",
    "on_demand",
    "sync",
    "realtime",
];

/// The plans of one model, made as they are needed.
#[derive(Debug)]
pub(crate) struct Plans {
    /// By price set, and within it by the set of variants that apply.
    slots: Box<[OnceLock<Plan>]>,
}

impl Model {
    /// The plan for a call at that moment, and what is uncertain about it. `context` is `None` for a model that is sold
    /// by another provider, whose variants are not known.
    pub(crate) fn plan(
        &self,
        owner: Owner<'_>,
        moment: Moment,
        context: &Context<'_>,
        borrowed: bool,
    ) -> (Option<&Plan>, Reasons) {
        let set = self.sets.iter().rposition(|set| set.is_active(moment)).unwrap_or(0);
        let (variants, reasons) = if *context == Context::default() {
            (0, Reasons::NONE)
        } else {
            let own = if borrowed {
                &[][..]
            } else {
                self.variants.get(..MAX_VARIANTS).unwrap_or(&self.variants)
            };
            applying(own, moment, context)
        };
        let plans = self.plans.get_or_init(|| Plans::new(self));
        let bits = self.variants.len().min(MAX_VARIANTS);
        let slot = plans.slots.get((set << bits) | variants);
        (
            slot.map(|slot| slot.get_or_init(|| Plan::new(self, owner, set, variants))),
            reasons,
        )
    }
}

/// The variants that apply, as a bit set, and whether the context holds something that none of them knows.
fn applying(variants: &[Variant], moment: Moment, context: &Context<'_>) -> (usize, Reasons) {
    let batch_tier = context.service_tier == Some("batch");
    // By the places of the keys. Anthropic reports a batch as a service tier.
    let said = [
        context.service_tier.filter(|_| !batch_tier),
        context.processing.or(batch_tier.then_some("batch")),
        context.speed,
        context.route,
        context.search_type,
    ];
    let is_said = |(key, value): &(ContextKey, Box<str>)| said.get(*key as usize).copied().flatten() == Some(&**value);
    let (mut applying, mut known) = (0, 0_u8);
    for (place, variant) in variants.iter().enumerate() {
        if variant.set.is_active(moment) && variant.when.iter().all(is_said) {
            applying |= 1 << place;
            known = variant
                .when
                .iter()
                .fold(known, |known, (key, _)| known | 1 << *key as u8);
        }
    }
    let is_unknown = |(key, value): (usize, &Option<&str>)| {
        known >> key & 1 == 0 && value.is_some_and(|value| !STANDARD.contains(&value))
    };
    let reasons = if said.iter().enumerate().any(is_unknown) {
        Reasons::of(Reason::UnknownVariant)
    } else {
        Reasons::NONE
    };
    (applying, reasons)
}

impl Plans {
    fn new(model: &Model) -> Self {
        let slots = model.sets.len() << model.variants.len().min(MAX_VARIANTS);
        Self {
            slots: (0..slots).map(|_| OnceLock::new()).collect(),
        }
    }
}
