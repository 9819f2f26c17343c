//! No label of a metric, and no name of a span, takes as many values as a remote party sends.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failed step fails the test")]

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry::trace::{Span as _, Status, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData, ScopeMetrics};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use tracing_genai::GenAiProcessor;
use tracing_genai::semconv::profile::{MetricNames, Profile};

/// How many distinct values each field gets.
const HOSTILE: usize = 3_000;

/// The most values of a label: 512, `_OTHER`, and those of the ordinary calls.
const MOST: usize = 520;

/// The fields that may have what a remote party sent.
///
/// The errors come first: beyond 2,000 series the SDK folds the rest into one.
const FIELDS: [&str; 14] = [
    "error.type",
    "exception.type",
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "gen_ai.response.id",
    "gen_ai.response.finish_reasons",
    "openai.response.service_tier",
    "tracing_genai.response.service_tier",
    "server.address",
    "server.port",
    "gen_ai.token.type",
    "tracing_genai.usage.processing",
];

/// The fields of an answer, none of which may change a span's name.
const OF_ANSWERS: [&str; 6] = [
    "gen_ai.response.model",
    "gen_ai.response.id",
    "gen_ai.response.finish_reasons",
    "openai.response.service_tier",
    "error.type",
    "server.address",
];

fn value(field: &str, number: usize) -> Value {
    match field {
        "server.port" => Value::I64(i64::try_from(number).unwrap()),
        "gen_ai.response.finish_reasons" => Value::Array(Array::String(vec![format!("reason-{number}").into()])),
        // In turn as a word, a class, a path and a text.
        "error.type" | "exception.type" => match number % 4 {
            0 => letters(number),
            1 => letters(number) + "Error",
            2 => format!("remote::n{number}::Error"),
            _ => format!("error {number} of many"),
        }
        .into(),
        _ => format!("{field}-{number}").into(),
    }
}

/// A word of letters for each number.
fn letters(mut number: usize) -> String {
    let mut word = String::from("w");
    while number > 0 {
        word.push(char::from(b'a' + u8::try_from(number % 26).unwrap()));
        number /= 26;
    }
    word
}

/// Ends a span for each hostile value of `field`; the metrics of one processor for all, and its spans.
fn fed(profile: Profile, fields: &[&'static str]) -> (BTreeMap<String, BTreeSet<String>>, Vec<SpanData>) {
    let (spans, metrics) = (InMemorySpanExporter::default(), InMemoryMetricExporter::default());
    let meter_provider = SdkMeterProvider::builder()
        .with_reader(PeriodicReader::builder(metrics.clone()).build())
        .build();
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone()))
        .meter_provider(&meter_provider)
        .profile(profile)
        .build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let tracer = provider.tracer("service");
    for field in fields {
        for number in 0..HOSTILE {
            let mut attributes = vec![
                KeyValue::new("gen_ai.operation.name", "chat"),
                KeyValue::new("gen_ai.provider.name", "openai"),
                KeyValue::new("gen_ai.request.model", "gpt-4o"),
                KeyValue::new("server.address", "api.openai.com"),
                KeyValue::new("gen_ai.usage.input_tokens", 9),
                KeyValue::new("gen_ai.usage.output_tokens", 2),
                KeyValue::new("gen_ai.response.time_to_first_chunk", 0.5),
            ];
            let hostile = KeyValue::new(*field, value(field, number));
            let mut span = tracer.start("chat");
            if *field == "exception.type" {
                span.add_event("exception", vec![hostile]);
                span.set_status(Status::error("refused"));
            } else {
                attributes.push(hostile);
            }
            span.set_attributes(attributes);
            span.end();
        }
    }
    meter_provider.force_flush().unwrap();
    let mut labels: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for collected in metrics.get_finished_metrics().unwrap() {
        for metric in collected.scope_metrics().flat_map(ScopeMetrics::metrics) {
            for attribute in of_points(metric.data()) {
                let values = labels.entry(attribute.key.as_str().to_owned()).or_default();
                values.insert(attribute.value.as_str().into_owned());
            }
        }
    }
    (labels, spans.get_finished_spans().unwrap())
}

/// The attributes of all points of a metric of any kind.
fn of_points(data: &AggregatedMetrics) -> Vec<KeyValue> {
    fn of<T>(data: &MetricData<T>) -> Vec<KeyValue> {
        match data {
            MetricData::Histogram(points) => points
                .data_points()
                .flat_map(|point| point.attributes().cloned())
                .collect(),
            MetricData::Sum(points) => points
                .data_points()
                .flat_map(|point| point.attributes().cloned())
                .collect(),
            MetricData::Gauge(points) => points
                .data_points()
                .flat_map(|point| point.attributes().cloned())
                .collect(),
            MetricData::ExponentialHistogram(points) => points
                .data_points()
                .flat_map(|point| point.attributes().cloned())
                .collect(),
        }
    }
    match data {
        AggregatedMetrics::F64(data) => of(data),
        AggregatedMetrics::U64(data) => of(data),
        AggregatedMetrics::I64(data) => of(data),
    }
}

fn both() -> Profile {
    Profile::default().with_metric_names(&[MetricNames::Published, MetricNames::InDevelopment])
}

#[test]
fn every_label_of_every_metric_is_bounded_one_hostile_field_at_a_time() {
    for field in FIELDS {
        let (labels, _) = fed(both(), &[field]);
        assert!(
            labels.contains_key("gen_ai.operation.name"),
            "{field}: nothing was measured"
        );
        for (label, values) in labels {
            assert!(values.len() <= MOST, "{field} gives {label} {} values", values.len());
        }
    }
}

#[test]
fn every_label_of_every_metric_is_bounded_for_all_hostile_fields_of_one_service() {
    let (labels, _) = fed(both(), &FIELDS);
    for (label, values) in &labels {
        assert!(values.len() <= MOST, "{label} has {} values", values.len());
    }
    let errors = labels.get("error.type").unwrap();
    assert!(errors.len() <= 64 + 1, "{} error types", errors.len());
    assert!(errors.contains("_OTHER"));
}

#[test]
fn an_answer_does_not_change_a_spans_name() {
    let (_, spans) = fed(Profile::default(), &OF_ANSWERS);
    let names: BTreeSet<_> = spans.iter().map(|span| span.name.as_ref()).collect();
    assert_eq!(names, BTreeSet::from(["chat gpt-4o"]));
}
