//! Says a reason in a sentence.

use tracing_genai::pricing::Reason;

/// What the reason means for the cost.
pub(crate) const fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::UnknownProvider => "no provider of the catalogue goes by that name or address",
        Reason::UnknownModel => "the provider is known, the model is not",
        Reason::NoPrice => "the model is known, but nothing that the call used has a price",
        Reason::NoUsage => "the call reports no usage",
        Reason::UnknownOperation => "the operation is none that is known to cost money",
        Reason::AttributesDropped => "the call reports no usage, and its span lost attributes to a limit",
        Reason::MissingInput => "input tokens were not reported, so the cost lacks them",
        Reason::MissingOutput => "output tokens were not reported, so the cost lacks them",
        Reason::MissingWhole => "a part of a unit was reported without the unit, so the rest is not known",
        Reason::UnitWithoutPrice => "something was used that has no price here, so the cost lacks it",
        Reason::InputExcludedCache => {
            "cached tokens exceeded the input they should be part of, so they were added to it"
        }
        Reason::OutputExcludedReasoning => "reasoning exceeded the output it should be part of, so it was added to it",
        Reason::CacheTtlAssumed => {
            "cache writes whose lifetime is unknown or unpriced are charged at the price of the shortest"
        }
        Reason::OverlapAssumed => "how much of two counts is the same tokens was not reported: the least possible",
        Reason::UnknownVariant => {
            "no price is known for that tier, processing, speed, search or residency: the standard price"
        }
        Reason::RequestModelUsed => "the model that answered is unknown: the price of the one that was asked for",
        Reason::ProviderFromModel => "the provider was not named: told by the model's name",
        Reason::SameTokensAssumed => {
            "the token counts are those of the model that was called; this one would count others"
        }
        Reason::CacheAssumed => {
            "cached tokens are charged at this model's price for them, as if it had cached them too"
        }
        Reason::CacheWriteChargedAsInput => {
            "tokens written to the cache are charged as ordinary input: this model has no price for them"
        }
        Reason::AudioChargedAsText => "audio is charged at the price of text: this model has no price for it",
        Reason::ImageChargedAsText => "images are charged at the price of text: this model has no price for them",
        Reason::VideoChargedAsText => "video is charged at the price of text: this model has no price for it",
        Reason::AnnotationChargedAsPage => {
            "annotated pages are charged as plain pages: this model has no price for them"
        }
        Reason::LongContextAssumed => {
            "no price is known for so long an input with that kind of service: its price for shorter ones was taken"
        }
        Reason::RegionAssumed => "the price depends on a region that is not known: the price without a surcharge",
        Reason::FreeAllowance => "some of it may be within the provider's free allowance: all of it is charged",
        Reason::UnreadUsage => "the usage holds a number that is not understood, so the cost may lack a part",
        Reason::ProvisionedThroughput => "served by capacity that is paid by the hour: no price by token is owed",
        Reason::CacheChargedAsInput => "cached tokens are charged as ordinary input: this model has no price for them",
        Reason::ContextExceeded => {
            "input and output together exceed this model's context window: it could not have served it"
        }
        Reason::NegativePart => "a part of the usage is larger than its whole",
        Reason::OverlapUnknown => {
            "how much of two counts is the same tokens was not reported, and their price depends on it"
        }
        Reason::CountTooLarge => "a count is too large to be one",
        Reason::InvalidUsage => "a count is negative, no whole number or no number",
        reason => reason.as_str(),
    }
}
