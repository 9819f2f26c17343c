//! The telemetry of a Rust service with LLM calls in Jaeger and Prometheus, by the rows of the README's table: names,
//! kinds, types, repeated attributes, cost, first chunk, errors, retries, durations, dropped streams, SIGTERM.
#![allow(clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod help_desk;

use std::{
    os::unix::process::ExitStatusExt,
    time::{Duration, Instant},
};

use help_desk::{CALLER, HelpDesk};
use tracing_genai_tests::{
    backends::Backends,
    jaeger::{Span, TagValue, Trace},
    recordings,
    replay::Replay,
};

const MODEL: &str = "chat gpt-4o-mini";

/// Nano-dollars per token of gpt-4o-mini: 0.15, 0.075 and 0.60 dollars per million for input, cached input and output.
/// Source: <https://github.com/pydantic/genai-prices>, 0.2.3.
const NANO_USD: [u64; 3] = [150, 75, 600];

#[test]
#[ignore = "a process that the other tests start"]
fn role() {
    help_desk::run_role();
}

#[tokio::test]
async fn an_agents_calls_have_their_names_kinds_integers_and_cost() {
    let Some(backends) = Backends::shared().await else {
        return;
    };
    let desk = HelpDesk::start(&backends, "agent", Replay::of(recordings::own("openai/agent")));
    let trace_id = "0af7651916cd43dd8448eb211c800001";

    let response = desk.post("/ask", trace_id).await;

    assert_eq!(response.text().await.expect("text"), "It was sent yesterday.");
    let trace = backends.jaeger.wait_for_trace(trace_id, 6).await;
    assert_eq!(trace.spans.len(), 6);
    assert_no_repeated_attributes(&trace);

    let request = trace.span("POST /ask");
    assert_eq!((kind(request), request.parent()), ("server", Some(CALLER)));
    let agent = trace.span("invoke_agent help-desk");
    assert_eq!(
        (kind(agent), agent.parent()),
        ("internal", Some(request.span_id.as_str()))
    );
    assert_eq!(
        agent.find_tag("gen_ai.usage.cost"),
        None,
        "only model calls have a cost"
    );
    let search = trace.span("retrieval kb-articles");
    assert_eq!(
        (kind(search), search.parent()),
        ("client", Some(agent.span_id.as_str()))
    );
    assert!(has_event(search, "documents_retrieved"), "{:?}", search.logs);
    let tool = trace.span("execute_tool order_status");
    assert_eq!((kind(tool), tool.parent()), ("internal", Some(agent.span_id.as_str())));
    assert_eq!(tool.tag("gen_ai.tool.call.id").as_str(), Some("call_order_1"));

    let [first, second] = <[&Span; 2]>::try_from(calls(&trace)).expect("two model calls");
    for (call, input, cached, output, reasoning) in [(first, 1210, 1024, 25, 0), (second, 1302, 1152, 64, 12)] {
        assert_eq!((kind(call), call.parent()), ("client", Some(agent.span_id.as_str())));
        assert_tokens(call, [input, cached, output, reasoning]);
        assert_cost(call, input - cached, cached, output);
        assert_eq!(call.find_tag("error.type"), None);
    }
    let bounds = |span: &Span| span.start_us..=span.start_us + span.duration_us;
    assert!(bounds(request).contains(&first.start_us) && bounds(request).contains(bounds(second).end()));
}

#[tokio::test]
async fn a_streams_span_lasts_as_long_as_the_stream_and_has_its_first_chunk() {
    let Some(backends) = Backends::shared().await else {
        return;
    };
    let delay = Duration::from_millis(50);
    let recorded = recordings::own("openai/chat_streamed");
    let pieces = recorded[0].then.body.len().div_ceil(400);
    let desk = HelpDesk::start(&backends, "stream", Replay::of(recorded).in_chunks(400, delay));
    let trace_id = "0af7651916cd43dd8448eb211c800002";

    let started = Instant::now();
    let mut response = desk.post("/stream", trace_id).await;
    let first_piece = response.chunk().await.expect("a whole stream");
    let first_text = started.elapsed();
    let mut text = first_piece.expect("a piece").to_vec();
    text.extend(response.bytes().await.expect("a whole stream"));

    assert_eq!(String::from_utf8_lossy(&text), "Vänern is the largest lake 🇸🇪.");
    let trace = backends.jaeger.wait_for_trace(trace_id, 2).await;
    assert_no_repeated_attributes(&trace);
    let call = trace.span(MODEL);
    assert_eq!(kind(call), "client");
    assert_eq!(call.parent(), Some(trace.span("POST /stream").span_id.as_str()));
    assert_eq!(call.tag("gen_ai.request.stream").as_bool(), Some(true));
    assert_eq!(call.tag("tracing_genai.stream.outcome").as_str(), Some("completed"));
    assert_eq!(call.tag("tracing_genai.stream.chunks").as_i64(), Some(10));
    assert_eq!(
        call.tag("gen_ai.response.model").as_str(),
        Some("gpt-4o-mini-2024-07-18")
    );
    assert_eq!(call.tag("gen_ai.response.finish_reasons").as_str(), Some(r#"["stop"]"#));
    assert_tokens(call, [17, 0, 9, 0]);
    assert_cost(call, 17, 0, 9);

    let whole = delay * u32::try_from(pieces).expect("few pieces");
    let lasted = Duration::from_micros(call.duration_us);
    assert!(lasted >= whole, "{lasted:?} of at least {whole:?}");
    let first = call.tag("gen_ai.response.time_to_first_chunk").as_f64();
    let first = Duration::from_secs_f64(first.expect("seconds"));
    assert!(first >= delay, "{first:?}");
    assert!(
        first <= first_text,
        "{first:?}, but the caller had text after {first_text:?}"
    );
}

#[tokio::test]
async fn a_stream_dropped_by_its_caller_is_cancelled_and_unpriced() {
    let Some(backends) = Backends::shared().await else {
        return;
    };
    // Slow enough for a busy service to notice that its caller disconnected before the end of the stream.
    let pace = Duration::from_millis(1_500);
    let provider = Replay::of(recordings::own("openai/chat_streamed")).in_chunks(600, pace);
    let desk = HelpDesk::start(&backends, "dropped", provider);
    let trace_id = "0af7651916cd43dd8448eb211c800003";

    let mut response = desk.post("/stream", trace_id).await;
    assert!(response.chunk().await.expect("a chunk").is_some());
    drop(response);

    let trace = backends.jaeger.wait_for_trace(trace_id, 2).await;
    let call = trace.span(MODEL);
    assert_eq!(call.tag("tracing_genai.stream.outcome").as_str(), Some("cancelled"));
    let chunks = call.tag("tracing_genai.stream.chunks").as_i64().expect("a count");
    assert!((1..10).contains(&chunks), "{chunks}");
    assert!(call.find_tag("gen_ai.response.time_to_first_chunk").is_some());
    assert_eq!(call.find_tag("gen_ai.usage.cost"), None);
    assert_eq!(call.tag("tracing_genai.cost.status").as_str(), Some("unpriced"));
    assert!(Duration::from_micros(call.duration_us) >= pace);
    let unpriced = r#"tracing_genai_unpriced_calls_total{service_name="dropped"} == 1"#;
    backends.prometheus.wait_for(unpriced).await;
}

#[tokio::test]
async fn retries_are_counted_and_included_in_the_duration() {
    let Some(backends) = Backends::shared().await else {
        return;
    };
    let mut recorded = recordings::own("openai/rate_limited");
    // Without `retry-after`, the client waits 100 ms before the first retry and 200 ms before the second.
    recorded[0].then.headers.retain(|(name, _)| name != "retry-after");
    recorded.insert(0, recorded[0].clone());
    let desk = HelpDesk::start(&backends, "retries", Replay::of(recorded));
    let trace_id = "0af7651916cd43dd8448eb211c800004";

    let response = desk.post("/chat", trace_id).await;

    assert_eq!(response.text().await.expect("text"), "Yes.");
    let trace = backends.jaeger.wait_for_trace(trace_id, 2).await;
    let call = trace.span(MODEL);
    let statuses: Vec<u16> = desk.provider.received().iter().map(|request| request.status).collect();
    assert_eq!(statuses, [429, 429, 200]);
    assert_eq!(call.tag("tracing_genai.retry.count").as_i64(), Some(2));
    assert!(call.duration_us >= 300_000, "{} µs", call.duration_us);
    assert_eq!(call.find_tag("otel.status_code"), None, "the last attempt succeeded");
    assert_tokens(call, [10, 0, 2, 0]);
    assert_cost(call, 10, 0, 2);
}

#[tokio::test]
async fn a_failed_call_has_error_status_and_type_and_is_unpriced() {
    let Some(backends) = Backends::shared().await else {
        return;
    };
    let unauthorized = Replay::of(recordings::own("openai/unauthorized"));
    // The client retries three times without delay: `retry-after` is 0.
    let too_many = Replay::of(Vec::new()).rate_limiting_first(4);
    let cases = [
        ("unauthorized", unauthorized, "401", "0af7651916cd43dd8448eb211c800005"),
        ("too-many", too_many, "429", "0af7651916cd43dd8448eb211c800006"),
    ];
    for (service, provider, status, trace_id) in cases {
        let desk = HelpDesk::start(&backends, service, provider);

        let response = desk.post("/chat", trace_id).await;

        assert_eq!(response.status(), 502);
        let trace = backends.jaeger.wait_for_trace(trace_id, 2).await;
        let call = trace.span(MODEL);
        assert_eq!(call.tag("error.type").as_str(), Some(status));
        assert_eq!(call.tag("otel.status_code").as_str(), Some("ERROR"));
        assert_eq!(call.tag("tracing_genai.cost.status").as_str(), Some("unpriced"));
        assert_eq!(call.find_tag("gen_ai.usage.cost"), None);
        let retries = call.find_tag("tracing_genai.retry.count").and_then(TagValue::as_i64);
        assert_eq!(retries, (status == "429").then_some(3));
        let failed = format!(
            r#"gen_ai_client_operation_duration_seconds_count{{service_name="{service}",error_type="{status}"}} == 1"#
        );
        backends.prometheus.wait_for(&failed).await;
    }
}

#[tokio::test]
async fn a_failed_agent_has_an_error_and_its_call_is_unpriced() {
    let Some(backends) = Backends::shared().await else {
        return;
    };
    let provider = Replay::of(recordings::own("openai/unauthorized"));
    let desk = HelpDesk::start(&backends, "refused-agent", provider);
    let trace_id = "0af7651916cd43dd8448eb211c80000a";

    let response = desk.post("/ask", trace_id).await;

    assert_eq!(response.status(), 502);
    let trace = backends.jaeger.wait_for_trace(trace_id, 4).await;
    assert_no_repeated_attributes(&trace);
    let agent = trace.span("invoke_agent help-desk");
    assert_eq!(agent.tag("otel.status_code").as_str(), Some("ERROR"));
    assert_eq!(agent.tag("error.type").as_str(), Some("provider"));
    let call = trace.span(MODEL);
    assert_eq!(call.tag("tracing_genai.cost.status").as_str(), Some("unpriced"));
    assert_eq!(call.find_tag("gen_ai.usage.cost"), None);
}

#[tokio::test]
async fn metrics_have_the_tokens_the_duration_and_the_cost_of_each_call() {
    let Some(backends) = Backends::shared().await else {
        return;
    };
    let desk = HelpDesk::start(&backends, "metrics", Replay::of(recordings::own("openai/agent")));
    desk.post("/ask", "0af7651916cd43dd8448eb211c800007").await;

    let query = |metric: &str, more: &str, equals: f64| {
        format!(r#"abs(sum({metric}{{service_name="metrics"{more}}}) - {equals}) < 1e-9"#)
    };
    let usd = nano_usd(186 + 150, 1024 + 1152, 25 + 64);
    for (metric, more, value) in [
        ("gen_ai_usage_cost_USD_sum", "", dollars(usd)),
        ("gen_ai_usage_cost_USD_count", "", 2.0),
        ("gen_ai_client_token_usage_sum", r#",gen_ai_token_type="input""#, 2512.0),
        ("gen_ai_client_token_usage_sum", r#",gen_ai_token_type="output""#, 89.0),
        (
            "gen_ai_client_operation_duration_seconds_count",
            r#",gen_ai_operation_name="chat""#,
            2.0,
        ),
    ] {
        backends.prometheus.wait_for(&query(metric, more, value)).await;
    }
}

#[tokio::test]
async fn the_last_trace_arrives_when_the_service_waits_for_sigterm() {
    let ended = the_last_trace_arrives("any signal", "0af7651916cd43dd8448eb211c800008").await;
    assert!(ended.is_none_or(|status| status.success()), "{ended:?}");
}

#[tokio::test]
async fn the_last_trace_arrives_when_the_service_handles_ctrl_c_only() {
    let ended = the_last_trace_arrives("ctrl-c only", "0af7651916cd43dd8448eb211c800009").await;
    // It ends by the default action of SIGTERM.
    assert!(ended.is_none_or(|status| status.signal() == Some(15)), "{ended:?}");
}

async fn the_last_trace_arrives(role: &str, trace_id: &str) -> Option<std::process::ExitStatus> {
    let backends = Backends::shared().await?;
    let service = role.replace(' ', "-");
    let provider = Replay::of(recordings::own("openai/chat"));
    let desk = HelpDesk::start_with_export_at_shutdown(&backends, &service, provider, role);

    desk.post("/chat", trace_id).await.text().await.expect("text");
    let ended = desk.terminate();

    let trace = backends.jaeger.wait_for_trace(trace_id, 2).await;
    assert_cost(trace.span(MODEL), 14, 0, 5);
    let cost = format!(r#"gen_ai_usage_cost_USD_count{{service_name="{service}"}} == 1"#);
    backends.prometheus.wait_for(&cost).await;
    Some(ended.status)
}

/// The model calls of a trace, in the order they started.
fn calls(trace: &Trace) -> Vec<&Span> {
    let mut calls: Vec<&Span> = trace.spans.iter().filter(|span| span.name == MODEL).collect();
    calls.sort_by_key(|span| span.start_us);
    calls
}

fn kind(span: &Span) -> &str {
    span.tag("span.kind").as_str().expect("text")
}

fn has_event(span: &Span, name: &str) -> bool {
    let fields = span.logs.iter().flat_map(|log| &log.fields);
    let mut names = fields.filter(|tag| tag.key == "event");
    names.any(|tag| tag.value.as_str() == Some(name))
}

fn assert_no_repeated_attributes(trace: &Trace) {
    for span in &trace.spans {
        assert!(
            span.repeated_tags().is_empty(),
            "{}: {:?}",
            span.name,
            span.repeated_tags()
        );
    }
}

/// Integers: input with cached, cached, output with reasoning, reasoning.
fn assert_tokens(call: &Span, tokens: [u64; 4]) {
    let names = [
        "gen_ai.usage.input_tokens",
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.reasoning.output_tokens",
    ];
    for (name, expected) in names.into_iter().zip(tokens) {
        assert_eq!(call.tag(name).as_i64(), i64::try_from(expected).ok(), "{name}");
    }
}

fn assert_cost(call: &Span, input: u64, cached: u64, output: u64) {
    let expected = dollars(nano_usd(input, cached, output));
    let cost = call.tag("gen_ai.usage.cost").as_f64().expect("a double");
    assert!((cost / expected - 1.0).abs() < 1e-12, "{cost} instead of {expected}");
    assert_eq!(call.tag("tracing_genai.cost.status").as_str(), Some("priced"));
}

fn nano_usd(input: u64, cached: u64, output: u64) -> u64 {
    let [for_input, for_cached, for_output] = NANO_USD;
    input * for_input + cached * for_cached + output * for_output
}

#[allow(
    clippy::cast_precision_loss,
    reason = "the amounts of these tests are far below 2^53 nano-dollars"
)]
fn dollars(nano_usd: u64) -> f64 {
    nano_usd as f64 / 1e9
}
