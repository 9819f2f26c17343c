//! Records request parameters on the span of a call.

use opentelemetry::{Array, StringValue, Value};
use tracing::Span;
use tracing_genai::semconv::{Attribute, own};
use tracing_genai::usage::Request;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The parameters of `request` as attributes, without the model.
pub(crate) fn attributes(request: &Request, is_openai: bool) -> Vec<(&'static str, Value)> {
    let count = |count: Option<u64>| count.and_then(|count| i64::try_from(count).ok()).map(Value::I64);
    // The conventions have a requested service tier for OpenAI only.
    let tier = request.service_tier.clone().filter(|_| is_openai);
    let values = [
        (
            Attribute::RequestStream,
            request.stream.filter(|stream| *stream).map(Value::Bool),
        ),
        (Attribute::RequestMaxTokens, count(request.max_tokens)),
        (Attribute::RequestTemperature, request.temperature.map(Value::F64)),
        (Attribute::RequestTopP, request.top_p.map(Value::F64)),
        (Attribute::RequestTopK, count(request.top_k)),
        (
            Attribute::RequestFrequencyPenalty,
            request.frequency_penalty.map(Value::F64),
        ),
        (
            Attribute::RequestPresencePenalty,
            request.presence_penalty.map(Value::F64),
        ),
        (Attribute::RequestSeed, request.seed.map(Value::I64)),
        // One choice is the default.
        (
            Attribute::RequestChoiceCount,
            count(request.choices.filter(|choices| *choices != 1)),
        ),
        (Attribute::RequestStopSequences, text_array(&request.stop_sequences)),
        (Attribute::RequestEncodingFormats, text_array(&request.encoding_formats)),
        (Attribute::EmbeddingsDimensionCount, count(request.dimensions)),
        (
            Attribute::OpenaiRequestServiceTier,
            tier.map(|tier| Value::String(tier.into())),
        ),
    ];
    values
        .into_iter()
        .filter_map(|(attribute, value)| Some((attribute.name(), value?)))
        .collect()
}

/// Where the parameters of a started call are recorded.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) span: Span,
    pub(crate) is_openai: bool,
    /// Whether the URL names the model, which is the one that runs, whatever the body asks for.
    pub(crate) has_model: bool,
}

/// Why a request was not read whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It is longer than what is read of one.
    TooLong,
    /// The call ended before.
    CallEnded,
}

/// Records that a request was not read whole.
pub(crate) fn record_unread(target: &Target, why: Unread) {
    let why = match why {
        Unread::TooLong => "too_long",
        Unread::CallEnded => "call_ended",
    };
    target.span.set_attribute(own::REQUEST_UNREAD, why);
}

/// Records the parameters and the model of `request` on a started span.
pub(crate) fn record(target: &Target, request: Request) {
    let span = &target.span;
    for (name, value) in attributes(&request, target.is_openai) {
        span.set_attribute(name, value);
    }
    if let Some(model) = request.model.filter(|_| !target.has_model) {
        span.set_attribute(Attribute::RequestModel.name(), model);
    }
}

fn text_array(texts: &[String]) -> Option<Value> {
    let list = || texts.iter().map(|text| StringValue::from(text.clone())).collect();
    (!texts.is_empty()).then(|| Value::Array(Array::String(list())))
}
