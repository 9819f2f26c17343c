//! Attributes of other dialects are converted to the conventions'; the expected pairs are in `dialects/`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed step fails the test"
)]

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use opentelemetry::trace::{Span as _, SpanKind, Tracer, TracerProvider};
use opentelemetry::{Array, KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use serde_json::Value as Json;
use tracing_genai_pricing::{Prices, Reason};
use tracing_genai_processor::{GenAiProcessor, SpanCall};
use tracing_genai_semconv::dialect::Dialect;

const FILES: [(&str, &str); 16] = [
    ("deprecated", include_str!("dialects/deprecated.json")),
    ("rust_clients", include_str!("dialects/rust_clients.json")),
    ("traceloop", include_str!("dialects/traceloop.json")),
    ("openinference", include_str!("dialects/openinference.json")),
    ("vercel", include_str!("dialects/vercel.json")),
    ("langfuse", include_str!("dialects/langfuse.json")),
    ("openlit", include_str!("dialects/openlit.json")),
    ("pydantic_ai", include_str!("dialects/pydantic_ai.json")),
    ("sentry", include_str!("dialects/sentry.json")),
    ("langchain", include_str!("dialects/langchain.json")),
    ("crewai", include_str!("dialects/crewai.json")),
    ("claude_code", include_str!("dialects/claude_code.json")),
    ("livekit", include_str!("dialects/livekit.json")),
    ("google_adk", include_str!("dialects/google_adk.json")),
    ("braintrust", include_str!("dialects/braintrust.json")),
    ("mlflow", include_str!("dialects/mlflow.json")),
];

/// A span as written by a tracer.
struct Written<'a> {
    scope: &'a str,
    name: &'a str,
    started: SystemTime,
    attributes: Vec<KeyValue>,
}

/// The span after `processors` nested processors.
fn processed(span: &Written<'_>, processors: usize) -> SpanData {
    let spans = InMemorySpanExporter::default();
    let exporting = SimpleSpanProcessor::new(spans.clone());
    let builder = SdkTracerProvider::builder();
    let provider = match processors {
        0 => builder.with_span_processor(exporting),
        1 => builder.with_span_processor(GenAiProcessor::builder(exporting).build()),
        _ => builder.with_span_processor(GenAiProcessor::builder(GenAiProcessor::builder(exporting).build()).build()),
    }
    .build();
    let tracer = provider.tracer(span.scope.to_owned());
    let mut started = tracer.build(tracer.span_builder(span.name.to_owned()).with_start_time(span.started));
    started.set_attributes(span.attributes.clone());
    started.end_with_timestamp(span.started + Duration::from_secs(1));
    let mut spans = spans.get_finished_spans().unwrap();
    assert_eq!(spans.len(), 1);
    spans.remove(0)
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Bool(boolean) => Value::Bool(*boolean),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::I64(integer),
            None => Value::F64(number.as_f64().unwrap()),
        },
        Json::String(text) => Value::String(text.clone().into()),
        Json::Array(items) => Value::Array(Array::String(
            items
                .iter()
                .map(|item| item.as_str().unwrap().to_owned().into())
                .collect(),
        )),
        other => panic!("{other} is not an attribute value"),
    }
}

fn attributes_of(members: &Json) -> Vec<KeyValue> {
    let members = members.as_object().into_iter().flatten();
    members
        .map(|(name, value)| KeyValue::new(name.clone(), value_of(value)))
        .collect()
}

/// The only value of `name`.
fn value<'s>(span: &'s SpanData, name: &str) -> Option<&'s Value> {
    let mut found = span
        .attributes
        .iter()
        .filter(|attribute| attribute.key.as_str() == name);
    let first = found.next().map(|attribute| &attribute.value);
    assert!(found.next().is_none(), "{name} is repeated");
    first
}

fn assert_value(found: Option<&Value>, expected: &Json, context: &str) {
    match expected {
        Json::Null => assert_eq!(found, None, "{context}"),
        Json::Object(marked) => {
            let Some(Value::String(text)) = found else {
                panic!("{context}: {found:?} is not JSON text")
            };
            let read: Json = serde_json::from_str(text.as_str()).unwrap();
            assert_eq!(read, marked["json"], "{context}");
        }
        expected => assert_eq!(found, Some(&value_of(expected)), "{context}"),
    }
}

fn parsed(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}

fn items<'j>(file: &'j Json, name: &str) -> &'j [Json] {
    file.get(name).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// The scope of the dialect's tracer.
fn scope(file: &Json) -> &str {
    file.get("scope").and_then(Json::as_str).unwrap_or("test")
}

/// The span of a pair: its attribute, and the other attributes of such a span.
fn of_pair(file: &Json, pair: &Json) -> Vec<KeyValue> {
    let name = pair[0].as_str().unwrap();
    let mut attributes = attributes_of(&file["with"]);
    attributes.retain(|attribute| attribute.key.as_str() != name);
    attributes.push(KeyValue::new(name.to_owned(), value_of(&pair[1])));
    // A GenAI span needs at least one GenAI attribute.
    attributes.push(KeyValue::new("gen_ai.test", "a mark"));
    attributes
}

#[test]
fn each_attribute_is_converted_with_its_type_and_unit() {
    for (dialect, text) in FILES {
        let file = parsed(text);
        for pair in items(&file, "pairs") {
            let name = pair[0].as_str().unwrap();
            let new_name = pair[2].as_str().unwrap();
            let span = processed(
                &Written {
                    scope: scope(&file),
                    name: "span",
                    started: UNIX_EPOCH,
                    attributes: of_pair(&file, pair),
                },
                1,
            );
            let context = format!("{dialect}: {pair}");
            assert_value(value(&span, new_name), &pair[3], &context);
            if name != new_name {
                let is_kept = pair.get(4).is_some();
                assert_eq!(value(&span, name).is_some(), is_kept, "{context}");
            }
        }
    }
}

fn of_case<'j>(file: &'j Json, case: &'j Json) -> Written<'j> {
    let start = case.get("start").and_then(Json::as_f64).unwrap_or(0.0);
    Written {
        scope: case.get("scope").and_then(Json::as_str).unwrap_or(scope(file)),
        name: case["name"].as_str().unwrap(),
        started: UNIX_EPOCH + Duration::from_secs_f64(start),
        attributes: attributes_of(&case["in"]),
    }
}

#[test]
fn whole_spans_are_converted_without_leftovers() {
    for (dialect, text) in FILES {
        let file = parsed(text);
        for case in items(&file, "spans") {
            let span = processed(&of_case(&file, case), 1);
            let context = format!("{dialect}: {}", case["about"].as_str().unwrap());
            let expected = case["out"].as_object().unwrap();
            for (name, expected) in expected {
                assert_value(value(&span, name), expected, &format!("{context}: {name}"));
            }
            let others: Vec<_> = span
                .attributes
                .iter()
                .map(|attribute| attribute.key.as_str())
                .filter(|name| {
                    let is_price = name.starts_with("tracing_genai.") || *name == "gen_ai.usage.cost";
                    !is_price && !expected.contains_key(*name)
                })
                .collect();
            assert_eq!(others, [""; 0], "{context}");
            if let Some(name) = case.get("out_name") {
                assert_eq!(span.name, name.as_str().unwrap(), "{context}");
            }
            if case.get("out_kind").is_some() {
                assert_eq!(span.span_kind, SpanKind::Client, "{context}");
            }
        }
    }
}

#[test]
fn normalisation_is_idempotent() {
    for (dialect, text) in FILES {
        let file = parsed(text);
        let of_pairs = items(&file, "pairs").iter().map(|pair| Written {
            scope: scope(&file),
            name: "span",
            started: UNIX_EPOCH,
            attributes: of_pair(&file, pair),
        });
        let of_cases = items(&file, "spans").iter().map(|case| of_case(&file, case));
        for written in of_pairs.chain(of_cases) {
            let (once, twice) = (processed(&written, 1), processed(&written, 2));
            assert_eq!(once.attributes, twice.attributes, "{dialect}: {:?}", written.attributes);
            assert_eq!(once.name, twice.name, "{dialect}");
            assert_eq!(once.span_kind, twice.span_kind, "{dialect}");
            assert_eq!(once.status, twice.status, "{dialect}");
        }
    }
}

#[test]
fn a_span_call_costs_the_same_as_in_the_processor() {
    let prices = Prices::default();
    let mut calls = 0;
    for (dialect, text) in FILES {
        let file = parsed(text);
        let cases = items(&file, "spans").iter().map(|case| of_case(&file, case));
        // A pair on a call with a known price.
        let pairs = items(&file, "pairs").iter().map(|pair| {
            let mut attributes = of_pair(&file, pair);
            let name = pair[0].as_str().unwrap();
            let call = [
                KeyValue::new("gen_ai.operation.name", "chat"),
                KeyValue::new("gen_ai.provider.name", "openai"),
                KeyValue::new("gen_ai.request.model", "gpt-4o"),
                KeyValue::new("gen_ai.usage.input_tokens", 1_000),
                KeyValue::new("gen_ai.usage.output_tokens", 100),
            ];
            attributes.extend(call.into_iter().filter(|attribute| attribute.key.as_str() != name));
            Written {
                scope: scope(&file),
                name: "chat gpt-4o",
                started: UNIX_EPOCH,
                attributes,
            }
        });
        for written in cases.chain(pairs) {
            let by_processor = processed(&written, 1);
            let status = value(&by_processor, "tracing_genai.cost.status").map(|status| status.as_str().into_owned());
            let amount = value(&by_processor, "gen_ai.usage.cost").cloned();
            for from in [processed(&written, 0), by_processor.clone()] {
                let Some(call) = SpanCall::read(from, None) else {
                    assert_eq!(
                        (&amount, &status),
                        (&None, &None),
                        "{dialect}: {:?}",
                        written.attributes
                    );
                    continue;
                };
                let mut cost = call.known_cost.clone().unwrap_or_else(|| prices.cost(&call.call()));
                if !call.unread_usage.is_empty() {
                    cost.add_reason(Reason::UnreadUsage);
                }
                let read = (
                    cost.total.map(|total| Value::F64(total.to_f64())),
                    Some(cost.status.as_str().to_owned()),
                );
                assert_eq!(
                    read,
                    (amount.clone(), status.clone()),
                    "{dialect}: {:?}",
                    written.attributes
                );
                calls += 1;
            }
        }
    }
    assert!(calls > 500, "{calls}");
}

#[test]
fn every_name_of_every_dialect_has_a_pair() {
    let mut written = BTreeSet::new();
    let mut paired = BTreeSet::new();
    let mut span_names = BTreeSet::new();
    for (_, text) in FILES {
        let file = parsed(text);
        for pair in items(&file, "pairs") {
            written.insert(pair[0].as_str().unwrap().to_owned());
            paired.insert((pair[0].as_str().unwrap().to_owned(), pair[1].to_string()));
        }
        for case in items(&file, "spans") {
            span_names.insert(case["name"].as_str().unwrap().to_owned());
            for (name, value) in case["in"].as_object().unwrap() {
                written.insert(name.clone());
                paired.insert((name.clone(), value.to_string()));
            }
        }
    }
    let mut missing = Vec::new();
    for dialect in Dialect::ALL {
        let renamed = dialect.renames.iter().map(|(name, _)| *name);
        let apart = dialect.structures.iter().map(|(name, _)| *name);
        let kinds = dialect.kinds.iter().copied();
        let unprefixed = dialect.unprefixed.iter().map(|(name, _)| *name);
        missing.extend(
            renamed
                .chain(unprefixed)
                .chain(apart)
                .chain(kinds)
                .filter(|name| !written.contains(*name))
                .map(str::to_owned),
        );
        for (name, value, _) in dialect.operations {
            if !paired.contains(&((*name).to_owned(), Json::from(*value).to_string())) {
                missing.push(format!("{name}={value}"));
            }
        }
        for prefix in dialect.content_prefixes {
            if !written.iter().any(|written| written.starts_with(prefix)) {
                missing.push((*prefix).to_owned());
            }
        }
        for (name, _) in dialect.dropped {
            if !written.iter().any(|written| written.starts_with(name)) {
                missing.push((*name).to_owned());
            }
        }
        for list in dialect.indexed {
            for (field, _) in list.fields {
                let is_written = |name: &str| {
                    let rest = name.strip_prefix(list.prefix).and_then(|rest| rest.split_once('.'));
                    rest.is_some_and(|(_, path)| without_numbers(path) == *field)
                };
                // Both lists of messages have the same fields.
                let is_shared = Dialect::ALL.iter().flat_map(|dialect| dialect.indexed).any(|other| {
                    std::ptr::eq(other.fields, list.fields)
                        && written.iter().any(|name| {
                            let rest = name.strip_prefix(other.prefix).and_then(|rest| rest.split_once('.'));
                            rest.is_some_and(|(_, path)| without_numbers(path) == *field)
                        })
                });
                if !written.iter().any(|name| is_written(name)) && !is_shared {
                    missing.push(format!("{}N.{field}", list.prefix));
                }
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

fn without_numbers(path: &str) -> String {
    let segments = path.split('.').map(|segment| {
        if segment.bytes().all(|byte| byte.is_ascii_digit()) {
            "*"
        } else {
            segment
        }
    });
    segments.collect::<Vec<_>>().join(".")
}
