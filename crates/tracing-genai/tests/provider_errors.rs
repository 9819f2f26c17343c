//! A provider's error in an answer is named by the first known of its name and its code.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod canary;

use canary::Sinks;
use opentelemetry::Value;
use serde_json::{Value as Json, json};
use tracing_genai::content::ContentPolicy;
use tracing_genai::usage::Api;

/// The `error.type` of a call with this error in an answer with the status 200, and the name as it came.
fn named(error: &Json) -> (Option<String>, Option<String>) {
    let sinks = Sinks::of(ContentPolicy::default(), false);
    sinks.run(|| {
        let call = tracing_genai::chat("openai", "gpt-4o").start();
        call.respond(Api::OpenAiChat, 200, json!({ "error": error }).to_string().as_bytes());
    });
    let span = sinks.spans().remove(0);
    let text = |name: &str| {
        let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == name);
        found.map(|attribute| match &attribute.value {
            Value::String(text) => text.as_str().to_owned(),
            other => other.to_string(),
        })
    };
    (text("error.type"), text("tracing_genai.error.type"))
}

#[test]
fn an_error_is_named_by_the_first_known_of_its_name_and_code() {
    for (error, expected) in [
        (json!({"type": "None", "code": "429"}), "429"),
        (json!({"type": "Bad", "code": 400}), "400"),
        (json!({"type": "BadRequestError", "code": 400}), "BadRequestError"),
        (
            json!({"type": "new_api_error", "code": "rate_limit_exceeded"}),
            "rate_limit_exceeded",
        ),
        (json!({"type": "requests", "code": "rate_limit_exceeded"}), "requests"),
        (
            json!({"type": "exceeded_current_quota_error"}),
            "exceeded_current_quota_error",
        ),
    ] {
        assert_eq!(named(&error), (Some(expected.to_owned()), None));
    }
    let unknown = named(&json!({"type": "id-1", "code": "id-2"}));
    assert_eq!(unknown, (Some("_OTHER".to_owned()), Some("id-1".to_owned())));
}
