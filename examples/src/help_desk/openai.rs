//! The client of OpenAI, with each attempt counted beneath its retries.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::ReqwestService;
use async_openai::middleware::retry::OpenAIRetryLayer;
use tower::ServiceBuilder;
use tracing_genai::Call;
use tracing_genai_http::AttemptLayer;

pub(super) const MODEL: &str = "gpt-4o-mini";

/// A client of what `OPENAI_BASE_URL` and `OPENAI_API_KEY` name.
pub(super) fn client() -> Client<OpenAIConfig> {
    let service = ServiceBuilder::new()
        .layer(OpenAIRetryLayer::default())
        .layer(AttemptLayer::new())
        .service(ReqwestService::new(reqwest::Client::new()));
    Client::new().with_http_service(service)
}

/// Records why a call failed: the status of a refusal, or that there was no answer at all.
pub(super) fn failed(call: &Call, error: &OpenAIError) {
    match error {
        OpenAIError::ApiError(refusal) => call.fail(refusal.status_code.as_str(), &refusal.api_error.message),
        OpenAIError::Reqwest(error) => call.fail("transport", error),
        other => call.fail("_OTHER", other),
    }
}
