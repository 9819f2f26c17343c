//! The overlay: every row adds to the catalogue, and its prices apply. Agreement with LiteLLM is tested in xtask, which
//! reads LiteLLM's table.

#![allow(clippy::unwrap_used)] // Tests and their helpers may panic.

mod calls;

use std::time::SystemTime;

use calls::{call, cost, estimated, priced, summary, tokens};
use tracing_genai_pricing::{CallContext, Catalogue, Feed, OverlayRow, Reason, Status};
use tracing_genai_usage::{Unit, Usage};

#[test]
fn every_row_adds_to_the_catalogue() {
    let additions = OverlayRow::additions_to(include_str!("../data/catalogue.txt")).unwrap();
    let idle: Vec<_> = additions
        .iter()
        .filter(|(_, added)| *added == 0)
        .map(|(row, _)| format!("{}/{} {}", row.provider(), row.model(), row.adds()))
        .collect();
    assert!(idle.is_empty(), "these rows add nothing: {idle:#?}");
    assert!(
        additions
            .iter()
            .all(|(row, _)| row.date().len() == 10 && !row.source().is_empty())
    );
}

#[test]
fn the_overlay_applies_to_a_newer_table() {
    let table = include_str!("../data/catalogue.txt");
    let feed = Feed::parse(table, "newer").unwrap();
    let catalogue = Catalogue::layered(Some(&feed), None).unwrap();
    let usage = tokens(1_000, 500)
        .with(Unit::InputAudioTokens, 900)
        .with(Unit::OutputAudioTokens, 400);
    let cost = catalogue.cost(&call("openai", "gpt-4o-audio-preview-2024-12-17", &usage));
    // 100 at 2.50, 900 at 40, 100 at 10 and 400 at 80 USD a million.
    assert_eq!(summary(&cost), priced("0.06925"));
}

#[test]
fn audio_is_charged_at_its_price_or_else_an_estimate() {
    let audio = tokens(1_000, 500).with(Unit::InputAudioTokens, 900);
    assert_eq!(
        cost(&call("openai", "gpt-4o-audio-preview", &audio)),
        priced("0.04125"),
        "100 at 2.50, 900 at 40, 500 at 10 USD a million"
    );
    assert_eq!(
        cost(&call("openai", "gpt-4o", &audio)),
        estimated("0.0075", &[Reason::AudioChargedAsText])
    );
    // Zero audio tokens: priced.
    let silent = tokens(1_000, 500).with(Unit::InputAudioTokens, 0);
    assert_eq!(cost(&call("openai", "gpt-4o", &silent)), priced("0.0075"));
}

#[test]
fn a_cached_part_without_a_price_is_an_estimate() {
    let usage = tokens(1_000, 0).with(Unit::CacheReadTokens, 800);
    let (status, _, reasons) = cost(&call("groq", "llama-3.3-70b-versatile", &usage));
    assert_eq!(
        (status, reasons),
        (Status::Estimated, vec![Reason::CacheChargedAsInput])
    );
    let (status, _, reasons) = cost(&call("openai", "gpt-4o", &usage));
    assert_eq!((status, reasons), (Status::Priced, vec![]));
}

#[test]
fn anthropic_us_residency_costs_a_tenth_more_since_4_6() {
    let usage = tokens(1_000_000, 0).with(Unit::WebSearches, 2);
    let with = |model, geo| {
        let context = CallContext::default().inference_geo(geo);
        cost(&call("anthropic", model, &usage).context(context))
    };
    // Two searches at 10 USD a thousand have no surcharge.
    assert_eq!(with("claude-opus-4-6", Some("us")), priced("5.52"));
    assert_eq!(with("claude-opus-4-6-20260205", Some("us")), priced("5.52"));
    assert_eq!(with("claude-opus-4-6", Some("global")), priced("5.02"));
    assert_eq!(with("claude-opus-4-6", None), priced("5.02"));
    assert_eq!(with("claude-opus-4-5", Some("us")), priced("5.02"));
    assert_eq!(with("claude-haiku-4-5", Some("us")), priced("1.02"));
    assert_eq!(with("claude-opus-4-5", Some("not_available")), priced("5.02"));
    assert_eq!(
        with("claude-opus-4-6", Some("eu")),
        estimated("5.02", &[Reason::UnknownVariant])
    );
    let batch = CallContext::default().inference_geo("us").processing("batch");
    let usage = tokens(1_000_000, 0);
    let batch = call("anthropic", "claude-opus-4-6", &usage).context(batch);
    assert_eq!(cost(&batch), priced("2.75"), "half of 5 USD, and a tenth more");
    let matched = Catalogue::embedded().cost(&batch).matched.unwrap();
    assert_eq!(matched.variant.as_deref(), Some("processing=batch&inference_geo=us"));
}

#[test]
fn claude_on_vertex_costs_a_tenth_more_outside_the_global_endpoint() {
    let usage = tokens(1_000, 0);
    let at = |model, host| cost(&call("gcp.vertex_ai", model, &usage).server_address(host));
    let regional = Some("us-east5-aiplatform.googleapis.com");
    assert_eq!(at("claude-sonnet-4-5@20250929", regional), priced("0.0033"));
    assert_eq!(
        at("claude-sonnet-4-5@20250929", Some("aiplatform.googleapis.com")),
        priced("0.003")
    );
    assert_eq!(
        at("claude-sonnet-4-5", Some("aiplatform.eu.rep.googleapis.com")),
        priced("0.0033")
    );
    assert_eq!(
        at("claude-sonnet-4-5", None),
        estimated("0.003", &[Reason::RegionAssumed])
    );
    assert_eq!(
        at("claude-opus-4-1", regional),
        priced("0.015"),
        "no surcharge before 4.5"
    );
    assert_eq!(at("claude-opus-4-1", None), priced("0.015"));
    assert_eq!(at("gemini-2.5-flash", regional), priced("0.0003"));
    assert_eq!(at("gemini-3.5-flash", regional).0, Status::Priced);
    // A name of Google's that covers both of its APIs.
    let any = |model| cost(&call("gcp.gen_ai", model, &usage));
    assert_eq!(any("gemini-3.5-flash"), estimated("0.0015", &[Reason::RegionAssumed]));
    assert_eq!(any("gemini-2.5-flash"), priced("0.0003"));
}

#[test]
fn openai_regional_hosts_cost_a_tenth_more_since_gpt_5_4() {
    let usage = tokens(1_000, 0);
    let at = |model, host| cost(&call("openai", model, &usage).server_address(host));
    assert_eq!(at("gpt-5.4", Some("eu.api.openai.com")), priced("0.00275"));
    assert_eq!(at("gpt-5.4", Some("api.openai.com")), priced("0.0025"));
    assert_eq!(at("gpt-5.4", None), priced("0.0025"));
    assert_eq!(
        at("gpt-5.4", Some("jp.api.openai.com")),
        estimated("0.0025", &[Reason::RegionAssumed])
    );
    assert_eq!(at("gpt-4o", Some("eu.api.openai.com")), priced("0.0025"));
    // LiteLLM lists a surcharge for only the newest names of one catalogue line.
    for (model, global, regional) in [
        ("gpt-realtime-2.1", "0.004", "0.0044"),
        ("gpt-realtime-2", "0.004", "0.004"),
        ("gpt-realtime-2.1-mini", "0.0006", "0.00066"),
        ("gpt-realtime-mini-2025-12-15", "0.0006", "0.0006"),
        ("gpt-6-astra-law", "0.01", "0.011"),
    ] {
        assert_eq!(at(model, None), priced(global), "{model}");
        assert_eq!(at(model, Some("eu.api.openai.com")), priced(regional), "{model}");
    }
}

#[test]
fn sonnet_4_5_on_bedrock_costs_twice_above_200_000_tokens() {
    let cost_of = |model, input| cost(&call("aws.bedrock", model, &tokens(input, 1_000)));
    let us = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";
    // 300,000 at 6.60 and 1,000 at 24.75 USD a million.
    assert_eq!(cost_of(us, 300_000), priced("2.00475"));
    assert_eq!(cost_of(us, 200_000), priced("0.6765"));
    assert_eq!(
        cost_of("global.anthropic.claude-sonnet-4-5-20250929-v1:0", 300_000),
        priced("1.8225")
    );
    assert_eq!(
        cost_of("us.anthropic.claude-sonnet-4-6-v1:0", 300_000),
        priced("1.0065")
    );
}

#[test]
fn a_kind_of_service_without_a_long_input_price_is_an_estimate_there() {
    let with = |input| {
        let usage = tokens(input, 0);
        let context = CallContext::default().service_tier("priority");
        cost(&call("openai", "gpt-5.4", &usage).context(context))
    };
    assert_eq!(with(300_000).2, [Reason::LongContextAssumed]);
    assert_eq!(with(272_000).0, Status::Priced);
}

#[test]
fn provisioned_throughput_is_unpriced() {
    let usage = tokens(1_000, 100);
    let with = |provider, model, tier| {
        let context = CallContext::default().service_tier(tier);
        cost(&call(provider, model, &usage).context(context))
    };
    let unpriced = (Status::Unpriced, None, vec![Reason::ProvisionedThroughput]);
    assert_eq!(
        with("gcp.vertex_ai", "gemini-2.5-pro", "provisioned_throughput"),
        unpriced
    );
    assert_eq!(with("openai", "gpt-4o", "scale"), unpriced);
    assert_eq!(with("aws.bedrock", "amazon.nova-lite-v1:0", "reserved"), unpriced);
    // Another provider's use of the same value.
    assert_eq!(with("groq", "llama-3.3-70b-versatile", "scale").0, Status::Estimated);
}

#[test]
fn a_search_with_a_free_allowance_is_an_estimate() {
    let usage = tokens(1_000, 50).with(Unit::WebSearches, 1);
    assert_eq!(
        cost(&call("gcp.gemini", "gemini-2.5-flash", &usage)),
        // 1,000 at 0.30, 50 at 2.50 USD a million, a prompt at 35 a thousand.
        estimated("0.035425", &[Reason::FreeAllowance])
    );
}

#[test]
fn a_model_that_always_searches_charges_its_fee() {
    let usage = tokens(100, 200);
    assert_eq!(
        cost(&call("openai", "gpt-4o-search-preview-2025-03-11", &usage)),
        priced("0.02725")
    );
    assert_eq!(
        cost(&call("openai", "gpt-4o-mini-search-preview", &usage)),
        priced("0.025135")
    );
    for model in ["gpt-5-search-api", "gpt-5-search-api-2025-10-14"] {
        // 100 at 1.25 and 200 at 10 USD a million, and 10 USD for a thousand calls.
        assert_eq!(cost(&call("openai", model, &usage)), priced("0.012125"), "{model}");
    }
    assert_eq!(cost(&call("openai", "gpt-4o", &usage)), priced("0.00225"));
}

#[test]
fn fine_tuned_models_have_the_price_of_their_kind() {
    let usage = tokens(1_000_000, 1_000_000);
    for model in ["ft:gpt-4.1-2025-04-14:acme::B1x", "ft:gpt-4.1-2025-04-14"] {
        assert_eq!(cost(&call("openai", model, &usage)), priced("15"), "{model}");
    }
}

#[test]
fn rerankers_are_charged_by_the_search() {
    let usage = Usage::new().with(Unit::RerankSearches, 3);
    assert_eq!(cost(&call("cohere", "rerank-v3.5", &usage)), priced("0.006"));
}

#[test]
fn rows_apply_to_calls_of_any_day() {
    let usage = tokens(1_000, 500).with(Unit::InputAudioTokens, 900);
    let call = call("openai", "gpt-4o-audio-preview", &usage).started(SystemTime::UNIX_EPOCH);
    assert_eq!(cost(&call), priced("0.04125"));
}

#[test]
fn a_search_is_priced_by_its_kind_and_seller() {
    let usage = tokens(1_000, 0).with(Unit::WebSearches, 1);
    let with = |provider, model, search_type| {
        let context = CallContext::default().search_type(search_type);
        cost(&call(provider, model, &usage).context(context))
    };
    assert_eq!(with("openai", "gpt-4o", None), priced("0.0125"));
    assert_eq!(with("openai", "gpt-4o", Some("preview")), priced("0.0275"));
    assert_eq!(with("openai", "gpt-5.4", Some("preview")), priced("0.0125"));
    assert_eq!(with("azure.ai.openai", "gpt-5.4", None), priced("0.0165"));
    assert_eq!(with("azure.ai.openai", "o3", None), priced("0.016"));
    // Azure has one price for all searches.
    assert_eq!(with("azure.ai.openai", "gpt-5.4", Some("preview")), priced("0.0165"));
    assert_eq!(with("azure.ai.openai", "o3", Some("preview")), priced("0.016"));
    // The allowance is Google's: 1,000 at 0.30 USD a million, and 5 USD for a thousand searches.
    assert_eq!(with("perplexity", "google/gemini-2.5-flash", None), priced("0.0053"));
}

#[test]
fn a_free_model_is_not_free_if_unpriced_units_were_used() {
    let usage = tokens(1_000, 10);
    let model = "deepseek/deepseek-r1:free";
    assert_eq!(
        cost(&call("openrouter", model, &usage)),
        (Status::Free, Some("0".to_owned()), vec![])
    );
    let searched = usage.with(Unit::WebSearches, 3);
    let unpriced = (Status::Unpriced, None, vec![Reason::NoPrice]);
    assert_eq!(cost(&call("openrouter", model, &searched)), unpriced);
    let none = usage.with(Unit::WebSearches, 0);
    assert_eq!(cost(&call("openrouter", model, &none)).0, Status::Free);
    let mut doubted = Catalogue::embedded().cost(&call("openrouter", model, &usage));
    doubted.add_reason(Reason::UnreadUsage);
    assert_eq!(summary(&doubted), (Status::Unpriced, None, vec![Reason::UnreadUsage]));
}

#[test]
fn perplexity_request_fees_depend_on_the_search_context() {
    let usage = tokens(1_000, 300);
    let with = |model, size| {
        let context = CallContext::default().search_type(size);
        cost(&call("perplexity", model, &usage).context(context))
    };
    // 1,300 tokens at a dollar a million, and the request.
    assert_eq!(with("sonar", Some("low")), priced("0.0063"));
    assert_eq!(with("sonar", Some("medium")), priced("0.0093"));
    assert_eq!(with("sonar", Some("high")), priced("0.0133"));
    assert_eq!(with("sonar", None), priced("0.0133"));
    assert_eq!(with("sonar-deep-research", Some("low")).0, Status::Priced);
    assert_eq!(with("sonar", Some("huge")).2, [Reason::UnknownVariant]);
}
