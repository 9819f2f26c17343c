//! Each helper's span has the name, kind and required attributes of its type in the conventions.

#![allow(clippy::unwrap_used, reason = "a failed step fails the test")]

mod service;

use opentelemetry::trace::{SpanKind as Kind, Status};
use opentelemetry::{Array, Value};
use service::{Service, Span};
use tracing_genai::content::{ContentCapture, ContentPolicy};
use tracing_genai::message::{Document, Message, ToolDefinition};
use tracing_genai::semconv::check::{Level, Problem, Shape, SpanView, check};
use tracing_genai::semconv::{SpanKind, SpanType, key};
use tracing_genai::usage::{Unit, Usage};
use tracing_genai::{
    chat, create_agent, create_memory, create_memory_store, delete_memory, delete_memory_store, embeddings,
    execute_tool, fetch_response, generate_content, invoke_agent, invoke_remote_agent, invoke_workflow, mcp_client,
    mcp_server, plan, retrieval, search_memory, text_completion, update_memory, upsert_memory,
};

fn shape(value: &Value) -> Shape<'_> {
    match value {
        Value::Bool(_) => Shape::Bool,
        Value::I64(integer) => Shape::Int(*integer),
        Value::F64(_) => Shape::Double,
        Value::String(text) => Shape::Text(text.as_str()),
        Value::Array(Array::String(_)) => Shape::TextArray,
        _ => Shape::Other,
    }
}

/// The type that the span was checked as, and its findings without recommended and unknown attributes.
fn checked(span: &Span) -> (Option<&'static str>, Vec<(Problem, String)>) {
    let attributes: Vec<_> = span
        .data
        .attributes
        .iter()
        .map(|attribute| (attribute.key.as_str(), shape(&attribute.value)))
        .collect();
    let kind = match span.data.span_kind {
        Kind::Client => Some(SpanKind::Client),
        Kind::Internal => Some(SpanKind::Internal),
        Kind::Server => Some(SpanKind::Server),
        _ => None,
    };
    let view = SpanView::new(&span.data.name, &attributes)
        .kind(kind)
        .error(matches!(span.data.status, Status::Error { .. }));
    let checked = check(&view).unwrap();
    let found = checked.findings.iter().filter(|finding| {
        let is_ours = finding.name == "gen_ai.usage.cost";
        finding.problem != Problem::NotRecorded && !is_ours && finding.level <= Level::Unknown
    });
    let found = found.map(|finding| (finding.problem, finding.name.to_owned()));
    (checked.checked_as, found.collect())
}

/// A type of span, the span's name, and code that makes one.
type Row = (SpanType, &'static str, Box<dyn Fn()>);

#[test]
#[expect(clippy::too_many_lines, reason = "one row per helper")]
fn every_type_of_span_has_a_helper() {
    let usage = Usage::new().with(Unit::InputTokens, 12).with(Unit::OutputTokens, 3);
    let said = [Message::user("hi")];
    let rows: Vec<Row> = vec![
        (
            SpanType::INFERENCE,
            "chat gpt-4o",
            Box::new(move || {
                let call = chat("openai", "gpt-4o")
                    .server("api.openai.com", 443)
                    .stream()
                    .prompt("greeting", "v1")
                    .system_instructions("Be brief.")
                    .input(&[Message::user("hi")])
                    .tools(&[ToolDefinition::function("f")
                        .description("does")
                        .parameters(serde_json::json!({}))])
                    .set(key::REQUEST_SEED, 7)
                    .set(key::REQUEST_TEMPERATURE, 0.5)
                    .set(key::REQUEST_STOP_SEQUENCES, ["END"])
                    .start();
                call.usage(&usage);
                call.output(&[Message::assistant("ho").finish_reason("stop")]);
                call.set(key::CONVERSATION_COMPACTED, true);
            }),
        ),
        (
            SpanType::INFERENCE,
            "generate_content gemini-2.5-pro",
            Box::new(|| drop(generate_content("gcp.gemini", "gemini-2.5-pro").start())),
        ),
        (
            SpanType::INFERENCE,
            "text_completion davinci-002",
            Box::new(|| drop(text_completion("openai", "davinci-002").start())),
        ),
        (
            SpanType::EMBEDDINGS,
            "embeddings e-3",
            Box::new(|| drop(embeddings("openai", "e-3").start())),
        ),
        (
            SpanType::RETRIEVAL,
            "retrieval kb",
            Box::new(|| {
                let search = retrieval("kb")
                    .top_k(3)
                    .query("cats")
                    .provider("openai")
                    .model("e-3")
                    .start();
                search.documents(&[Document::new("d").score(0.5).content("About cats.")]);
            }),
        ),
        (
            SpanType::FETCH_RESPONSE,
            "fetch_response",
            Box::new(|| {
                let poll = fetch_response("openai", "r-1")
                    .stream_cursor("5")
                    .server("x", 443)
                    .start();
                poll.status("completed");
                poll.response_model("gpt-4o");
                poll.finish_reasons(["stop"]);
                poll.output(&[Message::assistant("ho")]);
            }),
        ),
        (
            SpanType::MEMORY,
            "search_memory",
            Box::new(|| {
                let search = search_memory("s")
                    .query("likes")
                    .provider("openai")
                    .server("x", 1)
                    .start();
                search.record_count(2);
                search.records(&[serde_json::json!({"content": "tea"})]);
            }),
        ),
        (
            SpanType::MEMORY,
            "create_memory",
            Box::new(|| drop(create_memory("s").record("m-1").start())),
        ),
        (
            SpanType::MEMORY,
            "update_memory",
            Box::new(|| drop(update_memory("s").start())),
        ),
        (
            SpanType::MEMORY,
            "upsert_memory",
            Box::new(|| drop(upsert_memory("s").start())),
        ),
        (
            SpanType::MEMORY,
            "delete_memory",
            Box::new(|| drop(delete_memory("s").start())),
        ),
        (
            SpanType::MEMORY,
            "create_memory_store",
            Box::new(|| drop(create_memory_store("s").start())),
        ),
        (
            SpanType::MEMORY,
            "delete_memory_store",
            Box::new(|| drop(delete_memory_store("s").start())),
        ),
        (
            SpanType::CREATE_AGENT,
            "create_agent Ann",
            Box::new(|| {
                drop(
                    create_agent("openai", "Ann")
                        .id("a-1")
                        .version("1")
                        .description("helps")
                        .start(),
                );
            }),
        ),
        (
            SpanType::INVOKE_REMOTE_AGENT,
            "invoke_agent Ann",
            Box::new(|| {
                drop(
                    invoke_remote_agent("openai", "Ann")
                        .server("x", 443)
                        .model("gpt-4o")
                        .start(),
                );
            }),
        ),
        (
            SpanType::INVOKE_AGENT,
            "invoke_agent Ann",
            Box::new(move || {
                let turn = invoke_agent("Ann")
                    .conversation("c-1")
                    .user("u-1")
                    .session("s-1")
                    .start();
                turn.input(&said);
                turn.output(&[Message::assistant("ho")]);
            }),
        ),
        (
            SpanType::EXECUTE_TOOL,
            "execute_tool f",
            Box::new(|| {
                let run = execute_tool("f")
                    .call_id("c")
                    .tool_type("function")
                    .description("does")
                    .agent("Ann")
                    .arguments(serde_json::json!({"a": 1}))
                    .start();
                run.result("ok");
                run.fail("timeout", "too slow");
            }),
        ),
        (
            SpanType::INVOKE_WORKFLOW,
            "invoke_workflow w",
            Box::new(|| drop(invoke_workflow("w").start())),
        ),
        (SpanType::PLAN, "plan Ann", Box::new(|| drop(plan("Ann").start()))),
        (
            SpanType::MCP_CLIENT,
            "tools/call f",
            Box::new(|| {
                let call = mcp_client("tools/call")
                    .tool("f")
                    .request_id("7")
                    .mcp_session("s")
                    .protocol_version("2025-06-18")
                    .transport("tcp")
                    .peer("x", 1)
                    .arguments(serde_json::json!({}))
                    .start();
                call.result("ok");
                call.tool_error("no");
            }),
        ),
        (
            SpanType::MCP_SERVER,
            "prompts/get p",
            Box::new(|| {
                let get = mcp_server("prompts/get")
                    .prompt("p")
                    .resource("file:///x")
                    .peer("x", 1)
                    .start();
                get.rpc_error(-32_602, "no such prompt");
            }),
        ),
    ];
    for span_type in SpanType::ALL {
        assert!(rows.iter().any(|(of, _, _)| of == span_type), "{}", span_type.id);
    }
    let policy = ContentPolicy::exporting(ContentCapture::SpanOnly);
    for (span_type, name, make) in rows {
        let service = Service::with_content(policy, |processor| processor);
        service.run(make);
        let span = service.only_span();
        assert_eq!(span.data.name, name);
        assert_eq!(checked(&span), (Some(span_type.id), Vec::new()), "{name}");
    }
}
