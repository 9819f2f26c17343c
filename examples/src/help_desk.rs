//! A help desk: an axum service with traced, priced and measured model calls.
//!
//! - `POST /ask`: a search, then a rig agent with a tool, with rig's own spans.
//! - `POST /chat`: a question to OpenAI by async-openai.
//! - `POST /stream`: the same as a stream.
//!
//! `OPENAI_BASE_URL` and `OPENAI_API_KEY` set the provider; with `ANTHROPIC_API_KEY`, the agent uses Claude at
//! `ANTHROPIC_BASE_URL`. `HELP_DESK_ADDRESS` is the listen address: by default `127.0.0.1:8080`, with port 0 a free
//! port. The `OTEL_*` variables configure the export of telemetry.

mod agent;
mod caller;
mod chat;
mod model_error;
mod openai;
mod stream;

use std::env;

use axum::routing::post;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tracing_genai::Telemetry;

/// Which signals the service handles itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shutdown {
    /// Ctrl-c and SIGTERM: requests in progress are completed, then the guard flushes telemetry.
    AnySignal,
    /// Ctrl-c only. At SIGTERM, the guard flushes telemetry and ends the process.
    CtrlCOnly,
}

/// Serves until a shutdown signal, and prints its address once it listens.
///
/// # Errors
/// If telemetry cannot be set up, a key is missing, or the address is in use.
pub async fn run(shutdown: Shutdown) -> anyhow::Result<()> {
    let _telemetry = shutdown.telemetry()?;
    let service = service()?;
    let address = env::var("HELP_DESK_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, service)
        .with_graceful_shutdown(shutdown.signal())
        .await?;
    Ok(())
}

fn service() -> anyhow::Result<Router> {
    let router = Router::new()
        .route("/ask", post(agent::ask).with_state(agent::agent()?))
        .route("/chat", post(chat::chat))
        .route("/stream", post(stream::stream))
        .with_state(openai::client());
    Ok(router.layer(middleware::from_fn(caller::continue_trace)))
}

impl Shutdown {
    fn telemetry(self) -> Result<Telemetry, tracing_genai::InitError> {
        match self {
            Self::AnySignal => tracing_genai::init(),
            Self::CtrlCOnly => tracing_genai::builder().flush_on_sigterm().init(),
        }
    }

    async fn signal(self) {
        match self {
            Self::AnySignal => tracing_genai::shutdown_signal().await,
            // Without signal handling, serve forever.
            Self::CtrlCOnly if tokio::signal::ctrl_c().await.is_ok() => {}
            Self::CtrlCOnly => std::future::pending().await,
        }
    }
}
