//! Checks the published crates with the oldest supported compiler.

use std::process::Command;

use anyhow::{Context, Result};

use crate::cargo::{LIBRARIES, Unavailable, root, run_to_success, succeeds, target};

/// `rust-version` of the workspace.
const VERSION: &str = env!("CARGO_PKG_RUST_VERSION");
/// Its optional dependency rig needs a later compiler, and so does the crate.
const LATER: &str = "tracing-genai-adapters";

/// Checks with that version of Rust, installed by rustup if possible.
pub(crate) fn run() -> Result<()> {
    install().context(Unavailable)?;
    let packages = LIBRARIES.iter().filter(|name| **name != LATER);
    run_to_success(
        rustup(&["run", VERSION, "cargo", "check", "--locked", "--all-features"])
            .args(packages.flat_map(|name| ["--package", name]))
            .arg("--target-dir")
            .arg(target().join("msrv")),
    )
}

fn install() -> Result<()> {
    if succeeds(&mut rustup(&["run", VERSION, "cargo", "--version"])) {
        return Ok(());
    }
    println!("Rust {VERSION} is being installed with rustup");
    run_to_success(&mut rustup(&[
        "toolchain",
        "install",
        VERSION,
        "--profile",
        "minimal",
        "--no-self-update",
    ]))
}

fn rustup(arguments: &[&str]) -> Command {
    let mut command = Command::new("rustup");
    command.args(arguments).current_dir(root());
    command
}
