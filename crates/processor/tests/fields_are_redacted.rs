//! A GenAI span's names, status, events, links and keys leave without secrets and within their bounds.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed step fails the test"
)]

use opentelemetry::trace::{
    Event, Link, Span as _, SpanContext, SpanId, Status, TraceContextExt, TraceFlags, TraceId, TraceState, Tracer,
    TracerProvider,
};
use opentelemetry::{Array, Context, KeyValue, Value};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SimpleSpanProcessor, SpanData};
use tracing_genai_processor::content::{ContentCapture, ContentPolicy};
use tracing_genai_processor::{GenAiProcessor, GenAiProcessorBuilder};

type Builder = GenAiProcessorBuilder<SimpleSpanProcessor<InMemorySpanExporter>>;

const KEY: &str = "sk-proj-A1b2C3d4E5f6G7h8I9j0";

fn link(attributes: Vec<KeyValue>) -> Link {
    let context = SpanContext::new(
        TraceId::from_bytes([1; 16]),
        SpanId::from_bytes([1; 8]),
        TraceFlags::SAMPLED,
        false,
        TraceState::NONE,
    );
    Link::new(context, attributes, 0)
}

/// A `chat` span with a name, status, attributes, event and link, exported by a processor that `configure` sets up.
fn exported_by(
    configure: impl FnOnce(Builder) -> Builder,
    name: String,
    status: String,
    attributes: Vec<KeyValue>,
    event: (String, Vec<KeyValue>),
    of_link: Vec<KeyValue>,
) -> SpanData {
    let spans = InMemorySpanExporter::default();
    let processor = configure(GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone()))).build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let tracer = provider.tracer("service");
    let builder = tracer
        .span_builder(name)
        .with_links(vec![link(of_link)])
        .with_attributes([KeyValue::new("gen_ai.operation.name", "chat")]);
    let mut span = builder.start(&tracer);
    span.set_attributes(attributes);
    span.add_event(event.0, event.1);
    span.set_status(Status::error(status));
    span.end();
    provider.force_flush().unwrap();
    spans.get_finished_spans().unwrap().remove(0)
}

/// A span with `text` in every field.
fn with_everywhere(configure: impl FnOnce(Builder) -> Builder, text: &str) -> SpanData {
    let list = |text: &str| Value::Array(Array::String(vec![text.to_owned().into(), "x".into()]));
    exported_by(
        configure,
        text.to_owned(),
        text.to_owned(),
        vec![
            KeyValue::new("gen_ai.request.model", text.to_owned()),
            KeyValue::new("gen_ai.response.id", text.to_owned()),
            KeyValue::new("gen_ai.request.stop_sequences", list(text)),
            KeyValue::new("openai.response.service_tier", text.to_owned()),
            KeyValue::new("error.type", text.to_owned()),
            KeyValue::new("mine", text.to_owned()),
            KeyValue::new("mine.list", list(text)),
            KeyValue::new(text.to_owned(), 1),
        ],
        (
            text.to_owned(),
            vec![
                KeyValue::new("exception.message", text.to_owned()),
                KeyValue::new("exception.type", text.to_owned()),
                KeyValue::new("exception.stacktrace", text.to_owned()),
                KeyValue::new("note", text.to_owned()),
                KeyValue::new(text.to_owned(), list(text)),
            ],
        ),
        vec![KeyValue::new(text.to_owned(), text.to_owned())],
    )
}

fn shown(span: &SpanData) -> String {
    format!("{span:?}")
}

fn text<'s>(attributes: &'s [KeyValue], name: &str) -> &'s str {
    let found = attributes.iter().find(|attribute| attribute.key.as_str() == name);
    match found.map(|attribute| &attribute.value) {
        Some(Value::String(text)) => text.as_str(),
        other => panic!("{name} is {other:?} in {attributes:?}"),
    }
}

fn description(span: &SpanData) -> &str {
    match &span.status {
        Status::Error { description } => description,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_secret_leaves_in_no_field_of_a_span() {
    let url = "https://user:s3cr3tpw@host/v1?key=AIzaA1b2C3d4E5f6G7h8I9j0A1b2C3d4E5f6G7h";
    let secrets = [
        (KEY, KEY),
        ("Bearer A1b2C3d4E5f6G7h8I9j0", "A1b2C3d4E5f6"),
        (url, "s3cr3tpw"),
        (url, "AIza"),
        ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMIK7MDENG", "wJalr"),
    ];
    for (written, secret) in secrets {
        for hands_over in [false, true] {
            let configure = |builder: Builder| if hands_over { builder.hand_over() } else { builder };
            let span = with_everywhere(configure, written);
            assert!(!shown(&span).contains(secret), "{secret}: {span:#?}");
            assert_eq!(span.events.events.len(), 1);
            assert_eq!(span.links.links.len(), 1);
        }
    }
}

#[test]
fn keys_that_redact_to_the_same_text_stay_distinct() {
    let keys = || {
        vec![
            KeyValue::new(KEY, 1),
            KeyValue::new([KEY, "0"].concat(), 2),
            KeyValue::new("[redacted]", 3),
            KeyValue::new(["k".repeat(256), "a".to_owned()].concat(), 4),
            KeyValue::new(["k".repeat(256), "b".to_owned()].concat(), 5),
        ]
    };
    let span = exported_by(
        |builder| builder,
        "chat".to_owned(),
        String::new(),
        keys(),
        ("e".to_owned(), keys()),
        keys(),
    );
    for attributes in [
        &span.attributes,
        &span.events.events[0].attributes,
        &span.links.links[0].attributes,
    ] {
        let mut names: Vec<_> = attributes.iter().map(|attribute| attribute.key.as_str()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count, "{attributes:?}");
        assert!(attributes.contains(&KeyValue::new("[redacted]", 3)), "{attributes:?}");
    }
}

#[test]
fn a_trace_state_leaves_without_its_members_with_secrets() {
    let state =
        TraceState::from_key_value([("vendor", KEY), ("congo", "t61rcWkgMzE"), ("api_key", "0a1b2c3d")]).unwrap();
    let context = SpanContext::new(
        TraceId::from_bytes([2; 16]),
        SpanId::from_bytes([2; 8]),
        TraceFlags::SAMPLED,
        true,
        state,
    );
    let spans = InMemorySpanExporter::default();
    let processor = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone())).build();
    let provider = SdkTracerProvider::builder().with_span_processor(processor).build();
    let tracer = provider.tracer("service");
    let builder = tracer
        .span_builder("chat")
        .with_links(vec![Link::new(context.clone(), Vec::new(), 0)])
        .with_attributes([KeyValue::new("gen_ai.operation.name", "chat")]);
    let parent = Context::new().with_remote_span_context(context);
    let mut span = builder.start_with_context(&tracer, &parent);
    assert_eq!(
        span.span_context().trace_state().get("vendor"),
        Some(KEY),
        "what is propagated is unchanged"
    );
    span.end();
    let span = spans.get_finished_spans().unwrap().remove(0);
    for context in [&span.span_context, &span.links.links[0].span_context] {
        assert_eq!(context.trace_state().header(), "congo=t61rcWkgMzE");
        assert!(context.is_valid() && context.is_sampled());
    }
}

#[test]
fn a_secret_across_a_bound_leaves_in_no_part() {
    for before in [1_010, 1_024, 240, 250, 65_530] {
        let written = [
            "x".repeat(before - 1),
            " ".to_owned(),
            KEY.to_owned(),
            " y".repeat(40_000),
        ]
        .concat();
        let span = with_everywhere(|builder| builder, &written);
        assert!(!shown(&span).contains("sk-proj"), "{before}");
    }
}

#[test]
fn a_secret_across_the_early_cut_leaves_in_no_part_after_a_longer_one() {
    for bound in [256, 1_024] {
        for at in bound + 1_024 - 28..bound + 1_024 {
            let token = ["eyJhbGciOiJI.", &"A1b2".repeat((at - 100) / 4)].concat();
            let fill = "x".repeat(at - token.len() - 2);
            // Only large spans are cut early.
            let written = [&token, " ", &fill, " ", KEY, &" y".repeat(20_000)].concat();
            let span = with_everywhere(|builder| builder, &written);
            let description = description(&span);
            assert!(!description.contains("sk-"), "{at}: {description}");
            assert!(!span.name.contains("sk-"), "{at}: {}", span.name);
        }
    }
}

#[test]
fn a_panic_of_the_users_redactor_lets_no_secret_and_no_text_leave() {
    let configure = |builder: Builder| builder.redact(|text: &str| panic!("at {} bytes", text.len()));
    let span = with_everywhere(configure, &format!("my text {KEY}"));
    let shown = shown(&span);
    assert!(!shown.contains("sk-proj"), "{span:#?}");
    assert_eq!(description(&span), "");
    let event = &span.events.events[0].attributes;
    let names: Vec<_> = event.iter().map(|attribute| attribute.key.as_str()).collect();
    assert_eq!(names, ["exception.type"]);
}

#[test]
fn a_span_that_another_processor_forwards_is_redacted_by_both() {
    let spans = InMemorySpanExporter::default();
    let inner = GenAiProcessor::builder(SimpleSpanProcessor::new(spans.clone()))
        .redact(|text| text.contains("Alice").then(|| text.replace("Alice", "A.")))
        .build();
    let outer = GenAiProcessor::builder(inner).build();
    let provider = SdkTracerProvider::builder().with_span_processor(outer).build();
    let mut span = provider.tracer("service").start("chat");
    span.set_attribute(KeyValue::new("gen_ai.operation.name", "chat"));
    span.set_status(Status::error(format!("Alice sent {KEY}")));
    span.end();
    let span = spans.get_finished_spans().unwrap().remove(0);
    assert_eq!(description(&span), "A. sent [redacted]");
}

#[test]
fn attributes_named_like_secrets_lose_their_value() {
    let attributes = vec![
        KeyValue::new("openai.api_key", "0a1b"),
        KeyValue::new("http.request.header.authorization", "Token 0a1b"),
        KeyValue::new("db.password", 14_071_789),
        KeyValue::new("aws.credentials", "0a1b"),
        KeyValue::new(
            "http.request.header.x-api-key",
            Value::Array(Array::String(vec!["0a1b".into()])),
        ),
    ];
    let event = ("e".to_owned(), vec![KeyValue::new("password", "0a1b")]);
    let of_link = vec![KeyValue::new("apiKey", "0a1b")];
    let span = exported_by(
        |builder| builder,
        "s".to_owned(),
        String::new(),
        attributes,
        event,
        of_link,
    );
    assert!(!shown(&span).contains("0a1b"), "{span:#?}");
    assert!(!shown(&span).contains("14071789"), "{span:#?}");
}

#[test]
fn the_users_redactor_sees_texts_and_no_names() {
    let configure =
        |builder: Builder| builder.redact(|text| text.contains("Alice").then(|| text.replace("Alice", "A.")));
    let span = with_everywhere(configure, "for Alice");
    assert_eq!(description(&span), "for A.");
    let event = &span.events.events[0];
    for name in ["exception.message", "exception.stacktrace", "note"] {
        assert_eq!(text(&event.attributes, name), "for A.", "{name}");
    }
    assert_eq!(text(&event.attributes, "exception.type"), "for Alice");
    assert_eq!(text(&span.attributes, "gen_ai.request.model"), "for Alice");
    assert_eq!(event.name, "for Alice");
}

#[test]
fn errors_lose_the_queries_of_urls_and_other_attributes_only_their_keys() {
    let url = "https://host/v1/models?alt=sse&key=0123";
    let span = with_everywhere(|builder| builder, url);
    assert_eq!(description(&span), "https://host/v1/models?[redacted]");
    assert_eq!(
        text(&span.attributes, "mine"),
        "https://host/v1/models?alt=sse&key=[redacted]"
    );
}

#[test]
fn fields_have_bounds_without_any_setting() {
    let long = "é ".repeat(500_000);
    for hands_over in [false, true] {
        let configure = |builder: Builder| if hands_over { builder.hand_over() } else { builder };
        let span = with_everywhere(configure, &long);
        let event: &Event = &span.events.events[0];
        assert!(span.name.len() <= 256, "{}", span.name.len());
        assert!(event.name.len() <= 256);
        assert!(description(&span).len() <= 1_024 && description(&span).starts_with("é é"));
        let of_link = &span.links.links[0].attributes;
        let all = span.attributes.iter().chain(&event.attributes).chain(of_link);
        for attribute in all {
            assert!(attribute.key.as_str().len() <= 256);
            let bytes: usize = match &attribute.value {
                Value::String(text) => text.as_str().len(),
                Value::Array(Array::String(texts)) => texts.iter().map(|text| text.as_str().len()).sum(),
                _ => 0,
            };
            assert!(bytes <= 64 * 1_024, "{} has {bytes}", attribute.key);
        }
        assert!(text(&span.attributes, "gen_ai.request.model").len() <= 256);
        assert!(text(&span.attributes, "openai.response.service_tier").len() <= 256);
        assert!(text(&span.attributes, "tracing_genai.error.type").len() <= 256);
        assert!(text(&event.attributes, "exception.message").len() <= 1_024);
    }
}

#[test]
fn a_name_made_of_a_model_has_the_bound_of_names() {
    let attributes = vec![KeyValue::new("gen_ai.request.model", "m".repeat(1 << 20))];
    let event = ("e".to_owned(), Vec::new());
    let span = exported_by(
        |builder| builder,
        "chat".to_owned(),
        String::new(),
        attributes,
        event,
        Vec::new(),
    );
    assert!(
        span.name.starts_with("chat mmm") && span.name.len() == 256,
        "{}",
        span.name.len()
    );
}

#[test]
fn where_content_must_not_stand_errors_have_no_text() {
    let prompt = "Where is the treasure of Priam?";
    for (capture, is_on_span) in [
        (None, true),
        (Some(ContentCapture::SpanOnly), true),
        (Some(ContentCapture::SpanAndEvent), true),
        (Some(ContentCapture::EventOnly), false),
        (Some(ContentCapture::NoContent), false),
    ] {
        let policy = capture.map_or_else(ContentPolicy::default, ContentPolicy::exporting);
        let event = (
            "exception".to_owned(),
            vec![
                KeyValue::new("exception.type", "openai.BadRequestError"),
                KeyValue::new("exception.message", prompt),
                KeyValue::new("exception.stacktrace", prompt),
            ],
        );
        let attributes = vec![
            KeyValue::new("error.message", prompt),
            KeyValue::new("langfuse.observation.status_message", prompt),
            KeyValue::new("error", true),
            KeyValue::new("error.type", prompt),
        ];
        let configure = |builder: Builder| builder.content_policy(policy);
        let span = exported_by(
            configure,
            "chat".to_owned(),
            prompt.to_owned(),
            attributes,
            event,
            Vec::new(),
        );
        assert_eq!(shown(&span).contains(prompt), is_on_span, "{capture:?} {span:#?}");
        assert!(
            span.attributes.contains(&KeyValue::new("error", true)),
            "a flag is no text"
        );
        assert_eq!(text(&span.attributes, "error.type"), "_OTHER");
        assert_eq!(
            text(&span.events.events[0].attributes, "exception.type"),
            "openai.BadRequestError"
        );
    }
}

fn texts(items: &[&str]) -> Value {
    Value::Array(Array::String(
        items.iter().map(|item| (*item).to_owned().into()).collect(),
    ))
}

fn list<'s>(attributes: &'s [KeyValue], name: &str) -> Vec<&'s str> {
    let found = attributes.iter().find(|attribute| attribute.key.as_str() == name);
    match found.map(|attribute| &attribute.value) {
        Some(Value::Array(Array::String(texts))) => texts.iter().map(opentelemetry::StringValue::as_str).collect(),
        other => panic!("{name} is {other:?} in {attributes:?}"),
    }
}

/// A span and its event with an error in a field `cause`, with sources, as tracing-opentelemetry writes it.
fn with_chain(configure: impl FnOnce(Builder) -> Builder, error: &str, source: &str) -> SpanData {
    let attributes = || {
        vec![
            KeyValue::new("cause", error.to_owned()),
            KeyValue::new("cause.chain", texts(&[source, "x"])),
            KeyValue::new("exception.message", error.to_owned()),
            KeyValue::new("exception.stacktrace", texts(&[source, "x"])),
            KeyValue::new("error.message", texts(&[source, "x"])),
        ]
    };
    let event = ("exception".to_owned(), attributes());
    exported_by(
        configure,
        "chat".to_owned(),
        String::new(),
        attributes(),
        event,
        Vec::new(),
    )
}

#[test]
fn lists_of_error_texts_are_treated_as_error_texts() {
    const LISTS: [&str; 3] = ["cause.chain", "exception.stacktrace", "error.message"];
    let of_both = |span: &SpanData| [span.attributes.clone(), span.events.events[0].attributes.clone()];
    let names_alice =
        |builder: Builder| builder.redact(|text| text.contains("Alice").then(|| text.replace("Alice", "A.")));
    let span = with_chain(names_alice, "e", "Alice at https://host/v1?alt=sse");
    for attributes in of_both(&span) {
        for name in LISTS {
            assert_eq!(
                list(&attributes, name),
                ["A. at https://host/v1?[redacted]", "x"],
                "{name}"
            );
        }
    }
    let span = with_chain(|builder| builder, "e", &"x y ".repeat(2_000));
    for attributes in of_both(&span) {
        let bytes: usize = list(&attributes, "error.message").iter().map(|text| text.len()).sum();
        assert!(bytes <= 1_024, "{bytes}");
    }
    let no_content = |builder: Builder| builder.content_policy(ContentPolicy::exporting(ContentCapture::NoContent));
    let panics = |builder: Builder| builder.redact(|text| panic!("at {} bytes", text.len()));
    let prompt = "Where is the treasure of Priam?";
    assert!(!shown(&with_chain(no_content, prompt, prompt)).contains(prompt));
    assert!(!shown(&with_chain(panics, prompt, prompt)).contains(prompt));
}

#[test]
fn where_content_must_not_stand_a_cause_without_content_stays() {
    for (written, expected) in [
        (
            "error sending request: Connection refused (os error 111)",
            "connection refused",
        ),
        ("insufficient_quota", "insufficient_quota"),
        ("429", ""),
        ("my prompt", ""),
    ] {
        let policy = ContentPolicy::exporting(ContentCapture::NoContent);
        let configure = |builder: Builder| builder.content_policy(policy);
        let event = ("e".to_owned(), Vec::new());
        let span = exported_by(
            configure,
            "chat".to_owned(),
            written.to_owned(),
            Vec::new(),
            event,
            Vec::new(),
        );
        assert_eq!(description(&span), expected);
    }
}
