//! The OpenAI client, with attempts counted inside its retry layer.

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::ReqwestService;
use async_openai::middleware::retry::OpenAIRetryLayer;
use tower::ServiceBuilder;
use tracing_genai::Call;
use tracing_genai_http::AttemptLayer;

pub(super) const MODEL: &str = "gpt-4o-mini";

/// A client for `OPENAI_BASE_URL` and `OPENAI_API_KEY`.
pub(super) fn client() -> Client<OpenAIConfig> {
    let service = ServiceBuilder::new()
        .layer(OpenAIRetryLayer::default())
        .layer(AttemptLayer::new())
        .service(ReqwestService::new(reqwest::Client::new()));
    Client::new().with_http_service(service)
}

/// Records why a call failed: the HTTP status, or a transport error.
pub(super) fn record_failure(call: &Call, error: &OpenAIError) {
    match error {
        OpenAIError::ApiError(error) => call.fail(error.status_code.as_str(), &error.api_error.message),
        OpenAIError::Reqwest(error) => call.fail("transport", error),
        other => call.fail("_OTHER", other),
    }
}
