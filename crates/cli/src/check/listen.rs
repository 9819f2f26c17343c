//! Receives OTLP for a while, over gRPC and HTTP on the same addresses, and checks what comes.

use std::{
    io::Read,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
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
use tonic::{Request as Call, Response as Answer, Status, codec::CompressionEncoding, service::Routes};

use super::{report::Report, view};
use crate::otlp_json::Request;

/// The most bytes of a request, before and after it is unpacked.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// What was received so far, shared by everything that receives.
#[derive(Clone)]
struct Received {
    state: Arc<Mutex<(Report, bool)>>,
    tells_of_recommended: bool,
}

/// Receives for so many seconds, or until it is interrupted. Returns what was found, and whether all could be read.
pub(super) fn listen(
    addresses: &[SocketAddr],
    seconds: Option<u64>,
    tells_of_recommended: bool,
) -> anyhow::Result<(Report, bool)> {
    let received = Received {
        state: Arc::new(Mutex::new((Report::default(), true))),
        tells_of_recommended,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(receive(addresses, seconds, &received))?;
    // Requests that have not come to their end are not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    let mut state = received.state.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(std::mem::take(&mut *state))
}

async fn receive(addresses: &[SocketAddr], seconds: Option<u64>, received: &Received) -> anyhow::Result<()> {
    let routes = routes(received);
    for address in addresses {
        let listener = TcpListener::bind(address)
            .await
            .with_context(|| format!("cannot listen on {address}; give another with --listen"))?;
        eprintln!("receiving OTLP over gRPC and HTTP on {}", listener.local_addr()?);
        let routes = routes.clone();
        tokio::spawn(async move { axum::serve(listener, routes).await });
    }
    let end = async {
        match seconds {
            Some(seconds) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = end => {}
        () = terminated() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}

/// Ends when the process is told to by SIGTERM, as a container's is.
async fn terminated() {
    #[cfg(unix)]
    if let Ok(mut signal) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        signal.recv().await;
        return;
    }
    std::future::pending::<()>().await;
}

fn routes(received: &Received) -> Router {
    macro_rules! unpacking {
        ($server:ident) => {
            $server::new(received.clone())
                .accept_compressed(CompressionEncoding::Gzip)
                .max_decoding_message_size(MOST_BYTES)
        };
    }
    let grpc = Routes::new(unpacking!(TraceServiceServer))
        .add_service(unpacking!(MetricsServiceServer))
        .add_service(unpacking!(LogsServiceServer));
    Router::new()
        .route("/v1/traces", post(posted::<ExportTraceServiceRequest>))
        .route("/v1/metrics", post(posted::<ExportMetricsServiceRequest>))
        .route("/v1/logs", post(posted::<ExportLogsServiceRequest>))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(received.clone())
        .merge(grpc.into_axum_router())
}

impl Received {
    /// Checks a request in JSON.
    fn take(&self, json: &str) -> Result<(), String> {
        let request = Request::parse(json);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (report, is_readable) = &mut *state;
        match request {
            Ok(request) => {
                view::take(report, &request, self.tells_of_recommended);
                Ok(())
            }
            Err(problem) => {
                *is_readable = false;
                Err(problem)
            }
        }
    }

    /// Checks a request in Protobuf, by way of its JSON.
    fn take_message(&self, message: &impl Serialize) -> Result<(), String> {
        let json = serde_json::to_string(message).map_err(|error| error.to_string())?;
        self.take(&json)
    }

    fn refuse(&self, problem: &str) {
        eprintln!("a request could not be read: {problem}");
        self.state.lock().unwrap_or_else(PoisonError::into_inner).1 = false;
    }
}

async fn posted<M: Message + Default + Serialize>(
    State(received): State<Received>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let is = |name, value: &str| {
        let found = headers.get(name).and_then(|found| found.to_str().ok());
        found.is_some_and(|found| found.starts_with(value))
    };
    let is_json = is(header::CONTENT_TYPE, "application/json");
    let body = if is(header::CONTENT_ENCODING, "gzip") {
        unpacked(&body)
    } else {
        Ok(body.to_vec())
    };
    let taken = body.and_then(|body| {
        if is_json {
            let text = String::from_utf8(body).map_err(|error| error.to_string())?;
            return received.take(&text);
        }
        let message = M::decode(&*body).map_err(|error| error.to_string())?;
        received.take_message(&message)
    });
    match taken {
        // An empty message says that all was taken; in JSON it is an object.
        Ok(()) if is_json => ([(header::CONTENT_TYPE, "application/json")], "{}").into_response(),
        Ok(()) => ([(header::CONTENT_TYPE, "application/x-protobuf")], "").into_response(),
        Err(problem) => {
            received.refuse(&problem);
            (StatusCode::BAD_REQUEST, problem).into_response()
        }
    }
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    let mut reader = GzDecoder::new(packed).take(most + 1);
    reader.read_to_end(&mut body).map_err(|error| error.to_string())?;
    if body.len() > MOST_BYTES {
        return Err(format!("it unpacks to more than {MOST_BYTES} bytes"));
    }
    Ok(body)
}

macro_rules! service {
    ($service:ident, $request:ident, $response:ident) => {
        #[tonic::async_trait]
        impl $service for Received {
            async fn export(&self, call: Call<$request>) -> Result<Answer<$response>, Status> {
                match self.take_message(call.get_ref()) {
                    Ok(()) => Ok(Answer::new($response::default())),
                    Err(problem) => {
                        self.refuse(&problem);
                        Err(Status::invalid_argument(problem))
                    }
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
