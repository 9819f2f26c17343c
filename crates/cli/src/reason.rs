//! Descriptions of cost reasons.

use tracing_genai_pricing::Reason;

/// A description of the reason.
pub(crate) const fn description(reason: Reason) -> &'static str {
    match reason {
        Reason::UnknownProvider => "no provider of the catalogue has that name or address",
        Reason::UnknownModel => "the provider is known, the model is not",
        Reason::NoPrice => "the model is known, but has no price for the call's usage",
        Reason::NoUsage => "the call reports no usage",
        Reason::UnknownOperation => "the operation is not known to have a cost",
        Reason::AttributesDropped => "the call reports no usage, and its span lost attributes to a limit",
        Reason::MissingInput => "input tokens were not reported; the cost excludes them",
        Reason::MissingOutput => "output tokens were not reported; the cost excludes them",
        Reason::MissingWhole => "a part of a unit was reported without the total; the rest is unknown",
        Reason::UnitWithoutPrice => "a used unit has no price; the cost excludes it",
        Reason::InputExcludedCache => "cached tokens exceed the input; they were added to it",
        Reason::OutputExcludedReasoning => "reasoning exceeds the output; it was added to it",
        Reason::CacheTtlAssumed => "cache writes of unknown or unpriced lifetime are charged as the shortest",
        Reason::OverlapAssumed => "the overlap of two counts was not reported; the smallest is assumed",
        Reason::UnknownVariant => {
            "no price for that tier, processing, speed, search or residency; the standard price is used"
        }
        Reason::RequestModelUsed => "the response model is unknown; the price of the requested model is used",
        Reason::ProviderFromModel => "the provider is unknown; it was derived from the model's name",
        Reason::SameTokensAssumed => "the token counts are those of the called model; this model would count others",
        Reason::CacheAssumed => "cached tokens are charged at this model's cache price, as if it had cached them",
        Reason::CacheWriteChargedAsInput => "cache writes are charged as input; this model has no price for them",
        Reason::AudioChargedAsText => "audio is charged as text; this model has no price for it",
        Reason::ImageChargedAsText => "images are charged as text; this model has no price for them",
        Reason::VideoChargedAsText => "video is charged as text; this model has no price for it",
        Reason::AnnotationChargedAsPage => {
            "annotated pages are charged as plain pages; this model has no price for them"
        }
        Reason::LongContextAssumed => {
            "no price for such a long input with that kind of service; the price for shorter input is used"
        }
        Reason::RegionAssumed => "the price depends on an unknown region; the price without surcharge is used",
        Reason::FreeAllowance => "a part may be within the provider's free allowance; all of it is charged",
        Reason::UnreadUsage => "the usage has an unknown count; the cost may lack a part",
        Reason::ProvisionedThroughput => "served by capacity that is paid by the hour, not by token",
        Reason::CacheChargedAsInput => "cached tokens are charged as input; this model has no price for them",
        Reason::ContextExceeded => "input and output exceed this model's context window",
        Reason::NegativePart => "a part of the usage is larger than its total",
        Reason::OverlapUnknown => "the overlap of two counts was not reported, and the price depends on it",
        Reason::CountTooLarge => "a count is implausibly large",
        Reason::InvalidUsage => "a count is not a non-negative integer",
        reason => reason.as_str(),
    }
}
