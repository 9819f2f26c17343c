//! Calls for comparing two price tables: their usage, and their cost by LiteLLM's prices.

use tracing_genai_pricing::{CallContext, Usd};
use tracing_genai_usage::{Unit, Usage};

use super::model::Model;
use super::units::{OTHERS_BY_FIELD, Service, TOKENS_BY_FIELD};

/// Input and output tokens of a call; PART of them are special.
const TOKENS: u64 = 1_000;
const PART: u64 = 400;

/// The context of a call with that kind of service.
fn context(service: Service) -> CallContext<'static> {
    let standard = CallContext::default();
    match service {
        Service::Batch => standard.processing("batch"),
        Service::Flex => standard.service_tier("flex"),
        Service::Priority => standard.service_tier("priority"),
    }
}

/// The units of a call besides plain input and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    Nothing,
    Unit(Unit),
    LongInput,
    Service(Service),
}

/// A call and its cost.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) special: Special,
    pub(crate) usage: Usage,
    pub(crate) context: CallContext<'static>,
    pub(crate) expected: Usd,
}

impl Probe {
    /// The calls possible with the prices of a model, the plain one first. Empty if it has no price for that.
    pub(crate) fn of(model: &Model) -> Vec<Self> {
        let mut probes = Self::plain(model);
        if !probes.is_empty() {
            probes.extend(parts().filter_map(|(field, unit)| Self::with_part(model, field, unit)));
            probes.extend(Self::long(model));
            probes.extend(Service::ALL.iter().filter_map(|&service| Self::served(model, service)));
        }
        probes
    }

    fn plain(model: &Model) -> Vec<Self> {
        let (input, output) = (
            model.price("input_cost_per_token"),
            model.price("output_cost_per_token"),
        );
        if input.is_some() || output.is_some() {
            return vec![Self::tokens(Special::Nothing, TOKENS, input, output)];
        }
        // A model with only sound or pictures as output.
        for field in ["output_cost_per_image_token", "output_cost_per_audio_token"] {
            if let Some(output) = model.price(field) {
                return vec![Self::tokens(Special::Nothing, TOKENS, None, Some(output))];
            }
        }
        let other = OTHERS_BY_FIELD.iter().filter(|(_, mode, _)| *mode == model.mode());
        let other = other.filter_map(|&(field, _, unit)| Some((unit, model.price(field)?)));
        other
            .map(|(unit, price)| Self {
                special: Special::Nothing,
                usage: Usage::new().with(unit, TOKENS),
                context: CallContext::default(),
                expected: times(price, TOKENS),
            })
            .collect()
    }

    /// A call of plain input and output, as far as they have prices.
    fn tokens(special: Special, input_tokens: u64, input: Option<Usd>, output: Option<Usd>) -> Self {
        let mut usage = Usage::new();
        let mut expected = Usd::ZERO;
        let sides = [
            (Unit::InputTokens, input, input_tokens),
            (Unit::OutputTokens, output, TOKENS),
        ];
        for (unit, price, count) in sides {
            if let Some(price) = price {
                usage.set(unit, count);
                expected = plus(expected, times(price, count));
            }
        }
        Self {
            special,
            usage,
            context: CallContext::default(),
            expected,
        }
    }

    /// A call of one side only, a part of which has a separate price.
    fn with_part(model: &Model, field: &str, unit: Unit) -> Option<Self> {
        let price = model.price(field)?;
        let (side, whole) = if field.starts_with("output") {
            (Unit::OutputTokens, "output_cost_per_token")
        } else {
            (Unit::InputTokens, "input_cost_per_token")
        };
        // If the side has no price, all of it is the part.
        let (count, expected) = match model.price(whole) {
            Some(whole) => (PART, plus(times(whole, TOKENS - PART), times(price, PART))),
            None => (TOKENS, times(price, TOKENS)),
        };
        let mut usage = Usage::new().with(side, TOKENS).with(unit, count);
        if [Unit::CacheWrite5mTokens, Unit::CacheWrite1hTokens].contains(&unit) {
            usage.set(Unit::CacheWriteTokens, count);
        }
        Some(Self {
            special: Special::Unit(unit),
            usage,
            context: CallContext::default(),
            expected,
        })
    }

    /// A call just above each input at which the prices change.
    fn long(model: &Model) -> Vec<Self> {
        let steps = model.steps().into_iter();
        steps
            .filter_map(|(start, part)| {
                let side = |side: &str| model.price(&format!("{side}_cost_per_token{part}"));
                let (input, output) = (side("input")?, side("output"));
                Some(Self::tokens(Special::LongInput, start + TOKENS, Some(input), output))
            })
            .collect()
    }

    fn served(model: &Model, service: Service) -> Option<Self> {
        let side = |side: &str| model.price(&format!("{side}_cost_per_token{}", service.end()));
        let input = side("input")?;
        Some(Self {
            context: context(service),
            ..Self::tokens(Special::Service(service), TOKENS, Some(input), side("output"))
        })
    }
}

/// The prices of units that are part of the input or the output and can form a call. Cached parts of one modality are
/// excluded: they are parts of two units.
fn parts() -> impl Iterator<Item = (&'static str, Unit)> {
    let parts = TOKENS_BY_FIELD.iter().filter(|(_, unit)| {
        let sides = [Unit::InputTokens, Unit::OutputTokens];
        let crossed = [
            Unit::CacheAudioReadTokens,
            Unit::CacheAudioWriteTokens,
            Unit::CacheImageReadTokens,
        ];
        !sides.contains(unit) && !crossed.contains(unit)
    });
    // Cache writes without a time to live live for five minutes.
    parts.map(|&(field, unit)| match unit {
        Unit::CacheWriteTokens => (field, Unit::CacheWrite5mTokens),
        unit => (field, unit),
    })
}

fn times(price: Usd, count: u64) -> Usd {
    Usd::from_femto_usd(price.femto_usd() * i128::from(count))
}

fn plus(one: Usd, other: Usd) -> Usd {
    one.checked_add(other).unwrap_or(one)
}
