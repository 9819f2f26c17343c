//! The response to a caller when the model call failed.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// The provider failed; the reason is on the span, not in the answer.
pub(super) struct ModelError;

impl IntoResponse for ModelError {
    fn into_response(self) -> Response {
        (StatusCode::BAD_GATEWAY, "the model call failed\n").into_response()
    }
}
