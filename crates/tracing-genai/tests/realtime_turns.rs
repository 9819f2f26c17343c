//! Each turn of a realtime session is a separate call, recorded from the event that ends it.

mod service;

use opentelemetry::Value;
use service::Service;
use tracing_genai::usage::Api;

/// A turn of `input` tokens of audio, a part of them cached, and 100 of audio out.
fn done(id: &str, input: u64, cached: u64) -> String {
    format!(
        r#"{{"type":"response.done","response":{{"object":"realtime.response","id":"{id}","status":"completed","usage":{{
            "total_tokens":{},"input_tokens":{input},"output_tokens":100,
            "input_token_details":{{"audio_tokens":{input},"text_tokens":0,"cached_tokens":{cached},
                "cached_tokens_details":{{"audio_tokens":{cached},"text_tokens":0}}}},
            "output_token_details":{{"audio_tokens":100,"text_tokens":0}}}}}}}}"#,
        input + 100
    )
}

#[test]
fn each_turn_has_its_own_span_counts_and_cost() {
    let service = Service::start();
    service.run(|| {
        for event in [done("r1", 1_000, 0), done("r2", 2_000, 1_000)] {
            let turn = tracing_genai::chat("openai", "gpt-realtime").start();
            turn.respond(Api::OpenAiRealtime, 200, event.as_bytes());
        }
    });
    let spans = service.spans();
    let costs: Vec<_> = spans
        .iter()
        .map(|span| span.value("gen_ai.usage.cost").cloned())
        .collect();
    // 32 USD a million of audio in, 0.40 of it cached, 64 out.
    assert_eq!(costs, [Some(Value::F64(0.0384)), Some(Value::F64(0.0388))]);
    let cached = spans
        .iter()
        .map(|span| span.value("gen_ai.usage.cache_read.input_tokens").cloned());
    assert!(cached.eq([Some(Value::I64(0)), Some(Value::I64(1_000))]));
    for span in &spans {
        assert_eq!(span.text("tracing_genai.cost.status"), Some("priced"));
    }
}
