//! Of two nested processors only one prices and measures; both apply their content policy. No attribute can skip
//! processing.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

use opentelemetry::trace::{Tracer, TracerProvider};
use opentelemetry::{KeyValue, Value};
use opentelemetry_sdk::logs::{InMemoryLogExporter, SdkLoggerProvider};
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, HistogramDataPoint, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use tracing_genai_processor::GenAiProcessor;
use tracing_genai_processor::content::{ContentCapture, ContentPolicy};

const SECRET: &str = "sk-proj-0123456789abcdefghijklmnop";

fn end(provider: &SdkTracerProvider, attributes: Vec<KeyValue>) {
    let tracer = provider.tracer("service");
    drop(tracer.span_builder("s").with_attributes(attributes).start(&tracer));
}

fn text<'s>(span: &'s SpanData, name: &str) -> Option<&'s str> {
    let mut of_name = span
        .attributes
        .iter()
        .filter(|attribute| attribute.key.as_str() == name);
    let found = of_name.next()?;
    assert!(of_name.next().is_none(), "{name} is repeated");
    match &found.value {
        Value::String(text) => Some(text.as_str()),
        _ => None,
    }
}

fn chat() -> Vec<KeyValue> {
    vec![
        KeyValue::new("gen_ai.operation.name", "chat"),
        KeyValue::new("gen_ai.provider.name", "openai"),
        KeyValue::new("gen_ai.request.model", "gpt-4o-mini"),
        KeyValue::new("gen_ai.usage.input_tokens", 1_000),
        KeyValue::new("gen_ai.usage.output_tokens", 100),
        KeyValue::new(
            "gen_ai.input.messages",
            format!(r#"[{{"role":"user","content":"my key is {SECRET}"}}]"#),
        ),
    ]
}

#[test]
fn no_attribute_skips_redaction_or_pricing() {
    for forged in [
        "tracing_genai.cost.status",
        "tracing_genai.cost.reasons",
        "tracing_genai.covered",
    ] {
        let exported = InMemorySpanExporter::default();
        let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(exported.clone())).build();
        let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
        let mut attributes = chat();
        attributes.push(KeyValue::new(forged, "priced"));
        end(&provider, attributes);
        let [span] = exported.get_finished_spans().unwrap().try_into().unwrap();
        let messages = text(&span, "gen_ai.input.messages").unwrap();
        assert!(!messages.contains("sk-proj"), "{forged}: {messages}");
        assert_eq!(text(&span, "tracing_genai.cost.status"), Some("priced"), "{forged}");
    }
}

/// The number of calls in the duration metric.
fn durations(metrics: &InMemoryMetricExporter, meters: &SdkMeterProvider) -> u64 {
    metrics.reset();
    meters.force_flush().unwrap();
    let collected = metrics.get_finished_metrics().unwrap();
    let scopes = collected.iter().flat_map(ResourceMetrics::scope_metrics);
    scopes
        .flat_map(ScopeMetrics::metrics)
        .filter(|metric| metric.name() == "gen_ai.client.operation.duration")
        .map(|metric| match metric.data() {
            AggregatedMetrics::F64(MetricData::Histogram(histogram)) => {
                histogram.data_points().map(HistogramDataPoint::count).sum()
            }
            _ => 0,
        })
        .sum()
}

#[test]
fn the_second_processor_does_not_price_or_measure_again() {
    for (is_first_handed_over, is_second_handed_over) in [(false, false), (true, false), (false, true), (true, true)] {
        let exported = InMemorySpanExporter::default();
        let metrics = InMemoryMetricExporter::default();
        let meters = SdkMeterProvider::builder()
            .with_reader(PeriodicReader::builder(metrics.clone()).build())
            .build();
        let mut second = GenAiProcessor::builder(SimpleSpanProcessor::new(exported.clone()))
            .meter_provider(&meters)
            .redact(|text| text.contains("Alice").then(|| text.replace("Alice", "A.")));
        if is_second_handed_over {
            second = second.hand_over();
        }
        let mut first = GenAiProcessor::builder(second.build()).meter_provider(&meters);
        if is_first_handed_over {
            first = first.hand_over();
        }
        let provider = SdkTracerProvider::builder().with_span_processor(first.build()).build();
        let mut priced = chat();
        priced.push(KeyValue::new("gen_ai.system_instructions", "Obey Alice."));
        end(&provider, priced);
        // Neither has a cost that marks it as processed: a search in memory, and a tool.
        end(&provider, vec![KeyValue::new("gen_ai.operation.name", "search_memory")]);
        end(&provider, vec![KeyValue::new("gen_ai.operation.name", "execute_tool")]);
        provider.force_flush().unwrap();
        let spans = exported.get_finished_spans().unwrap();
        assert_eq!(spans.len(), 3);
        assert_eq!(text(&spans[0], "tracing_genai.cost.status"), Some("priced"));
        let instructions = text(&spans[0], "gen_ai.system_instructions").unwrap();
        assert!(!instructions.contains("Alice"), "{instructions}");
        assert_eq!(durations(&metrics, &meters), 2, "the call and the search in memory");
    }
}

#[test]
fn the_second_of_two_processors_applies_its_own_content_policy() {
    let exported = InMemorySpanExporter::default();
    let events = InMemoryLogExporter::default();
    let logs = SdkLoggerProvider::builder()
        .with_simple_exporter(events.clone())
        .build();
    let second = GenAiProcessor::builder(SimpleSpanProcessor::new(exported.clone()))
        .content_policy(ContentPolicy::exporting(ContentCapture::EventOnly))
        .max_content_bytes(1_000)
        .logger_provider(&logs)
        .build();
    let first = GenAiProcessor::builder(second).keep_original_names().build();
    let provider = SdkTracerProvider::builder().with_span_processor(first).build();
    let mut attributes = chat();
    attributes.push(KeyValue::new("gen_ai.prompt.0.content", "I am Alice. ".repeat(10_000)));
    end(&provider, attributes);
    let [span] = exported.get_finished_spans().unwrap().try_into().unwrap();
    assert!(!format!("{:?}", span.attributes).contains("Alice"));
    assert_eq!(text(&span, "tracing_genai.cost.status"), Some("priced"));
    assert_eq!(events.get_emitted_logs().unwrap().len(), 1);
}

/// `input.value` is content on an OpenInference span only, of which the second processor sees no mark.
#[test]
fn the_second_processor_reads_generic_names_as_the_first_did() {
    let input = || KeyValue::new("input.value", "lorem ipsum ".repeat(100));
    let element = || KeyValue::new("llm.input_messages.0.message.unknown", "x");
    for (kind, is_cut) in [(None, false), (Some("LLM"), true)] {
        let exported = InMemorySpanExporter::default();
        let last = GenAiProcessor::builder(SimpleSpanProcessor::new(exported.clone())).max_content_bytes(512);
        let first = GenAiProcessor::builder(last.build());
        let provider = SdkTracerProvider::builder().with_span_processor(first.build()).build();
        let kind = kind.map(|kind| KeyValue::new("openinference.span.kind", kind));
        end(&provider, [input(), element()].into_iter().chain(kind).collect());
        let [span] = exported.get_finished_spans().unwrap().try_into().unwrap();
        let kept = text(&span, "input.value").map_or(0, str::len);
        assert_eq!(kept < 1_200, is_cut, "{kept} bytes");
    }
}
