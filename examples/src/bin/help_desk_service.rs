//! The help desk as a process: ends well at ctrl-c and SIGTERM.
//!
//! With `--ctrl-c-only` it handles ctrl-c alone, as most examples of axum do, and leaves SIGTERM to the guard.

use tracing_genai_examples::help_desk::{self, Ending};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let only_ctrl_c = std::env::args().any(|argument| argument == "--ctrl-c-only");
    help_desk::run(if only_ctrl_c {
        Ending::CtrlCOnly
    } else {
        Ending::AnySignal
    })
    .await
}
