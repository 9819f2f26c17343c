//! Fetches of responses to earlier requests.

use tracing::Span;
use tracing_genai_message::{Message, to_json};
use tracing_genai_semconv::Attribute;

use super::builder::{Kind, Step, StepBuilder, kind};
use crate::value::texts;

/// A fetch of a response.
#[derive(Debug)]
pub struct FetchResponse {
    provider: String,
    response: String,
}

/// A fetch of the response `response_id` of an earlier request from `provider`. It has no cost: the earlier request
/// has.
///
/// ```
/// let poll = tracing_genai::fetch_response("openai", "resp_68").start();
/// poll.status("in_progress");
/// ```
pub fn fetch_response(provider: &str, response_id: &str) -> StepBuilder<FetchResponse> {
    StepBuilder::new(FetchResponse {
        provider: provider.to_owned(),
        response: response_id.to_owned(),
    })
}

impl Kind for FetchResponse {}

impl kind::Start for FetchResponse {
    fn start(self) -> Span {
        tracing::info_span!(
            target: "tracing_genai", "fetch_response", otel.name = "fetch_response", otel.kind = "client",
            gen_ai.operation.name = "fetch_response", gen_ai.provider.name = self.provider, gen_ai.response.id = self.response,
        )
    }
}

impl StepBuilder<FetchResponse> {
    /// The last received chunk of a resumed stream (`gen_ai.request.stream_cursor`).
    pub fn stream_cursor(self, cursor: &str) -> Self {
        self.with(Attribute::RequestStreamCursor, cursor.to_owned())
    }

    /// The server's address and port (`server.address`, `server.port`).
    pub fn server(self, address: &str, port: u16) -> Self {
        self.at(address, port)
    }
}

impl Step<FetchResponse> {
    /// Records the response's status (`gen_ai.response.status`): `queued`, `in_progress`, `completed`, `incomplete`,
    /// `failed` or `cancelled`.
    pub fn status(&self, status: &str) {
        self.attribute(Attribute::ResponseStatus.name(), status.to_owned());
    }

    /// Records the response's model (`gen_ai.response.model`).
    pub fn response_model(&self, model: &str) {
        self.attribute(Attribute::ResponseModel.name(), model.to_owned());
    }

    /// Records the finish reason of each choice (`gen_ai.response.finish_reasons`).
    pub fn finish_reasons<'a>(&self, reasons: impl IntoIterator<Item = &'a str>) {
        let reasons = texts(reasons.into_iter().map(str::to_owned));
        self.attribute(Attribute::ResponseFinishReasons.name(), reasons);
    }

    /// Records the output messages (`gen_ai.output.messages`), if content is captured.
    pub fn output(&self, messages: &[Message]) {
        self.content(Attribute::OutputMessages, || to_json(messages));
    }
}
