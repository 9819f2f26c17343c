//! The status of a cost: priced, estimated, free, unknown or inconsistent.

#![allow(clippy::unwrap_used)] // Tests and their helpers may panic.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tracing_genai_pricing::{
    CallContext, Catalogue, Cost, Counts, Entry, Layer, PriceQuery, Reason, Reasons, Status, Usd,
};
use tracing_genai_usage::{Unit, Usage};

/// 2026-11-20T12:00:00Z.
const NOON: u64 = 1_795_176_000;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn call<'a>(provider: &'a str, model: &'a str, usage: &'a Usage) -> PriceQuery<'a> {
    PriceQuery::new(provider, usage, at(NOON))
        .response_model(model)
        .counts(Counts::Inclusive)
}

fn cost(call: &PriceQuery<'_>) -> Cost {
    Catalogue::embedded().cost(call)
}

fn tokens(input: u64, output: u64) -> Usage {
    Usage::new()
        .with(Unit::InputTokens, input)
        .with(Unit::OutputTokens, output)
}

fn usd(text: &str) -> Option<Usd> {
    text.parse().ok()
}

/// A catalogue of one provider, `p`, with these models.
fn catalogue(models: &str) -> Catalogue {
    Catalogue::parse(&format!("tracing-genai catalogue 1\nsource\ttest 1\n[p]\n{models}")).unwrap()
}

#[test]
fn the_embedded_catalogue_is_complete() {
    let catalogue = Catalogue::embedded();
    assert_eq!(catalogue.version(), "genai-prices 0.2.3");
    assert_eq!(catalogue.hash().len(), 64);
    assert_eq!(catalogue.providers().count(), 47);
    let of_catalogue = |entry: &Entry<'_>| entry.layer() == Layer::Embedded;
    assert_eq!(catalogue.entries().filter(of_catalogue).count(), 2_330);
}

#[test]
fn a_call_without_usage_is_unpriced_and_not_zero() {
    let cost = cost(&call("openai", "gpt-4o", &Usage::new()));
    assert_eq!((cost.status, cost.total), (Status::Unpriced, None));
    assert_eq!(cost.reasons, Reasons::of(Reason::NoUsage));
}

#[test]
fn unknown_providers_and_models_have_different_reasons() {
    let usage = tokens(1, 1);
    assert_eq!(
        cost(&call("nobody", "gpt-4o", &usage)).reasons,
        Reasons::of(Reason::UnknownProvider)
    );
    assert_eq!(
        cost(&call("ibm.watsonx.ai", "gpt-4o", &usage)).reasons,
        Reasons::of(Reason::UnknownProvider)
    );
    assert_eq!(
        cost(&call("openai", "my-model", &usage)).reasons,
        Reasons::of(Reason::UnknownModel)
    );
}

#[test]
fn a_provider_is_found_by_the_address_when_its_name_is_unknown() {
    let usage = tokens(1_000, 0);
    let by_address = call("my-gateway", "llama-3.3-70b-versatile", &usage).server_address("api.groq.com");
    assert_eq!(cost(&by_address).status, Status::Priced);
    let azure = call("", "gpt-4o", &usage).server_address("east.openai.azure.com");
    assert_eq!(cost(&azure).status, Status::Priced);
}

#[test]
fn an_unnamed_provider_is_derived_from_the_model_and_the_cost_estimated() {
    let guessed = cost(&call("", "claude-opus-5", &tokens(1_000, 0)));
    assert_eq!((guessed.status, guessed.total), (Status::Estimated, usd("0.005")));
    assert_eq!(guessed.reasons, Reasons::of(Reason::ProviderFromModel));
}

#[test]
fn the_response_model_precedes_the_request_model() {
    let usage = tokens(1_000_000, 0);
    let both = call("openai", "gpt-4o", &usage).request_model("gpt-4o-mini");
    assert_eq!(cost(&both).total, usd("2.5"));
    let unknown = call("openai", "who-knows", &usage).request_model("gpt-4o");
    let cost = cost(&unknown);
    assert_eq!((cost.status, cost.total), (Status::Estimated, usd("2.5")));
    assert_eq!(cost.reasons, Reasons::of(Reason::RequestModelUsed));
}

#[test]
fn a_cloud_sells_another_providers_model_at_its_standard_price() {
    let usage = tokens(1_000, 100);
    let azure = cost(&call("azure.ai.openai", "gpt-6-sol", &usage));
    assert_eq!(
        (azure.status, azure.total),
        (Status::Priced, cost(&call("openai", "gpt-6-sol", &usage)).total)
    );
    let priority = CallContext::default().service_tier("priority");
    let special = cost(&call("azure.ai.openai", "gpt-6-sol", &usage).context(priority));
    assert_eq!((special.status, special.total), (Status::Estimated, azure.total));
    assert_eq!(special.reasons, Reasons::of(Reason::UnknownVariant));
}

#[test]
fn an_unknown_service_tier_has_the_standard_price_and_a_reason() {
    let usage = tokens(1_000, 100);
    for (tier, status) in [
        ("default", Status::Priced),
        ("auto", Status::Priced),
        ("flex", Status::Priced),
        ("nonsense", Status::Estimated),
    ] {
        let context = CallContext::default().service_tier(tier);
        assert_eq!(
            cost(&call("openai", "gpt-6-sol", &usage).context(context)).status,
            status,
            "{tier}"
        );
    }
}

#[test]
fn a_batch_reported_as_a_service_tier_is_a_batch() {
    let usage = tokens(1_000, 100);
    let reported = |service_tier, processing| {
        let context = CallContext::default().service_tier(service_tier).processing(processing);
        cost(&call("anthropic", "claude-opus-5", &usage).context(context)).total
    };
    assert_eq!(reported(Some("batch"), None), reported(None, Some("batch")));
    assert_ne!(reported(Some("batch"), None), reported(None, None));

    // OpenAI's responses have no such tier: the value has no known price.
    let context = CallContext::default().service_tier("batch");
    let elsewhere = cost(&call("openai", "gpt-4", &usage).context(context));
    assert_eq!(elsewhere.reasons, Reasons::of(Reason::UnknownVariant));
}

#[test]
fn excluded_cache_is_rejected_added_or_repaired_as_configured() {
    let usage = tokens(500, 300)
        .with(Unit::CacheReadTokens, 8_192)
        .with(Unit::CacheWriteTokens, 0);
    let base = call("openai", "gpt-4o-mini", &usage);
    let rejected = cost(&base);
    assert_eq!((rejected.status, rejected.total), (Status::Inconsistent, None));
    assert_eq!(rejected.reasons, Reasons::of(Reason::NegativePart));
    // 500 at 0.15, 8,192 at 0.075 and 300 at 0.6 USD a million.
    let added = cost(&base.counts(Counts::Exclusive));
    assert_eq!((added.status, added.total), (Status::Priced, usd("0.0008694")));
    let repaired = cost(&base.counts(Counts::Auto));
    assert_eq!((repaired.status, repaired.total), (Status::Estimated, added.total));
    assert_eq!(repaired.reasons, Reasons::of(Reason::InputExcludedCache));
}

#[test]
fn cache_writes_of_unknown_lifetime_are_charged_as_the_shortest_with_a_reason() {
    let usage = tokens(1_000, 10).with(Unit::CacheWriteTokens, 500);
    let assumed = cost(&call("anthropic", "claude-opus-5", &usage));
    assert_eq!(assumed.reasons, Reasons::of(Reason::CacheTtlAssumed));
    let reported = usage
        .with(Unit::CacheWrite1hTokens, 0)
        .with(Unit::CacheWrite5mTokens, 500);
    let reported = cost(&call("anthropic", "claude-opus-5", &reported));
    assert_eq!((reported.status, reported.total), (Status::Priced, assumed.total));
}

#[test]
fn a_missing_count_makes_the_cost_an_estimate() {
    let cut_off = Usage::new().with(Unit::InputTokens, 1_000);
    let cost_cut_off = cost(&call("openai", "gpt-4o", &cut_off));
    assert_eq!(
        (cost_cut_off.status, cost_cut_off.total),
        (Status::Estimated, usd("0.0025"))
    );
    assert_eq!(cost_cut_off.reasons, Reasons::of(Reason::MissingOutput));
    assert_eq!(cost_cut_off.parts.output, None);
    // An embedding has no output, and its model no price for one.
    assert_eq!(
        cost(&call("openai", "text-embedding-3-small", &cut_off)).status,
        Status::Priced
    );
}

#[test]
fn unpriced_units_have_a_reason_and_are_never_zero() {
    let searched = tokens(1_000, 0).with(Unit::SocialSearches, 2);
    let cost_searched = cost(&call("openai", "gpt-4o", &searched));
    assert_eq!(cost_searched.status, Status::Estimated);
    assert_eq!(cost_searched.reasons, Reasons::of(Reason::UnitWithoutPrice));

    let by_the_hour = cost(&call("groq", "whisper-large-v3", &tokens(1_000, 0)));
    assert_eq!((by_the_hour.status, by_the_hour.total), (Status::Unpriced, None));
    assert_eq!(by_the_hour.reasons, Reasons::of(Reason::NoPrice));
}

#[test]
fn a_part_without_its_whole_is_rejected_or_replaces_it() {
    // 50 tokens read from the cache at 0.1 and 10 of output at 5 USD a million.
    let usage = Usage::new()
        .with(Unit::CacheReadTokens, 50)
        .with(Unit::OutputTokens, 10);
    let by = |counts| cost(&call("anthropic", "claude-haiku-4-5", &usage).counts(counts));
    for counts in [Counts::Inclusive, Counts::Exclusive] {
        assert_eq!((by(counts).status, by(counts).total), (Status::Inconsistent, None));
        assert_eq!(by(counts).reasons, Reasons::of(Reason::MissingWhole));
    }
    let estimate = by(Counts::Auto);
    assert_eq!((estimate.status, estimate.total), (Status::Estimated, usd("0.000055")));
    assert_eq!(
        estimate.reasons,
        Reasons::of(Reason::MissingInput).union(Reasons::of(Reason::MissingWhole))
    );
    assert_eq!(estimate.parts.input, None);
}

#[test]
fn a_zero_total_with_a_missing_side_is_unpriced() {
    for (unit, missing) in [
        (Unit::InputTokens, Reason::MissingOutput),
        (Unit::OutputTokens, Reason::MissingInput),
    ] {
        let usage = Usage::new().with(unit, 0);
        let cost = cost(&call("openai", "gpt-4o", &usage));
        assert_eq!((cost.status, cost.total), (Status::Unpriced, None), "{missing}");
        assert_eq!(cost.reasons, Reasons::of(missing));
    }
}

#[test]
fn reasoning_beside_the_output_is_rejected_or_added_to_it() {
    // Gemini's thoughts are separate from the candidates: 1,000 at 1.25 and 7,500 at 10 USD a million.
    let usage = tokens(1_000, 500).with(Unit::OutputReasoningTokens, 7_000);
    let call = call("gcp.gemini", "gemini-2.5-pro", &usage);
    assert_eq!((cost(&call).status, cost(&call).total), (Status::Inconsistent, None));
    let repaired = cost(&call.counts(Counts::Auto));
    assert_eq!((repaired.status, repaired.total), (Status::Estimated, usd("0.07625")));
    assert_eq!(repaired.reasons, Reasons::of(Reason::OutputExcludedReasoning));
}

#[test]
fn models_given_away_by_their_provider_are_free() {
    let usage = tokens(1_000, 10);
    for (provider, model) in [
        ("gcp.gemini", "gemma-4-31b-it"),
        ("openai", "omni-moderation-latest"),
        ("github-copilot", "gpt-4.1"),
    ] {
        let cost = cost(&call(provider, model, &usage));
        assert_eq!((cost.status, cost.total), (Status::Free, Some(Usd::ZERO)), "{model}");
    }
    // On Vertex AI the same models are charged differently.
    let vertex = cost(&call("gcp.vertex_ai", "gemma-4-31b-it", &usage));
    assert_eq!((vertex.status, vertex.total), (Status::Unpriced, None));
    // Retired models kept by the table, without a price.
    let retired = cost(&call("cerebras", "qwen-3-coder-480b", &usage));
    assert_eq!((retired.status, retired.total), (Status::Unpriced, None));
}

#[test]
fn too_long_names_are_unknown_without_a_search() {
    let long = "gpt-4o-".repeat(100_000);
    let usage = tokens(1, 1);
    assert_eq!(
        cost(&call("openai", &long, &usage)).reasons,
        Reasons::of(Reason::UnknownModel)
    );
    assert_eq!(
        cost(&call(&long, "gpt-4o", &usage)).reasons,
        Reasons::of(Reason::UnknownProvider)
    );
}

#[test]
fn only_a_stated_zero_or_a_free_suffix_is_free() {
    let catalogue = catalogue("zero\t=\tinput=0 output=0\nx:free\t=\t-\nempty\t=\t-\n");
    let usage = tokens(10, 10);
    let status = |model: &str| {
        let cost = catalogue.cost(&call("p", model, &usage));
        (cost.status, cost.total)
    };
    assert_eq!(status("zero"), (Status::Free, Some(Usd::ZERO)));
    assert_eq!(status("x:free"), (Status::Free, Some(Usd::ZERO)));
    assert_eq!(status("empty"), (Status::Unpriced, None));
}

#[test]
fn an_invalid_pattern_disables_only_its_model() {
    let catalogue = catalogue("broken\t/(?=x)/ | =\tinput=1\nsound\t=\tinput=1\n");
    let usage = Usage::new().with(Unit::InputTokens, 1);
    assert_eq!(catalogue.cost(&call("p", "broken", &usage)).status, Status::Unpriced);
    assert_eq!(catalogue.cost(&call("p", "sound", &usage)).status, Status::Priced);
}

#[test]
fn the_first_matching_model_wins() {
    let catalogue = catalogue("family\t^gpt\tinput=1\nexact\t=gpt-5\tinput=2\n");
    let usage = Usage::new().with(Unit::InputTokens, 1_000_000);
    assert_eq!(catalogue.cost(&call("p", "GPT-5", &usage)).total, usd("1"));
}

#[test]
fn parts_are_separate_and_the_price_is_identified() {
    let usage = tokens(300_000, 2_000)
        .with(Unit::CacheReadTokens, 250_000)
        .with(Unit::WebSearches, 3);
    let cost = cost(&call("openai", "gpt-6-sol", &usage));
    assert_eq!(cost.parts.input, usd("0.2"));
    assert_eq!(cost.parts.cache_read, usd("0.1"));
    assert_eq!(cost.parts.cache_write, None);
    assert_eq!(cost.parts.output, usd("0.03"));
    assert_eq!(cost.parts.other, usd("0.03"));
    assert_eq!(cost.total, usd("0.36"));
    let matched = cost.matched.unwrap();
    assert_eq!((&*matched.provider, &*matched.model), ("openai", "gpt-6-sol"));
    assert_eq!(matched.tier_start, Some(272_000));
}

#[test]
fn a_dated_price_and_a_variant_are_identified() {
    let usage = tokens(1, 1);
    let before = call("anthropic", "claude-opus-4-6", &usage).started(at(1_773_359_999));
    let after = before.started(at(1_773_360_000));
    let effective = |call: &PriceQuery<'_>| cost(call).matched.unwrap().effective.as_deref().map(str::to_owned);
    assert_eq!(effective(&before), None);
    assert_eq!(effective(&after).as_deref(), Some("2026-03-13"));
    let fast = CallContext::default().speed("fast");
    let fast = cost(&call("anthropic", "claude-opus-5", &usage).context(fast));
    assert_eq!(fast.matched.unwrap().variant.as_deref(), Some("speed=fast"));
}

#[test]
fn groq_bills_at_least_ten_seconds_of_whisper() {
    let seconds = |count| {
        let usage = Usage::new().with(Unit::AudioSeconds, count);
        cost(&call("groq", "whisper-large-v3", &usage)).total
    };
    assert_eq!(seconds(1), seconds(10));
    assert_ne!(seconds(10), seconds(11));
    assert_eq!(seconds(0), Some(Usd::ZERO));
}

#[test]
fn missing_cached_audio_is_rejected_or_assumed_minimal() {
    let usage = tokens(4_000, 0)
        .with(Unit::InputAudioTokens, 3_000)
        .with(Unit::CacheReadTokens, 2_000);
    let rejected = cost(&call("gcp.gemini", "gemini-2.5-flash", &usage));
    assert_eq!((rejected.status, rejected.total), (Status::Inconsistent, None));
    assert_eq!(rejected.reasons, Reasons::of(Reason::OverlapUnknown));
    let cost = cost(&call("gcp.gemini", "gemini-2.5-flash", &usage).counts(Counts::Auto));
    assert_eq!(cost.reasons, Reasons::of(Reason::OverlapAssumed));
    let known = usage.with(Unit::CacheAudioReadTokens, 1_000);
    assert_eq!(
        cost.total,
        Catalogue::embedded()
            .cost(&call("gcp.gemini", "gemini-2.5-flash", &known))
            .total
    );
}

#[test]
fn too_large_counts_are_rejected() {
    for count in [(1 << 53) + 1, u64::MAX] {
        let cost = cost(&call("openai", "gpt-4o", &tokens(count, 1)));
        assert_eq!((cost.status, cost.total), (Status::Inconsistent, None));
        assert_eq!(cost.reasons, Reasons::of(Reason::CountTooLarge));
    }
    let most = cost(&call("openai", "gpt-4o", &tokens(1 << 53, 1 << 53)));
    assert_eq!(most.status, Status::Priced);
}

#[test]
fn a_third_of_a_cent_is_rounded_half_to_even_once() {
    // 1 second of 0.111 USD an hour is 0.0000308333... USD.
    let catalogue = catalogue("hour\t=\taudio_seconds=0.111\n");
    let usage = Usage::new().with(Unit::AudioSeconds, 1);
    assert_eq!(
        catalogue.cost(&call("p", "hour", &usage)).total,
        usd("0.000030833333333")
    );
}
