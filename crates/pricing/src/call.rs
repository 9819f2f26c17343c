//! The inputs needed to price a call.

use std::time::SystemTime;

use tracing_genai_usage::{Unit, Usage};

/// A model call to be priced.
///
/// ```
/// use std::time::SystemTime;
///
/// use tracing_genai_pricing::{CallContext, PriceQuery};
/// use tracing_genai_usage::{Unit, Usage};
///
/// let usage = Usage::new().with(Unit::InputTokens, 1_200).with(Unit::OutputTokens, 80);
/// let call = PriceQuery::new("openai", &usage, SystemTime::now())
///     .response_model("gpt-4o-2024-08-06")
///     .context(CallContext::default().service_tier("flex"));
/// # let _ = call;
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
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

impl<'a> PriceQuery<'a> {
    /// A call of an unknown model at a provider's standard conditions, with [`Counts::Inclusive`].
    pub fn new(provider: &'a str, usage: &'a Usage, started: SystemTime) -> Self {
        Self {
            provider,
            server_address: None,
            response_model: None,
            request_model: None,
            usage,
            started,
            context: CallContext::default(),
            counts: Counts::default(),
        }
    }

    /// Sets the provider.
    #[must_use]
    pub fn provider(mut self, provider: &'a str) -> Self {
        self.provider = provider;
        self
    }

    /// Sets the request's host.
    #[must_use]
    pub fn server_address(mut self, server_address: impl Into<Option<&'a str>>) -> Self {
        self.server_address = server_address.into();
        self
    }

    /// Sets the response's model.
    #[must_use]
    pub fn response_model(mut self, response_model: impl Into<Option<&'a str>>) -> Self {
        self.response_model = response_model.into();
        self
    }

    /// Sets the requested model.
    #[must_use]
    pub fn request_model(mut self, request_model: impl Into<Option<&'a str>>) -> Self {
        self.request_model = request_model.into();
        self
    }

    /// Sets the usage.
    #[must_use]
    pub fn usage(mut self, usage: &'a Usage) -> Self {
        self.usage = usage;
        self
    }

    /// Sets when the call started.
    #[must_use]
    pub fn started(mut self, started: SystemTime) -> Self {
        self.started = started;
        self
    }

    /// Sets the conditions.
    #[must_use]
    pub fn context(mut self, context: CallContext<'a>) -> Self {
        self.context = context;
        self
    }

    /// Sets what `input_tokens` includes.
    #[must_use]
    pub fn counts(mut self, counts: Counts) -> Self {
        self.counts = counts;
        self
    }
}

/// The conditions that change the price of the same model; all `None` by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
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

impl<'a> CallContext<'a> {
    /// Sets the service tier.
    #[must_use]
    pub fn service_tier(mut self, service_tier: impl Into<Option<&'a str>>) -> Self {
        self.service_tier = service_tier.into();
        self
    }

    /// Sets how the call was processed.
    #[must_use]
    pub fn processing(mut self, processing: impl Into<Option<&'a str>>) -> Self {
        self.processing = processing.into();
        self
    }

    /// Sets the speed.
    #[must_use]
    pub fn speed(mut self, speed: impl Into<Option<&'a str>>) -> Self {
        self.speed = speed.into();
        self
    }

    /// Sets the route.
    #[must_use]
    pub fn route(mut self, route: impl Into<Option<&'a str>>) -> Self {
        self.route = route.into();
        self
    }

    /// Sets the kind of search.
    #[must_use]
    pub fn search_type(mut self, search_type: impl Into<Option<&'a str>>) -> Self {
        self.search_type = search_type.into();
        self
    }

    /// Sets the requested location of the model.
    #[must_use]
    pub fn inference_geo(mut self, inference_geo: impl Into<Option<&'a str>>) -> Self {
        self.inference_geo = inference_geo.into();
        self
    }
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
