//! Usage in JSON is read under the keys of any SDK, with the words that its price depends on.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod pricing;

use opentelemetry::KeyValue;
use pricing::{CHAT, Priced, chat, written};
use serde_json::{Value, json};

/// A chat of `model` whose usage is only in JSON.
fn of(provider: &'static str, model: &'static str, usage: &Value) -> Priced {
    let attributes = [
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", provider),
        KeyValue::new("gen_ai.request.model", model),
        KeyValue::new("gen_ai.usage.raw", usage.to_string()),
    ];
    written("test", "chat", attributes)
}

#[track_caller]
fn assert_priced(span: &Priced, cost: f64) {
    assert_eq!(
        (span.status().as_str(), span.cost()),
        ("priced", Some(cost)),
        "{:?} {:?}",
        span.reasons(),
        span.unread()
    );
}

/// 600 at 2.5, 400 at 1.25 and 100 at 10 USD a million.
const CACHED: f64 = 0.003;

#[test]
fn a_part_under_two_keys_is_counted_once() {
    let usage = |read: i64| {
        json!({"prompt_tokens": 1_000, "completion_tokens": 100, "total_tokens": 1_100,
            "prompt_tokens_details": {"cached_tokens": 400}, "cache_read_input_tokens": read})
    };
    let span = of("openai", "gpt-4o", &usage(400));
    assert_priced(&span, CACHED);
    assert_eq!(span.integer("gen_ai.usage.cache_read.input_tokens"), Some(400));
    assert_eq!(of("openai", "gpt-4o", &usage(300)).reasons(), ["unread_usage"]);
    assert_priced(&of("openai", "gpt-4o", &usage(0)), CACHED);
    // Also without a total.
    let mut without = usage(400);
    without.as_object_mut().unwrap().remove("total_tokens");
    assert_priced(&of("openai", "gpt-4o", &without), CACHED);
    // Langfuse's buckets are summed.
    let buckets = json!({"input": 600, "input_cached_tokens": 300, "input_cache_read": 100, "output": 100});
    assert_priced(&of("openai", "gpt-4o", &buckets), CACHED);
}

#[test]
fn an_attribute_that_holds_an_object_is_read() {
    for (name, object) in [
        ("gen_ai.usage.prompt_tokens_details", json!({"cached_tokens": 400})),
        ("llm.usage.prompt_tokens_details", json!({"cached_tokens": 400})),
        ("gen_ai.usage.details", json!({"cache_read_tokens": 400})),
        (
            "gen_ai.usage.details",
            json!({"prompt_tokens_details": {"cached_tokens": 400}}),
        ),
        ("llm.token_count.prompt_details", json!({"cache_read": 400})),
        ("ai.usage.inputTokenDetails", json!({"cacheReadTokens": 400})),
        ("gen_ai.usage.input_token_details", json!({"cache_read": 400})),
    ] {
        let span = chat("test", [KeyValue::new(name, object.to_string())]);
        assert_priced(&span, CACHED);
    }
    let poems = chat(
        "test",
        [KeyValue::new(
            "gen_ai.usage.completion_tokens_details",
            json!({"poems": 7}).to_string(),
        )],
    );
    assert_eq!(poems.unread(), ["gen_ai.usage.completion_tokens_details.poems"]);
    for nothing in ["{\"poems\": 0}", "{}", "[]", "many"] {
        let span = chat(
            "test",
            [KeyValue::new("gen_ai.usage.completion_tokens_details", nothing)],
        );
        assert_priced(&span, CHAT.cost.unwrap());
    }
    let list = chat(
        "test",
        [KeyValue::new("gen_ai.usage.details", json!([{"poems": 7}]).to_string())],
    );
    assert_eq!(list.unread(), ["gen_ai.usage.details"]);
    let broken = chat("test", [KeyValue::new("gen_ai.usage.details", "{broken")]);
    assert_eq!(broken.unread(), ["gen_ai.usage.details"]);
    let own = chat("test", [KeyValue::new("my.details", json!({"poems": 7}).to_string())]);
    assert_priced(&own, CHAT.cost.unwrap());
}

#[test]
fn keys_in_camel_case_are_read() {
    for usage in [
        json!({"promptTokens": 1_000, "completionTokens": 100, "totalTokens": 1_100, "cachedPromptTokens": 400}),
        json!({"inputTokens": 1_000, "outputTokens": 100, "cachedInputTokens": 400}),
        json!({"inputTokens": 600, "outputTokens": 100, "cacheReadInputTokens": 400, "totalTokens": 1_100}),
        json!({"inputTokens": {"total": 1_000, "noCache": 600, "cacheRead": 400}, "outputTokens": {"total": 100}}),
        json!({"promptTokenCount": 1_000, "candidatesTokenCount": 40, "thoughtsTokenCount": 60, "totalTokenCount": 1_100,
            "cachedContentTokenCount": 400, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 1_000}]}),
    ] {
        assert_priced(&of("openai", "gpt-4o", &usage), CACHED);
    }
    let poems = json!({"inputTokens": 1_000, "outputTokens": 100, "poemTokens": 7});
    assert_eq!(of("openai", "gpt-4o", &poems).unread(), ["gen_ai.usage.raw.poemTokens"]);
}

#[test]
fn words_that_the_price_depends_on_are_read() {
    // Opus 4.6: 5 USD a million in, 25 out; 1.1 times in the US.
    let opus = |more: Value| {
        let mut usage = json!({"input_tokens": 1_000_000, "output_tokens": 0});
        usage.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        of("anthropic", "claude-opus-4-6", &usage)
    };
    assert_priced(&opus(json!({})), 5.0);
    assert_priced(
        &opus(json!({"inference_geo": "global", "speed": "standard", "service_tier": "standard"})),
        5.0,
    );
    assert_priced(&opus(json!({"inference_geo": "us"})), 5.5);
    assert_priced(&opus(json!({"service_tier": "batch"})), 2.5);
    assert_eq!(opus(json!({"speed": "fast"})).reasons(), ["unknown_variant"]);
    // Fast mode of Opus 5: twice 5 and 25.
    let usage = json!({"input_tokens": 1_200, "output_tokens": 350, "speed": "fast"});
    assert_priced(&of("anthropic", "claude-opus-5", &usage), 0.029_5);

    let tier = |tier: &'static str| {
        let metadata = json!({"openai": {"serviceTier": tier, "responseId": "r"}}).to_string();
        let attributes = [
            KeyValue::new("gen_ai.operation.name", "chat"),
            KeyValue::new("gen_ai.provider.name", "openai"),
            KeyValue::new("gen_ai.request.model", "gpt-5"),
            KeyValue::new("gen_ai.usage.input_tokens", 1_000_000),
            KeyValue::new("gen_ai.usage.output_tokens", 0),
            KeyValue::new("ai.response.providerMetadata", metadata),
        ];
        written("ai", "chat", attributes)
    };
    // 1.25 USD a million, half of it by flex, twice by priority.
    assert_priced(&tier("default"), 1.25);
    assert_priced(&tier("flex"), 0.625);
    assert_priced(&tier("priority"), 2.5);
}

#[test]
fn googles_metadata_of_the_vercel_sdk_is_read() {
    let call = |model: &'static str, google: Value| {
        let attributes = [
            KeyValue::new("ai.operationId", "ai.generateText.doGenerate"),
            KeyValue::new("ai.model.provider", "google.generative-ai"),
            KeyValue::new("ai.model.id", model),
            KeyValue::new("ai.usage.inputTokens", 100),
            KeyValue::new("ai.usage.outputTokens", 500),
            KeyValue::new("ai.response.providerMetadata", json!({"google": google}).to_string()),
        ];
        written("ai", "ai.generateText.doGenerate", attributes)
    };
    let flash = |google| call("gemini-2.5-flash", google);
    // 100 at 0.3 and 500 at 2.5.
    assert_priced(&flash(json!({"safetyRatings": [{"probabilityScore": 0.1}]})), 0.001_28);
    let usage = json!({"promptTokenCount": 100, "candidatesTokenCount": 500, "thoughtsTokenCount": 300, "totalTokenCount": 900});
    // 800 out.
    assert_priced(&flash(json!({"usageMetadata": usage})), 0.002_03);
    let searched = |model| {
        let span = call(
            model,
            json!({"groundingMetadata": {"webSearchQueries": ["a", "b"], "retrievalScore": 0.5}}),
        );
        span.integer("tracing_genai.usage.web_searches")
    };
    assert_eq!(searched("gemini-2.5-flash"), Some(1));
    assert_eq!(searched("gemini-3-pro-preview"), Some(2));
    let poems = flash(json!({"usageMetadata": {"promptTokenCount": 100, "poems": 7}, "poemTokens": 7}));
    // Another crate of the build may make serde_json keep the order of keys.
    let mut unread = poems.unread();
    unread.sort();
    assert_eq!(
        unread,
        [
            "ai.response.providerMetadata.google.poemTokens",
            "ai.response.providerMetadata.google.usageMetadata.poems"
        ]
    );
}

#[test]
fn counts_that_disagree_make_the_cost_an_estimate() {
    let spelled = |name: &'static str, count: i64| chat("test", [KeyValue::new(name, count)]);
    for (name, same, other) in [
        ("gen_ai.usage.prompt_tokens", 1_000, 900),
        ("llm.usage.completion_tokens", 100, 99),
        ("ai.usage.inputTokens", 1_000, 2_000),
    ] {
        assert_priced(&spelled(name, same), CHAT.cost.unwrap());
        let span = spelled(name, other);
        assert_eq!(
            (span.reasons(), span.unread()),
            (vec!["unread_usage".to_owned()], vec![name.to_owned()])
        );
        // Some write zero for uncounted usage.
        assert_priced(&spelled(name, 0), CHAT.cost.unwrap());
    }
    // The earlier one yields to the current name.
    let attributes = [
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o"),
        KeyValue::new("gen_ai.usage.prompt_tokens", 900),
        KeyValue::new("gen_ai.usage.input_tokens", 1_000),
        KeyValue::new("gen_ai.usage.output_tokens", 100),
    ];
    let span = written("test", "chat", attributes);
    assert_eq!(
        (span.unread(), span.cost()),
        (vec!["gen_ai.usage.prompt_tokens".to_owned()], CHAT.cost)
    );
}
