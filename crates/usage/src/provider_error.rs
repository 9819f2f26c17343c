//! The error object in a provider's body, in any known form.

use serde::Deserialize;

use crate::field::{Field, Maybe, object};

/// An error reported in a body, with any status of the response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ProviderError {
    /// The provider's name of the error, such as `rate_limit_error`; `error` if it has none.
    pub kind: String,
    /// The provider's code, such as `rate_limit_exceeded` or `429`, where it has a name beside it; may be empty. Gateways
    /// put a name of their own before a provider's code.
    pub code: String,
    /// The provider's message, at most 2 KiB of it; may be empty.
    pub message: String,
}

#[derive(Deserialize)]
struct ErrorObject<'a> {
    #[serde(default, borrow, rename = "type")]
    kind: Field<'a>,
    #[serde(default, borrow)]
    code: Field<'a>,
    #[serde(default, borrow)]
    message: Field<'a>,
    #[serde(default, borrow)]
    detail: Field<'a>,
    /// The names in the lines of Bedrock's batches.
    #[serde(default, borrow, rename = "errorCode")]
    error_code: Field<'a>,
    #[serde(default, borrow, rename = "errorMessage")]
    error_message: Field<'a>,
}

/// Maximum bytes of a name and of a message: a body may have megabytes.
const MAX_KIND_BYTES: usize = 1_024;
const MAX_MESSAGE_BYTES: usize = 2_048;

impl ProviderError {
    fn new(kind: Option<String>, message: Option<String>) -> Self {
        Self {
            kind: kind.map_or_else(|| "error".to_owned(), |kind| shortened(kind, MAX_KIND_BYTES)),
            code: String::new(),
            message: message.map_or_else(String::new, |message| shortened(message, MAX_MESSAGE_BYTES)),
        }
    }
}

/// The name and the code of an error: the first of them is its name.
fn with_code(kind: Option<String>, code: Option<String>, message: Option<String>) -> ProviderError {
    let (kind, code) = match kind {
        Some(kind) => (Some(kind), code),
        None => (code, None),
    };
    let code = code.map(|code| shortened(code, MAX_KIND_BYTES)).unwrap_or_default();
    ProviderError {
        code,
        ..ProviderError::new(kind, message)
    }
}

/// `text` cut after a word: the half of a secret would not be recognised. A word of more than 1 KiB is cut itself.
fn shortened(mut text: String, max_bytes: usize) -> String {
    if text.len() > max_bytes {
        let end = (0..=max_bytes).rev().find(|end| text.is_char_boundary(*end));
        text.truncate(end.unwrap_or_default());
        let is_border = |character: char| !character.is_ascii_alphanumeric() && !"-_.~+/=:@&%".contains(character);
        let mut last = text.char_indices().rev();
        if let Some((at, border)) = last.find(|(_, character)| is_border(*character))
            && text.len() - at <= MAX_KIND_BYTES
        {
            text.truncate(at + border.len_utf8());
        }
        text.shrink_to_fit();
    }
    text
}

/// `MiniMax`'s errors, with a status of 200: <https://platform.minimax.io/docs/api-reference/errorcode>.
#[derive(Deserialize)]
pub(crate) struct BaseResponse<'a> {
    #[serde(default, borrow)]
    status_code: Field<'a>,
    #[serde(default)]
    status_msg: Maybe<String>,
}

impl BaseResponse<'_> {
    /// The error, if the code is not zero.
    pub(crate) fn error(self) -> Option<ProviderError> {
        let code = self.status_code.decimal().filter(|code| *code != "0")?;
        Some(ProviderError::new(Some(code.to_owned()), self.status_msg.0))
    }
}

/// Reads the value of an `error` field: an object with a type or code and a message, or only a message.
pub(crate) fn provider_error(field: Field<'_>) -> Option<ProviderError> {
    let json = field.json()?;
    if let Some(message) = string(json) {
        return Some(ProviderError::new(None, Some(message)));
    }
    let object: ErrorObject<'_> = object(json.as_bytes()).ok()?;
    let code = text(object.code).or_else(|| text(object.error_code));
    let message = text(object.message).or_else(|| text(object.error_message));
    Some(with_code(text(object.kind), code, message))
}

/// Reads a body that is only an error, as Mistral (`message`, `type`) and many Python servers (`detail`) send it.
pub(crate) fn error_body(json: &[u8]) -> Option<ProviderError> {
    let body: ErrorObject<'_> = object(json).ok()?;
    let message = text(body.message).or_else(|| text(body.detail))?;
    Some(with_code(text(body.kind), text(body.code), Some(message)))
}

/// An error whose code and message are in the event itself, as in the Responses API's `error` event.
pub(crate) fn bare_error(code: Field<'_>, message: Field<'_>) -> Option<ProviderError> {
    let (code, message) = (text(code), text(message));
    (code.is_some() || message.is_some()).then(|| ProviderError::new(code, message))
}

/// An error named by the stream's framing, with the message of its JSON.
pub(crate) fn exception(name: &str, json: &[u8]) -> ProviderError {
    let message = object::<ErrorObject<'_>>(json)
        .ok()
        .and_then(|error| text(error.message));
    ProviderError::new(Some(name.to_owned()), message)
}

/// The text of a string, or of a number such as `OpenRouter`'s `"code": 429`.
fn text(field: Field<'_>) -> Option<String> {
    let json = field.json()?;
    string(json)
        .or_else(|| field.decimal().map(str::to_owned))
        .filter(|text| !text.is_empty())
}

fn string(json: &str) -> Option<String> {
    serde_json::from_str(json).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<(String, String)> {
        provider_error(serde_json::from_str(json).unwrap()).map(|error| (error.kind, error.message))
    }

    #[test]
    fn all_forms_of_errors_are_read() {
        let pair = |kind: &str, message: &str| Some((kind.to_owned(), message.to_owned()));
        assert_eq!(
            read(r#"{"type":"overloaded_error","message":"busy"}"#),
            pair("overloaded_error", "busy")
        );
        assert_eq!(
            read(r#"{"type":null,"code":"invalid_api_key","message":"no"}"#),
            pair("invalid_api_key", "no")
        );
        assert_eq!(read(r#"{"code":429,"message":"slow"}"#), pair("429", "slow"));
        assert_eq!(read(r#""plain""#), pair("error", "plain"));
        assert_eq!(read("null"), None);
    }

    #[test]
    fn a_code_beside_a_name_is_kept() {
        for (json, kind, code) in [
            (r#"{"type":"None","code":"429"}"#, "None", "429"),
            (r#"{"type":"BadRequestError","code":400}"#, "BadRequestError", "400"),
            (
                r#"{"type":"new_api_error","code":"rate_limit_exceeded"}"#,
                "new_api_error",
                "rate_limit_exceeded",
            ),
            (r#"{"type":"","code":"429"}"#, "429", ""),
            (r#"{"type":"a","code":null}"#, "a", ""),
        ] {
            let error = provider_error(serde_json::from_str(json).unwrap()).unwrap();
            assert_eq!((error.kind.as_str(), error.code.as_str()), (kind, code), "{json}");
        }
        let error = error_body(br#"{"type":"x","code":3,"message":"m"}"#).unwrap();
        assert_eq!((error.kind.as_str(), error.code.as_str()), ("x", "3"));
    }

    #[test]
    fn half_a_word_is_dropped_at_the_cut() {
        for before in MAX_MESSAGE_BYTES - 28..MAX_MESSAGE_BYTES {
            let text = ["x".repeat(before - 1), " sk-proj-A1b2C3d4E5f6G7h8I9j0 ".to_owned()].concat();
            let kept = shortened(text, MAX_MESSAGE_BYTES);
            assert!(!kept.contains("sk-") || kept.ends_with("j0"), "{before}: {kept}");
        }
    }

    #[test]
    fn a_name_and_a_message_of_megabytes_are_cut_between_characters() {
        let long = ["x", &"é".repeat(1 << 20)].concat();
        let (kind, message) = read(&serde_json::json!({"type": long, "message": long}).to_string()).unwrap();
        assert_eq!((kind.len(), message.len()), (MAX_KIND_BYTES - 1, MAX_MESSAGE_BYTES - 1));
    }
}
