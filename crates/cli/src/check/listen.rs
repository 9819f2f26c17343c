//! Receives OTLP over gRPC and HTTP on the same addresses, and checks it.

use std::{
    io::{self, Read, Write},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context;
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::{
    logs::v1::{
        ExportLogsServiceRequest, ExportLogsServiceResponse,
        logs_service_server::{LogsService, LogsServiceServer},
    },
    metrics::v1::{
        ExportMetricsServiceRequest, ExportMetricsServiceResponse,
        metrics_service_server::{MetricsService, MetricsServiceServer},
    },
    trace::v1::{
        ExportTraceServiceRequest, ExportTraceServiceResponse,
        trace_service_server::{TraceService, TraceServiceServer},
    },
};
use prost::Message;
use serde::Serialize;
use tokio::net::TcpListener;
use tonic::{Request as GrpcRequest, Response as GrpcResponse, Status, codec::CompressionEncoding, service::Routes};

use super::{report::Report, view};
use crate::{
    escape::{cut, shown},
    otlp_json::Request,
    output::message,
};

/// Limit of a request, compressed and decompressed.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

/// Limit of a Protobuf request as JSON.
const MAX_JSON_BYTES: usize = 64 << 20;

/// Limit of a problem in a response, in characters.
const MAX_PROBLEM_CHARS: usize = 500;

/// The report so far, shared by all handlers.
#[derive(Clone)]
struct Receiver {
    report: Arc<Mutex<Report>>,
    recommended: bool,
}

/// Receives for so many seconds, or until interrupted.
pub(super) fn listen(addresses: &[SocketAddr], seconds: Option<u64>, recommended: bool) -> anyhow::Result<Report> {
    let receiver = Receiver {
        report: Arc::default(),
        recommended,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(receive(addresses, seconds, &receiver))?;
    // Unfinished requests are dropped.
    runtime.shutdown_timeout(Duration::from_secs(1));
    Ok(std::mem::take(&mut *receiver.report()))
}

async fn receive(addresses: &[SocketAddr], seconds: Option<u64>, receiver: &Receiver) -> anyhow::Result<()> {
    let routes = routes(receiver);
    for address in addresses {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}; use another address with --listen"))?;
        message(format_args!(
            "receiving OTLP over gRPC and HTTP on {}",
            listener.local_addr()?
        ));
        let routes = routes.clone();
        tokio::spawn(async move { axum::serve(listener, routes).await });
    }
    let limit = Duration::from_secs(seconds.unwrap_or(0));
    tokio::select! {
        () = tokio::time::sleep(limit), if seconds.is_some() => {}
        () = sigterm() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}

/// Ends at SIGTERM, which stops a container.
async fn sigterm() {
    #[cfg(unix)]
    if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        signal.recv().await;
        return;
    }
    std::future::pending::<()>().await;
}

fn routes(receiver: &Receiver) -> Router {
    macro_rules! with_gzip {
        ($server:ident) => {
            $server::new(receiver.clone())
                .accept_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(MAX_BODY_BYTES)
        };
    }
    let grpc = Routes::new(with_gzip!(TraceServiceServer))
        .add_service(with_gzip!(MetricsServiceServer))
        .add_service(with_gzip!(LogsServiceServer));
    Router::new()
        .route("/v1/traces", post(handle_post::<ExportTraceServiceRequest>))
        .route("/v1/metrics", post(handle_post::<ExportMetricsServiceRequest>))
        .route("/v1/logs", post(handle_post::<ExportLogsServiceRequest>))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(receiver.clone())
        .merge(grpc.into_axum_router())
}

impl Receiver {
    fn report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks the body of an HTTP request. One request at a time is decoded, since it then takes many times its bytes.
    fn check_body<M: Message + Default + Serialize>(&self, body: Vec<u8>, is_json: bool) -> Result<(), String> {
        let mut report = self.report();
        if is_json {
            let text = String::from_utf8(body).map_err(|error| error.to_string())?;
            let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
            return self.check(&mut report, text);
        }
        let message = M::decode(&*body).map_err(|error| error.to_string())?;
        self.check_message(&mut report, &message)
    }

    /// Checks a Protobuf request, converted to JSON.
    fn check_message(&self, report: &mut Report, message: &impl Serialize) -> Result<(), String> {
        let mut json = Limited(Vec::new());
        serde_json::to_writer(&mut json, message).map_err(|error| error.to_string())?;
        let json = String::from_utf8(json.0).map_err(|error| error.to_string())?;
        self.check(report, &json)
    }

    fn check(&self, report: &mut Report, json: &str) -> Result<(), String> {
        view::check_request(report, &Request::parse(json)?, self.recommended);
        Ok(())
    }

    /// Counts an unreadable request. Returns the problem for its sender, whose terminal may show it.
    fn reject(&self, problem: &str) -> String {
        let mut report = self.report();
        report.unreadable.add(format_args!("unreadable request: {problem}"));
        shown(&cut(problem, MAX_PROBLEM_CHARS)).into_owned()
    }
}

/// The JSON of a Protobuf request. Empty objects take 2 bytes of Protobuf, and hundreds of JSON.
struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_JSON_BYTES {
            return Err(io::Error::other(format!("larger than {MAX_JSON_BYTES} bytes as JSON")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

async fn handle_post<M: Message + Default + Serialize>(
    State(receiver): State<Receiver>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is = |name, value: &str| {
        let found = headers.get(name).and_then(|found| found.to_str().ok());
        found.is_some_and(|found| found.starts_with(value))
    };
    let is_json = is(header::CONTENT_TYPE, "application/json");
    let body = if is(header::CONTENT_ENCODING, "gzip") {
        decompress(&body)
    } else {
        Ok(body.to_vec())
    };
    match body.and_then(|body| receiver.check_body::<M>(body, is_json)) {
        // An empty message means success; in JSON it is an object.
        Ok(()) if is_json => ([(header::CONTENT_TYPE, "application/json")], "{}").into_response(),
        Ok(()) => ([(header::CONTENT_TYPE, "application/x-protobuf")], "").into_response(),
        Err(problem) => {
            let problem = receiver.reject(&problem);
            (StatusCode::BAD_REQUEST, problem).into_response()
        }
    }
}

fn decompress(compressed: &[u8]) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let limit = u64::try_from(MAX_BODY_BYTES).unwrap_or(u64::MAX);
    let mut reader = GzDecoder::new(compressed).take(limit + 1);
    reader.read_to_end(&mut body).map_err(|error| error.to_string())?;
    if body.len() > MAX_BODY_BYTES {
        return Err(format!("larger than {MAX_BODY_BYTES} bytes when decompressed"));
    }
    Ok(body)
}

macro_rules! service {
    ($service:ident, $request:ident, $response:ident) => {
        #[tonic::async_trait]
        impl $service for Receiver {
            async fn export(&self, request: GrpcRequest<$request>) -> Result<GrpcResponse<$response>, Status> {
                let checked = self.check_message(&mut self.report(), request.get_ref());
                match checked {
                    Ok(()) => Ok(GrpcResponse::new($response::default())),
                    Err(problem) => Err(Status::invalid_argument(self.reject(&problem))),
                }
            }
        }
    };
}

service!(TraceService, ExportTraceServiceRequest, ExportTraceServiceResponse);
service!(
    MetricsService,
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse
);
service!(LogsService, ExportLogsServiceRequest, ExportLogsServiceResponse);
