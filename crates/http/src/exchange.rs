//! One call, from its request to the response head.

use std::task::Context;

use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use opentelemetry::trace::TraceContextExt;
use tracing::Span;
use tracing_genai::semconv::{OperationName, own};
use tracing_genai::usage::{Api, Request, Unit, Usage};
use tracing_genai::{Call, ModelCall};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::failure::Failure;
use crate::params;
use crate::propagate::Propagation;
use crate::request_scan::{Findings, RequestScan, SentBody};
use crate::response_recorder::ResponseRecorder;
use crate::watch::{Target, Watch};

/// A call whose response has not arrived yet. Dropping it records the outcome `cancelled`.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// `None` once the response arrived or the call failed.
    call: Option<Call>,
    api: Api,
    is_openai: bool,
    /// Whether the URL names the model.
    has_model: bool,
    findings: Findings,
    /// The reading of a request whose parameters are not known yet.
    scan: Option<RequestScan>,
    /// Whether the span takes attributes. If not, no body is read.
    is_recording: bool,
    watch: Watch,
    propagation: Option<Propagation>,
}

/// Prepares the requests of a call; a call may send several.
#[derive(Clone, Debug)]
pub(crate) struct Preparation {
    span: Span,
    scan: Option<RequestScan>,
    propagation: Option<Propagation>,
}

impl Preparation {
    /// Injects the context, if the target is a host to propagate to.
    pub(crate) fn propagate(&self, headers: &mut HeaderMap) {
        if let Some(propagation) = self.propagation {
            propagation.inject(&self.span, headers);
        }
    }

    /// The reading of a body that will be sent; `None` if there is nothing to record.
    pub(crate) fn sent_body(&self, headers: &HeaderMap) -> Option<SentBody> {
        self.scan.as_ref()?.begin(content_type(headers))
    }
}

/// The `content-type`, if it is a text.
pub(crate) fn content_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok())
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
        let call = call.start();
        let is_recording = !call.span().is_disabled() && call.span().context().span().is_recording();
        let mut findings = Findings::of(request);
        findings.asks_for_stream |= target.endpoint.is_stream;
        Self {
            call: Some(call),
            api: target.endpoint.api,
            is_openai,
            has_model: target.model.is_some(),
            findings,
            scan: None,
            is_recording,
            watch: watch.clone(),
            propagation: watch.propagation_to(target),
        }
    }

    pub(crate) fn span(&self) -> Span {
        self.call.as_ref().map_or_else(Span::none, |call| call.span().clone())
    }

    /// Whether the span takes attributes: it is neither filtered out nor dropped by the sampler.
    #[cfg(feature = "reqwest-middleware")]
    pub(crate) fn is_recording(&self) -> bool {
        self.is_recording
    }

    /// A reading of the rest of the request, or of all of it; `None` if the span takes no attributes.
    pub(crate) fn scan(&mut self) -> Option<&RequestScan> {
        if self.scan.is_none() && self.is_recording {
            self.scan = Some(RequestScan::new(params::Target {
                span: self.span(),
                is_openai: self.is_openai,
                has_model: self.has_model,
            }));
        }
        self.scan.as_ref()
    }

    /// Reads a slice of the request, if some waits: after each poll for the response.
    pub(crate) fn read_slice(&self, context: &Context<'_>) {
        if let Some(scan) = &self.scan {
            scan.read_slice(Some(context.waker()));
        }
    }

    pub(crate) fn preparation(&self) -> Preparation {
        Preparation {
            span: self.span(),
            scan: self.scan.clone(),
            propagation: self.propagation,
        }
    }

    /// Ends a call without a response.
    pub(crate) fn fail(mut self, failure: &Failure) {
        self.finish_scan();
        if let Some(call) = self.call.take() {
            call.fail(failure.error_type, &failure.text);
        }
    }

    fn finish_scan(&mut self) {
        if let Some(scan) = self.scan.take() {
            scan.finish();
        }
    }

    /// Takes the response head and returns a recorder for the body; `None` if the span takes no attributes.
    pub(crate) fn respond(mut self, status: StatusCode, headers: &HeaderMap) -> Option<ResponseRecorder> {
        let call = self.call.take()?;
        if !self.is_recording {
            return None;
        }
        let scan = self.scan.take();
        if let Some(scan) = &scan {
            let found = scan.findings();
            self.findings.asks_for_stream |= found.asks_for_stream;
            self.findings.characters = self.findings.characters.or(found.characters);
        }
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
            .findings
            .characters
            .filter(|_| status.is_success() && self.api == Api::Speech)
        {
            usage.set(Unit::InputCharacters, characters);
        }
        response.set_fallback_usage(usage);
        if content_type.is_some_and(|named| named.starts_with("audio/")) {
            return Some(ResponseRecorder::of_audio(response, scan));
        }
        Some(ResponseRecorder::new(response, text(CONTENT_ENCODING), scan))
    }

    fn is_stream(&self, content_type: Option<&str>) -> bool {
        match content_type {
            Some(named) if STREAMS.contains(&named) => true,
            // Gemini streams a JSON list; a JSON body from other APIs is not a stream.
            Some("application/json") => self.api == Api::GeminiContent && self.findings.asks_for_stream,
            _ => self.findings.asks_for_stream,
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
        self.finish_scan();
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
