//! Requests and notifications of the Model Context Protocol.

use serde_json::Value;
use tracing::Span;
use tracing_genai_semconv::Attribute;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::builder::{Kind, Step, StepBuilder, kind};
use super::tool::json_text;
use crate::short;

/// A request or notification of MCP.
#[derive(Debug)]
pub struct Mcp {
    is_server: bool,
    method: String,
    /// The tool or prompt, which is part of the span's name.
    target: Option<(Attribute, String)>,
}

/// An MCP request or notification of the sender; `method` is one of the protocol's, such as `tools/call`.
///
/// ```
/// let call = tracing_genai::mcp_client("tools/call").tool("weather").request_id("7").start();
/// call.tool_error("no such city");
/// ```
pub fn mcp_client(method: &str) -> StepBuilder<Mcp> {
    StepBuilder::new(Mcp {
        is_server: false,
        method: short::name(method).to_owned(),
        target: None,
    })
}

/// An MCP request or notification of the receiver.
pub fn mcp_server(method: &str) -> StepBuilder<Mcp> {
    StepBuilder::new(Mcp {
        is_server: true,
        method: short::name(method).to_owned(),
        target: None,
    })
}

impl Kind for Mcp {}

impl kind::Start for Mcp {
    fn start(self) -> Span {
        let Self {
            is_server,
            method,
            target,
        } = self;
        let name = match &target {
            Some((_, target)) => [&method, " ", target].concat(),
            None => method.clone(),
        };
        // `tracing` needs a literal kind, so each side has its own line.
        let span = if is_server {
            tracing::info_span!(target: "tracing_genai", "mcp", otel.name = name, otel.kind = "server", mcp.method.name = method)
        } else {
            tracing::info_span!(target: "tracing_genai", "mcp", otel.name = name, otel.kind = "client", mcp.method.name = method)
        };
        if let Some((attribute, target)) = target {
            // Of MCP's methods, only a tool call is one of the conventions' operations.
            if attribute == Attribute::ToolName && method_is_call(&name) {
                span.set_attribute(Attribute::OperationName.name(), "execute_tool");
            }
            span.set_attribute(attribute.name(), target);
        }
        span
    }
}

fn method_is_call(name: &str) -> bool {
    name.starts_with("tools/call ")
}

impl StepBuilder<Mcp> {
    /// The tool (`gen_ai.tool.name`).
    pub fn tool(mut self, name: &str) -> Self {
        self.kind.target = Some((Attribute::ToolName, short::name(name).to_owned()));
        self
    }

    /// The prompt (`gen_ai.prompt.name`).
    pub fn prompt(mut self, name: &str) -> Self {
        self.kind.target = Some((Attribute::PromptName, short::name(name).to_owned()));
        self
    }

    /// The resource (`mcp.resource.uri`); not in the span's name, since its cardinality is high.
    pub fn resource(self, uri: &str) -> Self {
        self.with(Attribute::McpResourceUri, uri.to_owned())
    }

    /// The request's id (`jsonrpc.request.id`); a notification has none.
    pub fn request_id(self, id: &str) -> Self {
        self.with(Attribute::JsonrpcRequestId, id.to_owned())
    }

    /// The MCP session (`mcp.session.id`); not the user's session.
    pub fn mcp_session(self, id: &str) -> Self {
        self.with(Attribute::McpSessionId, id.to_owned())
    }

    /// The version of MCP (`mcp.protocol.version`).
    pub fn protocol_version(self, version: &str) -> Self {
        self.with(Attribute::McpProtocolVersion, version.to_owned())
    }

    /// The transport (`network.transport`): `pipe`, `tcp` or `quic`.
    pub fn transport(self, transport: &str) -> Self {
        self.with(Attribute::NetworkTransport, transport.to_owned())
    }

    /// The peer: for a client the server (`server.address`, `server.port`), for a server the client (`client.address`,
    /// `client.port`).
    pub fn peer(self, address: &str, port: u16) -> Self {
        if self.kind.is_server {
            self.with(Attribute::ClientAddress, address.to_owned())
                .with(Attribute::ClientPort, i64::from(port))
        } else {
            self.at(address, port)
        }
    }

    /// The tool's arguments (`gen_ai.tool.call.arguments`), if content is captured.
    pub fn arguments(self, arguments: impl Into<Value>) -> Self {
        self.with_content(Attribute::ToolCallArguments, || json_text(arguments.into()))
    }
}

impl Step<Mcp> {
    /// Records the tool's result (`gen_ai.tool.call.result`), if content is captured.
    pub fn result(&self, result: impl Into<Value>) {
        self.content(Attribute::ToolCallResult, || json_text(result.into()));
    }

    /// Records a tool's response with `isError`: `error.type` is `tool_error`, as in the conventions.
    pub fn tool_error(&self, message: &str) {
        self.fail("tool_error", message);
    }

    /// Records a JSON-RPC error code (`rpc.response.status_code`, `error.type`).
    pub fn rpc_error(&self, code: i64, message: &str) {
        let code = code.to_string();
        self.attribute(Attribute::RpcResponseStatusCode.name(), code.clone());
        self.fail(&code, message);
    }
}
