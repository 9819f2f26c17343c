//! One response of an API, gathered from a body or from the events of a stream.

use crate::api::Api;
use crate::provider_error::error_body;
use crate::reading::{ReadError, Reading};
use crate::{anthropic, openai_chat, openai_responses};

/// Reads the whole body of a response: what it used, which model answered, how it ended.
///
/// A body that holds an error object is a reading with [`Reading::error`] set, whatever its status was.
///
/// # Errors
///
/// [`ReadError::Malformed`] when the body is not a JSON object of the API's shape.
pub fn read_body(api: Api, body: &[u8]) -> Result<Reading, ReadError> {
    let mut response = Response::new(api);
    response.read(body).map_err(|error| ReadError::Malformed {
        problem: error.to_string(),
    })?;
    let mut reading = response.finish();
    if reading == Reading::default() {
        reading.error = error_body(body);
    }
    Ok(reading)
}

/// What is known so far of a response.
pub(crate) enum Response {
    Chat(openai_chat::Gathered),
    Responses(openai_responses::Gathered),
    Messages(Box<anthropic::Gathered>),
}

impl Response {
    pub(crate) fn new(api: Api) -> Self {
        match api {
            Api::OpenAiChat | Api::OpenAiEmbeddings => Self::Chat(openai_chat::Gathered::default()),
            Api::OpenAiResponses => Self::Responses(openai_responses::Gathered::default()),
            Api::AnthropicMessages => Self::Messages(Box::default()),
        }
    }

    /// Takes over a body or an event.
    pub(crate) fn read(&mut self, json: &[u8]) -> Result<(), serde_json::Error> {
        match self {
            Self::Chat(gathered) => gathered.read(json),
            Self::Responses(gathered) => gathered.read(json),
            Self::Messages(gathered) => gathered.read(json),
        }
    }

    /// Keys of which an event must carry one to be worth parsing.
    pub(crate) fn telling_keys(&self) -> &'static [&'static str] {
        match self {
            Self::Chat(_) => openai_chat::TELLING_KEYS,
            Self::Responses(_) => openai_responses::TELLING_KEYS,
            Self::Messages(_) => anthropic::TELLING_KEYS,
        }
    }

    pub(crate) fn finish(self) -> Reading {
        match self {
            Self::Chat(gathered) => gathered.finish(),
            Self::Responses(gathered) => gathered.finish(),
            Self::Messages(gathered) => gathered.finish(),
        }
    }
}
