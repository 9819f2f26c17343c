//! Reasons for the status of a cost.

use std::fmt;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $reason:ident = $name:literal,)*) => {
        /// A reason for the status of a cost.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum Reason {
            $($(#[doc = $doc])+ $reason,)*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$reason),*];

            /// The name written to telemetry.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$reason => $name,)*
                }
            }
        }
    };
}

reasons! {
    /// The catalogue has no provider of that name or address.
    UnknownProvider = "unknown_provider",
    /// The provider is known, the model is not.
    UnknownModel = "unknown_model",
    /// The model is known, but none of the used units has a price.
    NoPrice = "no_price",
    /// The call has no usage.
    NoUsage = "no_usage",
    /// The operation is not known to cost money, but has a model's usage.
    UnknownOperation = "unknown_operation",
    /// The call has no usage, and its span lost attributes to a limit.
    AttributesDropped = "attributes_dropped",
    /// Input tokens were not reported: the cost excludes them.
    MissingInput = "missing_input",
    /// Output tokens were not reported: the cost excludes them.
    MissingOutput = "missing_output",
    /// A part of a priced unit was reported, but not the unit itself: the cost excludes the rest, or is unknown if
    /// assumptions are not allowed.
    MissingWhole = "missing_whole",
    /// A used unit has no price: the cost excludes it.
    UnitWithoutPrice = "unit_without_price",
    /// Cached tokens exceeded the input that should contain them: they were added to it.
    InputExcludedCache = "input_excluded_cache",
    /// Reasoning exceeded the output that should contain it: it was added to it.
    OutputExcludedReasoning = "output_excluded_reasoning",
    /// Cache writes with an unknown or unpriced lifetime were charged at the price of the shortest one.
    CacheTtlAssumed = "cache_ttl_assumed",
    /// The overlap of two counts was not reported: the smallest possible one was assumed.
    OverlapAssumed = "overlap_assumed",
    /// The call's service tier, processing, speed, search or residency has no known price: the standard price was used.
    UnknownVariant = "unknown_variant",
    /// The standard price rises at the call's input size, but no such tier is known for the call's kind of service: its
    /// base price was used.
    LongContextAssumed = "long_context_assumed",
    /// The price depends on the unknown region of the call: the price without a surcharge was used.
    RegionAssumed = "region_assumed",
    /// The provider has a free allowance, whose remainder is unknown: all units were charged.
    FreeAllowance = "free_allowance",
    /// The usage has an unknown number: the cost may exclude a part.
    UnreadUsage = "unread_usage",
    /// The capacity was prepaid by the hour: no price per token applies.
    ProvisionedThroughput = "provisioned_throughput",
    /// The response's model is unknown, the requested model is known.
    RequestModelUsed = "request_model_used",
    /// The provider was unnamed and derived from the model's name.
    ProviderFromModel = "provider_from_model",
    /// The counts are from another model's tokenizer; only in comparisons.
    SameTokensAssumed = "same_tokens_assumed",
    /// Cached tokens are charged as cached on this model; only in comparisons.
    CacheAssumed = "cache_assumed",
    /// Cached tokens are charged as ordinary input, because this model has no price for them.
    CacheChargedAsInput = "cache_charged_as_input",
    /// Tokens written to the cache are charged as ordinary input, because this model has no price for them.
    CacheWriteChargedAsInput = "cache_write_charged_as_input",
    /// Audio is charged at the price of text, because this model has no price for it.
    AudioChargedAsText = "audio_charged_as_text",
    /// Images are charged at the price of text, because this model has no price for them.
    ImageChargedAsText = "image_charged_as_text",
    /// Video is charged at the price of text, because this model has no price for it.
    VideoChargedAsText = "video_charged_as_text",
    /// Annotated pages are charged as plain pages, because this model has no price for them.
    AnnotationChargedAsPage = "annotation_charged_as_page",
    /// The call exceeds this model's context window; only in comparisons.
    ContextExceeded = "context_exceeded",
    /// A part of the usage exceeds its whole.
    NegativePart = "negative_part",
    /// The overlap of two counts was not reported, and a price depends on it.
    OverlapUnknown = "overlap_unknown",
    /// A count is above 2^53, or the cost overflows.
    CountTooLarge = "count_too_large",
    /// The response has an invalid count.
    InvalidUsage = "invalid_usage",
}

// A set has one bit per reason.
const _: () = assert!(Reason::ALL.len() <= 64);

/// A set of [`Reason`]s.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Reasons(u64);

impl Reasons {
    /// No reasons.
    pub const NONE: Self = Self(0);

    /// The set of one reason.
    pub const fn of(reason: Reason) -> Self {
        Self(1 << (reason as u8))
    }

    /// Adds a reason.
    pub const fn insert(&mut self, reason: Reason) {
        self.0 |= 1 << (reason as u8);
    }

    /// Whether the set contains the reason.
    pub const fn contains(self, reason: Reason) -> bool {
        self.0 & (1 << (reason as u8)) != 0
    }

    /// Whether the set is empty.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The union of both sets.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The reasons, in the order of [`Reason::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(move |&reason| self.contains(reason))
    }

    /// The first reason of the set, for displays of one reason.
    pub fn first(self) -> Option<Reason> {
        self.iter().next()
    }
}

impl From<Reason> for Reasons {
    fn from(reason: Reason) -> Self {
        Self::of(reason)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
