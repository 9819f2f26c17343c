//! A stream's timing is on its span, and in the metrics of first and further chunks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests and their helpers may panic")]

mod service;

use std::time::Duration;

use futures_util::{StreamExt, stream};
use opentelemetry::Value;
use service::{Service, Span};
use tracing_genai::semconv::OperationName;
use tracing_genai::usage::{Api, Unit, Usage};

fn double(span: &Span, name: &str) -> Option<f64> {
    match span.value(name)? {
        Value::F64(double) => Some(*double),
        other => panic!("{name} is {other:?}"),
    }
}

/// A stream of `chunks` chunks, with a wait before one of them.
async fn metered(chunks: usize, waits_before: usize, wait: Duration, stall_after: Duration) {
    let chunks = stream::iter(0..chunks).then(async |chunk| {
        if chunk == waits_before {
            tokio::time::sleep(wait).await;
        }
        Ok::<_, std::io::Error>(chunk)
    });
    let call = tracing_genai::chat("openai", "gpt-4o-2024-08-06").start();
    let usage = Usage::new().with(Unit::InputTokens, 9).with(Unit::OutputTokens, 101);
    let metered = call.meter_with(chunks, |_, call| call.usage(&usage));
    metered.stall_after(stall_after).for_each(async |_| {}).await;
}

#[tokio::test]
async fn gaps_stalls_and_rate_exclude_the_wait_for_the_first_chunk() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    let wait = Duration::from_millis(40);
    metered(5, 0, wait, Duration::from_secs(60)).await;
    let span = service.only_span();
    assert!(double(&span, "gen_ai.response.time_to_first_chunk").unwrap() >= 0.040);
    // The five chunks came at once: the rate excludes the wait; its height depends on the machine.
    let rate = double(&span, "tracing_genai.stream.output_tokens_per_second").unwrap();
    assert!(rate > 100.0 / 0.040, "{rate}");
    assert_eq!(span.value("tracing_genai.stream.stalls"), Some(&Value::I64(0)));
    assert_eq!(span.value("tracing_genai.stream.chunks"), Some(&Value::I64(5)));
}

#[tokio::test]
async fn stalls_and_the_longest_gap_are_recorded() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    metered(5, 3, Duration::from_millis(40), Duration::from_millis(30)).await;
    let span = service.only_span();
    assert_eq!(span.value("tracing_genai.stream.stalls"), Some(&Value::I64(1)));
    assert!(double(&span, "tracing_genai.stream.longest_gap").unwrap() >= 0.040);
    // 100 tokens after the first, in at least the wait.
    assert!(double(&span, "tracing_genai.stream.output_tokens_per_second").unwrap() <= 100.0 / 0.040);
}

#[tokio::test]
async fn chunks_are_in_the_metrics_and_gaps_are_removed_from_the_span() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    metered(5, 3, Duration::from_millis(40), Duration::from_secs(60)).await;
    let span = service.only_span();
    for name in ["tracing_genai.stream.gap_counts", "tracing_genai.stream.gap_seconds"] {
        assert_eq!(span.value(name), None, "{name}");
    }
    let (count, sum, attributes) = service
        .histogram("gen_ai.client.operation.time_to_first_chunk")
        .remove(0);
    assert_eq!(count, 1);
    let first = double(&span, "gen_ai.response.time_to_first_chunk").unwrap();
    assert!((sum - first).abs() < 1e-9);
    assert!(
        attributes
            .iter()
            .any(|attribute| attribute.key.as_str() == "gen_ai.provider.name")
    );
    let (count, sum, _) = service
        .histogram("gen_ai.client.operation.time_per_output_chunk")
        .remove(0);
    assert_eq!(count, 4, "each chunk but the first");
    assert!(sum >= 0.040);
}

#[tokio::test]
async fn a_keep_alive_comment_is_not_a_chunk() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    let wait = Duration::from_millis(40);
    let bytes = stream::iter([
        ": OPENROUTER PROCESSING\n\n",
        "data: {\"model\":\"gpt-4o\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n",
        "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9,\"completion_tokens\":2}}\n\ndata: [DONE]\n\n",
    ])
    .enumerate()
    .then(async |(number, bytes)| {
        if number == 1 {
            tokio::time::sleep(wait).await;
        }
        Ok::<_, std::io::Error>(bytes)
    });
    let call = tracing_genai::chat("openrouter", "openai/gpt-4o").start();
    call.meter_bytes(Api::OpenAiChat, bytes).for_each(async |_| {}).await;
    let span = service.only_span();
    assert!(double(&span, "gen_ai.response.time_to_first_chunk").unwrap() >= 0.040);
    assert_eq!(span.value("tracing_genai.stream.chunks"), Some(&Value::I64(2)));
}

/// The number of calls that are priced and that are measured, with `inner` of `output` tokens within a chat of GPT-4o
/// of two.
fn costing(inner: OperationName, model: &str, output: u64) -> (usize, u64) {
    let service = Service::start();
    service.run(|| {
        let framework = tracing_genai::chat("openai", "gpt-4o-2024-08-06").start();
        let usage = Usage::new().with(Unit::InputTokens, 9).with(Unit::OutputTokens, 2);
        framework.usage(&usage);
        framework.in_scope(|| {
            let client = tracing_genai::ModelCall::of(inner, "openai", Some(model));
            let usage = usage.with(Unit::OutputTokens, output);
            client.cover_enclosing().start().usage(&usage);
        });
    });
    let spans = service.spans();
    let costs = spans.iter().filter(|span| span.value("gen_ai.usage.cost").is_some());
    let measured = service.histogram("gen_ai.client.operation.duration");
    (costs.count(), measured.iter().map(|(count, ..)| count).sum())
}

#[test]
fn a_covered_call_is_not_priced_or_measured() {
    assert_eq!(costing(OperationName::Chat, "gpt-4o-2024-08-06", 2), (1, 1));
    assert_eq!(costing(OperationName::Chat, "gpt-4o-mini", 2), (1, 1));
}

#[test]
fn a_call_of_another_kind_or_with_other_counts_does_not_cover() {
    assert_eq!(costing(OperationName::Embeddings, "text-embedding-3-small", 2), (2, 2));
    assert_eq!(costing(OperationName::Chat, "gpt-4o-mini", 3), (2, 2));
}

#[test]
fn a_call_without_a_recording_span_does_not_cover() {
    use opentelemetry::trace::TracerProvider;
    use tracing_subscriber::layer::{Layer, SubscriberExt};

    let service = Service::start();
    let layer = tracing_genai::layer(service.tracer_provider().tracer("service"));
    // The helpers' spans are filtered out of the traces, not of the logs.
    let only_frameworks = tracing_subscriber::filter::filter_fn(|metadata| metadata.target() != "tracing_genai");
    let subscriber = tracing_subscriber::registry()
        .with(layer.with_filter(only_frameworks))
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::sink));
    tracing::subscriber::with_default(subscriber, || {
        let framework = tracing::info_span!(
            target: "framework",
            "chat",
            gen_ai.operation.name = "chat",
            gen_ai.provider.name = "openai",
            gen_ai.request.model = "gpt-4o-2024-08-06",
            gen_ai.usage.input_tokens = 9,
            gen_ai.usage.output_tokens = 2,
        );
        framework.in_scope(|| {
            let client = tracing_genai::ModelCall::of(OperationName::Chat, "openai", Some("gpt-4o-2024-08-06"));
            client
                .cover_enclosing()
                .start()
                .usage(&Usage::new().with(Unit::InputTokens, 9));
        });
    });
    let span = service.only_span();
    assert_eq!(span.value("tracing_genai.covered"), None);
    assert!(span.value("gen_ai.usage.cost").is_some());
}

#[tokio::test]
async fn a_long_stream_recorded_by_chunk_keeps_its_last_values() {
    let service = Service::start();
    let _default = tracing::dispatcher::set_default(&service.dispatch());
    let chunks = (0..3_000_u32).map(|number| {
        let end = match number {
            2_998 => r#""choices":[{"index":0,"delta":{},"finish_reason":"stop"}]"#,
            2_999 => r#""choices":[],"usage":{"prompt_tokens":9,"completion_tokens":3000}"#,
            _ => r#""choices":[{"index":0,"delta":{"content":"x"}}]"#,
        };
        Ok::<_, std::io::Error>(format!(r#"{{"id":"c1","model":"gpt-4o-2024-08-06",{end}}}"#))
    });
    let call = tracing_genai::chat("openai", "gpt-4o").start();
    let metered = call.meter_with(stream::iter(chunks), |chunk, call| {
        call.record(&tracing_genai::usage::read_body(Api::OpenAiChat, chunk.as_bytes()).unwrap());
    });
    metered.for_each(async |_| {}).await;
    let span = service.only_span();
    assert_eq!(span.value("gen_ai.usage.output_tokens"), Some(&Value::I64(3000)));
    assert_eq!(span.text("gen_ai.response.id"), Some("c1"));
    assert_eq!(span.text("tracing_genai.stream.outcome"), Some("completed"));
    assert!(span.value("gen_ai.response.finish_reasons").is_some());
    assert_eq!(span.data.dropped_attributes_count, 0);
}
