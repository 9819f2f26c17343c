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
    let plain = PriceQuery::new("openai", &usage, UNIX_EPOCH + Duration::from_secs(1_795_176_000))
        .server_address("api.openai.com")
        .response_model("gpt-4o-2024-08-06")
        .request_model("gpt-4o")
        .counts(Counts::Auto);
    let flex = CallContext::default().service_tier("flex");
    let batch = CallContext::default().processing("batch");
    let excluded = usage.with(Unit::InputTokens, 100);
    let cases = [
        (plain, Status::Priced),
        (plain.response_model("gpt-6-sol").context(flex), Status::Priced),
        (
            plain
                .provider("anthropic")
                .response_model("claude-opus-5")
                .context(batch),
            Status::Priced,
        ),
        (plain.provider("azure.ai.openai"), Status::Priced),
        (plain.usage(&excluded), Status::Estimated),
        (plain.counts(Counts::Inclusive).usage(&excluded), Status::Inconsistent),
        (
            plain.response_model(None).request_model("my-finetune"),
            Status::Unpriced,
        ),
        (plain.provider("nobody").server_address(None), Status::Unpriced),
    ];
    for (call, status) in cases {
        assert_eq!(allocations(&call, status), 0, "{call:?}");
    }
}
