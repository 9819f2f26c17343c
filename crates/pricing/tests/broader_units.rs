//! A unit charged at the price of a broader one makes the cost an estimate, unless the provider states equal prices;
//! factors multiply all applicable prices.

#![allow(clippy::unwrap_used)] // Tests and their helpers may panic.

mod calls;

use calls::{Summary, call, cost, estimated, input_with, priced, summary, tokens};
use tracing_genai_pricing::{CallContext, Catalogue, ModelId, Reason, Status};
use tracing_genai_usage::{Unit, Usage};

#[test]
fn a_part_without_its_own_price_makes_an_estimate_unless_stated_equal() {
    use Unit::{CacheReadTokens, CacheWriteTokens, InputAudioTokens, InputImageTokens, InputVideoTokens};
    let reason = |reason: Reason| Some(reason);
    // Provider, model, part of a million tokens, cost in USD, and the uncertainty.
    let cases = [
        // 0.59 for all of it; 600,000 at 2.50 and 400,000 at 1.25.
        (
            "groq",
            "llama-3.3-70b-versatile",
            CacheReadTokens,
            "0.59",
            reason(Reason::CacheChargedAsInput),
        ),
        ("openai", "gpt-4o", CacheReadTokens, "2", None),
        // 2.50 for all of it; 600,000 at 3 and 400,000 at 3.75.
        (
            "openai",
            "gpt-4o",
            CacheWriteTokens,
            "2.5",
            reason(Reason::CacheWriteChargedAsInput),
        ),
        (
            "anthropic",
            "claude-sonnet-4-6",
            CacheWriteTokens,
            "3.3",
            reason(Reason::CacheTtlAssumed),
        ),
        // 600,000 at 2.50 and 400,000 at 32; Gemini 3.5 charges audio as text, Gemini 2.5 1 USD for 0.30.
        (
            "openai",
            "gpt-4o",
            InputAudioTokens,
            "2.5",
            reason(Reason::AudioChargedAsText),
        ),
        ("openai", "gpt-audio", InputAudioTokens, "14.3", None),
        ("gcp.gemini", "gemini-3.5-flash", InputAudioTokens, "1.5", None),
        ("gcp.gemini", "gemini-2.5-flash", InputAudioTokens, "0.58", None),
        // Claude, GPT and Gemini charge images as text; gpt-image-1 600,000 at 5 and 400,000 at 10.
        (
            "groq",
            "llama-3.3-70b-versatile",
            InputImageTokens,
            "0.59",
            reason(Reason::ImageChargedAsText),
        ),
        ("anthropic", "claude-sonnet-4-6", InputImageTokens, "3", None),
        ("openai", "gpt-4o", InputImageTokens, "2.5", None),
        ("gcp.gemini", "gemini-2.5-flash", InputImageTokens, "0.3", None),
        ("x_ai", "grok-3", InputImageTokens, "3", None),
        ("openai", "gpt-image-1", InputImageTokens, "7", None),
        // Gemini charges video as text, its Live model 600,000 at 0.75 and 400,000 at 1.
        (
            "openai",
            "gpt-4o",
            InputVideoTokens,
            "2.5",
            reason(Reason::VideoChargedAsText),
        ),
        ("gcp.gemini", "gemini-2.5-flash", InputVideoTokens, "0.3", None),
        (
            "gcp.gemini",
            "gemini-3.1-flash-live-preview",
            InputVideoTokens,
            "0.85",
            None,
        ),
    ];
    for (provider, model, unit, total, reason) in cases {
        let usage = input_with(unit, 400_000);
        let expected = reason.map_or_else(|| priced(total), |reason| estimated(total, &[reason]));
        assert_eq!(
            cost(&call(provider, model, &usage)),
            expected,
            "{model} {}",
            unit.name()
        );
        // A zero part: priced.
        let none = input_with(unit, 0);
        assert_eq!(
            cost(&call(provider, model, &none)).0,
            Status::Priced,
            "{model} without {}",
            unit.name()
        );
    }
}

#[test]
fn annotated_pages_cost_more_if_the_model_has_a_price_for_them() {
    let pages = |annotated| {
        Usage::new()
            .with(Unit::InputDocumentPages, 1_000)
            .with(Unit::InputAnnotatedDocumentPages, annotated)
    };
    let of = |model, annotated| cost(&call("mistral_ai", model, &pages(annotated)));
    // 600 pages at 4 USD a thousand and 400 at 5; an older model has one price for both.
    assert_eq!(of("mistral-ocr-latest", 400), priced("4.4"));
    assert_eq!(
        of("mistral-ocr-2503", 400),
        estimated("1", &[Reason::AnnotationChargedAsPage])
    );
    assert_eq!(of("mistral-ocr-2503", 0), priced("1"));
}

#[test]
fn one_hour_cache_writes_without_a_price_are_charged_as_the_shortest() {
    let catalogue = Catalogue::parse(
        "tracing-genai catalogue 1\n[p]\nshort\t=\tinput=1 output=1 cache_write=2\nboth\t=\tinput=1 output=1 cache_write=2 cache_write_1h=4\n",
    )
    .unwrap();
    let written = |unit| input_with(Unit::CacheWriteTokens, 500_000).with(unit, 500_000);
    let of = |model, unit| summary(&catalogue.cost(&call("p", model, &written(unit))));
    // 500,000 at 1 and 500,000 at 2, or 4.
    assert_eq!(of("both", Unit::CacheWrite1hTokens), priced("2.5"));
    assert_eq!(of("both", Unit::CacheWrite5mTokens), priced("1.5"));
    assert_eq!(of("short", Unit::CacheWrite5mTokens), priced("1.5"));
    assert_eq!(
        of("short", Unit::CacheWrite1hTokens),
        estimated("1.5", &[Reason::CacheTtlAssumed])
    );
}

fn claude(model: &str, usage: &Usage, context: CallContext<'_>) -> Summary {
    cost(&call("anthropic", model, usage).context(context))
}

#[test]
fn a_factor_multiplies_every_token_price_of_every_kind_of_service() {
    let us = CallContext::default().inference_geo("us");
    // 600,000 at 5, 300,000 at 0.50, 100,000 at 6.25 and 100,000 at 25 USD a million, each by 1.1.
    let usage = tokens(1_000_000, 100_000)
        .with(Unit::CacheReadTokens, 300_000)
        .with(Unit::CacheWriteTokens, 100_000)
        .with(Unit::CacheWrite5mTokens, 100_000);
    assert_eq!(
        claude("claude-opus-4-8", &usage, CallContext::default()),
        priced("6.275")
    );
    assert_eq!(claude("claude-opus-4-8", &usage, us), priced("6.9025"));
    // Half of it as a batch, twice of it fast.
    let batch = us.processing("batch");
    assert_eq!(claude("claude-opus-4-8", &usage, batch), priced("3.45125"));
    let tier = us.service_tier("batch");
    assert_eq!(
        claude("claude-opus-4-8", &usage, tier),
        priced("3.45125"),
        "reported as a tier by Anthropic"
    );
    let fast = us.speed("fast");
    assert_eq!(claude("claude-opus-4-8", &usage, fast), priced("13.805"));
    // A speed without a price on this model stays unknown beside a known residency.
    assert_eq!(claude("claude-opus-4-6", &usage, fast).2, [Reason::UnknownVariant]);
}

#[test]
fn a_factor_multiplies_the_prices_of_long_inputs_but_not_of_searches() {
    let usage = tokens(300_000, 1_000).with(Unit::WebSearches, 1_000);
    let at = |provider, host| {
        let call = call(provider, "claude-sonnet-4-5", &usage).server_address(host);
        cost(&call)
    };
    // 300,000 at 6 and 1,000 at 22.50 USD a million, and 10 for the searches, which have no price on Vertex AI.
    assert_eq!(at("anthropic", None), priced("11.8225"));
    let without = [Reason::UnitWithoutPrice];
    let regional = at("gcp.vertex_ai", Some("europe-west1-aiplatform.googleapis.com"));
    assert_eq!(regional, estimated("2.00475", &without));
    let global = at("gcp.vertex_ai", Some("aiplatform.googleapis.com"));
    assert_eq!(global, estimated("1.8225", &without));
}

#[test]
fn only_regional_hosts_have_the_surcharge() {
    let usage = tokens(1_000, 0);
    let at = |provider, model, host| cost(&call(provider, model, &usage).server_address(host));
    for host in [
        "EUROPE-WEST1-aiplatform.googleapis.com",
        "aiplatform.us.rep.googleapis.com",
    ] {
        assert_eq!(
            at("gcp.vertex_ai", "claude-haiku-4-5", host),
            priced("0.0011"),
            "{host}"
        );
    }
    for host in [
        "-aiplatform.googleapis.com",
        "us-east5-aiplatform.googleapis.com.example",
        "localhost",
    ] {
        let expected = estimated("0.001", &[Reason::RegionAssumed]);
        assert_eq!(at("gcp.vertex_ai", "claude-haiku-4-5", host), expected, "{host}");
    }
    for (host, total) in [
        ("us.api.openai.com", "0.00275"),
        ("api.openai.com", "0.0025"),
        ("proxy.example", "0.0025"),
    ] {
        assert_eq!(at("openai", "gpt-5.4", host), priced(total), "{host}");
    }
    // Together's and Anthropic's own.
    assert_eq!(
        at("anthropic", "claude-haiku-4-5", "us-east5-aiplatform.googleapis.com"),
        priced("0.001")
    );
    let plain = at("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "api.together.ai");
    let regional = at(
        "together",
        "meta-llama/Llama-3.3-70B-Instruct-Turbo",
        "us-api.together.ai",
    );
    // 0.88 USD a million, and a quarter more.
    assert_eq!((plain, regional), (priced("0.00088"), priced("0.0011")));
}

#[test]
fn bedrock_profiles_have_their_own_prices_on_any_host() {
    let usage = tokens(1_000, 0);
    for (model, total) in [
        ("global.anthropic.claude-haiku-4-5-20251001-v1:0", "0.001"),
        ("us.anthropic.claude-haiku-4-5-20251001-v1:0", "0.0011"),
        ("eu.anthropic.claude-haiku-4-5-20251001-v1:0", "0.0011"),
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "0.0011"),
        ("us.anthropic.claude-opus-4-1-20250805-v1:0", "0.015"),
    ] {
        let call = call("aws.bedrock", model, &usage).server_address("bedrock-runtime.us-east-1.amazonaws.com");
        assert_eq!(cost(&call), priced(total), "{model}");
    }
}

#[test]
fn a_comparison_reports_units_charged_as_a_broader_one() {
    let on = |usage: &Usage, model: &str| {
        let model: ModelId = model.parse().unwrap();
        summary(
            &Catalogue::embedded()
                .cost_on(&call("openai", "gpt-audio", usage), &model)
                .cost,
        )
    };
    let audio = input_with(Unit::InputAudioTokens, 400_000);
    let (status, total, reasons) = on(&audio, "groq/llama-3.3-70b-versatile");
    assert_eq!((status, total.as_deref()), (Status::Estimated, Some("0.59")));
    assert!(reasons.contains(&Reason::AudioChargedAsText), "{reasons:?}");
    let (_, total, reasons) = on(&audio, "google/gemini-3.5-flash");
    assert_eq!(total.as_deref(), Some("1.5"));
    assert!(!reasons.contains(&Reason::AudioChargedAsText), "{reasons:?}");
    let searched = tokens(1_000, 10).with(Unit::WebSearches, 1);
    assert!(
        on(&searched, "google/gemini-2.5-flash")
            .2
            .contains(&Reason::FreeAllowance)
    );
    assert!(
        on(&searched, "groq/llama-3.3-70b-versatile")
            .2
            .contains(&Reason::UnitWithoutPrice)
    );
}
