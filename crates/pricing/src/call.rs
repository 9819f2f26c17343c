//! What has to be known of a call to price it.

use std::time::SystemTime;

use tracing_genai_usage::{Unit, Usage};

/// A model call to be priced.
#[derive(Clone, Copy, Debug)]
pub struct PriceQuery<'a> {
    /// The provider: a value of `gen_ai.provider.name` or a provider id of the catalogue; empty when unknown.
    pub provider: &'a str,
    /// The host the request went to, such as `api.openai.com`; asked when the provider's name is not known.
    pub server_address: Option<&'a str>,
    /// The model that answered; it is asked first, because aliases move.
    pub response_model: Option<&'a str>,
    /// The model that was asked for.
    pub request_model: Option<&'a str>,
    /// What the call used.
    pub usage: &'a Usage,
    /// When the call started: prices change over time and over the day, in UTC.
    pub started: SystemTime,
    /// What changes the price of the same model.
    pub context: CallContext<'a>,
    /// What the instrumentation's `input_tokens` includes.
    pub counts: Counts,
}

/// What changes the price of the same model; everything is `None` unless the call says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallContext<'a> {
    /// The service tier that served the call: `default`, `flex`, `priority`. What was only requested is second best.
    pub service_tier: Option<&'a str>,
    /// How the call was processed: `batch`.
    pub processing: Option<&'a str>,
    /// The speed that served the call: `fast`.
    pub speed: Option<&'a str>,
    /// The way the call took where a provider sells several: `mistral/eu`.
    pub route: Option<&'a str>,
    /// The kind of search that the call made: `web`.
    pub search_type: Option<&'a str>,
    /// Where the provider was asked to run the model: Anthropic's `inference_geo`, as `us`.
    pub inference_geo: Option<&'a str>,
}

/// Whether `input_tokens` includes the cached tokens, as the conventions ask, or not, and whether counts are taken at
/// their word.
///
/// An excluded cache shows only when the cached tokens exceed the input; below that it cannot be detected, and an
/// instrumentation known for it needs [`Counts::Exclusive`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Counts {
    /// Input includes cache reads and writes. Usage that contradicts this, or that lacks a count on which a price depends,
    /// is inconsistent.
    #[default]
    Inclusive,
    /// Input excludes cache reads and writes: they are added. Otherwise as strict as inclusive.
    Exclusive,
    /// As inclusive, and what can be repaired is, so that the cost is an estimate: cached tokens that exceed the input are
    /// added to it, and reasoning that exceeds the output to that; a part that was reported without its whole is all that is known of it; of two counts whose overlap was
    /// not reported, the least possible is taken to be the same tokens.
    Auto,
}

impl Counts {
    /// The whole input where `usage` states it without its cached part; `None` where it is whole as it stands.
    #[inline]
    pub fn whole_input(self, usage: &Usage) -> Option<u64> {
        let input = usage.get(Unit::InputTokens);
        let cached = || {
            let [read, written] =
                [Unit::CacheReadTokens, Unit::CacheWriteTokens].map(|unit| usage.get(unit).unwrap_or(0));
            read.saturating_add(written)
        };
        match self {
            Self::Inclusive => None,
            Self::Exclusive => input.map(|input| input.saturating_add(cached())),
            // Input that was not reported is unknown, not zero.
            Self::Auto => {
                let (input, cached) = (input?, cached());
                (cached > input).then(|| input.saturating_add(cached))
            }
        }
    }

    /// The whole output where `usage` states it without its reasoning, which shows only when that exceeds it; `None` where
    /// it is whole as it stands, or may not be repaired.
    #[inline]
    pub fn whole_output(self, usage: &Usage) -> Option<u64> {
        let missing = reasoning_beside_output(usage)?;
        (self == Self::Auto).then_some(missing)
    }
}

/// The sum of output and reasoning, where there is more of the latter: then it cannot be a part of the former.
pub(crate) fn reasoning_beside_output(usage: &Usage) -> Option<u64> {
    let (output, reasoning) = (usage.get(Unit::OutputTokens)?, usage.get(Unit::OutputReasoningTokens)?);
    (reasoning > output).then(|| output.saturating_add(reasoning))
}
