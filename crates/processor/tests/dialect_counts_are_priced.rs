//! Counts under frameworks' own names are priced, whether the input includes them or not.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod pricing;

use opentelemetry::KeyValue;
use pricing::{Priced, written};
use serde_json::json;

/// A chat of Claude Sonnet 4.5, by that provider's id: 3 USD a million in, 0.3 from the cache, 3.75 into it, 15 out.
fn sonnet(scope: &'static str, provider: &'static str, model: &'static str, counts: &[(&'static str, i64)]) -> Priced {
    let attributes = [
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", provider),
        KeyValue::new("gen_ai.request.model", model),
    ];
    let counts = counts.iter().map(|(name, count)| KeyValue::new(*name, *count));
    written(scope, "chat", attributes.into_iter().chain(counts))
}

#[track_caller]
fn assert_priced(span: &Priced, cost: f64) {
    assert_eq!(
        (span.status().as_str(), span.cost()),
        ("priced", Some(cost)),
        "{:?}",
        span.reasons()
    );
}

/// As [`assert_priced`], for a call that wrote to the cache with an unknown lifetime.
#[track_caller]
fn assert_written(span: &Priced) {
    assert_eq!(
        (span.reasons(), span.cost()),
        (vec!["cache_ttl_assumed".to_owned()], Some(COST))
    );
}

/// 1,000 of 20,000 tokens in are new, 16,000 from the cache, 3,000 into it, and 200 out:
/// 0.003 + 0.0048 + 0.01125 + 0.003.
const COST: f64 = 0.022_05;

#[test]
fn cached_tokens_are_read_under_each_frameworks_names() {
    for (read, written) in [
        ("gen_ai.usage.cache_read_tokens", "gen_ai.usage.cache_write_tokens"),
        (
            "gen_ai.usage.details.cache_read_tokens",
            "gen_ai.usage.details.cache_write_tokens",
        ),
        (
            "gen_ai.usage.details.cache_read_input_tokens",
            "gen_ai.usage.details.cache_creation_input_tokens",
        ),
        ("gen_ai.usage.input_cached_tokens", "gen_ai.usage.cache_creation_tokens"),
        (
            "gen_ai.usage.cached_input_tokens",
            "gen_ai.usage.cache_write_input_tokens",
        ),
        (
            "gen_ai.usage.input_tokens.cached",
            "gen_ai.usage.input_tokens.cache_write",
        ),
        (
            "gen_ai.usage.cache_read_input_tokens",
            "gen_ai.usage.cache_creation_input_tokens",
        ),
        (
            "llm.usage.cache_read_input_tokens",
            "llm.usage.cache_creation_input_tokens",
        ),
    ] {
        let counts = [
            ("gen_ai.usage.input_tokens", 20_000),
            ("gen_ai.usage.output_tokens", 200),
            (read, 16_000),
            (written, 3_000),
        ];
        assert_written(&sonnet("my-agent", "anthropic", "claude-sonnet-4-5", &counts));
    }
}

#[test]
fn a_part_under_two_names_is_counted_once() {
    let counts = [
        ("gen_ai.usage.input_tokens", 20_000),
        ("gen_ai.usage.output_tokens", 200),
        ("gen_ai.usage.cache_read.input_tokens", 16_000),
        ("gen_ai.usage.details.cache_read_tokens", 16_000),
        ("gen_ai.usage.cache_creation.input_tokens", 3_000),
        ("gen_ai.usage.details.cache_write_tokens", 3_000),
        // Anthropic's own count, without the cache.
        ("gen_ai.usage.details.input_tokens", 1_000),
        ("gen_ai.usage.details.output_tokens", 200),
    ];
    assert_written(&sonnet("pydantic-ai", "anthropic", "claude-sonnet-4-5", &counts));
}

#[test]
fn traceloops_input_excludes_the_cache_for_bedrock_but_not_for_anthropic() {
    let counts = [
        ("gen_ai.usage.input_tokens", 8_000),
        ("gen_ai.usage.output_tokens", 200),
        ("gen_ai.usage.cache_read_input_tokens", 2_000),
        // It adds up its input and output, in either scope.
        ("gen_ai.usage.total_tokens", 8_200),
    ];
    let of = |scope, provider, model| sonnet(scope, provider, model, &counts);
    let bedrock = "global.anthropic.claude-sonnet-4-5-20250929-v1:0";
    // 8,000 at 3, 2,000 at 0.3 and 200 at 15.
    let beside = of("opentelemetry.instrumentation.bedrock", "aws.bedrock", bedrock);
    assert_priced(&beside, 0.027_6);
    assert_eq!(beside.integer("gen_ai.usage.input_tokens"), Some(10_000));
    // 6,000 at 3, 2,000 at 0.3 and 200 at 15, wherever else Claude is called.
    for (scope, provider, model) in [
        (
            "opentelemetry.instrumentation.anthropic",
            "anthropic",
            "claude-sonnet-4-5",
        ),
        ("opentelemetry.instrumentation.langchain", "aws.bedrock", bedrock),
        (
            "opentelemetry.instrumentation.bedrock_agentcore",
            "aws.bedrock",
            bedrock,
        ),
    ] {
        assert_priced(&of(scope, provider, model), 0.021_6);
    }
}

#[test]
fn a_total_with_the_cache_beside_the_input_adds_the_cache() {
    let of = |total| {
        let counts = [
            ("gen_ai.usage.input_tokens", 8_000),
            ("gen_ai.usage.output_tokens", 200),
            ("gen_ai.usage.cache_read_input_tokens", 2_000),
            ("gen_ai.usage.total_tokens", total),
        ];
        sonnet("strands.telemetry.tracer", "anthropic", "claude-sonnet-4-5", &counts)
    };
    assert_priced(&of(10_200), 0.027_6);
    assert_priced(&of(8_200), 0.021_6);
    // A total that fits nothing changes no count and is unread.
    let other = of(9_999);
    assert_eq!(
        (other.reasons(), other.cost()),
        (vec!["unread_usage".to_owned()], Some(0.021_6))
    );
}

#[test]
fn langfuses_total_decides_whether_its_input_includes_the_cache() {
    let of = |details: serde_json::Value| {
        let attributes = [
            KeyValue::new("langfuse.observation.type", "generation"),
            KeyValue::new("gen_ai.provider.name", "openai"),
            KeyValue::new("langfuse.observation.model.name", "gpt-4o"),
            KeyValue::new("langfuse.observation.usage_details", details.to_string()),
        ];
        written("langfuse-sdk", "OpenAI.chat", attributes)
    };
    // 2,000 at 2.5, 10,000 at 1.25 and 300 at 10 USD a million.
    let cost = 0.020_5;
    let within = of(json!({"input": 12_000, "input_cached_tokens": 10_000, "output": 300, "total": 12_300}));
    assert_priced(&within, cost);
    assert_eq!(within.integer("gen_ai.usage.input_tokens"), Some(12_000));
    assert_priced(
        &of(json!({"input": 2_000, "input_cached_tokens": 10_000, "output": 300, "total": 12_300})),
        cost,
    );
    // Without a total each bucket excludes the others.
    assert_priced(
        &of(json!({"input": 2_000, "input_cached_tokens": 10_000, "output": 300})),
        cost,
    );
    // OpenAI's own keys include the cache.
    let openai = json!({
        "prompt_tokens": 12_000, "completion_tokens": 300, "total_tokens": 12_300, "prompt_tokens_details": {"cached_tokens": 10_000}
    });
    assert_priced(&of(openai), cost);
}

#[test]
fn vercels_bedrock_input_excludes_the_cache_unless_uncached_tokens_are_given() {
    let of = |input: i64, more: Option<KeyValue>| {
        let attributes = [
            KeyValue::new("ai.operationId", "ai.generateText.doGenerate"),
            KeyValue::new("ai.model.provider", "amazon-bedrock"),
            KeyValue::new("ai.model.id", "global.anthropic.claude-sonnet-4-5-20250929-v1:0"),
            KeyValue::new("ai.usage.inputTokens", input),
            KeyValue::new("ai.usage.cachedInputTokens", 2_000),
            KeyValue::new("ai.usage.outputTokens", 200),
            KeyValue::new(
                "ai.response.providerMetadata",
                json!({"bedrock": {"usage": {"cacheReadInputTokens": 2_000, "cacheWriteInputTokens": 0}}}).to_string(),
            ),
        ];
        written("ai", "ai.generateText.doGenerate", attributes.into_iter().chain(more))
    };
    // 8,000 at 3, 2,000 at 0.3 and 200 at 15.
    assert_priced(&of(8_000, None), 0.027_6);
    let not_cached = KeyValue::new("ai.usage.inputTokenDetails.noCacheTokens", 8_000);
    assert_priced(&of(10_000, Some(not_cached)), 0.027_6);
}

#[test]
fn claude_codes_input_excludes_the_cache() {
    let attributes = [
        KeyValue::new("span.type", "llm_request"),
        KeyValue::new("gen_ai.system", "anthropic"),
        KeyValue::new("gen_ai.request.model", "claude-sonnet-4-5"),
        KeyValue::new("input_tokens", 1_000),
        KeyValue::new("output_tokens", 200),
        KeyValue::new("cache_read_tokens", 16_000),
        KeyValue::new("cache_creation_tokens", 3_000),
        KeyValue::new("ttft_ms", 800),
        KeyValue::new("speed", "normal"),
    ];
    for (scope, name) in [
        ("com.anthropic.claude_code.tracing", "claude_code.llm_request"),
        ("com.anthropic.claude_code.traces", "claude_code.llm_request"),
        // Forwarded under another scope.
        ("gateway", "claude_code.llm_request"),
    ] {
        let span = written(scope, name, attributes.clone());
        assert_written(&span);
        assert_eq!(span.integer("gen_ai.usage.input_tokens"), Some(20_000));
        assert_eq!(span.value("gen_ai.response.time_to_first_chunk"), Some(&0.8.into()));
        assert_eq!(span.value("input_tokens"), None);
    }
    let with = |name: &'static str| {
        let more = [KeyValue::new(name, 500)];
        written(
            "com.anthropic.claude_code.tracing",
            "claude_code.llm_request",
            attributes.clone().into_iter().chain(more),
        )
    };
    for name in ["cache_creation_1h_tokens", "web_search_requests"] {
        assert_eq!(with(name).unread(), [name]);
    }
    for name in ["max_tokens", "attempt", "duration_ms", "my.poem_tokens"] {
        assert_written(&with(name));
    }
    // Pydantic AI's scope has no counts without a prefix.
    let counts = [
        ("gen_ai.usage.input_tokens", 1_000),
        ("gen_ai.usage.output_tokens", 0),
        ("poem_tokens", 7),
    ];
    assert_priced(&sonnet("pydantic-ai", "anthropic", "claude-sonnet-4-5", &counts), 0.003);
    let own = written("my-service", "request", attributes);
    assert_eq!((own.cost(), own.integer("input_tokens")), (None, Some(1_000)));
    assert_eq!(own.value("gen_ai.operation.name"), None);
}

#[test]
fn a_call_in_a_langgraph_node_is_priced_and_an_agents_sum_is_not() {
    let of = |names: &[&'static str]| {
        let attributes = [
            KeyValue::new("gen_ai.provider.name", "openai"),
            KeyValue::new("gen_ai.request.model", "gpt-4o"),
            KeyValue::new("gen_ai.usage.input_tokens", 1_000),
            KeyValue::new("gen_ai.usage.output_tokens", 100),
        ];
        let names = names.iter().map(|name| KeyValue::new(*name, *name));
        written("test", "call", attributes.into_iter().chain(names)).cost()
    };
    assert_eq!(of(&["langgraph.node.name"]), pricing::CHAT.cost);
    assert_eq!(of(&["gen_ai.agent.name"]), None);
    // The agent's own name is kept in either order.
    assert_eq!(of(&["langgraph.node.name", "gen_ai.agent.name"]), None);
    assert_eq!(of(&["gen_ai.agent.name", "langgraph.node.name"]), None);
}
