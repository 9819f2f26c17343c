//! What a caller is told when the model could not be asked.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// The provider failed; the reason is on the span, not in the answer.
pub(super) struct Refusal;

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (StatusCode::BAD_GATEWAY, "the model could not be asked\n").into_response()
    }
}
