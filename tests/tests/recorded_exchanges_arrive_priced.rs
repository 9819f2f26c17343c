//! Recorded responses of real providers, requested by real client libraries, arrive in Jaeger and Prometheus with the
//! tokens of the recorded bodies and their exact cost.
//!
//! Every exchange is replayed over HTTP twice: by a service that exports over gRPC, and by one that exports over HTTP.
//! The exchanges are those of the folder `TRACING_GENAI_RECORDINGS`, or else the project's own.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod recorded;

use std::{collections::BTreeMap, env, time::Duration};

use recorded::{
    choice::{Chosen, Client, choose},
    clients, price,
};
use tracing::Instrument;
use tracing_genai_tests::{
    backends::Backends,
    child::{self, Child},
    jaeger::{Span, TagValue, Trace},
    replay::Replay,
};

#[tokio::test]
async fn recorded_exchanges_arrive_priced_over_grpc() {
    let Some(backends) = Backends::shared().await else {
        return;
    };
    exchanges_arrive_priced(&backends, "grpc", backends.collector.otlp_grpc()).await;
}

#[tokio::test]
async fn recorded_exchanges_arrive_priced_over_http() {
    let Some(backends) = Backends::shared().await else {
        return;
    };
    exchanges_arrive_priced(&backends, "http/protobuf", backends.collector.otlp_http()).await;
}

#[test]
fn the_selection_has_every_kind_of_call() {
    let chosen = choose();

    let has = |what: &str, is: &dyn Fn(&Chosen) -> bool| assert!(chosen.iter().any(is), "{what}");
    for client in [Client::Rig, Client::AsyncOpenAi, Client::Reqwest] {
        has(&format!("{client:?}"), &|chosen| chosen.client == client);
    }
    for path in ["/v1/chat/completions", "/v1/messages"] {
        has(path, &|chosen| chosen.path() == path && !chosen.is_stream());
        has(path, &|chosen| chosen.path() == path && chosen.is_stream());
    }
    for path in ["/v1/responses", "/v1/embeddings"] {
        has(path, &|chosen| chosen.path() == path);
    }
    let used = |chosen: &Chosen| chosen.used.clone().unwrap_or_default();
    has("cache read", &|chosen| used(chosen).cache_read > 0);
    has("cache written", &|chosen| used(chosen).cache_write > 0);
    has("failed", &|chosen| {
        chosen.used.is_none() && chosen.client == Client::AsyncOpenAi
    });
    if env::var_os("TRACING_GENAI_RECORDINGS").is_some_and(|folder| !folder.is_empty()) {
        assert!(chosen.len() >= 20, "{}", chosen.len());
        has("cache written for an hour", &|chosen| used(chosen).cache_write_1h > 0);
        has("reasoning", &|chosen| used(chosen).reasoning > 0);
    }
}

#[test]
fn the_prices_are_those_published() {
    price::assert_as_published();
}

async fn exchanges_arrive_priced(backends: &Backends, protocol: &str, endpoint: &str) {
    let chosen = choose();
    let service = format!("recorded-{}", protocol.replace('/', "-"));
    let ended = Child::of("role", "replay")
        .with([
            ("OTEL_SERVICE_NAME", service.as_str()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ])
        .start()
        .wait(Duration::from_mins(1));
    assert!(ended.status.success(), "{}\n{}", ended.output, ended.log);
    assert_eq!(ended.lines, ["lost 0"], "{}", ended.log);

    let traces = traces_by_recording(backends, &service, chosen.len()).await;
    let mut sums = Sums::default();
    for chosen in &chosen {
        let trace = traces
            .get(&chosen.name)
            .unwrap_or_else(|| panic!("no trace of {}", chosen.name));
        check(chosen, trace, &mut sums);
    }
    sums.are_in_prometheus(backends, &service).await;
}

/// The complete traces, by the recording on their roots.
async fn traces_by_recording(backends: &Backends, service: &str, count: usize) -> BTreeMap<String, Trace> {
    let mut traces = BTreeMap::new();
    for trace in backends.jaeger.wait_for_traces(service, count).await {
        // The root and the call.
        let trace = backends.jaeger.wait_for_trace(&trace.trace_id, 2).await;
        let recording = trace.span("exchange").tag("recording").as_str();
        traces.insert(recording.expect("text").to_owned(), trace);
    }
    traces
}

/// The sums over the spans of a service.
#[derive(Debug, Default)]
struct Sums {
    calls: u32,
    usd: f64,
    input: u64,
    output: u64,
}

/// Checks the call's span against the recorded body.
fn check(chosen: &Chosen, trace: &Trace, sums: &mut Sums) {
    let name = &chosen.name;
    let operation = match chosen.path() {
        "/v1/embeddings" => "embeddings",
        _ => "chat",
    };
    assert_eq!(trace.spans.len(), 2, "{name}: {:?}", trace.spans);
    let call = trace.span(&format!("{operation} {}", chosen.model()));
    assert_eq!(call.parent(), Some(trace.span("exchange").span_id.as_str()), "{name}");
    assert_eq!(call.tag("span.kind").as_str(), Some("client"), "{name}");
    assert_eq!(call.tag("gen_ai.operation.name").as_str(), Some(operation), "{name}");
    assert_eq!(
        call.tag("gen_ai.provider.name").as_str(),
        Some(chosen.provider()),
        "{name}"
    );
    assert!(call.repeated_tags().is_empty(), "{name}: {:?}", call.repeated_tags());
    if chosen.used.is_some() {
        check_success(chosen, call, sums);
    } else {
        let status = chosen.exchange.then.status.to_string();
        assert_eq!(call.tag("error.type").as_str(), Some(status.as_str()), "{name}");
        assert_eq!(call.tag("otel.status_code").as_str(), Some("ERROR"), "{name}");
        assert_eq!(call.find_tag("gen_ai.usage.cost"), None, "{name}");
    }
}

fn check_success(chosen: &Chosen, call: &Span, sums: &mut Sums) {
    let name = &format!("{} by {:?}", chosen.name, chosen.client);
    let used = chosen.used.as_ref().expect("a success");
    assert_eq!(call.find_tag("otel.status_code"), None, "{name}");
    assert_eq!(
        call.tag("gen_ai.response.model").as_str(),
        Some(used.model.as_str()),
        "{name}"
    );
    let counts = [
        ("gen_ai.usage.input_tokens", used.input),
        ("gen_ai.usage.output_tokens", used.output),
        ("gen_ai.usage.cache_read.input_tokens", used.cache_read),
        ("gen_ai.usage.cache_write.input_tokens", used.cache_write),
        ("gen_ai.usage.reasoning.output_tokens", used.reasoning),
    ];
    for (attribute, expected) in counts {
        // An absent count is zero; a present one is an integer.
        let count = call.find_tag(attribute).unwrap_or(&TagValue::Int64(0));
        assert_eq!(count.as_i64(), i64::try_from(expected).ok(), "{name}: {attribute}");
    }
    let expected = price::as_f64(price::nano_usd(used).expect("a price")) / 1e9;
    let cost = call.tag("gen_ai.usage.cost").as_f64().expect("a double");
    assert!(
        (cost / expected - 1.0).abs() < 1e-12,
        "{name}: {cost} instead of {expected}"
    );
    if chosen.is_stream() && chosen.client != Client::Rig {
        assert_eq!(
            call.tag("tracing_genai.stream.outcome").as_str(),
            Some("completed"),
            "{name}"
        );
        let first = call.tag("gen_ai.response.time_to_first_chunk").as_f64();
        assert!(first.is_some_and(|seconds| seconds > 0.0), "{name}: {first:?}");
    }
    sums.calls += 1;
    sums.usd += cost;
    sums.input += used.input;
    sums.output += used.output;
}

impl Sums {
    async fn are_in_prometheus(&self, backends: &Backends, service: &str) {
        let prometheus = &backends.prometheus;
        let of_service = format!(r#"service_name="{service}""#);
        let sum = |metric: &str, more: &str| format!("sum({metric}{{{of_service}{more}}})");
        let count = sum("gen_ai_usage_cost_USD_count", "");
        prometheus.wait_for(&format!("{count} == {}", self.calls)).await;

        let usd = prometheus.query(&sum("gen_ai_usage_cost_USD_sum", "")).await;
        assert!(
            (usd[0].value - self.usd).abs() < 1e-9,
            "{} and {}",
            usd[0].value,
            self.usd
        );
        for (kind, expected) in [("input", self.input), ("output", self.output)] {
            let more = format!(r#",gen_ai_token_type="{kind}""#);
            let tokens = prometheus.query(&sum("gen_ai_client_token_usage_sum", &more)).await;
            assert!(
                (tokens[0].value - price::as_f64(expected)).abs() < 0.5,
                "{kind}: {}",
                tokens[0].value
            );
        }
    }
}

#[test]
#[ignore = "a process that the other tests start"]
fn role() {
    if child::role().as_deref() != Some("replay") {
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let telemetry = tracing_genai::init().expect("telemetry");
        for chosen in choose() {
            let provider = Replay::of(vec![chosen.exchange.clone()])
                .in_chunks(997, Duration::from_millis(1))
                .serve();
            let root = tracing::info_span!("exchange", recording = chosen.name);
            clients::call(&chosen, &provider.url()).instrument(root).await;
        }
        let counts = telemetry.shutdown(Duration::from_secs(5));
        child::report(&format!("lost {}", counts.lost()));
    });
}
