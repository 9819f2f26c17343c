//! A secret in any field of any API arrives in no output, and a prompt only where the content policy has it.
//!
//! Outputs are the spans with all that they have, events, metrics, the lines that this project logs, and log records as
//! `init()` bridges them. Watched HTTP clients have their own test in `tracing-genai-http`.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod canary;

use canary::{PROMPT, Sinks, found_secret, is_on_event, is_on_span, policies, secrets};
use opentelemetry::baggage::BaggageExt;
use opentelemetry::trace::{
    Span as _, SpanContext, SpanId, Status, TraceFlags, TraceId, TraceState, Tracer, TracerProvider,
};
use opentelemetry::{Array, Context, KeyValue, Value};
use serde_json::json;
use tracing_genai::content::ContentPolicy;
use tracing_genai::message::{Document, Message, Part, ToolDefinition};
use tracing_genai::usage::Api;
use tracing_genai_semconv::dialect::{Dialect, Structure};
use tracing_genai_semconv::{Attribute, Meaning, key, meaning};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// Fails if a secret arrived anywhere, or the prompt where the policy does not have it.
fn check(sinks: &Sinks, policy: ContentPolicy, of: &str) {
    for (sink, text) in sinks.arrived() {
        let secret = found_secret(&text);
        assert!(secret.is_none(), "{of}, {policy:?}: a secret in {sink}: {secret:?}");
        let may_have_prompt = match sink {
            "spans" => is_on_span(policy),
            "events" => is_on_event(policy),
            // The service's own words.
            "records" => true,
            _ => false,
        };
        let at = text.find(PROMPT).filter(|_| !may_have_prompt);
        let around = at.and_then(|at| text.get(at.saturating_sub(200)..at + 20));
        assert!(at.is_none(), "{of}, {policy:?}: the prompt in {sink}: {around:?}");
    }
}

/// A text that names the secret and quotes the prompt, as errors do.
fn quoting(secret: &str) -> String {
    format!("refused {secret} \"{PROMPT}\"")
}

/// Calls every setter of a model call with `secret`, and those of texts with the prompt, too.
fn call_every_setter(secret: &str) {
    let text = quoting(secret);
    let messages = [
        Message::user(text.as_str()).name(secret),
        Message::of("tool").with(Part::tool_call_response(
            Some(secret),
            json!({"note": text, "api_key": secret, secret: 1}),
        )),
        Message::of(secret).with(Part::tool_call(Some(secret), secret, json!({"question": text}))),
    ];
    let call = tracing_genai::chat(secret, secret)
        .user(secret)
        .session(secret)
        .conversation(secret)
        .server(secret, 443)
        .prompt(secret, secret)
        .system_instructions(&text)
        .input(&messages)
        .tools(&[ToolDefinition::function(secret).description(text.as_str())])
        .set(key::REQUEST_STOP_SEQUENCES, vec![secret.to_owned()])
        .set(key::OPENAI_REQUEST_SERVICE_TIER, secret)
        .attribute("mine", secret.to_owned())
        .start();
    call.response_model(secret);
    call.response_id(secret);
    call.finish_reasons([secret, "stop"]);
    call.set(key::OUTPUT_TYPE, secret);
    call.attribute(secret.to_owned(), secret.to_owned());
    call.input(&messages);
    call.output(&messages);
    call.in_scope(|| tracing::error!(target: "service", error = secret, note = secret, "failed with {secret}"));
    call.span().add_event(
        secret.to_owned(),
        vec![KeyValue::new(secret.to_owned(), secret.to_owned())],
    );
    call.span()
        .add_link_with_attributes(link(), vec![KeyValue::new(secret.to_owned(), secret.to_owned())]);
    call.span().set_attribute("mine.too", secret.to_owned());
    call.fail(secret, &text);
}

/// Records a provider's answers, with and without error, that hold the secret in every field.
fn record_every_answer(secret: &str) {
    let text = quoting(secret);
    let answer = json!({
        "id": secret, "model": secret, "service_tier": secret, "speed": secret,
        "choices": [{"finish_reason": secret, "message": {"content": text}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, secret: 3, "details": {secret: secret}},
    });
    let errors = [
        json!({"error": {"type": secret, "code": secret, "message": text}}),
        json!({"error": text}),
        json!({"message": text, "type": secret}),
        json!({"detail": text}),
        json!({"type": "error", "error": {"type": secret, "message": text}}),
        json!({"error": {"code": 400, "status": secret, "message": text}}),
    ];
    for api in [
        Api::OpenAiChat,
        Api::OpenAiResponses,
        Api::AnthropicMessages,
        Api::GeminiContent,
    ] {
        for body in errors.iter().chain([&answer]) {
            for status in [200, 400] {
                let call = tracing_genai::chat("openai", "gpt-4o").start();
                call.respond(api, status, body.to_string().as_bytes());
                let call = tracing_genai::chat("openai", "gpt-4o").start();
                let mut response = call.watch_response(api, status);
                response.bytes(body.to_string().as_bytes());
                response.complete();
                let call = tracing_genai::chat("openai", "gpt-4o").start();
                let mut response = call.watch_stream(api, status);
                response.bytes(format!("event: error\ndata: {body}\n\n").as_bytes());
                response.fail(secret, &text);
            }
        }
    }
}

/// Runs every step with `secret` in its names and ids, and the prompt in what quotes content.
fn run_every_step(secret: &str) {
    let text = quoting(secret);
    let arguments = json!({"question": text, "api_key": secret, "list": [secret]});
    let message = [Message::user(text.as_str())];

    let tool = tracing_genai::execute_tool(secret)
        .call_id(secret)
        .tool_type(secret)
        .description(secret)
        .agent(secret)
        .user(secret)
        .arguments(arguments.clone())
        .start();
    tool.result(arguments.clone());
    tool.fail(secret, &text);

    let retrieval = tracing_genai::retrieval(secret)
        .query(&text)
        .provider(secret)
        .model(secret)
        .server(secret, 1)
        .start();
    retrieval.documents(&[Document::new(secret).content(text.as_str())]);
    retrieval.fail(secret, &text);

    let memory = tracing_genai::search_memory(secret)
        .record(secret)
        .query(&text)
        .provider(secret)
        .start();
    memory.records(&[json!({"id": secret, "content": text})]);
    memory.fail(secret, &text);
    drop(tracing_genai::create_memory_store(secret).provider(secret).start());

    let agent = tracing_genai::invoke_agent(secret)
        .description(secret)
        .model(secret)
        .start();
    agent.input(&message);
    agent.output(&message);
    agent.fail(secret, &text);
    tracing_genai::invoke_remote_agent(secret, secret)
        .server(secret, 1)
        .start()
        .fail(secret, &text);
    tracing_genai::create_agent(secret, secret).start().fail(secret, &text);
    tracing_genai::plan(secret).start().fail(secret, &text);
    tracing_genai::invoke_workflow(secret).start().fail(secret, &text);

    let fetch = tracing_genai::fetch_response(secret, secret)
        .stream_cursor(secret)
        .start();
    fetch.status(secret);
    fetch.response_model(secret);
    fetch.finish_reasons([secret]);
    fetch.output(&message);
    fetch.fail(secret, &text);

    for mcp in [
        tracing_genai::mcp_client("tools/call"),
        tracing_genai::mcp_server("tools/call"),
    ] {
        let call = mcp
            .tool(secret)
            .resource(secret)
            .request_id(secret)
            .mcp_session(secret)
            .protocol_version(secret)
            .transport(secret)
            .peer(secret, 1)
            .arguments(arguments.clone())
            .start();
        call.result(arguments.clone());
        call.tool_error(&text);
        call.rpc_error(-32_603, &text);
    }
    tracing_genai::mcp_client(secret)
        .prompt(secret)
        .start()
        .fail(secret, &text);
}

fn link() -> SpanContext {
    SpanContext::new(
        TraceId::from_bytes([1; 16]),
        SpanId::from_bytes([1; 8]),
        TraceFlags::SAMPLED,
        true,
        TraceState::NONE,
    )
}

#[test]
fn no_secret_of_a_helper_arrives_and_the_prompt_only_by_policy() {
    for policy in policies() {
        for hands_over in [false, true] {
            let sinks = Sinks::of(policy, hands_over);
            sinks.run(|| {
                for secret in secrets() {
                    call_every_setter(&secret);
                    run_every_step(&secret);
                }
            });
            check(&sinks, policy, "helpers");
            let [(_, spans), (_, events), ..] = sinks.arrived();
            assert_eq!(spans.contains(PROMPT), is_on_span(policy), "{policy:?}");
            assert_eq!(events.contains(PROMPT), is_on_event(policy), "{policy:?}");
        }
    }
}

#[test]
fn no_secret_of_an_answer_arrives_and_the_prompt_only_by_policy() {
    for policy in policies() {
        let sinks = Sinks::of(policy, false);
        sinks.run(|| secrets().iter().for_each(|secret| record_every_answer(secret)));
        check(&sinks, policy, "answers");
    }
}

#[test]
fn no_secret_of_an_ordinary_span_arrives_and_the_prompt_only_by_policy() {
    for policy in policies() {
        let sinks = Sinks::of(policy, false);
        sinks.run(|| {
            for secret in secrets() {
                let (secret, text) = (secret.as_str(), quoting(&secret));
                let messages = json!([{"role": "user", "parts": [{"type": "text", "content": text}]}]).to_string();
                let span = tracing::info_span!(
                    "chat",
                    otel.name = secret,
                    otel.status_description = text,
                    gen_ai.operation.name = "chat",
                    gen_ai.provider.name = secret,
                    gen_ai.request.model = secret,
                    gen_ai.response.model = secret,
                    gen_ai.input.messages = messages,
                    gen_ai.tool.call.arguments = text,
                    error.type = secret,
                    exception.message = text,
                    mine = secret,
                    http.request.header.authorization = secret,
                    otel.status_code = "ERROR",
                );
                let error = std::io::Error::other(text.clone());
                span.in_scope(|| {
                    let error: &(dyn std::error::Error + 'static) = &error;
                    tracing::error!(target: "service", error, note = secret, "{secret}");
                });
            }
        });
        check(&sinks, policy, "ordinary spans");
    }
}

#[test]
fn no_secret_of_any_attribute_arrives_and_the_prompt_only_by_policy() {
    let secrets = secrets();
    let of_dialects = Dialect::ALL.iter().flat_map(names_of);
    let of_conventions = Attribute::ALL.iter().map(|attribute| attribute.name().to_owned());
    let names: Vec<String> = of_conventions.chain(of_dialects).collect();
    for policy in policies() {
        let sinks = Sinks::of(policy, false);
        let tracer = sinks.tracer_provider.tracer("service");
        sinks.run(|| {
            // Each name in three forms, each with some of the secrets in turn.
            for (number, name) in names.iter().enumerate() {
                for form in 0..3 {
                    let secret = &secrets[(3 * number + form) % secrets.len()];
                    let value = value_of(name, form, secret);
                    let mut span = tracer.start("chat");
                    span.set_attribute(KeyValue::new("gen_ai.operation.name", "chat"));
                    span.set_attribute(KeyValue::new("openinference.span.kind", "LLM"));
                    span.set_attribute(KeyValue::new(name.clone(), value.clone()));
                    span.add_event("gen_ai.user.message", vec![KeyValue::new("content", quoting(secret))]);
                    span.add_event(secret.clone(), vec![KeyValue::new(name.clone(), value)]);
                    span.set_status(Status::error(quoting(secret)));
                    span.end();
                }
            }
        });
        check(&sinks, policy, "attributes");
    }
}

/// The names of a dialect, one of each prefix and list.
fn names_of(dialect: &Dialect) -> Vec<String> {
    let firsts = dialect.renames.iter().map(|(name, _)| *name);
    let firsts = firsts.chain(dialect.structures.iter().map(|(name, _)| *name));
    let firsts = firsts
        .chain(dialect.kinds.iter().copied())
        .chain(dialect.units.iter().map(|(name, _)| *name));
    let firsts = firsts
        .chain(dialect.redundant.iter().map(|(name, _)| *name))
        .chain(dialect.totals.iter().copied());
    let firsts = firsts.chain(dialect.unprefixed.iter().map(|(name, _)| *name));
    let firsts = firsts.chain(dialect.dropped.iter().map(|(name, _)| *name));
    let mut names: Vec<String> = firsts
        .map(|name| {
            if name.ends_with('.') {
                [name, "x"].concat()
            } else {
                name.to_owned()
            }
        })
        .collect();
    names.extend(dialect.content_prefixes.iter().map(|prefix| [*prefix, "x"].concat()));
    for list in dialect.indexed {
        for end in ["content", "message.content", "role", "arguments"] {
            names.push([list.prefix, "0.", end].concat());
        }
    }
    names
}

/// A value with the secret; with the prompt, too, where the attribute holds content.
fn value_of(name: &str, form: usize, secret: &str) -> Value {
    let is_content = match meaning(name) {
        Some(Meaning::Attribute(spelling)) => spelling.attribute.is_content(),
        Some(Meaning::Structure(structure)) => structure.is_content() && structure != Structure::Parameters,
        Some(Meaning::Element(_)) => name.ends_with("content") || name.ends_with("arguments"),
        _ => false,
    };
    let text = if is_content { quoting(secret) } else { secret.to_owned() };
    match form {
        0 => text.into(),
        1 => json!([{"role": "user", "content": text, "api_key": secret, secret: secret}])
            .to_string()
            .into(),
        _ => Value::Array(Array::String(vec![text.into(), secret.to_owned().into()])),
    }
}

#[test]
fn baggage_and_the_resource_stand_where_they_were_set_only() {
    let sinks = Sinks::of(ContentPolicy::default(), false);
    let secret = &secrets()[0];
    sinks.run(|| {
        let context = Context::current().with_baggage([KeyValue::new("team", secret.clone())]);
        let _attached = context.attach();
        let call = tracing_genai::chat("openai", "gpt-4o").start();
        call.fail("429", "slow down");
    });
    check(&sinks, ContentPolicy::default(), "baggage");
    for (sink, text) in sinks.arrived() {
        assert!(!text.contains("of-the-resource"), "{sink}");
    }
}

#[test]
fn the_canary_itself_is_found_where_nothing_redacts() {
    for secret in secrets() {
        assert!(found_secret(&secret).is_some(), "{secret}");
    }
    assert_eq!(found_secret("no canary"), None);
}
