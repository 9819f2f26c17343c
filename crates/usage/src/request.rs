//! The parameters of a request, from its body.

use memchr::memmem;
use serde::Deserialize;

use crate::field::{Count, Field, Maybe, Object, object};
use crate::framing::{Framing, KEPT_TEXT, Piece};

/// The parameters of a request with an attribute in the conventions. Missing ones are `None`.
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
    pub seed: Option<u64>,
    /// The number of requested choices.
    pub choices: Option<u64>,
    /// The stop sequences.
    pub stop_sequences: Vec<String>,
    /// The requested service tier.
    pub service_tier: Option<String>,
    /// The requested number of dimensions of embeddings.
    pub dimensions: Option<u64>,
    /// The requested formats of embeddings.
    pub encoding_formats: Vec<String>,
    /// The number of characters of a speech request: audio responses do not report it. `None` for a text too long to be
    /// kept whole.
    pub characters: Option<u64>,
}

/// The names of all APIs: each name has one meaning.
#[derive(Default, Deserialize)]
struct Body<'a> {
    #[serde(default)]
    model: Maybe<String>,
    #[serde(default)]
    stream: Maybe<bool>,
    #[serde(default, borrow)]
    max_tokens: Field<'a>,
    #[serde(default, borrow)]
    max_completion_tokens: Field<'a>,
    #[serde(default, borrow)]
    max_output_tokens: Field<'a>,
    #[serde(default, borrow)]
    n_predict: Field<'a>,
    #[serde(default)]
    temperature: Maybe<f64>,
    #[serde(default)]
    top_p: Maybe<f64>,
    #[serde(default, borrow)]
    top_k: Field<'a>,
    #[serde(default)]
    frequency_penalty: Maybe<f64>,
    #[serde(default)]
    presence_penalty: Maybe<f64>,
    #[serde(default, borrow)]
    seed: Field<'a>,
    #[serde(default, borrow)]
    n: Field<'a>,
    #[serde(default)]
    stop: Maybe<Texts>,
    #[serde(default)]
    stop_sequences: Maybe<Texts>,
    #[serde(default)]
    service_tier: Maybe<String>,
    #[serde(default, borrow)]
    dimensions: Field<'a>,
    #[serde(default)]
    encoding_format: Maybe<String>,
    #[serde(default)]
    embedding_types: Maybe<Texts>,
    /// Speech: the text and the voice. The second name of each is `MiniMax`'s.
    #[serde(default, borrow)]
    input: Field<'a>,
    #[serde(default, borrow)]
    text: Field<'a>,
    #[serde(default, borrow)]
    voice: Field<'a>,
    #[serde(default, borrow)]
    voice_setting: Field<'a>,
    /// Gemini's parameters.
    #[serde(default, borrow, rename = "generationConfig", alias = "generation_config")]
    generation_config: Object<GenerationConfig<'a>>,
    /// Bedrock's parameters.
    #[serde(default, borrow, rename = "inferenceConfig")]
    inference_config: Object<GenerationConfig<'a>>,
    /// Ollama's parameters.
    #[serde(default, borrow)]
    options: Object<Options<'a>>,
}

#[derive(Default, Deserialize)]
struct GenerationConfig<'a> {
    #[serde(
        default,
        borrow,
        rename = "maxOutputTokens",
        alias = "max_output_tokens",
        alias = "maxTokens"
    )]
    max_tokens: Field<'a>,
    #[serde(default)]
    temperature: Maybe<f64>,
    #[serde(default, rename = "topP", alias = "top_p")]
    top_p: Maybe<f64>,
    #[serde(default, borrow, rename = "topK", alias = "top_k")]
    top_k: Field<'a>,
    #[serde(default, rename = "frequencyPenalty")]
    frequency_penalty: Maybe<f64>,
    #[serde(default, rename = "presencePenalty")]
    presence_penalty: Maybe<f64>,
    #[serde(default, borrow)]
    seed: Field<'a>,
    #[serde(default, borrow, rename = "candidateCount")]
    candidate_count: Field<'a>,
    #[serde(default, rename = "stopSequences", alias = "stop_sequences")]
    stop_sequences: Maybe<Texts>,
}

#[derive(Default, Deserialize)]
struct Options<'a> {
    #[serde(default, borrow)]
    num_predict: Field<'a>,
    #[serde(default)]
    temperature: Maybe<f64>,
    #[serde(default)]
    top_p: Maybe<f64>,
    #[serde(default, borrow)]
    top_k: Field<'a>,
    #[serde(default, borrow)]
    seed: Field<'a>,
    #[serde(default)]
    stop: Maybe<Texts>,
}

/// One text or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Several(Vec<String>),
}

/// Reads the JSON body of a request of any API. An invalid body gives an empty request, and a parameter of an
/// unexpected type is absent.
///
/// ```
/// let request = tracing_genai_usage::read_request(br#"{"model":"gpt-4o","stream":true,"max_completion_tokens":64}"#);
/// assert_eq!((request.model.as_deref(), request.stream, request.max_tokens), (Some("gpt-4o"), Some(true), Some(64)));
/// ```
pub fn read_request(body: &[u8]) -> Request {
    let Ok(body) = object::<Body<'_>>(body) else {
        return Request::default();
    };
    let config = body.generation_config.0.or(body.inference_config.0).unwrap_or_default();
    let options = body.options.0.unwrap_or_default();
    let given = |fields: &[Field<'_>]| {
        fields.iter().find_map(|field| match field.count() {
            Count::Given(count) => Some(count),
            Count::Absent | Count::Invalid => None,
        })
    };
    let is_speech = body.voice.json().or(body.voice_setting.json()).is_some();
    let spoken = body.input.json().or(body.text.json()).filter(|_| is_speech);
    Request {
        characters: spoken.and_then(characters),
        model: body.model.0,
        stream: body.stream.0,
        max_tokens: given(&[
            body.max_completion_tokens,
            body.max_output_tokens,
            body.max_tokens,
            body.n_predict,
            config.max_tokens,
            options.num_predict,
        ]),
        temperature: body.temperature.0.or(config.temperature.0).or(options.temperature.0),
        top_p: body.top_p.0.or(config.top_p.0).or(options.top_p.0),
        top_k: given(&[body.top_k, config.top_k, options.top_k]),
        frequency_penalty: body.frequency_penalty.0.or(config.frequency_penalty.0),
        presence_penalty: body.presence_penalty.0.or(config.presence_penalty.0),
        seed: given(&[body.seed, config.seed, options.seed]),
        choices: given(&[body.n, config.candidate_count]),
        stop_sequences: body
            .stop
            .0
            .or(body.stop_sequences.0)
            .or(config.stop_sequences.0)
            .or(options.stop.0)
            .map_or_else(Vec::new, Texts::into_vec),
        service_tier: body.service_tier.0,
        dimensions: given(&[body.dimensions]),
        encoding_formats: body
            .encoding_format
            .0
            .map(|format| vec![format])
            .or(body.embedding_types.0.map(Texts::into_vec))
            .unwrap_or_default(),
    }
}

/// The number of characters of a JSON text; `None` if it is not a text or was truncated in transit.
fn characters(json: &str) -> Option<u64> {
    if json.len() >= KEPT_TEXT {
        return None;
    }
    let text: String = serde_json::from_str(json).ok()?;
    u64::try_from(text.chars().count()).ok()
}

/// Reads the body of a request in transit, JSON or a multipart form, and keeps only relevant parts.
///
/// ```
/// use tracing_genai_usage::RequestReader;
///
/// let mut reader = RequestReader::new(Some("application/json"));
/// reader.push(br#"{"model":"gpt-4o","messages":["#);
/// reader.push(b"]}");
/// assert_eq!(reader.finish().model.as_deref(), Some("gpt-4o"));
/// ```
pub struct RequestReader {
    form: Option<ModelField>,
    body: Framing,
    request: Request,
}

impl RequestReader {
    /// A reader for a body of this `content-type`.
    pub fn new(content_type: Option<&str>) -> Self {
        let is_form = content_type.is_some_and(|named| named.trim_start().starts_with("multipart/form-data"));
        Self {
            form: is_form.then(ModelField::default),
            body: Framing::default(),
            request: Request::default(),
        }
    }

    /// Reads the next bytes of the body.
    pub fn push(&mut self, bytes: &[u8]) {
        let Self { form, body, request } = self;
        match form {
            Some(field) => field.push(bytes),
            None => body.push(bytes, |piece| {
                if let Piece::Json(json) = piece {
                    *request = read_request(json);
                }
            }),
        }
    }

    /// The parameters of the body.
    pub fn finish(mut self) -> Request {
        if let Some(field) = self.form {
            self.request.model = field.value();
        }
        self.request
    }
}

impl std::fmt::Debug for RequestReader {
    /// Omits the content.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RequestReader").finish_non_exhaustive()
    }
}

/// The field `model` of a multipart form.
#[derive(Default)]
struct ModelField {
    /// The bytes from its name on, or the possible beginning of its name.
    kept: Vec<u8>,
    is_found: bool,
}

const MODEL_FIELD: &[u8] = b"name=\"model\"";
/// The rest of the part's head is between the name and the value; both are short.
const LONGEST_FIELD: usize = 1024;

impl ModelField {
    fn push(&mut self, bytes: &[u8]) {
        if self.is_found {
            let room = LONGEST_FIELD.saturating_sub(self.kept.len());
            self.kept.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
            return;
        }
        // A split name is in the kept bytes plus as many new ones.
        let joined = bytes.get(..MODEL_FIELD.len()).unwrap_or(bytes);
        self.kept.extend_from_slice(joined);
        if let Some(place) = memmem::find(&self.kept, MODEL_FIELD) {
            self.is_found = true;
            self.kept.drain(..place);
            let rest = bytes.get(joined.len()..).unwrap_or_default();
            return self.push(rest);
        }
        if let Some(place) = memmem::find(bytes, MODEL_FIELD) {
            self.is_found = true;
            self.kept.clear();
            return self.push(bytes.get(place..).unwrap_or_default());
        }
        let all = if joined.len() < bytes.len() {
            self.kept.clear();
            bytes
        } else {
            &std::mem::take(&mut self.kept)
        };
        let end = all.len().saturating_sub(MODEL_FIELD.len() - 1);
        let end = all.get(end..).unwrap_or_default().to_vec();
        self.kept = end;
    }

    fn value(self) -> Option<String> {
        if !self.is_found {
            return None;
        }
        let value = memmem::find(&self.kept, b"\r\n\r\n")? + 4;
        let value = self.kept.get(value..)?;
        let end = memmem::find(value, b"\r\n")?;
        let value = std::str::from_utf8(value.get(..end)?).ok()?;
        Some(value.trim().to_owned()).filter(|value| !value.is_empty())
    }
}

impl Texts {
    fn into_vec(self) -> Vec<String> {
        match self {
            Self::One(text) => vec![text],
            Self::Several(texts) => texts,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_of_all_apis_are_read() {
        let expected = Request {
            max_tokens: Some(64),
            temperature: Some(0.5),
            top_p: Some(0.25),
            stop_sequences: vec!["END".to_owned()],
            ..Request::default()
        };
        for body in [
            r#"{"max_completion_tokens":64,"temperature":0.5,"top_p":0.25,"stop":"END","messages":[]}"#,
            r#"{"max_output_tokens":64,"temperature":0.5,"top_p":0.25,"stop":["END"]}"#,
            r#"{"max_tokens":64,"temperature":0.5,"top_p":0.25,"stop_sequences":["END"]}"#,
            r#"{"generationConfig":{"maxOutputTokens":64,"temperature":0.5,"topP":0.25,"stopSequences":["END"]}}"#,
            r#"{"inferenceConfig":{"maxTokens":64,"temperature":0.5,"topP":0.25,"stopSequences":["END"]}}"#,
            r#"{"options":{"num_predict":64,"temperature":0.5,"top_p":0.25,"stop":["END"]}}"#,
        ] {
            assert_eq!(read_request(body.as_bytes()), expected, "{body}");
        }
    }

    #[test]
    fn the_model_of_a_form_is_read_from_any_split() {
        let form = [
            b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\n".as_slice(),
            &[0; 5000],
            b"name=\"mod\r\n--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper-1\r\n--b--\r\n",
        ]
        .concat();
        for step in (1..40).chain([1000, form.len()]) {
            let mut reader = RequestReader::new(Some("multipart/form-data; boundary=b"));
            form.chunks(step).for_each(|chunk| reader.push(chunk));
            assert_eq!(
                reader.finish().model.as_deref(),
                Some("whisper-1"),
                "in steps of {step}"
            );
        }
    }

    #[test]
    fn other_bodies_give_an_empty_request() {
        for body in [
            "",
            "[1]",
            "{",
            r#"{"model":7,"temperature":"hot","max_tokens":-1,"stop":{}}"#,
        ] {
            assert_eq!(read_request(body.as_bytes()), Request::default(), "{body}");
        }
    }

    #[test]
    fn speech_is_counted_in_characters() {
        let characters = |body: &str| read_request(body.as_bytes()).characters;
        assert_eq!(
            characters(r#"{"model":"tts-1","input":"Straße \"A\"","voice":"alloy"}"#),
            Some(10)
        );
        assert_eq!(characters(r#"{"text":"ab","voice_setting":{"voice_id":"x"}}"#), Some(2));
        // The input of a chat is not speech, and a possibly truncated text is not counted.
        assert_eq!(characters(r#"{"model":"gpt-4o","input":"hello"}"#), None);
        assert_eq!(
            characters(&format!(r#"{{"input":"{}","voice":"x"}}"#, "a".repeat(5_000))),
            None
        );
    }
}
