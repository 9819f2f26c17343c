//! A warning about a provider, a model or a usage field shows no secret in it.

mod canary;

use canary::{Sinks, found_secret, secrets};
use serde_json::json;
use tracing_genai::content::ContentPolicy;
use tracing_genai::usage::{Api, Unit, Usage};

/// In a process of its own: warnings are logged on the processor's thread, to the global subscriber.
#[test]
fn a_warning_shows_no_secret_of_a_model_or_a_usage_field() {
    let sinks = Sinks::of(ContentPolicy::default(), true);
    sinks.install();
    for secret in secrets() {
        let call = tracing_genai::chat(&secret, &secret).start();
        call.usage(&Usage::new().with(Unit::InputTokens, 9).with(Unit::OutputTokens, 2));
        drop(call);
        let call = tracing_genai::chat("openai", "gpt-4o").start();
        let body = json!({"model": "gpt-4o", "usage": {"prompt_tokens": 9, "completion_tokens": 2, secret: 3}});
        call.respond(Api::OpenAiChat, 200, body.to_string().as_bytes());
    }
    assert!(!sinks.spans().is_empty());
    for (sink, text) in sinks.arrived() {
        assert_eq!(found_secret(&text), None, "{sink}");
        if sink == "lines" {
            assert!(
                text.contains("no cost for calls of this model") && text.contains("usage field not understood"),
                "{text}"
            );
        }
    }
}
