//! OTLP/HTTP sent to the real Collector is read back from the real Jaeger and Prometheus.
//!
//! Sent as literal JSON, without our crates or the SDK: the basis of the other end-to-end tests.
#![allow(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tracing_genai_tests::{backends::Backends, collector::Collector, jaeger::TagValue};

const TRACE_ID: &str = "5b8efff798038103d269b633813fc60c";

#[tokio::test]
async fn span_attributes_keep_their_types_in_jaeger() {
    let Some(backends) = Backends::start().await else {
        return;
    };
    let attributes = json!([
        { "key": "gen_ai.usage.input_tokens", "value": { "intValue": "1200" } },
        { "key": "beyond_the_doubles", "value": { "intValue": "9007199254740993" } },
        { "key": "gen_ai.usage.cost", "value": { "doubleValue": 0.1 } },
        { "key": "gen_ai.request.model", "value": { "stringValue": "gpt-4o-mini" } },
        { "key": "cached", "value": { "boolValue": true } },
        { "key": "finish_reasons", "value": { "arrayValue": { "values": [{ "stringValue": "stop" }] } } },
    ]);

    send(
        &backends.collector,
        "traces",
        &trace(TRACE_ID, "chat gpt-4o-mini", &attributes),
    )
    .await;

    let trace = backends.jaeger.wait_for_trace(TRACE_ID, 1).await;
    let span = trace.span("chat gpt-4o-mini");
    assert_eq!(span.tag("gen_ai.usage.input_tokens"), &TagValue::Int64(1200));
    assert_eq!(span.tag("beyond_the_doubles"), &TagValue::Int64(9_007_199_254_740_993));
    assert_eq!(span.tag("gen_ai.usage.cost"), &TagValue::Float64(0.1));
    assert_eq!(
        span.tag("gen_ai.request.model"),
        &TagValue::String("gpt-4o-mini".to_owned())
    );
    assert_eq!(span.tag("cached"), &TagValue::Bool(true));
    assert_eq!(span.tag("finish_reasons"), &TagValue::String(r#"["stop"]"#.to_owned()));
    assert_eq!(span.duration_us, 250_000);
    assert_eq!(span.parent(), None);
    assert_eq!(trace.process(span).service, "round-trip");
    assert_eq!(backends.jaeger.traces("round-trip").await.len(), 1);
}

#[tokio::test]
async fn histograms_keep_sum_count_and_buckets_in_prometheus() {
    let Some(backends) = Backends::start().await else {
        return;
    };

    send(&backends.collector, "metrics", &histogram()).await;

    let samples = backends.prometheus.wait_for("gen_ai_usage_cost_USD_sum").await;
    assert_eq!(samples.len(), 1);
    assert!((samples[0].value - 0.75).abs() < f64::EPSILON);
    assert_eq!(samples[0].label("gen_ai_request_model"), "gpt-4o-mini");
    assert_eq!(samples[0].label("service_name"), "round-trip");
    let count = backends.prometheus.wait_for("gen_ai_usage_cost_USD_count == 3").await;
    assert_eq!(count.len(), 1);
    let below_ten_cents = backends
        .prometheus
        .wait_for(r#"gen_ai_usage_cost_USD_bucket{le="0.1"} == 1"#)
        .await;
    assert_eq!(below_ten_cents.len(), 1);
}

#[tokio::test]
async fn a_killed_collector_restarts_on_the_same_addresses() {
    let Some(mut backends) = Backends::start().await else {
        return;
    };
    let first = backends.collector.server.id();

    backends.collector.server.kill();
    let refused = reqwest::get(backends.collector.otlp_http()).await;
    backends.collector.server.restart().await;
    send(&backends.collector, "traces", &trace(TRACE_ID, "chat", &json!([]))).await;

    assert!(refused.is_err());
    assert_ne!(backends.collector.server.id(), first);
    backends.jaeger.wait_for_trace(TRACE_ID, 1).await.span("chat");
}

async fn send(collector: &Collector, signal: &str, message: &Value) {
    let url = format!("{}/v1/{signal}", collector.otlp_http());
    let response = reqwest::Client::new()
        .post(url)
        .json(message)
        .send()
        .await
        .expect("a response");
    assert_eq!(response.status(), 200, "{}", response.text().await.unwrap_or_default());
}

fn trace(trace_id: &str, name: &str, attributes: &Value) -> Value {
    let start = nanoseconds_since_1970();
    let span = json!({
        "traceId": trace_id,
        "spanId": "eee19b7ec3c1b174",
        "name": name,
        "kind": 3,
        "startTimeUnixNano": start.to_string(),
        "endTimeUnixNano": (start + 250_000_000).to_string(),
        "attributes": attributes,
    });
    json!({ "resourceSpans": [{ "resource": service(), "scopeSpans": [{ "spans": [span] }] }] })
}

/// Three calls of 0.05, 0.2 and 0.5 dollars.
fn histogram() -> Value {
    let now = nanoseconds_since_1970();
    let point = json!({
        "startTimeUnixNano": (now - 1_000_000_000).to_string(),
        "timeUnixNano": now.to_string(),
        "count": "3",
        "sum": 0.75,
        "bucketCounts": ["1", "2", "0"],
        "explicitBounds": [0.1, 1.0],
        "attributes": [{ "key": "gen_ai.request.model", "value": { "stringValue": "gpt-4o-mini" } }],
    });
    // Temporality 2 is cumulative, the only one that Prometheus accepts.
    let histogram = json!({ "aggregationTemporality": 2, "dataPoints": [point] });
    let metric = json!({ "name": "gen_ai.usage.cost", "unit": "USD", "histogram": histogram });
    json!({ "resourceMetrics": [{ "resource": service(), "scopeMetrics": [{ "metrics": [metric] }] }] })
}

fn service() -> Value {
    json!({ "attributes": [{ "key": "service.name", "value": { "stringValue": "round-trip" } }] })
}

fn nanoseconds_since_1970() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970")
        .as_nanos()
}
