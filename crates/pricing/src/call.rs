//! The inputs needed to price a call.

use std::time::SystemTime;

use tracing_genai_usage::{Unit, Usage};

/// A model call to be priced.
#[derive(Clone, Copy, Debug)]
pub struct PriceQuery<'a> {
    /// The provider: a value of `gen_ai.provider.name` or a provider id of the catalogue; empty when unknown.
    pub provider: &'a str,
    /// The request's host, such as `api.openai.com`; used when the provider's name is unknown.
    pub server_address: Option<&'a str>,
    /// The response's model; matched first, because aliases move.
    pub response_model: Option<&'a str>,
    /// The requested model.
    pub request_model: Option<&'a str>,
    /// The usage of the call.
    pub usage: &'a Usage,
    /// When the call started, in UTC: prices change over time and over the day.
    pub started: SystemTime,
    /// The conditions that change the price of the same model.
    pub context: CallContext<'a>,
    /// What `input_tokens` includes.
    pub counts: Counts,
}

/// The conditions that change the price of the same model; all `None` by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallContext<'a> {
    /// The service tier of the response: `default`, `flex`, `priority`; else the requested one.
    pub service_tier: Option<&'a str>,
    /// How the call was processed: `batch`.
    pub processing: Option<&'a str>,
    /// The speed that served the call: `fast`.
    pub speed: Option<&'a str>,
    /// The route of the call if a provider sells several: `mistral/eu`.
    pub route: Option<&'a str>,
    /// The kind of search of the call: `web`.
    pub search_type: Option<&'a str>,
    /// The requested location of the model: Anthropic's `inference_geo`, such as `us`.
    pub inference_geo: Option<&'a str>,
}

/// Whether `input_tokens` includes cached tokens, as the conventions require, and whether counts may be repaired.
///
/// An excluded cache is detectable only when the cached tokens exceed the input. Use [`Counts::Exclusive`] for an
/// instrumentation known to exclude it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Counts {
    /// Input includes cache reads and writes. Usage that contradicts this, or lacks a count that a price depends on, is
    /// inconsistent.
    #[default]
    Inclusive,
    /// Input excludes cache reads and writes: they are added. Otherwise as strict as `Inclusive`.
    Exclusive,
    /// As `Inclusive`, but repairable usage is repaired and the cost is an estimate: cached tokens that exceed the
    /// input are added to it; reasoning that exceeds the output is added to it; a part reported without its whole
    /// replaces it; two counts with an unreported overlap get the smallest possible overlap.
    Auto,
}

impl Counts {
    /// The whole input if `usage` states it without its cached part; `None` if it is whole already.
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
            // Missing input is unknown, not zero.
            Self::Auto => {
                let (input, cached) = (input?, cached());
                (cached > input).then(|| input.saturating_add(cached))
            }
        }
    }

    /// The whole output if `usage` states it without its reasoning, which is detectable only when reasoning exceeds
    /// output; `None` if it is whole already or may not be repaired.
    #[inline]
    pub fn whole_output(self, usage: &Usage) -> Option<u64> {
        let missing = reasoning_beside_output(usage)?;
        (self == Self::Auto).then_some(missing)
    }
}

/// The sum of output and reasoning if reasoning exceeds output: then it cannot be a part of it.
pub(crate) fn reasoning_beside_output(usage: &Usage) -> Option<u64> {
    let (output, reasoning) = (usage.get(Unit::OutputTokens)?, usage.get(Unit::OutputReasoningTokens)?);
    (reasoning > output).then(|| output.saturating_add(reasoning))
}
