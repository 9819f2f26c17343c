//! Every row of the golden table, whose expected amounts were computed by genai-prices 0.2.3.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // Tests and their helpers may panic.

mod calendar;
#[path = "../../xtask/src/shared_data.rs"]
mod shared_data;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tracing_genai_pricing::{CallContext, Catalogue, Cost, Counts, PriceQuery, Status, Usd};
use tracing_genai_usage::{Unit, Usage};

/// Rows with an intended difference to genai-prices, by the form of the model's id.
///
/// Gemini's API names its models by resource, `models/{model}` (<https://ai.google.dev/api/models>). LiteLLM strips the
/// prefix; genai-prices does not match it. The expected value is then in the table's other column.
fn differs_on_purpose(provider: &str, model: &str) -> bool {
    provider == "gcp.gemini" && model.starts_with("models/")
}

#[test]
fn every_row_has_the_expected_cost() {
    let Some(path) = shared_data::path("TRACING_GENAI_GOLDEN") else {
        return;
    };
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    let (mut rows, mut exceptions) = (0, 0);
    let mut wrong = Vec::new();
    for record in reader.records() {
        let record = record.unwrap();
        let field = |name: &str| &record[headers.iter().position(|header| header == name).unwrap()];
        let exception = differs_on_purpose(field("provider"), field("model"));
        let column = if exception {
            "expected_usd_litellm"
        } else {
            "expected_usd_genai_prices"
        };
        rows += 1;
        exceptions += usize::from(exception);
        let cost = cost_of_row(&field);
        let actual = match cost.status {
            Status::Unpriced => "unknown".to_owned(),
            Status::Inconsistent => "invalid-usage".to_owned(),
            _ => cost.total.unwrap().to_string(),
        };
        let expected = field(column)
            .parse::<Usd>()
            .map_or_else(|_| field(column).to_owned(), |usd| usd.to_string());
        if actual != expected {
            wrong.push(format!(
                "{}: expected {expected}, not {actual} ({cost:?})",
                field("case")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows > 0, "the table has no rows");
    assert!(
        exceptions * 50 <= rows,
        "{exceptions} exceptions are more than 2 % of {rows} rows"
    );
}

fn cost_of_row<'a>(field: &dyn Fn(&str) -> &'a str) -> Cost {
    let mut usage = Usage::new();
    for (column, unit) in [
        ("input_tokens", Unit::InputTokens),
        ("cache_read", Unit::CacheReadTokens),
        ("cache_write", Unit::CacheWriteTokens),
        ("cache_write_1h", Unit::CacheWrite1hTokens),
        ("output_tokens", Unit::OutputTokens),
        ("reasoning_tokens", Unit::OutputReasoningTokens),
        ("input_audio", Unit::InputAudioTokens),
        ("output_audio", Unit::OutputAudioTokens),
    ] {
        // An empty cell is missing, not zero.
        if !field(column).is_empty() {
            usage.set(unit, field(column).parse().unwrap());
        }
    }
    let other = field("other_json");
    let other: serde_json::Value = serde_json::from_str(if other.is_empty() { "{}" } else { other }).unwrap();
    for (name, count) in other["usage"].as_object().into_iter().flatten() {
        usage.set(Unit::from_name(name).unwrap(), count.as_u64().unwrap());
    }
    let context = |key: &str| other["price_context"][key].as_str();
    Catalogue::embedded().cost(
        &PriceQuery::new(field("provider"), &usage, time(field("timestamp")))
            .response_model(field("model"))
            .context(
                CallContext::default()
                    .service_tier(context("service_tier"))
                    .processing(context("processing"))
                    .speed(context("speed"))
                    .route(context("route"))
                    .search_type(context("search_type")),
            )
            .counts(Counts::Inclusive),
    )
}

/// The instant of `2026-11-20T12:00:00Z`.
fn time(text: &str) -> SystemTime {
    let number = |range: std::ops::Range<usize>| text[range].parse::<u64>().unwrap();
    let seconds = number(11..13) * 3_600 + number(14..16) * 60 + number(17..19);
    UNIX_EPOCH + Duration::from_secs(calendar::midnight(text) + seconds)
}
