//! Why a cost is what it is, or why there is none.

use std::fmt;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $reason:ident = $name:literal,)*) => {
        /// One thing to know about a cost.
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
    /// No provider of the catalogue goes by that name or address.
    UnknownProvider = "unknown_provider",
    /// The provider is known, the model is not.
    UnknownModel = "unknown_model",
    /// The model is known, but nothing that the call used has a price.
    NoPrice = "no_price",
    /// The call reports no usage.
    NoUsage = "no_usage",
    /// The operation is none that is known to cost money, and carries a model's usage all the same.
    UnknownOperation = "unknown_operation",
    /// The call reports no usage, and its span had lost attributes to a limit.
    AttributesDropped = "attributes_dropped",
    /// Input tokens were not reported, so the cost lacks them.
    MissingInput = "missing_input",
    /// Output tokens were not reported, so the cost lacks them.
    MissingOutput = "missing_output",
    /// A part of a priced unit was reported and the unit itself was not, so what else the unit holds is not known: the cost
    /// lacks it, or there is none where nothing may be assumed.
    MissingWhole = "missing_whole",
    /// Something was used that has no price here, so the cost lacks it.
    UnitWithoutPrice = "unit_without_price",
    /// Cached tokens exceeded the input they should be part of, so they were added to it.
    InputExcludedCache = "input_excluded_cache",
    /// Reasoning exceeded the output it should be part of, so it was added to it.
    OutputExcludedReasoning = "output_excluded_reasoning",
    /// Cache writes whose lifetime is unknown or has no price of its own were charged at the price of the shortest.
    CacheTtlAssumed = "cache_ttl_assumed",
    /// How much of two counts is the same tokens was not reported, so the least possible was assumed.
    OverlapAssumed = "overlap_assumed",
    /// No price of its own is known for the call's service tier, processing, speed, search or residency: the standard price was
    /// taken.
    UnknownVariant = "unknown_variant",
    /// The input is beyond where the standard price rises, and no such step is known for the call's kind of service: its
    /// price was taken as it stands.
    LongContextAssumed = "long_context_assumed",
    /// The price depends on the region that served the call, which is not known: the price without a surcharge was taken.
    RegionAssumed = "region_assumed",
    /// The provider gives a number of these away before it charges, and how many are left is not known: all were charged.
    FreeAllowance = "free_allowance",
    /// The usage holds a number that is not understood, so the cost may lack a part.
    UnreadUsage = "unread_usage",
    /// The call was served by capacity that is paid by the hour: no price by token is owed.
    ProvisionedThroughput = "provisioned_throughput",
    /// The model that answered is unknown, the one that was asked for is not.
    RequestModelUsed = "request_model_used",
    /// The provider was not named and was told by the model's name.
    ProviderFromModel = "provider_from_model",
    /// The counts are another model's, which divides text into tokens of its own; only in comparisons.
    SameTokensAssumed = "same_tokens_assumed",
    /// Cached tokens are charged as if this model had cached them too; only in comparisons.
    CacheAssumed = "cache_assumed",
    /// Cached tokens are charged as ordinary input, since this model has no price for them.
    CacheChargedAsInput = "cache_charged_as_input",
    /// Tokens written to the cache are charged as ordinary input, since this model has no price for them.
    CacheWriteChargedAsInput = "cache_write_charged_as_input",
    /// Audio is charged at the price of text, since this model has no price for it.
    AudioChargedAsText = "audio_charged_as_text",
    /// Images are charged at the price of text, since this model has no price for them.
    ImageChargedAsText = "image_charged_as_text",
    /// Video is charged at the price of text, since this model has no price for it.
    VideoChargedAsText = "video_charged_as_text",
    /// Annotated pages are charged as plain pages, since this model has no price for them.
    AnnotationChargedAsPage = "annotation_charged_as_page",
    /// The call exceeds the context window of this model, which could not have served it; only in comparisons.
    ContextExceeded = "context_exceeded",
    /// A part of the usage is larger than its whole.
    NegativePart = "negative_part",
    /// How much of two counts is the same tokens was not reported, and a price depends on it.
    OverlapUnknown = "overlap_unknown",
    /// A count is above 2^53, or the cost does not fit.
    CountTooLarge = "count_too_large",
    /// The response holds something that is no count.
    InvalidUsage = "invalid_usage",
}

// A set has a bit for each.
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

    /// Whether the reason is among these.
    pub const fn contains(self, reason: Reason) -> bool {
        self.0 & (1 << (reason as u8)) != 0
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The reasons of both.
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The reasons, in the order of [`Reason::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Reason> {
        Reason::ALL.iter().copied().filter(move |&reason| self.contains(reason))
    }

    /// The first reason of the set, the one to name where there is room for one.
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
