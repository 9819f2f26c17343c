//! Fuzzes the readers of price files, spans, and responses, for a bounded time.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, anyhow, bail};

use crate::cargo::{Unavailable, run_to_success, succeeds};

const CARGO_FUZZ: &str = "0.13.2";
/// The targets and their folders.
const TARGETS: [(&str, &str); 3] = [
    ("price_file", "crates/pricing/fuzz"),
    ("span", "crates/processor/fuzz"),
    ("response", "crates/usage/fuzz"),
];
const SECONDS: u32 = 30;

/// Runs each target from its seeds and earlier findings, at the root of the workspace.
pub(crate) fn run(root: &Path) -> Result<()> {
    if !succeeds(nightly(root).arg("--version")) {
        return Err(
            anyhow!("cargo-fuzz needs a nightly compiler: `rustup toolchain install nightly`").context(Unavailable),
        );
    }
    if !succeeds(nightly(root).args(["fuzz", "--version"])) {
        let install = ["install", "cargo-fuzz", "--locked", "--version", CARGO_FUZZ];
        run_to_success(nightly(root).args(install)).context(Unavailable)?;
    }
    for (target, folder) in TARGETS {
        fuzz(root, target, folder)?;
    }
    Ok(())
}

fn fuzz(root: &Path, target: &str, folder: &str) -> Result<()> {
    let found = root.join("target").join("fuzz").join("corpus").join(target);
    fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
    let seeds = root.join(folder).join("seeds").join(target);
    let seconds = format!("-max_total_time={SECONDS}");
    let status = nightly(root)
        // Sanitizers find nothing in safe Rust, and runs are ten times as fast without.
        .args([
            "fuzz",
            "run",
            "--fuzz-dir",
            folder,
            "--target-dir",
            "target/fuzz",
            "--sanitizer",
            "none",
            target,
        ])
        .args([&found, &seeds])
        .args([
            "--",
            &seconds,
            "-max_len=8192",
            "-timeout=10",
            "-rss_limit_mb=2048",
            "-print_final_stats=1",
        ])
        .status()
        .context("cargo fuzz did not start")?;
    if !status.success() {
        bail!("the fuzzer found an input that breaks {target}, or did not run: {status}");
    }
    Ok(())
}

/// The nightly cargo, by name: `CARGO` is the current compiler's.
fn nightly(root: &Path) -> Command {
    let mut command = Command::new("cargo");
    command.arg("+nightly").current_dir(root);
    command
}
