//! A help desk: an axum service whose every model call is traced, priced and measured.
//!
//! - `POST /ask`: a search, then an agent of rig's with a tool. Its spans are rig's own.
//! - `POST /chat`: a question to OpenAI by async-openai.
//! - `POST /stream`: the same as a stream.
//!
//! `OPENAI_BASE_URL` and `OPENAI_API_KEY` say whom to ask; where `ANTHROPIC_API_KEY` is set, the agent asks Claude, at
//! `ANTHROPIC_BASE_URL`. `HELP_DESK_ADDRESS` is where it listens: by default `127.0.0.1:8080`, with port 0 a free port.
//! The `OTEL_*` variables say where telemetry goes.

mod agent;
mod caller;
mod chat;
mod openai;
mod refusal;
mod stream;

use std::env;

use axum::routing::post;
use axum::{Router, middleware};
use tokio::net::TcpListener;
use tracing_genai::Telemetry;

/// Which signals the service handles itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Ctrl-c and SIGTERM: requests in progress are answered, then the guard sends what is left.
    AnySignal,
    /// Ctrl-c only. SIGTERM ends the process at once, but not before what is left was sent.
    CtrlCOnly,
}

/// Serves until it is told to end, and prints its address once it listens.
///
/// # Errors
/// When telemetry cannot be set up, a key is missing, or the address is taken.
pub async fn run(ending: Ending) -> anyhow::Result<()> {
    let _telemetry = ending.telemetry()?;
    let service = service()?;
    let address = env::var("HELP_DESK_ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, service)
        .with_graceful_shutdown(ending.signal())
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

impl Ending {
    fn telemetry(self) -> Result<Telemetry, tracing_genai::InitError> {
        match self {
            Self::AnySignal => tracing_genai::init(),
            Self::CtrlCOnly => tracing_genai::builder().flush_on_sigterm().init(),
        }
    }

    async fn signal(self) {
        match self {
            Self::AnySignal => tracing_genai::shutdown_signal().await,
            // A process without signals to wait for serves on.
            Self::CtrlCOnly if tokio::signal::ctrl_c().await.is_ok() => {}
            Self::CtrlCOnly => std::future::pending().await,
        }
    }
}
