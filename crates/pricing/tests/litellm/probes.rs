//! Calls by which two price tables are compared: what each uses, and what it costs by LiteLLM's prices.

use tracing_genai_pricing::{Context, Usd};
use tracing_genai_usage::{Unit, Usage};

use super::Model;

/// Tokens that a call takes and gives, of which a part is special.
const TOKENS: u64 = 1_000;
const PART: u64 = 400;

/// The prices of units that are part of the input or the output, and the unit.
const PARTS: &[(&str, Unit)] = &[
    ("cache_read_input_token_cost", Unit::CacheReadTokens),
    ("cache_creation_input_token_cost", Unit::CacheWrite5mTokens),
    ("cache_creation_input_token_cost_above_1hr", Unit::CacheWrite1hTokens),
    ("input_cost_per_audio_token", Unit::InputAudioTokens),
    ("input_cost_per_image_token", Unit::InputImageTokens),
    ("input_cost_per_video_token", Unit::InputVideoTokens),
    ("output_cost_per_audio_token", Unit::OutputAudioTokens),
    ("output_cost_per_image_token", Unit::OutputImageTokens),
    ("output_cost_per_video_token", Unit::OutputVideoTokens),
    ("output_cost_per_reasoning_token", Unit::OutputReasoningTokens),
];

/// Prices of what is not tokens, the kind of model for which they mean that unit, and the unit.
const OTHERS: &[(&str, &str, Unit)] = &[
    ("input_cost_per_second", "audio_transcription", Unit::AudioSeconds),
    ("input_cost_per_character", "audio_speech", Unit::InputCharacters),
    ("input_cost_per_query", "rerank", Unit::RerankSearches),
    ("ocr_cost_per_page", "ocr", Unit::InputDocumentPages),
];

/// The ends of the names of prices for a kind of service, and how a call says that it was served so.
const SERVICES: &[(&str, Context<'static>)] = &[
    (
        "_batches",
        Context {
            processing: Some("batch"),
            ..STANDARD
        },
    ),
    (
        "_flex",
        Context {
            service_tier: Some("flex"),
            ..STANDARD
        },
    ),
    (
        "_priority",
        Context {
            service_tier: Some("priority"),
            ..STANDARD
        },
    ),
];

const STANDARD: Context<'static> = Context {
    service_tier: None,
    processing: None,
    speed: None,
    route: None,
    search_type: None,
    inference_geo: None,
};

/// What a call has beyond plain input and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Special {
    Nothing,
    Unit(Unit),
    LongInput,
    Service(&'static str),
}

/// A call and its cost.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    pub(crate) special: Special,
    pub(crate) usage: Usage,
    pub(crate) context: Context<'static>,
    pub(crate) expected: Usd,
}

impl Probe {
    /// The calls that the prices of a model allow: the plain one first. None if there is no price for that.
    pub(crate) fn of(model: &Model) -> Vec<Self> {
        let mut probes = Self::plain(model);
        if !probes.is_empty() {
            probes.extend(
                PARTS
                    .iter()
                    .filter_map(|&(field, unit)| Self::with_part(model, field, unit)),
            );
            probes.extend(Self::long(model));
            probes.extend(
                SERVICES
                    .iter()
                    .filter_map(|&(end, context)| Self::served(model, end, context)),
            );
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
        // A model whose only output is sound or pictures.
        for field in ["output_cost_per_image_token", "output_cost_per_audio_token"] {
            if let Some(output) = model.price(field) {
                return vec![Self::tokens(Special::Nothing, TOKENS, None, Some(output))];
            }
        }
        let other = OTHERS.iter().filter(|(_, mode, _)| *mode == model.mode());
        let other = other.filter_map(|&(field, _, unit)| Some((unit, model.price(field)?)));
        other
            .map(|(unit, price)| Self {
                special: Special::Nothing,
                usage: Usage::new().with(unit, TOKENS),
                context: STANDARD,
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
            context: STANDARD,
            expected,
        }
    }

    /// A call of one side only, a part of which has a price of its own.
    fn with_part(model: &Model, field: &str, unit: Unit) -> Option<Self> {
        let price = model.price(field)?;
        let (side, whole) = if field.starts_with("output") {
            (Unit::OutputTokens, "output_cost_per_token")
        } else {
            (Unit::InputTokens, "input_cost_per_token")
        };
        // Where the side has no price of its own, all of it is the part.
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
            context: STANDARD,
            expected,
        })
    }

    /// A call just above each input at which the prices change.
    fn long(model: &Model) -> Vec<Self> {
        let thousands = |field: &str| {
            let text = field
                .strip_prefix("input_cost_per_token_above_")?
                .strip_suffix("k_tokens")?;
            text.parse::<u64>().ok()
        };
        let starts = model.fields().filter_map(thousands);
        starts
            .filter_map(|start| {
                let side = |side: &str| model.price(&format!("{side}_cost_per_token_above_{start}k_tokens"));
                let (input, output) = (side("input")?, side("output"));
                Some(Self::tokens(
                    Special::LongInput,
                    start * 1_000 + TOKENS,
                    Some(input),
                    output,
                ))
            })
            .collect()
    }

    fn served(model: &Model, end: &'static str, context: Context<'static>) -> Option<Self> {
        let side = |side: &str| model.price(&format!("{side}_cost_per_token{end}"));
        let input = side("input")?;
        Some(Self {
            context,
            ..Self::tokens(Special::Service(end), TOKENS, Some(input), side("output"))
        })
    }
}

fn times(price: Usd, count: u64) -> Usd {
    Usd::from_femto_usd(price.femto_usd() * i128::from(count))
}

fn plus(one: Usd, other: Usd) -> Usd {
    one.checked_add(other).unwrap()
}
