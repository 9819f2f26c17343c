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
    // Anthropic reports a batch as a service tier.
    let processing = context.processing.or(batch_tier.then_some("batch"));
    let service_tier = context.service_tier.filter(|_| !batch_tier);
    let said = |key: ContextKey| match key {
        ContextKey::ServiceTier => service_tier,
        ContextKey::Processing => processing,
        ContextKey::Speed => context.speed,
        ContextKey::Route => context.route,
        ContextKey::SearchType => context.search_type,
        ContextKey::Other => None,
    };
    let mut applying = 0;
    let keys = [
        ContextKey::ServiceTier,
        ContextKey::Processing,
        ContextKey::Speed,
        ContextKey::Route,
        ContextKey::SearchType,
    ];
    let mut known = [false; 5];
    for (place, variant) in variants.iter().enumerate() {
        if variant.set.is_active(moment) && variant.when.iter().all(|(key, value)| said(*key) == Some(&**value)) {
            applying |= 1 << place;
            for (known, key) in known.iter_mut().zip(keys) {
                *known |= variant.when.iter().any(|(of, _)| *of == key);
            }
        }
    }
    let unknown = known
        .iter()
        .zip(keys)
        .any(|(known, key)| !known && said(key).is_some_and(|it| !STANDARD.contains(&it)));
    (
        applying,
        if unknown {
            Reasons::of(Reason::UnknownVariant)
        } else {
            Reasons::NONE
        },
    )
}

impl Plans {
    fn new(model: &Model) -> Self {
        let slots = model.sets.len() << model.variants.len().min(MAX_VARIANTS);
        Self {
            slots: (0..slots).map(|_| OnceLock::new()).collect(),
        }
    }
}
