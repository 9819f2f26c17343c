//! The parameters of a request: their names in all APIs, and which name wins.

use serde_json::value::RawValue;

use crate::usage::MAX_COUNT;

/// The parameters of a request with an attribute in the conventions. Missing and unread ones are `None` or empty.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Request {
    /// The requested model.
    pub model: Option<String>,
    /// Whether a streamed answer is requested.
    pub stream: Option<bool>,
    /// The maximum of generated tokens.
    pub max_tokens: Option<u64>,
    /// The sampling temperature.
    pub temperature: Option<f64>,
    /// Nucleus sampling.
    pub top_p: Option<f64>,
    /// The number of likeliest tokens to sample from.
    pub top_k: Option<u64>,
    /// The frequency penalty.
    pub frequency_penalty: Option<f64>,
    /// The presence penalty.
    pub presence_penalty: Option<f64>,
    /// The sampling seed.
    pub seed: Option<i64>,
    /// The number of requested choices.
    pub choices: Option<u64>,
    /// The stop sequences: the first 64, and no more than 4 KiB of them.
    pub stop_sequences: Vec<String>,
    /// The requested service tier.
    pub service_tier: Option<String>,
    /// The requested number of dimensions of embeddings.
    pub dimensions: Option<u64>,
    /// The requested formats of embeddings, with the limits of stop sequences.
    pub encoding_formats: Vec<String>,
    /// The number of characters of a speech request: audio responses do not report it. `None` for a text too long to be
    /// kept whole.
    pub characters: Option<u64>,
}

/// The object that a name is looked up in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// The body itself.
    #[default]
    Body,
    /// Gemini's parameters.
    GenerationConfig,
    /// Bedrock's parameters.
    InferenceConfig,
    /// Ollama's parameters.
    Options,
}

/// What a name means. The number is its rank among the names of one parameter: the lowest one given wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parameter {
    Model,
    Stream,
    MaxTokens(u8),
    Temperature(u8),
    TopP(u8),
    TopK(u8),
    FrequencyPenalty(u8),
    PresencePenalty(u8),
    Seed(u8),
    Choices(u8),
    Stop(u8),
    ServiceTier,
    Dimensions,
    Formats(u8),
    /// The text of a speech request; other requests have fields of these names too.
    SpokenText(u8),
    /// Marks a speech request.
    Voice,
    /// An object with further parameters.
    Object(Place),
}

/// The form of a parameter's value. A value of another form is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A number, `true` or `false`.
    Scalar,
    Text,
    /// One text or a list of texts.
    Texts,
    /// Anything but `null`.
    Any,
    Object(Place),
}

/// The meaning of `name` in `place`. Names of all APIs are read: each has one meaning.
pub(super) fn parameter(place: Place, name: &[u8]) -> Option<Parameter> {
    use Parameter as P;
    Some(match place {
        Place::Body => match name {
            b"model" => P::Model,
            b"stream" => P::Stream,
            b"max_completion_tokens" => P::MaxTokens(0),
            b"max_output_tokens" => P::MaxTokens(1),
            b"max_tokens" => P::MaxTokens(2),
            b"n_predict" => P::MaxTokens(3),
            b"temperature" => P::Temperature(0),
            b"top_p" => P::TopP(0),
            b"top_k" => P::TopK(0),
            b"frequency_penalty" => P::FrequencyPenalty(0),
            b"presence_penalty" => P::PresencePenalty(0),
            b"seed" => P::Seed(0),
            b"n" => P::Choices(0),
            b"stop" => P::Stop(0),
            b"stop_sequences" => P::Stop(1),
            b"service_tier" => P::ServiceTier,
            b"dimensions" => P::Dimensions,
            b"encoding_format" => P::Formats(0),
            b"embedding_types" => P::Formats(1),
            b"input" => P::SpokenText(0),
            // `text` and `voice_setting` are MiniMax's.
            b"text" => P::SpokenText(1),
            b"voice" | b"voice_setting" => P::Voice,
            b"generationConfig" | b"generation_config" => P::Object(Place::GenerationConfig),
            b"inferenceConfig" => P::Object(Place::InferenceConfig),
            b"options" => P::Object(Place::Options),
            _ => return None,
        },
        Place::GenerationConfig | Place::InferenceConfig => {
            let rank = if place == Place::GenerationConfig { 4 } else { 5 };
            match name {
                b"maxOutputTokens" | b"max_output_tokens" | b"maxTokens" => P::MaxTokens(rank),
                b"temperature" => P::Temperature(rank),
                b"topP" | b"top_p" => P::TopP(rank),
                b"topK" | b"top_k" => P::TopK(rank),
                b"frequencyPenalty" => P::FrequencyPenalty(rank),
                b"presencePenalty" => P::PresencePenalty(rank),
                b"seed" => P::Seed(rank),
                b"candidateCount" => P::Choices(rank),
                b"stopSequences" | b"stop_sequences" => P::Stop(rank),
                _ => return None,
            }
        }
        Place::Options => match name {
            b"num_predict" => P::MaxTokens(6),
            b"temperature" => P::Temperature(6),
            b"top_p" => P::TopP(6),
            b"top_k" => P::TopK(6),
            b"seed" => P::Seed(6),
            b"stop" => P::Stop(6),
            _ => return None,
        },
    })
}

impl Parameter {
    pub(super) fn form(self) -> Form {
        match self {
            Self::Model | Self::ServiceTier | Self::SpokenText(_) => Form::Text,
            Self::Stop(_) | Self::Formats(_) => Form::Texts,
            Self::Voice => Form::Any,
            Self::Object(place) => Form::Object(place),
            Self::Stream
            | Self::MaxTokens(_)
            | Self::Temperature(_)
            | Self::TopP(_)
            | Self::TopK(_)
            | Self::FrequencyPenalty(_)
            | Self::PresencePenalty(_)
            | Self::Seed(_)
            | Self::Choices(_)
            | Self::Dimensions => Form::Scalar,
        }
    }
}

/// The parameters found so far.
#[derive(Clone, Default)]
pub(super) struct Found {
    model: Option<String>,
    stream: Option<bool>,
    max_tokens: Ranked<u64>,
    temperature: Ranked<f64>,
    top_p: Ranked<f64>,
    top_k: Ranked<u64>,
    frequency_penalty: Ranked<f64>,
    presence_penalty: Ranked<f64>,
    seed: Ranked<i64>,
    choices: Ranked<u64>,
    stop: Ranked<Vec<String>>,
    service_tier: Option<String>,
    dimensions: Option<u64>,
    formats: Ranked<Vec<String>>,
    spoken: Ranked<u64>,
    has_voice: bool,
}

/// A value with the rank of its name.
#[derive(Clone)]
struct Ranked<T>(Option<(u8, T)>);

impl Found {
    /// Takes a scalar, by its JSON.
    pub(super) fn scalar(&mut self, parameter: Parameter, json: &[u8]) {
        match parameter {
            Parameter::Stream => self.stream = serde_json::from_slice(json).ok().or(self.stream),
            Parameter::MaxTokens(rank) => self.max_tokens.give(rank, count(json)),
            Parameter::Temperature(rank) => self.temperature.give(rank, number(json)),
            Parameter::TopP(rank) => self.top_p.give(rank, number(json)),
            Parameter::TopK(rank) => self.top_k.give(rank, count(json)),
            Parameter::FrequencyPenalty(rank) => self.frequency_penalty.give(rank, number(json)),
            Parameter::PresencePenalty(rank) => self.presence_penalty.give(rank, number(json)),
            Parameter::Seed(rank) => self.seed.give(rank, integer(json)),
            Parameter::Choices(rank) => self.choices.give(rank, count(json)),
            Parameter::Dimensions => self.dimensions = count(json).or(self.dimensions),
            _ => {}
        }
    }

    /// Takes a text.
    pub(super) fn text(&mut self, parameter: Parameter, text: String) {
        match parameter {
            Parameter::Model => self.model = Some(text),
            Parameter::ServiceTier => self.service_tier = Some(text),
            Parameter::SpokenText(rank) => self.spoken.give(rank, u64::try_from(text.chars().count()).ok()),
            Parameter::Stop(_) | Parameter::Formats(_) => self.texts(parameter, vec![text]),
            _ => {}
        }
    }

    /// Takes a list of texts.
    pub(super) fn texts(&mut self, parameter: Parameter, texts: Vec<String>) {
        match parameter {
            Parameter::Stop(rank) => self.stop.give(rank, Some(texts)),
            Parameter::Formats(rank) => self.formats.give(rank, Some(texts)),
            _ => {}
        }
    }

    /// Notes that this is a speech request.
    pub(super) fn voice(&mut self) {
        self.has_voice = true;
    }

    pub(super) fn into_request(self) -> Request {
        Request {
            model: self.model,
            stream: self.stream,
            max_tokens: self.max_tokens.value(),
            temperature: self.temperature.value(),
            top_p: self.top_p.value(),
            top_k: self.top_k.value(),
            frequency_penalty: self.frequency_penalty.value(),
            presence_penalty: self.presence_penalty.value(),
            seed: self.seed.value(),
            choices: self.choices.value(),
            stop_sequences: self.stop.value().unwrap_or_default(),
            service_tier: self.service_tier,
            dimensions: self.dimensions,
            encoding_formats: self.formats.value().unwrap_or_default(),
            characters: self.spoken.value().filter(|_| self.has_voice),
        }
    }
}

impl<T> Ranked<T> {
    /// Takes a value, unless one of a lower rank is known. Of two of one rank the later is taken, as JSON parsers do.
    fn give(&mut self, rank: u8, value: Option<T>) {
        let is_better = self.0.as_ref().is_none_or(|(known, _)| rank <= *known);
        if let Some(value) = value.filter(|_| is_better) {
            self.0 = Some((rank, value));
        }
    }

    fn value(self) -> Option<T> {
        self.0.map(|(_, value)| value)
    }
}

impl<T> Default for Ranked<T> {
    fn default() -> Self {
        Self(None)
    }
}

fn count(json: &[u8]) -> Option<u64> {
    let count = integer(json).and_then(|integer| u64::try_from(integer).ok());
    count.filter(|count| *count <= MAX_COUNT)
}

/// The whole number of a JSON number in any notation: some clients write all numbers as floats, or `1e3`.
fn integer(json: &[u8]) -> Option<i64> {
    let text = serde_json::from_slice::<&RawValue>(json).ok()?.get();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_digits = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    if digits.is_empty() || !is_digits(digits) || !is_digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    let all = [whole, fraction].concat();
    let significant = all.trim_end_matches('0');
    if matches!(significant, "" | "-") {
        return Some(0);
    }
    // The zeros that follow the significant digits.
    let zeros = i64::try_from(all.len() - significant.len()).ok()?;
    let shift = exponent
        .parse::<i64>()
        .ok()?
        .checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let zeros = u32::try_from(zeros.checked_add(shift)?).ok()?;
    significant.parse::<i64>().ok()?.checked_mul(10_i64.checked_pow(zeros)?)
}

fn number(json: &[u8]) -> Option<f64> {
    serde_json::from_slice(json).ok()
}
