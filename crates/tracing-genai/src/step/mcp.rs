//! Requests and notifications of the Model Context Protocol.

use serde_json::Value;
use tracing::Span;
use tracing_genai_semconv::Attribute;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::builder::{Kind, Step, StepBuilder, kind};
use super::tool::shown;

/// A request or notification of MCP.
#[derive(Debug)]
pub struct Mcp {
    is_server: bool,
    method: String,
    /// A tool or a prompt, which stands in the span's name.
    target: Option<(Attribute, String)>,
}

/// A request or notification of MCP as its sender sees it; `method` is one of the protocol's, such as `tools/call`.
///
/// ```
/// let call = tracing_genai::mcp_client("tools/call").tool("weather").request_id("7").start();
/// call.tool_error("no such city");
/// ```
pub fn mcp_client(method: &str) -> StepBuilder<Mcp> {
    StepBuilder::new(Mcp {
        is_server: false,
        method: method.to_owned(),
        target: None,
    })
}

/// A request or notification of MCP as its receiver sees it.
pub fn mcp_server(method: &str) -> StepBuilder<Mcp> {
    StepBuilder::new(Mcp {
        is_server: true,
        method: method.to_owned(),
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
        // A span's kind is fixed where it is written, so each side has its own line.
        let span = if is_server {
            tracing::info_span!(target: "tracing_genai", "mcp", otel.name = name, otel.kind = "server", mcp.method.name = method)
        } else {
            tracing::info_span!(target: "tracing_genai", "mcp", otel.name = name, otel.kind = "client", mcp.method.name = method)
        };
        if let Some((attribute, target)) = target {
            // A call of a tool is one of the conventions' operations, and nothing else of MCP is.
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
    /// The tool it is about (`gen_ai.tool.name`).
    pub fn tool(mut self, name: &str) -> Self {
        self.kind.target = Some((Attribute::ToolName, name.to_owned()));
        self
    }

    /// The prompt it is about (`gen_ai.prompt.name`).
    pub fn prompt(mut self, name: &str) -> Self {
        self.kind.target = Some((Attribute::PromptName, name.to_owned()));
        self
    }

    /// The resource it is about (`mcp.resource.uri`), which is not in the span's name: there are too many.
    pub fn resource(self, uri: &str) -> Self {
        self.with(Attribute::McpResourceUri, uri.to_owned())
    }

    /// The request's id (`jsonrpc.request.id`); a notification has none.
    pub fn request_id(self, id: &str) -> Self {
        self.with(Attribute::JsonrpcRequestId, id.to_owned())
    }

    /// The MCP session (`mcp.session.id`), which is not the user's.
    pub fn mcp_session(self, id: &str) -> Self {
        self.with(Attribute::McpSessionId, id.to_owned())
    }

    /// The version of MCP (`mcp.protocol.version`).
    pub fn protocol_version(self, version: &str) -> Self {
        self.with(Attribute::McpProtocolVersion, version.to_owned())
    }

    /// What carries the session (`network.transport`): `pipe`, `tcp` or `quic`.
    pub fn transport(self, transport: &str) -> Self {
        self.with(Attribute::NetworkTransport, transport.to_owned())
    }

    /// The other side: the server of a client (`server.address`, `server.port`), the client of a server
    /// (`client.address`, `client.port`).
    pub fn peer(self, address: &str, port: u16) -> Self {
        if self.kind.is_server {
            self.with(Attribute::ClientAddress, address.to_owned())
                .with(Attribute::ClientPort, i64::from(port))
        } else {
            self.at(address, port)
        }
    }

    /// What the tool is given (`gen_ai.tool.call.arguments`), where content is captured.
    pub fn arguments(self, arguments: impl Into<Value>) -> Self {
        self.with_content(Attribute::ToolCallArguments, || shown(arguments.into()))
    }
}

impl Step<Mcp> {
    /// Records what the tool gave back (`gen_ai.tool.call.result`), where content is captured.
    pub fn result(&self, result: impl Into<Value>) {
        self.content(Attribute::ToolCallResult, || shown(result.into()));
    }

    /// Records that the tool answered with `isError`: `error.type` is `tool_error`, as the conventions have it.
    pub fn tool_error(&self, message: &str) {
        self.fail("tool_error", message);
    }

    /// Records that the response carries an error code of JSON-RPC (`rpc.response.status_code`, `error.type`).
    pub fn rpc_error(&self, code: i64, message: &str) {
        let code = code.to_string();
        self.attribute(Attribute::RpcResponseStatusCode.name(), code.clone());
        self.fail(&code, message);
    }
}
