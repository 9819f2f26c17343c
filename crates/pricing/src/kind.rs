//! The kind of service of a call, which selects a model's variants.

use std::time::SystemTime;

use tracing_genai_usage::Unit;

use crate::call::CallContext;
use crate::price::{ContextKey, UnitPrice, Variant};
use crate::reason::{Reason, Reasons};
use crate::region::Region;

/// The maximum of variants per model. The largest model of genai-prices 0.2.3 has 6, and the overlay adds up to three.
pub(crate) const MAX_VARIANTS: usize = 9;
/// The maximum of price sets per model; with the variants it bounds the cached plans. The largest model of genai-prices
/// 0.2.3 has 4.
pub(crate) const MAX_SETS: usize = 64;

/// Values of a context that mean the standard price. Sources: OpenAI's and Anthropic's `service_tier`, Groq's
/// `on_demand`, Anthropic's `speed`. `auto` is only a request: the result is unknown until a response states it.
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

/// Service tiers of prepaid capacity, by the hour or month: no price per token applies. Sources:
/// <https://cloud.google.com/vertex-ai/generative-ai/docs/provisioned-throughput/overview>,
/// <https://openai.com/api-scale-tier>, <https://docs.aws.amazon.com/bedrock/latest/userguide/service-tiers-inference.html>.
const PREPAID: &[(&str, &str)] = &[
    ("google", "provisioned_throughput"),
    ("openai", "scale"),
    ("azure", "scale"),
    ("aws", "reserved"),
];

/// The provider whose responses report `batch` as a service tier.
/// Source: <https://docs.claude.com/en/api/service-tiers>.
const REPORTS_BATCH_AS_TIER: &str = "anthropic";

/// The kind of service of a call, as far as a model's prices depend on it.
///
/// Computed once per model and context and then cached: comparing words took a third of a warm cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The variants that may apply to such a call, as a bit set.
    sold: u16,
    /// For each key of the context: the variants that match the call's value, or [`Kind::PLAIN`] for a missing or
    /// standard value.
    matching: [u16; ContextKey::COUNT],
    /// Whether any of these variants is limited in time; else all of them always apply.
    is_dated: bool,
    /// Whether the capacity is prepaid.
    pub(crate) is_prepaid: bool,
}

/// The seller, location and model of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Service<'a> {
    /// The id of the seller.
    pub(crate) seller: &'a str,
    /// Whether the model's line belongs to another provider.
    pub(crate) is_borrowed: bool,
    pub(crate) region: Region,
    pub(crate) context: CallContext<'a>,
}

impl Kind {
    /// A call without special conditions.
    pub(crate) const STANDARD: Self = Self {
        sold: 0,
        matching: [Self::PLAIN; ContextKey::COUNT],
        is_dated: false,
        is_prepaid: false,
    };

    /// Above every bit of a variant.
    const PLAIN: u16 = u16::MAX;

    /// The kind of service by a model's variants, and its time-independent uncertainties. A model borrowed from another
    /// provider has only the variants that name the seller.
    pub(crate) fn of(service: &Service<'_>, variants: &[Variant]) -> (Self, Reasons) {
        let context = &service.context;
        let batch_tier = service.seller == REPORTS_BATCH_AS_TIER && context.service_tier == Some("batch");
        // Indexed by the discriminants of the keys.
        let values = [
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
            matching: values.map(|value| if value.is_some_and(is_special) { 0 } else { Self::PLAIN }),
            is_prepaid: context
                .service_tier
                .is_some_and(|tier| PREPAID.contains(&(service.seller, tier))),
            ..Self::STANDARD
        };
        // A region without a price of its own costs the standard price.
        if let Some(matching) = kind.matching.get_mut(ContextKey::Region as usize) {
            *matching = Self::PLAIN;
        }
        let matches = |(key, value): &(ContextKey, Box<str>)| match values.get(*key as usize) {
            Some(Some(given)) => *given == &**value,
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
            if variant.when.iter().all(matches) {
                kind.sold |= 1 << place;
                kind.is_dated |= variant.set.when.is_some();
                // A provider's price of a search applies to every kind of search.
                let fee = variant.seller.is_some() && variant.set.prices.iter().any(is_search);
                let fee = fee.then_some(ContextKey::SearchType);
                for key in variant.when.iter().map(|(key, _)| key).chain(&fee) {
                    if let Some(matching) = kind.matching.get_mut(*key as usize) {
                        *matching |= 1 << place;
                    }
                }
            }
        }
        if !kind.is_dated {
            reasons = reasons.union(kind.unknown(kind.sold));
        }
        (kind, reasons)
    }

    /// The uncertainty if the call has a value that no applying variant matches.
    fn unknown(&self, applying: u16) -> Reasons {
        let is_unknown = |matching: &u16| *matching != Self::PLAIN && matching & applying == 0;
        if self.matching.iter().any(is_unknown) {
            Reasons::of(Reason::UnknownVariant)
        } else {
            Reasons::NONE
        }
    }

    /// The variants that apply to a call that started then, and further uncertainties.
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
    /// Whether the service's provider sells a variant.
    fn has(&self, variant: &Variant) -> bool {
        match &variant.seller {
            Some(seller) => **seller == *self.seller && self.is_borrowed,
            None => !self.is_borrowed,
        }
    }
}
