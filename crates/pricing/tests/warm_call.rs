//! A cached model is priced without allocation.

use std::time::{Duration, UNIX_EPOCH};

use tracing_genai_pricing::{CallContext, Catalogue, Counts, PriceQuery, Status};
use tracing_genai_usage::{Unit, Usage};

fn allocations(call: &PriceQuery<'_>, expected: Status) -> u64 {
    let catalogue = Catalogue::embedded();
    assert_eq!(catalogue.cost(call).status, expected, "{call:?}");
    let info = allocation_counter::measure(|| {
        std::hint::black_box(catalogue.cost(std::hint::black_box(call)));
    });
    info.count_total
}

#[test]
fn a_warm_cost_allocates_nothing() {
    let usage = Usage::new()
        .with(Unit::InputTokens, 10_240)
        .with(Unit::CacheReadTokens, 8_192)
        .with(Unit::OutputTokens, 640)
        .with(Unit::OutputReasoningTokens, 100);
    let plain = PriceQuery {
        provider: "openai",
        server_address: Some("api.openai.com"),
        response_model: Some("gpt-4o-2024-08-06"),
        request_model: Some("gpt-4o"),
        usage: &usage,
        started: UNIX_EPOCH + Duration::from_secs(1_795_176_000),
        context: CallContext::default(),
        counts: Counts::Auto,
    };
    let flex = CallContext {
        service_tier: Some("flex"),
        ..CallContext::default()
    };
    let batch = CallContext {
        processing: Some("batch"),
        ..CallContext::default()
    };
    let excluded = usage.with(Unit::InputTokens, 100);
    let cases = [
        (plain, Status::Priced),
        (
            PriceQuery {
                response_model: Some("gpt-6-sol"),
                context: flex,
                ..plain
            },
            Status::Priced,
        ),
        (
            PriceQuery {
                provider: "anthropic",
                response_model: Some("claude-opus-5"),
                context: batch,
                ..plain
            },
            Status::Priced,
        ),
        (
            PriceQuery {
                provider: "azure.ai.openai",
                ..plain
            },
            Status::Priced,
        ),
        (
            PriceQuery {
                usage: &excluded,
                ..plain
            },
            Status::Estimated,
        ),
        (
            PriceQuery {
                counts: Counts::Inclusive,
                usage: &excluded,
                ..plain
            },
            Status::Inconsistent,
        ),
        (
            PriceQuery {
                response_model: None,
                request_model: Some("my-finetune"),
                ..plain
            },
            Status::Unpriced,
        ),
        (
            PriceQuery {
                provider: "nobody",
                server_address: None,
                ..plain
            },
            Status::Unpriced,
        ),
    ];
    for (call, status) in cases {
        assert_eq!(allocations(&call, status), 0, "{call:?}");
    }
}
