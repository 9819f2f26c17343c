//! Reads the lines of a batch's output, each of which wraps the response to one request.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::api::Api;
use crate::field::{Field, Maybe, Object, object};
use crate::provider_error::provider_error;
use crate::reader::read_body;
use crate::reading::{ReadError, Reading};

/// The processing mode of batch output, as in `tracing_genai_pricing`'s price table.
const BATCH: &str = "batch";

/// A line. Sources: <https://platform.openai.com/docs/api-reference/batch/request-output> (also Mistral's and Groq's
/// format), <https://docs.claude.com/en/api/retrieving-message-batch-results>,
/// <https://ai.google.dev/gemini-api/docs/batch-api>,
/// <https://cloud.google.com/vertex-ai/generative-ai/docs/multimodal/batch-prediction-from-cloud-storage>,
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/batch-inference-results.html>.
#[derive(Deserialize)]
struct Line<'a> {
    /// `OpenAI`'s and Anthropic's request id.
    #[serde(default)]
    custom_id: Maybe<String>,
    /// Gemini's.
    #[serde(default)]
    key: Maybe<String>,
    /// Bedrock's.
    #[serde(default, rename = "recordId")]
    record_id: Maybe<String>,
    /// Vertex AI's, whose lines repeat the request and have no id.
    #[serde(default)]
    processed_time: Maybe<String>,
    /// The response: wrapped with a status by `OpenAI`, bare by Gemini.
    #[serde(default, borrow)]
    response: Field<'a>,
    #[serde(default, borrow)]
    result: Object<Outcome<'a>>,
    #[serde(default, borrow, rename = "modelOutput")]
    model_output: Field<'a>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

/// The result of a request to Anthropic.
#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(default, rename = "type")]
    kind: Maybe<String>,
    #[serde(default, borrow)]
    message: Field<'a>,
    #[serde(default, borrow)]
    error: Field<'a>,
}

#[derive(Deserialize)]
struct Wrapped<'a> {
    #[serde(borrow)]
    body: &'a RawValue,
}

/// Reads one line of a batch's output; its calls have a separate price: [`Reading::processing`] is `batch`. The API is
/// detected from the response. `None` for any other line, such as a bare response.
///
/// A failed or expired request gives a reading without usage, with [`Reading::error`] set.
///
/// ```
/// use tracing_genai_usage::{Unit, read_batch_line};
///
/// let line = br#"{"custom_id":"a","response":{"status_code":200,"body":{"object":"chat.completion","model":"gpt-4o",
///     "usage":{"prompt_tokens":9,"completion_tokens":2}}},"error":null}"#;
/// let reading = read_batch_line("openai", line).unwrap()?;
/// assert_eq!(reading.usage.get(Unit::InputTokens), Some(9));
/// assert_eq!(reading.processing.as_deref(), Some("batch"));
/// # Ok::<(), tracing_genai_usage::ReadError>(())
/// ```
///
/// # Errors
///
/// [`ReadError::Malformed`] if the wrapped response is invalid.
pub fn read_batch_line(provider: &str, line: &[u8]) -> Option<Result<Reading, ReadError>> {
    let line: Line<'_> = object(line).ok()?;
    let is_answered = line.response.json().is_some() || line.error.json().is_some();
    let is_line = line.custom_id.0.is_some()
        || line.record_id.0.is_some()
        || (is_answered && (line.key.0.is_some() || line.processed_time.0.is_some()));
    if !is_line {
        return None;
    }
    let outcome = line.result.0;
    let body = match line.response.json() {
        Some(response) => {
            Some(object::<Wrapped<'_>>(response.as_bytes()).map_or(response, |wrapped| wrapped.body.get()))
        }
        None => line.model_output.json(),
    };
    let body = body.or(outcome.as_ref().and_then(|outcome| outcome.message.json()));
    let reading = match body {
        Some(body) => read_body(Api::of_response(provider, body.as_bytes()), body.as_bytes()),
        None => Ok(Reading::default()),
    };
    Some(reading.map(|mut reading| {
        let failed = outcome.and_then(|outcome| failure(&outcome));
        reading.error = reading.error.take().or(provider_error(line.error)).or(failed);
        reading.processing = Some(BATCH.to_owned());
        reading
    }))
}

/// Why Anthropic has no message: an error, a cancellation or an expiry.
fn failure(outcome: &Outcome<'_>) -> Option<crate::ProviderError> {
    let kind = outcome.kind.0.clone().filter(|kind| kind != "succeeded")?;
    let error = outcome.error.json().and_then(|error| {
        #[derive(Deserialize)]
        struct Within<'a> {
            #[serde(default, borrow)]
            error: Field<'a>,
        }
        provider_error(object::<Within<'_>>(error.as_bytes()).ok()?.error)
    });
    Some(error.unwrap_or(crate::ProviderError {
        kind,
        code: String::new(),
        message: String::new(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Unit;

    fn read(provider: &str, line: &str) -> Reading {
        read_batch_line(provider, line.as_bytes()).unwrap().unwrap()
    }

    #[test]
    fn lines_of_each_provider_are_read_as_their_response() {
        let cases = [
            (
                "openai",
                r#"{"id":"b","custom_id":"a","response":{"status_code":200,"body":{"object":"response","model":"m","output":[],"usage":{"input_tokens":7,"output_tokens":3}}},"error":null}"#,
            ),
            (
                "anthropic",
                r#"{"custom_id":"a","result":{"type":"succeeded","message":{"type":"message","model":"m","usage":{"input_tokens":7,"output_tokens":3,"service_tier":"batch"}}}}"#,
            ),
            (
                "gcp.gemini",
                r#"{"key":"a","response":{"modelVersion":"m","usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":3,"totalTokenCount":10}}}"#,
            ),
            (
                "gcp.vertex_ai",
                r#"{"status":"","processed_time":"2026-11-01T10:00:00Z","request":{},"response":{"modelVersion":"m","usageMetadata":{"promptTokenCount":7,"candidatesTokenCount":3,"totalTokenCount":10}}}"#,
            ),
            (
                "aws.bedrock",
                r#"{"recordId":"1","modelInput":{},"modelOutput":{"type":"message","model":"m","usage":{"input_tokens":7,"output_tokens":3}}}"#,
            ),
        ];
        for (provider, line) in cases {
            let reading = read(provider, line);
            let counts = [Unit::InputTokens, Unit::OutputTokens].map(|unit| reading.usage.get(unit));
            assert_eq!(counts, [Some(7), Some(3)], "{provider}");
            assert_eq!(
                (reading.model.as_deref(), reading.processing.as_deref()),
                (Some("m"), Some("batch"))
            );
            assert_eq!(reading.error, None, "{provider}");
        }
    }

    #[test]
    fn a_failed_request_has_no_usage() {
        let cases = [
            (
                r#"{"custom_id":"a","response":null,"error":{"code":"batch_expired","message":"late"}}"#,
                "batch_expired",
            ),
            (
                r#"{"custom_id":"a","response":{"status_code":400,"body":{"error":{"type":"invalid_request_error","message":"no"}}},"error":null}"#,
                "invalid_request_error",
            ),
            (r#"{"custom_id":"a","result":{"type":"expired"}}"#, "expired"),
            (
                r#"{"custom_id":"a","result":{"type":"errored","error":{"type":"error","error":{"type":"overloaded_error","message":"busy"}}}}"#,
                "overloaded_error",
            ),
        ];
        for (line, kind) in cases {
            let reading = read("openai", line);
            assert!(reading.usage.is_empty(), "{line}");
            assert_eq!(reading.error.map(|error| error.kind).as_deref(), Some(kind), "{line}");
        }
    }

    #[test]
    fn a_bare_response_is_not_a_batch_line() {
        for body in [r#"{"object":"chat.completion","usage":{}}"#, r#"{"key":"x"}"#, "[]", ""] {
            assert!(read_batch_line("openai", body.as_bytes()).is_none(), "{body}");
        }
    }
}
