//! One call, from its request to the response head.

use std::fmt::Display;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use tracing::Span;
use tracing_genai::semconv::{OperationName, own};
use tracing_genai::usage::{Api, Request, Unit, Usage};
use tracing_genai::{Call, ModelCall};

use crate::error_text::error_text;
use crate::params;
use crate::propagate::Propagation;
use crate::request_body::RequestRecorder;
use crate::response_recorder::ResponseRecorder;
use crate::watch::{Target, Watch};

/// A call whose response has not arrived yet. Dropping it records the outcome `cancelled`.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// `None` once the response arrived or the call failed.
    call: Option<Call>,
    api: Api,
    is_openai: bool,
    asks_for_stream: bool,
    /// Characters of a speech request; the audio response does not count them.
    characters: Option<u64>,
    watch: Watch,
    propagation: Option<Propagation>,
}

/// Prepares the requests of a call; a call may send several.
#[derive(Clone, Debug)]
pub(crate) struct Preparation {
    span: Span,
    is_openai: bool,
    propagation: Option<Propagation>,
}

impl Preparation {
    /// Injects the context, if the target is a host to propagate to.
    pub(crate) fn propagate(&self, headers: &mut HeaderMap) {
        if let Some(propagation) = self.propagation {
            propagation.inject(&self.span, headers);
        }
    }

    /// A recorder for a request body, by its `content-type`.
    pub(crate) fn recorder(&self, headers: &HeaderMap) -> RequestRecorder {
        let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        RequestRecorder::new(content_type, self.span.clone(), self.is_openai)
    }
}

impl Exchange {
    /// Starts the span of a call to `target`, with the request parameters known so far.
    pub(crate) fn start(watch: &Watch, target: &Target, request: &Request) -> Self {
        let operation = OperationName::from_name(target.endpoint.operation).unwrap_or(OperationName::Chat);
        let is_openai = matches!(target.provider.as_str(), "openai" | "azure.ai.openai");
        let model = target.model.as_deref().or(request.model.as_deref());
        let mut call = ModelCall::of(operation, &target.provider, model)
            .server(&target.host, target.port)
            .cover_enclosing();
        for (name, value) in params::attributes(request, is_openai) {
            call = call.attribute(name, value);
        }
        Self {
            call: Some(call.start()),
            api: target.endpoint.api,
            is_openai,
            asks_for_stream: target.endpoint.is_stream || request.stream == Some(true),
            characters: request.characters,
            watch: watch.clone(),
            propagation: watch.propagation_to(target),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.call.as_ref().map_or_else(Span::none, |call| call.span().clone())
    }

    pub(crate) fn preparation(&self) -> Preparation {
        Preparation {
            span: self.span(),
            is_openai: self.is_openai,
            propagation: self.propagation,
        }
    }

    /// Ends a call without a response. `error_type` is of low cardinality.
    pub(crate) fn fail(mut self, error_type: &str, error: impl Display) {
        if let Some(call) = self.call.take() {
            call.fail(error_type, error_text(error));
        }
    }

    /// Takes the response head and returns a recorder for the body; `None` for a disabled span.
    pub(crate) fn respond(mut self, status: StatusCode, headers: &HeaderMap) -> Option<ResponseRecorder> {
        // Span disabled: skip reading the body.
        let call = self.call.take().filter(|call| !call.span().is_disabled())?;
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let content_type = text(CONTENT_TYPE).map(|named| named.split(';').next().unwrap_or_default().trim());
        let is_stream = status.is_success() && self.is_stream(content_type);
        let mut response = if is_stream {
            call.watch_stream(self.api, status.as_u16())
        } else {
            call.watch_response(self.api, status.as_u16())
        };
        if let Some(gap) = self.watch.stall_gap() {
            response = response.stall_after(gap);
        }
        let mut usage = usage_from_headers(headers);
        if let Some(characters) = self
            .characters
            .filter(|_| status.is_success() && self.api == Api::Speech)
        {
            usage.set(Unit::InputCharacters, characters);
        }
        response.set_fallback_usage(usage);
        if content_type.is_some_and(|named| named.starts_with("audio/")) {
            return Some(ResponseRecorder::of_audio(response));
        }
        Some(ResponseRecorder::new(response, text(CONTENT_ENCODING)))
    }

    fn is_stream(&self, content_type: Option<&str>) -> bool {
        match content_type {
            Some(named) if STREAMS.contains(&named) => true,
            // Gemini streams a JSON list; a JSON body from other APIs is not a stream.
            Some("application/json") => self.api == Api::GeminiContent && self.asks_for_stream,
            _ => self.asks_for_stream,
        }
    }
}

/// Content types of streams.
const STREAMS: [&str; 5] = [
    "text/event-stream",
    "application/x-ndjson",
    "application/jsonl",
    "application/stream+json",
    "application/vnd.amazon.eventstream",
];

impl Drop for Exchange {
    fn drop(&mut self) {
        if let Some(call) = self.call.take() {
            call.attribute(own::STREAM_OUTCOME, "cancelled");
        }
    }
}

/// Usage from Bedrock's headers, for models whose bodies have no counts. Its input count excludes cached tokens, as
/// Converse's does. Source: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html>.
fn usage_from_headers(headers: &HeaderMap) -> Usage {
    let count = |name: &str| {
        let name = ["x-amzn-bedrock-", name, "-token-count"].concat();
        headers.get(name)?.to_str().ok()?.parse::<u64>().ok()
    };
    let (read, written) = (count("cache-read-input"), count("cache-write-input"));
    let cached = read.unwrap_or(0).saturating_add(written.unwrap_or(0));
    let counts = [
        (
            Unit::InputTokens,
            count("input").map(|input| input.saturating_add(cached)),
        ),
        (Unit::CacheReadTokens, read),
        (Unit::CacheWriteTokens, written),
        (Unit::OutputTokens, count("output")),
    ];
    let mut usage = Usage::new();
    for (unit, count) in counts {
        if let Some(count) = count {
            usage.set(unit, count);
        }
    }
    usage
}
