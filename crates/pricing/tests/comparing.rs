//! The same usage on other models: its cost, the assumptions, and the cheapest models.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // Tests and their helpers may panic.

use std::time::{Duration, UNIX_EPOCH};

use tracing_genai_pricing::{
    CallContext, Catalogue, Counts, Estimate, ModelId, PriceQuery, Reason, Status, Usd, UserFile,
};
use tracing_genai_usage::{Unit, Usage};

fn call(usage: &Usage) -> PriceQuery<'_> {
    PriceQuery::new("openai", usage, UNIX_EPOCH + Duration::from_secs(1_795_176_000))
        .response_model("gpt-4o-2024-08-06")
        .counts(Counts::Inclusive)
}

fn usage(input: u64, output: u64) -> Usage {
    Usage::new()
        .with(Unit::InputTokens, input)
        .with(Unit::OutputTokens, output)
}

fn id(text: &str) -> ModelId {
    text.parse().unwrap()
}

fn on(call: &PriceQuery<'_>, model: &str) -> Estimate {
    Catalogue::embedded().cost_on(call, &id(model))
}

fn summary(estimate: &Estimate) -> (Status, Option<String>, Vec<Reason>) {
    let cost = &estimate.cost;
    (
        cost.status,
        cost.total.map(|total| total.to_string()),
        cost.reasons.iter().collect(),
    )
}

#[test]
fn tokens_are_charged_at_the_other_models_prices_with_an_assumption() {
    let usage = usage(1_200, 350);
    // 0.15 and 0.6 USD a million.
    let expected = (
        Status::Estimated,
        Some("0.00039".to_owned()),
        vec![Reason::SameTokensAssumed],
    );
    assert_eq!(summary(&on(&call(&usage), "openai/gpt-4o-mini")), expected);
}

#[test]
fn the_same_model_has_the_same_cost_without_assumptions() {
    let usage = usage(1_200, 350);
    for same in ["openai/gpt-4o", "openai/gpt-4o-2024-08-06", "azure.ai.openai/gpt-4o"] {
        assert_eq!(
            summary(&on(&call(&usage), same)),
            (Status::Priced, Some("0.0065".to_owned()), vec![]),
            "{same}"
        );
    }
}

#[test]
fn cached_tokens_are_charged_as_cached_if_the_other_model_has_a_cache_price() {
    let usage = usage(10_240, 640).with(Unit::CacheReadTokens, 8_192);
    let estimate = on(&call(&usage), "anthropic/claude-haiku-4-5");
    // 2,048 at 1, 8,192 at 0.1 and 640 at 5 USD a million.
    assert_eq!(
        summary(&estimate),
        (
            Status::Estimated,
            Some("0.0060672".to_owned()),
            vec![Reason::SameTokensAssumed, Reason::CacheAssumed]
        )
    );
}

#[test]
fn cached_tokens_are_charged_as_input_without_a_cache_price() {
    let usage = usage(10_240, 640)
        .with(Unit::CacheReadTokens, 4_096)
        .with(Unit::CacheWriteTokens, 4_096);
    // gpt-4o-mini has a price for cache reads, not for writes: 6,144 at 0.15, 4,096 at 0.075, 640 at 0.6 USD a million.
    let estimate = on(&call(&usage), "openai/gpt-4o-mini");
    assert_eq!(estimate.cost.total, Some("0.0016128".parse::<Usd>().unwrap()));
    assert!(estimate.cost.reasons.contains(Reason::CacheChargedAsInput));
    assert!(estimate.cost.reasons.contains(Reason::CacheAssumed));
}

#[test]
fn an_exceeded_context_window_is_reported_with_both_figures() {
    // gpt-4o-mini has a context window of 128,000 tokens.
    let fits = usage(127_000, 1_000);
    let fits = on(&call(&fits), "openai/gpt-4o-mini");
    assert!(!fits.exceeds_context() && !fits.cost.reasons.contains(Reason::ContextExceeded));
    let exceeds = usage(127_000, 1_001);
    let exceeds = on(&call(&exceeds), "openai/gpt-4o-mini");
    assert_eq!((exceeds.tokens, exceeds.context_window), (128_001, Some(128_000)));
    assert!(exceeds.exceeds_context() && exceeds.cost.reasons.contains(Reason::ContextExceeded));
    assert!(exceeds.cost.total.is_some());
}

#[test]
fn uncertainties_of_the_call_are_kept() {
    let nothing = Usage::new();
    assert_eq!(on(&call(&nothing), "openai/gpt-4o-mini").cost.status, Status::Unpriced);
    let contradictory = usage(100, 10).with(Unit::CacheReadTokens, 500);
    let rejected = on(&call(&contradictory), "openai/gpt-4o-mini");
    assert_eq!(
        (rejected.cost.status, rejected.cost.total),
        (Status::Inconsistent, None)
    );
    // 100 at 0.15, 500 at 0.075 and 10 at 0.6 USD a million.
    let repaired = on(&call(&contradictory).counts(Counts::Auto), "openai/gpt-4o-mini");
    assert_eq!(repaired.cost.total, Some("0.0000585".parse::<Usd>().unwrap()));
    assert!(repaired.cost.reasons.contains(Reason::InputExcludedCache));
    // Known to be excluded: no repair needed.
    let excluded = on(&call(&contradictory).counts(Counts::Exclusive), "openai/gpt-4o-mini");
    assert_eq!(excluded.cost.total, repaired.cost.total);
    assert!(!excluded.cost.reasons.contains(Reason::InputExcludedCache));
}

#[test]
fn a_service_tier_without_a_price_on_the_other_model_is_reported() {
    let usage = usage(1_200, 350);
    let flex = call(&usage).context(CallContext::default().service_tier("flex"));
    let estimate = on(&flex, "openai/gpt-4o-mini");
    assert!(estimate.cost.reasons.contains(Reason::UnknownVariant));
}

#[test]
fn an_unknown_model_has_no_cost_and_a_free_one_costs_nothing() {
    let usage = usage(1_200, 350);
    let unknown = on(&call(&usage), "openai/gpt-99");
    assert_eq!((unknown.cost.status, unknown.cost.total), (Status::Unpriced, None));
    let free = on(&call(&usage), "google/gemma-4-31b-it");
    assert_eq!((free.cost.status, free.cost.total), (Status::Free, Some(Usd::ZERO)));
}

#[test]
fn the_users_multipliers_and_aliases_apply_to_comparisons() {
    let file = UserFile::parse(
        "[[aliases]]\nname = 'small'\nmodel = 'openai/gpt-4o-mini'\n\
         [[multipliers]]\nprovider = 'openai'\nfactor = 0.5\n",
        "prices.toml",
    )
    .unwrap();
    let catalogue = Catalogue::layered(None, Some(&file)).unwrap();
    let usage = usage(1_200, 350);
    let estimate = catalogue.cost_on(&call(&usage), &id("openai/small"));
    assert_eq!(estimate.cost.total, Some("0.000195".parse::<Usd>().unwrap()));
    let mut ranking =
        catalogue.candidates(|entry| **entry.model() == *"gpt-4o-mini" && **entry.provider() == *"openai");
    assert!(ranking.add(&call(&usage)));
    assert_eq!(ranking.cheapest(1)[0].total, estimate.cost.total.unwrap());
}

#[test]
fn invalid_model_ids_are_rejected() {
    for text in ["", "gpt-4o", "/gpt-4o", "openai/"] {
        assert!(text.parse::<ModelId>().is_err(), "{text:?}");
    }
    assert_eq!(id("openai/gpt-4o").to_string(), "openai/gpt-4o");
}

/// A small catalogue with an obvious order.
fn small() -> Catalogue {
    Catalogue::parse(
        "tracing-genai catalogue 1\n\
         [b]\nsmall\t=\tinput=1 output=1\t#1000\nlarge\t=\tinput=2 output=2\t#100000\n\
         [a]\nsame\t=\tinput=2 output=2\t#100000\ndear\t=\tinput=9 output=9\t#100000\nonly-input\t=\tinput=1\n\
         gift\t=\tinput=0 output=0\nold\t=\tinput=1 output=1\t#deprecated\n",
    )
    .unwrap()
}

#[test]
fn candidates_are_ranked_by_total_and_removed_if_they_could_not_serve_a_call() {
    let catalogue = small();
    let mut ranking = catalogue.candidates(|entry| !entry.is_free() && !entry.is_deprecated());
    assert!(ranking.cheapest(9).is_empty());
    let (short, long) = (usage(100, 10), usage(5_000, 10));
    assert!(ranking.add(&call(&short)));
    let names = |ranking: &tracing_genai_pricing::Ranking<'_>| -> Vec<_> {
        let ranked = ranking.cheapest(9).into_iter();
        ranked
            .map(|ranked| format!("{}/{} {}", ranked.entry.provider(), ranked.entry.model(), ranked.total))
            .collect()
    };
    // A model with only an input price is not a chat model; ties are ordered by name.
    assert_eq!(
        names(&ranking),
        ["b/small 0.00011", "a/same 0.00022", "b/large 0.00022", "a/dear 0.00099"]
    );
    // The long call exceeds the small model's 1,000 tokens.
    assert!(ranking.add(&call(&long)));
    assert_eq!(names(&ranking), ["a/same 0.01024", "b/large 0.01024", "a/dear 0.04608"]);
    // Contradictory and missing usage is in no total.
    let contradictory = usage(100, 10).with(Unit::CacheReadTokens, 500);
    let more_audio_than_input = usage(100, 10).with(Unit::InputAudioTokens, 500);
    for rejected in [contradictory, more_audio_than_input, Usage::new()] {
        assert!(!ranking.add(&call(&rejected)));
    }
    assert_eq!((ranking.calls(), ranking.cheapest(1).len()), (2, 1));
}

#[test]
fn a_total_is_the_sum_of_the_calls_costs_on_that_model() {
    let catalogue = Catalogue::embedded();
    let mut ranking = catalogue.candidates(|entry| entry.provider().len() > 3 && entry.context_window().is_some());
    let usages = [
        usage(1_200, 350),
        usage(10_240, 640).with(Unit::CacheReadTokens, 8_192),
        usage(250_000, 1_000),
    ];
    for usage in &usages {
        assert!(ranking.add(&call(usage)));
    }
    let ranked = ranking.cheapest(usize::MAX);
    assert!(ranked.len() > 50, "{}", ranked.len());
    assert!(ranked.is_sorted_by_key(|ranked| ranked.total));
    for ranked in ranked {
        let label = format!("{}/{}", ranked.entry.provider(), ranked.entry.model());
        // Another line of the provider may match that name first.
        if catalogue
            .entry(&id(&label))
            .is_none_or(|entry| entry.model() != ranked.entry.model())
        {
            continue;
        }
        let each = usages.iter().map(|usage| on(&call(usage), &label).cost.total.unwrap());
        let sum = each.fold(Usd::ZERO, |sum, cost| sum.checked_add(cost).unwrap());
        assert_eq!(ranked.total, sum, "{label}");
    }
}

#[test]
fn a_line_overridden_by_the_users_is_not_a_candidate() {
    let text = "[[models]]\nprovider = 'openai'\nid = 'gpt-4o-mini'\nprices = { input_mtok = 50, output_mtok = 50 }\n";
    let file = UserFile::parse(text, "prices.toml").unwrap();
    let catalogue = Catalogue::layered(None, Some(&file)).unwrap();
    let mut ranking =
        catalogue.candidates(|entry| **entry.model() == *"gpt-4o-mini" && **entry.provider() == *"openai");
    let usage = usage(100_000, 0);
    assert!(ranking.add(&call(&usage)));
    let totals: Vec<_> = ranking
        .cheapest(9)
        .iter()
        .map(|ranked| ranked.total.to_string())
        .collect();
    assert_eq!(totals, ["5"]);

    // A line matched only by other names does not override the catalogue's.
    let narrow = text.replace("prices =", "match = { starts_with = 'ft:gpt-4o-mini:acme' }\nprices =");
    let file = UserFile::parse(&narrow, "prices.toml").unwrap();
    let catalogue = Catalogue::layered(None, Some(&file)).unwrap();
    let mut ranking =
        catalogue.candidates(|entry| **entry.model() == *"gpt-4o-mini" && **entry.provider() == *"openai");
    assert!(ranking.add(&call(&usage)));
    let totals: Vec<_> = ranking
        .cheapest(9)
        .iter()
        .map(|ranked| ranked.total.to_string())
        .collect();
    assert_eq!(totals, ["0.015"]);
}
