//! The help desk as a process, with graceful shutdown at ctrl-c and SIGTERM.
//!
//! With `--ctrl-c-only` it handles only ctrl-c, as most examples of axum, and the guard handles SIGTERM.

use tracing_genai_examples::help_desk::{self, Shutdown};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let only_ctrl_c = std::env::args().any(|argument| argument == "--ctrl-c-only");
    help_desk::run(if only_ctrl_c {
        Shutdown::CtrlCOnly
    } else {
        Shutdown::AnySignal
    })
    .await
}
