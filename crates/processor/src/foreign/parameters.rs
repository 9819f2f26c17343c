//! Reads request parameters from JSON, and single values that need conversion.

use std::time::SystemTime;

use chrono::DateTime;
use opentelemetry::{Array, Value as Attributed};
use serde_json::Value;
use tracing_genai_semconv::{Attribute, ValueType, current_word};

use super::read::{NOT_READ, Read, set};
use crate::coerce::{coerce, has_type};
use crate::operation::Operation;
use crate::unread::Unread;

/// Names of request parameters in APIs and SDKs.
const PARAMETERS: &[(&str, Attribute)] = &[
    ("model", Attribute::RequestModel),
    ("temperature", Attribute::RequestTemperature),
    ("top_p", Attribute::RequestTopP),
    ("top_k", Attribute::RequestTopK),
    ("frequency_penalty", Attribute::RequestFrequencyPenalty),
    ("presence_penalty", Attribute::RequestPresencePenalty),
    ("max_tokens", Attribute::RequestMaxTokens),
    ("max_completion_tokens", Attribute::RequestMaxTokens),
    ("max_output_tokens", Attribute::RequestMaxTokens),
    ("max_tokens_to_sample", Attribute::RequestMaxTokens),
    ("seed", Attribute::RequestSeed),
    ("stop", Attribute::RequestStopSequences),
    ("stop_sequences", Attribute::RequestStopSequences),
    ("n", Attribute::RequestChoiceCount),
    ("candidate_count", Attribute::RequestChoiceCount),
    ("stream", Attribute::RequestStream),
    ("reasoning_effort", Attribute::RequestReasoningLevel),
    ("service_tier", Attribute::OpenaiRequestServiceTier),
    ("previous_response_id", Attribute::RequestPreviousResponseId),
    ("encoding_format", Attribute::RequestEncodingFormats),
    ("dimensions", Attribute::EmbeddingsDimensionCount),
];

/// Parameters that are objects: name, the member that is read, its attribute.
const NESTED: &[(&str, &str, Attribute)] = &[
    ("reasoning", "effort", Attribute::RequestReasoningLevel),
    ("output_config", "effort", Attribute::RequestReasoningLevel),
    ("response_format", "type", Attribute::OutputType),
];

/// Reads a JSON object of parameters. A member that is `null`, empty or `"Infinity"` is unset. An object with members
/// that are not read stays on the span.
pub(super) fn read(operation: &mut Operation<'_>, text: &str) -> Read {
    let Ok(Value::Object(members)) = serde_json::from_str(text) else {
        return Err(Some((Attribute::RequestModel, Unread::Json)));
    };
    let flat = PARAMETERS
        .iter()
        .filter_map(|(name, of)| Some((*of, members.get(*name)?)));
    let nested = NESTED
        .iter()
        .filter_map(|(outer, inner, of)| Some((*of, members.get(*outer)?.get(*inner)?)));
    let is_nested = |name: &str| NESTED.iter().any(|(outer, _, _)| *outer == name);
    let mut is_whole = members.iter().all(|(name, value)| {
        let is_known = PARAMETERS.iter().any(|(known, _)| known == name);
        let has_one = value.as_object().is_some_and(|inner| inner.len() <= 1);
        value.is_null() || is_known || (is_nested(name) && has_one)
    });
    for (of, value) in flat.chain(nested) {
        if value.is_null() || value == "" || value == "Infinity" {
            continue;
        }
        // One choice is the default.
        if of == Attribute::RequestChoiceCount && value == 1 {
            continue;
        }
        let Some(mut attributed) = attributed(value) else {
            operation.unread.add(of, Unread::Type);
            is_whole = false;
            continue;
        };
        if let Attributed::String(word) = &attributed
            && let Some(current) = current_word(of, word.as_str())
        {
            attributed = current.into();
        }
        coerce(&mut attributed, of.value_type());
        if !has_type(&attributed, of.value_type()) {
            operation.unread.add(of, Unread::Type);
            is_whole = false;
        } else if of == Attribute::RequestModel {
            set_request_model(operation, attributed);
        } else {
            set(operation, of, attributed);
        }
    }
    if is_whole { Ok(()) } else { NOT_READ }
}

/// Sets the requested model from the parameters; a model named beside them is the response's.
///
/// Source: openinference-instrumentation-openai, which writes the response's model over the request's `llm.model_name`.
fn set_request_model(operation: &mut Operation<'_>, model: Attributed) {
    match operation.value(Attribute::RequestModel) {
        Some(named) if *named != model && operation.found.request_model_is_foreign => {
            let named = named.clone();
            set(operation, Attribute::ResponseModel, named);
            operation.set(Attribute::RequestModel, model);
        }
        _ => set(operation, Attribute::RequestModel, model),
    }
}

fn attributed(value: &Value) -> Option<Attributed> {
    Some(match value {
        Value::Bool(boolean) => (*boolean).into(),
        Value::Number(number) => match number.as_i64() {
            Some(integer) => integer.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) => text.clone().into(),
        Value::Array(items) => {
            let texts = items.iter().map(|item| Some(item.as_str()?.to_owned().into()));
            Attributed::Array(Array::String(texts.collect::<Option<_>>()?))
        }
        _ => return None,
    })
}

/// Reads the server's address and port from a URL such as `https://api.openai.com/v1/`.
pub(super) fn read_url(operation: &mut Operation<'_>, text: &str) -> Read {
    let unread = Err(Some((Attribute::ServerAddress, Unread::Type)));
    let Some((scheme, rest)) = text.split_once("://") else {
        return if text.is_empty() { Ok(()) } else { unread };
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse::<u16>().ok()),
        _ => (authority, None),
    };
    let port = port.or(match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    });
    if host.is_empty() {
        return unread;
    }
    if !operation.has(Attribute::ServerAddress) {
        operation.set(Attribute::ServerAddress, host.trim_matches(['[', ']']).to_owned());
        if let Some(port) = port {
            set(operation, Attribute::ServerPort, i64::from(port));
        }
    }
    Ok(())
}

/// Reads the start time of the response, as ISO 8601 with or without quotes.
pub(super) fn read_answer_start(operation: &mut Operation<'_>, text: &str) -> Read {
    let unread = Err(Some((Attribute::ResponseTimeToFirstChunk, Unread::Type)));
    let Ok(moment) = DateTime::parse_from_rfc3339(text.trim_matches('"')) else {
        return unread;
    };
    let moment = SystemTime::from(moment);
    let Ok(waited) = moment.duration_since(operation.span.start_time) else {
        return unread;
    };
    // A start after the span's end is invalid.
    if moment > operation.span.end_time {
        return unread;
    }
    set(operation, Attribute::ResponseTimeToFirstChunk, waited.as_secs_f64());
    Ok(())
}

/// Maximum seconds to the first token; a larger number has another unit, such as nanoseconds.
const MAX_SECONDS: f64 = 86_400.0;

/// Reads the seconds to the first token. OpenLIT writes them for every call; without streaming they are the whole
/// duration.
pub(super) fn read_first_token(operation: &mut Operation<'_>, value: &Attributed) -> Read {
    let is_stream = operation.value(Attribute::RequestStream) == Some(&Attributed::Bool(true));
    let mut seconds = value.clone();
    coerce(&mut seconds, ValueType::Double);
    match seconds {
        Attributed::F64(seconds) if !is_stream || seconds > MAX_SECONDS => NOT_READ,
        Attributed::F64(seconds) => {
            set(operation, Attribute::ResponseTimeToFirstChunk, seconds);
            Ok(())
        }
        _ => Err(Some((Attribute::ResponseTimeToFirstChunk, Unread::Type))),
    }
}
