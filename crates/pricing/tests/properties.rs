//! Properties of all models, usages and moments.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // Tests and their helpers may panic.

mod calendar;

use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use tracing_genai_pricing::{Catalogue, Cost, Counts, PriceQuery, Status, Usd};
use tracing_genai_usage::{Unit, Usage};

fn cost(place: usize, usage: &Usage, seconds: u64, counts: Counts) -> Cost {
    let catalogue = Catalogue::embedded();
    let entry = catalogue.entries().nth(place).unwrap();
    catalogue.cost(
        &PriceQuery::new(entry.provider(), usage, UNIX_EPOCH + Duration::from_secs(seconds))
            .response_model(&**entry.model())
            .counts(counts),
    )
}

fn models() -> std::ops::Range<usize> {
    0..Catalogue::embedded().entries().count()
}

fn usages() -> impl Strategy<Value = Usage> {
    let count = prop_oneof![Just(0), 1_u64..400_000, 0_u64..=u64::MAX];
    let counts = prop::collection::vec((prop::sample::select(Unit::ALL), count), 0..8);
    counts.prop_map(|counts| {
        counts
            .into_iter()
            .fold(Usage::new(), |usage, (unit, count)| usage.with(unit, count))
    })
}

fn plausible() -> impl Strategy<Value = Usage> {
    (0_u64..600_000, 0_u64..100, 0_u64..100_000).prop_map(|(input, cached_percent, output)| {
        Usage::new()
            .with(Unit::InputTokens, input)
            .with(Unit::CacheReadTokens, input * cached_percent / 100)
            .with(Unit::OutputTokens, output)
    })
}

/// The units that grow together: a part and its wholes.
const GROWN: &[&[Unit]] = &[
    &[Unit::InputTokens, Unit::CacheReadTokens],
    &[Unit::InputTokens, Unit::CacheWriteTokens],
    &[Unit::InputTokens, Unit::CacheWriteTokens, Unit::CacheWrite1hTokens],
    &[Unit::OutputTokens, Unit::OutputReasoningTokens],
    &[Unit::OutputTokens, Unit::OutputAudioTokens],
    &[Unit::OutputTokens, Unit::OutputImageTokens],
    &[
        Unit::InputTokens,
        Unit::InputAudioTokens,
        Unit::CacheReadTokens,
        Unit::CacheAudioReadTokens,
    ],
    &[Unit::WebSearches],
    &[Unit::CodeExecutions],
    &[Unit::InputDocumentPages],
];

/// From 2023 to 2030.
fn moments() -> std::ops::Range<u64> {
    1_672_531_200..1_893_456_000
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn parts_sum_to_the_total_and_are_not_negative(
        place in models(), usage in usages(), seconds in moments(), auto in any::<bool>(),
    ) {
        let cost = cost(place, &usage, seconds, if auto { Counts::Auto } else { Counts::Inclusive });
        let parts = cost.parts;
        let parts = [parts.input, parts.cache_read, parts.cache_write, parts.output, parts.other];
        prop_assert!(parts.iter().flatten().all(|part| *part >= Usd::ZERO));
        if let Some(total) = cost.total {
            let sum: i128 = parts.iter().flatten().map(|part| part.femto_usd()).sum();
            prop_assert_eq!(total.femto_usd(), sum);
            prop_assert!(matches!(cost.status, Status::Priced | Status::Estimated | Status::Free));
        } else {
            prop_assert!(matches!(cost.status, Status::Unpriced | Status::Inconsistent));
            prop_assert!(!cost.reasons.is_empty());
            prop_assert!(parts.iter().all(Option::is_none));
        }
        prop_assert_eq!(cost.status == Status::Estimated, cost.total.is_some() && !cost.reasons.is_empty());
    }

    #[test]
    fn one_more_token_of_output_never_costs_less(place in models(), usage in plausible(), seconds in moments()) {
        let more = usage.with(Unit::OutputTokens, usage.get(Unit::OutputTokens).unwrap() + 1);
        let (less, more) = (cost(place, &usage, seconds, Counts::Inclusive), cost(place, &more, seconds, Counts::Inclusive));
        if let (Some(less), Some(more)) = (less.total, more.total) {
            prop_assert!(less <= more);
        }
    }

    #[test]
    fn one_more_token_of_input_never_costs_less_within_its_tier(
        place in models(), usage in plausible(), seconds in moments(),
    ) {
        let more = usage.with(Unit::InputTokens, usage.get(Unit::InputTokens).unwrap() + 1);
        let (less, more) = (cost(place, &usage, seconds, Counts::Inclusive), cost(place, &more, seconds, Counts::Inclusive));
        let tier = |cost: &Cost| cost.matched.as_ref().and_then(|matched| matched.tier_start);
        if tier(&less) == tier(&more) && let (Some(less), Some(more)) = (less.total, more.total) {
            prop_assert!(less <= more);
        }
    }

    #[test]
    fn one_more_of_anything_never_costs_less_within_its_tier(
        place in models(), usage in plausible(), seconds in moments(), grown in prop::sample::select(GROWN),
    ) {
        let mut more = usage;
        for &unit in grown {
            more.set(unit, usage.get(unit).unwrap_or(0) + 1);
        }
        let (less, more) = (cost(place, &usage, seconds, Counts::Inclusive), cost(place, &more, seconds, Counts::Inclusive));
        let tier = |cost: &Cost| cost.matched.as_ref().and_then(|matched| matched.tier_start);
        if tier(&less) == tier(&more) && let (Some(less), Some(more)) = (less.total, more.total) {
            prop_assert!(less <= more);
        }
    }

    #[test]
    fn the_order_of_unrelated_models_does_not_matter(
        prices in prop::collection::vec(0_u32..1_000, 2..12), swaps in prop::collection::vec((0_usize..12, 0_usize..12), 0..12),
    ) {
        let mut lines: Vec<_> = prices
            .iter()
            .enumerate()
            .map(|(place, price)| format!("m-{place}\t=\tinput={price} output=1\n"))
            .collect();
        let usage = Usage::new().with(Unit::InputTokens, 1_000).with(Unit::OutputTokens, 1);
        let costs = |lines: &[String]| -> Vec<_> {
            let catalogue = Catalogue::parse(&format!("tracing-genai catalogue 1\n[p]\n{}", lines.concat())).unwrap();
            let names = (0..prices.len()).map(|place| format!("m-{place}"));
            names.map(|name| catalogue.cost(&PriceQuery::new("p", &usage, UNIX_EPOCH).response_model(name.as_str()).counts(Counts::Inclusive)).total).collect()
        };
        let before = costs(&lines);
        for (one, other) in swaps {
            let count = lines.len();
            lines.swap(one % count, other % count);
        }
        prop_assert_eq!(before, costs(&lines));
    }

    #[test]
    fn an_unknown_model_is_never_zero(name in "[a-z0-9]{1,12}", usage in plausible()) {
        let cost = Catalogue::embedded().cost(&PriceQuery::new("openai", &usage, UNIX_EPOCH).response_model(format!("zzz-{name}").as_str()).counts(Counts::Auto));
        prop_assert_eq!((cost.status, cost.total), (Status::Unpriced, None));
    }

    #[test]
    fn decimal_text_round_trips(femto in any::<i64>()) {
        let amount = Usd::from_femto_usd(i128::from(femto));
        prop_assert_eq!(amount.to_string().parse::<Usd>(), Ok(amount));
        prop_assert_eq!(Usd::parse_rounded(&amount.to_string()), Ok(amount));
    }
}

#[test]
fn a_dated_price_begins_exactly_with_its_day_in_utc() {
    let catalogue = Catalogue::embedded();
    let usage = Usage::new()
        .with(Unit::InputTokens, 1_000)
        .with(Unit::OutputTokens, 1_000);
    let mut edges = 0;
    for (place, entry) in catalogue.entries().enumerate() {
        // A variant has its own dates; a daily window is not a date.
        let days = entry.prices().filter(|price| price.variant.is_none());
        let days: Vec<_> = days
            .filter_map(|price| price.when.filter(|when| when.len() == 10))
            .collect();
        for day in days {
            let midnight = calendar::midnight(day);
            let effective = |seconds| {
                let matched = cost(place, &usage, seconds, Counts::Inclusive).matched;
                matched
                    .filter(|matched| matched.model == *entry.model())?
                    .effective
                    .clone()
            };
            // Another line of the provider may match that name first.
            let Some(begun) = effective(midnight) else { continue };
            assert_eq!(&*begun, day, "{}", entry.model());
            assert_ne!(effective(midnight - 1).as_deref(), Some(day), "{}", entry.model());
            edges += 1;
        }
    }
    assert!(edges > 100, "only {edges} days");
}

#[test]
fn a_tier_begins_one_token_above_its_start_and_applies_to_the_whole_call() {
    let catalogue = Catalogue::embedded();
    let mut edges = 0;
    for entry in catalogue.entries() {
        let (provider, model) = (entry.provider(), entry.model());
        let tier = |input: u64| {
            let usage = Usage::new()
                .with(Unit::InputTokens, input)
                .with(Unit::OutputTokens, 1_000);
            catalogue.cost(
                &PriceQuery::new(provider, &usage, UNIX_EPOCH + Duration::from_secs(1_795_176_000))
                    .response_model(&**model)
                    .counts(Counts::Inclusive),
            )
        };
        let Some(start) = tier(1 << 40).matched.and_then(|matched| matched.tier_start) else {
            continue;
        };
        let (at, above) = (tier(start), tier(start + 1));
        assert_ne!(at.matched.as_ref().unwrap().tier_start, Some(start), "{model}");
        assert_eq!(above.matched.as_ref().unwrap().tier_start, Some(start), "{model}");
        assert!(above.total >= at.total, "{model}");
        edges += 1;
    }
    assert!(edges > 100, "only {edges} models with tiers");
}
