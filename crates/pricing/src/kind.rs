//! The kind of service that a call got, by which a model's variants are chosen.

use std::time::SystemTime;

use tracing_genai_usage::Unit;

use crate::call::CallContext;
use crate::price::{ContextKey, UnitPrice, Variant};
use crate::reason::{Reason, Reasons};
use crate::region::Region;

/// Variants of one model that can be told apart. The largest model of genai-prices 0.2.3 has 6, and the overlay adds up to
/// three.
pub(crate) const MAX_VARIANTS: usize = 9;
/// Sets of prices of one model, which with the variants bound what is remembered of it. The largest model of genai-prices
/// 0.2.3 has 4.
pub(crate) const MAX_SETS: usize = 64;

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
    "global",
    "not_available",
];

/// Service tiers of capacity that is bought ahead, by the hour or the month, so that no price by token is owed. Sources:
/// <https://cloud.google.com/vertex-ai/generative-ai/docs/provisioned-throughput/overview>,
/// <https://openai.com/api-scale-tier>, <https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html>.
const PREPAID: &[(&str, &str)] = &[
    ("google", "provisioned_throughput"),
    ("openai", "scale"),
    ("azure", "scale"),
    ("aws", "reserved"),
];

/// The provider whose responses say `batch` where others say a service tier.
/// Source: <https://docs.claude.com/en/api/service-tiers>.
const TELLS_BATCH_AS_TIER: &str = "anthropic";

/// What kind of service a call got, as far as a model's prices depend on it.
///
/// It is found out once for each model and context and then remembered, since comparing words took a third of a warm
/// cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The variants that are sold to such a call, at one time or another, as a bit set.
    sold: u16,
    /// For each key of the context: the variants that know what the call says, or [`Kind::PLAIN`] where it says nothing
    /// special.
    knowing: [u16; ContextKey::COUNT],
    /// Whether any of these variants holds at some times only; else all of them apply to every such call.
    is_dated: bool,
    /// Whether the capacity was paid for ahead.
    pub(crate) is_prepaid: bool,
}

/// Who served a call, where, and as what.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service<'a> {
    /// The id of the provider that sold it.
    pub(crate) seller: &'a str,
    /// Whether the line of the model is another provider's.
    pub(crate) is_borrowed: bool,
    pub(crate) region: Region,
    pub(crate) context: CallContext<'a>,
}

impl Kind {
    /// A call that says nothing special.
    pub(crate) const STANDARD: Self = Self {
        sold: 0,
        knowing: [Self::PLAIN; ContextKey::COUNT],
        is_dated: false,
        is_prepaid: false,
    };

    /// Above every bit of a variant.
    const PLAIN: u16 = u16::MAX;

    /// The kind of service by the variants of a model, and what is uncertain about it at any time. A model that is borrowed
    /// from another provider is sold with those variants alone that name the seller.
    pub(crate) fn of(service: &Service<'_>, variants: &[Variant]) -> (Self, Reasons) {
        let context = &service.context;
        let batch_tier = service.seller == TELLS_BATCH_AS_TIER && context.service_tier == Some("batch");
        // By the places of the keys.
        let said = [
            context.service_tier.filter(|_| !batch_tier),
            context.processing.or(batch_tier.then_some("batch")),
            context.speed,
            context.route,
            context.search_type,
            context.inference_geo,
            Some(service.region.as_str()),
        ];
        let is_special = |value: &str| !STANDARD.contains(&value);
        let mut kind = Self {
            knowing: said.map(|value| if value.is_some_and(is_special) { 0 } else { Self::PLAIN }),
            is_prepaid: context
                .service_tier
                .is_some_and(|tier| PREPAID.contains(&(service.seller, tier))),
            ..Self::STANDARD
        };
        // A region that no price names costs what all others do.
        if let Some(knowing) = kind.knowing.get_mut(ContextKey::Region as usize) {
            *knowing = Self::PLAIN;
        }
        let is_said = |(key, value): &(ContextKey, Box<str>)| match said.get(*key as usize) {
            Some(Some(said)) => *said == &**value,
            _ => false,
        };
        let is_search = |price: &UnitPrice| price.unit == Unit::WebSearches;
        let mut reasons = Reasons::NONE;
        for (place, variant) in variants.iter().take(MAX_VARIANTS).enumerate() {
            if !service.has(variant) {
                continue;
            }
            let depends_on_region = variant.when.iter().any(|(key, _)| *key == ContextKey::Region);
            if depends_on_region && service.region == Region::Unknown {
                reasons.insert(Reason::RegionAssumed);
            }
            if variant.when.iter().all(is_said) {
                kind.sold |= 1 << place;
                kind.is_dated |= variant.set.when.is_some();
                // What another provider charges for a search, it charges for every kind of search.
                let fee = variant.seller.is_some() && variant.set.prices.iter().any(is_search);
                let fee = fee.then_some(ContextKey::SearchType);
                for key in variant.when.iter().map(|(key, _)| key).chain(&fee) {
                    if let Some(knowing) = kind.knowing.get_mut(*key as usize) {
                        *knowing |= 1 << place;
                    }
                }
            }
        }
        if !kind.is_dated {
            reasons = reasons.union(kind.unknown(kind.sold));
        }
        (kind, reasons)
    }

    /// That the call says something that none of the variants which apply knows, if it does.
    fn unknown(&self, applying: u16) -> Reasons {
        let is_unknown = |knowing: &u16| *knowing != Self::PLAIN && knowing & applying == 0;
        if self.knowing.iter().any(is_unknown) {
            Reasons::of(Reason::UnknownVariant)
        } else {
            Reasons::NONE
        }
    }

    /// The variants that apply to a call that started then, and what else is uncertain about it.
    pub(crate) fn applying(&self, variants: &[Variant], started: SystemTime) -> (usize, Reasons) {
        if !self.is_dated {
            return (usize::from(self.sold), Reasons::NONE);
        }
        let mut applying = self.sold;
        let mut sold = self.sold;
        while sold != 0 {
            let place = sold.trailing_zeros();
            sold &= sold - 1;
            if variants
                .get(place as usize)
                .is_none_or(|variant| !variant.set.is_active_at(started))
            {
                applying &= !(1 << place);
            }
        }
        (usize::from(applying), self.unknown(applying))
    }
}

impl Service<'_> {
    /// Whether a variant is sold by that provider.
    fn has(&self, variant: &Variant) -> bool {
        match &variant.seller {
            Some(seller) => **seller == *self.seller && self.is_borrowed,
            None => !self.is_borrowed,
        }
    }
}
