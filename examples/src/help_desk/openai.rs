//! The client of OpenAI, with each attempt counted beneath its retries, and how its answers read in our terms.

use std::task::{Context, Poll};

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::retry::OpenAIRetryLayer;
use async_openai::middleware::{HttpRequestFactory, ReqwestService};
use async_openai::types::chat::{CompletionUsage, FinishReason};
use tower::{Layer, Service, ServiceBuilder};
use tracing_genai::Call;
use tracing_genai::usage::{Unit, Usage};

pub(super) const MODEL: &str = "gpt-4o-mini";

/// A client of what `OPENAI_BASE_URL` and `OPENAI_API_KEY` name.
pub(super) fn client() -> Client<OpenAIConfig> {
    let service = ServiceBuilder::new()
        .layer(OpenAIRetryLayer::default())
        .layer(CountAttempts)
        .service(ReqwestService::new(reqwest::Client::new()));
    Client::new().with_http_service(service)
}

/// What `usage` says, in the convention's meaning: OpenAI's prompt includes what was cached, its completion what was
/// thought.
pub(super) fn usage(usage: &CompletionUsage) -> Usage {
    let mut read = Usage::new()
        .with(Unit::InputTokens, u64::from(usage.prompt_tokens))
        .with(Unit::OutputTokens, u64::from(usage.completion_tokens));
    let prompt = usage.prompt_tokens_details.as_ref();
    if let Some(cached) = prompt.and_then(|details| details.cached_tokens) {
        read.set(Unit::CacheReadTokens, u64::from(cached));
    }
    let completion = usage.completion_tokens_details.as_ref();
    if let Some(reasoning) = completion.and_then(|details| details.reasoning_tokens) {
        read.set(Unit::OutputReasoningTokens, u64::from(reasoning));
    }
    read
}

/// The word OpenAI sends for `reason`.
pub(super) const fn finish_reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::FunctionCall => "function_call",
    }
}

/// Records why a call failed: the status of a refusal, or that there was no answer at all.
pub(super) fn failed(call: &Call, error: &OpenAIError) {
    match error {
        OpenAIError::ApiError(refusal) => call.fail(refusal.status_code.as_str(), &refusal.api_error.message),
        OpenAIError::Reqwest(error) => call.fail("transport", error),
        other => call.fail("_OTHER", other),
    }
}

/// Says that a request is being sent, beneath whatever sends it again.
#[derive(Clone, Copy)]
struct CountAttempts;

impl<S> Layer<S> for CountAttempts {
    type Service = CountedAttempts<S>;

    fn layer(&self, next: S) -> Self::Service {
        CountedAttempts { next }
    }
}

#[derive(Clone)]
struct CountedAttempts<S> {
    next: S,
}

impl<S: Service<HttpRequestFactory>> Service<HttpRequestFactory> for CountedAttempts<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.next.poll_ready(context)
    }

    fn call(&mut self, request: HttpRequestFactory) -> S::Future {
        tracing_genai::attempt();
        self.next.call(request)
    }
}
