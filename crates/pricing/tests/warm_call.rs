//! A model that was met before is priced without allocation.

use std::time::{Duration, UNIX_EPOCH};

use tracing_genai_pricing::{Call, Catalogue, Context, Counts, Status};
use tracing_genai_usage::{Unit, Usage};

fn allocations(call: &Call<'_>, expected: Status) -> u64 {
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
    let plain = Call {
        provider: "openai",
        server_address: Some("api.openai.com"),
        response_model: Some("gpt-4o-2024-08-06"),
        request_model: Some("gpt-4o"),
        usage: &usage,
        started: UNIX_EPOCH + Duration::from_secs(1_795_176_000),
        context: Context::default(),
        counts: Counts::Auto,
    };
    let flex = Context {
        service_tier: Some("flex"),
        ..Context::default()
    };
    let batch = Context {
        processing: Some("batch"),
        ..Context::default()
    };
    let excluded = usage.with(Unit::InputTokens, 100);
    let cases = [
        (plain, Status::Priced),
        (
            Call {
                response_model: Some("gpt-6-sol"),
                context: flex,
                ..plain
            },
            Status::Priced,
        ),
        (
            Call {
                provider: "anthropic",
                response_model: Some("claude-opus-5"),
                context: batch,
                ..plain
            },
            Status::Priced,
        ),
        (
            Call {
                provider: "azure.ai.openai",
                ..plain
            },
            Status::Priced,
        ),
        (
            Call {
                usage: &excluded,
                ..plain
            },
            Status::Estimated,
        ),
        (
            Call {
                counts: Counts::Inclusive,
                usage: &excluded,
                ..plain
            },
            Status::Inconsistent,
        ),
        (
            Call {
                response_model: None,
                request_model: Some("my-finetune"),
                ..plain
            },
            Status::Unpriced,
        ),
        (
            Call {
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
