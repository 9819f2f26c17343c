//! The user's file and a newer table precede the overlay, which fills their gaps.

#![allow(clippy::unwrap_used)] // Tests and their helpers may panic.

mod calls;

use std::time::{Duration, UNIX_EPOCH};

use calls::{NOON, call, estimated, input_with, priced, summary, tokens};
use tracing_genai_pricing::{CallContext, Catalogue, Feed, PriceQuery, Reason, UserFile};
use tracing_genai_usage::{Unit, Usage};

fn with_file(toml: &str) -> Catalogue {
    let file = UserFile::parse(toml, "prices.toml").unwrap();
    Catalogue::layered(None, Some(&file)).unwrap()
}

#[test]
fn a_price_fixed_by_the_user_precedes_the_overlays() {
    let catalogue = with_file(
        "[[fixed]]\nprovider = 'openai'\nmodel = 'gpt-4o-audio-preview'\nprices = { input_audio_mtok = 20 }\n\
         [[fixed]]\nprovider = 'groq'\nmodel = 'llama-3.3-70b-versatile'\nprices = { cache_read_mtok = 0.1 }\n\
         [[fixed]]\nprovider = 'anthropic'\nmodel = 'claude-opus-4-8'\nprices = { input_mtok = 4 }\n",
    );
    let audio = tokens(1_000, 500)
        .with(Unit::InputAudioTokens, 900)
        .with(Unit::OutputAudioTokens, 400);
    // 100 at 2.50, 900 at 20, 100 at 10 and 400 at 80 USD a million.
    let cost = |call: &PriceQuery<'_>| summary(&catalogue.cost(call));
    assert_eq!(cost(&call("openai", "gpt-4o-audio-preview", &audio)), priced("0.05125"));
    // Units priced by the user are certain: 600,000 at 0.59 and 400,000 at 0.10.
    let cached = input_with(Unit::CacheReadTokens, 400_000);
    assert_eq!(cost(&call("groq", "llama-3.3-70b-versatile", &cached)), priced("0.394"));
    // A fixed price applies to every kind of call and is not multiplied by their factors.
    let us = CallContext::default().inference_geo("us");
    let usage = tokens(1_000_000, 100_000);
    let call = call("anthropic", "claude-opus-4-8", &usage).context(us);
    // 4 USD, and 100,000 at 25 by 1.1.
    assert_eq!(cost(&call), priced("6.75"));
}

#[test]
fn a_fixed_price_of_a_resold_model_keeps_the_sellers_fees() {
    let catalogue = with_file(
        "[[fixed]]\nprovider = 'google'\nmodel = 'claude-sonnet-5'\nprices = { output_mtok = 1 }\n\
         [[fixed]]\nprovider = 'perplexity'\nmodel = 'gpt-5'\nprices = { output_mtok = 1 }\n",
    );
    let cost = |call: &PriceQuery<'_>| summary(&catalogue.cost(call));
    let usage = tokens(1_000_000, 1_000_000);
    let at = |host| call("gcp.vertex_ai", "claude-sonnet-5", &usage).server_address(host);
    // 2 USD by 1.1 and the fixed price, which applies everywhere.
    assert_eq!(cost(&at("us-east5-aiplatform.googleapis.com")), priced("3.2"));
    assert_eq!(cost(&at("aiplatform.googleapis.com")), priced("3"));
    // 1,000 at 1.25 USD a million, and Perplexity's own search at 5 a thousand; OpenAI's is 10.
    let searched = tokens(1_000, 0).with(Unit::WebSearches, 1);
    assert_eq!(cost(&call("perplexity", "gpt-5", &searched)), priced("0.00625"));
    // The seller's variants are unknown.
    let batch = CallContext::default().processing("batch");
    let usage = tokens(1_000, 0);
    let batch = call("perplexity", "gpt-5", &usage).context(batch);
    assert_eq!(cost(&batch), estimated("0.00125", &[Reason::UnknownVariant]));
}

#[test]
fn a_users_line_and_multiplier_precede_the_overlay() {
    let catalogue = with_file(
        "[[models]]\nprovider = 'openai'\nid = 'gpt-4o-audio-preview'\nprices = { input_mtok = 1, output_mtok = 1 }\n\
         [[multipliers]]\nprovider = 'gcp.vertex_ai'\nfactor = 0.5\n\
         [[multipliers]]\nprovider = 'cohere'\nmodel = 'rerank-v3.5'\nfactor = 0.5\n",
    );
    let cost = |call: &PriceQuery<'_>| summary(&catalogue.cost(call));
    let audio = tokens(1_000, 0).with(Unit::InputAudioTokens, 900);
    let expected = estimated("0.001", &[Reason::AudioChargedAsText]);
    assert_eq!(cost(&call("openai", "gpt-4o-audio-preview", &audio)), expected);
    // Half of 3 by 1.1, and of 2 USD a thousand.
    let usage = tokens(1_000, 0);
    let regional =
        call("gcp.vertex_ai", "claude-sonnet-4-5", &usage).server_address("us-east5-aiplatform.googleapis.com");
    assert_eq!(cost(&regional), priced("0.00165"));
    let searches = Usage::new().with(Unit::RerankSearches, 3);
    assert_eq!(cost(&call("cohere", "rerank-v3.5", &searches)), priced("0.003"));
}

#[test]
fn a_newer_table_keeps_its_prices_over_the_overlays() {
    let table = "tracing-genai catalogue 1\nsource\tnewer 1\n[openai]\nprovider ~openai\n";
    let table = table.replace("\nprovider ~openai", "\tprovider ~openai");
    let table = format!(
        "{table}gpt-4o-audio-preview\t^gpt-4o-audio-preview\tinput=2.5 output=10 input_audio=30\n\
         gpt-5.4\t=\tinput=2 output=12\t?processing=batch input=1 output=6\n\
         ft:gpt-4.1\t^ft:gpt-4.1\tinput=7 output=7\n"
    );
    let feed = Feed::parse(&table, "newer").unwrap();
    let catalogue = Catalogue::layered(Some(&feed), None).unwrap();
    let cost = |call: &PriceQuery<'_>| summary(&catalogue.cost(call));
    let audio = tokens(1_000, 500)
        .with(Unit::InputAudioTokens, 900)
        .with(Unit::OutputAudioTokens, 400);
    // 100 at 2.50, 900 at 30, 100 at 10; the missing price is the overlay's: 400 at 80 USD a million.
    assert_eq!(cost(&call("openai", "gpt-4o-audio-preview", &audio)), priced("0.06025"));
    let usage = tokens(1_000, 0);
    assert_eq!(
        cost(&call("openai", "ft:gpt-4.1-2025-04-14:acme", &usage)),
        priced("0.007")
    );
    // The overlay's region applies to the newer price, and to its batches.
    let batch = CallContext::default().processing("batch");
    let regional = call("openai", "gpt-5.4", &usage).server_address("eu.api.openai.com");
    assert_eq!(cost(&regional), priced("0.0022"));
    assert_eq!(cost(&regional.context(batch)), priced("0.0011"));
}

fn newer(lines: &str) -> Catalogue {
    let table = format!("tracing-genai catalogue 1\nsource\tnewer 1\n{lines}");
    Catalogue::layered(Some(&Feed::parse(&table, "newer").unwrap()), None).unwrap()
}

#[test]
fn a_line_of_a_newer_table_replaces_an_overlay_model_of_its_name() {
    let usage = tokens(1_000_000, 0);
    let cost = |lines: &str, model| summary(&newer(lines).cost(&call("openai", model, &usage)));
    // Another id, whose rule matches the name.
    let lines = "[openai]\nlaw\t^gpt-6-astra-l\tinput=7 output=7\n";
    assert_eq!(cost(lines, "gpt-6-astra-law"), priced("7"));
    // The missing price is the overlay's.
    let lines = "[openai]\nnear\t^gpt-6-astra-lx\tinput=7 output=7\n";
    assert_eq!(cost(lines, "gpt-6-astra-law"), priced("10"));
}

#[test]
fn an_overlay_model_precedes_a_broader_line_only_while_that_line_is_unchanged() {
    let line = include_str!("../data/catalogue.txt").lines();
    let line = line
        .clone()
        .find(|line| line.starts_with("gpt-4o-mini\t") && line.contains("gpt-4o-mini-search-preview"));
    let line = line.unwrap();
    let usage = tokens(1_000_000, 0);
    let cost = |line: &str| {
        let catalogue = newer(&format!("[openai]\n{line}\n"));
        summary(&catalogue.cost(&call("openai", "gpt-4o-mini-search-preview", &usage)))
    };
    // 0.15 USD, and the fee of the call.
    assert_eq!(cost(line), priced("0.175"));
    // A changed price, and a changed rule: the newer line is right about its names.
    assert_eq!(cost(&line.replace("input=0.15", "input=0.1")), priced("0.1"));
    assert_eq!(cost(&line.replace(" | =gpt-4o-mini-2024-07-18", "")), priced("0.15"));
}

#[test]
fn a_price_is_added_only_to_the_input_and_output_prices_it_was_listed_with() {
    let day = |days: u64| UNIX_EPOCH + NOON + Duration::from_secs(days * 86_400);
    let usage = tokens(1_000_000, 0).with(Unit::CacheReadTokens, 1_000_000);
    let on = |catalogue: &Catalogue, started| {
        summary(&catalogue.cost(&call("gcp.gemini", "gemini-3.8-flash-tts", &usage).started(started)))
    };
    let embedded = Catalogue::layered(None, None).unwrap();
    assert_eq!(on(&embedded, day(0)), priced("0.125"));
    // From 2027 on the input price doubles, and the price of the cached part is unknown.
    assert_eq!(on(&embedded, day(60)), estimated("1", &[Reason::CacheChargedAsInput]));
    let cut = newer("[google]\ngemini-3.8-flash-tts\t=\tinput=0.4 output=9\n");
    assert_eq!(on(&cut, day(0)), estimated("0.4", &[Reason::CacheChargedAsInput]));
}
